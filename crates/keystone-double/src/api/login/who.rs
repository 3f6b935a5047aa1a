//! The `identity` part of a login: which user, by which proof.

use serde_json::Value;

use crate::api::Refusal;
use crate::api::login::{expected, text};
use crate::state::State;
use crate::token::{Expired, Record};
use crate::world::{ApplicationCredential, Domain, Place, User};

impl State {
    /// Makes an unscoped record of whoever proved to be somebody.
    pub(crate) fn authenticate(&self, identity: &Value) -> Result<Record, Refusal> {
        let methods = identity.get("methods").and_then(Value::as_array);
        let methods = methods.ok_or_else(|| expected("methods in identity"))?;
        let mut record: Option<Record> = None;
        for method in methods {
            let method = method.as_str().ok_or_else(|| expected("text in methods"))?;
            let missing = || expected(&format!("{method} in identity"));
            let next = match method {
                "password" => self.by_password(identity.get(method).ok_or_else(missing)?)?,
                "application_credential" => {
                    self.by_credential(identity.get(method).ok_or_else(missing)?)?
                }
                "token" => self.by_token(identity.get(method).ok_or_else(missing)?)?,
                _ => return Err(Refusal::Unauthenticated),
            };
            match &mut record {
                None => record = Some(next),
                Some(first) if first.user == next.user => first.methods.extend(next.methods),
                Some(_) => return Err(Refusal::Unauthenticated),
            }
        }
        record.ok_or_else(|| expected("methods in identity"))
    }

    fn by_password(&self, proof: &Value) -> Result<Record, Refusal> {
        let user = proof.get("user").ok_or_else(|| expected("user in password"))?;
        let password = text(user, "password").ok_or_else(|| expected("password in user"))?;
        let user = self.named_user(user)?.ok_or(Refusal::Unauthenticated)?;
        if !user.enabled || !user.password.matches(password) {
            return Err(Refusal::Unauthenticated);
        }
        Ok(self.fresh(&user.id, "password"))
    }

    fn by_credential(&self, proof: &Value) -> Result<Record, Refusal> {
        let secret = text(proof, "secret");
        let secret = secret.ok_or_else(|| expected("secret in application_credential"))?;
        let credential = self.named_credential(proof)?.ok_or(Refusal::Unauthenticated)?;
        if !credential.secret.matches(secret) {
            return Err(Refusal::Unauthenticated);
        }
        let mut record = self.fresh(&credential.user, "application_credential");
        record.application_credential = Some(credential.id.clone());
        record.place = Some(Place::Project(credential.project.clone()));
        Ok(record)
    }

    fn by_token(&self, proof: &Value) -> Result<Record, Refusal> {
        let id = text(proof, "id").ok_or_else(|| expected("id in token"))?;
        let parent = self.examine(id, Expired::Refused).map_err(|_| Refusal::Unauthenticated)?;
        if parent.application_credential.is_some() || parent.trust.is_some() {
            return Err(Refusal::Forbidden(DELEGATED));
        }
        let mut record = self.fresh(&parent.user, "token");
        record.descend_from(parent);
        Ok(record)
    }

    fn fresh(&self, user_id: &str, method: &str) -> Record {
        Record::new(user_id, method, self.clock.now(), self.profile.token_lifetime)
    }

    /// A user by id, or by name and domain.
    fn named_user(&self, object: &Value) -> Result<Option<&User>, Refusal> {
        if let Some(id) = text(object, "id") {
            return Ok(self.world.users.iter().find(|user| user.id == id));
        }
        let name = text(object, "name").ok_or_else(|| expected("id or name in user"))?;
        let domain = object.get("domain").ok_or_else(|| expected("domain in user"))?;
        let domain = self.named_domain(domain)?;
        Ok(domain.and_then(|domain| self.world.user_in(&domain.id, name)))
    }

    /// An application credential by id, or by name and user.
    fn named_credential(&self, object: &Value) -> Result<Option<&ApplicationCredential>, Refusal> {
        let all = &self.world.application_credentials;
        if let Some(id) = text(object, "id") {
            return Ok(all.iter().find(|credential| credential.id == id));
        }
        let name = text(object, "name");
        let name = name.ok_or_else(|| expected("id or name in application_credential"))?;
        let user = object.get("user");
        let user = user.ok_or_else(|| expected("user in application_credential"))?;
        let user = self.named_user(user)?;
        Ok(user.and_then(|user| all.iter().find(|c| c.user == user.id && c.name == name)))
    }

    /// A domain by id or by name.
    pub(crate) fn named_domain(&self, object: &Value) -> Result<Option<&Domain>, Refusal> {
        let domains = &self.world.domains;
        match (text(object, "id"), text(object, "name")) {
            (Some(id), _) => Ok(domains.iter().find(|domain| domain.id == id)),
            (None, Some(name)) => Ok(domains.iter().find(|domain| domain.name == name)),
            (None, None) => Err(expected("id or name in domain")),
        }
    }
}

/// Keystone's words, its second full stop included.
const DELEGATED: &str = "Using a delegated token to create another token is not allowed.";
