//! Fields that concern one connection and must not cross to the next (RFC 9110, section 7.6.1).

use http::{HeaderMap, HeaderName, header};

/// Those that every HTTP version knows, besides what `Connection` names.
const ALWAYS: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Removes them, and every field that `Connection` nominates. Returns false, leaving the fields
/// in an unspecified state, when `Connection` is not a list of field names: two readers would
/// take it for different lists.
///
/// Call this before setting any field of our own, so that nobody can have it removed by
/// nominating it.
#[must_use]
pub fn remove_hop_by_hop(headers: &mut HeaderMap) -> bool {
    let mut nominated = Vec::new();
    for value in headers.get_all(header::CONNECTION) {
        let Ok(list) = value.to_str() else { return false };
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if name.eq_ignore_ascii_case("close") || name.eq_ignore_ascii_case("keep-alive") {
                continue;
            }
            let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { return false };
            nominated.push(name);
        }
    }
    for name in nominated.iter().chain(&ALWAYS) {
        headers.remove(name);
    }
    true
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &'static [u8])]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap())
            })
            .collect()
    }

    #[test]
    fn connection_fields_go_and_others_stay() {
        let mut fields = headers(&[
            ("connection", b"close, X-Trace , TE"),
            ("x-trace", b"1"),
            ("te", b"trailers"),
            ("transfer-encoding", b"chunked"),
            ("upgrade", b"h2c"),
            ("keep-alive", b"5"),
            ("accept", b"*/*"),
        ]);
        assert!(remove_hop_by_hop(&mut fields));
        assert_eq!(fields.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }

    #[test]
    fn a_connection_field_that_is_no_list_of_names_is_refused() {
        for bad in [&b"x-user-id\xa0"[..], b"\"x\"", b"a b", b"x:y"] {
            let mut fields = headers(&[("accept", b"*/*")]);
            fields.insert("connection", HeaderValue::from_bytes(bad).unwrap());
            assert!(!remove_hop_by_hop(&mut fields), "{bad:?}");
        }
    }
}
