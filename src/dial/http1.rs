//! HTTP/1.1 client connections: one request at a time.

use std::error::Error;

use http_body::Body;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Address, DialError, Stream};

/// The sending half of a connection.
pub type Sender<B> = http1::SendRequest<B>;

/// The connection itself, which moves only while somebody polls it.
pub type Connection<S, B> = http1::Connection<TokioIo<S>, B>;

/// Starts HTTP/1.1 on `stream`. Dropping the connection closes it.
///
/// # Errors
/// When the connection cannot be set up at all.
pub async fn connect<S, B>(
    stream: S,
    address: &Address,
) -> Result<(Sender<B>, Connection<S, B>), DialError>
where
    S: AsyncRead + AsyncWrite + Unpin,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    http1::Builder::new()
        // Heads are small and most requests have no body: one plain write costs the kernel less
        // than a vectored one.
        .writev(false)
        .max_buf_size(MAX_BUFFER)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|source| DialError::Http { address: address.clone(), source })
}

/// The largest head of a response, and how much of its body is read at a time: what waits in memory
/// while a client takes nothing of it. Reading 400 KiB at a time is the library's own way.
const MAX_BUFFER: usize = 64 * 1024;

/// The same, with the connection driven by a task of its own until either side closes it;
/// dropping the sender makes it end.
///
/// # Errors
/// As [`connect`].
pub async fn handshake<B>(stream: Stream, address: &Address) -> Result<Sender<B>, DialError>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (sender, connection) = connect(stream, address).await?;
    let address = address.clone();
    #[expect(clippy::disallowed_methods, reason = "a socket we opened is driven by its own task")]
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            // Whoever waits for a response hears of it too; a connection idle in a pool has
            // nobody else to tell.
            tracing::debug!(peer = %address, %error, "connection ended");
        }
    });
    Ok(sender)
}
