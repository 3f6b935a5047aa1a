//! Who a token stands for, as Keystone vouched for it, in one compact value.
//!
//! A busy gateway holds many thousands of these, so all text lives in one buffer and every fact
//! and every header is a span of it. Text that appears in several headers is stored once.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use super::headers::{Claim, Unrenderable};
use super::name::{encode_name, encode_role};
use super::{Names, Restriction, UnixTime};

/// What Keystone said, before it is packed into an [`Identity`].
#[derive(Clone, Debug)]
pub struct Draft {
    /// The user; under an impersonating trust, the trustor.
    pub user: Named,
    /// What the token is good for.
    pub scope: ScopeDraft,
    /// Role names in Keystone's order, duplicates kept.
    pub roles: Vec<String>,
    /// The token's own audit id, then its parent's. They name a token without being one.
    pub audit_ids: Vec<String>,
    /// When Keystone stops accepting the token.
    pub expires_at: UnixTime,
    /// `is_admin_project`; Keystone leaves it out unless an admin project is configured, and
    /// absent means true (keystonemiddleware, oslo.context).
    pub is_admin_project: bool,
    /// What an application credential with access rules is restricted to.
    pub restriction: Option<Restriction>,
    /// The value of `X-Service-Catalog`, when the service is to have it.
    pub catalogue: Option<String>,
    /// The value of `X-Portcullis-Token-Info`, when the service is to have it.
    pub token_info: Option<String>,
}

/// Something with an id, a name and perhaps a domain.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The id, unique in the cloud.
    pub id: String,
    /// The name, unique in the domain.
    pub name: String,
    /// The owning domain's id and name.
    pub domain: Option<(String, String)>,
}

/// The scope in a [`Draft`].
#[derive(Clone, Debug)]
pub enum ScopeDraft {
    /// A domain.
    Domain {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
    /// A project, trusts and application credentials included.
    Project(Named),
    /// The whole deployment.
    System,
    /// No scope: the token proves who the user is and nothing else.
    Unscoped,
}

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
        let rendered = render(draft, &mut text);
        let roles = draft.roles.iter().map(|role| text.keep(role)).collect();
        let audit_ids = draft.audit_ids.iter().map(|id| text.keep(id)).collect();
        let identity = Self {
            text: Bytes::from(text.0.into_boxed_str().into_boxed_bytes()),
            user_id,
            user_domain_id,
            scope,
            scope_id,
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
            + self.restriction.as_ref().map_or(0, |restriction| restriction.weight())
    }

    fn str(&self, span: Span) -> &str {
        self.text.get(span.range()).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl Named {
    fn ids(&self) -> [Option<&str>; 2] {
        [Some(self.id.as_str()), self.domain.as_ref().map(|(id, _)| id.as_str())]
    }
}

impl Draft {
    fn ids(&self) -> impl Iterator<Item = &str> {
        let scope = match &self.scope {
            ScopeDraft::Domain { id, .. } => [Some(id.as_str()), None],
            ScopeDraft::Project(project) => project.ids(),
            ScopeDraft::System | ScopeDraft::Unscoped => [None, None],
        };
        self.user.ids().into_iter().chain(scope).flatten()
    }
}

/// Ids travel as they are, so they must arrive as they are: a blank at either end would be lost
/// on the way and make another id of it.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.trim().len() == id.len() && !id.contains(char::is_control)
}

/// Writes every claim that `draft` warrants. One that the token does not make is not there: an
/// absent fact is an absent field, because most servers tell an empty field from a missing one.
fn render(draft: &Draft, text: &mut Text) -> Box<[(Claim, Span)]> {
    Claim::ALL
        .into_iter()
        .filter_map(|claim| Some((claim, value_of(draft, claim, text)?)))
        .collect()
}

fn value_of(draft: &Draft, claim: Claim, text: &mut Text) -> Option<Span> {
    let project = match &draft.scope {
        ScopeDraft::Project(project) => Some(project),
        ScopeDraft::Domain { .. } | ScopeDraft::System | ScopeDraft::Unscoped => None,
    };
    let domain = match &draft.scope {
        ScopeDraft::Domain { id, name } => Some((id, name)),
        ScopeDraft::Project(_) | ScopeDraft::System | ScopeDraft::Unscoped => None,
    };
    let user_domain = draft.user.domain.as_ref();
    let project_domain = project.and_then(|project| project.domain.as_ref());
    let span = match claim {
        Claim::DomainId => text.keep(domain?.0),
        Claim::DomainName => text.keep_name(domain?.1),
        Claim::IsAdminProject => text.keep(if draft.is_admin_project { "True" } else { "False" }),
        Claim::ProjectDomainId => text.keep(&project_domain?.0),
        Claim::ProjectDomainName => text.keep_name(&project_domain?.1),
        Claim::ProjectId => text.keep(&project?.id),
        Claim::ProjectName => text.keep_name(&project?.name),
        Claim::Roles => text.keep_roles(&draft.roles),
        Claim::ServiceCatalog => text.append(draft.catalogue.as_ref()?),
        Claim::Status => text.keep("Confirmed"),
        Claim::SystemScope => {
            matches!(draft.scope, ScopeDraft::System).then(|| text.keep("all"))?
        }
        Claim::TokenInfo => text.append(draft.token_info.as_ref()?),
        Claim::UserDomainId => text.keep(&user_domain?.0),
        Claim::UserDomainName => text.keep_name(&user_domain?.1),
        Claim::UserId => text.keep(&draft.user.id),
        Claim::UserName => text.keep_name(&draft.user.name),
    };
    Some(span)
}

/// A piece of an identity's text.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    fn range(self) -> std::ops::Range<usize> {
        // u32 to usize: lossless on every platform that has an async runtime.
        self.start as usize..self.end as usize
    }
}

/// Ordinary identities take some hundreds of bytes.
const WORTH_SEARCHING: usize = 4096;

/// The buffer under construction.
#[derive(Default)]
struct Text(String);

impl Text {
    /// Finds `piece` in what is there already, or appends it. A text that has grown large is not
    /// searched any more: an answer with very many roles must not cost the square of their number.
    fn keep(&mut self, piece: &str) -> Span {
        let known = if self.0.len() < WORTH_SEARCHING { self.0.find(piece) } else { None };
        match known {
            Some(start) => span(start, piece.len()),
            None => self.append(piece),
        }
    }

    /// Appends `piece` without looking for it.
    fn append(&mut self, piece: &str) -> Span {
        self.0.push_str(piece);
        span(self.0.len() - piece.len(), piece.len())
    }

    fn keep_name(&mut self, name: &str) -> Span {
        let mut encoded = String::new();
        encode_name(name, &mut encoded);
        self.keep(&encoded)
    }

    fn keep_roles(&mut self, roles: &[String]) -> Span {
        let mut joined = String::new();
        for (at, role) in roles.iter().enumerate() {
            if at > 0 {
                joined.push(',');
            }
            encode_role(role, &mut joined);
        }
        self.keep(&joined)
    }
}

fn span(start: usize, length: usize) -> Span {
    // Keystone answers are capped far below 4 GiB.
    let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: position(start), end: position(start + length) }
}

#[cfg(test)]
mod tests;
