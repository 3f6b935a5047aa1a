//! HTTP/2 to the service: many requests at a time over few connections, which tasks of their own
//! drive.

mod bundle;
mod head;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::telemetry::Stopwatch;

use super::error::UpstreamError;
use super::request_body::RequestBody;
use super::response_body::ResponseBody;
use super::station::Place;
use super::upload::{Fault, Upload};
use super::vigil::{Alarm, Vigil};

use bundle::{Age, Strand};

pub(super) use bundle::Bundle;

/// Sends `request` and returns the head of its response.
///
/// What certainly never reached the service is sent once more, made anew by `again` unless its
/// body was streaming already; so is a safe request without a body when an old connection died
/// under it.
pub(super) async fn send(
    bundle: &Bundle,
    place: &Place,
    request: Request<RequestBody>,
    again: impl Fn(RequestBody) -> Option<Request<RequestBody>>,
    begun: Stopwatch,
) -> Result<(Response<Incoming>, Stream), UpstreamError> {
    let repeatable = request.body().is_empty() && request.method().is_safe();
    let spare = request.body().again();
    let (strand, age) = bundle.strand(place).await?;
    let Failed { error, unsent, fate } = match exchange(strand, request, place, begun).await {
        Ok(answered) => return Ok(answered),
        Err(failed) => failed,
    };
    let request = match (unsent, fate) {
        (Some(unsent), _) => unsent,
        (None, Fate::Unprocessed) => spare.and_then(again).ok_or(error)?,
        (None, Fate::Died) if repeatable && age == Age::Old => {
            again(RequestBody::empty()).ok_or(error)?
        }
        (None, Fate::Died | Fate::Unknown) => return Err(error),
    };
    place.station().metrics.retries.inc();
    let (strand, _) = bundle.strand(place).await?;
    exchange(strand, request, place, begun).await.map_err(|failed| failed.error)
}

/// One request's share of a connection, until its response has ended.
pub(super) struct Stream {
    strand: Strand,
    upload: Option<Arc<Upload>>,
    pub(super) alarm: Alarm,
    pub(super) vigil: Vigil,
}

impl Drop for Stream {
    fn drop(&mut self) {
        // The response has ended, or nobody wants it; either way the service has no more use for
        // what is left of the request.
        if let Some(upload) = &self.upload {
            upload.cut();
        }
    }
}

async fn exchange(
    strand: Strand,
    mut request: Request<RequestBody>,
    place: &Place,
    begun: Stopwatch,
) -> Result<(Response<Incoming>, Stream), Failed> {
    let station = place.station();
    // One that comes back unsent is translated already.
    if request.uri().authority().is_none() {
        head::translate(&mut request, station.dialer.endpoint())?;
    }
    let upload = request.body().upload();
    let vigil = Vigil::new(station.deadlines, upload.clone(), begun);
    let mut stream = Stream { strand, upload, alarm: Alarm::default(), vigil };
    stream.vigil.sent();
    let mut sender = stream.strand.sender();
    let answer = {
        let mut answered = pin!(sender.send(request));
        poll_fn(|context| {
            if let Poll::Ready(answer) = answered.as_mut().poll(context) {
                return Poll::Ready(Ok(answer));
            }
            stream.vigil.poll(&mut stream.alarm, context).map(Err)
        })
        .await
    };
    match answer {
        Ok(Ok(response)) => {
            stream.vigil.answered();
            Ok((response, stream))
        }
        Ok(Err(mut refused)) => {
            let unsent = refused.take_message();
            let error = refused.into_error();
            let fate = fate(&error);
            if unsent.is_some() || fate != Fate::Unknown {
                stream.strand.retire();
            }
            let error = match stream.upload.as_ref().and_then(|upload| upload.fault()) {
                Some(Fault::Broken) => UpstreamError::Client(error),
                Some(Fault::TooLong) => UpstreamError::BodyTooLong,
                None => UpstreamError::Broken(error),
            };
            Err(Failed { error, unsent, fate })
        }
        Err(lapse) => Err(Failed::from(UpstreamError::from(lapse))),
    }
}

/// What is known of a request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The connection ended under it.
    Died,
    /// The service says that it has not looked at it.
    Unprocessed,
    /// Nothing.
    Unknown,
}

fn fate(error: &hyper::Error) -> Fate {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(error) = inner.downcast_ref::<h2::Error>() {
            let refused = error.reason() == Some(h2::Reason::REFUSED_STREAM);
            // A request that GOAWAY does not cover goes on, or ends with the connection; it is
            // those beyond that end with the frame (RFC 9113, section 6.8).
            return match error {
                _ if error.is_remote() && (error.is_go_away() || refused) => Fate::Unprocessed,
                _ if error.is_io() => Fate::Died,
                _ => Fate::Unknown,
            };
        }
        if inner.is::<std::io::Error>() {
            return Fate::Died;
        }
        cause = inner.source();
    }
    if error.is_canceled() || error.is_closed() || error.is_timeout() {
        Fate::Died
    } else {
        Fate::Unknown
    }
}

/// A failed exchange, and the request if it never left us.
struct Failed {
    error: UpstreamError,
    unsent: Option<Request<RequestBody>>,
    fate: Fate,
}

impl From<UpstreamError> for Failed {
    fn from(error: UpstreamError) -> Self {
        Self { error, unsent: None, fate: Fate::Unknown }
    }
}

/// The response with the body that its client will read.
pub(super) fn relayed(
    response: Response<Incoming>,
    stream: Stream,
    place: Place,
) -> Response<ResponseBody> {
    response.map(|body| ResponseBody::over_stream(body, stream, place))
}
