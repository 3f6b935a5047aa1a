//! Fields after a body, which must not say what belongs before it (RFC 9110, section 6.5.1).

use http::{HeaderMap, HeaderName, header};

use super::hop::is_hop_by_hop;

/// What frames, routes, modifies, authenticates or describes a message: too late after its body,
/// and meant for a reader that merges trailers into what was checked.
const FORBIDDEN: [HeaderName; 37] = [
    header::ACCEPT_RANGES,
    header::AGE,
    header::AUTHORIZATION,
    header::CACHE_CONTROL,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_LOCATION,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::COOKIE,
    header::DATE,
    header::EXPECT,
    header::EXPIRES,
    header::FORWARDED,
    header::HOST,
    header::IF_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::IF_RANGE,
    header::IF_UNMODIFIED_SINCE,
    header::LOCATION,
    header::MAX_FORWARDS,
    header::PRAGMA,
    header::RANGE,
    header::RETRY_AFTER,
    header::SET_COOKIE,
    header::STRICT_TRANSPORT_SECURITY,
    header::VARY,
    header::WARNING,
    header::WWW_AUTHENTICATE,
    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    header::ACCESS_CONTROL_ALLOW_HEADERS,
    header::ACCESS_CONTROL_ALLOW_METHODS,
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    header::ACCESS_CONTROL_MAX_AGE,
    header::CONTENT_SECURITY_POLICY,
];

/// Whether a field may stand after a body.
pub(super) fn may_trail(name: &HeaderName) -> bool {
    !is_hop_by_hop(name) && !FORBIDDEN.contains(name)
}

/// What may pass of a response's trailers; `None` when nothing is left.
pub(super) fn of_response(trailers: HeaderMap) -> Option<HeaderMap> {
    only(trailers, may_trail)
}

/// What may pass of a request's trailers: the names in `allowed`.
pub(super) fn of_request(trailers: HeaderMap, allowed: &[HeaderName]) -> Option<HeaderMap> {
    only(trailers, |name| allowed.contains(name) && may_trail(name))
}

fn only(mut trailers: HeaderMap, may: impl Fn(&HeaderName) -> bool) -> Option<HeaderMap> {
    let barred: Vec<_> = trailers.keys().filter(|name| !may(name)).cloned().collect();
    for name in barred {
        trailers.remove(name);
    }
    Some(trailers).filter(|trailers| !trailers.is_empty())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn trailers(names: &[&'static str]) -> HeaderMap {
        let value = HeaderValue::from_static("x");
        names.iter().map(|name| (HeaderName::from_static(name), value.clone())).collect()
    }

    #[test]
    fn a_response_keeps_what_may_stand_after_a_body() {
        let given = ["grpc-status", "content-length", "server-timing", "connection", "set-cookie"];
        let kept = of_response(trailers(&given)).unwrap();
        assert_eq!(kept, trailers(&["grpc-status", "server-timing"]));
        assert_eq!(of_response(trailers(&["transfer-encoding", "trailer"])), None);
    }

    #[test]
    fn a_request_keeps_what_is_allowed_by_name() {
        let allowed = [HeaderName::from_static("x-checksum"), header::HOST];
        let given = trailers(&["x-checksum", "x-user-id", "host"]);
        assert_eq!(of_request(given.clone(), &allowed), Some(trailers(&["x-checksum"])));
        assert_eq!(of_request(given, &[]), None);
    }
}
