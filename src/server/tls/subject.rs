//! The name in a certificate, as text: RFC 4514, in printable ASCII.
//!
//! Whoever signs certificates may let their holders choose parts of the name, and a name may hold
//! any character. RFC 4514 allows any byte to be written as `\` and two hexadecimal digits, so
//! everything that could mean something to a header is written so. No encoding on top is needed,
//! and the text is what OpenSSL prints for `-nameopt RFC2253`, which other proxies pass on.

use std::fmt::Write as _;

use x509_parser::asn1_rs::{Any, Oid, Tag, ToDer};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// The whole name, most specific part first.
pub(super) fn text(name: &X509Name<'_>) -> String {
    let mut parts: Vec<_> = name.iter_rdn().collect();
    // The last in the certificate is the first in the text.
    parts.reverse();
    let mut text = String::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        for (at, attribute) in part.iter().enumerate() {
            if at > 0 {
                text.push('+');
            }
            write_attribute(attribute, &mut text);
        }
    }
    text
}

fn write_attribute(attribute: &AttributeTypeAndValue<'_>, into: &mut String) {
    let oid = attribute.attr_type();
    let value = attribute.attr_value();
    // A value under a number is written in hexadecimal, because a reader who does not know the
    // attribute cannot know how to compare its text.
    match (short_name(oid), written(value)) {
        (Some(name), Some(value)) => {
            into.push_str(name);
            into.push('=');
            escape(&value, into);
        }
        (name, _) => {
            // Writing to a String cannot fail, here and below.
            let _ = match name {
                Some(name) => write!(into, "{name}=#"),
                None => write!(into, "{oid}=#"),
            };
            for byte in value.to_der_vec().unwrap_or_default() {
                let _ = write!(into, "{byte:02X}");
            }
        }
    }
}

/// The characters of a value that is text.
fn written(value: &Any<'_>) -> Option<String> {
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString => {
            std::str::from_utf8(value.data).ok().map(str::to_owned)
        }
        Tag::BmpString => {
            let (units, []) = value.data.as_chunks::<2>() else { return None };
            String::from_utf16(
                &units.iter().map(|unit| u16::from_be_bytes(*unit)).collect::<Vec<_>>(),
            )
            .ok()
        }
        _ => None,
    }
}

fn escape(value: &str, into: &mut String) {
    for (at, byte) in value.bytes().enumerate() {
        let at_an_edge = at == 0 || at + 1 == value.len();
        match byte {
            b'"' | b'+' | b',' | b';' | b'<' | b'>' | b'\\' => {
                into.push('\\');
                into.push(byte.into());
            }
            b'#' if at == 0 => into.push_str("\\#"),
            // Not `\ `, which would be cut off at the end of a field.
            b' ' if at_an_edge => into.push_str("\\20"),
            b' '..=b'~' => into.push(byte.into()),
            _ => {
                let _ = write!(into, "\\{byte:02X}");
            }
        }
    }
}

/// The names of RFC 4514, section 3, and two that everybody writes.
fn short_name(oid: &Oid<'_>) -> Option<&'static str> {
    Some(match oid.to_id_string().as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return None,
    })
}
