//! How one identity service differs from the next.

mod clouds;

use std::time::Duration;

/// The habits of an identity service, to be started from one of the constructors and adjusted.
#[derive(Clone, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a habit of its own, and no two together make a state"
)]
pub struct Profile {
    /// Path before `/v3`, without a slash at its end: empty or `/identity`.
    pub prefix: String,
    /// What links and challenges start with; `http://HOST` plus the prefix, as asked, when absent.
    pub public_url: Option<String>,
    /// When `nocatalog` in a query counts.
    pub nocatalog: NoCatalog,
    /// How times are written.
    pub timestamps: Timestamps,
    /// What refusals look like.
    pub errors: ErrorShape,
    /// Who may ask about a token.
    pub validation: Validation,
    /// Whether `is_admin_project: false` is in project tokens although nothing asks for it.
    pub says_is_admin_project: bool,
    /// Whether users, projects, domains and roles come with every member they can have.
    pub all_members: bool,
    /// Whether a token of one scope also shows the wider ones: a project's domain, the system.
    pub scopes_together: bool,
    /// Whether every role has the id `0`.
    pub anonymous_roles: bool,
    /// JSON pointers, such as `/token/user/domain`, of members that answers about tokens lack.
    pub omitted: Vec<String>,
    /// In how many further regions the catalogue is repeated.
    pub extra_regions: usize,
    /// How many validations are answered.
    pub rate_limit: Option<RateLimit>,
    /// Length of the tokens made, in characters.
    pub token_length: usize,
    /// How long tokens live.
    pub token_lifetime: Duration,
    /// The longest header value taken, in bytes; longer ones are answered 431. No limit when absent.
    pub header_limit: Option<usize>,
    /// Whether validations that are not exactly as documented are answered 400 with a reason.
    pub strict: bool,
}

/// When `nocatalog` in a query counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCatalog {
    /// When it is there, with or without a value.
    Present,
    /// Only with a value.
    WithValue,
}

/// How times are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timestamps {
    /// `2026-11-21T18:35:58.000000Z`
    Micros,
    /// `2026-11-21T18:35:58.000Z`
    Millis,
    /// `2026-11-21T18:35:58.000000`, in UTC all the same.
    WithoutZone,
}

/// What refusals look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorShape {
    /// `{"error": {"code": 401, "message": ..., "title": ...}}`
    Keystone,
    /// Keystone's, except that 429 has no code and a `status` that is text.
    Ovh,
    /// Keystone's, except for 401, 429 and unknown paths, which a gateway in front answers with
    /// `{"error_code": "APIGW.0307", "error_msg": ...}`.
    Gateway,
}

/// Who may ask about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Keystone's policy: its user, an admin, a system reader, a service.
    ByPolicy,
    /// Nobody but the token itself; others are answered with this status.
    OnlyItself(u16),
}

/// How many validations are answered, whoever asks.
#[derive(Clone, Debug)]
pub struct RateLimit {
    /// Validations in each minute of the double's clock; the next ones are answered 429.
    pub per_minute: u32,
    /// The value of `Retry-After`, whatever it is; no such header when absent.
    pub retry_after: Option<String>,
}
