//! The certificate is renewed while reviews come, and whoever does not know its authority is not
//! talked to.

use std::collections::BTreeSet;
use std::path::Path;

use super::{JSON, PATH, Stage, reviews};
use crate::support::{Certificate, Multiplexed, eventually};

#[test]
fn a_client_that_does_not_know_the_authority_refuses_and_is_counted() {
    let stage = Stage::start();
    let stranger = Certificate::for_loopback().client(None);
    assert!(Multiplexed::secure(stage.address, &stranger, "localhost").is_err());
    let refused = "portcullis_tls_handshake_failures_total{reason=\"refused_by_client\"}";
    eventually("it is counted", || stage.metric(refused) == 1.0);
    let other_name = Multiplexed::secure(stage.address, &stage.trusting, "webhook.example");
    assert!(other_name.is_err());
    assert_eq!(stage.judged(), 0);
    stage.assert_serves();
}

#[test]
fn a_new_certificate_is_shown_to_new_connections_and_old_ones_go_on() {
    let stage = Stage::start();
    let body = reviews::pod("patch").to_string();
    let mut old = stage.connect();
    let under_way = old.begin("POST", PATH, JSON, false);
    let certificates: Vec<_> = (0..5).map(|_| Certificate::for_loopback()).collect();
    for (number, certificate) in certificates.iter().enumerate() {
        stage.files.swap(&format!("v{number}"), certificate.ca_file(), certificate.key_file());
        eventually("the new one is shown", || shows(&stage, certificate));
        assert_eq!(old.send("POST", PATH, JSON, body.as_bytes()).status, 200, "{number}");
    }
    let mut under_way = under_way;
    old.upload(&mut under_way, body.as_bytes());
    assert_eq!(old.finish(under_way).status, 200, "begun before all of them");
    let reloads =
        |result| format!("portcullis_webhook_certificate_reloads_total{{result=\"{result}\"}}");
    assert_eq!((stage.metric(&reloads("ok")), stage.metric(&reloads("failed"))), (5.0, 0.0));
    let expiry = stage.metric(&expiry(&stage));
    assert!(expiry > 1_700_000_000.0, "{expiry}");
}

#[test]
fn requests_lose_nothing_while_certificates_change() {
    let stage = Stage::start();
    let certificates: Vec<_> = (0..4).map(|_| Certificate::for_loopback()).collect();
    let trusting = Certificate::trusting(&certificates.iter().collect::<Vec<_>>());
    stage.files.swap("zero", certificates[0].ca_file(), certificates[0].key_file());
    eventually("the new one is shown", || shows(&stage, &certificates[0]));
    let body = reviews::pod("patch").to_string();
    let mut sent = 0;
    for (number, certificate) in certificates.iter().enumerate().skip(1) {
        stage.files.swap(&format!("r{number}"), certificate.ca_file(), certificate.key_file());
        let mut shown = false;
        eventually("requests go on until the new one is shown", || {
            let client = Multiplexed::secure(stage.address, &trusting, "localhost");
            let answer = client.unwrap().send("POST", PATH, JSON, body.as_bytes());
            assert_eq!(answer.status, 200);
            sent += 1;
            shown = shown || shows(&stage, certificate);
            shown
        });
    }
    assert_eq!(stage.outcomes("patched"), f64::from(sent));
}

#[test]
fn what_cannot_be_used_leaves_the_old_one_until_it_is_mended() {
    let stage = Stage::start();
    let (one, two) = (Certificate::for_loopback(), Certificate::for_loopback());
    let nothing = stage.files.0.write("nothing.pem", "");
    let failed = "portcullis_webhook_certificate_reloads_total{result=\"failed\"}";
    let wrong: [(&Path, &Path); 3] =
        [(one.ca_file(), two.key_file()), (&nothing, one.key_file()), (one.ca_file(), &nothing)];
    for (number, (certificate, key)) in (1_u32..).zip(wrong) {
        stage.files.swap(&format!("wrong{number}"), certificate, key);
        eventually("it is noticed", || stage.metric(failed) == f64::from(number));
        stage.assert_serves();
    }
    stage.files.swap("right", one.ca_file(), one.key_file());
    eventually("the new one is shown", || shows(&stage, &one));
    assert_eq!(stage.metric(failed), 3.0, "each is complained about once");
}

#[test]
fn without_a_certificate_that_can_be_used_nothing_is_served() {
    use portcullis::app::webhook::{BadReview, Settings, Webhook};
    let certificate = Certificate::for_loopback();
    let any = "127.0.0.1:0".parse().unwrap();
    let nowhere = Path::new("/nowhere/tls.key");
    let said: BTreeSet<_> = [nowhere, certificate.ca_file()]
        .into_iter()
        .map(|key| {
            let mut settings = Settings::new(any, certificate.ca_file().into(), key.into());
            settings.telemetry = any;
            let admit = |_: &[u8]| Err(BadReview(String::new()));
            let bound = Webhook::bind(&settings, Box::new(admit), None);
            bound.err().map(|error| format!("{error:#}")).expect("it is refused")
        })
        .collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().any(|text| text.contains("/nowhere/tls.key")), "{said:?}");
}

/// Whether a client that trusts this one alone is served.
fn shows(stage: &Stage, certificate: &Certificate) -> bool {
    Multiplexed::secure(stage.address, &certificate.client(None), "localhost").is_ok()
}

fn expiry(stage: &Stage) -> String {
    let file = stage.files.at("tls.crt").display().to_string();
    format!(
        "portcullis_tls_certificate_expiry_timestamp_seconds{{certificate=\"{file}\",\
         listener=\"webhook\"}}"
    )
}
