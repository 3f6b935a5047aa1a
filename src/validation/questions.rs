//! The task that asks Keystone: bounded, detached from requests, and the only writer of answers.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;

use crate::keystone::{Keystone, KeystoneError};
use crate::telemetry::Stopwatch;

use super::cache::Known;
use super::flight::{Question, Ticket};
use super::metrics::{Outcome, Source};
use super::{Answer, Shared, TokenFailure};

/// Asks what is put on the desk, so many at a time. Run it for as long as the validator lives.
pub struct Questions {
    shared: Arc<Shared>,
    queue: mpsc::Receiver<Question>,
    keystone: Arc<Keystone>,
    max_in_flight: usize,
}

impl Questions {
    pub(super) fn new(
        shared: Arc<Shared>,
        queue: mpsc::Receiver<Question>,
        keystone: Arc<Keystone>,
        max_in_flight: usize,
    ) -> Self {
        Self { shared, queue, keystone, max_in_flight: max_in_flight.max(1) }
    }

    /// Runs until cancelled. Whoever waits then is told that nobody knows.
    pub async fn run(mut self) {
        let mut asked = FuturesUnordered::new();
        loop {
            tokio::select! {
                question = self.queue.recv(), if asked.len() < self.max_in_flight => {
                    let Some(question) = question else { break };
                    asked.push(settle(&self.shared, &self.keystone, question));
                }
                Some(()) = asked.next(), if !asked.is_empty() => {}
            }
        }
    }
}

/// Asks, remembers, and answers everybody who waits, in this order.
async fn settle(shared: &Shared, keystone: &Keystone, question: Question) {
    let ticket = question.ticket;
    if !shared.desk.still_wanted(&ticket) {
        return;
    }
    // A bug in reading one answer must not end validation for everybody.
    let answer = AssertUnwindSafe(answer(shared, keystone, question))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| {
            tracing::error!("a validation panicked; please report this");
            shared.unavailable(None)
        });
    shared.desk.settle(&ticket, &answer);
}

async fn answer(shared: &Shared, keystone: &Keystone, question: Question) -> Answer {
    let Ticket { key, asked } = question.ticket;
    let watch = Stopwatch::start();
    let request_id = question.request_id.as_ref();
    let said = keystone.who_is(question.token.as_raw(), question.allowance, request_id).await;
    let answer = match said {
        Ok(identity) => {
            let digest = question.token.as_raw().digest();
            let known = Known::new(identity, digest, question.allowance);
            let identity = Arc::clone(&known.identity);
            shared.cache.remember(key, Ok(known), asked);
            Ok(identity)
        }
        Err(KeystoneError::Bad(bad)) => {
            shared.cache.remember(key, Err(bad), asked);
            Err(TokenFailure::Bad(bad))
        }
        Err(KeystoneError::Unavailable(_, pause)) => shared.unavailable(pause),
    };
    shared.metrics.duration.observe(watch.elapsed().as_secs_f64());
    shared.metrics.validations.count(Source::Keystone, Outcome::of(&answer));
    answer
}
