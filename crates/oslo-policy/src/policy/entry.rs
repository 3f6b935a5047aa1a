//! One rule of a policy.

use std::collections::BTreeSet;

use super::{Denial, Named, Origin, Policy, Step, Verdict};
use crate::program::{Leaf, Node, Problem, Stop, Test};
use crate::remote::Answers;
use crate::request::{Credentials, Scope, Target};
use crate::rule::Rule;

/// A rule of a policy, found by its name.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'p> {
    pub(super) policy: &'p Policy,
    pub(super) named: &'p Named,
    pub(super) node: &'p Node,
    pub(super) found: Found,
}

/// How a rule was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// As the default rule, in place of a name that is not there. What the service says about the
    /// default rule's own name does not count then.
    AsDefault,
    ByName,
}

impl<'p> Entry<'p> {
    /// As [`Policy::enforce`].
    pub fn enforce(
        &self,
        target: &(impl Target + ?Sized),
        credentials: &(impl Credentials + ?Sized),
    ) -> Verdict<'p> {
        match self.step(target, credentials, &Answers::new()) {
            Step::Decided(verdict) => verdict,
            Step::Ask(question) => {
                let fault = crate::Fault { check: question.check(), problem: Problem::Remote };
                Verdict::Deny(Denial::Undecided(fault))
            }
        }
    }

    /// As [`Policy::step`].
    pub fn step(
        &self,
        target: &(impl Target + ?Sized),
        credentials: &(impl Credentials + ?Sized),
        answers: &Answers,
    ) -> Step<'p> {
        if let Some(denial) = self.refused_scope(credentials) {
            return Step::Decided(Verdict::Deny(denial));
        }
        let evaluation = self.policy.evaluation(target, credentials, answers);
        match evaluation.node(self.node).map_err(|stop| *stop) {
            Ok(true) => Step::Decided(Verdict::Allow),
            Ok(false) => Step::Decided(Verdict::Deny(Denial::Rule(self.name()))),
            Err(Stop::Fault(fault)) => Step::Decided(Verdict::Deny(Denial::Undecided(fault))),
            Err(Stop::Ask(question)) => Step::Ask(question),
        }
    }

    pub(super) fn refused_scope(
        &self,
        credentials: &(impl Credentials + ?Sized),
    ) -> Option<Denial<'p>> {
        let allowed = self.scope_types();
        if allowed.is_empty() {
            return None;
        }
        let presented = Scope::of(credentials);
        (!allowed.contains(&presented)).then(|| Denial::Scope {
            rule: self.name(),
            allowed,
            presented,
        })
    }

    /// The rule's name.
    pub fn name(&self) -> &'p str {
        &self.named.name
    }

    /// The rule itself.
    pub fn rule(&self) -> &'p Rule {
        &self.named.rule
    }

    /// Where the rule comes from.
    pub fn origin(&self) -> &'p Origin {
        &self.named.origin
    }

    /// Whether the service has a default of this name. oslo.policy's `authorize()` requires it.
    pub fn is_registered(&self) -> bool {
        self.registered().is_some()
    }

    /// The scopes that the rule is for; empty when for all.
    pub fn scope_types(&self) -> &'p [Scope] {
        self.registered().unwrap_or_default()
    }

    fn registered(&self) -> Option<&'p [Scope]> {
        self.named.registered.as_deref().filter(|_| self.found == Found::ByName)
    }

    /// The keys of the target that the rule may ask for, in itself or in the rules that it refers
    /// to. Whoever fills the target needs to know no others.
    pub fn target_keys(&self) -> BTreeSet<&'p str> {
        self.leaves().into_iter().flat_map(Leaf::keys).collect()
    }

    /// The attributes of the credentials that the rule may ask for.
    pub fn attributes(&self) -> BTreeSet<&'p str> {
        self.leaves().into_iter().filter_map(Leaf::attribute).collect()
    }

    /// Whether the rule may ask a server.
    pub fn has_remote_checks(&self) -> bool {
        self.leaves().iter().any(|leaf| matches!(leaf.test, Test::Remote { .. }))
    }

    fn leaves(&self) -> Vec<&'p Leaf> {
        let (mut leaves, mut opened) = (Vec::new(), BTreeSet::new());
        let mut waiting = vec![self.node];
        while let Some(node) = waiting.pop() {
            match node {
                Node::And(nodes) | Node::Or(nodes) => waiting.extend(nodes),
                Node::Not(node) => waiting.push(node),
                Node::Leaf(leaf) => leaves.push(leaf),
                Node::Rule { index: Some(index), .. } if opened.insert(*index) => {
                    waiting.extend(self.policy.nodes.get(*index));
                }
                Node::Rule { .. } | Node::Constant(_) => {}
            }
        }
        leaves
    }
}
