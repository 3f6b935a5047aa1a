//! A request as the service received it.

use crate::support::wire::{Body, Fields, Head, first, lines};

/// A request as it was received: names in their spelling, fields in their order.
#[derive(Clone, Debug)]
pub struct Request {
    /// The head, to the byte.
    pub head: Head,
    /// The body and its trailers, once they have been read.
    pub body: Body,
    /// Which connection it came over, counted from 1.
    pub connection: usize,
}

impl Request {
    /// The method.
    pub fn method(&self) -> &str {
        self.part(0)
    }

    /// The target, undecoded.
    pub fn target(&self) -> &str {
        self.part(1)
    }

    /// The first value of a field.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.head.fields, name)
    }

    /// All values of a field.
    pub fn headers(&self, name: &str) -> Vec<String> {
        lines(&self.head.fields, name).into_iter().map(std::borrow::Cow::into_owned).collect()
    }

    /// The fields, in their order.
    pub fn fields(&self) -> &Fields {
        &self.head.fields
    }

    /// The fields as sorted `name: value` lines with names in lower case.
    pub fn sorted(&self) -> Vec<String> {
        let line = |(name, value): &(String, Vec<u8>)| {
            format!("{}: {}", name.to_ascii_lowercase(), String::from_utf8_lossy(value))
        };
        let mut all: Vec<_> = self.head.fields.iter().map(line).collect();
        all.sort();
        all
    }

    /// Whether a piece of text is anywhere in it, whatever its case.
    pub fn mentions(&self, text: &str) -> bool {
        let trailers = format!("{:?}", self.body.trailers);
        let everything = [&self.head.raw[..], &self.body.data, trailers.as_bytes()].concat();
        let everything = everything.to_ascii_lowercase();
        let text = text.to_ascii_lowercase();
        everything.windows(text.len()).any(|window| window == text.as_bytes())
    }

    fn part(&self, number: usize) -> &str {
        self.head.line.split(' ').nth(number).unwrap_or_default()
    }
}
