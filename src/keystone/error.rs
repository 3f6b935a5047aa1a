//! What can come of a question besides an identity.

use std::time::Duration;

use crate::dial::Trust;
use crate::identity::BadToken;
use crate::label;

/// Why no identity came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeystoneError {
    /// Keystone's definite answer: this token is no good.
    #[error("the token is {}", .0.as_str())]
    Bad(BadToken),
    /// Nobody knows. Never a statement about the client's token.
    #[error("the identity service cannot be asked: {}", .0.as_str())]
    Unavailable(Fault, Option<Duration>),
}

use crate::telemetry::Label as _;

label! {
    /// Why Keystone could not be asked, or its answer not be used.
    pub Fault as "kind" {
        /// No connection.
        Connect => "connect",
        /// Our own account was refused.
        Credentials => "credentials",
        /// No answer in time.
        Deadline => "deadline",
        /// Keystone's policy forbids whoever asks to validate tokens.
        Forbidden => "forbidden",
        /// An answer that makes no sense.
        Malformed => "malformed",
        /// Our own account's catalogue does not say where to ask.
        NoEndpoint => "no_endpoint",
        /// Something answers that is not an identity service.
        NotKeystone => "not_keystone",
        /// It points elsewhere; tokens are never sent after a redirect.
        Redirect => "redirect",
        /// Keystone failed.
        Status => "status",
        /// Keystone asked us to slow down.
        Throttled => "throttled",
        /// Its certificate is not trusted.
        Tls => "tls",
    }
}

impl Fault {
    /// What an operator should look at, who trusts Keystone by `trust`.
    pub fn remedy(self, trust: &Trust) -> &'static str {
        match self {
            Self::Tls if matches!(trust, Trust::Roots(_)) => {
                "its certificate is not from an authority in keystone.ca_file; put the issuer's, \
                 or the certificate itself, there"
            }
            Self::Connect => "check keystone.auth_url and that the identity service runs",
            Self::Credentials => "check the account under keystone: it cannot log in",
            Self::Deadline => "the identity service is slow; see keystone.timeout",
            Self::Forbidden => {
                "its policy forbids this validation: use keystone.mode service with an account \
                 that has the service role"
            }
            Self::Malformed => "the identity service sent an answer that cannot be used",
            Self::NoEndpoint => {
                "our own account's catalogue has no identity endpoint for keystone.interface and \
                 keystone.region_name"
            }
            Self::NotKeystone => {
                "keystone.auth_url does not lead to an identity service; check host and path prefix"
            }
            Self::Redirect => "keystone.auth_url leads to a redirect; give the final address",
            Self::Status => "the identity service failed",
            Self::Throttled => "the identity service limits our rate",
            Self::Tls => "its certificate is not trusted: set keystone.ca_file",
        }
    }

    /// Whether it may be that the address is no longer right.
    pub(super) fn is_about_the_address(self) -> bool {
        matches!(
            self,
            Self::Connect | Self::Deadline | Self::NotKeystone | Self::Redirect | Self::Tls
        )
    }
}
