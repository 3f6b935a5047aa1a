//! Who a token stands for, as Keystone vouched for it, in one compact value.
//!
//! A busy gateway holds many thousands of these, so all text lives in one buffer and every fact
//! and every header is a span of it. Text that appears in several headers is stored once.

mod claims;
mod draft;
mod text;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use super::headers::{Claim, Unrenderable};
use super::{Names, Restriction, UnixTime};

use claims::render;
use text::{Span, Text};

pub use draft::{Delegation, Draft, Named, ScopeDraft};

/// Which kind of scope a token has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One domain.
    Domain,
    /// One project.
    Project,
    /// The whole deployment.
    System,
    /// None.
    Unscoped,
}

impl Kind {
    /// The word used in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Project => "project",
            Self::System => "system",
            Self::Unscoped => "unscoped",
        }
    }
}

/// The scope of an [`Identity`], borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Its kind.
    pub kind: Kind,
    /// The project's or the domain's id.
    pub id: Option<&'a str>,
}

/// A validated token's identity: the facts that rules and logs need, and its headers, rendered.
#[derive(Debug)]
pub struct Identity {
    text: Bytes,
    user_id: Span,
    user_domain_id: Option<Span>,
    scope: Kind,
    scope_id: Option<Span>,
    project_domain_id: Option<Span>,
    is_admin_project: bool,
    delegation: Option<Box<Delegation>>,
    roles: Box<[Span]>,
    audit_ids: Box<[Span]>,
    expires_at: UnixTime,
    rendered: Box<[(Claim, Span)]>,
    restriction: Option<Box<Restriction>>,
}

impl Identity {
    /// Packs `draft` and renders its headers, once.
    ///
    /// # Errors
    /// When a fact cannot be a header value as it is. Names never fail, because they are encoded;
    /// an empty id, or one with a control character or a blank at either end, does.
    pub fn new(draft: &Draft) -> Result<Self, Unrenderable> {
        if !draft.ids().all(is_id) {
            return Err(Unrenderable);
        }
        let mut text = Text::default();
        let user_id = text.keep(&draft.user.id);
        let user_domain_id = draft.user.domain.as_ref().map(|(id, _)| text.keep(id));
        let (scope, scope_id) = match &draft.scope {
            ScopeDraft::Domain { id, .. } => (Kind::Domain, Some(text.keep(id))),
            ScopeDraft::Project(project) => (Kind::Project, Some(text.keep(&project.id))),
            ScopeDraft::System => (Kind::System, None),
            ScopeDraft::Unscoped => (Kind::Unscoped, None),
        };
        let project_domain_id = match &draft.scope {
            ScopeDraft::Project(Named { domain: Some((id, _)), .. }) => Some(text.keep(id)),
            _ => None,
        };
        let rendered = render(draft, &mut text);
        let roles = draft.roles.iter().map(|role| text.keep(role)).collect();
        let audit_ids = draft.audit_ids.iter().map(|id| text.keep(id)).collect();
        let identity = Self {
            text: text.into_bytes(),
            user_id,
            user_domain_id,
            scope,
            scope_id,
            project_domain_id,
            is_admin_project: draft.is_admin_project,
            delegation: (draft.delegation != Delegation::default())
                .then(|| Box::new(draft.delegation.clone())),
            roles,
            audit_ids,
            expires_at: draft.expires_at,
            rendered,
            restriction: draft.restriction.clone().map(Box::new),
        };
        // Rendering must not fail later, half way through somebody's request.
        identity.apply_to(Names::UserAndDeprecated, &mut HeaderMap::new())?;
        Ok(identity)
    }

    /// Sets this identity's headers under `names`, replacing what is there.
    ///
    /// The caller has stripped the client's own fields. Nothing is formatted here: every value
    /// shares the one buffer.
    ///
    /// # Errors
    /// Never after [`Identity::new`] succeeded; a caller that sees one must refuse the request,
    /// because some headers may be set and others not.
    pub fn apply_to(&self, names: Names, headers: &mut HeaderMap) -> Result<(), Unrenderable> {
        for &(claim, span) in &self.rendered {
            let value = HeaderValue::from_maybe_shared(self.text.slice(span.range()))
                .map_err(|_| Unrenderable)?;
            let [name, older @ ..] = names.of(claim) else { continue };
            for name in older {
                headers.insert(name, value.clone());
            }
            headers.insert(name, value);
        }
        Ok(())
    }

    /// How many headers that sets.
    pub fn fields(&self, names: Names) -> usize {
        self.rendered.iter().map(|(claim, _)| names.of(*claim).len()).sum()
    }

    /// The access rules that the token is restricted to, if it is.
    pub fn restriction(&self) -> Option<&Restriction> {
        self.restriction.as_deref()
    }

    /// The user's id.
    pub fn user_id(&self) -> &str {
        self.str(self.user_id)
    }

    /// The id of the user's domain.
    pub fn user_domain_id(&self) -> Option<&str> {
        self.user_domain_id.map(|span| self.str(span))
    }

    /// What the token is good for.
    pub fn scope(&self) -> Scope<'_> {
        Scope { kind: self.scope, id: self.scope_id.map(|span| self.str(span)) }
    }

    /// The project's id, for a project-scoped token.
    pub fn project_id(&self) -> Option<&str> {
        self.scope().id.filter(|_| self.scope == Kind::Project)
    }

    /// The id of the domain that owns the project.
    pub fn project_domain_id(&self) -> Option<&str> {
        self.project_domain_id.map(|span| self.str(span))
    }

    /// The domain's id, for a domain-scoped token.
    pub fn domain_id(&self) -> Option<&str> {
        self.scope().id.filter(|_| self.scope == Kind::Domain)
    }

    /// Whether the project is the admin project, or there is none.
    pub fn is_admin_project(&self) -> bool {
        self.is_admin_project
    }

    /// The id of the trust that the token was obtained through.
    pub fn trust_id(&self) -> Option<&str> {
        self.delegation.as_ref()?.trust_id.as_deref()
    }

    /// The id of the application credential that the token was obtained with.
    pub fn application_credential_id(&self) -> Option<&str> {
        self.delegation.as_ref()?.application_credential_id.as_deref()
    }

    /// Role names as Keystone gave them.
    pub fn roles(&self) -> impl ExactSizeIterator<Item = &str> {
        self.roles.iter().map(|span| self.str(*span))
    }

    /// The token's own audit id, then its parent's.
    pub fn audit_ids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.audit_ids.iter().map(|span| self.str(*span))
    }

    /// When Keystone stops accepting the token.
    pub fn expires_at(&self) -> UnixTime {
        self.expires_at
    }

    /// How many bytes of memory this holds, itself included.
    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + self.text.len()
            + size_of_val(&*self.roles)
            + size_of_val(&*self.audit_ids)
            + size_of_val(&*self.rendered)
            + self.delegation.as_ref().map_or(0, |delegation| {
                let length = |id: &Option<String>| id.as_ref().map_or(0, String::len);
                size_of::<Delegation>()
                    + length(&delegation.trust_id)
                    + length(&delegation.application_credential_id)
            })
            + self.restriction.as_ref().map_or(0, |restriction| restriction.weight())
    }

    fn str(&self, span: Span) -> &str {
        self.text.get(span.range()).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Ids travel as they are, so they must arrive as they are: a blank at either end would be lost
/// on the way and make another id of it.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.trim().len() == id.len() && !id.contains(char::is_control)
}

#[cfg(test)]
mod tests;
