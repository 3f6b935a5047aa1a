//! What the rule for one option may ask about the others.

use std::sync::Arc;

use super::section::Section;
use super::table::Login;
use super::values;
use super::verdict::Words;

/// The options of a section, and those of the account where they are in another one.
pub(super) struct Context<'a> {
    /// What keystonemiddleware reads.
    pub(super) own: &'a Section,
    /// What the account's plugin reads, when `auth_section` names another section.
    pub(super) account: Option<&'a Section>,
    /// How the account logs in.
    pub(super) login: Login,
}

impl Context<'_> {
    /// Whether an option has a value.
    pub(super) fn has(&self, option: &str) -> bool {
        self.text(option).is_some()
    }

    /// Whether an option is written and true.
    pub(super) fn is_on(&self, option: &str) -> bool {
        self.text(option).is_some_and(|text| values::boolean(text) == Ok(true))
    }

    /// The other section in which the account is.
    pub(super) fn elsewhere(&self) -> Option<&Arc<str>> {
        self.account.map(|section| &section.name)
    }

    /// Why something has no effect beside `option`, when that is there.
    pub(super) fn before(&self, option: &str) -> Option<Words> {
        self.has(option).then(|| format!("{option} goes before it, as there").into())
    }

    /// Why nothing more is to be said about the user.
    pub(super) fn user_is_known(&self) -> Option<Words> {
        let by_id = self.login == Login::ApplicationCredential;
        (by_id && self.has("application_credential_id"))
            .then(|| "application_credential_id says whose it is".into())
    }

    /// Why no domain of the user is to be said.
    pub(super) fn user_needs_no_domain(&self) -> Option<Words> {
        let by_id = || self.has("user_id").then(|| "user_id needs no domain".into());
        let nobody = || (!self.has("username")).then(|| "there is no username in it".into());
        self.user_is_known().or_else(by_id).or_else(nobody)
    }

    /// Why no scope is to be said.
    pub(super) fn scope_is_known(&self) -> Option<Words> {
        (self.login == Login::ApplicationCredential)
            .then(|| "an application credential brings its own scope".into())
    }

    /// Why no domain of the project is to be said.
    pub(super) fn project_needs_no_domain(&self) -> Option<Words> {
        let by_id = || self.has("project_id").then(|| "project_id needs no domain".into());
        let none = || (!self.has("project_name")).then(|| "there is no project_name in it".into());
        self.scope_is_known().or_else(by_id).or_else(none)
    }

    fn text(&self, option: &str) -> Option<&str> {
        let account = self.account.and_then(|section| section.get(option));
        account.or_else(|| self.own.get(option)).filter(|text| !text.is_empty())
    }
}
