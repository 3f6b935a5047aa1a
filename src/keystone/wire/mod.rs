//! The v3 answers as they stand on the wire. These types never leave this room.
//!
//! Unknown members are ignored and null means absent, because clouds add members of their own;
//! a member given twice is malformed, because two readers could pick different ones.

mod ascii;
mod catalogue;
mod info;

use serde::Deserialize;
use serde_json::Value;

use crate::identity::{
    AccessRule, Allowance, BadToken, Delegation, Draft, Identity, Named, Restriction, ScopeDraft,
    UnixTime, parse_timestamp,
};

use super::KeystoneError;
use super::error::Fault;

pub(super) use catalogue::{Unusable, identity_endpoint, v2};
pub(super) use info::info;

/// `{"token": {...}}`
#[derive(Deserialize)]
struct Envelope {
    token: TokenBody,
}

#[derive(Deserialize)]
struct TokenBody {
    user: Owned,
    project: Option<Owned>,
    domain: Option<Domain>,
    system: Option<System>,
    roles: Option<Vec<Role>>,
    audit_ids: Option<Vec<String>>,
    expires_at: String,
    issued_at: Option<String>,
    #[serde(default)]
    is_admin_project: AdminProject,
    application_credential: Option<ApplicationCredential>,
    #[serde(rename = "OS-TRUST:trust")]
    trust: Option<Trust>,
    bind: Option<Value>,
    oauth2_credential: Option<Value>,
}

/// Absent means true (keystonemiddleware: there was no admin project once); null says nothing and is
/// not taken for a yes.
struct AdminProject(bool);

impl Default for AdminProject {
    fn default() -> Self {
        Self(true)
    }
}

impl<'de> Deserialize<'de> for AdminProject {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<bool>::deserialize(from)?.unwrap_or(false)))
    }
}

#[derive(Deserialize)]
struct Owned {
    id: String,
    name: String,
    domain: Option<Domain>,
}

#[derive(Deserialize)]
struct Domain {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct System {
    all: Option<bool>,
}

#[derive(Deserialize)]
struct Role {
    name: String,
}

#[derive(Deserialize)]
struct ApplicationCredential {
    id: Option<String>,
    access_rules: Option<Value>,
}

#[derive(Deserialize)]
struct Trust {
    id: Option<String>,
}

#[derive(Deserialize)]
struct Rule {
    service: String,
    method: String,
    path: String,
}

/// Keystone's error shape, `{"error": {"code": 404, ...}}`. Gateways before it use others.
#[derive(Deserialize)]
struct ErrorEnvelope {
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    code: u16,
    message: Option<String>,
}

/// How the answer to a validation is to be read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// When it came.
    pub(super) now: UnixTime,
    /// What Keystone was asked to overlook, so that we do too.
    pub(super) allowance: Allowance,
    /// Whether access rules are enforced; if not, a token that has any is refused.
    pub(super) rules: bool,
}

/// Reads the answer to a validation.
pub(super) fn draft(body: &[u8], how: Reading) -> Result<Draft, KeystoneError> {
    let mut token = serde_json::from_slice::<Envelope>(body)
        .map_err(|_| malformed("not a token document"))?
        .token;
    let expires_at =
        parse_timestamp(&token.expires_at).ok_or_else(|| malformed("expires_at is no date"))?;
    if expires_at <= how.now && how.allowance == Allowance::None {
        return Err(KeystoneError::Bad(BadToken::Expired));
    }
    if is_bound(&token) {
        return Err(KeystoneError::Bad(BadToken::Bound));
    }
    let credential = token.application_credential.take();
    let (application_credential_id, rules) =
        credential.map_or((None, None), |made| (made.id, made.access_rules));
    let trust_id = token.trust.take().and_then(|trust| trust.id);
    let restriction = rules.map(|rules| restriction(&rules, body, how.rules)).transpose()?;
    Ok(Draft {
        scope: scope(token.project, token.domain, token.system),
        user: token.user.into(),
        roles: token.roles.unwrap_or_default().into_iter().map(|role| role.name).collect(),
        audit_ids: token.audit_ids.unwrap_or_default(),
        expires_at,
        is_admin_project: token.is_admin_project.0,
        delegation: Delegation { trust_id, application_credential_id },
        restriction,
        catalogue: None,
        token_info: None,
    })
}

