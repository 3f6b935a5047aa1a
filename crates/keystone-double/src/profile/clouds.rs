//! The identity services known to differ, each as its own documentation describes it.

use std::time::Duration;

use crate::profile::{ErrorShape, NoCatalog, Profile, RateLimit, Timestamps, Validation};

impl Profile {
    /// Upstream Keystone as installed, without the header limit of any server in front of it.
    pub fn keystone() -> Self {
        Self {
            prefix: String::new(),
            public_url: None,
            nocatalog: NoCatalog::Present,
            timestamps: Timestamps::Micros,
            errors: ErrorShape::Keystone,
            validation: Validation::ByPolicy,
            says_is_admin_project: false,
            all_members: false,
            scopes_together: false,
            anonymous_roles: false,
            omitted: Vec::new(),
            extra_regions: 0,
            rate_limit: None,
            token_length: 183,
            token_lifetime: Duration::from_hours(1),
            header_limit: None,
            strict: false,
        }
    }

    /// Xloud: Keystone below `/identity`.
    pub fn xloud() -> Self {
        Self { prefix: "/identity".to_owned(), strict: true, ..Self::keystone() }
    }

    /// The Keystone `OpenAPI` description: every optional member, several scopes at once,
    /// milliseconds.
    pub fn openapi() -> Self {
        Self {
            timestamps: Timestamps::Millis,
            all_members: true,
            scopes_together: true,
            strict: true,
            ..Self::keystone()
        }
    }

    /// `OVHcloud`: tokens for a day, a long catalogue, 60 validations a minute and then 429 without
    /// `Retry-After`.
    pub fn ovhcloud() -> Self {
        Self {
            errors: ErrorShape::Ovh,
            says_is_admin_project: true,
            extra_regions: 24,
            rate_limit: Some(RateLimit { per_minute: 60, retry_after: None }),
            token_lifetime: Duration::from_hours(24),
            strict: true,
            ..Self::keystone()
        }
    }

    /// Open Telekom Cloud: long tokens, a gateway's errors, times without zone, and `nocatalog`
    /// only with a value.
    pub fn otc() -> Self {
        Self {
            nocatalog: NoCatalog::WithValue,
            timestamps: Timestamps::WithoutZone,
            errors: ErrorShape::Gateway,
            validation: Validation::OnlyItself(403),
            anonymous_roles: true,
            extra_regions: 40,
            token_length: 4700,
            token_lifetime: Duration::from_hours(24),
            strict: true,
            ..Self::keystone()
        }
    }

    /// `CloudPe`: a token is validated with itself; a rate limit is set by the test that wants one.
    pub fn cloudpe() -> Self {
        Self { validation: Validation::OnlyItself(401), strict: true, ..Self::keystone() }
    }

    /// The same with another rate limit.
    #[must_use]
    pub fn limited(mut self, per_minute: u32, retry_after: Option<&str>) -> Self {
        self.rate_limit =
            Some(RateLimit { per_minute, retry_after: retry_after.map(String::from) });
        self
    }
}
