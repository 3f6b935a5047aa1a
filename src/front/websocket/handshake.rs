//! The request for a tunnel, and whether the service has understood it (RFC 6455, section 4).

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version, header};

/// A request for a tunnel.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::front) struct Handshake {
    /// What a service must answer to show that it knows what it was asked.
    accept: String,
}

impl Handshake {
    /// The one in `client`'s head, if it is whole. Half of one, or one of another version, is an
    /// ordinary request; the service will say so.
    pub(in crate::front) fn of(client: &Parts) -> Option<Self> {
        // Cheap for all other requests: no other field is looked at.
        let upgrade = only(&client.headers, &header::UPGRADE)?;
        let asks = client.method == Method::GET
            && client.version == Version::HTTP_11
            && upgrade.eq_ignore_ascii_case("websocket")
            && lists(&client.headers, "upgrade")
            && only(&client.headers, &header::SEC_WEBSOCKET_VERSION) == Some("13");
        let key = only(&client.headers, &header::SEC_WEBSOCKET_KEY).filter(|_| asks)?;
        let nonce = STANDARD.decode(key).ok()?;
        (nonce.len() == 16).then(|| Self { accept: accept(key) })
    }

    /// Whether the head of a 101 grants it. What it says of the connection has been removed from
    /// the head already, and is told to the client anew.
    pub(super) fn is_granted(&self, response: &HeaderMap) -> bool {
        only(response, &header::SEC_WEBSOCKET_ACCEPT) == Some(self.accept.as_str())
    }
}

/// What goes along with a 101.
pub(super) fn switch(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
}

/// The value of a field that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether `Connection` lists `word`.
fn lists(headers: &HeaderMap, word: &str) -> bool {
    let values = headers.get_all(header::CONNECTION).iter();
    let mut words = values.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    words.any(|listed| listed.trim().eq_ignore_ascii_case(word))
}

fn accept(key: &str) -> String {
    const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    // No secret hangs on it: it tells a web socket server from anything else.
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{GUID}").as_bytes());
    STANDARD.encode(hash)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    const WHOLE: [(&str, &str); 4] = [
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    fn asked(fields: &[(&str, &str)]) -> Option<Handshake> {
        let request = fields
            .iter()
            .fold(Request::get("/chat"), |request, (name, value)| request.header(*name, *value));
        Handshake::of(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_answer_is_the_one_of_the_standard() {
        let handshake = asked(&WHOLE).unwrap();
        let mut response = HeaderMap::new();
        assert!(!handshake.is_granted(&response));
        let right = HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        response.insert(header::SEC_WEBSOCKET_ACCEPT, right.clone());
        assert!(handshake.is_granted(&response));
        response.append(header::SEC_WEBSOCKET_ACCEPT, right);
        assert!(!handshake.is_granted(&response), "said twice");
    }

    #[test]
    fn e03_e05_half_a_handshake_or_one_for_something_else_is_none() {
        for (at, value) in [
            (0, "keep-alive"),
            (1, "h2c"),
            (1, "h2c, websocket"),
            (1, "TLS/1.0"),
            (2, "1337"),
            (2, "8"),
            (3, "short"),
            (3, "dGhlIHNhbXBsZSBub25jZQ"),
        ] {
            let mut fields = WHOLE;
            fields[at].1 = value;
            assert_eq!(asked(&fields), None, "{fields:?}");
        }
        let twice = [&WHOLE[..], &[("upgrade", "websocket")]].concat();
        assert_eq!(asked(&twice), None);
    }
}
