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

/// Whether `name` concerns one connection, whatever `Connection` says.
pub fn is_hop_by_hop(name: &HeaderName) -> bool {
    // All of them begin with one of these, and few others do.
    matches!(name.as_str().as_bytes().first(), Some(b'c' | b'k' | b'p' | b't' | b'u'))
        && ALWAYS.contains(name)
}

/// `Connection` is not a list of field names: two readers would take it for different lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadConnection;

/// The fields that `Connection` nominates for removal; most often none.
pub fn nominated(headers: &HeaderMap) -> Result<Vec<HeaderName>, BadConnection> {
    let mut nominated = Vec::new();
    for value in headers.get_all(header::CONNECTION) {
        let list = value.to_str().map_err(|_| BadConnection)?;
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if name.eq_ignore_ascii_case("close") || name.eq_ignore_ascii_case("keep-alive") {
                continue;
            }
            nominated.push(HeaderName::from_bytes(name.as_bytes()).map_err(|_| BadConnection)?);
        }
    }
    Ok(nominated)
}

/// Removes what concerns one connection from a response on its way through. `Trailer` stays, for
/// HTTP/1.1 writes no trailers that were not announced, unless `Connection` says otherwise.
///
/// # Errors
/// When `Connection` cannot be understood; the response must not be passed on then.
pub(super) fn remove_hop_by_hop(headers: &mut HeaderMap) -> Result<(), BadConnection> {
    // Most responses hold nothing of the kind, and looking is cheaper than removing.
    if !headers.keys().any(is_hop_by_hop) {
        return Ok(());
    }
    let nominated = nominated(headers)?;
    for name in &ALWAYS {
        if *name != header::TRAILER {
            headers.remove(name);
        }
    }
    for name in &nominated {
        headers.remove(name);
    }
    Ok(())
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
    fn every_field_of_one_connection_is_known_as_such() {
        assert!(ALWAYS.iter().all(is_hop_by_hop));
        assert!(!is_hop_by_hop(&header::COOKIE));
    }

    #[test]
    fn connection_fields_go_and_others_stay() {
        let mut fields = headers(&[
            ("connection", b"close, X-Trace , TE"),
            ("x-trace", b"1"),
            ("te", b"trailers"),
            ("trailer", b"x-sum"),
            ("transfer-encoding", b"chunked"),
            ("upgrade", b"h2c"),
            ("keep-alive", b"5"),
            ("accept", b"*/*"),
        ]);
        remove_hop_by_hop(&mut fields).unwrap();
        assert_eq!(
            fields.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
            ["accept", "trailer"]
        );
        fields.insert(header::CONNECTION, HeaderValue::from_static("Trailer"));
        remove_hop_by_hop(&mut fields).unwrap();
        assert_eq!(fields.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }

    #[test]
    fn a_connection_field_that_is_no_list_of_names_is_refused() {
        for bad in [&b"x-user-id\xa0"[..], b"\"x\"", b"a b", b"x:y"] {
            let mut fields = headers(&[("accept", b"*/*")]);
            fields.insert("connection", HeaderValue::from_bytes(bad).unwrap());
            assert_eq!(nominated(&fields), Err(BadConnection), "{bad:?}");
            assert_eq!(remove_hop_by_hop(&mut fields), Err(BadConnection), "{bad:?}");
        }
    }
}
