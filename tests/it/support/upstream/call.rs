//! One request and its answer, from the service's side.

use std::io;

use super::{Request, Shared};
use crate::support::wire::{Body, Framing, Head, Wire};

/// A request whose head has arrived.
pub struct Call<'a> {
    /// The connection, for answers of any kind.
    pub wire: &'a mut Wire,
    /// What has been received so far.
    pub request: Request,
    shared: &'a Shared,
    number: usize,
    received: bool,
    closed: bool,
}

impl<'a> Call<'a> {
    pub(super) fn new(shared: &'a Shared, wire: &'a mut Wire, head: Head, from: usize) -> Self {
        let request = Request { head, body: Body::default(), connection: from };
        let mut seen = shared.seen.lock().unwrap();
        seen.push(request.clone());
        let number = seen.len() - 1;
        drop(seen);
        Self { wire, request, shared, number, received: false, closed: false }
    }

    /// Reads the body and records it.
    pub fn receive(&mut self) -> io::Result<()> {
        self.request.body = self.wire.body(self.framing())?;
        self.received = true;
        if let Some(recorded) = self.shared.seen.lock().unwrap().get_mut(self.number) {
            recorded.body = self.request.body.clone();
        }
        Ok(())
    }

    /// Reads the body without keeping it, and returns its length.
    pub fn discard(&mut self) -> io::Result<u64> {
        let mut length = 0;
        self.wire.pour(self.framing(), &mut |piece| length += piece.len() as u64)?;
        self.received = true;
        Ok(length)
    }

    /// Answers with a whole body.
    pub fn respond(&mut self, status: u16, fields: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {status} Whatever\r\n");
        for (name, value) in fields {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let framed = fields.iter().any(|(name, _)| {
            name.eq_ignore_ascii_case("content-length")
                || name.eq_ignore_ascii_case("transfer-encoding")
        });
        if !framed && !matches!(status, 100..=199 | 204 | 304) {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let body = if self.request.method() == "HEAD" { &[][..] } else { body };
        self.wire.send(&[head.as_bytes(), body].concat())
    }

    /// Closes the connection after this request.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Whether the connection can take another request.
    pub(super) fn can_go_on(&self) -> bool {
        let done = self.received || self.framing() == Framing::Empty;
        done && !self.closed
    }

    fn framing(&self) -> Framing {
        self.request.head.framing(Framing::Empty)
    }
}
