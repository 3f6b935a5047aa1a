//! From sources to a policy.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::layer::{Layer, Missing, Reading};
use super::problem::Problems;
use super::{
    LoadErrors, Named, Note, NoteKind, Origin, Policy, RuleDefault, deprecation, link, review,
};
use crate::program::{Compiler, Node};
use crate::rule::{Reason, Rule};

/// Collects the sources of a policy. A rule of a later source replaces one of the same name.
///
/// Files are read by [`PolicyBuilder::build`] and no earlier, so a builder that is kept makes the
/// policy anew when they have changed:
///
/// ```no_run
/// use oslo_policy::Policy;
///
/// let sources = Policy::builder()
///     .file_if_present("/etc/nova/policy.yaml")
///     .directory_if_present("/etc/nova/policy.d");
/// let mut policy = sources.build()?;
/// // Later, when the files have changed: a mistake in them leaves the old policy in place.
/// match sources.build() {
///     Ok(changed) => policy = changed,
///     Err(errors) => eprintln!("{errors}"),
/// }
/// # let _ = policy;
/// # Ok::<(), oslo_policy::LoadErrors>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicyBuilder {
    layers: Vec<Layer>,
    defaults: Vec<RuleDefault>,
    default_rule: String,
    enforce_new_defaults: bool,
    remote_checks: RemoteChecks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RemoteChecks {
    Allow,
    Refuse,
}

/// A rule as it was written, by name.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) rule: Rule,
    pub(super) origin: Origin,
}

impl Default for PolicyBuilder {
    fn default() -> Self {
        Self {
            layers: Vec::new(),
            defaults: Vec::new(),
            default_rule: "default".to_owned(),
            enforce_new_defaults: true,
            remote_checks: RemoteChecks::Refuse,
        }
    }
}

