//! A client that speaks HTTP/2 in frames of its own making (RFC 9113, section 4), and so can break
//! every rule of it.

mod fields;

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::DEADLINE;
use super::wire::{Fields, first};

pub use fields::{block, bomb};

/// What a client says first.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Kinds of frames (RFC 9113, section 6).
pub mod kind {
    pub const DATA: u8 = 0;
    pub const HEADERS: u8 = 1;
    pub const PRIORITY: u8 = 2;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const PING: u8 = 6;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
    pub const CONTINUATION: u8 = 9;
}

/// Flags of frames.
pub mod flag {
    pub const END_STREAM: u8 = 1;
    pub const ACK: u8 = 1;
    pub const END_HEADERS: u8 = 4;
}

/// Reasons to end a stream or a connection (RFC 9113, section 7).
pub mod reason {
    pub const NO_ERROR: u32 = 0;
    pub const PROTOCOL_ERROR: u32 = 1;
    pub const REFUSED_STREAM: u32 = 7;
    pub const CANCEL: u32 = 8;
    pub const ENHANCE_YOUR_CALM: u32 = 11;
}

/// Settings (RFC 9113, section 6.5.2).
pub mod setting {
    pub const HEADER_TABLE_SIZE: u16 = 1;
    pub const INITIAL_WINDOW_SIZE: u16 = 4;
}

/// A connection.
pub struct RawClient {
    stream: TcpStream,
    buffer: Vec<u8>,
    answers: HashMap<u32, Answer>,
    resets: HashMap<u32, u32>,
    goaway: Option<u32>,
    closed: bool,
    pongs: usize,
    table: usize,
    afterthought: Vec<u8>,
    mute: bool,
}

/// A response, as far as it has come.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The fields of its head, `:status` among them.
    pub fields: Fields,
    /// Its body.
    pub body: Vec<u8>,
    /// The fields after the body.
    pub trailers: Option<Fields>,
    /// How many frames of the body have come.
    pub pieces: usize,
    /// Whether it has ended.
    pub complete: bool,
}

/// What became of a stream.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was answered to the end.
    Answered(Answer),
    /// It was reset, for this reason.
    Reset(u32),
    /// The connection ended first, with this reason if one was given.
    Over(Option<u32>),
}

/// A frame's bytes.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A request's head, whole, with nothing after it.
pub fn head(stream: u32, fields: &[(&str, &str)]) -> Vec<u8> {
    frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, stream, &block(fields))
}

impl RawClient {
    /// Connects and says hello.
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Self {
        Self::with(address, &[])
    }

    /// The same with settings of its own.
    #[track_caller]
    pub fn with(address: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let mut frames = Self::silent(address);
        let plain = [(setting::HEADER_TABLE_SIZE, 0)];
        let of =
            |(key, value): &(u16, u32)| [&key.to_be_bytes()[..], &value.to_be_bytes()].concat();
        let settings: Vec<u8> = plain.iter().chain(settings).flat_map(of).collect();
        frames.send([PREFACE, &frame(kind::SETTINGS, 0, 0, &settings)].concat());
        frames
    }

