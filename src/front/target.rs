//! What the client asks for: refused unless everybody on the way must read it alike.

use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version, header};

use super::metrics::Rejected;
use crate::routing::{OddPath, PathRules, normal};
use crate::upstream;

/// The path to forward. Whatever host the client names, the service is always the configured one.
///
/// Where paths decide something, `paths` says how they are read, and the path is in its normal
/// spelling: the rule and the service see the same.
///
/// # Errors
/// Why the request cannot be passed on.
pub(super) fn target(
    client: &http::request::Parts,
    paths: Option<PathRules>,
) -> Result<Uri, Rejected> {
    if matches!(client.method, Method::CONNECT | Method::TRACE) {
        return Err(Rejected::Method);
    }
    // Methods are told apart by case (RFC 9110, section 9.1), but WSGI frameworks take `delete` for
    // `DELETE`: it must not take another route.
    if paths.is_some() && client.method.as_str().bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Err(Rejected::Method);
    }
    // Nothing but HTTP is passed on; HTTP/2 lets a client write any word here.
    if client.uri.scheme().is_some_and(|scheme| !matches!(scheme.as_str(), "http" | "https")) {
        return Err(Rejected::Target);
    }
    upstream::is_chunked(&client.headers).map_err(|_| Rejected::Framing)?;
    check_host(client)?;
    // Only an absolute target may leave its path out; it means `/` then. HTTP/2 writes the scheme
    // apart, beside a path that is always there.
    let absolute = client.uri.scheme().is_some() && client.version < Version::HTTP_2;
    // The server as a whole has options and nothing else (RFC 9112, section 3.2.4).
    let whole = client.method == Method::OPTIONS;
    let path = match client.uri.path_and_query() {
        Some(path) if path.as_str().starts_with('/') => path.clone(),
        Some(path) if path.as_str() == "*" && whole => path.clone(),
        Some(query) if absolute => format!("/{query}").parse().map_err(|_| Rejected::Target)?,
        None if absolute => PathAndQuery::from_static("/"),
        _ => return Err(Rejected::Target),
    };
    // Such bytes are no part of a URI (RFC 3986, section 2), and each server has its own idea of
    // the letters that they make.
    if !path.as_str().is_ascii() {
        return Err(Rejected::Target);
    }
    match paths {
        Some(rules) => normalised(&path, rules).map(Uri::from),
        None => Ok(Uri::from(path)),
    }
}

/// The fields that `Connection` nominates for removal. Where a request ends and for whom it is must
/// not be among them: what the service gets would not be what was decided about.
///
/// # Errors
/// When it is no list of names, or names one of those.
pub(super) fn nominated(headers: &HeaderMap) -> Result<Vec<HeaderName>, Rejected> {
    let nominated = upstream::nominated(headers).map_err(|_| Rejected::Connection)?;
    let ours = [header::CONTENT_LENGTH, header::HOST, header::TRANSFER_ENCODING];
    if nominated.iter().any(|name| ours.contains(name)) {
        return Err(Rejected::Connection);
    }
    Ok(nominated)
}

fn normalised(path: &PathAndQuery, rules: PathRules) -> Result<PathAndQuery, Rejected> {
    // An option of the server as a whole is no place that a rule could be about.
    let normal = normal(path.path(), rules).map_err(|OddPath| Rejected::Path)?;
    if *normal == *path.path() {
        return Ok(path.clone());
    }
    let text = match path.query() {
        Some(query) => format!("{normal}?{query}"),
        None => normal.into_owned(),
    };
    PathAndQuery::try_from(text).map_err(|_| Rejected::Path)
}

/// One `Host`, a plain one, and the same as the target's where that names one (RFC 9112, section
/// 3.2). HTTP/1.0 may do without.
fn check_host(client: &http::request::Parts) -> Result<(), Rejected> {
    let mut hosts = client.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if client.version < Version::HTTP_11 => Ok(()),
        (Some(host), None) if is_plain(host) => match client.uri.authority() {
            Some(authority)
                if !host.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes()) =>
            {
                Err(Rejected::Host)
            }
            _ => Ok(()),
        },
        _ => Err(Rejected::Host),
    }
}

