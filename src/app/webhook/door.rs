//! One request to the webhook, from its head to its answer: what is no review is turned away as early
//! as that can be seen, and what is one costs a bounded time and a bounded memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::telemetry::{Label as _, Quiet, Stopwatch};

use super::envelope::About;
use super::metrics::{Metrics, Rejected};
use super::turned::Turned;
use super::verdict::{self, Verdict};
use super::{Admit, OnError, Settings, TARGET};

/// Where reviews are sent.
const PATH: &str = "/mutate";

/// What all reviews that are being received may take together, in bytes. With what reading one into
/// a tree takes on top, it stays well below the memory that a small container has.
const ROOM: usize = 16 * 1024 * 1024;

/// Takes requests.
pub(super) struct Door {
    admit: Box<Admit>,
    metrics: Metrics,
    on_error: OnError,
    patience: Duration,
    max_review: usize,
    room: Semaphore,
    complaints: Quiet,
}

impl Door {
    pub(super) fn new(settings: &Settings, admit: Box<Admit>, metrics: Metrics) -> Self {
        Self {
            admit,
            metrics,
            on_error: settings.on_error,
            patience: settings.patience,
            max_review: settings.max_review,
            room: Semaphore::new(ROOM),
            complaints: Quiet::new(Duration::from_secs(10)),
        }
    }

    /// Answers one request. Cancelling it forgets the request.
    pub(super) async fn answer(self: &Arc<Self>, request: Request<Incoming>) -> Answered {
        let begun = Stopwatch::start();
        match self.review(request).await {
            Ok((about, verdict)) => {
                let took = begun.elapsed();
                self.metrics.reviewed(verdict.outcome, took);
                about.tell(&verdict, took);
                json(verdict.bytes)
            }
            Err(Turned { why, detail }) => {
                self.metrics.rejected.count(why);
                if let Some(held_back) = self.complaints.pass() {
                    tracing::warn!(
                        target: TARGET,
                        reason = why.as_str(),
                        detail,
                        held_back,
                        "a request was turned away"
                    );
                }
                why.response()
            }
        }
    }

    async fn review(&self, request: Request<Incoming>) -> Result<(About, Verdict), Turned> {
        let (head, body) = request.into_parts();
        // The API server adds its own timeout as a query.
        if head.uri.path() != PATH {
            return Err(Rejected::Path.into());
        }
        if head.method != Method::POST {
            return Err(Rejected::Method.into());
        }
        let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
        let json = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
        if !json || head.headers.contains_key(header::CONTENT_ENCODING) {
            return Err(Rejected::ContentType.into());
        }
        let longest = u64::try_from(self.max_review).unwrap_or(u64::MAX);
        if body.size_hint().lower() > longest {
            return Err(Rejected::TooLong.into());
        }
        let received = timeout(self.patience, self.receive(body)).await;
        let (review, _room) = received.map_err(|_| Rejected::Timeout)??;
        let about = About::of(&review)?;
        let answer = self.judge(&review)?;
        Ok((about, verdict::of(answer, self.on_error)?))
    }

    /// Has the review judged. Nothing is awaited, and there is one thread, so one is judged at a
    /// time. A mistake in the program costs one review, not those beside it on the connection.
    fn judge(&self, review: &[u8]) -> Result<Vec<u8>, Turned> {
        let judged = catch_unwind(AssertUnwindSafe(|| (self.admit)(review)));
        let judged = judged.map_err(|_| Turned {
            why: Rejected::Failed,
            detail: Some("reviewing panicked; please report this".to_owned()),
        })?;
        judged.map_err(|bad| Turned { why: Rejected::Malformed, detail: Some(bad.0) })
    }

    /// The whole body, and the room that it takes.
    async fn receive(
        &self,
        mut body: Incoming,
    ) -> Result<(Vec<u8>, Option<SemaphorePermit<'_>>), Rejected> {
        let mut review = Vec::new();
        let mut room: Option<SemaphorePermit<'_>> = None;
        while let Some(frame) = body.frame().await {
            let Ok(piece) = frame.map_err(|_| Rejected::Broken)?.into_data() else { continue };
            if review.len().saturating_add(piece.len()) > self.max_review {
                return Err(Rejected::TooLong);
            }
            // Taken as it comes: who only says that much will follow keeps nobody out.
            let length = u32::try_from(piece.len()).map_err(|_| Rejected::TooLong)?;
            let more = self.room.try_acquire_many(length).map_err(|_| Rejected::Busy)?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            review.extend_from_slice(&piece);
        }
        Ok((review, room))
    }
}

/// What a client gets.
type Answered = Response<Full<Bytes>>;

fn json(bytes: Vec<u8>) -> Answered {
    let mut response = Response::new(Full::from(bytes));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
