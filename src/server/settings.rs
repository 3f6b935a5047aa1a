//! What the operator decides about clients and the listeners that they come to.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, header};

use super::peers::Peers;
use super::tls::Tls;

/// Where and how clients are served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where they connect.
    pub listeners: Vec<Listener>,
    /// Bound on connections in all; more wait in the kernel's queue.
    pub max_connections: usize,
    /// What holds for all of them.
    pub limits: Limits,
}

/// A place where clients connect.
#[derive(Clone, Debug)]
pub struct Listener {
    /// What it is called in metrics.
    pub name: Arc<str>,
    /// Where it is.
    pub place: Place,
    /// How connections begin there.
    pub manner: Manner,
}

/// How connections begin. New ones follow another one of these as soon as there is one.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Peers that say who their clients are: in PROXY headers, and in `X-Forwarded-For`.
    pub trusted: Arc<Peers>,
    /// Which field of theirs names the client.
    pub client_field: ClientField,
    /// Whether every connection begins with a PROXY header, which only trusted peers may send.
    pub proxy_protocol: bool,
    /// Bound on the arrival of that header.
    pub proxy_timeout: Duration,
    /// TLS; `None` for plain HTTP. It cannot be turned on or off while the process runs.
    pub tls: Option<Tls>,
}

/// The fields by which proxies name the client. One is believed, because they write one and pass the
/// others on as the client has sent them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientField {
    /// `X-Forwarded-For`, a list.
    #[default]
    ForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// `X-Real-IP`, one address.
    RealIp,
}

impl ClientField {
    /// Its name.
    pub fn name(self) -> HeaderName {
        match self {
            Self::ForwardedFor => HeaderName::from_static("x-forwarded-for"),
            Self::Forwarded => header::FORWARDED,
            Self::RealIp => HeaderName::from_static("x-real-ip"),
        }
    }
}

/// Where a listener listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An address; port 0 picks a free one.
    Tcp(SocketAddr),
    /// A socket in the file system, made anew at every start.
    Unix {
        /// Where it is.
        path: PathBuf,
        /// Who may connect: the permission bits of the file.
        mode: u32,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix { path, .. } => write!(f, "unix:{}", path.display()),
        }
    }
}

/// How patient we are with clients, wherever they come. New connections follow another one of these as soon
/// as there is one.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bound on the arrival of a request head once it has begun, and on the wait for the first one.
    /// It is looked at once per period, so a late head is cut off within twice this time.
    pub header_timeout: Duration,
    /// Bound on the idle time between requests.
    pub keepalive_timeout: Duration,
    /// Bound on the wait for a client that takes nothing of a response.
    pub write_timeout: Duration,
    /// Bound on a request head in bytes; more is answered with 431.
    pub max_header_bytes: usize,
    /// Bound on the fields of a head; more is answered with 431.
    pub max_headers: usize,
    /// Bound on the connections of one address that is nobody's who is trusted; `None` for none.
    pub max_per_address: Option<usize>,
    /// After so many requests a client is asked to connect anew.
    pub max_requests: u64,
    /// HTTP/2.
    pub http2: Http2,
}

/// What one HTTP/2 connection may hold. Their product bounds what a client can make us keep in
/// decoded heads, whatever it compresses them to.
#[derive(Clone, Copy, Debug)]
pub struct Http2 {
    /// Whether it is spoken at all.
    pub enabled: bool,
    /// Requests at one time.
    pub max_streams: u32,
    /// Bound on a decoded head, counted as RFC 9113, section 6.5.2, has it.
    pub max_header_list: u32,
    /// How much of one request's body may be on its way before somebody reads it.
    pub stream_window: u32,
    /// The same for all of a connection.
    pub connection_window: u32,
    /// How many frames that carry nothing may come in ten seconds beside those that do.
    pub max_control_frames: u32,
}

impl Limits {
    /// The shortest time after which a client's silence may matter.
    pub(super) fn shortest(&self) -> Duration {
        self.header_timeout.min(self.keepalive_timeout).min(self.write_timeout)
    }
}