    /// Connects and says nothing yet.
    #[track_caller]
    pub fn silent(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, DEADLINE).expect("a connection");
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
            answers: HashMap::new(),
            resets: HashMap::new(),
            goaway: None,
            closed: false,
            pongs: 0,
            table: 0,
            afterthought: Vec::new(),
            mute: false,
        }
    }

    /// Leaves every PING of the proxy without an answer.
    pub fn mute(&mut self) {
        self.mute = true;
    }

    /// Sends these bytes behind the answer to the proxy's next PING, in the same breath.
    pub fn add_to_pong(&mut self, bytes: Vec<u8>) {
        self.afterthought = bytes;
    }

    /// Sends exactly these bytes.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).expect("the proxy reads");
    }

    /// Sends bytes that the proxy may refuse to take.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Asks, on a stream of its own.
    #[track_caller]
    pub fn ask(&mut self, stream: u32, fields: &[(&str, &str)]) {
        self.send(head(stream, fields));
    }

    /// Begins a request that goes on.
    #[track_caller]
    pub fn begin(&mut self, stream: u32, fields: &[(&str, &str)]) {
        self.send(frame(kind::HEADERS, flag::END_HEADERS, stream, &block(fields)));
    }

    /// A piece of a body.
    #[track_caller]
    pub fn data(&mut self, stream: u32, data: &[u8], end: bool) {
        self.send(frame(kind::DATA, if end { flag::END_STREAM } else { 0 }, stream, data));
    }

    /// Waits for the end of a stream, by whatever way.
    #[track_caller]
    pub fn outcome(&mut self, stream: u32) -> Outcome {
        loop {
            if let Some(answer) = self.answers.get(&stream).filter(|answer| answer.complete) {
                return Outcome::Answered(answer.clone());
            }
            if let Some(reason) = self.resets.get(&stream) {
                return Outcome::Reset(*reason);
            }
            if self.closed {
                return Outcome::Over(self.goaway);
            }
            self.take_some();
        }
    }

    /// Waits for the end of a stream that is answered.
    #[track_caller]
    pub fn answer(&mut self, stream: u32) -> Answer {
        match self.outcome(stream) {
            Outcome::Answered(answer) => answer,
            other => panic!("stream {stream} is not answered: {other:?}"),
        }
    }

    /// Waits for a condition on what has come.
    #[track_caller]
    pub fn wait(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        while !condition(self) {
            assert!(!self.closed, "closed before {what}");
            self.take_some();
        }
    }

    /// Waits until the proxy has closed the connection, and returns the reason it gave.
    #[track_caller]
    pub fn end(&mut self) -> Option<u32> {
        while !self.closed {
            self.take_some();
        }
        self.goaway
    }

    /// What has come of the answer on a stream.
    pub fn so_far(&self, stream: u32) -> Option<&Answer> {
        self.answers.get(&stream)
    }

    /// The reason that the proxy gave for the end, if it has.
    pub fn goaway(&self) -> Option<u32> {
        self.goaway
    }

    /// How many PINGs were answered.
    pub fn pongs(&self) -> usize {
        self.pongs
    }

    /// The largest table of remembered fields, in bytes, that the proxy said it uses.
    pub fn table(&self) -> usize {
        self.table
    }

    /// Takes what is there, and says whether the connection is over.
    #[track_caller]
    pub fn is_over(&mut self) -> bool {
        self.stream.set_nonblocking(true).unwrap();
        while !self.closed && self.fill() {}
        self.stream.set_nonblocking(false).unwrap();
        self.closed || self.goaway.is_some_and(|reason| reason != reason::NO_ERROR)
    }

    #[track_caller]
    fn take_some(&mut self) {
        assert!(self.closed || self.fill(), "the proxy says nothing for {DEADLINE:?}");
    }

    /// Whether something came, the end included.
    fn fill(&mut self) -> bool {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece) {
            Ok(read @ 1..) => self.buffer.extend_from_slice(&piece[..read]),
            Err(error) if is_silence(&error) => return false,
            Ok(0) | Err(_) => self.closed = true,
        }
        while let Some((kind, flags, stream, payload)) = self.next() {
            self.note(kind, flags, stream, &payload);
        }
        true
    }

    fn next(&mut self) -> Option<(u8, u8, u32, Vec<u8>)> {
        let [a, b, c, kind, flags, s1, s2, s3, s4] = *self.buffer.first_chunk()?;
        let end = 9 + u32::from_be_bytes([0, a, b, c]) as usize;
        let payload = self.buffer.get(9..end)?.to_vec();
        self.buffer.drain(..end);
        Some((kind, flags, u32::from_be_bytes([s1, s2, s3, s4]), payload))
    }

    fn note(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let word = |from: usize| u32::from_be_bytes(payload[from..from + 4].try_into().unwrap());
        let end = flags & flag::END_STREAM != 0;
        match kind {
            kind::HEADERS => {
                assert!(flags & flag::END_HEADERS != 0, "a head in one piece");
                let fields::Read { fields, table } = fields::read(payload);
                self.table = self.table.max(table);
                let answer = self.answers.entry(stream).or_default();
                if answer.fields.is_empty() {
                    answer.fields = fields;
                } else {
                    answer.trailers = Some(fields);
                }
                answer.complete |= end;
            }
            kind::DATA => {
                let answer = self.answers.entry(stream).or_default();
                answer.body.extend_from_slice(payload);
                answer.pieces += 1;
                answer.complete |= end;
            }
            kind::RST_STREAM => drop(self.resets.insert(stream, word(0))),
            kind::GOAWAY => self.goaway = Some(word(4)),
            kind::PING if flags & flag::ACK != 0 => self.pongs += 1,
            // A peer that is about to go asks whether we have heard it.
            kind::PING if self.mute => {}
            kind::PING => {
                let mut bytes = frame(kind::PING, flag::ACK, 0, payload);
                bytes.append(&mut self.afterthought);
                drop(self.try_send(bytes));
            }
            kind::SETTINGS if flags & flag::ACK == 0 => {
                drop(self.try_send(frame(kind::SETTINGS, flag::ACK, 0, b"")));
            }
            _ => {}
        }
    }
}

impl Answer {
    /// The status code.
    #[track_caller]
    pub fn status(&self) -> u16 {
        self.header(":status").and_then(|code| code.parse().ok()).expect("a status")
    }

    /// A field's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.fields, name)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Outcome {
    /// The status, where there is one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(answer) => Some(answer.status()),
            Self::Reset(_) | Self::Over(_) => None,
        }
    }
}

fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
