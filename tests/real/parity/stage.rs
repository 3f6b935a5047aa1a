//! A double with the tokens that cases name.

use std::cell::RefCell;
use std::collections::BTreeMap;

use keystone_double::{Double, Scope, World};

use super::setting::Knob;
use super::shapes;
use crate::support::{Certificate, Keystone};

/// A double for one case.
pub(crate) struct Stage {
    pub(crate) keystone: Keystone,
    tokens: RefCell<BTreeMap<String, String>>,
}

impl Stage {
    #[track_caller]
    pub(crate) fn set(setting: &[Knob]) -> Self {
        let keystone = if setting.contains(&Knob::Untrusted) {
            Keystone::over_tls(Double::new(World::sample()), &Certificate::for_loopback())
        } else {
            Keystone::start()
        };
        Self { keystone, tokens: RefCell::default() }
    }

    /// The token of this name; `#` and what follows tells tokens of one kind apart.
    #[track_caller]
    pub(crate) fn token(&self, name: &str) -> String {
        let mut tokens = self.tokens.borrow_mut();
        tokens.entry(name.to_owned()).or_insert_with(|| self.make(name)).clone()
    }

    #[track_caller]
    fn make(&self, name: &str) -> String {
        let issue = |user, scope| self.keystone.issue(user, scope);
        let kind = name.split('#').next().unwrap_or_default();
        if let Some(shape) = kind.strip_prefix("shaped ") {
            let token = format!("shaped-{}", fastrand::u64(..));
            self.keystone.forge_raw(&token, shapes::answer(shape, &token));
            return token;
        }
        match kind {
            "admin" => issue("bob", Scope::project("demo")).token(),
            "domain" => issue("bob", Scope::domain("Default")).token(),
            "expired" => {
                let token = issue("alice", Scope::project("demo")).token();
                self.keystone.expire(&token);
                token
            }
            "member" => issue("alice", Scope::project("demo")).token(),
            "reader" => issue("carol", Scope::project("other")).token(),
            "rules" => {
                issue("alice", Scope::project("demo")).application_credential("rules").token()
            }
            "service" => issue("nova", Scope::project("service")).token(),
            "system" => issue("bob", Scope::system()).token(),
            "trust" => issue("carol", Scope::project("demo")).trust("alice-to-carol").token(),
            "unscoped" => issue("alice", Scope::Unscoped).token(),
            _ => panic!("there is no token {name:?}"),
        }
    }
}
