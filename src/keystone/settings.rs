//! What the operator decides about the identity service.

use std::time::Duration;

use crate::dial::{Endpoint, Security};
use crate::identity::Secret;

/// How to reach the identity service and how to ask it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is.
    pub base: Base,
    /// How we and it prove who we are, here and at an endpoint from the catalogue.
    pub security: Security,
    /// Who asks.
    pub mode: Mode,
    /// Where in our own account's catalogue tokens are asked about; `None` asks at `base`.
    pub endpoint: Option<CatalogueEndpoint>,
    /// Whether access rules of application credentials are enforced by whoever reads identities.
    /// Keystone is told so, and shows such tokens only then.
    pub access_rules: bool,
    /// What identities are to hold for the service besides who the user is.
    pub extras: ExtraSettings,
    /// Bound on making one connection, TLS included.
    pub connect_timeout: Duration,
    /// Bound on one validation, retries and our own login included.
    pub timeout: Duration,
    /// How often a connection failure is tried again within `timeout`.
    pub retries: u32,
}

/// Names the identity endpoint in a catalogue.
#[derive(Clone, Debug)]
pub struct CatalogueEndpoint {
    /// `public`, `internal` or `admin`.
    pub interface: String,
    /// Its region; `None` takes the first there is.
    pub region: Option<String>,
}

/// Optional headers.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExtraSettings {
    /// `X-Service-Catalog`.
    pub service_catalog: bool,
    /// `X-Portcullis-Token-Info`.
    pub token_info: bool,
    /// The longest value of either, in bytes.
    pub max_field: usize,
}

/// Who asks Keystone about a token.
#[derive(Clone, Debug)]
pub enum Mode {
    /// The token itself, as both caller and subject. Keystone's default policy lets every token
    /// validate itself, so nothing has to be stored here.
    SelfValidation,
    /// An account of our own.
    Service(Box<Credentials>),
}

/// How our own account logs in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The proof.
    pub method: Method,
    /// What the token is asked for. An application credential brings its own scope.
    pub scope: LoginScope,
}

/// The proof that our own account offers.
#[derive(Clone, Debug)]
pub enum Method {
    /// An application credential.
    ApplicationCredential {
        /// By id, or by name and owner.
        id: ApplicationCredentialRef,
        /// Its secret.
        secret: Secret,
    },
    /// A user and a password.
    Password {
        /// The user.
        user: Reference,
        /// The password.
        password: Secret,
    },
}

/// Names an application credential.
#[derive(Clone, Debug)]
pub enum ApplicationCredentialRef {
    /// By its id.
    Id(String),
    /// By its name, unique for its owner.
    Name {
        /// The name.
        name: String,
        /// The owner.
        user: Reference,
    },
}

/// Names a user or a project: by id, or by name within a domain.
#[derive(Clone, Debug)]
pub enum Reference {
    /// By id.
    Id(String),
    /// By name.
    Name {
        /// The name.
        name: String,
        /// Its domain.
        domain: DomainReference,
    },
}

/// Names a domain.
#[derive(Clone, Debug)]
pub enum DomainReference {
    /// By id.
    Id(String),
    /// By name.
    Name(String),
}

/// The scope that our own account asks for.
#[derive(Clone, Debug)]
pub enum LoginScope {
    /// None: Keystone uses the user's default project, if there is one.
    Default,
    /// A domain.
    Domain(DomainReference),
    /// A project.
    Project(Reference),
    /// The whole deployment.
    System,
}

/// The identity service's address, and the path under which its v3 API stands.
#[derive(Clone, Debug)]
pub struct Base {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// The path up to and including `/v3`, without a trailing slash.
    pub path: String,
    /// What the operator wrote, for people.
    pub url: String,
}

impl Base {
    /// Reads an `auth_url`. The `/v3` may be there or not, and a trailing slash or a path prefix
    /// (`/identity/v3`) too; operators write all of them.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn parse(url: &str, security: impl Into<Security>) -> Result<Self, String> {
        let (endpoint, path) = Endpoint::parse(url, security)?;
        let mut prefix = path.trim_end_matches('/');
        while let Some(shorter) = prefix.strip_suffix("/v3") {
            prefix = shorter.trim_end_matches('/');
        }
        if prefix.ends_with("/v2.0") {
            return Err("Keystone's v2.0 API is gone; give the v3 address".into());
        }
        if prefix.contains("//") || prefix.contains("/auth/tokens") {
            return Err("give the address of the identity service up to /v3, no further".into());
        }
        Ok(Self { endpoint, path: format!("{prefix}/v3"), url: url.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dial::Trust;

    #[test]
    fn every_way_to_write_an_auth_url_names_the_same_api() {
        for (url, path) in [
            ("http://ks:5000", "/v3"),
            ("http://ks:5000/", "/v3"),
            ("http://ks:5000/v3", "/v3"),
            ("http://ks:5000/v3/", "/v3"),
            ("http://ks:5000/v3/v3", "/v3"),
            ("https://api.example/identity", "/identity/v3"),
            ("https://api.example/identity/v3/", "/identity/v3"),
        ] {
            assert_eq!(Base::parse(url, Trust::System).unwrap().path, path, "{url}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_the_v3_api_is_refused() {
        for url in ["http://ks/v2.0", "http://ks/v3/auth/tokens", "http://ks//identity//v3"] {
            assert!(Base::parse(url, Trust::System).is_err(), "{url}");
        }
    }
}