/// A name or an address, and perhaps a port: nothing that could break out of a URL or of a
/// `Forwarded` field that the service makes of it, and nothing of which the service could take
/// another part for the name than routes do.
fn is_plain(host: &HeaderValue) -> bool {
    let Ok(host) = host.to_str() else { return false };
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let Some((address, port)) = rest.split_once(']') else { return false };
            let plain = |byte: u8| byte.is_ascii_hexdigit() || b".:".contains(&byte);
            if !address.bytes().all(plain) {
                return false;
            }
            ("", port)
        }
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let named = !name.is_empty() || host.starts_with('[');
    named && name.bytes().all(plain) && !name.contains("..") && port
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(line: &str, headers: &[(&str, &str)]) -> http::request::Parts {
        let (method, uri) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    const HOST: (&str, &str) = ("host", "api.example:8774");

    #[test]
    fn a_path_is_forwarded_and_an_absolute_target_by_its_path() {
        for (line, expected) in [
            ("GET /v2.1/servers?limit=1", "/v2.1/servers?limit=1"),
            ("OPTIONS *", "*"),
            ("GET http://api.example:8774/x?y", "/x?y"),
            ("GET http://API.example:8774", "/"),
        ] {
            assert_eq!(
                target(&parts(line, &[HOST]), None).unwrap().to_string(),
                expected,
                "{line}"
            );
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (line, headers, why) in [
            ("CONNECT api.example:80", &[HOST][..], Rejected::Method),
            ("TRACE /", &[HOST], Rejected::Method),
            ("GET evil:80", &[("host", "evil:80")], Rejected::Target),
            ("GET *", &[HOST], Rejected::Target),
            ("GET /\u{e9}", &[HOST], Rejected::Target),
            ("GET /?\u{e9}", &[HOST], Rejected::Target),
            ("GET /", &[], Rejected::Host),
            ("GET /", &[HOST, HOST], Rejected::Host),
            ("GET /", &[("host", "")], Rejected::Host),
            ("GET /", &[("host", ":80")], Rejected::Host),
            ("GET /", &[("host", "a b")], Rejected::Host),
            ("GET /", &[("host", "user:pw@app")], Rejected::Host),
            ("GET /", &[("host", "a;for=1.2.3.4")], Rejected::Host),
            ("GET /", &[("host", "app:80:80")], Rejected::Host),
            ("GET /", &[("host", "app:x")], Rejected::Host),
            ("GET /", &[("host", "app..")], Rejected::Host),
            ("GET /", &[("host", "app]")], Rejected::Host),
            ("GET /", &[("host", "[::1]app")], Rejected::Host),
            ("GET /", &[("host", "[::1]:80:80")], Rejected::Host),
            ("GET http://evil/", &[HOST], Rejected::Host),
            ("POST /", &[HOST, ("transfer-encoding", "gzip, chunked")], Rejected::Framing),
            ("POST /", &[HOST, ("transfer-encoding", ",chunked")], Rejected::Framing),
            (
                "POST /",
                &[HOST, ("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
                Rejected::Framing,
            ),
        ] {
            assert_eq!(target(&parts(line, headers), None).unwrap_err(), why, "{line} {headers:?}");
        }
    }

    #[test]
    fn a_method_in_small_letters_is_no_way_round_a_route() {
        for method in ["get", "Delete", "pOST"] {
            let line = format!("{method} /");
            let decided = target(&parts(&line, &[HOST]), Some(PathRules::default()));
            assert_eq!(decided.unwrap_err(), Rejected::Method, "{method}");
            assert!(target(&parts(&line, &[HOST]), None).is_ok(), "{method}");
        }
        for line in ["GET /", "M-SEARCH /", "PROPFIND /"] {
            assert!(target(&parts(line, &[HOST]), Some(PathRules::default())).is_ok(), "{line}");
        }
    }

    #[test]
    fn names_and_addresses_are_hosts() {
        for host in ["app", "App.example.", "a_b:8774", "a:", "127.0.0.1:1", "[::1]", "[::1]:80"] {
            assert!(target(&parts("GET /", &[("host", host)]), None).is_ok(), "{host}");
        }
    }
}
