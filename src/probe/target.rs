//! What one probe asks for, read from a URL.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::uri::PathAndQuery;

use crate::dial::{Address, Endpoint, Trust};

/// Where an application is asked, and what.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    endpoint: Endpoint,
    question: Question,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Question {
    /// Whether it takes connections.
    Connection,
    /// How the service of that name is, by gRPC's health protocol.
    Health { service: String },
    /// What it answers to a GET.
    Http { path: PathAndQuery, headers: HeaderMap },
}

impl Target {
    /// Reads `http://HOST:PORT/PATH`, the same with `https`, `unix:/SOCKET:/PATH`,
    /// `unix:/SOCKET`, `tcp://HOST:PORT` or `grpc://HOST:PORT/SERVICE`. Headers of a question over
    /// HTTP stand behind a `#`, as the fields of a form do: `#Host=a.example&X-Probe=1`.
    ///
    /// Certificates are not checked, as a kubelet does not: what is sent is no secret, and what is
    /// learnt is a status.
    ///
    /// # Errors
    /// A sentence for the operator that says what is wrong and what would be right. It does not
    /// hold the value of a header.
    pub fn parse(written: &str) -> Result<Self, String> {
        let (url, fields) = match written.split_once('#') {
            Some((url, fields)) => (url, Some(fields)),
            None => (written, None),
        };
        let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
        let (endpoint, question) = match scheme {
            "http" | "https" => over_http(scheme, rest, fields)?,
            "unix" => over_unix(rest, fields)?,
            "tcp" | "grpc" if fields.is_some() => {
                return Err(format!("{scheme} has no headers; remove what follows the #"));
            }
            "tcp" => match peer(rest)? {
                (endpoint, "" | "/") => (endpoint, Question::Connection),
                (_, path) => {
                    return Err(format!("tcp has no path; remove {path:?}, or write http://"));
                }
            },
            "grpc" => {
                let (endpoint, path) = peer(rest)?;
                let service = path.strip_prefix('/').unwrap_or(path).to_owned();
                (endpoint, Question::Health { service })
            }
            "" => return Err(format!("the scheme is missing; {FORMS}")),
            other => return Err(format!("the scheme {other:?} is not supported; {FORMS}")),
        };
        Ok(Self { endpoint, question })
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(super) fn question(&self) -> &Question {
        &self.question
    }
}

fn over_http(
    scheme: &str,
    rest: &str,
    fields: Option<&str>,
) -> Result<(Endpoint, Question), String> {
    let (authority, path) = parts(rest)?;
    let (endpoint, _) = Endpoint::parse(&format!("{scheme}://{authority}"), Trust::Insecure)?;
    Ok((endpoint, question(path, fields)?))
}

fn over_unix(rest: &str, fields: Option<&str>) -> Result<(Endpoint, Question), String> {
    let (socket, path) = match rest.split_once(":/") {
        Some((socket, _)) => (socket, rest.strip_prefix(socket).and_then(|r| r.strip_prefix(':'))),
        None => (rest, None),
    };
    let (endpoint, _) = Endpoint::parse(&format!("unix:{socket}"), Trust::Insecure)?;
    let question = match path {
        Some(path) => question(path, fields)?,
        None if fields.is_some() => {
            let example = "as in unix:/run/app.sock:/healthz";
            return Err(format!("headers need a path; add one behind the socket, {example}"));
        }
        None => Question::Connection,
    };
    Ok((endpoint, question))
}

/// The address of what is not HTTP/1, which has no usual port, and what stands behind it.
fn peer(rest: &str) -> Result<(Endpoint, &str), String> {
    let (authority, path) = parts(rest)?;
    let (endpoint, _) = Endpoint::parse(&format!("http://{authority}"), Trust::Insecure)?;
    let written = match &endpoint.address {
        Address::Tcp { port, .. } => authority.ends_with(&format!(":{port}")),
        Address::Unix(_) => false,
    };
    if written { Ok((endpoint, path)) } else { Err(format!("the port is missing; {FORMS}")) }
}

/// Host and port, and what stands behind them.
fn parts(rest: &str) -> Result<(&str, &str), String> {
    let rest = rest.strip_prefix("//").ok_or_else(|| format!("// is missing; {FORMS}"))?;
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    Ok(rest.split_at_checked(at).unwrap_or((rest, "")))
}

fn question(path: &str, fields: Option<&str>) -> Result<Question, String> {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let path = whole.bytes().all(|byte| byte.is_ascii_graphic()).then(|| whole.parse().ok());
    let path = path.flatten().ok_or_else(|| {
        format!("the path {whole:?} cannot be sent; encode what is not ASCII, as in %20")
    })?;
    Ok(Question::Http { path, headers: headers(fields.unwrap_or_default())? })
}

fn headers(fields: &str) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in form_urlencoded::parse(fields.as_bytes()) {
        let field = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("{name:?} is no name of a header; write NAME=VALUE"))?;
        if OF_THE_CONNECTION.contains(&field) {
            return Err(format!("the header {field} is about the connection; remove it"));
        }
        if field == header::HOST && headers.contains_key(&field) {
            return Err("the header host is there twice; keep one of them".to_owned());
        }
        // Its value may be a credential, and is quoted nowhere.
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| format!("the value of the header {field} cannot be sent; use ASCII"))?;
        value.set_sensitive(true);
        headers.append(field, value);
    }
    Ok(headers)
}

