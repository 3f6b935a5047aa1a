//! The head of a request in HTTP/2: what HTTP/1.1 says in fields, it says in others.

use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{HeaderMap, HeaderValue, Request, Version, header};

use crate::dial::Endpoint;
use crate::upstream::error::UpstreamError;

/// Turns the head of `request`, whose target is a path, into one of HTTP/2: `Host` becomes
/// `:authority`, and nothing is left that speaks of one connection.
pub(super) fn translate<B>(
    request: &mut Request<B>,
    endpoint: &Endpoint,
) -> Result<(), UpstreamError> {
    let fields = request.headers_mut();
    let host = fields.remove(header::HOST);
    let host = host.as_ref().map_or(endpoint.authority.as_bytes(), HeaderValue::as_bytes);
    let authority = Authority::try_from(host).map_err(|_| UpstreamError::Unusable)?;
    // Frames say where a body ends.
    fields.remove(header::TRANSFER_ENCODING);
    if is_grpc(fields) {
        // Servers that speak gRPC insist on it (gRPC over HTTP/2, "Requests").
        fields.insert(header::TE, HeaderValue::from_static("trailers"));
    }
    let scheme = if endpoint.tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
    let path = request.uri().path_and_query();
    let path = path.cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    let uri = Uri::builder().scheme(scheme).authority(authority).path_and_query(path).build();
    *request.uri_mut() = uri.map_err(|_| UpstreamError::Unusable)?;
    *request.version_mut() = Version::HTTP_2;
    Ok(())
}

fn is_grpc(fields: &HeaderMap) -> bool {
    let kind = fields.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"application/grpc"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dial::Trust;

    fn translated(url: &str, target: &str, fields: &[(&'static str, &'static str)]) -> Request<()> {
        let (endpoint, _) = Endpoint::parse(url, Trust::System).unwrap();
        let mut request = Request::builder().uri(target);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let mut request = request.body(()).unwrap();
        translate(&mut request, &endpoint).unwrap();
        request
    }

    #[test]
    fn the_clients_host_is_the_authority() {
        let request = translated("http://app:9000", "/a?b=c", &[("host", "api.example:81")]);
        assert_eq!(request.uri(), "http://api.example:81/a?b=c");
        assert!(request.headers().is_empty());
        assert_eq!(translated("https://app:9000", "/", &[]).uri(), "https://app:9000/");
        assert_eq!(translated("unix:/run/a", "/", &[]).uri(), "http://localhost/");
        assert_eq!(translated("http://app", "*", &[]).uri().path(), "*");
    }

    #[test]
    fn grpc_says_that_it_takes_trailers() {
        for (kind, te) in [
            ("application/grpc", Some("trailers")),
            ("application/grpc+proto", Some("trailers")),
            ("application/json", None),
        ] {
            let fields = [("content-type", kind), ("transfer-encoding", "chunked")];
            let request = translated("http://app", "/", &fields);
            let said = request.headers().get(header::TE).map(|te| te.to_str().unwrap());
            assert_eq!(said, te, "{kind}");
            assert!(!request.headers().contains_key(header::TRANSFER_ENCODING));
        }
    }
}