/// Whether the token is good only together with something that is not shown here: a Kerberos
/// ticket (`bind`), or the certificate whose thumbprint `oauth2_credential` holds.
fn is_bound(token: &TokenBody) -> bool {
    let says = |member: &Value| member.as_object().is_none_or(|all| !all.is_empty());
    [&token.bind, &token.oauth2_credential].into_iter().flatten().any(says)
}

/// The identity that a draft makes.
pub(super) fn identity(draft: &Draft) -> Result<Identity, KeystoneError> {
    Identity::new(draft).map_err(|_| malformed("an id that no header carries as it is"))
}

fn malformed(what: &'static str) -> KeystoneError {
    tracing::debug!(what, "the validation answer cannot be used");
    KeystoneError::Unavailable(Fault::Malformed, None)
}

/// Keystone hides tokens with rules from validators that do not promise to enforce them; one that
/// shows up where nobody does must not pass without them.
fn restriction(rules: &Value, body: &[u8], enforced: bool) -> Result<Restriction, KeystoneError> {
    if !enforced {
        return Err(KeystoneError::Bad(BadToken::Restricted));
    }
    let rules = Vec::<Rule>::deserialize(rules).map_err(|_| malformed("access rules"))?;
    Ok(Restriction {
        rules: rules.into_iter().map(AccessRule::from).collect(),
        services: catalogue::types(body).map(Into::into),
    })
}

/// A token has one scope. Where a document shows several, the narrowest is believed.
fn scope(project: Option<Owned>, domain: Option<Domain>, system: Option<System>) -> ScopeDraft {
    match (project, domain, system) {
        (Some(project), ..) => ScopeDraft::Project(project.into()),
        (None, Some(domain), _) => ScopeDraft::Domain { id: domain.id, name: domain.name },
        (None, None, Some(System { all: Some(true) })) => ScopeDraft::System,
        (None, None, _) => ScopeDraft::Unscoped,
    }
}

impl From<Owned> for Named {
    fn from(owned: Owned) -> Self {
        Self {
            id: owned.id,
            name: owned.name,
            domain: owned.domain.map(|domain| (domain.id, domain.name)),
        }
    }
}

impl From<Rule> for AccessRule {
    fn from(rule: Rule) -> Self {
        Self { service: rule.service, method: rule.method, path: rule.path }
    }
}

/// How long a token just issued to us lives, from Keystone's own two dates where it gives both,
/// so that a clock that disagrees with ours does no harm.
pub(super) fn lifetime(body: &[u8], now: UnixTime) -> Option<std::time::Duration> {
    let token = serde_json::from_slice::<Envelope>(body).ok()?.token;
    let expires_at = parse_timestamp(&token.expires_at)?;
    let issued_at = token.issued_at.as_deref().and_then(parse_timestamp).unwrap_or(now);
    Some(issued_at.until(expires_at))
}

/// What an error answer says, if it is Keystone's own.
pub(super) enum Refusal {
    /// Keystone's shape; whether its message names the validation itself.
    Keystone {
        /// The message names `identity:validate_token`: whoever asks may not.
        about_the_caller: bool,
    },
    /// Somebody else's: a gateway, a load balancer, a web server.
    Other,
}

/// Tells Keystone's errors from those of whatever stands before it. The text is looked at and
/// dropped: Keystone's messages can hold the whole token.
pub(super) fn refusal(body: &[u8], status: http::StatusCode) -> Refusal {
    match serde_json::from_slice::<ErrorEnvelope>(body) {
        Ok(ErrorEnvelope { error }) if error.code == status.as_u16() => Refusal::Keystone {
            about_the_caller: error
                .message
                .is_some_and(|message| message.contains("identity:validate_token")),
        },
        Ok(_) | Err(_) => Refusal::Other,
    }
}

#[cfg(test)]
mod tests;
