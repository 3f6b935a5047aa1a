//! Who vouches for clients, and what was taken back since.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateRevocationListDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

use crate::pem::{self, Span, Trouble};

use super::settings::{Authorities, Clients};
use super::{Expiry, Unusable, pair, subject};

/// What checks the certificates of clients.
pub(super) struct Verifier {
    pub(super) checks: Arc<dyn ClientCertVerifier>,
    /// When the lists of each file must have been renewed: the first of them.
    pub(super) renewals: Vec<Expiry>,
    /// What is odd about those who vouch for clients.
    pub(super) warnings: Vec<String>,
}

/// Reads the files of those who vouch for clients.
pub(super) fn verifier(
    clients: &Clients,
    provider: &Arc<CryptoProvider>,
    now: i64,
) -> Result<Verifier, Vec<Unusable>> {
    let (authorities, required) = match clients {
        Clients::Anonymous => {
            let checks = WebPkiClientVerifier::no_client_auth();
            return Ok(Verifier { checks, renewals: Vec::new(), warnings: Vec::new() });
        }
        Clients::Optional(authorities) => (authorities, false),
        Clients::Required(authorities) => (authorities, true),
    };
    let mut read = Read::nothing();
    read.authorities(authorities, now);
    read.revocations(authorities, provider, now);
    if read.roots.is_empty() && read.problems.is_empty() {
        let message = "nobody vouches for clients; name the file of a certificate authority";
        read.problems.push(Unusable::Authority(message.into()));
    }
    if !read.problems.is_empty() {
        return Err(read.problems);
    }
    if !read.lists.is_empty() {
        read.warn_of_silent_authorities();
    }
    let mut builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(read.roots), Arc::clone(provider))
            .with_crls(read.lists)
            .enforce_revocation_expiration();
    if !required {
        builder = builder.allow_unauthenticated();
    }
    let checks = builder.build().map_err(|error| {
        vec![Unusable::Authority(format!("cannot check certificates of clients: {error}"))]
    })?;
    Ok(Verifier { checks, renewals: read.renewals, warnings: read.warnings })
}

/// What the files hold.
struct Read {
    roots: RootCertStore,
    /// The names of the authorities, in DER and for people.
    names: Vec<(Vec<u8>, String)>,
    lists: Vec<CertificateRevocationListDer<'static>>,
    /// The names of those whose lists they are, in DER.
    issuers: Vec<Vec<u8>>,
    renewals: Vec<Expiry>,
    problems: Vec<Unusable>,
    warnings: Vec<String>,
}

impl Read {
    fn nothing() -> Self {
        Self {
            roots: RootCertStore::empty(),
            names: Vec::new(),
            lists: Vec::new(),
            issuers: Vec::new(),
            renewals: Vec::new(),
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn authorities(&mut self, authorities: &Authorities, now: i64) {
        for file in &authorities.ca_files {
            let certificates = match pem::certificates(file) {
                Ok(certificates) => certificates,
                Err(message) => {
                    self.problems.push(Unusable::Authority(message));
                    continue;
                }
            };
            self.warnings.extend(pem::trouble_with_authorities(&certificates, file, now));
            for certificate in certificates {
                let Ok(parsed) = pair::parse(&certificate) else {
                    self.problems.push(Unusable::Authority(no_certificate(file)));
                    continue;
                };
                let name = parsed.subject();
                self.names.push((name.as_raw().to_vec(), subject::text(name)));
                if self.roots.add(certificate.clone()).is_err() {
                    self.problems.push(Unusable::Authority(no_certificate(file)));
                }
            }
        }
    }

    /// Each list is tried by itself, so that a bad one can be named.
    fn revocations(&mut self, authorities: &Authorities, provider: &Arc<CryptoProvider>, now: i64) {
        for file in &authorities.crl_files {
            match pem::revocations(file) {
                Ok(lists) => {
                    for list in lists {
                        self.list(list, file, provider, now);
                    }
                }
                Err(message) => self.problems.push(Unusable::Revocations(message)),
            }
        }
    }

    fn list(
        &mut self,
        list: CertificateRevocationListDer<'static>,
        file: &Path,
        provider: &Arc<CryptoProvider>,
        now: i64,
    ) {
        let shown = file.display();
        let roots = Arc::new(self.roots.clone());
        let works = roots.is_empty()
            || WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(provider))
                .with_crls([list.clone()])
                .build()
                .is_ok();
        let parsed = CertificateRevocationList::from_der(&list);
        let (true, Ok((_, parsed))) = (works, parsed) else {
            self.problems.push(Unusable::Revocations(format!(
                "{shown} holds a revocation list that cannot be read; it must be one of X.509 v2 \
                 with a next update, and no delta"
            )));
            return;
        };
        if let Some(ends) = parsed.next_update() {
            self.expect(Span { begins: parsed.last_update(), ends }, file, now);
        }
        self.issuers.push(parsed.issuer().as_raw().to_vec());
        self.lists.push(list);
    }

    /// Another list is expected by the end of `span`.
    fn expect(&mut self, span: Span, file: &Path, now: i64) {
        let shown = file.display();
        match span.trouble(now) {
            Some(Trouble::Over(ends)) => self.warnings.push(format!(
                "a revocation list in {shown} ended on {ends}: every client certificate of its \
                 issuer is refused until there is a newer one"
            )),
            Some(Trouble::Soon(ends)) => self.warnings.push(format!(
                "a revocation list in {shown} ends soon, on {ends}; every client certificate of \
                 its issuer is refused from then on, so renew it"
            )),
            // It counts already, whatever it says of its beginning.
            Some(Trouble::Early(_)) | None => {}
        }
        let not_after = span.ends.timestamp();
        match self.renewals.iter_mut().find(|known| known.file == *file) {
            Some(known) => known.not_after = known.not_after.min(not_after),
            None => self.renewals.push(Expiry { file: file.to_owned(), not_after }),
        }
    }

    fn warn_of_silent_authorities(&mut self) {
        let silent = self.names.iter().filter(|(name, _)| !self.issuers.contains(name));
        self.warnings.extend(silent.map(|(_, name)| {
            format!(
                "there is a revocation list, but none of {name}: every client certificate that it \
                 signed is refused; add its list"
            )
        }));
    }
}

fn no_certificate(file: &Path) -> String {
    let shown = file.display();
    format!("{shown} holds something that is no certificate of an authority; copy it anew")
}
