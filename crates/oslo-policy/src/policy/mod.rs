//! A set of named rules, complete and unchangeable.

mod builder;
mod defaults;
mod deprecation;
mod document;
mod entry;
mod explanation;
mod layer;
mod link;
mod note;
mod origin;
mod problem;
mod review;
mod verdict;

use std::collections::HashMap;

use crate::program::{Evaluation, Node};
use crate::remote::Answers;
use crate::request::{Credentials, Scope, Target};
use crate::rule::Rule;

pub use builder::PolicyBuilder;
pub use defaults::{DefaultsError, DeprecatedRule, Operation, RuleDefault};
pub use entry::Entry;
use entry::Found;
pub use explanation::Explanation;
pub use note::{Note, NoteKind};
pub use origin::Origin;
pub use problem::{LoadError, LoadErrors};
pub use verdict::{Denial, Step, Verdict};

/// Named rules from policy files and from a service's defaults, ready to be asked.
///
/// A policy does not change. To reload, build another one and drop the old.
///
/// ```
/// use oslo_policy::Policy;
/// use serde_json::json;
///
/// let policy = Policy::builder()
///     .text(
///         "policy.yaml",
///         r#"
/// "admin_required": "role:admin"
/// "volume:get": "rule:admin_required or project_id:%(project_id)s"
/// "#,
///     )
///     .build()?;
///
/// let caller = json!({"user_id": "a1", "project_id": "p1", "roles": ["member"]});
/// assert!(policy.enforce("volume:get", &json!({"project_id": "p1"}), &caller).is_allowed());
/// let denied = policy.enforce("volume:get", &json!({"project_id": "p2"}), &caller);
/// assert_eq!(denied.to_string(), "denied: the rule `volume:get` is false");
/// # Ok::<(), oslo_policy::LoadErrors>(())
/// ```
#[derive(Debug)]
pub struct Policy {
    /// Sorted by name.
    rules: Vec<Named>,
    /// The node of each rule, in the same order.
    nodes: Vec<Node>,
    names: HashMap<Box<str>, usize>,
    /// What names that are not there are taken for.
    default: Option<usize>,
    notes: Vec<Note>,
}

/// What is known about a rule beside its node.
#[derive(Debug)]
struct Named {
    name: Box<str>,
    rule: Rule,
    origin: Origin,
    /// Of the service's default with this name, if there is one.
    registered: Option<Box<[Scope]>>,
}

impl Policy {
    /// Starts a policy without rules.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// Decides whether whoever has `credentials` may do `rule` to `target`.
    ///
    /// The scope that the rule requires is looked at first, then its text. A name that is not there
    /// means the default rule, and denies when there is none. A remote check denies when it is
    /// reached; policies with such checks use [`Policy::step`].
    ///
    /// Nothing is allocated while roles, attributes and whole values of the target are compared.
    pub fn enforce(
        &self,
        rule: &str,
        target: &(impl Target + ?Sized),
        credentials: &(impl Credentials + ?Sized),
    ) -> Verdict<'_> {
        match self.find(rule) {
            Some(entry) => entry.enforce(target, credentials),
            None => Verdict::Deny(Denial::UnknownRule),
        }
    }

    /// As [`Policy::enforce`], for policies with remote checks: stops at one that is not among
    /// `answers`.
    ///
    /// ```
    /// use oslo_policy::{Answers, Policy, Step};
    /// use serde_json::json;
    ///
    /// let policy = Policy::builder()
    ///     .inline("boot", "role:admin or http://policy.example/%(name)s")
    ///     .allow_remote_checks()
    ///     .build()?;
    /// let (target, caller) = (json!({"name": "vm1"}), json!({"roles": ["member"]}));
    ///
    /// let mut answers = Answers::new();
    /// let verdict = loop {
    ///     match policy.step("boot", &target, &caller, &answers) {
    ///         Step::Decided(verdict) => break verdict,
    ///         Step::Ask(question) => {
    ///             assert_eq!(question.url(), "http://policy.example/vm1");
    ///             let body = "True"; // Send a request, await the response.
    ///             answers.insert(&question, oslo_policy::allows(body));
    ///         }
    ///     }
    /// };
    /// assert!(verdict.is_allowed());
    /// # Ok::<(), oslo_policy::LoadErrors>(())
    /// ```
    pub fn step(
        &self,
        rule: &str,
        target: &(impl Target + ?Sized),
        credentials: &(impl Credentials + ?Sized),
        answers: &Answers,
    ) -> Step<'_> {
        match self.find(rule) {
            Some(entry) => entry.step(target, credentials, answers),
            None => Step::Decided(Verdict::Deny(Denial::UnknownRule)),
        }
    }

    /// Decides as [`Policy::step`] and says how: what was compared with what, what was skipped.
    pub fn explain(
        &self,
        rule: &str,
        target: &(impl Target + ?Sized),
        credentials: &(impl Credentials + ?Sized),
        answers: &Answers,
    ) -> Explanation {
        explanation::explain(self, rule, target, credentials, answers)
    }

    /// The rule that decides about `name`: the one of that name, else the default rule.
    pub fn find(&self, name: &str) -> Option<Entry<'_>> {
        match self.names.get(name) {
            Some(index) => self.entry(*index, Found::ByName),
            None => self.entry(self.default?, Found::AsDefault),
        }
    }

    /// All rules, sorted by name.
    pub fn rules(&self) -> impl Iterator<Item = Entry<'_>> {
        (0..self.rules.len()).filter_map(|index| self.entry(index, Found::ByName))
    }

    /// What an operator should know about the rules although they could be loaded.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    fn entry(&self, index: usize, found: Found) -> Option<Entry<'_>> {
        let (named, node) = (self.rules.get(index)?, self.nodes.get(index)?);
        Some(Entry { policy: self, named, node, found })
    }

    fn evaluation<'a, T: ?Sized, C: ?Sized>(
        &self,
        target: &'a T,
        credentials: &'a C,
        answers: &'a Answers,
    ) -> Evaluation<'a, '_, T, C> {
        Evaluation { rules: &self.nodes, target, credentials, answers }
    }
}

#[cfg(test)]
mod tests;
