//! A client and a service of gRPC with Portcullis between them, and a Keystone beside it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::keystone::RealKeystone;
use crate::people::{Issued, Scope};
use crate::support::{Certificate, Sidecar, eventually};

use super::client::Client;
use super::driver::Driver;
use super::service::Notes;

/// What is between a client and a service.
#[derive(Clone, Copy)]
pub(super) enum Between {
    /// Nothing, which shows that the two of them do what is expected of the proxy.
    Nothing,
    /// The proxy, with HTTP/2 over TCP to either side.
    Tcp,
    /// The proxy, with HTTP/2 over TLS to either side.
    Tls,
}

impl Between {
    fn secure(self, certificate: &Certificate) -> Option<&Certificate> {
        match self {
            Self::Nothing | Self::Tcp => None,
            Self::Tls => Some(certificate),
        }
    }
}

/// All of them.
pub(super) struct Stage {
    /// Alice, who may do what her token says.
    pub(super) alice: Client,
    pub(super) issued: Issued,
    // The proxy says goodbye to a service that is still there.
    _sidecar: Sidecar,
    pub(super) notes: Arc<Notes>,
    pub(super) driver: Arc<Driver>,
    pub(super) between: Between,
    address: SocketAddr,
    certificate: Certificate,
}

impl Stage {
    #[track_caller]
    pub(super) fn over(between: Between, keystone: &RealKeystone) -> Self {
        Self::with(between, keystone, "")
    }

    /// The same where the file says this besides.
    #[track_caller]
    pub(super) fn with(between: Between, keystone: &RealKeystone, more: &str) -> Self {
        let certificate = Certificate::for_loopback();
        let secure = between.secure(&certificate);
        let driver = Arc::new(Driver::start());
        let (service, notes) = driver.serve(secure);
        let scheme = if secure.is_some() { "https" } else { "http" };
        let mut yaml = format!(
            "upstream: {{url: \"{scheme}://{service}\", protocol: http2, ca_file: \"{ca}\"}}\n\
             keystone: {{auth_url: \"{}\", mode: self}}\n{more}",
            keystone.url(),
            ca = certificate.ca_file().display(),
        );
        if secure.is_some() {
            let (own, key) = (certificate.ca_file().display(), certificate.key_file().display());
            let tls = format!("tls: {{certificate_file: [\"{own}\"], key_file: [\"{key}\"]}}\n");
            yaml.push_str(&tls);
        }
        let sidecar = Sidecar::start(&yaml);
        let issued = keystone.token("alice", Scope::Project("demo"));
        let address = match between {
            Between::Nothing => service,
            Between::Tcp | Between::Tls => sidecar.public,
        };
        let alice = Client::connect(&driver, address, secure).with_token(&issued.value);
        Self { alice, issued, _sidecar: sidecar, notes, driver, between, address, certificate }
    }

    /// Somebody else, over the same connection.
    pub(super) fn somebody(&self, token: &str) -> Client {
        self.alice.with_token(token)
    }

    /// The same over a connection of its own, which lives on `driver`.
    #[track_caller]
    pub(super) fn elsewhere(&self, driver: &Arc<Driver>) -> Client {
        let secure = self.between.secure(&self.certificate);
        Client::connect(driver, self.address, secure).with_token(&self.issued.value)
    }

    /// How many calls have reached the service.
    pub(super) fn count(&self) -> usize {
        self.notes.calls.lock().unwrap().len()
    }

    /// Waits until the service sees that so many calls were given up.
    #[track_caller]
    pub(super) fn wait_for_given_up(&self, count: usize) {
        let so_far = || self.notes.given_up.load(Ordering::SeqCst);
        eventually("the service sees that a call was given up", || so_far() >= count);
        assert_eq!(so_far(), count);
    }
}
