//! One connection to the service, driven by whoever uses it.
//!
//! It has no task of its own: the request that holds it polls it, while it waits for the answer
//! and while the answer's body streams. So a request costs one task, not two, and a connection
//! that nobody uses costs nothing.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use tokio::time::{Sleep, sleep};

use crate::dial::{Address, Connection, DialError, Sender, Stream, connect};
use crate::telemetry::Stopwatch;

use super::request_body::{Progress, RequestBody};

/// A connection.
pub(super) struct Line {
    sender: Sender<RequestBody>,
    connection: Pin<Box<Connection<RequestBody>>>,
    ended: bool,
    /// The latest request had a body, which the service may not have read to its end.
    uploading: bool,
    /// Set anew only when it has gone off, not for every request: most answers come long before.
    alarm: Option<Pin<Box<Sleep>>>,
}

/// The request, if it was certainly never sent, and what went wrong.
pub(super) type Refused = TrySendError<Request<RequestBody>>;

impl Line {
    /// Starts HTTP/1.1 on `stream`.
    pub(super) async fn open(stream: Stream, address: &Address) -> Result<Self, DialError> {
        let (sender, connection) = connect(stream, address).await?;
        let mut line = Self {
            sender,
            connection: Box::pin(connection),
            ended: false,
            uploading: false,
            alarm: None,
        };
        // The first turn of the connection makes it ready; there is nothing to wait for.
        line.is_ready();
        Ok(line)
    }

    /// Whether it can take a request now. One that still owes the service part of an upload, or
    /// that the service has closed, cannot.
    pub(super) fn is_ready(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        self.turn(&mut context);
        !self.ended && self.sender.is_ready()
    }

    /// Whether it may wait for another request. An upload that the service cut short with its
    /// answer ends with the connection: nobody would drive the rest.
    pub(super) fn is_over(&mut self) -> bool {
        !self.uploading || self.is_ready()
    }

    /// Lets the connection read and write what it can.
    pub(super) fn turn(&mut self, context: &mut Context<'_>) {
        if !self.ended && self.connection.as_mut().poll(context).is_ready() {
            // What went wrong, if anything, reaches whoever waits for a response.
            self.ended = true;
        }
    }

    /// Sends `request` and waits for the head of its response, as long as that or the request's
    /// body moves at least once per `limit`. `None` when nothing moved: an upload may take hours,
    /// a silence may not.
    pub(super) async fn send(
        &mut self,
        request: Request<RequestBody>,
        limit: Duration,
    ) -> Option<Result<Response<Incoming>, Refused>> {
        self.uploading = !request.body().is_empty();
        let progress = request.body().progress();
        let mut watch = Watch { progress, seen: 0, limit, since: Stopwatch::start() };
        let mut answered = pin!(self.sender.try_send_request(request));
        poll_fn(|context| {
            self.turn(context);
            if let Poll::Ready(answer) = answered.as_mut().poll(context) {
                return Poll::Ready(Some(answer));
            }
            watch.poll(&mut self.alarm, context).map(|()| None)
        })
        .await
    }
}

/// Notices silence.
struct Watch {
    progress: Option<Progress>,
    seen: u64,
    limit: Duration,
    since: Stopwatch,
}

impl Watch {
    /// Ready when nothing has moved for the limit.
    fn poll(&mut self, alarm: &mut Option<Pin<Box<Sleep>>>, context: &mut Context<'_>) -> Poll<()> {
        let alarm = alarm.get_or_insert_with(|| Box::pin(sleep(self.limit)));
        while alarm.as_mut().poll(context).is_ready() {
            let mut left = self.limit.saturating_sub(self.since.elapsed());
            if left.is_zero() {
                let moved = self.progress.as_ref().map_or(0, Progress::count);
                if moved == self.seen {
                    return Poll::Ready(());
                }
                self.seen = moved;
                self.since = Stopwatch::start();
                left = self.limit;
            }
            alarm.as_mut().set(sleep(left));
        }
        Poll::Pending
    }
}
