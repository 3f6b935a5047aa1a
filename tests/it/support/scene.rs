//! The usual cast: an identity service, a service to guard, and the proxy before it.

use keystone_double::{Profile, Scope};

use super::{Builder, Keystone, Response, Sidecar, Upstream};

/// An account that may ask about everybody's tokens, as it is configured.
pub const ACCOUNT: [(&str, &str); 5] = [
    ("keystone.username", "authsvc"),
    ("keystone.user_domain_name", "Default"),
    ("keystone.password", "authsvcpw"),
    ("keystone.project_name", "service"),
    ("keystone.project_domain_name", "Default"),
];

/// All three. The proxy goes first when it is dropped.
pub struct Scene {
    /// The proxy.
    pub sidecar: Sidecar,
    /// The identity service.
    pub keystone: Keystone,
    /// The guarded service.
    pub upstream: Upstream,
}

impl Scene {
    /// With the defaults.
    #[track_caller]
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// With these keys set.
    #[track_caller]
    pub fn with(settings: &[(&str, &str)]) -> Self {
        Self::of(Keystone::start(), settings)
    }

    /// With routes, rules and whatever else a file says besides where everything is.
    #[track_caller]
    pub fn guarding(yaml: &str) -> Self {
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let sidecar = Sidecar::before(&upstream, &keystone).and(yaml).start();
        Self { sidecar, keystone, upstream }
    }

    /// With these keys set, and an account of the proxy's own that asks.
    #[track_caller]
    pub fn in_service_mode(settings: &[(&str, &str)]) -> Self {
        Self::with(&[&ACCOUNT[..], settings].concat())
    }

    /// In another cloud.
    #[track_caller]
    pub fn in_cloud(profile: Profile, settings: &[(&str, &str)]) -> Self {
        Self::of(Keystone::with_profile(profile), settings)
    }

    /// Before this identity service.
    #[track_caller]
    pub fn of(keystone: Keystone, settings: &[(&str, &str)]) -> Self {
        let upstream = Upstream::start();
        let builder = Sidecar::before(&upstream, &keystone);
        let set = |builder: Builder, (key, value): &(&str, &str)| builder.set(key, value);
        let sidecar = settings.iter().fold(builder, set).start();
        Self { sidecar, keystone, upstream }
    }

    /// A new token of alice, member and reader of the project `demo`.
    #[track_caller]
    pub fn token(&self) -> String {
        self.keystone.issue("alice", Scope::project("demo")).token()
    }

    /// A new token of nova, which has the service role.
    #[track_caller]
    pub fn service_token(&self) -> String {
        self.keystone.issue("nova", Scope::project("service")).token()
    }

    /// Asks with both tokens.
    #[track_caller]
    pub fn get_with(&self, user: &str, service: &str) -> Response {
        self.sidecar.get("/", &[("X-Auth-Token", user), ("X-Service-Token", service)])
    }

    /// Fails unless a good token passes: whatever happened before, the process lives on.
    #[track_caller]
    pub fn assert_serves(&self) {
        let response = self.sidecar.get_as(&self.token(), "/still-here");
        assert_eq!(response.status, 200, "{response:?}");
        assert_eq!(self.upstream.last().target(), "/still-here");
    }
}
