//! How a connection is driven to its end: it ends by itself, because the program closes, because
//! it has had its share, or because its client is silent.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use tokio::sync::watch;
use tokio::time::sleep;

use super::activity::{Activity, Silence};
use super::metrics::Ended;
use super::{Guard, Limits, Phase};

/// What holds for a connection while it lives.
pub(super) struct Life {
    pub(super) activity: Arc<Activity>,
    pub(super) limits: Arc<Limits>,
    phase: watch::Receiver<Phase>,
    guard: Guard,
    served: AtomicU64,
}

/// Why a connection is to end.
pub(super) enum End {
    /// By itself.
    Ended(hyper::Result<()>),
    /// The program closes, or the client has had its share.
    Enough,
    /// The client said nothing for too long.
    Silent(Silence),
}

impl Life {
    pub(super) fn new(
        activity: Arc<Activity>,
        limits: Arc<Limits>,
        phase: watch::Receiver<Phase>,
        guard: Guard,
    ) -> Self {
        Self { activity, limits, phase, guard, served: AtomicU64::new(0) }
    }

    /// Another request; whether it should be the connection's last.
    pub(super) fn serves(&self) -> bool {
        self.served.fetch_add(1, Ordering::Relaxed);
        self.has_served_enough()
    }

    /// Whether the client has had its share of requests.
    pub(super) fn has_served_enough(&self) -> bool {
        self.served.load(Ordering::Relaxed) >= self.limits.max_requests
    }

    /// Whether it has gone on asking as long again.
    pub(super) fn has_served_too_much(&self) -> bool {
        self.served.load(Ordering::Relaxed) / 2 >= self.limits.max_requests
    }

    /// Whether clients are asked to go elsewhere.
    pub(super) fn is_leaving(&self) -> bool {
        // A receiver that has seen nothing yet: the phase has changed once it is no longer serving.
        self.phase.has_changed().unwrap_or(true)
    }

    /// The phase, as it goes on.
    pub(super) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.clone()
    }

    /// Drives `connection` until there is a reason for it to end: a phase, or whether it has had
    /// `enough`, among others.
    pub(super) async fn drive<C>(
        &self,
        connection: &mut C,
        at: Phase,
        enough: impl Fn() -> bool,
    ) -> End
    where
        C: Future<Output = hyper::Result<()>> + Unpin,
    {
        let mut phase = self.phase.clone();
        let closing = async move {
            // An error means that nobody is left to say anything: close.
            let _ = phase.wait_for(|phase| *phase >= at).await;
        };
        self.drive_until(connection, closing, enough).await
    }

    /// Drives `connection`, which has been asked to end, until it has, or has had `enough`.
    pub(super) async fn finish<C>(&self, connection: &mut C, enough: impl Fn() -> bool) -> End
    where
        C: Future<Output = hyper::Result<()>> + Unpin,
    {
        self.drive_until(connection, std::future::pending(), enough).await
    }

    async fn drive_until<C>(
        &self,
        connection: &mut C,
        closing: impl Future<Output = ()>,
        enough: impl Fn() -> bool,
    ) -> End
    where
        C: Future<Output = hyper::Result<()>> + Unpin,
    {
        let mut closing = pin!(closing);
        let mut alarm = pin!(sleep(self.limits.shortest()));
        let mut begun = false;
        poll_fn(|context| {
            // Once asked, `closing` and `alarm` wake this task by themselves; asking them again at
            // every turn of a busy connection would cost more than the rest of this loop.
            if (!begun || self.is_leaving()) && closing.as_mut().poll(context).is_ready() {
                return Poll::Ready(End::Enough);
            }
            if (!begun || alarm.is_elapsed())
                && self.activity.poll_silence(&self.limits, alarm.as_mut(), context).is_ready()
            {
                // Before the client is let go: perhaps it reads, only slowly.
                self.activity.insist();
                if let Poll::Ready(ended) = Pin::new(&mut *connection).poll(context) {
                    return Poll::Ready(End::Ended(ended));
                }
                if let Poll::Ready(silence) =
                    self.activity.poll_silence(&self.limits, alarm.as_mut(), context)
                {
                    return Poll::Ready(End::Silent(silence));
                }
            }
            begun = true;
            let ended = Pin::new(&mut *connection).poll(context).map(End::Ended);
            if ended.is_pending() && enough() { Poll::Ready(End::Enough) } else { ended }
        })
        .await
    }

    /// The connection has ended, by itself or by us.
    pub(super) fn ended(&self, end: &End) {
        match end {
            End::Enough | End::Ended(Ok(())) => {}
            End::Ended(Err(error)) => {
                // A client that leaves or sends nonsense is its own affair.
                tracing::debug!(%error, "client connection ended");
                let flood = self.activity.is_flooded() || is_flood(error);
                self.guard.count(if flood { Ended::Flood } else { Ended::Protocol });
            }
            End::Silent(silence) => self.guard.count(match silence {
                Silence::Head => Ended::HeadTimeout,
                Silence::Idle => Ended::Idle,
                Silence::Write => Ended::WriteTimeout,
            }),
        }
    }
}

/// Whether the HTTP/2 library sent the client away for what it bounds by itself.
fn is_flood(error: &hyper::Error) -> bool {
    let cause =
        std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<h2::Error>());
    cause.and_then(h2::Error::reason) == Some(h2::Reason::ENHANCE_YOUR_CALM)
}
