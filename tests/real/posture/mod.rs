//! The TLS listener as sslyze sees it, which looks for every known weakness.

mod certificates;
mod sslyze;

use crate::support::{Keystone, Proxy, Scratch, Upstream};

/// The program with a certificate of two steps, as an operator runs it.
struct Target {
    proxy: Proxy,
    scratch: Scratch,
    _keystone: Keystone,
    _upstream: Upstream,
}

impl Target {
    #[track_caller]
    fn start(kind: certificates::Kind) -> Self {
        let scratch = Scratch::new();
        certificates::write(&scratch, kind);
        // Nobody asks for anything behind the handshake.
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let file = |name| scratch.path().join(name).display().to_string();
        let yaml = format!(
            "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n\
             tls: {{certificate_file: [\"{}\"], key_file: [\"{}\"]}}\n",
            upstream.url(),
            keystone.url(),
            file(certificates::CHAIN),
            file(certificates::KEY),
        );
        let proxy = Proxy::run(&yaml, &[]);
        Self { proxy, scratch, _keystone: keystone, _upstream: upstream }
    }

    /// What a scanner is told to look at: the name, with the port.
    fn place(&self) -> String {
        format!("localhost:{}", self.proxy.public.port())
    }
}

#[test]
fn sslyze_finds_nothing_wrong() {
    for kind in [certificates::Kind::Ecdsa, certificates::Kind::Rsa] {
        sslyze::judge(&Target::start(kind), kind);
    }
}
