//! The room through its front door: text in, settings or messages out.

mod accounts;
mod authtoken;
mod clouds;
mod messages;
mod peers;
mod probes;
mod routes;
mod secrets;
mod sources;
mod table;
mod telemetry;
mod tls;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::{ConfigErrors, Environment, Input, Loaded, Sources, load};
use crate::keystone::{
    ApplicationCredentialRef, Credentials, DomainReference, LoginScope, Method, Mode, Reference,
};

/// The least that works.
const THREE_LINES: &str = "\
listen: 127.0.0.1:8080
upstream: http://127.0.0.1:9000
keystone: {auth_url: \"http://127.0.0.1:5000/v3\"}
";

/// A file with these lines and nothing around it.
fn file(text: &str) -> Sources {
    let input = Input::Text { name: "portcullis.yaml".to_owned(), text: text.to_owned() };
    Sources { file: Some(input), ..Sources::default() }
}

/// The same with variables.
fn with_variables(text: &str, variables: &[(&str, &str)]) -> Sources {
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    let environment = Environment { variables: variables.collect(), ..Environment::default() };
    Sources { environment, ..file(text) }
}

fn loaded(sources: &Sources) -> Loaded {
    load(sources).unwrap_or_else(|errors| panic!("{errors}"))
}

fn refused(sources: &Sources) -> ConfigErrors {
    match load(sources) {
        Ok(_) => panic!("was accepted"),
        Err(errors) => errors,
    }
}

fn lines(sources: &Sources) -> Vec<String> {
    refused(sources).to_string().lines().map(str::to_owned).collect()
}

/// A file with an upstream and these keys below `keystone`.
fn keystone(keys: &str) -> String {
    format!("upstream: http://127.0.0.1:9000\nkeystone: {{{keys}}}\n")
}

fn credentials(sources: &Sources) -> Credentials {
    match loaded(sources).config.keystone.mode {
        Mode::Service(credentials) => *credentials,
        Mode::SelfValidation => panic!("self mode"),
    }
}

/// User, password and scope in one line.
fn summary(credentials: &Credentials) -> String {
    let domain = |domain: &DomainReference| match domain {
        DomainReference::Id(id) => format!("#{id}"),
        DomainReference::Name(name) => name.clone(),
    };
    let reference = |reference: &Reference| match reference {
        Reference::Id(id) => format!("#{id}"),
        Reference::Name { name, domain: of } => format!("{name}@{}", domain(of)),
    };
    let method = match &credentials.method {
        Method::Password { user, password } => {
            format!("{} with {}", reference(user), password.expose())
        }
        Method::ApplicationCredential { id: ApplicationCredentialRef::Id(id), secret } => {
            format!("credential #{id} with {}", secret.expose())
        }
        Method::ApplicationCredential {
            id: ApplicationCredentialRef::Name { name, user },
            secret,
        } => format!("credential {name} of {} with {}", reference(user), secret.expose()),
    };
    let scope = match &credentials.scope {
        LoginScope::Default => "its default".to_owned(),
        LoginScope::Domain(of) => format!("domain {}", domain(of)),
        LoginScope::Project(of) => format!("project {}", reference(of)),
        LoginScope::System => "the system".to_owned(),
    };
    format!("{method} in {scope}")
}

/// A directory that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    /// `name` keeps tests that run at once apart.
    fn new(name: &str) -> Self {
        let name = format!("portcullis-config-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file that its owner alone can read.
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
