//! Connections: from bytes to requests, through the faults in force, to answers.

mod body;

use std::future::{Future, pending};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::api::{Ask, Reply};
use crate::double::Double;
use crate::fault::{Ending, Hold};
use crate::token;

use body::{Body, Cut};

type Response = http::Response<Body>;

impl Double {
    /// Answers every connection to a listener. Never ends by itself; dropping the future closes
    /// the listener and all its connections.
    pub fn serve(&self, listener: TcpListener) -> impl Future<Output = ()> + Send + use<> {
        let double = self.clone();
        async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((stream, _)) => {
                            // Failing only costs latency.
                            let _ = stream.set_nodelay(true);
                            connections.spawn(double.serve_stream(stream));
                        }
                        // Out of descriptors, most likely: some connection has to end first.
                        Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                    },
                    Some(_) = connections.join_next() => {}
                }
            }
        }
    }

    /// Answers one connection until it ends. Dropping the future closes it.
    pub fn serve_stream<S>(&self, stream: S) -> impl Future<Output = ()> + Send + use<S>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let double = self.clone();
        async move {
            double.log().connected();
            let service = service_fn(|request| double.answer(request));
            let mut http = hyper::server::conn::http1::Builder::new();
            http.header_read_timeout(None).max_buf_size(HEADER_BYTES);
            // A client that goes away, and a fault that cuts the line, are both the expected end.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        }
    }

    /// Answers a request, or cuts the line.
    async fn answer(&self, request: http::Request<Incoming>) -> Result<Response, Cut> {
        let (head, body) = request.into_parts();
        let prefix = self.state().profile.prefix.clone();
        let operation = Ask::operation(&head, &prefix);
        let _in_flight = self.log().arrived(operation, &head);
        let body = Limited::new(body, LONGEST_BODY).collect().await;
        let ask = Ask::new(head, body.ok().map(http_body_util::Collected::to_bytes), &prefix);

        let course = self.faults().next(operation);
        for hold in course.holds {
            match hold {
                Hold::Delay(time) => tokio::time::sleep(time).await,
                Hold::Gate(gate) => {
                    if let Ok(permit) = gate.acquire().await {
                        permit.forget();
                    }
                }
            }
        }
        let usual = || self.reply(&ask);
        Ok(match course.ending {
            Ending::Usual => whole(usual()),
            Ending::Answer(canned) => whole(Reply::from(canned)),
            Ending::Hang => pending::<Response>().await,
            Ending::Reset => return Err(Cut),
            Ending::Truncate => usual().into_response(|body| Body::truncated(&body)),
            Ending::Endless(pause) => usual().into_response(|_| Body::endless(pause)),
            Ending::Huge(bytes) => usual().into_response(|body| Body::padded(&body, bytes)),
            Ending::OtherSubject => whole(usual().about(&token::text(OTHER_LENGTH))),
        })
    }
}

fn whole(reply: Reply) -> Response {
    reply.into_response(Body::whole)
}

/// Room for two tokens of 200 KB and more; what exceeds it hyper answers 431.
const HEADER_BYTES: usize = 4 << 20;
/// Keystone's own `max_request_body_size`.
const LONGEST_BODY: usize = 114_688;
const OTHER_LENGTH: usize = 183;
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);
