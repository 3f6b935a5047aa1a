//! TLS on the public listener: which files, and what they hold.

use std::path::PathBuf;

use super::reader::Reader;
use crate::config::settings::warn_of_readers;
use crate::identity::Clock;
use crate::server::tls::{
    Authorities, CertificateFiles, Clients, Protocol, Settings, Tls, Unusable, Version,
};

/// TLS, ready to use; `None` when it is off, or when something is wrong, which has been said then.
pub(super) fn tls(reader: &mut Reader<'_>) -> Option<Tls> {
    let clients = clients(reader);
    let oldest = match reader.text("tls.min_version").as_deref() {
        Some("1.3") => Version::Tls13,
        _ => Version::Tls12,
    };
    let handshake_timeout = reader.duration("tls.handshake_timeout");
    let certificates = certificates(reader);
    if reader.list(CERTIFICATES).is_empty() {
        refuse_the_rest(reader);
        return None;
    }
    let http2 = reader.boolean("http2.enabled").then_some(Protocol::Http2);
    let protocols = http2.into_iter().chain([Protocol::Http1]).collect();
    let settings = Settings {
        certificates: certificates?,
        oldest,
        clients: clients?,
        protocols,
        handshake_timeout,
    };
    for files in &settings.certificates {
        warn_of_readers(&files.key, &mut reader.warnings);
    }
    match Tls::load(&settings, Clock::system().now().as_millis() / 1000) {
        Ok(tls) => {
            reader.warnings.extend(tls.warnings().iter().map(|warning| format!("tls: {warning}")));
            Some(tls)
        }
        Err(problems) => {
            for problem in problems {
                let key = match problem {
                    Unusable::Certificate(_) => CERTIFICATES,
                    // Without a list of keys, that is where they are looked for.
                    Unusable::Key(_) if !reader.was_written(KEYS) => CERTIFICATES,
                    Unusable::Key(_) => KEYS,
                    Unusable::Authority(_) => AUTHORITIES,
                    Unusable::Revocations(_) => REVOCATIONS,
                };
                reader.refuse(key, &problem.to_string());
            }
            None
        }
    }
}

/// Each certificate with its key; `None` when they do not pair.
fn certificates(reader: &mut Reader<'_>) -> Option<Vec<CertificateFiles>> {
    let certificates = paths(reader, CERTIFICATES);
    let keys = paths(reader, KEYS);
    let keys = if keys.is_empty() { certificates.clone() } else { keys };
    if keys.len() != certificates.len() && !certificates.is_empty() {
        let message = format!(
            "names {} for {}; name one for each, in the same order, or none when the keys stand in \
             the files of the certificates",
            count(keys.len(), "key"),
            count(certificates.len(), "certificate"),
        );
        reader.refuse_value(KEYS, &message);
        return None;
    }
    let pairs = certificates.into_iter().zip(keys);
    Some(pairs.map(|(certificate, key)| CertificateFiles { certificate, key }).collect())
}

/// Who must show a certificate, and who vouches for it; `None` when that does not go together.
fn clients(reader: &mut Reader<'_>) -> Option<Clients> {
    let ca_files = paths(reader, AUTHORITIES);
    let crl_files = paths(reader, REVOCATIONS);
    let authorities = Authorities { ca_files, crl_files };
    match reader.text(CLIENTS).as_deref() {
        Some("optional" | "required") if authorities.ca_files.is_empty() => {
            if !reader.was_refused(AUTHORITIES) {
                let message = format!("needs to know who vouches for clients; set {AUTHORITIES}");
                reader.refuse_value(CLIENTS, &message);
            }
            None
        }
        Some("optional") => Some(Clients::Optional(authorities)),
        Some("required") => Some(Clients::Required(authorities)),
        _ if reader.was_refused(CLIENTS) => None,
        _ => {
            for key in [AUTHORITIES, REVOCATIONS] {
                if reader.was_written(key) {
                    let message = format!(
                        "has no effect while {CLIENTS} is off; set that to optional or required, \
                         or remove this"
                    );
                    reader.refuse(key, &message);
                }
            }
            Some(Clients::Anonymous)
        }
    }
}

/// Whoever asks for one of these believes that clients speak TLS. Defaults may be written out, as
/// `config show` does.
fn refuse_the_rest(reader: &mut Reader<'_>) {
    if reader.was_refused(CERTIFICATES) {
        return;
    }
    for (key, default) in [(KEYS, ""), ("tls.min_version", "1.2"), (CLIENTS, "off")] {
        if reader.was_written(key) && reader.shown(key).is_some_and(|shown| shown != default) {
            let message = format!("has no effect without TLS; set {CERTIFICATES} or remove this");
            reader.refuse(key, &message);
        }
    }
}

fn paths(reader: &mut Reader<'_>, key: &'static str) -> Vec<PathBuf> {
    let names = reader.list(key);
    names.iter().map(|name| reader.located(name)).collect()
}

fn count(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

const CERTIFICATES: &str = "tls.certificate_file";
const KEYS: &str = "tls.key_file";
const CLIENTS: &str = "tls.client_certificate";
const AUTHORITIES: &str = "tls.client_ca_file";
const REVOCATIONS: &str = "tls.crl_file";
