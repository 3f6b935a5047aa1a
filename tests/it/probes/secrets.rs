//! A header of a probe may be a credential: the application gets it and nobody else sees it.

use super::NOBODY;
use crate::support::{Process, Proxy, Scratch, Upstream, eventually, get};

#[test]
fn values_of_headers_reach_the_application_and_no_page_log_or_error() {
    let app = Upstream::start();
    let probes = format!(
        "telemetry: {{listen: 127.0.0.1:0, probes: 'app={}/x#Authorization=Bearer+CANARY'}}\n",
        app.url()
    );
    let proxy = Proxy::run(&format!("{NOBODY}{probes}"), &["log.level=trace"]);
    let mut texts = vec![get(proxy.telemetry, "/probe/app", &[]).text()];
    assert_eq!(app.last().header("authorization"), Some("Bearer CANARY"));
    app.respond(401, &[("WWW-Authenticate", "Basic realm=CANARY")], b"CANARY");
    for page in ["/probe/app", "/probe/other", "/metrics"] {
        texts.push(get(proxy.telemetry, page, &[]).text());
    }
    let host = proxy.admin.to_string();
    texts.push(get(proxy.admin, "/config", &[("Host", &host)]).text());
    let config = texts.last().unwrap();
    assert!(config.contains("#Authorization=(set)"), "{config}");
    proxy.process.wait_for("the application fails its probe");
    app.respond(200, &[], b"");
    eventually("it is well again", || get(proxy.telemetry, "/probe/app", &[]).status == 200);
    proxy.process.wait_for("passes its probe again");
    proxy.process.signal("TERM");
    let (ended, log) = proxy.process.end();
    assert!(ended.success(), "{log}");
    assert_eq!(log.matches("the application fails its probe").count(), 1, "a change is news");
    texts.push(log);
    assert!(texts.iter().all(|text| !text.contains("CANARY")), "{texts:#?}");
}

#[test]
fn what_is_wrong_with_a_probe_is_told_without_them() {
    let scratch = Scratch::new();
    let yaml = format!("{NOBODY}telemetry: {{probes: 'app=ftp://h:1/x#Authorization=CANARY'}}\n");
    let file = scratch.write("portcullis.yaml", &yaml).display().to_string();
    let output = Process::run(&["check", "--config", &file], &[]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("telemetry.probes") && said.contains("\"ftp\""), "{said}");
    assert!(!said.contains("CANARY"), "{said}");
}
