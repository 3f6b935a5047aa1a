//! Clients: one that speaks HTTP over a connection of its own, and one that sends any bytes.

use std::fmt;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use serde_json::Value;
use socket2::{Domain, Socket, Type};

use super::DEADLINE;
use super::wire::{Body, Fields, Framing, Head, Wire, first, lines};

/// A connection that is kept open.
pub struct Client {
    wire: Wire,
    stream: TcpStream,
}

/// An answer.
#[derive(Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The status line and fields.
    pub head: Head,
    /// The body, whole.
    pub body: Vec<u8>,
    /// The fields after the body.
    pub trailers: Fields,
}

impl Client {
    /// Connects.
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect_timeout(&address, DEADLINE).expect("a connection"))
    }

    /// Speaks over a connection that was made with options of its own.
    #[track_caller]
    pub fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { wire: Wire::new(stream.try_clone().unwrap()), stream }
    }

    /// A connection that holds little, as one far away: small segments, a small window.
    #[track_caller]
    pub fn narrow(address: SocketAddr) -> TcpStream {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.set_tcp_mss(1400).unwrap();
        socket.connect(&address.into()).unwrap();
        socket.into()
    }

    /// Connects by TLS, as `config` has it, and asks for `name`. The handshake is done by the
    /// first exchange.
    #[track_caller]
    pub fn secure(address: SocketAddr, config: &Arc<ClientConfig>, name: &str) -> Self {
        let Self { stream, .. } = Self::connect(address);
        Self::secure_over(stream, config, name)
    }

    /// The same over a connection that was made with options of its own.
    #[track_caller]
    pub fn secure_over(stream: TcpStream, config: &Arc<ClientConfig>, name: &str) -> Self {
        let Self { stream, .. } = Self::over(stream);
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        let session = ClientConnection::new(Arc::clone(config), name).expect("a session");
        let wire = Wire::new(StreamOwned::new(session, stream.try_clone().unwrap()));
        Self { wire, stream }
    }

    /// Sends a request without a body.
    #[track_caller]
    pub fn ask(&mut self, method: &str, path: &str, fields: &[(&str, &str)]) {
        self.send(request(method, path, fields, b""));
    }

    /// Sends exactly these bytes.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.wire.send(bytes.as_ref()).expect("the proxy reads");
    }

    /// Sends bytes that the peer may refuse to take.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.wire.send(bytes.as_ref())
    }

    /// Asks, and reads the answer.
    #[track_caller]
    pub fn get(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.ask("GET", path, fields);
        self.response()
    }

    /// The next answer.
    #[track_caller]
    pub fn response(&mut self) -> Response {
        self.try_response(false).expect("an answer")
    }

    /// The next answer, to a HEAD.
    #[track_caller]
    pub fn response_to_head(&mut self) -> Response {
        self.try_response(true).expect("an answer")
    }

    /// The next answer, if one comes; a closed connection is an error.
    pub fn try_response(&mut self, to_head: bool) -> io::Result<Response> {
        let head = self.try_head()?;
        let status = status(&head);
        let framing = match status {
            100..=199 | 204 | 304 => Framing::Empty,
            _ if to_head => Framing::Empty,
            _ => head.framing(Framing::UntilClose),
        };
        let Body { data, trailers } = self.wire.body(framing)?;
        Ok(Response { status, head, body: data, trailers })
    }

    /// The next answer's head alone; its body is left on the wire.
    pub fn try_head(&mut self) -> io::Result<Head> {
        let closed = || io::Error::new(io::ErrorKind::UnexpectedEof, "closed without an answer");
        self.wire.head()?.ok_or_else(closed)
    }

    /// Whether the proxy has closed, or closes within the deadline, and says nothing more.
    pub fn is_closed(&mut self) -> bool {
        matches!(self.wire.some(), Ok(rest) if rest.is_empty())
    }

    /// What is left on the wire.
    pub fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    /// The socket, for its options.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Says that no more will be sent.
    pub fn finish(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

impl Response {
    /// A field's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.head.fields, name)
    }

    /// All of a field's values.
    pub fn headers(&self, name: &str) -> Vec<String> {
        lines(&self.head.fields, name).into_iter().map(std::borrow::Cow::into_owned).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}{}", self.head, self.text())
    }
}

/// One request over a connection of its own.
#[track_caller]
pub fn get(address: SocketAddr, path: &str, fields: &[(&str, &str)]) -> Response {
    Client::connect(address).get(path, fields)
}

/// A request's bytes. `Host` is added unless it is given, and `Content-Length` when there is a
/// body.
pub fn request(method: &str, path: &str, fields: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    if !fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        text.push_str("Host: service.example\r\n");
    }
    for (name, value) in fields {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    [text.as_bytes(), body].concat()
}

/// Sends exactly these bytes and reads until the peer closes; they must make it do so.
#[track_caller]
pub fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut client = Client::connect(address);
    // A peer that closes early has read enough to answer.
    let _ = client.try_send(bytes);
    let mut answer = Vec::new();
    loop {
        match client.wire.some() {
            Ok(piece) if piece.is_empty() => return answer,
            Ok(piece) => answer.extend(piece),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return answer,
            Err(error) => panic!("the answer does not end: {error}"),
        }
    }
}

#[track_caller]
fn status(head: &Head) -> u16 {
    let status = head.line.split(' ').nth(1).and_then(|code| code.parse().ok());
    status.unwrap_or_else(|| panic!("no status line: {:?}", head.line))
}