/// What whoever sends the request says itself.
const OF_THE_CONNECTION: [HeaderName; 7] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

const FORMS: &str = "write http://127.0.0.1:9000/path, https:// or tcp:// or grpc:// likewise, or \
                     unix:/run/app.sock:/path";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> (String, Question) {
        let Target { endpoint, question } = Target::parse(url).unwrap();
        (endpoint.address.to_string(), question)
    }

    #[test]
    fn urls_name_a_place_and_a_question() {
        for (url, address, path) in [
            ("http://127.0.0.1:9000/healthz", "127.0.0.1:9000", "/healthz"),
            ("http://127.0.0.1:9000", "127.0.0.1:9000", "/"),
            ("http://[::1]:9000/a/b?c=d,e", "[::1]:9000", "/a/b?c=d,e"),
            ("http://127.0.0.1:9000?verbose", "127.0.0.1:9000", "/?verbose"),
            ("https://localhost/x", "localhost:443", "/x"),
            ("unix:/run/app.sock:/healthz", "unix:/run/app.sock", "/healthz"),
            ("unix:///run/app.sock:/a:/b", "unix:/run/app.sock", "/a:/b"),
        ] {
            let headers = HeaderMap::new();
            let question = Question::Http { path: path.parse().unwrap(), headers };
            assert_eq!(parse(url), (address.to_owned(), question), "{url}");
        }
        let connection = |at: &str| (at.to_owned(), Question::Connection);
        assert_eq!(parse("tcp://127.0.0.1:9000"), connection("127.0.0.1:9000"));
        assert_eq!(parse("unix:/run/app.sock"), connection("unix:/run/app.sock"));
        for (url, service) in [
            ("grpc://127.0.0.1:9000", ""),
            ("grpc://127.0.0.1:9000/", ""),
            ("grpc://127.0.0.1:9000/a.v1.B", "a.v1.B"),
        ] {
            let question = Question::Health { service: service.into() };
            assert_eq!(parse(url), ("127.0.0.1:9000".to_owned(), question), "{url}");
        }
    }

    #[test]
    fn headers_stand_behind_a_number_sign() {
        let (_, question) = parse("http://a:1/x#Host=a.example&X-A=b%2Cc+d&X-A=e&Authorization=s3");
        let Question::Http { headers, .. } = &question else { panic!("{question:?}") };
        assert_eq!(headers["host"], "a.example");
        let all: Vec<_> = headers.get_all("x-a").iter().collect();
        assert_eq!(all, ["b,c d", "e"]);
        assert!(!format!("{question:?}").contains("s3"), "{question:?}");
    }

    #[test]
    fn a_wrong_url_is_refused_with_the_remedy() {
        for (url, says) in [
            ("127.0.0.1/x", "the scheme is missing"),
            ("127.0.0.1:9000", "\"127.0.0.1\" is not supported; write http://"),
            ("ftp://a:1", "\"ftp\" is not supported"),
            ("http:127.0.0.1", "// is missing"),
            ("http://", "write http://"),
            ("http://u:p@a:1/", "must not hold a user name"),
            ("http://a:99999/", "between 1 and 65535"),
            ("http://a:1/\u{e4}", "cannot be sent"),
            ("http://a:1/x y", "cannot be sent"),
            ("tcp://a", "the port is missing"),
            ("grpc://a/b", "the port is missing"),
            ("tcp://a:1/x", "tcp has no path"),
            ("tcp://a:1#X=y", "has no headers"),
            ("unix:run/app.sock:/x", "absolute path"),
            ("unix:/run/app.sock#X=y", "headers need a path"),
            ("http://a:1/#a b=CANARY", "is no name of a header"),
            ("http://a:1/#X=CANARY%0A", "the value of the header x cannot be sent"),
            ("http://a:1/#Content-Length=CANARY", "is about the connection"),
            ("http://a:1/#Host=CANARY&host=b", "there twice"),
        ] {
            let error = Target::parse(url).unwrap_err();
            assert!(error.contains(says) && !error.contains("CANARY"), "{url}: {error}");
        }
    }
}
