//! How names travel in a header: UTF-8 as it is, percent-encoded where a header cannot carry it.
//!
//! Keystone lets names hold control characters, commas and blanks. In a process those are text;
//! in a header a line break starts a field, a comma starts a role, and a blank at either end is
//! lost. Such characters are percent-encoded, and so is a `%` that would otherwise read as one of
//! our own encodings, which keeps the encoding reversible.

use std::fmt::Write as _;

/// `name` as a header value.
pub fn encode_name(name: &str, into: &mut String) {
    encode(name, into, false);
}

/// `role` as one element of a comma-separated header.
pub fn encode_role(role: &str, into: &mut String) {
    encode(role, into, true);
}

fn encode(text: &str, into: &mut String, in_list: bool) {
    let inner = text.trim();
    let lead = text.len() - text.trim_start().len();
    let inside = lead..lead + inner.len();
    for (at, character) in text.char_indices() {
        let at_the_edge = character.is_whitespace() && !inside.contains(&at);
        let encoded = character.is_control()
            || at_the_edge
            || (in_list && character == ',')
            || (character == '%' && looks_encoded(text.get(at + 1..).unwrap_or_default()));
        if encoded {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a String cannot fail.
                let _ = write!(into, "%{byte:02X}");
            }
        } else {
            into.push(character);
        }
    }
}

/// Whether what follows a `%` would make a decoder take it for an encoded byte.
fn looks_encoded(rest: &str) -> bool {
    let mut digits = rest.bytes().take(2).filter(u8::is_ascii_hexdigit);
    digits.next().is_some() && digits.next().is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> String {
        let mut into = String::new();
        encode_name(text, &mut into);
        into
    }

    fn role(text: &str) -> String {
        let mut into = String::new();
        encode_role(text, &mut into);
        into
    }

    #[test]
    fn ordinary_names_are_left_alone() {
        for text in ["alice", "Žluťoučký", "東京", "50%", "100% cotton", "a, b", "a'b\"c"] {
            assert_eq!(name(text), text);
        }
    }

    #[test]
    fn what_a_header_cannot_carry_is_percent_encoded() {
        assert_eq!(name("mallory\r\nX-Roles: admin"), "mallory%0D%0AX-Roles: admin");
        assert_eq!(name("a\0b\x7fc\u{85}"), "a%00b%7Fc%C2%85");
        assert_eq!(name(" edge "), "%20edge%20");
        assert_eq!(name("%41"), "%2541");
    }

    #[test]
    fn a_role_cannot_pose_as_two_nor_as_another() {
        assert_eq!(role("reader,admin"), "reader%2Cadmin");
        assert_eq!(role(" admin"), "%20admin");
        assert_eq!(role("\u{a0}admin"), "%C2%A0admin");
        assert_eq!(name("reader,admin"), "reader,admin");
    }

    /// Undoes the encoding, as a service that cares would.
    fn decode(text: &str) -> String {
        let bytes = text.as_bytes();
        let mut out = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let hex = (bytes[at] == b'%')
                .then(|| text.get(at + 1..at + 3))
                .flatten()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok())
                .filter(|_| looks_encoded(text.get(at + 1..).unwrap()));
            out.push(hex.unwrap_or(bytes[at]));
            at += if hex.is_some() { 3 } else { 1 };
        }
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn a12_every_name_survives_the_trip_and_is_a_legal_value(text in any::<String>()) {
            let encoded = role(&text);
            prop_assert_eq!(decode(&encoded), text);
            prop_assert!(http::HeaderValue::from_str(&encoded).is_ok() || !encoded.is_ascii());
            prop_assert!(http::HeaderValue::from_bytes(encoded.as_bytes()).is_ok());
            prop_assert!(!encoded.contains(','));
            prop_assert_eq!(encoded.trim(), encoded.as_str());
        }
    }
}
