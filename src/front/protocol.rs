//! What a request is beyond HTTP, and what HTTP/2 says in other places than HTTP/1 does.

use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Version, header};

use crate::policy::Protocol;

use super::websocket::Handshake;

/// Writes the authority of an HTTP/2 request where HTTP/1 has it (RFC 9113, section 8.3.1): from
/// here on there is one place to look. Where both are written they are compared like any others.
pub(super) fn name_host(client: &mut Parts) {
    if client.version != Version::HTTP_2 || client.headers.contains_key(header::HOST) {
        return;
    }
    let authority = client.uri.authority().map(Authority::as_str);
    if let Some(host) = authority.and_then(|authority| authority.parse::<HeaderValue>().ok()) {
        client.headers.insert(header::HOST, host);
    }
}

/// Whether a value of an HTTP/2 request begins or ends with a blank, which none may (RFC 9113, section
/// 8.2.1): over HTTP/1 the service would cut it off, and find a value that no rule has seen.
pub(super) fn has_blank_ends(client: &Parts) -> bool {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let mut values = client.headers.values().map(HeaderValue::as_bytes);
    client.version == Version::HTTP_2
        && values.any(|value| is_blank(value.first()) || is_blank(value.last()))
}

/// Makes one `Cookie` field of the crumbs that HTTP/2 allows (RFC 9113, section 8.2.3): over HTTP/1
/// services look at the first only.
pub(super) fn join_cookies(headers: &mut HeaderMap) {
    let mut crumbs = headers.get_all(header::COOKIE).iter();
    if crumbs.nth(1).is_none() {
        return;
    }
    let crumbs: Vec<_> =
        headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if let Ok(cookie) = HeaderValue::from_bytes(&crumbs.join(&b"; "[..])) {
        headers.insert(header::COOKIE, cookie);
    }
}

/// What is spoken. gRPC goes by its content type (its PROTOCOL-HTTP2 document), whatever HTTP it
/// comes by: over HTTP/2 to the service it is gRPC again.
pub(super) fn protocol(client: &Parts, handshake: Option<&Handshake>) -> Protocol {
    match handshake {
        Some(_) => Protocol::WebSocket,
        None if is_grpc(&client.headers) => Protocol::Grpc,
        None => Protocol::Plain,
    }
}

/// Whether it is gRPC.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    const NAME: &[u8] = b"application/grpc";
    headers.get_all(header::CONTENT_TYPE).iter().map(HeaderValue::as_bytes).any(|value| {
        let name = value.get(..NAME.len());
        // `application/grpc-web` is an ordinary request.
        name.is_some_and(|name| name.eq_ignore_ascii_case(NAME))
            && matches!(value.get(NAME.len()), None | Some(b'+' | b';' | b',' | b' ' | b'\t'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crumbs_become_one_cookie() {
        let mut headers = HeaderMap::new();
        for crumb in ["a=1", "b=2; c=3", "d=4"] {
            headers.append(header::COOKIE, HeaderValue::from_static(crumb));
        }
        join_cookies(&mut headers);
        let cookies: Vec<_> = headers.get_all(header::COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1; b=2; c=3; d=4"]);
    }

    #[test]
    fn grpc_is_told_from_its_content_type() {
        for (value, grpc) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc;x=y", true),
            ("Application/GRPC", true),
            ("application/grpc,x", true),
            ("application/grpcfoo", false),
            ("application/grpc-web", false),
            ("application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(is_grpc(&headers), grpc, "{value}");
        }
    }
}
