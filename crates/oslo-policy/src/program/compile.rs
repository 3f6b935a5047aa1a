//! From a tree of checks to a node, and what the node costs at worst.

use std::collections::HashMap;

use super::template::Template;
use super::{Leaf, Letters, Node, Test};
use crate::python::{Kind, kind_of};
use crate::rule::{self, Check};

/// Makes nodes of checks.
pub(crate) struct Compiler<'a> {
    /// Where each rule stands.
    pub(crate) names: &'a HashMap<Box<str>, usize>,
    /// The rule that stands in for names that are not there.
    pub(crate) default: Option<usize>,
    /// How many remote checks there are.
    pub(crate) remotes: usize,
}

impl Compiler<'_> {
    /// Makes a node of a check.
    pub(crate) fn node(&mut self, check: &Check) -> Node {
        match check {
            Check::And(checks) => Node::And(self.nodes(checks)),
            Check::False => Node::Constant(false),
            Check::Leaf(leaf) if leaf.kind == "rule" => Node::Rule {
                name: leaf.matching.as_str().into(),
                index: self.names.get(leaf.matching.as_str()).copied().or(self.default),
            },
            Check::Leaf(leaf) => {
                Node::Leaf(Leaf { text: leaf.to_string().into(), test: self.test(leaf) })
            }
            Check::Not(check) => Node::Not(Box::new(self.node(check))),
            Check::Or(checks) => Node::Or(self.nodes(checks)),
            Check::True => Node::Constant(true),
        }
    }

    fn nodes(&mut self, checks: &[Check]) -> Box<[Node]> {
        checks.iter().map(|check| self.node(check)).collect()
    }

    fn test(&mut self, leaf: &rule::Leaf) -> Test {
        let wanted = Template::new(&leaf.matching);
        match leaf.kind.as_str() {
            "role" => {
                let letters = match &wanted {
                    Template::Text(name) => Some(Letters::of(name)),
                    Template::Key(_) | Template::Parts(_) => None,
                };
                Test::Role { wanted, letters }
            }
            "http" | "https" => {
                let number = self.remotes;
                self.remotes += 1;
                Test::Remote { number, url: Template::new(&leaf.to_string()) }
            }
            kind => match kind_of(kind) {
                Kind::Literal(literal) => Test::Literal { literal: literal.into(), wanted },
                Kind::Path => {
                    Test::Attribute { path: kind.split('.').map(Box::from).collect(), wanted }
                }
                Kind::Unreadable(why) => Test::Unreadable { why, wanted },
            },
        }
    }
}

/// What a node costs at worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    /// How deep the deepest check lies, through references too.
    pub(crate) depth: usize,
    /// How many nodes are asked if none lets others be skipped.
    pub(crate) steps: usize,
}

/// Measures a node that lies `depth` deep; `rule` measures the rules that it refers to, and is told
/// how deep they lie.
pub(crate) fn measure<E>(
    node: &Node,
    depth: usize,
    rule: &mut impl FnMut(usize, usize) -> Result<Measure, E>,
) -> Result<Measure, E> {
    let depth = depth + 1;
    let mut total = Measure { depth: 0, steps: 0 };
    let mut add = |inner: Measure| {
        total.depth = total.depth.max(inner.depth);
        total.steps = total.steps.saturating_add(inner.steps);
    };
    match node {
        Node::And(nodes) | Node::Or(nodes) => {
            for node in nodes {
                add(measure(node, depth, rule)?);
            }
        }
        Node::Not(node) => add(measure(node, depth, rule)?),
        Node::Rule { index: Some(index), .. } => add(rule(*index, depth)?),
        Node::Constant(_) | Node::Leaf(_) | Node::Rule { index: None, .. } => {}
    }
    Ok(Measure { depth: total.depth + 1, steps: total.steps.saturating_add(1) })
}

/// How deep a rule may be, so that walking through it needs little stack.
pub(crate) const MAX_DEPTH: usize = 256;

/// How many nodes a rule may ask. References multiply: thirty rules that each name the next one
/// twice ask a thousand million.
pub(crate) const MAX_STEPS: usize = 100_000;
