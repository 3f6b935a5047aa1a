//! The watch over one exchange: whose turn it is, and for how long already.
//!
//! Nothing is set while things move. A timer is looked at only when there is something to wait
//! for, and one that runs already is used again: it may go off too early, never too late.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use crate::telemetry::Stopwatch;

use super::settings::Deadlines;
use super::upload::{TooSlow, Upload};

/// Who took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lapse {
    /// The client, with its body.
    Client,
    /// The service, with its answer or the next part of it.
    Service(Duration),
    /// Both together.
    Total(Duration),
}

/// The watch over one exchange.
pub(super) struct Vigil {
    deadlines: Deadlines,
    upload: Option<Arc<Upload>>,
    begun: Stopwatch,
    phase: Phase,
}

/// What is waited for.
enum Phase {
    /// The head of the response, since the request's body had moved `seen` times.
    Head { since: Stopwatch, seen: u64 },
    /// The rest of its body, if that is waited for at all.
    Body { since: Option<Stopwatch> },
}

impl Vigil {
    /// Begins with a request whose way began at `begun`.
    pub(super) fn new(deadlines: Deadlines, upload: Option<Arc<Upload>>, begun: Stopwatch) -> Self {
        let phase = Phase::Head { since: begun, seen: 0 };
        Self { deadlines, upload, begun, phase }
    }

    /// The request is on its way now.
    pub(super) fn sent(&mut self) {
        self.phase = Phase::Head { since: Stopwatch::start(), seen: 0 };
    }

    /// The head of the response is there.
    pub(super) fn answered(&mut self) {
        self.phase = Phase::Body { since: None };
    }

    /// More of the response would be taken than there is.
    pub(super) fn waits(&mut self) {
        if let Phase::Body { since } = &mut self.phase {
            since.get_or_insert_with(Stopwatch::start);
        }
    }

    /// More of the response is there.
    pub(super) fn moved(&mut self) {
        if let Phase::Body { since: since @ Some(_) } = &mut self.phase {
            *since = None;
        }
    }

    /// Ready when somebody took too long.
    pub(super) fn poll(&mut self, alarm: &mut Alarm, context: &mut Context<'_>) -> Poll<Lapse> {
        match self.period() {
            Some(period) => alarm.poll(period, context, || self.left(period)),
            None => Poll::Pending,
        }
    }

    /// How often to look: within so long, nothing can begin and lapse.
    fn period(&self) -> Option<Duration> {
        let Deadlines { response, body, total } = self.deadlines;
        let client = self.upload.as_ref().and_then(|upload| {
            let pace = upload.pace();
            pace.idle.or_else(|| (pace.min_rate > 0).then_some(LOOK))
        });
        let service = match self.phase {
            Phase::Head { .. } => Some(response),
            Phase::Body { .. } => body,
        };
        [service, total, client].into_iter().flatten().min()
    }

    /// How long nobody can be too late; at most `most`.
    fn left(&mut self, most: Duration) -> Result<Duration, Lapse> {
        let mut least = most;
        if let Some(total) = self.deadlines.total {
            least = least.min(left(total, self.begun).ok_or(Lapse::Total(total))?);
        }
        if let Some(upload) = &self.upload {
            let left = upload.left().map_err(|TooSlow| Lapse::Client)?;
            least = left.map_or(least, |left| least.min(left));
        }
        let service = match &mut self.phase {
            Phase::Head { since, seen } => {
                let limit = self.deadlines.response;
                let moved = self.upload.as_ref().map_or(0, |upload| upload.count());
                let excused = self.upload.as_ref().is_some_and(|upload| upload.is_clients_turn());
                match left(limit, *since) {
                    None if moved == *seen && !excused => return Err(Lapse::Service(limit)),
                    None => {
                        (*since, *seen) = (Stopwatch::start(), moved);
                        limit
                    }
                    Some(left) => left,
                }
            }
            Phase::Body { since } => match (self.deadlines.body, since) {
                (Some(limit), Some(since)) => left(limit, *since).ok_or(Lapse::Service(limit))?,
                _ => most,
            },
        };
        Ok(least.min(service))
    }
}

/// What is left of `limit`; `None` when nothing is.
fn left(limit: Duration, since: Stopwatch) -> Option<Duration> {
    limit.checked_sub(since.elapsed()).filter(|left| !left.is_zero())
}

/// How often to look where only a rate is asked for.
const LOOK: Duration = Duration::from_secs(30);

/// A timer that outlives the exchange it was set for. Most exchanges are over long before it goes
/// off, so most of them set none.
#[derive(Default)]
pub(super) struct Alarm(Option<Set>);

struct Set {
    sleep: Pin<Box<Sleep>>,
    /// It goes off within so long of being looked at.
    period: Duration,
}

impl Alarm {
    fn poll(
        &mut self,
        period: Duration,
        context: &mut Context<'_>,
        mut left: impl FnMut() -> Result<Duration, Lapse>,
    ) -> Poll<Lapse> {
        let set = self.0.get_or_insert_with(|| Set { sleep: Box::pin(sleep(period)), period });
        if period < set.period {
            set.sleep.as_mut().set(sleep(period));
            set.period = period;
        }
        while set.sleep.as_mut().poll(context).is_ready() {
            match left() {
                Ok(left) => set.sleep.as_mut().set(sleep(left)),
                Err(lapse) => return Poll::Ready(lapse),
            }
        }
        Poll::Pending
    }
}
