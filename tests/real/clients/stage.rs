//! One service behind Portcullis, and how the clients are called.

use std::net::SocketAddr;
use std::process::{Command, Output};

use crate::keystone::RealKeystone;
use crate::people::Scope;
use crate::support::{Certificate, Sidecar};

use super::services::{Kind, Service};

/// How a client comes to the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Http1,
    Http1OverTls,
    /// With prior knowledge.
    Http2,
    /// Agreed on in the handshake.
    Http2OverTls,
}

impl Way {
    pub(super) const ALL: [Self; 4] =
        [Self::Http1, Self::Http1OverTls, Self::Http2, Self::Http2OverTls];

    /// What curl is told.
    fn option(self) -> &'static str {
        match self {
            Self::Http1 | Self::Http1OverTls => "--http1.1",
            Self::Http2 => "--http2-prior-knowledge",
            Self::Http2OverTls => "--http2",
        }
    }

    /// What curl says that it spoke.
    pub(super) fn version(self) -> &'static str {
        match self {
            Self::Http1 | Self::Http1OverTls => "1.1",
            Self::Http2 | Self::Http2OverTls => "2",
        }
    }

    fn is_secure(self) -> bool {
        matches!(self, Self::Http1OverTls | Self::Http2OverTls)
    }
}

/// The proxy with a plain listener and one with TLS.
pub(super) struct Stage {
    pub(super) sidecar: Sidecar,
    secure: SocketAddr,
    certificate: Certificate,
    /// Alice's, as a field.
    pub(super) token: String,
}

impl Stage {
    /// Before one of the services.
    #[track_caller]
    pub(super) fn before(kind: Kind, service: &Service, keystone: &RealKeystone) -> Self {
        let protocol = match kind {
            Kind::Nginx => "http1",
            Kind::Nghttpd => "http2",
        };
        Self::at(&format!("http://{}", service.address), protocol, keystone)
    }

    /// Before whatever is at `url`.
    #[track_caller]
    pub(super) fn at(url: &str, protocol: &str, keystone: &RealKeystone) -> Self {
        let certificate = Certificate::for_loopback();
        let sidecar = Sidecar::start(&format!(
            "listen: 127.0.0.1:0\n\
             upstream: {{url: \"{url}\", protocol: {protocol}}}\n\
             keystone: {{auth_url: \"{}\", mode: self}}\n\
             listener: {{tls: off}}\n\
             listeners:\n\
             \x20 secure:\n\
             \x20   listen: 127.0.0.1:0\n\
             \x20   tls: {{certificate_file: [\"{}\"], key_file: [\"{}\"]}}\n",
            keystone.url(),
            certificate.ca_file().display(),
            certificate.key_file().display(),
        ));
        let secure = sidecar.more["secure"];
        let token = keystone.token("alice", Scope::Project("demo")).value;
        Self { sidecar, secure, certificate, token: format!("X-Auth-Token: {token}") }
    }

    pub(super) fn url(&self, way: Way, path: &str) -> String {
        if way.is_secure() {
            format!("https://{}/{path}", self.secure)
        } else {
            format!("http://{}/{path}", self.sidecar.public)
        }
    }

    /// What curl makes of it, with Alice's token.
    #[track_caller]
    pub(super) fn curl(&self, way: Way, path: &str, arguments: &[&str]) -> Output {
        self.curl_without_token(way, path, &[&["--header", &self.token], arguments].concat())
    }

    /// The same for nobody.
    #[track_caller]
    pub(super) fn curl_without_token(&self, way: Way, path: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--max-time", PATIENCE, "--noproxy", "*"]);
        command.arg("--cacert").arg(self.certificate.ca_file());
        command.arg(way.option()).args(arguments).arg(self.url(way, path));
        ran(&mut command)
    }

    /// What nghttp makes of it, with Alice's token.
    #[track_caller]
    pub(super) fn nghttp(&self, way: Way, path: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new("timeout");
        command.args([PATIENCE, "nghttp", "--header", &self.token]);
        ran(command.args(arguments).arg(self.url(way, path)))
    }

    /// h2load with Alice's token, not yet run.
    pub(super) fn h2load(&self, way: Way, path: &str, arguments: &[&str]) -> Command {
        self.h2load_at(&self.url(way, path), arguments)
    }

    /// The same by way of somebody else.
    pub(super) fn h2load_at(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("timeout");
        command.args([PATIENCE, "h2load", "--header", &self.token]).args(arguments).arg(url);
        command
    }
}

/// Runs it, and fails if it did.
#[track_caller]
pub(super) fn ran(command: &mut Command) -> Output {
    let output = command.output().expect("scripts/test-tools http2");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    output
}

/// How many seconds a client may take. Machines are slow, and files large.
const PATIENCE: &str = "60";
