//! The body of a login, as `POST /v3/auth/tokens` wants it.

use serde_json::{Value, json};

use super::{
    ApplicationCredentialRef, Credentials, DomainReference, LoginScope, Method, Reference,
};

/// The `auth` document for `credentials`.
pub(super) fn body(credentials: &Credentials) -> Value {
    let (name, proof) = match &credentials.method {
        Method::ApplicationCredential { id, secret } => {
            let mut proof = match id {
                ApplicationCredentialRef::Id(id) => json!({ "id": id }),
                ApplicationCredentialRef::Name { name, user } => {
                    json!({ "name": name, "user": reference(user) })
                }
            };
            insert(&mut proof, "secret", json!(secret.expose()));
            ("application_credential", proof)
        }
        Method::Password { user, password } => {
            let mut user = reference(user);
            insert(&mut user, "password", json!(password.expose()));
            ("password", json!({ "user": user }))
        }
    };
    let mut auth = json!({ "identity": { "methods": [name], name: proof } });
    let scope = match &credentials.scope {
        LoginScope::Default => None,
        LoginScope::Domain(named) => Some(json!({ "domain": domain(named) })),
        LoginScope::Project(project) => Some(json!({ "project": reference(project) })),
        LoginScope::System => Some(json!({ "system": { "all": true } })),
    };
    if let Some(scope) = scope {
        insert(&mut auth, "scope", scope);
    }
    json!({ "auth": auth })
}

fn reference(reference: &Reference) -> Value {
    match reference {
        Reference::Id(id) => json!({ "id": id }),
        Reference::Name { name, domain: named } => json!({ "name": name, "domain": domain(named) }),
    }
}

fn domain(reference: &DomainReference) -> Value {
    match reference {
        DomainReference::Id(id) => json!({ "id": id }),
        DomainReference::Name(name) => json!({ "name": name }),
    }
}

fn insert(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Secret;

    #[test]
    fn a_password_login_names_user_domain_and_project() {
        let credentials = Credentials {
            method: Method::Password {
                user: Reference::Name {
                    name: "authsvc".into(),
                    domain: DomainReference::Name("Default".into()),
                },
                password: Secret::new("pw".into()),
            },
            scope: LoginScope::Project(Reference::Name {
                name: "service".into(),
                domain: DomainReference::Id("default".into()),
            }),
        };
        assert_eq!(
            body(&credentials),
            json!({"auth": {
                "identity": {"methods": ["password"], "password": {"user": {
                    "name": "authsvc", "domain": {"name": "Default"}, "password": "pw"}}},
                "scope": {"project": {"name": "service", "domain": {"id": "default"}}},
            }})
        );
    }

    #[test]
    fn an_application_credential_brings_its_own_scope() {
        let credentials = Credentials {
            method: Method::ApplicationCredential {
                id: ApplicationCredentialRef::Id("ac1".into()),
                secret: Secret::new("s3".into()),
            },
            scope: LoginScope::Default,
        };
        assert_eq!(
            body(&credentials),
            json!({"auth": {"identity": {"methods": ["application_credential"],
                "application_credential": {"id": "ac1", "secret": "s3"}}}})
        );
    }
}
