//! One connection to the service, driven by whoever uses it.
//!
//! It has no task of its own: the request that holds it polls it, while it waits for the answer
//! and while the answer's body streams. So a request costs one task, not two, and a connection
//! that nobody uses costs nothing.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;

use crate::dial::{Address, Connection, DialError, Sender, Stream, connect};
use crate::upstream::age::Age;
use crate::upstream::request_body::RequestBody;
use crate::upstream::vigil::{Alarm, Lapse, Vigil};

use super::interim::{Counted, Watched};

/// A connection.
pub(in crate::upstream) struct Line {
    sender: Sender<RequestBody>,
    connection: Pin<Box<Connection<Counted, RequestBody>>>,
    heads: Arc<Watched>,
    ended: bool,
    /// The latest request had a body, which the service may not have read to its end.
    uploading: bool,
    /// How long it takes requests.
    pub(super) age: Age,
    /// Kept from one request to the next.
    pub(in crate::upstream) alarm: Alarm,
}

/// The request, if it was certainly never sent, and what went wrong.
pub(super) type Refused = TrySendError<Request<RequestBody>>;

impl Line {
    /// Starts HTTP/1.1 on `stream`.
    pub(super) async fn open(
        stream: Stream,
        address: &Address,
        age: Age,
    ) -> Result<Self, DialError> {
        let heads = Arc::new(Watched::default());
        let counted = Counted::new(stream, Arc::clone(&heads));
        let (sender, connection) = connect(counted, address).await?;
        let mut line = Self {
            sender,
            connection: Box::pin(connection),
            heads,
            ended: false,
            uploading: false,
            age,
            alarm: Alarm::default(),
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
    pub(in crate::upstream) fn turn(&mut self, context: &mut Context<'_>) {
        if !self.ended && self.connection.as_mut().poll(context).is_ready() {
            // What went wrong, if anything, reaches whoever waits for a response.
            self.ended = true;
        }
    }

    /// Sends `request` and waits for the head of its response, or until `vigil` is over.
    pub(super) async fn send(
        &mut self,
        request: Request<RequestBody>,
        vigil: &mut Vigil,
    ) -> Result<Result<Response<Incoming>, Refused>, Lapse> {
        self.uploading = !request.body().is_empty();
        self.heads.expect();
        vigil.sent();
        let mut answered = pin!(self.sender.try_send_request(request));
        poll_fn(|context| {
            self.turn(context);
            if let Poll::Ready(answer) = answered.as_mut().poll(context) {
                return Poll::Ready(Ok(answer));
            }
            vigil.poll(&mut self.alarm, context).map(Err)
        })
        .await
    }

    /// Whether the service sent interim responses without end.
    pub(super) fn was_flooded(&self) -> bool {
        self.heads.was_flooded()
    }

    /// Whether so much as a byte has come in answer to the latest request.
    pub(super) fn is_answered(&self) -> bool {
        self.heads.is_answered()
    }

    /// The stream beneath, and what was read of it already, once the service has agreed to stop
    /// speaking HTTP; `None` when it has not.
    pub(super) fn into_stream(mut self) -> Option<(Stream, Bytes)> {
        // What came with the answer was read, but the connection has yet to notice its end.
        let mut context = Context::from_waker(Waker::noop());
        self.turn(&mut context);
        let connection = Pin::into_inner(self.connection);
        self.ended.then(|| {
            let parts = connection.into_parts();
            (parts.io.into_inner().into_inner(), parts.read_buf)
        })
    }
}
