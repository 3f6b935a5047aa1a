//! Takes values out of the settings by key, and notes what is wrong with them.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::Environment;
use crate::config::account::leaf;
use crate::config::errors::Problems;
use crate::config::options::{self, Absent, Field};
use crate::config::origin::Origin;
use crate::config::settings::{Setting, Settings, quote};
use crate::config::value::Value;
use crate::identity::Secret;

/// Reads settings. A value that was refused reads as its default, so that reading goes on.
pub(super) struct Reader<'a> {
    settings: &'a Settings,
    environment: &'a Environment,
    problems: &'a mut Problems,
    /// What weakens security.
    pub(super) warnings: Vec<String>,
    /// The options that nothing has asked for yet; a table with an option without effect would be
    /// a lie.
    pub(super) unread: BTreeSet<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        environment: &'a Environment,
        problems: &'a mut Problems,
        warnings: Vec<String>,
    ) -> Self {
        let unread = settings.keys().copied().collect();
        Self { settings, environment, problems, warnings, unread }
    }

    pub(super) fn duration(&mut self, key: &'static str) -> Duration {
        match self.value(key) {
            Some(Value::Duration(duration)) => *duration,
            _ => Duration::ZERO,
        }
    }

    /// A duration; `None` for the word `off`.
    pub(super) fn limit(&mut self, key: &'static str) -> Option<Duration> {
        Some(self.duration(key)).filter(|limit| !limit.is_zero())
    }

    pub(super) fn integer(&mut self, key: &'static str) -> u64 {
        match self.value(key) {
            Some(Value::Integer(number)) => *number,
            _ => 0,
        }
    }

    pub(super) fn count(&mut self, key: &'static str) -> usize {
        usize::try_from(self.integer(key)).unwrap_or(usize::MAX)
    }

    pub(super) fn ratio(&mut self, key: &'static str) -> f64 {
        match self.value(key) {
            Some(Value::Ratio(ratio)) => *ratio,
            _ => 0.0,
        }
    }

    pub(super) fn boolean(&mut self, key: &'static str) -> bool {
        matches!(self.value(key), Some(Value::Bool(true)))
    }

    /// An address; `None` for the word `off`.
    pub(super) fn address(&mut self, key: &'static str) -> Option<SocketAddr> {
        match self.value(key) {
            Some(Value::Address(address)) => Some(*address),
            _ => None,
        }
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        match self.value(key) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn list(&mut self, key: &'static str) -> Vec<String> {
        match self.value(key) {
            Some(Value::List(words)) => words.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        let text = self.text(key)?;
        Some(self.environment.path(&text))
    }

    /// What may be shown of a value.
    pub(super) fn shown(&self, key: &str) -> Option<String> {
        self.settings.get(key)?.shown.clone()
    }

    /// The surroundings.
    pub(super) fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// A file or directory that was named in a list.
    pub(super) fn located(&self, written: &str) -> PathBuf {
        self.environment.path(written)
    }

    /// Notes what weakens security, unless that is known already.
    pub(super) fn warn_once(&mut self, warnings: Vec<String>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Notes what was found elsewhere.
    pub(super) fn adopt(&mut self, problems: Problems) {
        self.problems.adopt(problems);
    }

    /// Notes what is wrong with something that names its own place.
    pub(super) fn complain(&mut self, key: &str, message: &str) {
        self.problems.add(&Origin::Default, key, message);
    }

    pub(super) fn secret(&mut self, key: &'static str) -> Option<Secret> {
        match self.value(key) {
            Some(Value::Secret(secret)) => Some(secret.clone()),
            _ => None,
        }
    }

    /// Whether `key` was written and refused already.
    pub(super) fn was_refused(&self, key: &str) -> bool {
        self.settings.get(key).is_some_and(|setting| setting.refused)
    }

    /// Whether anybody wrote a value of `key`, be it for us or for every client.
    pub(super) fn was_written(&self, key: &str) -> bool {
        let setting = self.settings.get(key);
        setting.is_some_and(|s| s.refused || (s.value.is_some() && s.origin.is_written()))
    }

    /// Notes that a value of `key` is wrong in view of the whole.
    pub(super) fn refuse(&mut self, key: &str, message: &str) {
        if let Some(setting) = self.settings.get(key) {
            self.problems.add(&setting.origin, key, message);
        }
    }

    /// Notes that a value of `key` is wrong, with a sentence that the value begins.
    pub(super) fn refuse_value(&mut self, key: &str, message: &str) {
        if let Some(Setting { field, shown, origin, .. }) = self.settings.get(key) {
            let text = shown.as_deref().unwrap_or_default();
            self.problems.add(origin, key, quote(field, text, message));
        }
    }

    /// Notes that `key` must be written.
    pub(super) fn require(&mut self, key: &str) {
        let Some(Setting { field: Field { absent, .. }, origin, refused: false, .. }) =
            self.settings.get(key)
        else {
            return;
        };
        if let Absent::Required(line) = absent {
            let message = format!("missing; add a line such as \"{}\"", line.replace('"', "'"));
            self.problems.add(origin, key, message);
        }
    }

    /// How to write `missing` at the place where `written` was written, for a remedy that works:
    /// an account does not come from two places.
    pub(super) fn spelled_like(&self, written: &str, missing: &'static str) -> String {
        let leaf = leaf(missing);
        match self.settings.get(written).map(|setting| &setting.origin) {
            Some(Origin::Variable(name)) if name.starts_with("OS_") => {
                format!("OS_{}", leaf.to_ascii_uppercase())
            }
            Some(Origin::Cloud { .. }) => format!("{leaf} below auth"),
            // There too, our names are theirs.
            Some(Origin::Ini(_)) => leaf.to_owned(),
            _ if options::find(missing).is_some_and(|target| target.field.is_secret()) => {
                format!("{missing}_file")
            }
            _ => missing.to_owned(),
        }
    }

    /// Marks options that have no effect in view of the others.
    pub(super) fn pass_over(&mut self, keys: &[&'static str]) {
        for key in keys {
            self.unread.remove(key);
        }
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.unread.remove(key);
        self.settings.get(key).and_then(|setting| setting.value.as_ref())
    }
}
