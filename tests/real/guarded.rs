//! A service behind Portcullis, with a real Keystone.

use std::collections::BTreeMap;
use std::fmt;

use crate::keystone::RealKeystone;
use crate::support::{Response, Sidecar, Upstream};

/// A service and the proxy before it.
pub(crate) struct Guarded {
    // Dropped in this order: the proxy says goodbye to a service that is still there.
    pub(crate) sidecar: Sidecar,
    pub(crate) upstream: Upstream,
}

/// Who asks Keystone.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    SelfValidation,
    Service,
}

impl Mode {
    pub(crate) const ALL: [Self; 2] = [Self::SelfValidation, Self::Service];

    fn section(self) -> &'static str {
        match self {
            Self::SelfValidation => "mode: self",
            Self::Service => SERVICE,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfValidation => "self mode",
            Self::Service => "service mode",
        })
    }
}

/// The account that validates in service mode.
pub(crate) const SERVICE: &str = "mode: service, username: authsvc, password: authsvcpw, \
                                  user_domain_name: Default, project_name: service, \
                                  project_domain_name: Default";

impl Guarded {
    /// As a user would configure it, in `mode`.
    #[track_caller]
    pub(crate) fn by(mode: Mode, keystone: &RealKeystone) -> Self {
        Self::asking(keystone.url(), mode.section())
    }

    /// The same with a cache of other settings.
    #[track_caller]
    pub(crate) fn with_cache(mode: Mode, keystone: &RealKeystone, cache: &str) -> Self {
        let upstream = Upstream::start();
        let yaml = yaml(&upstream, keystone.url(), mode.section());
        Self { sidecar: Sidecar::start(&format!("{yaml}cache: {{{cache}}}\n")), upstream }
    }

    /// With this `auth_url` and the rest of the section `keystone`.
    #[track_caller]
    pub(crate) fn asking(auth_url: &str, keystone: &str) -> Self {
        let upstream = Upstream::start();
        let sidecar = Sidecar::start(&yaml(&upstream, auth_url, keystone));
        Self { sidecar, upstream }
    }

    /// A client's request with `token`.
    #[track_caller]
    pub(crate) fn get(&self, token: &str) -> Response {
        self.sidecar.get_as(token, "/v1/things?limit=2")
    }

    /// A request that must pass; returns what the service saw.
    #[track_caller]
    pub(crate) fn pass(&self, token: &str) -> BTreeMap<String, String> {
        let response = self.get(token);
        assert_eq!(response.status, 200, "{}", response.text());
        seen(&self.upstream)
    }

    /// A request that must be refused for its token.
    #[track_caller]
    pub(crate) fn refuse(&self, token: &str) {
        let reached = self.upstream.count();
        let response = self.get(token);
        assert_eq!(response.status, 401, "{}", response.text());
        let challenge = response.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Keystone uri=\"http://127.0.0.1:"), "{challenge}");
        assert_eq!(self.upstream.count(), reached, "the service was reached");
    }

    /// A request that must be answered "later": nobody's token is at fault.
    #[track_caller]
    pub(crate) fn put_off(&self, token: &str) {
        let reached = self.upstream.count();
        let response = self.get(token);
        assert_eq!(response.status, 503, "{}", response.text());
        let pause = response.header("retry-after").and_then(|text| text.parse::<u64>().ok());
        assert!(pause.is_some_and(|pause| pause > 0), "Retry-After: {pause:?}");
        assert_eq!(self.upstream.count(), reached, "the service was reached");
    }

    /// How many validations Keystone was asked for.
    #[track_caller]
    pub(crate) fn validations(&self) -> f64 {
        self.requests("validate")
    }

    /// How often our own account logged in, or tried to.
    #[track_caller]
    pub(crate) fn logins(&self) -> f64 {
        self.requests("authenticate")
    }

    /// How many questions failed for want of a usable answer, of whatever kind.
    #[track_caller]
    pub(crate) fn faults(&self) -> f64 {
        self.sum("portcullis_keystone_faults_total", "")
    }

    /// How many failed in this way.
    #[track_caller]
    pub(crate) fn faults_of(&self, kind: &str) -> f64 {
        self.sum("portcullis_keystone_faults_total", &format!("kind=\"{kind}\""))
    }

    #[track_caller]
    fn requests(&self, operation: &str) -> f64 {
        self.sum("portcullis_keystone_requests_total", &format!("operation=\"{operation}\""))
    }

    #[track_caller]
    fn sum(&self, name: &str, label: &str) -> f64 {
        let samples = self.sidecar.metrics();
        let mut wanted = samples
            .iter()
            .filter(|(sample, _)| sample.split('{').next() == Some(name) && sample.contains(label))
            .peekable();
        assert!(wanted.peek().is_some(), "no {name} with {label}");
        wanted.map(|(_, value)| value).sum()
    }
}

/// A configuration file.
pub(crate) fn yaml(upstream: &Upstream, auth_url: &str, keystone: &str) -> String {
    format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{auth_url}\", {keystone}}}\n",
        upstream.url()
    )
}

/// The latest request's fields by their names in lower case. Each may stand once.
#[track_caller]
pub(crate) fn seen(upstream: &Upstream) -> BTreeMap<String, String> {
    let mut seen = BTreeMap::new();
    for (name, value) in upstream.last().fields() {
        let value = String::from_utf8(value.clone()).expect("header values are UTF-8");
        let twin = seen.insert(name.to_ascii_lowercase(), value);
        assert!(twin.is_none(), "{name} stands twice");
    }
    seen
}
