//! Where a peer is and how to be sure that it is the right one.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use http::Uri;
use rustls::pki_types::ServerName;

use super::Security;

/// A peer that we connect to: the guarded service or the identity service.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Where it listens.
    pub address: Address,
    /// How it proves who it is; `None` for plain text.
    pub tls: Option<Tls>,
    /// What to write in `Host` when no client's own value is passed on.
    pub authority: String,
}

/// Where a peer listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A host, resolved anew for each connection, and a port.
    Tcp {
        /// A name or an address, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A unix stream socket.
    Unix(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl Address {
    /// Whether what is sent there stays on this host.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) => true,
            Self::Tcp { host, .. } => {
                let ip = host.parse::<IpAddr>().map(|ip| ip.to_canonical());
                host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
            }
        }
    }
}

/// How a TLS peer and we prove who we are.
#[derive(Clone, Debug, PartialEq)]
pub struct Tls {
    /// The name its certificate must bear.
    pub server_name: ServerName<'static>,
    /// Who may have signed it, and what we show.
    pub security: Security,
}

impl Endpoint {
    /// Reads `http://host[:port]`, `https://host[:port]` or `unix:/path`, and returns the
    /// endpoint with the URL's path (empty for a unix socket).
    ///
    /// # Errors
    /// A sentence for the operator that says what is wrong and what would be right.
    pub fn parse(url: &str, security: impl Into<Security>) -> Result<(Self, String), String> {
        if let Some(path) = url.strip_prefix("unix:") {
            return Self::unix(path).map(|endpoint| (endpoint, String::new()));
        }
        let uri: Uri = url.parse().map_err(|error| format!("{error}; {FORMS}"))?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            Some(other) => return Err(format!("the scheme {other:?} is not supported; {FORMS}")),
            None => return Err(format!("the scheme is missing; {FORMS}")),
        };
        let authority = uri.authority().ok_or_else(|| format!("the host is missing; {FORMS}"))?;
        if authority.as_str().contains('@') {
            return Err("a URL must not hold a user name or password".into());
        }
        if uri.query().is_some() {
            return Err("a query is not allowed here".into());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(format!("the host is missing; {FORMS}"));
        }
        let written = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
        let port = match (written.strip_prefix(':'), secure) {
            (Some(port), _) => port
                .parse()
                .ok()
                .filter(|port| *port != 0)
                .ok_or_else(|| "the port must be between 1 and 65535".to_owned())?,
            (None, true) => 443,
            (None, false) => 80,
        };
        let tls = if secure {
            let server_name = ServerName::try_from(host.clone())
                .map_err(|_| format!("{host:?} cannot be the name in a certificate"))?;
            Some(Tls { server_name, security: security.into() })
        } else {
            None
        };
        let endpoint = Self {
            address: Address::Tcp { host, port },
            tls,
            authority: authority.as_str().to_owned(),
        };
        Ok((endpoint, uri.path().to_owned()))
    }

    /// Expects another name in the peer's certificate than the host's, and asks for that one.
    ///
    /// # Errors
    /// A sentence for the operator, begun by `name`, when that cannot be or changes nothing.
    pub fn expect(&mut self, name: &str) -> Result<(), String> {
        let server_name = ServerName::try_from(name.to_owned()).map_err(|_| {
            "cannot be the name in a certificate; write one as in api.example".to_owned()
        })?;
        let tls = self.tls.as_mut().ok_or("has no effect, because the address is not https")?;
        tls.server_name = server_name;
        Ok(())
    }

    /// The same peer, where both sides prove who they are by `security`; nothing changes in plain
    /// text.
    #[must_use]
    pub fn secured_by(mut self, security: &Security) -> Self {
        if let Some(tls) = &mut self.tls {
            tls.security = security.clone();
        }
        self
    }

    fn unix(path: &str) -> Result<Self, String> {
        // unix:///run/app.sock and unix:/run/app.sock are both in use.
        let path = path.strip_prefix("//").unwrap_or(path);
        if !path.starts_with('/') {
            return Err("a unix socket needs an absolute path, as in unix:/run/app.sock".into());
        }
        Ok(Self { address: Address::Unix(path.into()), tls: None, authority: "localhost".into() })
    }
}

const FORMS: &str = "write http://host:port, https://host:port or unix:/path";

#[cfg(test)]
mod tests {
    use super::super::Trust;
    use super::*;

    fn parse(url: &str) -> Result<(Endpoint, String), String> {
        Endpoint::parse(url, Trust::System)
    }

    #[test]
    fn urls_name_a_host_a_port_and_a_path() {
        for (url, address, path) in [
            ("http://app", "app:80", "/"),
            ("https://app.example", "app.example:443", "/"),
            ("http://127.0.0.1:9000/", "127.0.0.1:9000", "/"),
            ("http://[::1]:5000/identity/v3", "[::1]:5000", "/identity/v3"),
            ("unix:/run/app.sock", "unix:/run/app.sock", ""),
            ("unix:///run/app.sock", "unix:/run/app.sock", ""),
        ] {
            let (endpoint, rest) = parse(url).unwrap();
            assert_eq!((endpoint.address.to_string().as_str(), rest.as_str()), (address, path));
        }
    }

    #[test]
    fn a_wrong_url_is_refused_with_the_remedy() {
        for (url, says) in [
            ("127.0.0.1:9000", "write http://"),
            ("ftp://app", "\"ftp\" is not supported"),
            ("http://", "write http://"),
            ("http://user:pw@app", "must not hold a user name"),
            ("http://app:0", "between 1 and 65535"),
            ("http://app:99999", "between 1 and 65535"),
            ("http://app/?x=1", "query"),
            ("unix:app.sock", "absolute path"),
        ] {
            let error = parse(url).unwrap_err();
            assert!(error.contains(says), "{url}: {error}");
        }
    }
}
