//! Percent-encoding (RFC 3986, section 2.1), for whoever has to know what a service may make of a
//! text.

/// The byte that is written as `%XX` at this place, if one is.
pub fn escape(bytes: &[u8], at: usize) -> Option<u8> {
    match bytes.get(at..at + 3)? {
        [b'%', high, low] => Some(hex(*high)? << 4 | hex(*low)?),
        _ => None,
    }
}

/// Decodes once. What is no escape stays as it is: decoded once already, a text may well hold a
/// percent sign that means itself.
pub fn decode(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = escape(bytes, at);
        decoded.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    decoded
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
