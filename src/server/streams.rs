//! The requests of one HTTP/2 connection: each runs by itself, and one whose client takes nothing
//! of its response is given up.
//!
//! A client that keeps its flow-control window shut holds a request, and the connection to the
//! service behind it, for nothing (CVE-2019-9517 and its kin); the connection as a whole may look
//! busy all the while.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::Executor;
use tokio::time::{Sleep, sleep};

use crate::telemetry::Stopwatch;

/// Whether the client takes what its request is answered.
pub(super) struct Taking {
    started: Stopwatch,
    /// Milliseconds from the start to when the client was last given something that it has not
    /// taken; 0 when it waits for us.
    given: AtomicU64,
}

impl Taking {
    fn new() -> Self {
        Self { started: Stopwatch::start(), given: AtomicU64::new(0) }
    }

    /// There is something for the client.
    pub(super) fn given(&self) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.given.store(now.max(1), Ordering::Relaxed);
    }

    /// It has taken all, and waits for more.
    pub(super) fn waits_for_us(&self) {
        self.given.store(0, Ordering::Relaxed);
    }

    fn time_left(&self, limit: Duration) -> Duration {
        match self.given.load(Ordering::Relaxed) {
            0 => limit,
            given => (Duration::from_millis(given) + limit).saturating_sub(self.started.elapsed()),
        }
    }
}

/// Runs the requests of one connection.
#[derive(Clone)]
pub(super) struct Streams {
    /// The latest request, between its arrival and its start: hyper starts what its service
    /// returns before it takes another.
    arriving: Arc<Mutex<Option<Arc<Taking>>>>,
    limit: Duration,
}

impl Streams {
    /// Gives a request up when its client takes nothing for `limit`.
    pub(super) fn new(limit: Duration) -> Self {
        Self { arriving: Arc::default(), limit }
    }

    /// A request has come; what is returned follows its response.
    pub(super) fn arrived(&self) -> Arc<Taking> {
        let taking = Arc::new(Taking::new());
        *self.arriving.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&taking));
        taking
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        let taking = self.arriving.lock().unwrap_or_else(PoisonError::into_inner).take();
        let limit = self.limit;
        #[expect(clippy::disallowed_methods, reason = "a connection's requests are its own tasks")]
        tokio::spawn(async move {
            let Some(taking) = taking else { return stream.await };
            let mut stream = pin!(stream);
            let mut alarm = pin!(sleep(limit));
            std::future::poll_fn(|context| {
                if stream.as_mut().poll(context).is_ready() {
                    return Poll::Ready(());
                }
                // Dropping the stream resets it.
                poll_stalled(&taking, limit, alarm.as_mut(), context)
            })
            .await;
        });
    }
}

fn poll_stalled(
    taking: &Taking,
    limit: Duration,
    mut alarm: Pin<&mut Sleep>,
    context: &mut Context<'_>,
) -> Poll<()> {
    while alarm.as_mut().poll(context).is_ready() {
        let left = taking.time_left(limit);
        if left.is_zero() {
            return Poll::Ready(());
        }
        let again = alarm.deadline() + left;
        alarm.as_mut().reset(again);
    }
    Poll::Pending
}
