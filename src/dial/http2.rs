//! HTTP/2 client connections: many requests at a time, driven by tasks of their own.

use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http2};
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};

use super::{Address, DialError, Stream};

/// The sending half of a connection, for any number of requests at once.
pub struct SharedSender<B> {
    sender: http2::SendRequest<B>,
    terms: Arc<Terms>,
}

impl<B> Clone for SharedSender<B> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), terms: Arc::clone(&self.terms) }
    }
}

impl<B> SharedSender<B>
where
    B: Body + 'static,
{
    /// Whether the connection takes requests, as far as anybody can know.
    pub fn is_ready(&self) -> bool {
        self.sender.is_ready()
    }

    /// How many requests the peer takes at once, as far as it has said so.
    pub fn max_streams(&self) -> usize {
        self.terms.max_streams.load(Ordering::Relaxed)
    }

    /// Sends a request, and waits for the head of its response. Cancelling resets the stream.
    ///
    /// # Errors
    /// With the request in it if it never left us.
    pub fn send(
        &mut self,
        request: Request<B>,
    ) -> impl Future<Output = Result<Response<Incoming>, TrySendError<Request<B>>>> {
        self.sender.try_send_request(request)
    }
}

/// How much a connection may hold and how its peer is watched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Multiplexing {
    /// How many requests may be under way at once, as far as the peer allows it too.
    pub max_streams: u32,
    /// After so long a silence the peer is asked whether it is there, and it has as long again to
    /// say so. `None` asks never.
    pub ping_interval: Option<Duration>,
}

/// Starts HTTP/2 on `stream`, whose peer is known to speak it. The connection is driven by a task
/// until either side closes it; dropping the last sender makes it end.
///
/// # Errors
/// When the connection cannot be set up at all.
pub async fn multiplex<B>(
    stream: Stream,
    address: &Address,
    bounds: Multiplexing,
) -> Result<SharedSender<B>, DialError>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let most = usize::try_from(bounds.max_streams).unwrap_or(usize::MAX);
    let terms = Arc::new(Terms::new(most));
    let mut builder = http2::Builder::new(Tasks(Arc::clone(&terms)));
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(connection_window(bounds))
        .initial_max_send_streams(most)
        .max_send_buf_size(SEND_BUFFER)
        .max_header_list_size(HEADER_LIST);
    if let Some(interval) = bounds.ping_interval {
        builder.keep_alive_interval(interval).keep_alive_timeout(interval);
    }
    let (sender, connection) = builder
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|source| DialError::Http { address: address.clone(), source })?;
    let (address, told) = (address.clone(), Arc::clone(&terms));
    spawn(async move {
        let mut connection = pin!(connection);
        let ended = poll_fn(|context| {
            told.driver.register(context.waker());
            let polled = connection.as_mut().poll(context);
            told.max_streams.store(connection.current_max_send_streams(), Ordering::Relaxed);
            polled
        });
        if let Err(error) = ended.await {
            // Whoever waits for a response hears of it too.
            tracing::debug!(peer = %address, %error, "connection ended");
        }
    });
    Ok(SharedSender { sender, terms })
}

/// What the peer has said of the connection. It says so when the connection begins, to a task that
/// only reads; the one that can be asked has to be told that there may be something to ask.
struct Terms {
    max_streams: AtomicUsize,
    driver: AtomicWaker,
    nudges: AtomicUsize,
}

/// How often the driver is told at most: by then the peer's settings are there.
const NUDGES: usize = 16;

impl Terms {
    fn new(max_streams: usize) -> Self {
        let (driver, nudges) = (AtomicWaker::new(), AtomicUsize::new(0));
        Self { max_streams: AtomicUsize::new(max_streams), driver, nudges }
    }

    fn nudge(&self) {
        if self.nudges.load(Ordering::Relaxed) < NUDGES {
            self.nudges.fetch_add(1, Ordering::Relaxed);
            self.driver.wake();
        }
    }
}

/// Starts what a connection consists of: its reader, and the bodies under way.
#[derive(Clone)]
struct Tasks(Arc<Terms>);

impl<F> Executor<F> for Tasks
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, task: F) {
        let terms = Arc::clone(&self.0);
        spawn(async move {
            let mut task = pin!(task);
            poll_fn(|context| {
                let polled = task.as_mut().poll(context);
                terms.nudge();
                polled
            })
            .await
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "a socket we opened is driven by tasks of its own")]
fn spawn<F>(task: F)
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    tokio::spawn(task);
}

/// What a peer may send of one body before it is read, and of all together: what a response that
/// nobody takes can cost.
const STREAM_WINDOW: u32 = 64 * 1024;

/// The same of all bodies of a connection: as many as there may be. Were it less, clients that read
/// nothing of theirs would hold all of it, and everybody else's answers back.
fn connection_window(multiplexing: Multiplexing) -> u32 {
    multiplexing.max_streams.saturating_mul(STREAM_WINDOW).clamp(1 << 20, i32::MAX.unsigned_abs())
}

/// What we hold of one request's body while the peer takes none.
const SEND_BUFFER: usize = 64 * 1024;

/// The largest head of a response.
const HEADER_LIST: u32 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_that_nobody_takes_hold_no_other_back() {
        for max_streams in [1, 16, 100, 10_000, u32::MAX] {
            let window = connection_window(Multiplexing { max_streams, ping_interval: None });
            let all = u64::from(max_streams) * u64::from(STREAM_WINDOW);
            assert!(u64::from(window) >= all.min((1 << 31) - 1), "{max_streams}");
        }
    }
}
