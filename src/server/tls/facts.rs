//! What a handshake has settled.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use rustls::pki_types::CertificateDer;
use rustls::{ProtocolVersion, ServerConnection};

use super::settings::{Protocol, Version};
use super::{Failure, pair, subject};

/// What is known of a connection once its handshake is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The name that the client asked for.
    pub server_name: Option<String>,
    /// What is spoken inside.
    pub protocol: Protocol,
    /// The version of TLS.
    pub version: Version,
    /// What the client showed and was found good; `None` when it showed nothing.
    pub client: Option<ClientCertificate>,
}

/// A certificate that an authority of ours vouches for, shown by somebody who holds its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Its holder, by RFC 4514 and in printable ASCII; empty when it names its holder elsewhere.
    pub subject: String,
    /// SHA-256 of the certificate, in lower-case hexadecimal.
    pub fingerprint: String,
}

impl Facts {
    /// What `connection`, whose handshake is over, has settled.
    ///
    /// # Errors
    /// When the certificate's subject cannot be told to anybody. Half of a name would be another
    /// name.
    pub(super) fn of(connection: &ServerConnection) -> Result<Self, Failure> {
        let certificate = connection.peer_certificates().and_then(<[_]>::first);
        Ok(Self {
            server_name: connection.server_name().map(str::to_owned),
            protocol: match connection.alpn_protocol() {
                Some(name) if name == Protocol::Http2.name() => Protocol::Http2,
                _ => Protocol::Http1,
            },
            version: match connection.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => Version::Tls13,
                _ => Version::Tls12,
            },
            client: certificate.map(ClientCertificate::read).transpose()?,
        })
    }
}

impl ClientCertificate {
    fn read(der: &CertificateDer<'_>) -> Result<Self, Failure> {
        let parsed = pair::parse(der).map_err(|pair::Malformed| Failure::BadCertificate)?;
        let subject = subject::text(parsed.subject());
        if subject.len() > LONGEST_SUBJECT {
            return Err(Failure::BadCertificate);
        }
        let mut fingerprint = String::with_capacity(64);
        for byte in digest(&SHA256, der).as_ref() {
            // Writing to a String cannot fail.
            let _ = write!(fingerprint, "{byte:02x}");
        }
        Ok(Self { subject, fingerprint })
    }
}

/// In bytes. It goes into a header of every request, and many servers take no field above 8 KiB.
const LONGEST_SUBJECT: usize = 4096;
