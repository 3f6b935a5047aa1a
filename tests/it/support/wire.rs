//! HTTP/1.1 as bytes, for both ends of the proxy: nothing is normalised, so a test sees what was
//! really sent.

use std::fmt;
use std::io::{self, Read, Write};

/// What can be spoken over.
pub trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// Header fields in order, names as they were sent.
pub type Fields = Vec<(String, Vec<u8>)>;

/// All values of a field, as text.
pub fn lines<'a>(fields: &'a Fields, name: &str) -> Vec<std::borrow::Cow<'a, str>> {
    let same = |field: &&(String, Vec<u8>)| field.0.eq_ignore_ascii_case(name);
    fields.iter().filter(same).map(|(_, value)| String::from_utf8_lossy(value)).collect()
}

/// The first value of a field, when it is UTF-8.
pub fn first<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    let field = fields.iter().find(|(given, _)| given.eq_ignore_ascii_case(name))?;
    str::from_utf8(&field.1).ok()
}

/// The start of a message: its first line and its fields.
#[derive(Clone)]
pub struct Head {
    /// Everything up to and with the empty line.
    pub raw: Vec<u8>,
    /// The request or status line.
    pub line: String,
    /// The fields.
    pub fields: Fields,
}

/// Where a message's body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    Empty,
    /// After so many bytes.
    Length(u64),
    /// After a last chunk.
    Chunked,
    /// With the connection.
    UntilClose,
}

impl Head {
    fn parse(raw: Vec<u8>) -> Self {
        let text = raw.strip_suffix(b"\r\n\r\n").unwrap_or(&raw);
        let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let line = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
        let fields = lines.map(field).collect();
        Self { raw, line, fields }
    }

    /// What the fields say about the body; `otherwise` when they say nothing.
    pub fn framing(&self, otherwise: Framing) -> Framing {
        let coding = first(&self.fields, "transfer-encoding");
        let length = first(&self.fields, "content-length");
        match (coding, length.and_then(|length| length.parse().ok())) {
            (Some(coding), _) if coding.eq_ignore_ascii_case("chunked") => Framing::Chunked,
            (_, Some(length)) => Framing::Length(length),
            (_, None) => otherwise,
        }
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.raw))
    }
}

fn field(line: &[u8]) -> (String, Vec<u8>) {
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
    let value = line.get(colon + 1..).unwrap_or_default().trim_ascii();
    (String::from_utf8_lossy(&line[..colon]).into_owned(), value.to_vec())
}

/// A body, and the fields after it.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Its content.
    pub data: Vec<u8>,
    /// The fields after the last chunk.
    pub trailers: Fields,
}

/// One end of a connection.
pub struct Wire {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
}

impl Wire {
    /// Speaks over `stream`.
    pub fn new(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), buffer: Vec::new() }
    }

    /// Sends exactly these bytes.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// The next message's head; `None` when the peer closed instead.
    pub fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                return Ok(Some(Head::parse(self.take(end + 4))));
            }
            if !self.fill()? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(broken_off()) };
            }
        }
    }

    /// A whole body.
    pub fn body(&mut self, framing: Framing) -> io::Result<Body> {
        let mut data = Vec::new();
        let trailers = self.pour(framing, &mut |piece| data.extend_from_slice(piece))?;
        Ok(Body { data, trailers })
    }

    /// Hands a body's pieces to `sink` as they come, and returns the trailers.
    pub fn pour(&mut self, framing: Framing, sink: &mut dyn FnMut(&[u8])) -> io::Result<Fields> {
        match framing {
            Framing::Empty => {}
            Framing::Length(length) => self.pour_exactly(length, sink)?,
            Framing::UntilClose => loop {
                sink(&self.buffer);
                self.buffer.clear();
                if !self.fill()? {
                    break;
                }
            },
            Framing::Chunked => loop {
                let line = self.line()?;
                let size = str::from_utf8(&line).unwrap_or_default().split(';').next();
                let size = u64::from_str_radix(size.unwrap_or_default().trim(), 16)
                    .map_err(|_| io::Error::other("a chunk without a size"))?;
                if size == 0 {
                    return self.trailers();
                }
                self.pour_exactly(size, sink)?;
                self.line()?;
            },
        }
        Ok(Fields::new())
    }

    /// Whatever comes next, at least one byte of it; nothing at the end.
    pub fn some(&mut self) -> io::Result<Vec<u8>> {
        if self.buffer.is_empty() {
            self.fill()?;
        }
        Ok(std::mem::take(&mut self.buffer))
    }

    /// So many bytes.
    pub fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            if !self.fill()? {
                return Err(broken_off());
            }
        }
        Ok(self.take(length))
    }

    fn trailers(&mut self) -> io::Result<Fields> {
        let mut trailers = Fields::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(trailers);
            }
            trailers.push(field(&line));
        }
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n") {
                let mut line = self.take(end + 2);
                line.truncate(end);
                return Ok(line);
            }
            if !self.fill()? {
                return Err(broken_off());
            }
        }
    }

    fn pour_exactly(&mut self, mut left: u64, sink: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        while left > 0 {
            if self.buffer.is_empty() && !self.fill()? {
                return Err(broken_off());
            }
            let piece = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
            sink(&self.buffer[..piece]);
            self.buffer.drain(..piece);
            left -= piece as u64;
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.buffer.split_off(length);
        std::mem::replace(&mut self.buffer, rest)
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut piece = [0; 16 * 1024];
        let read = self.stream.read(&mut piece)?;
        self.buffer.extend_from_slice(&piece[..read]);
        Ok(read > 0)
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn broken_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "broken off in the middle of a message")
}
