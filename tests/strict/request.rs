//! HTTP/1.1 requests by the letter of RFC 9112: whatever two servers could read in two ways is
//! wrong here, even where most would read it alike.

use std::fmt;

/// A request, as it stood on the wire.
#[derive(Clone, Default)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The target, undecoded.
    pub target: String,
    /// The fields in their order, blanks around values removed.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What bytes begin with.
#[derive(Debug)]
pub enum Read {
    /// A request, and how many bytes it takes.
    Whole(Request, usize),
    /// A part of one.
    Part,
    /// None, and why.
    Wrong(&'static str),
}

impl Request {
    /// All values of a field.
    pub fn values(&self, name: &str) -> Vec<&[u8]> {
        let same = self.fields.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        same.map(|(_, value)| &value[..]).collect()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)?;
        for (name, value) in &self.fields {
            write!(f, " | {name}: {}", value.escape_ascii())?;
        }
        write!(f, " | {}", self.body.escape_ascii())
    }
}

/// Reads the request that `bytes` begin with.
pub fn read(bytes: &[u8]) -> Read {
    match request(bytes) {
        Ok(Some((request, used))) => Read::Whole(request, used),
        Ok(None) => Read::Part,
        Err(why) => Read::Wrong(why),
    }
}

type Found<T> = Result<Option<(T, usize)>, &'static str>;

fn request(bytes: &[u8]) -> Found<Request> {
    let Some((mut request, mut used)) = head(bytes)? else { return Ok(None) };
    match framing(&request)? {
        Framing::Length(length) => match bytes[used..].get(..length) {
            Some(body) => {
                request.body = body.to_vec();
                used += length;
            }
            None => return Ok(None),
        },
        Framing::Chunked => match chunks(&bytes[used..])? {
            Some((body, length)) => {
                request.body = body;
                used += length;
            }
            None => return Ok(None),
        },
    }
    Ok(Some((request, used)))
}

fn head(bytes: &[u8]) -> Found<Request> {
    let Some((first, mut used)) = line(bytes)? else { return Ok(None) };
    let parts: Vec<&[u8]> = first.split(|byte| *byte == b' ').collect();
    let [method, target, b"HTTP/1.1"] = parts[..] else { return Err("a request line") };
    if method.is_empty() || !method.iter().all(|byte| is_token(*byte)) {
        return Err("a method");
    }
    if target.is_empty() || !target.iter().all(u8::is_ascii_graphic) {
        return Err("a target");
    }
    let mut request = Request { method: text(method), target: text(target), ..Request::default() };
    loop {
        let Some((field, length)) = line(&bytes[used..])? else { return Ok(None) };
        used += length;
        if field.is_empty() {
            return Ok(Some((request, used)));
        }
        let colon = field.iter().position(|byte| *byte == b':').ok_or("a line without a colon")?;
        let (name, value) = (&field[..colon], &field[colon + 1..]);
        if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
            return Err("a field name");
        }
        if !value.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..)) {
            return Err("a field value");
        }
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let start = value.iter().position(|byte| !blank(byte)).unwrap_or(value.len());
        let end = value.iter().rposition(|byte| !blank(byte)).map_or(start, |at| at + 1);
        request.fields.push((text(name), value[start..end].to_vec()));
    }
}

enum Framing {
    Length(usize),
    Chunked,
}

fn framing(request: &Request) -> Result<Framing, &'static str> {
    if request.values("host").len() != 1 {
        return Err("not one host");
    }
    match (&request.values("content-length")[..], &request.values("transfer-encoding")[..]) {
        ([], []) => Ok(Framing::Length(0)),
        ([length], []) if !length.is_empty() && length.iter().all(u8::is_ascii_digit) => {
            text(length).parse().map(Framing::Length).map_err(|_| "a length beyond all numbers")
        }
        ([], [coding]) if *coding == b"chunked" => Ok(Framing::Chunked),
        _ => Err("a body that is framed in no way or in two"),
    }
}

fn chunks(bytes: &[u8]) -> Found<Vec<u8>> {
    let (mut body, mut used) = (Vec::new(), 0);
    loop {
        let Some((size, length)) = line(&bytes[used..])? else { return Ok(None) };
        used += length;
        if size.is_empty() || size.len() > 15 || !size.iter().all(u8::is_ascii_hexdigit) {
            return Err("a chunk's size");
        }
        let size = usize::from_str_radix(&text(size), 16).map_err(|_| "a chunk's size")?;
        if size > 0 {
            let Some(chunk) = bytes[used..].get(..size) else { return Ok(None) };
            body.extend_from_slice(chunk);
            used += size;
        }
        let Some((end, length)) = line(&bytes[used..])? else { return Ok(None) };
        if !end.is_empty() {
            return Err(if size == 0 { "a trailer" } else { "a chunk longer than its size" });
        }
        used += length;
        if size == 0 {
            return Ok(Some((body, used)));
        }
    }
}

/// A line up to CR LF. Neither half of that may stand alone.
fn line(bytes: &[u8]) -> Found<&[u8]> {
    let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
        return Ok(None);
    };
    match bytes[end..] {
        [b'\r', b'\n', ..] => Ok(Some((&bytes[..end], end + 2))),
        [b'\r'] => Ok(None),
        _ => Err("half a line end"),
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
