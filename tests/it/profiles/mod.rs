//! The same scenarios in every cloud that the product names, each as its documentation describes
//! it: upstream Keystone, Xloud, the Keystone `OpenAPI` description, `OVHcloud`, Open Telekom
//! Cloud and `CloudPe`.
//!
//! Of the fourteen scenarios two are missing, `insufficient role` and `wrong project`: they are
//! matters of policy, which the product does not have yet.

mod cloudpe;
mod openapi;
mod otc;
mod ovhcloud;
mod scenarios;
mod xloud;

use keystone_double::{Double, Profile, World};

use crate::support::{Certificate, Keystone, Scene, Sidecar, Upstream};

/// A cloud, and the proxy in front of a service in it.
struct Cloud {
    scene: Scene,
    auth_url: String,
    profile: Profile,
    _certificate: Option<Certificate>,
}

impl Cloud {
    fn enter(profile: Profile) -> Self {
        let keystone = Keystone::with_profile(profile.clone());
        let auth_url = format!("{}{}/v3", keystone.url(), profile.prefix);
        Self::of(keystone, auth_url, profile, None)
    }

    /// One whose certificate is its own.
    fn enter_over_tls(profile: Profile) -> Self {
        let certificate = Certificate::for_loopback();
        let double = Double::with_profile(World::sample(), profile.clone());
        let keystone = Keystone::over_tls(double, &certificate);
        let auth_url = keystone.url();
        Self::of(keystone, auth_url, profile, Some(certificate))
    }

    fn of(
        keystone: Keystone,
        auth_url: String,
        profile: Profile,
        certificate: Option<Certificate>,
    ) -> Self {
        let upstream = Upstream::start();
        let mut builder = Sidecar::before(&upstream, &keystone)
            .set("keystone.auth_url", &auth_url)
            .set("keystone.timeout", "2s");
        if let Some(certificate) = &certificate {
            builder = builder.set("keystone.ca_file", certificate.ca_file().display());
        }
        let sidecar = builder.start();
        let scene = Scene { sidecar, keystone, upstream };
        Self { scene, auth_url, profile, _certificate: certificate }
    }
}

/// Runs the scenarios in a cloud.
macro_rules! in_cloud {
    ($cloud:ident, $enter:expr) => {
        mod $cloud {
            use super::*;

            in_cloud!(@each $enter,
                a_valid_project_token,
                a_valid_domain_token,
                a_system_token,
                an_unscoped_token,
                no_token,
                a_blank_token,
                an_unknown_token,
                an_expired_token,
                a_token_revoked_while_cached,
                identity_answers_429,
                identity_answers_503,
                identity_refuses_connections,
            );
        }
    };
    (@each $enter:expr, $($scenario:ident,)+) => {
        $(#[test]
        fn $scenario() {
            scenarios::$scenario(&$enter);
        })+
    };
}

mod same_scenarios {
    use super::{Cloud, Profile, scenarios};

    in_cloud!(keystone, Cloud::enter(Profile::keystone()));
    in_cloud!(xloud, Cloud::enter(Profile::xloud()));
    in_cloud!(openapi, Cloud::enter(Profile::openapi()));
    in_cloud!(ovhcloud, Cloud::enter(Profile::ovhcloud()));
    in_cloud!(otc, Cloud::enter(Profile::otc()));
    in_cloud!(cloudpe, Cloud::enter_over_tls(Profile::cloudpe()));
}
