//! Percent-encoding (RFC 3986, section 2.1), for whoever has to know what a service may make of a
//! text.

/// The byte that is written as `%XX` at this place, if one is.
pub(super) fn escape(bytes: &[u8], at: usize) -> Option<u8> {
    match bytes.get(at..at + 3)? {
        [b'%', high, low] => Some(hex(*high)? << 4 | hex(*low)?),
        _ => None,
    }
}

/// Whether two hex digits follow every percent sign.
pub fn is_encoded_well(bytes: &[u8]) -> bool {
    let mut signs = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    signs.all(|(at, _)| escape(bytes, at).is_some())
}

/// Decodes once. What is no escape stays as it is: decoded once already, a text may well hold a
/// percent sign that means itself.
pub fn decode(bytes: &[u8]) -> Vec<u8> {
    decodings(bytes).map(|(byte, _)| byte).collect()
}

/// The bytes of a text decoded once, each with whether it was an escape.
pub fn decodings(bytes: &[u8]) -> impl Iterator<Item = (u8, bool)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let byte = *bytes.get(at)?;
        let escaped = escape(bytes, at);
        at += if escaped.is_some() { 3 } else { 1 };
        Some((escaped.unwrap_or(byte), escaped.is_some()))
    })
}

/// A text in which every byte is written as `%XX` that is none of the `plain` ones, which must be ASCII.
pub fn escaped(text: &str, plain: impl Fn(&u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(&byte) {
            encoded.push(char::from(byte));
        } else {
            push_escape(&mut encoded, byte);
        }
    }
    encoded
}

/// Appends `byte` as `%XX`, in capitals.
pub fn push_escape(text: &mut String, byte: u8) {
    let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or_default();
    text.push('%');
    text.extend([byte >> 4, byte & 15].map(|half| digit(half).to_ascii_uppercase()));
}

/// The value of a hex digit.
pub(super) fn hex(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}
