//! The usual cast: an identity service, a service to guard, and the proxy before it.

use keystone_double::{Profile, Scope};

use super::{Builder, Keystone, Sidecar, Upstream};

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

    /// Fails unless a good token passes: whatever happened before, the process lives on.
    #[track_caller]
    pub fn assert_serves(&self) {
        let response = self.sidecar.get_as(&self.token(), "/still-here");
        assert_eq!(response.status, 200, "{response:?}");
        assert_eq!(self.upstream.last().target(), "/still-here");
    }
}
