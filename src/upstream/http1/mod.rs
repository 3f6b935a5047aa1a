//! HTTP/1.1 to the service: one request at a time on each connection, and no task besides the
//! request's own.

mod interim;
mod line;
mod pool;

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};

use crate::telemetry::Stopwatch;

use super::age::Age;
use super::error::UpstreamError;
use super::request_body::{BodyError, RequestBody};
use super::response_body::ResponseBody;
use super::station::Place;
use super::tunnel::Tunnel;
use super::vigil::{Lapse, Vigil};

use line::Line;

pub(super) use pool::{Lease, Pool};

/// Sends `request` and returns the head of its response.
///
/// A request that was certainly never sent is sent on another connection. A safe one without a body
/// is made anew by `again` and sent once more, on a fresh connection, when an old one died under it
/// before a byte of an answer came: one that kills whoever serves it must not go around.
pub(super) async fn send(
    pool: &Pool,
    place: Place,
    mut request: Request<RequestBody>,
    again: impl Fn(RequestBody) -> Option<Request<RequestBody>>,
    begun: Stopwatch,
) -> Result<Response<ResponseBody>, UpstreamError> {
    name_trailers(&mut request);
    // Safe by its method (RFC 9110, section 9.2.1), so sending it twice does no harm.
    let repeatable = request.body().is_empty() && request.method().is_safe();
    while let Some(mut line) = pool.take() {
        let failed = match exchange(&mut line, request, &place, begun).await {
            Ok((response, vigil)) => {
                let lease = Lease::new(line, place);
                return Ok(response.map(|body| ResponseBody::over_line(body, lease, vigil)));
            }
            Err(failed) => failed,
        };
        let retries = &place.station().metrics.retries;
        match failed.fate {
            Fate::Unsent(unsent) => {
                retries.inc();
                request = *unsent;
            }
            Fate::Died if repeatable => {
                request = again(RequestBody::empty()).ok_or(failed.error)?;
                retries.inc();
                break;
            }
            Fate::Died | Fate::Known => return Err(failed.error),
        }
    }
    let mut line = connect(&place).await?;
    let answered = exchange(&mut line, request, &place, begun).await;
    let (response, vigil) = answered.map_err(|failed| failed.error)?;
    let lease = Lease::new(line, place);
    Ok(response.map(|body| ResponseBody::over_line(body, lease, vigil)))
}

/// Asks over a connection of its own whether that may become a tunnel, once. The body of the
/// response is the tunnel if it may.
pub(super) async fn tunnel(
    place: Place,
    mut request: Request<RequestBody>,
    begun: Stopwatch,
) -> Result<Response<ResponseBody>, UpstreamError> {
    let fields = request.headers_mut();
    fields.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    fields.insert(header::UPGRADE, HeaderValue::from_static(WEBSOCKET));
    let mut line = connect(&place).await?;
    let answered = exchange(&mut line, request, &place, begun).await;
    let (response, vigil) = answered.map_err(|failed| failed.error)?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        // Whatever the service makes of the wish, nobody else gets a connection that had one.
        let lease = Lease::once(line, place);
        return Ok(response.map(|body| ResponseBody::over_line(body, lease, vigil)));
    }
    let to = response.headers().get(header::UPGRADE).map(HeaderValue::as_bytes);
    if !to.is_some_and(|to| to.eq_ignore_ascii_case(WEBSOCKET.as_bytes())) {
        return Err(UpstreamError::Unusable);
    }
    let (stream, first) = line.into_stream().ok_or(UpstreamError::Unusable)?;
    let tunnel = Tunnel::new(stream, first, place);
    Ok(response.map(|body| ResponseBody::tunnel(body, tunnel)))
}

/// The one protocol that is switched to.
const WEBSOCKET: &str = "websocket";

async fn connect(place: &Place) -> Result<Line, UpstreamError> {
    let station = place.station();
    let watch = Stopwatch::start();
    let stream = station.dialer.connect().await?;
    let age = Age::new(station.settings.max_age);
    let line = Line::open(stream, &station.dialer.endpoint().address, age).await?;
    station.metrics.connects.observe(watch.elapsed().as_secs_f64());
    Ok(line)
}

async fn exchange(
    line: &mut Line,
    request: Request<RequestBody>,
    place: &Place,
    begun: Stopwatch,
) -> Result<(Response<hyper::body::Incoming>, Vigil), Failed> {
    let deadlines = place.station().deadlines;
    let mut vigil = Vigil::new(deadlines, request.body().upload(), begun);
    match line.send(request, &mut vigil).await {
        Ok(Ok(response)) => {
            vigil.answered();
            Ok((response, vigil))
        }
        Ok(Err(mut refused)) => {
            let unsent = refused.take_message();
            let error = refused.into_error();
            let answered = line.is_answered();
            // What hyper calls the user is whoever feeds it the request's body.
            let cause = std::error::Error::source(&error).and_then(|e| e.downcast_ref());
            let error = if line.was_flooded() {
                UpstreamError::Unusable
            } else if matches!(cause, Some(BodyError::TooLong)) {
                UpstreamError::BodyTooLong
            } else if error.is_user() {
                UpstreamError::Client(error)
            } else {
                UpstreamError::Broken(error)
            };
            let fate = match unsent {
                _ if !matches!(error, UpstreamError::Broken(_)) => Fate::Known,
                Some(unsent) => Fate::Unsent(Box::new(unsent)),
                None if answered => Fate::Known,
                None => Fate::Died,
            };
            Err(Failed { error, fate })
        }
        Err(lapse) => Err(Failed { error: lapse.into(), fate: Fate::Known }),
    }
}

/// Announces the trailers that may come, without which none are written.
fn name_trailers(request: &mut Request<RequestBody>) {
    let allowed = request.body().trailers();
    if allowed.is_empty() || !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return;
    }
    let names: Vec<_> = allowed.iter().map(HeaderName::as_str).collect();
    if let Ok(names) = HeaderValue::try_from(names.join(", ")) {
        request.headers_mut().insert(header::TRAILER, names);
    }
}

impl From<Lapse> for UpstreamError {
    fn from(lapse: Lapse) -> Self {
        match lapse {
            Lapse::Client => Self::Stalled,
            Lapse::Service(limit) | Lapse::Total(limit) => Self::Deadline(limit),
        }
    }
}

/// A failed exchange.
struct Failed {
    error: UpstreamError,
    fate: Fate,
}

/// What became of its request.
enum Fate {
    /// It was certainly never sent.
    Unsent(Box<Request<RequestBody>>),
    /// The connection ended under it, and nothing had come in answer.
    Died,
    /// The service has had it, or nobody else should.
    Known,
}
