//! One section, sorted by the table: what is read of it, and what is not.

use std::sync::Arc;

use super::ini::{Assignment, Ini};
use super::interpolation::{Fault, Interpolation};
use super::table::{self, Known, Login, Reader};
use super::verdict::Verdict;
use crate::config::suggest;

/// A section.
pub(super) struct Section {
    /// Its name.
    pub(super) name: Arc<str>,
    /// The options that have a say.
    pub(super) read: Vec<Written>,
    /// Those that have none, whatever they say.
    pub(super) unread: Vec<Finding>,
}

/// An option with its value, which may be a secret.
pub(super) struct Written {
    /// What the table knows of it.
    pub(super) known: &'static Known,
    /// The name under which it was written.
    pub(super) name: String,
    /// Where.
    pub(super) line: usize,
    /// The value, references filled in.
    pub(super) value: Result<String, Fault>,
}

/// What became of an option.
pub(super) struct Finding {
    /// The name under which it was written.
    pub(super) option: String,
    /// Where.
    pub(super) line: usize,
    /// What became of it.
    pub(super) verdict: Verdict,
}

/// How much of a section is ours to read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The account alone: the rest is for whoever else reads that section.
    Account,
    /// All of it.
    All,
    /// All but the account, which is elsewhere.
    Middleware,
}

impl Section {
    /// Reads the section `name`, as far as it is ours, for an account of that kind.
    pub(super) fn read(
        ini: &Ini,
        filled: &Interpolation<'_>,
        (name, part): (&str, Part),
        login: Login,
    ) -> Self {
        let mut section = Self { name: name.into(), read: Vec::new(), unread: Vec::new() };
        let mut names: Vec<&'static str> = Vec::new();
        for known in table::options().filter(|known| part.holds(known)) {
            let mut earlier: Option<&str> = None;
            for alias in known.names(login) {
                let written = ini.section(name).and_then(|options| options.get(alias));
                let Some((last, before)) = written.and_then(|written| written.split_last()) else {
                    continue;
                };
                names.push(alias);
                section.overrule(alias, before, last.line);
                if let Some(why) = part.beside(known, login, earlier) {
                    section.leave(alias, last.line, Verdict::Ignored(why.into()));
                    continue;
                }
                earlier = Some(alias);
                let value = filled.fill(name, alias, &last.value);
                section.read.push(Written { known, name: alias.into(), line: last.line, value });
            }
        }
        if part != Part::Account {
            section.leave_unknown(ini, &names);
        }
        section
    }

    /// The text of an option.
    pub(super) fn get(&self, option: &str) -> Option<&str> {
        let written = self.read.iter().find(|written| written.known.name == option)?;
        written.value.as_deref().ok()
    }

    fn leave(&mut self, option: &str, line: usize, verdict: Verdict) {
        self.unread.push(Finding { option: option.to_owned(), line, verdict });
    }

    /// Of an option that is written twice, the last holds.
    fn overrule(&mut self, option: &str, before: &[Assignment], last: usize) {
        for Assignment { line, .. } in before {
            let why = format!("written again in line {last}, which holds");
            self.leave(option, *line, Verdict::ignored(why));
        }
    }

    fn leave_unknown(&mut self, ini: &Ini, known: &[&str]) {
        let name = Arc::clone(&self.name);
        for (option, written) in ini.section(&name).into_iter().flatten() {
            let Some((last, before)) = written.split_last() else { continue };
            if !known.contains(&option.as_str()) {
                self.overrule(option, before, last.line);
                self.leave(option, last.line, Verdict::Unknown(likeness(option).into()));
            }
        }
    }
}

impl Part {
    fn holds(self, known: &Known) -> bool {
        match self {
            Self::All | Self::Middleware => true,
            Self::Account => {
                matches!(known.reader, Reader::Account(_)) || known.name == "auth_type"
            }
        }
    }

    /// Why an option is not read beside what else is written.
    fn beside(self, known: &Known, login: Login, earlier: Option<&str>) -> Option<String> {
        if let Some(earlier) = earlier {
            return Some(format!("{earlier} is written too, and goes before it"));
        }
        if self == Self::Middleware && Self::Account.holds(known) {
            return Some("auth_section says that the account is elsewhere".to_owned());
        }
        let Reader::Account(logins) = known.reader else { return None };
        let kind = match login {
            Login::ApplicationCredential => "v3applicationcredential",
            Login::Password => "password",
            Login::V3Password => "v3password",
            Login::Nothing => return Some("without auth_type nobody logs in with it".to_owned()),
            Login::Refused => return Some("belongs to the login that is refused".to_owned()),
        };
        (!logins.contains(&login)).then(|| format!("auth_type {kind} does not read it"))
    }
}

/// What an unknown option was probably meant to be.
fn likeness(option: &str) -> String {
    let underscored = option.replace('-', "_");
    let renamed = table::options().find(|known| known.aliases.contains(&option));
    let read = table::options().filter(|known| known.reader != Reader::Nobody);
    let meant = renamed.map(|known| known.name);
    match meant.or_else(|| suggest::nearest(&underscored, read.map(|known| known.name))) {
        Some(name) => format!("did you mean {name}?"),
        None => "has no effect, here as there".to_owned(),
    }
}
