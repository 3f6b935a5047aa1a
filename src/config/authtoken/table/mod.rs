//! The table of everything that may stand in `[keystone_authtoken]`, and what becomes of it here.
//!
//! The names are those of keystonemiddleware 13 and keystoneauth1 5. The tests against the real
//! Keystone compare them with those programs.

mod account;
mod middleware;
mod past;
mod plugins;
#[cfg(test)]
mod tests;

use super::context::Context;
use super::verdict::Verdict;

pub(super) use plugins::{Login, login};

/// One option.
pub(super) struct Known {
    /// Its name.
    pub(super) name: &'static str,
    /// Names that it had earlier and that still work.
    pub(super) aliases: &'static [&'static str],
    /// What it says when nobody writes it, for values that refer to it.
    pub(super) default: &'static str,
    /// Whether its value must never be shown.
    pub(super) secret: bool,
    /// Who reads it.
    pub(super) reader: Reader,
    /// What becomes of it.
    pub(super) rule: Rule,
}

/// Who reads an option.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// keystonemiddleware itself, where it stands.
    Middleware,
    /// Some kinds of account, where `auth_section` says.
    Account(&'static [Login]),
    /// Nobody any more, or paste.deploy.
    Nobody,
}

/// What becomes of an option's value.
pub(super) enum Rule {
    /// A truth value, under this key.
    Flag(&'static str),
    /// No effect, for this reason.
    Ignored(&'static str),
    /// Words, under this key; what it means that there are none.
    List(&'static str, &'static str),
    /// The same text, under this key.
    Same(&'static str),
    /// That depends.
    By(fn(&Context<'_>, &str) -> Verdict),
}

impl Known {
    const fn new(name: &'static str, reader: Reader, rule: Rule) -> Self {
        Self { name, aliases: &[], default: "", secret: false, reader, rule }
    }

    const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The names under which an account of that kind reads it, the first before the others.
    pub(super) fn names(&self, login: Login) -> impl Iterator<Item = &'static str> {
        // Projects were tenants once, and one kind of account still knows.
        let read = move |name: &&str| !name.starts_with("tenant") || login == Login::Password;
        std::iter::once(self.name).chain(self.aliases.iter().copied()).filter(read)
    }
}

/// Every option there is.
pub(super) fn options() -> impl Iterator<Item = &'static Known> {
    middleware::OPTIONS.iter().chain(account::OPTIONS).chain(past::OPTIONS)
}

/// What an option says when nobody writes it; `None` when there is no such option.
pub(super) fn default(name: &str) -> Option<&'static str> {
    let mut read = options().filter(|known| known.reader != Reader::Nobody);
    read.find(|known| known.name == name).map(|known| known.default)
}

/// Whether an option, by whichever of its names, is part of the account.
pub(super) fn is_of_account(name: &str) -> bool {
    let mut named = options().filter(|known| known.name == name || known.aliases.contains(&name));
    named.any(|known| {
        matches!(known.reader, Reader::Account(_))
            || ["auth_type", "auth_section"].contains(&known.name)
    })
}
