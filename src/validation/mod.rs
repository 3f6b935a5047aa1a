//! Who is this token, cheaply: remembered answers first, Keystone when there is none.
//!
//! Read [`Validator::validate`] from hottest to coldest. The cold half runs in [`Questions`], a
//! task that `app` runs, so that no request's end can cut short what others wait for.

mod cache;
mod flight;
mod freshness;
mod metrics;
mod questions;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::identity::{Allowance, BadToken, Clock, Identity, RawToken, TokenHasher, TokenKey};
use crate::keystone::Keystone;
use crate::telemetry::{MetricError, Registry, Stopwatch};

use cache::{Cache, Recall};
use flight::{Card, Desk, Question, Ticket};
use metrics::{Metrics, Outcome, Source};

pub use cache::{Fill, Purge};
pub use questions::Questions;
pub use settings::Settings;

/// Why a token has no identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFailure {
    /// It is no good.
    Bad(BadToken),
    /// Nobody knows; ask again after this long.
    Unavailable {
        /// How long clients should wait.
        retry_after: Duration,
    },
}

/// What came of a validation, cheap to hand to everybody who waits.
type Answer = Result<Arc<Identity>, TokenFailure>;

/// Validates tokens. Shared by all workers.
pub struct Validator {
    shared: Arc<Shared>,
    hasher: TokenHasher,
    /// How long a request waits for its answer, the wait for a turn included.
    patience: Duration,
}

/// What the validator and its task both hold.
struct Shared {
    cache: Cache,
    desk: Desk<Answer>,
    retry_after: Duration,
    metrics: Metrics,
}

impl Validator {
    /// A validator and the task that asks `keystone` on its behalf. Without that task running,
    /// every unknown token is answered as an outage.
    ///
    /// # Errors
    /// When its metrics are declared already.
    pub fn new(
        settings: &Settings,
        keystone: Arc<Keystone>,
        patience: Duration,
        hasher: TokenHasher,
        clock: Clock,
        registry: &Registry,
    ) -> Result<(Self, Questions), MetricError> {
        let (desk, queue) = Desk::new(settings.max_waiting);
        let shared = Arc::new(Shared {
            cache: Cache::new(settings, clock, registry)?,
            desk,
            retry_after: settings.retry_after,
            metrics: Metrics::register(registry)?,
        });
        let questions =
            Questions::new(Arc::clone(&shared), queue, keystone, settings.max_in_flight);
        Ok((Self { shared, hasher, patience }, questions))
    }

    /// Who `token` is. A remembered answer costs no allocation and does not wait; the time spent
    /// waiting for another is added to `waited`.
    ///
    /// Cancel-safe: a caller that leaves does not cancel the question that others wait for.
    ///
    /// # Errors
    /// Within the configured patience, whatever Keystone does.
    pub async fn validate(
        &self,
        token: RawToken<'_>,
        allowance: Allowance,
        request_id: Option<&HeaderValue>,
        waited: &mut Duration,
    ) -> Result<Arc<Identity>, TokenFailure> {
        if !token.is_well_formed() {
            return Err(TokenFailure::Bad(BadToken::Malformed));
        }
        let key = self.hasher.key(token, allowance);
        // One that is good as it is needs no allowance; the reverse is never assumed.
        let without = match allowance {
            Allowance::None => None,
            Allowance::Expired => Some(self.hasher.key(token, Allowance::None)),
        };
        if let Some(answer) = self.shared.remembered(&key, without.as_ref()) {
            return answer;
        }
        let watch = Stopwatch::start();
        // Rare and large; boxed so that the common future stays small.
        let answer = Box::pin(self.ask(key, token, allowance, request_id)).await;
        *waited += watch.elapsed();
        answer
    }

    async fn ask(
        &self,
        key: TokenKey,
        token: RawToken<'_>,
        allowance: Allowance,
        request_id: Option<&HeaderValue>,
    ) -> Answer {
        let ticket = Ticket { key, asked: self.shared.cache.moment() };
        let question = || Question {
            ticket,
            token: token.to_owned(),
            allowance,
            request_id: request_id.cloned(),
        };
        let look = || answer_of(self.shared.cache.look(&key));
        let card = self.shared.desk.take_card(ticket, look, question);
        let receiver = match card {
            Card::First(receiver) => receiver,
            Card::Full => {
                self.shared.metrics.overload();
                return self.shared.unavailable(None);
            }
            Card::Joined(receiver) => {
                self.shared.metrics.coalesced.inc();
                receiver
            }
            Card::Known(answer) => return answer,
        };
        self.wait(receiver).await
    }

    async fn wait(&self, receiver: oneshot::Receiver<Answer>) -> Answer {
        match timeout(self.patience, receiver).await {
            Ok(Ok(answer)) => answer,
            // The turn did not come in time, or the task is gone: nobody knows.
            Ok(Err(_)) | Err(_) => self.shared.unavailable(None),
        }
    }

    /// Forgets what is remembered about some tokens; returns how many identities went.
    pub fn purge(&self, which: &Purge) -> u64 {
        self.shared.cache.purge(which)
    }

    /// How full the cache is.
    pub fn fill(&self) -> Fill {
        self.shared.cache.fill()
    }

    /// Drops what has ended and brings the gauges up to date.
    pub fn tidy(&self) {
        self.shared.cache.tidy();
    }
}

impl Shared {
    /// The remembered answer, counted as one that was given. An identity that `without` stands
    /// for will do as well.
    fn remembered(&self, key: &TokenKey, without: Option<&TokenKey>) -> Option<Answer> {
        let answer = answer_of(self.cache.recall(key, without))?;
        self.metrics.validations.count(Source::Cache, Outcome::of(&answer));
        Some(answer)
    }

    fn unavailable(&self, told: Option<Duration>) -> Answer {
        Err(TokenFailure::Unavailable { retry_after: told.unwrap_or(self.retry_after) })
    }
}

fn answer_of(recall: Recall) -> Option<Answer> {
    match recall {
        Recall::Bad(bad) => Some(Err(TokenFailure::Bad(bad))),
        Recall::Known(identity, _) => Some(Ok(identity)),
        Recall::Nothing => None,
    }
}
