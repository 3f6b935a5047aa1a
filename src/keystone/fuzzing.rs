//! What an answer of Keystone's means, without asking: for `fuzz/` only.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::identity::{Allowance, Identity, RawToken, UnixTime};
use crate::telemetry::{MetricError, Registry};

use super::answer::{Asker, Verdict, judge};
use super::extras::Extras;
use super::transport::Answer;
use super::wire::Reading;
use super::{ExtraSettings, KeystoneError};

/// Reads answers as a validator does.
pub struct Reader(Extras);

impl Reader {
    /// One that makes the optional fields as `settings` want them.
    ///
    /// # Errors
    /// Never, for a registry of its own.
    pub fn new(settings: ExtraSettings) -> Result<Self, MetricError> {
        Extras::new(settings, &Registry::default()).map(Self)
    }

    /// What the answer to a question about `subject` says; `None` when it is about our own token.
    pub fn read(
        &self,
        own_account: bool,
        subject: RawToken<'_>,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Option<Result<Identity, KeystoneError>> {
        let asker = if own_account { Asker::Service } else { Asker::Subject { proven: false } };
        let answer = Answer { status, headers, body };
        let now = UnixTime::from_millis(0);
        let how = Reading { now, allowance: Allowance::None, rules: true };
        match judge(asker, subject, &answer, how, Some(&self.0)) {
            Verdict::Settled(result) => Some(result),
            Verdict::OwnTokenRefused => None,
        }
    }
}
