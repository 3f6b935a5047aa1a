//! How our own account proves who it is: a password or an application credential.

use super::named::{Complained, USER, reference};
use super::reader::Reader;
use crate::identity::Secret;
use crate::keystone::{ApplicationCredentialRef, Method, Reference};

/// The proof.
pub(super) fn method(reader: &mut Reader<'_>) -> Result<Method, Complained> {
    let user = reference(reader, &USER);
    let password = reader.secret(PASSWORD);
    let credential = Credential {
        id: reader.text(CREDENTIAL_ID),
        name: reader.text(CREDENTIAL_NAME),
        secret: reader.secret(CREDENTIAL_SECRET),
    };
    let user = user?;
    match (credential.key(), password) {
        (None, password) => by_password(reader, user, password),
        (Some(key), None) => credential.method(reader, key, user),
        (Some(key), Some(_)) => complain(
            reader,
            key,
            "an account has an application credential or a password, not both; remove one",
        ),
    }
}

fn by_password(
    reader: &mut Reader<'_>,
    user: Option<Reference>,
    password: Option<Secret>,
) -> Result<Method, Complained> {
    match (user, password) {
        (Some(user), Some(password)) => Ok(Method::Password { user, password }),
        (Some(user), None) => {
            let (key, what) = match user {
                Reference::Id(_) => ("keystone.user_id", "user"),
                Reference::Name { .. } => ("keystone.username", "user name"),
            };
            let password = reader.spelled_like(key, PASSWORD);
            complain(reader, key, &format!("a {what} needs a password: set {password}"))
        }
        (None, Some(_)) => {
            let name = reader.spelled_like(PASSWORD, "keystone.username");
            let domain = reader.spelled_like(PASSWORD, "keystone.user_domain_name");
            complain(reader, PASSWORD, &format!("a password needs a user: set {name} and {domain}"))
        }
        (None, None) => complain(
            reader,
            "keystone.mode",
            "a scope is not an account: add a user and password, or an application credential",
        ),
    }
}

/// What was written of an application credential.
struct Credential {
    id: Option<String>,
    name: Option<String>,
    secret: Option<Secret>,
}

impl Credential {
    /// The key to complain about.
    fn key(&self) -> Option<&'static str> {
        let keys = [
            (self.id.is_some(), CREDENTIAL_ID),
            (self.name.is_some(), CREDENTIAL_NAME),
            (self.secret.is_some(), CREDENTIAL_SECRET),
        ];
        keys.into_iter().find_map(|(written, key)| written.then_some(key))
    }

    fn method(
        self,
        reader: &mut Reader<'_>,
        key: &'static str,
        user: Option<Reference>,
    ) -> Result<Method, Complained> {
        let message = match (self.id, self.name, user, self.secret) {
            (Some(id), None, None, Some(secret)) => {
                let id = ApplicationCredentialRef::Id(id);
                return Ok(Method::ApplicationCredential { id, secret });
            }
            (None, Some(name), Some(user), Some(secret)) => {
                let id = ApplicationCredentialRef::Name { name, user };
                return Ok(Method::ApplicationCredential { id, secret });
            }
            (Some(_), Some(_), ..) => format!("{CREDENTIAL_NAME} is not needed too; remove it"),
            (Some(_), None, Some(_), _) => "with an id no user is needed; remove it".to_owned(),
            (None, Some(_), None, _) => {
                let name = reader.spelled_like(key, "keystone.username");
                let domain = reader.spelled_like(key, "keystone.user_domain_name");
                format!("a name is unique for its owner only; set {name} and {domain}")
            }
            (None, None, ..) => {
                let id = reader.spelled_like(key, CREDENTIAL_ID);
                format!("a secret needs its application credential: set {id}")
            }
            (.., None) => {
                let secret = reader.spelled_like(key, CREDENTIAL_SECRET);
                format!("an application credential needs its secret: set {secret}")
            }
        };
        complain(reader, key, &message)
    }
}

fn complain(reader: &mut Reader<'_>, key: &str, message: &str) -> Result<Method, Complained> {
    reader.refuse(key, message);
    Err(Complained)
}

const PASSWORD: &str = "keystone.password";
const CREDENTIAL_ID: &str = "keystone.application_credential_id";
const CREDENTIAL_NAME: &str = "keystone.application_credential_name";
const CREDENTIAL_SECRET: &str = "keystone.application_credential_secret";
