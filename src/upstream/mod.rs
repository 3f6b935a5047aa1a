//! The service we guard: connections to it, and what may cross them.
//!
//! One of these belongs to one worker, so that a request and its response stay on one thread.
//! It knows nothing of tokens or decisions.

mod age;
mod error;
mod framing;
mod hop;
mod http1;
mod http2;
mod metrics;
mod request_body;
mod response_body;
mod settings;
mod shares;
mod station;
mod trailers;
mod tunnel;
mod upload;
mod vigil;

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response, StatusCode, Version, header};

use crate::telemetry::Stopwatch;

use station::{Connections, Place, Station};

pub use error::{ResponseError, SetupError, UpstreamError};
pub use framing::{Ambiguous, is_chunked};
pub use hop::{BadConnection, is_hop_by_hop, nominated};
pub use metrics::Metrics;
pub use request_body::{BodyError, RequestBody};
pub use response_body::ResponseBody;
pub use settings::{Deadlines, Settings};
pub use shares::Asker;
pub use tunnel::Tunnel;
pub use upload::Pace;

/// The guarded service, as one worker reaches it.
pub struct Upstream(Arc<Station>);

/// What a request hopes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A response.
    Response,
    /// That the connection becomes a tunnel for web sockets.
    Tunnel,
}

impl Upstream {
    /// Prepares to reach the service that `settings` name, called `name` in metrics. Nothing is
    /// opened yet.
    ///
    /// # Errors
    /// When its certificate could never be checked.
    pub fn new(name: &str, settings: &Settings, metrics: &Metrics) -> Result<Self, SetupError> {
        Ok(Self(Arc::new(Station::new(settings, metrics.of(name))?)))
    }

    /// The same service as another worker reaches it: over connections of its own.
    #[must_use]
    pub fn for_another_worker(&self) -> Self {
        Self(Arc::new(self.0.another()))
    }

    /// Whether it was made of these settings.
    pub fn is_made_of(&self, settings: &Settings) -> bool {
        *self.0.settings == *settings
    }

    /// Whether it is spoken to over HTTP/2.
    pub fn speaks_http2(&self) -> bool {
        matches!(self.0.connections, Connections::Http2(_))
    }

    /// Whether `other` is the same service, perhaps as another worker reaches it.
    pub fn leads_where(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.dialer, &other.0.dialer)
    }

    /// Lets go of connections that nobody uses any more. Nobody else would notice that an idle one
    /// has ended.
    pub fn sweep(&self) {
        self.0.sweep();
    }

    /// Sends `request`, whose target is a path, and returns the head of the response as soon as
    /// it arrives; its body streams. Fields that concern one connection are gone from it. Where
    /// the wish for a tunnel is granted, the response is a 101 and its body holds the tunnel;
    /// where it is not, the response is like any other.
    ///
    /// A request that was certainly never sent, or by HTTP/2's word never looked at, is sent
    /// again on a fresh connection; a safe one without a body also when an old connection died
    /// under it. It is made anew by `again`, from the body that it is given. Anything else
    /// reaches the service at most once. Cancelling ends its part in the connection.
    ///
    /// The result holds an error at the latest when neither the request's body has moved nor an
    /// answer has come for the response timeout, when the client stalls its upload, or when the
    /// total timeout is over; and at once when too many requests are under way, or too many of
    /// `asker`'s.
    pub async fn forward(
        &self,
        request: Request<RequestBody>,
        wish: Wish,
        asker: Asker<'_>,
        again: impl Fn(RequestBody) -> Option<Request<RequestBody>>,
    ) -> Exchanged {
        let begun = Stopwatch::start();
        let sent = match Place::take(&self.0, asker) {
            Ok(place) => self.send(request, wish, place, again, begun).await,
            Err(full) => Err(full),
        };
        let result = sent.and_then(|response| passable(response, wish));
        let took = begun.elapsed();
        self.0.metrics.observe(&result, took);
        Exchanged { result, took }
    }

    async fn send(
        &self,
        mut request: Request<RequestBody>,
        wish: Wish,
        place: Place,
        again: impl Fn(RequestBody) -> Option<Request<RequestBody>>,
        begun: Stopwatch,
    ) -> Result<Response<ResponseBody>, UpstreamError> {
        self.name_host(&mut request);
        let again = |body| {
            let mut request = again(body)?;
            self.name_host(&mut request);
            Some(request)
        };
        match (&self.0.connections, wish) {
            (Connections::Http1(pool), Wish::Response) => {
                http1::send(pool, place, request, again, begun).await
            }
            (Connections::Http1(_), Wish::Tunnel) => {
                Box::pin(http1::tunnel(place, request, begun)).await
            }
            (Connections::Http2(bundle), Wish::Response) => {
                let sending = http2::send(bundle, &place, request, again, begun);
                let (response, stream) = Box::pin(sending).await?;
                Ok(http2::relayed(response, stream, place))
            }
            (Connections::Http2(_), Wish::Tunnel) => Err(UpstreamError::NoTunnel),
        }
    }

    fn name_host(&self, request: &mut Request<RequestBody>) {
        if !request.headers().contains_key(header::HOST) {
            request.headers_mut().insert(header::HOST, self.0.authority.clone());
        }
    }
}

/// The response, if it can be passed on: protocols are switched only where that was wished for,
/// and the length of its body is stated in one way. Its version is that of the connection it came
/// over; an older one would have our client take whatever comes for the whole of it.
fn passable(
    mut response: Response<ResponseBody>,
    wish: Wish,
) -> Result<Response<ResponseBody>, UpstreamError> {
    let switched = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    let unasked = switched && wish != Wish::Tunnel;
    let framed = framing::settle(response.headers_mut());
    if unasked || framed.is_err() || hop::remove_hop_by_hop(response.headers_mut()).is_err() {
        return Err(UpstreamError::Unusable);
    }
    *response.version_mut() = Version::HTTP_11;
    response.body_mut().settle();
    Ok(response)
}

/// What came of a request to the service, and how long that took.
pub struct Exchanged {
    /// The response, or why there is none.
    pub result: Result<Response<ResponseBody>, UpstreamError>,
    /// From sending to the head of the response.
    pub took: Duration,
}
