//! What an answer means: the one table that turns statuses into verdicts.
//!
//! The rule behind it: only Keystone's definite word about the token is the client's fault.
//! Everything else, our own account and a wrong address included, is a failure to know.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};

use crate::identity::{BadToken, Identity, RawToken, UnixTime};

use super::error::{Fault, KeystoneError};
use super::extras::Extras;
use super::transport::Answer;
use super::wire::{self, Reading, Refusal};

/// Who asked, because the same status means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// The token itself: a 401 is about the token. `proven` says that some token has validated
    /// itself here before, so that the policy allows it.
    Subject { proven: bool },
    /// Our own account: a 401 is about us.
    Service,
}

/// What to do with a validation's answer.
pub(super) enum Verdict {
    /// It is settled.
    Settled(Result<Identity, KeystoneError>),
    /// Our own token was refused; it may have been revoked, or Keystone may have mixed up two
    /// requests. Worth one more try with a new one.
    OwnTokenRefused,
}

/// Judges the answer to a validation of `subject`.
pub(super) fn judge(
    asker: Asker,
    subject: RawToken<'_>,
    answer: &Answer,
    how: Reading,
    extras: Option<&Extras>,
) -> Verdict {
    let now = how.now;
    let bad = || Err(KeystoneError::Bad(BadToken::Unknown));
    let fault = |fault| Err(KeystoneError::Unavailable(fault, None));
    let settled = match (answer.status, asker) {
        (StatusCode::OK, _) => accept(subject, answer, how, extras),
        (StatusCode::UNAUTHORIZED, Asker::Service) => return Verdict::OwnTokenRefused,
        // A gateway before the identity service may refuse the token in words of its own; in
        // this mode a 401 is about the token whoever says it.
        (StatusCode::UNAUTHORIZED, Asker::Subject { .. }) => bad(),
        (StatusCode::NOT_FOUND, _) => match wire::refusal(&answer.body, answer.status) {
            Refusal::Keystone { .. } => bad(),
            Refusal::Other => fault(Fault::NotKeystone),
        },
        (StatusCode::FORBIDDEN, _) => match wire::refusal(&answer.body, answer.status) {
            // A trust whose trustor lost the role, or was disabled, looks like this.
            Refusal::Keystone { about_the_caller: false } => bad(),
            // Where tokens do validate themselves, one that may not is its own problem: that of
            // an impersonating trust, whose user is not the one who holds it. Where none ever
            // has, the policy forbids it, and that is nobody's fault but ours.
            Refusal::Keystone { about_the_caller: true } => match asker {
                Asker::Subject { proven: true } => bad(),
                Asker::Service | Asker::Subject { proven: false } => fault(Fault::Forbidden),
            },
            Refusal::Other => fault(Fault::NotKeystone),
        },
        // Our own token is short, so it is the client's that its server would not read.
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, _) => {
            Err(KeystoneError::Bad(BadToken::TooLong))
        }
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::PAYLOAD_TOO_LARGE, _) => {
            Err(throttled(&answer.headers, now))
        }
        (status, _) if status.is_redirection() => fault(Fault::Redirect),
        (status, _) if status.is_server_error() => {
            Err(KeystoneError::Unavailable(Fault::Status, retry_after(&answer.headers, now)))
        }
        (_, _) => fault(Fault::NotKeystone),
    };
    Verdict::Settled(settled)
}

/// Takes a 200 at its word, unless it speaks of another token: Keystone echoes the subject, and
/// an answer that was meant for somebody else must never become this client's identity.
fn accept(
    subject: RawToken<'_>,
    answer: &Answer,
    how: Reading,
    extras: Option<&Extras>,
) -> Result<Identity, KeystoneError> {
    let mut echoes = answer.headers.get_all("x-subject-token").iter();
    if echoes.any(|echo| echo.as_bytes() != subject.as_bytes()) {
        tracing::error!("the identity service answered about another token; answer dropped");
        return Err(KeystoneError::Unavailable(Fault::Malformed, None));
    }
    let mut draft = wire::draft(&answer.body, how)?;
    if let Some(extras) = extras {
        extras.add(&answer.body, &mut draft);
    }
    wire::identity(&draft)
}

/// The failure that a throttled question is, with the pause that Keystone asked for.
pub(super) fn throttled(headers: &HeaderMap, now: UnixTime) -> KeystoneError {
    KeystoneError::Unavailable(Fault::Throttled, retry_after(headers, now))
}

/// `Retry-After` in either of its two forms, in whole seconds; anything else counts as absent.
pub(super) fn retry_after(headers: &HeaderMap, now: UnixTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    let since_epoch = at.duration_since(std::time::UNIX_EPOCH).ok()?;
    let at = UnixTime::from_millis(i64::try_from(since_epoch.as_millis()).ok()?);
    Some(Duration::from_secs(now.until(at).as_millis().div_ceil(1000).try_into().ok()?))
}

#[cfg(test)]
mod tests;
