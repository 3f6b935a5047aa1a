//! Header blocks of HTTP/2 (RFC 7541), as far as tests need them: any field can be written, to the
//! byte, and what the proxy writes can be read.

use crate::support::wire::Fields;

/// A block of these fields, each as a literal that nobody is to remember.
pub fn block(fields: &[(impl AsRef<[u8]>, impl AsRef<[u8]>)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        text(name.as_ref(), &mut block);
        text(value.as_ref(), &mut block);
    }
    block
}

/// The name and the value `a`, to be remembered, and then named again so many times.
pub fn bomb(references: usize) -> Vec<u8> {
    let mut block = vec![0x40, 1, b'a', 0];
    block.extend(std::iter::repeat_n(0xbe, references));
    block
}

fn text(text: &[u8], block: &mut Vec<u8>) {
    if let Ok(length @ 0..0x7f) = u8::try_from(text.len()) {
        block.push(length);
    } else {
        block.push(0x7f);
        let mut rest = text.len() - 0x7f;
        while rest >= 0x80 {
            block.push(0x80 | u8::try_from(rest & 0x7f).unwrap());
            rest >>= 7;
        }
        block.push(u8::try_from(rest).unwrap());
    }
    block.extend_from_slice(text);
}

/// Reads what a peer has written that was told to remember nothing. What one has remembered
/// all the same is a field called `another`.
#[track_caller]
pub fn read(block: &[u8]) -> Read {
    let (mut rest, mut fields, mut table) = (block, Fields::new(), 0);
    while let Some(&first) = rest.first() {
        match first {
            0x80.. => {
                let (name, value) = known(number(&mut rest, 7));
                fields.push((name.to_owned(), value.as_bytes().to_vec()));
            }
            0x20..0x40 => table = number(&mut rest, 5).max(table),
            _ => {
                let name = match number(&mut rest, if first >= 0x40 { 6 } else { 4 }) {
                    0 => spelled(&mut rest),
                    row => known(row).0.to_owned(),
                };
                let value = spelled(&mut rest);
                fields.push((name, value.into_bytes()));
            }
        }
    }
    Read { fields, table }
}

/// A block that was read.
pub struct Read {
    /// The fields.
    pub fields: Fields,
    /// The largest table that the peer says it uses from now on, in bytes.
    pub table: usize,
}

fn number(rest: &mut &[u8], bits: u32) -> usize {
    let most = (1_usize << bits) - 1;
    let mut value = usize::from(next(rest)) & most;
    if value == most {
        let mut shift = 0;
        loop {
            let byte = usize::from(next(rest));
            value += (byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
    }
    value
}

fn spelled(rest: &mut &[u8]) -> String {
    let huffman = rest[0] >= 0x80;
    let length = number(rest, 7);
    let (text, more) = rest.split_at(length);
    *rest = more;
    if huffman { unpacked(text) } else { String::from_utf8_lossy(text).into_owned() }
}

fn next(rest: &mut &[u8]) -> u8 {
    let (first, more) = rest.split_first().expect("a whole block");
    *rest = more;
    *first
}

/// Codes of one length follow each other, so these rows are the code (RFC 7541, appendix B) of
/// everything that we look at: the length, the first code, what it and the next ones stand for.
const CODES: [(u32, u32, &str); 6] = [
    (5, 0, "012aceiost"),
    (6, 0x14, " %-./3456789=A_bdfghlmnpru"),
    (7, 0x5c, ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"),
    (8, 0xf8, "&*,;XZ"),
    (10, 0x3f8, "!\"()?"),
    (11, 0x7fa, "'+|"),
];

fn unpacked(bytes: &[u8]) -> String {
    let bits: Vec<u32> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |at| u32::from(byte >> at) & 1))
        .collect();
    let (mut text, mut at) = (String::new(), 0);
    'next: while at < bits.len() {
        for (length, first, letters) in CODES {
            let Some(code) = bits.get(at..at + length as usize) else { break };
            let code = code.iter().fold(0, |code, bit| code << 1 | bit);
            let letter = code.checked_sub(first).and_then(|n| letters.chars().nth(n as usize));
            if let Some(letter) = letter {
                text.push(letter);
                at += length as usize;
                continue 'next;
            }
        }
        // Padding, or a letter that nobody here looks at.
        break;
    }
    text
}

/// The rows of the static table (RFC 7541, appendix A) that responses are written with.
fn known(row: usize) -> (&'static str, &'static str) {
    match row {
        8 => (":status", "200"),
        9 => (":status", "204"),
        10 => (":status", "206"),
        11 => (":status", "304"),
        12 => (":status", "400"),
        13 => (":status", "404"),
        14 => (":status", "500"),
        22 => ("allow", ""),
        28 => ("content-length", ""),
        31 => ("content-type", ""),
        33 => ("date", ""),
        53 => ("retry-after", ""),
        54 => ("server", ""),
        61 => ("www-authenticate", ""),
        _ => ("another", ""),
    }
}
