//! The id that a request is known by, here, at Keystone and at the service.
//!
//! The convention is oslo.middleware's: `req-` and a UUID. A client's own id is taken when it has
//! that form, so that one id follows a call through many services; anything else is replaced.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The field that carries it.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// The request's id: the client's if it sent exactly one that is well formed, or a new one.
pub(super) fn of(headers: &HeaderMap) -> HeaderValue {
    let mut given = headers.get_all(REQUEST_ID).iter();
    match (given.next(), given.next()) {
        (Some(id), None) if is_well_formed(id.as_bytes()) => id.clone(),
        _ => fresh(),
    }
}

fn is_well_formed(id: &[u8]) -> bool {
    let Some(uuid) = id.strip_prefix(b"req-") else { return false };
    uuid.len() == 36
        && uuid.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A random (version 4) UUID. It need not be secret, only rare.
fn fresh() -> HeaderValue {
    let random = fastrand::u128(..);
    let versioned = (random & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = |shift: u32, bits: u32| (versioned >> shift) & ((1 << bits) - 1);
    let mut text = String::with_capacity(40);
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "req-{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        hex(96, 32),
        hex(80, 16),
        hex(64, 16),
        hex(48, 16),
        hex(0, 48)
    );
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("req-unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "req-0123abcd-0123-4abc-8abc-0123456789ab";

    #[test]
    fn a_well_formed_id_is_kept_and_anything_else_replaced() {
        let with = |ids: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for id in ids {
                headers.append(REQUEST_ID, HeaderValue::from_static(id));
            }
            of(&headers)
        };
        assert_eq!(with(&[GIVEN]), GIVEN);
        for odd in [
            &["req-1"][..],
            &["0123abcd-0123-4abc-8abc-0123456789ab"],
            &["req-0123abcd-0123-4abc-8abc-0123456789ab;x"],
            &["req-0123abcd_0123-4abc-8abc-0123456789ab"],
            &[GIVEN, GIVEN],
            &[],
        ] {
            let id = with(odd);
            assert!(is_well_formed(id.as_bytes()), "{id:?}");
            assert_ne!(id, GIVEN);
        }
    }

    #[test]
    fn new_ids_are_version_4_and_differ() {
        let (one, two) = (fresh(), fresh());
        assert_ne!(one, two);
        let text = one.to_str().unwrap();
        assert_eq!(&text[18..19], "4", "{text}");
        assert!("89ab".contains(&text[23..24]), "{text}");
    }
}
