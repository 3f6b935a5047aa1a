//! Certificates are renewed while clients come and stay.

use super::load::{Aim, Load};
use super::stage::{Holdings, KEEPERS, Stage, everybody, reload, reloads};
use crate::support::{Certificate, Client, Proxy, Scratch};

const ROTATIONS: usize = 100;

#[test]
fn t09_a_hundred_new_certificates_under_load_cost_no_request_and_nothing_grows() {
    let stage = Stage::set();
    let certificates: Vec<_> = (0..3).map(|_| Certificate::for_loopback()).collect();
    let files = Files::with(&certificates[0]);
    let proxy = Proxy::run(&format!("{}{}", stage.yaml(), files.yaml()), SETTINGS);
    let known: Vec<_> = certificates.iter().collect();
    let aim = Aim {
        addresses: vec![proxy.public],
        tls: Some(Certificate::trusting(&known)),
        token: stage.token.clone(),
    };
    let load = Load::start(&aim, &everybody());
    // Whatever is made once, tickets and connections to the service among it, is there then.
    for number in 0..10 {
        files.show(&certificates[number % 3]);
        reload(&proxy, "ok");
    }
    load.go_on_for(300);
    let before = Holdings::of(&proxy.process);
    for number in 0..ROTATIONS {
        let next = &certificates[(number + 2) % 3];
        if number % 10 == 0 {
            // The key is there, the certificate is not.
            files.show_key(next);
            reload(&proxy, "failed");
        }
        files.show(next);
        reload(&proxy, "ok");
    }
    load.go_on_for(100);
    before.assert_flat(Holdings::of(&proxy.process));
    let last = &certificates[(ROTATIONS - 1 + 2) % 3];
    let mut client = Client::secure(proxy.public, &last.client(None), "localhost");
    let answer = client.get("/", &[("X-Auth-Token", &stage.token)]);
    assert_eq!(answer.status, 200, "who knows the last one only is served");
    let tally = load.stop();
    assert!(tally.failures.is_empty(), "{tally:#?}");
    assert_eq!((tally.kept, tally.moved), (KEEPERS, 0), "connections were kept");
    assert_eq!((reloads(&proxy, "ok"), reloads(&proxy, "failed")), (110, 10));
    assert_eq!(stage.upstream.count() as u64, tally.answered + 1);
}

/// Only signals have it look again, so that each rotation is one.
const SETTINGS: &[&str] = &["policy.watch=off", "log.access=off"];

/// Where the certificate in force is.
pub(super) struct Files(Scratch);

impl Files {
    pub(super) fn with(certificate: &Certificate) -> Self {
        let files = Self(Scratch::new());
        files.show(certificate);
        files
    }

    pub(super) fn yaml(&self) -> String {
        let at = |name: &str| self.0.path().join(name).display().to_string();
        let (certificate, key) = (at("certificate.pem"), at("key.pem"));
        format!("tls: {{certificate_file: '{certificate}', key_file: '{key}'}}\n")
    }

    fn show(&self, certificate: &Certificate) {
        self.show_key(certificate);
        self.put("certificate.pem", certificate.ca_file());
    }

    fn show_key(&self, certificate: &Certificate) {
        self.put("key.pem", certificate.key_file());
    }

    fn put(&self, name: &str, from: &std::path::Path) {
        self.0.replace(name, &std::fs::read_to_string(from).unwrap());
    }
}
