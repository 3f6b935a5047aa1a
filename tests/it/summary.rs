//! `check` says what a configuration comes to.

use crate::support::{Certificate, Process, Scratch};

#[test]
fn check_says_where_clients_come_in_and_where_requests_go() {
    let (scratch, own) = (Scratch::new(), Certificate::for_loopback());
    let yaml = format!(
        "listen: 127.0.0.1:8080\n\
         listeners:\n  \
           outside:\n    listen: \"[::]:8443\"\n    \
             tls: {{certificate_file: \"{certificate}\", key_file: \"{key}\", min_version: \"1.3\"}}\n  \
           balanced: {{listen: 127.0.0.1:8081, proxy_protocol: true, trusted_proxies: [10.0.0.0/8]}}\n  \
           local: unix:/run/portcullis.sock\n\
         upstream: {{url: \"http://127.0.0.1:9000\"}}\n\
         upstreams:\n  \
           calls: {{url: \"https://calls:50051\", protocol: http2, ca_file: \"{certificate}\"}}\n\
         keystone: {{auth_url: \"https://keystone:5000/v3\"}}\n\
         admin: off\nserver: {{workers: 2}}\n",
        certificate = own.ca_file().display(),
        key = own.key_file().display(),
    );
    let file = scratch.write("portcullis.yaml", &yaml).display().to_string();
    let output = Process::run(&["check", "--config", &file], &[]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let both = "HTTP/1.1 and HTTP/2";
    let nobody = "nobody is believed about earlier hops";
    for line in [
        format!("listener public: 127.0.0.1:8080, {both} in plain text; {nobody}"),
        format!(
            "listener outside: [::]:8443, {both} over TLS 1.3 with {}",
            own.ca_file().display()
        ),
        format!(
            "listener balanced: 127.0.0.1:8081, {both} in plain text; trusted proxies alone connect"
        ),
        format!("listener local: unix:/run/portcullis.sock, {both} in plain text; {nobody}"),
        "telemetry: 127.0.0.1:9180; admin: off; workers: 2".to_owned(),
        "upstream default: 127.0.0.1:9000, HTTP/1.1 in plain text".to_owned(),
        "upstream calls: calls:50051, HTTP/2 over TLS, checked by its own CA file".to_owned(),
        "keystone: https://keystone:5000/v3, over TLS, checked by the system's roots; tokens ask \
         about themselves"
            .to_owned(),
    ] {
        assert!(said.lines().any(|found| found.starts_with(&line)), "{line}\n{said}");
    }
    assert!(said.ends_with("the configuration is valid\n"), "{said}");
}
