//! Why a token is no good. A definite verdict about the token, never about us or about Keystone.

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadToken {
    /// Bound to a means of authentication that we cannot check (Kerberos, removed from Keystone
    /// in 2018).
    Bound,
    /// Past its `expires_at`.
    Expired,
    /// Not the shape of a token; Keystone was not asked.
    Malformed,
    /// Limited by access rules that do not allow the request, or that nobody enforces here.
    Restricted,
    /// Longer than configured, or than the identity service's own server takes.
    TooLong,
    /// Keystone does not know it, or knows it as revoked, or will not vouch for its owner.
    Unknown,
}

impl BadToken {
    /// The word used in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bound => "bound",
            Self::Expired => "expired",
            Self::Malformed => "malformed",
            Self::Restricted => "restricted",
            Self::TooLong => "too_long",
            Self::Unknown => "unknown",
        }
    }
}
