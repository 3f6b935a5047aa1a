//! HTTP/2 as frames (RFC 9113, section 4), for a service that breaks its rules.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::support::DEADLINE;

/// A service that sends whatever frames it likes.
pub struct RawHttp2 {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    leaving: Arc<AtomicBool>,
}

/// The kinds of frames that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FrameKind {
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// The frames of one connection.
pub struct Frames {
    /// Which connection, counted from 1.
    pub number: usize,
    stream: TcpStream,
    requests: Arc<AtomicUsize>,
}

/// A frame to send.
pub fn frame(kind: FrameKind, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind as u8, flags], &stream.to_be_bytes(), payload].concat()
}

impl RawHttp2 {
    /// Runs `script` on every connection, on a thread of its own, once both sides have said hello.
    #[track_caller]
    pub fn start(script: impl Fn(&mut Frames) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let service = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
            leaving: Arc::default(),
        };
        let (connections, leaving) =
            (Arc::clone(&service.connections), Arc::clone(&service.leaving));
        let (requests, script) = (Arc::clone(&service.requests), Arc::new(script));
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if leaving.load(Ordering::SeqCst) {
                    return;
                }
                let number = connections.fetch_add(1, Ordering::SeqCst) + 1;
                let (requests, script) = (Arc::clone(&requests), Arc::clone(&script));
                std::thread::spawn(move || {
                    let mut frames = Frames { number, stream, requests };
                    // A proxy that leaves is the expected end.
                    let _ = frames.greet().and_then(|()| script(&mut frames));
                });
            }
        });
        service
    }

    /// What to write as `upstream.url`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for RawHttp2 {
    fn drop(&mut self) {
        self.leaving.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

impl Frames {
    fn greet(&mut self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        self.stream.set_read_timeout(Some(DEADLINE))?;
        let mut preface = [0; 24];
        self.stream.read_exact(&mut preface)?;
        assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        self.send(&frame(FrameKind::Settings, 0, 0, &[]))
    }

    /// Sends exactly these bytes.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Reads up to the next request and returns the number of its stream. What else comes is
    /// acknowledged or passed over.
    pub fn request(&mut self) -> io::Result<u32> {
        loop {
            let (kind, flags, stream, payload) = self.read()?;
            match kind {
                1 => {
                    self.requests.fetch_add(1, Ordering::SeqCst);
                    return Ok(stream);
                }
                4 if flags & 1 == 0 => self.send(&frame(FrameKind::Settings, 1, 0, &[]))?,
                6 if flags & 1 == 0 => self.send(&frame(FrameKind::Ping, 1, 0, &payload))?,
                _ => {}
            }
        }
    }

    /// Answers a request with 200, by its place in HPACK's static table, and these bytes.
    pub fn respond(&mut self, stream: u32, body: &[u8]) -> io::Result<()> {
        self.respond_and(stream, body, &[])
    }

    /// The same, and sends more in the same breath.
    pub fn respond_and(&mut self, stream: u32, body: &[u8], more: &[u8]) -> io::Result<()> {
        let head = frame(FrameKind::Headers, 4, stream, &[0x88]);
        let body = frame(FrameKind::Data, 1, stream, body);
        self.send(&[&head, &body, more].concat())
    }

    /// Reads until the peer closes, which is an error.
    pub fn outlast(&mut self) -> io::Result<()> {
        loop {
            self.read()?;
        }
    }

    /// Reads and answers nothing, until the peer closes.
    pub fn read(&mut self) -> io::Result<(u8, u8, u32, Vec<u8>)> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload)?;
        Ok((head[3], head[4], stream, payload))
    }
}