impl PolicyBuilder {
    /// Reads a policy file when the policy is built: YAML, or JSON, which YAML includes.
    #[must_use]
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        self.layer(Layer::File { path: path.into(), missing: Missing::Refuse })
    }

    /// Reads a policy file if there is one, as services do.
    #[must_use]
    pub fn file_if_present(self, path: impl Into<PathBuf>) -> Self {
        self.layer(Layer::File { path: path.into(), missing: Missing::Skip })
    }

    /// Reads every file of a directory whose name does not begin with a point, in the order of
    /// their names as text: `10.yaml` before `2.yaml`. Directories inside are left alone.
    #[must_use]
    pub fn directory(self, path: impl Into<PathBuf>) -> Self {
        self.layer(Layer::Directory { path: path.into(), missing: Missing::Refuse })
    }

    /// Reads a directory if there is one, as services do.
    #[must_use]
    pub fn directory_if_present(self, path: impl Into<PathBuf>) -> Self {
        self.layer(Layer::Directory { path: path.into(), missing: Missing::Skip })
    }

    /// Takes the text of a policy file; `name` is what messages call it.
    #[must_use]
    pub fn text(self, name: impl Into<Arc<str>>, text: impl Into<String>) -> Self {
        self.layer(Layer::Text { name: name.into(), text: text.into() })
    }

    /// Adds one rule.
    #[must_use]
    pub fn inline(self, name: impl Into<String>, rule: impl Into<Rule>) -> Self {
        self.layer(Layer::Inline { name: name.into(), rule: Box::new(rule.into()) })
    }

    /// Adds what the service registers in its code. It fills names that no other source has.
    #[must_use]
    pub fn defaults(mut self, defaults: impl IntoIterator<Item = RuleDefault>) -> Self {
        self.defaults.extend(defaults);
        self
    }

    /// Names the rule that stands in for names that are not there: `policy_default_rule`, which is
    /// `default` unless it is said otherwise.
    #[must_use]
    pub fn default_rule(mut self, name: impl Into<String>) -> Self {
        self.default_rule = name.into();
        self
    }

    /// Whether only a service's new defaults count, or those that they replace as well:
    /// `enforce_new_defaults`, which is true unless it is said otherwise.
    #[must_use]
    pub fn enforce_new_defaults(mut self, enforce: bool) -> Self {
        self.enforce_new_defaults = enforce;
        self
    }

    /// Accepts rules with `http:` and `https:` checks, which [`Policy::step`] asks the caller about.
    /// Without this they are refused.
    #[must_use]
    pub fn allow_remote_checks(mut self) -> Self {
        self.remote_checks = RemoteChecks::Allow;
        self
    }

    /// Reads all sources and makes the policy.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place. A mistake inside of a rule's text is none: as
    /// in Python the rule forbids, and [`Policy::notes`] says so.
    pub fn build(&self) -> Result<Policy, LoadErrors> {
        let (mut notes, mut problems) = (Vec::new(), Problems::default());
        let mut reading = Reading { found: Vec::new(), notes: &mut notes, problems: &mut problems };
        self.layers.iter().for_each(|layer| reading.read(layer));
        let found = reading.found;
        let files: BTreeMap<String, Definition> =
            found.into_iter().map(|definition| (definition.name.clone(), definition)).collect();
        let registered = self.registered(&mut problems);
        note_overrides(&files, &registered, &mut notes);
        let rules = self.join(&files, &registered, &mut notes);
        let mut policy = self.link(rules, &mut problems);
        problems.into_result(())?;
        policy.notes = notes;
        review::review(&mut policy);
        Ok(policy)
    }

    fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    fn registered(&self, problems: &mut Problems) -> BTreeMap<&str, &RuleDefault> {
        let mut registered = BTreeMap::new();
        for default in &self.defaults {
            if registered.insert(default.name.as_str(), default).is_some() {
                let message = "registered twice; keep one of the defaults";
                problems.add(Origin::Default, Some(&default.name), message);
            }
        }
        registered
    }

    /// All rules, sorted by name: those of the files, and the defaults that they leave.
    fn join(
        &self,
        files: &BTreeMap<String, Definition>,
        registered: &BTreeMap<&str, &RuleDefault>,
        notes: &mut Vec<Note>,
    ) -> Vec<Named> {
        let scopes = |name: &str| {
            registered.get(name).map(|default| default.scope_types.clone().into_boxed_slice())
        };
        let named = |name: &str, rule, origin| Named {
            name: name.into(),
            rule,
            origin,
            registered: scopes(name),
        };
        let mut rules: Vec<Named> = files
            .values()
            .map(|written| named(&written.name, written.rule.clone(), written.origin.clone()))
            .collect();
        for default in registered.values().filter(|default| !files.contains_key(&default.name)) {
            let (rule, origin) =
                deprecation::effective(default, files, self.enforce_new_defaults, notes);
            rules.push(named(&default.name, rule, origin));
        }
        rules.sort_by(|one, other| one.name.cmp(&other.name));
        rules
    }

    fn link(&self, rules: Vec<Named>, problems: &mut Problems) -> Policy {
        let names: HashMap<Box<str>, usize> =
            rules.iter().enumerate().map(|(index, named)| (named.name.clone(), index)).collect();
        let default = names.get(self.default_rule.as_str()).copied();
        let mut compiler = Compiler { names: &names, default, remotes: 0 };
        let mut nodes: Vec<Node> = Vec::with_capacity(rules.len());
        for named in &rules {
            refuse_depth(named, problems);
            let before = compiler.remotes;
            nodes.push(compiler.node(named.rule.check()));
            if compiler.remotes > before && self.remote_checks == RemoteChecks::Refuse {
                refuse_remote(named, problems);
            }
        }
        link::check(&rules, &nodes, problems);
        Policy { rules, nodes, names, default, notes: Vec::new() }
    }
}

/// Python would go on where this crate stops, so `!` would be a guess, and wrong under `not`.
fn refuse_depth(named: &Named, problems: &mut Problems) {
    for flaw in named.rule.flaws().iter().filter(|flaw| flaw.reason == Reason::TooDeep) {
        let message = format!("{flaw}; divide it into several rules");
        problems.add(named.origin.clone(), Some(&named.name), message);
    }
}

fn refuse_remote(named: &Named, problems: &mut Problems) {
    let leaves = named.rule.check().leaves();
    for leaf in leaves.iter().filter(|leaf| matches!(leaf.kind.as_str(), "http" | "https")) {
        let message = format!(
            "`{leaf}` asks another server, which is not allowed here; allow remote checks, or \
             write the rule without it"
        );
        problems.add(named.origin.clone(), Some(&named.name), message);
    }
}

/// What the files say that the service says anyway, or is going to stop saying.
fn note_overrides(
    files: &BTreeMap<String, Definition>,
    registered: &BTreeMap<&str, &RuleDefault>,
    notes: &mut Vec<Note>,
) {
    for written in files.values() {
        let Some(default) = registered.get(written.name.as_str()) else {
            continue;
        };
        let mut note = |kind| {
            let (origin, rule) = (written.origin.clone(), written.name.clone());
            notes.push(Note { origin, rule, kind });
        };
        if written.rule.check() == default.rule.check() && written.rule.flaws().is_empty() {
            note(NoteKind::Redundant);
        }
        if default.deprecated_for_removal {
            note(NoteKind::Removed);
        }
    }
}
