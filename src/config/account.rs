//! Which source the account of service mode is taken from.
//!
//! An account comes whole from one source: our own keys, else an entry of `clouds.yaml`, else the
//! `OS_*` variables. A user from one and a password from another would be nobody's account.

use super::Environment;
use super::clouds;
use super::errors::Problems;
use super::layers::Layers;
use super::origin::Origin;

/// Settles mode, account and addresses. An account that is `lost`, because part of it was refused
/// already, is not looked for elsewhere, nor does its absence make it self mode.
pub(super) fn settle(
    layers: &mut Layers,
    environment: &Environment,
    lost: bool,
    problems: &mut Problems,
    warnings: &mut Vec<String>,
) -> Account {
    if lost {
        layers.fill("keystone.mode", "service", Origin::Default);
    }
    let account = fill(layers, environment, problems, warnings);
    layers.follow("keystone.www_authenticate_uri", "keystone.auth_url");
    if lost { Account::Refused } else { account }
}

/// Decides the mode when nobody wrote it, and fills in the account and the address from
/// `clouds.yaml` or `OS_*` when service mode leaves them open.
fn fill(
    layers: &mut Layers,
    environment: &Environment,
    problems: &mut Problems,
    warnings: &mut Vec<String>,
) -> Account {
    let account = ACCOUNT.into_iter().find(|key| layers.get(key).is_some());
    let cloud = CLOUD.into_iter().find(|key| layers.get(key).is_some());
    let mode = layers.get("keystone.mode").map(|mode| (mode.text.clone(), mode.origin.clone()));
    match (mode.as_ref().map(|(mode, origin)| (mode.as_str(), origin)), account.or(cloud)) {
        (None, None) => {
            layers.fill("keystone.mode", "self", Origin::Default);
            return Account::Settled;
        }
        (None, Some(reason)) => layers.fill("keystone.mode", "service", Origin::Follows(reason)),
        (Some(("service", _)), _) => {}
        (Some(("self", origin)), Some(key)) => {
            let message = format!("self mode has no account; remove {key} or write mode: service");
            problems.add(origin, "keystone.mode", message);
            return Account::Refused;
        }
        // Self mode needs nothing; an unknown mode is refused when it is read.
        (Some(_), _) => return Account::Settled,
    }
    if let (Some(account), Some(cloud)) = (account, cloud) {
        let message = format!("an account comes from one source; remove this or {account}");
        let origin = layers.get(cloud).map_or(&Origin::Default, |written| &written.origin);
        problems.add(origin, cloud, message);
        return Account::Refused;
    }
    let found = match account {
        Some(_) => Ok(from_variables(environment, &[])),
        None => clouds::find(layers, environment, problems, warnings)
            .unwrap_or_else(|| Ok(from_variables(environment, &ACCOUNT))),
    };
    match found {
        Ok(found) => found.fill(layers),
        Err(clouds::Unusable) => return Account::Refused,
    }
    Account::Settled
}

/// Whether the account and the address are as complete as they will get.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// Their source was refused; what is missing now may have been in it.
    Refused,
    /// What is missing now is missing.
    Settled,
}

/// What `clouds.yaml` or the `OS_*` variables say.
#[derive(Default)]
pub(super) struct Found {
    /// The account, by our keys.
    pub(super) account: Vec<(&'static str, String, Origin)>,
    /// The address, and how to trust it, by our keys.
    pub(super) address: Vec<(&'static str, String, Origin)>,
}

impl Found {
    fn fill(self, layers: &mut Layers) {
        let address_written = layers.get("keystone.auth_url").is_some();
        let trust_written = TRUST.into_iter().any(|key| layers.get(key).is_some());
        for (key, text, origin) in self.account {
            layers.fill(key, &text, origin);
        }
        for (key, text, origin) in self.address {
            // The CA of one address says nothing about another, and least of all does its absence.
            if address_written || (trust_written && TRUST.contains(&key)) {
                continue;
            }
            layers.fill(key, &text, origin);
        }
    }

    /// Drops names where there are ids, as the command line clients do: RC files give both.
    pub(super) fn prefer_ids(&mut self) {
        for (id, names) in IDS {
            if self.account.iter().any(|(key, ..)| *key == id) {
                self.account.retain(|(key, ..)| !names.contains(key));
            }
        }
    }

    /// Drops what an application credential brings along itself: its scope, and for one that is
    /// given by id its user.
    pub(super) fn keep_application_credential(&mut self) {
        let by_id = self.account.iter().any(|(key, ..)| key.ends_with("credential_id"));
        self.account.retain(|(key, ..)| {
            key.contains("application_credential") || (!by_id && key.contains(".user"))
        });
    }
}

/// What the `OS_*` variables say of `keys`, and of the address.
fn from_variables(environment: &Environment, keys: &[&'static str]) -> Found {
    let read = |variable: String, key: &'static str| {
        let text = environment.variable(&variable)?.to_owned();
        Some((key, text, Origin::Variable(variable)))
    };
    let named = |key: &&'static str| read(format!("OS_{}", leaf(key).to_ascii_uppercase()), key);
    let mut found = Found { account: keys.iter().filter_map(named).collect(), address: Vec::new() };
    if let Some(url) = read("OS_AUTH_URL".to_owned(), "keystone.auth_url") {
        found.address.push(url);
        found.address.extend(read("OS_CACERT".to_owned(), "keystone.ca_file"));
    }
    let given = |end| found.account.iter().any(|(key, ..)| key.ends_with(end));
    let plainly = given("credential_secret") && !given("password");
    if plainly || environment.variable("OS_AUTH_TYPE") == Some("v3applicationcredential") {
        found.keep_application_credential();
    }
    found.prefer_ids();
    found
}

/// A key without its section. `OS_*` variables and `clouds.yaml` use the same names.
pub(super) fn leaf(key: &'static str) -> &'static str {
    key.strip_prefix("keystone.").unwrap_or(key)
}

/// Our keys that make up an account.
pub(super) const ACCOUNT: [&str; 15] = [
    "keystone.username",
    "keystone.user_id",
    "keystone.user_domain_name",
    "keystone.user_domain_id",
    "keystone.password",
    "keystone.application_credential_id",
    "keystone.application_credential_name",
    "keystone.application_credential_secret",
    "keystone.project_name",
    "keystone.project_id",
    "keystone.project_domain_name",
    "keystone.project_domain_id",
    "keystone.domain_name",
    "keystone.domain_id",
    "keystone.system_scope",
];

/// Our keys that name an account elsewhere.
const CLOUD: [&str; 2] = ["keystone.cloud", "keystone.clouds_file"];

/// Our keys that say whose certificates are believed.
const TRUST: [&str; 2] = ["keystone.ca_file", "keystone.insecure"];

/// Each id with the names that it makes superfluous.
const IDS: [(&str, &[&str]); 6] = [
    (
        "keystone.user_id",
        &["keystone.username", "keystone.user_domain_name", "keystone.user_domain_id"],
    ),
    ("keystone.user_domain_id", &["keystone.user_domain_name"]),
    (
        "keystone.project_id",
        &["keystone.project_name", "keystone.project_domain_name", "keystone.project_domain_id"],
    ),
    ("keystone.project_domain_id", &["keystone.project_domain_name"]),
    ("keystone.domain_id", &["keystone.domain_name"]),
    ("keystone.application_credential_id", &["keystone.application_credential_name"]),
];
