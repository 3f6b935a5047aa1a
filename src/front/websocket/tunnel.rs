//! A web socket through us: bytes both ways, until one side ends it or the token behind it does.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep, timeout};

use crate::upstream;

use super::farewell::{to_client, to_service};
use super::metrics::Ended;
use super::open::Open;
use super::pipe::Pipe;

/// How long both sides have to take our word that it is over, and to end it themselves.
const FAREWELL: Duration = Duration::from_secs(2);

/// A tunnel that both sides have agreed to.
pub struct Tunnel {
    pub(super) service: upstream::Tunnel,
    pub(super) open: Open,
}

impl Tunnel {
    /// Passes bytes on between the service and `client` until either side ends it, nothing passes
    /// for too long, its token ends or is revoked, or `leaving` says that the process ends. Where
    /// we end it, both sides are told why in their own protocol, in between two frames, and have a
    /// few seconds to end it in theirs.
    ///
    /// Cancelling it closes both connections; that is written down like any other end.
    pub async fn run<C>(self, client: C, leaving: impl Future<Output = ()>)
    where
        C: AsyncRead + AsyncWrite + Unpin,
    {
        let Self { service, open } = self;
        let (up, down) = (Flow::new(), Flow::new());
        let sides = Sides { client, service, up, down, broken: false };
        // Nobody cancels it but a process that has run out of patience.
        let mut kept = Kept { open, sides, ended: Ended::Leaving };
        let idle_timeout = kept.open.idle_timeout();
        kept.ended = tokio::select! {
            ended = kept.sides.pass(idle_timeout) => ended,
            ended = kept.open.ends() => ended,
            () = leaving => Ended::Leaving,
        };
        if !matches!(kept.ended, Ended::Broken | Ended::Closed) {
            let _ = timeout(FAREWELL, kept.sides.part(kept.ended)).await;
        }
    }
}

/// A tunnel that is written down when it is dropped, by whatever way it has come to its end.
struct Kept<C> {
    open: Open,
    sides: Sides<C>,
    ended: Ended,
}

impl<C> Drop for Kept<C> {
    fn drop(&mut self) {
        let Sides { up, down, .. } = &self.sides;
        self.open.ended(self.ended, up.pipe.passed(), down.pipe.passed());
    }
}

/// Both ends and both directions.
struct Sides<C> {
    client: C,
    service: upstream::Tunnel,
    up: Flow,
    down: Flow,
    /// A connection broke.
    broken: bool,
}

/// A direction, and whether it is over.
struct Flow {
    pipe: Pipe,
    over: bool,
}

impl Flow {
    fn new() -> Self {
        Self { pipe: Pipe::new(), over: false }
    }
}

impl<C: AsyncRead + AsyncWrite + Unpin> Sides<C> {
    /// Passes bytes on until both directions are over, or nothing has passed for `idle`. Whoever
    /// has nothing more to say is not talked to for long: a web socket is closed by both at once.
    /// Nor is it waited for long when a connection is broken.
    async fn pass(&mut self, idle: Duration) -> Ended {
        let mut alarm = pin!(sleep(idle));
        let mut last_words = None;
        let mut seen = 0;
        poll_fn(|context| {
            let over = self.poll_pass(context);
            let ended = if self.broken { Ended::Broken } else { Ended::Closed };
            if over.is_ready() {
                return Poll::Ready(ended);
            }
            if self.up.over || self.down.over {
                let limit = last_words.get_or_insert_with(|| Box::pin(sleep(FAREWELL)));
                if limit.as_mut().poll(context).is_ready() {
                    return Poll::Ready(ended);
                }
            }
            let passed = self.up.pipe.passed() + self.down.pipe.passed();
            poll_idle(alarm.as_mut(), idle, passed, &mut seen, context).map(|()| Ended::Idle)
        })
        .await
    }

    fn poll_pass(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Self { client, service, up, down, broken } = self;
        let mut client_left = false;
        if !up.over
            && let Poll::Ready(passed) = up.pipe.poll_pass(client, service, context)
        {
            up.over = true;
            *broken |= passed.is_err();
            client_left |= up.pipe.source_broke();
        }
        if !down.over
            && let Poll::Ready(passed) = down.pipe.poll_pass(service, client, context)
        {
            down.over = true;
            *broken |= passed.is_err();
            client_left |= passed.is_err() && !down.pipe.source_broke();
        }
        if *broken && client_left {
            return Poll::Ready(());
        }
        if *broken {
            return self.poll_last_words(context);
        }
        if up.over && down.over { Poll::Ready(()) } else { Poll::Pending }
    }

    /// A service that breaks off has often said why, and that is still to be read: it is passed on. The
    /// client is read from meanwhile; its own system would take bytes that nobody reads for a reason
    /// to throw away what it has not read either.
    fn poll_last_words(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Self { client, down, .. } = self;
        if down.over {
            // Nobody is left to hear that this failed.
            let _ = Pin::new(&mut *client).poll_shutdown(context);
        }
        match poll_discard(client, context) {
            Poll::Ready(Err(_)) => Poll::Ready(()),
            Poll::Ready(Ok(())) if down.over => Poll::Ready(()),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
        }
    }

    /// Tells both sides why it is over, and waits until they have ended it. A client that still has
    /// the right to be heard is heard out: what it says up to its own closing frame is passed on, and
    /// that frame tells the service.
    async fn part(&mut self, why: Ended) -> io::Result<()> {
        let Self { client, service, up, down, .. } = self;
        let (word_up, word_down) = (to_service(why), to_client(why));
        let heard_out = matches!(why, Ended::Idle | Ended::Leaving | Ended::Lifetime);
        let mut patience = pin!(sleep(FAREWELL / 2));
        (up.over, down.over) = (false, false);
        poll_fn(|context| {
            if !up.over && heard_out && patience.as_mut().poll(context).is_pending() {
                up.over = up.pipe.poll_pass(client, service, context).is_ready();
            } else if !up.over {
                let said = up.pipe.poll_say(client, service, &word_up, context);
                up.over = said.is_ready();
            }
            if !down.over {
                let said = down.pipe.poll_say(service, client, &word_down, context);
                down.over = said.is_ready();
            }
            if up.over && down.over { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        poll_fn(|context| {
            let service = poll_discard(service, context)?;
            let client = poll_discard(client, context)?;
            if service.is_ready() && client.is_ready() {
                Poll::Ready(Ok(()))
            } else {
                Poll::Pending
            }
        })
        .await
    }
}

/// Ready when nothing has passed for a whole period of `alarm`.
fn poll_idle(
    mut alarm: Pin<&mut Sleep>,
    idle: Duration,
    passed: u64,
    seen: &mut u64,
    context: &mut Context<'_>,
) -> Poll<()> {
    while alarm.as_mut().poll(context).is_ready() {
        if passed == *seen {
            return Poll::Ready(());
        }
        *seen = passed;
        let again = alarm.deadline() + idle;
        alarm.as_mut().reset(again);
    }
    Poll::Pending
}

/// Reads and forgets, up to the end.
fn poll_discard<R>(from: &mut R, context: &mut Context<'_>) -> Poll<io::Result<()>>
where
    R: AsyncRead + Unpin,
{
    loop {
        let mut room = [0; 4096];
        let mut buffer = ReadBuf::new(&mut room);
        ready!(Pin::new(&mut *from).poll_read(context, &mut buffer))?;
        if buffer.filled().is_empty() {
            return Poll::Ready(Ok(()));
        }
    }
}
