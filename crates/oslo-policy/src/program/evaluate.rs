//! Asks a rule.

use super::template::{Filled, Template};
use super::{Fault, Leaf, Node, Problem, Test};
use crate::remote::{Answers, Question};
use crate::request::{Credentials, Target, attribute};
use crate::value::{List, Value, same_text, with_text};

/// Everything that the checks of one request need.
pub(crate) struct Evaluation<'a, 'p, T: ?Sized, C: ?Sized> {
    /// The nodes of all rules.
    pub(crate) rules: &'p [Node],
    pub(crate) target: &'a T,
    pub(crate) credentials: &'a C,
    pub(crate) answers: &'a Answers,
}

/// Why an evaluation ended without a verdict.
#[derive(Debug)]
pub(crate) enum Stop<'p> {
    /// A remote check was reached that nobody has answered.
    Ask(Question<'p>),
    /// A check cannot be decided.
    Fault(Fault<'p>),
}

impl<'p, T: Target + ?Sized, C: Credentials + ?Sized> Evaluation<'_, 'p, T, C> {
    /// Asks from left to right, and no further than needed.
    pub(crate) fn node(&self, node: &'p Node) -> Result<bool, Stop<'p>> {
        match node {
            Node::Leaf(leaf) => self.leaf(leaf),
            Node::And(nodes) => {
                for node in nodes {
                    if !self.node(node)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Node::Or(nodes) => {
                for node in nodes {
                    if self.node(node)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Node::Not(node) => self.node(node).map(|verdict| !verdict),
            Node::Constant(verdict) => Ok(*verdict),
            Node::Rule { index, .. } => match index.and_then(|index| self.rules.get(index)) {
                Some(rule) => self.node(rule),
                None => Ok(false),
            },
        }
    }

    /// Asks a single check.
    pub(crate) fn leaf(&self, leaf: &'p Leaf) -> Result<bool, Stop<'p>> {
        let verdict = match &leaf.test {
            Test::Role { wanted } => self.has_role(wanted),
            Test::Attribute { path, wanted } => self.matches(path, wanted),
            Test::Literal { literal, wanted } => self.fill(wanted).map(|filled| {
                filled.is_some_and(|filled| same_text(filled.value(), Value::Text(literal)))
            }),
            Test::Unreadable { why, wanted } => match self.fill(wanted) {
                Ok(Some(_)) => Err(Problem::from(*why)),
                Ok(None) => Ok(false),
                Err(problem) => Err(problem),
            },
            Test::Remote { number, url } => return self.remote(leaf, *number, url),
        };
        verdict.map_err(|problem| Stop::Fault(Fault { check: &leaf.text, problem }))
    }

    fn fill(&self, wanted: &'p Template) -> Result<Option<Filled<'_>>, Problem<'p>> {
        wanted.fill(self.target)
    }

    fn has_role(&self, wanted: &'p Template) -> Result<bool, Problem<'p>> {
        let Some(wanted) = self.fill(wanted)? else {
            return Ok(false);
        };
        match attribute(self.credentials, "roles") {
            None => Ok(false),
            Some(Value::List(roles)) => with_text(wanted.value(), |wanted| among(wanted, roles)),
            Some(_) => Err(Problem::Roles),
        }
    }

    fn matches(&self, path: &'p [Box<str>], wanted: &'p Template) -> Result<bool, Problem<'p>> {
        let Some(wanted) = self.fill(wanted)? else {
            return Ok(false);
        };
        let Some((name, rest)) = path.split_first() else {
            return Ok(false);
        };
        match attribute(self.credentials, name) {
            None => Ok(false),
            Some(value) => any_element(value, rest, wanted.value()),
        }
    }

    fn remote(&self, leaf: &'p Leaf, number: usize, url: &'p Template) -> Result<bool, Stop<'p>> {
        if let Some(verdict) = self.answers.get(number) {
            return Ok(verdict);
        }
        let fault = |problem| Stop::Fault(Fault { check: &leaf.text, problem });
        let filled = self.fill(url).map_err(fault)?.ok_or_else(|| fault(Problem::RemoteKey))?;
        let url = with_text(filled.value(), str::to_owned);
        Err(Stop::Ask(Question::new(number, &leaf.text, url)))
    }
}

/// Whether `wanted` is one of `roles`. All of them are looked at: one that is no text makes the
/// list unusable, wherever it stands.
fn among<'p>(wanted: &str, roles: &dyn List) -> Result<bool, Problem<'p>> {
    let mut found = false;
    let mut index = 0;
    while let Some(role) = roles.item(index) {
        let Value::Text(role) = role else {
            return Err(Problem::Roles);
        };
        found = found || same_role(wanted, role);
        index += 1;
    }
    Ok(found)
}

/// Case does not matter, in any script.
fn same_role(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.to_lowercase() == other.to_lowercase()
}

/// Follows the rest of a path from `value`, which was found by the last step.
fn any_element<'p>(
    value: Value<'_>,
    rest: &'p [Box<str>],
    wanted: Value<'_>,
) -> Result<bool, Problem<'p>> {
    let Value::List(list) = value else {
        return follow(value, rest, wanted);
    };
    let mut index = 0;
    while let Some(item) = list.item(index) {
        if follow(item, rest, wanted)? {
            return Ok(true);
        }
        index += 1;
    }
    Ok(false)
}

fn follow<'p>(
    value: Value<'_>,
    path: &'p [Box<str>],
    wanted: Value<'_>,
) -> Result<bool, Problem<'p>> {
    let Some((name, rest)) = path.split_first() else {
        return Ok(same_text(value, wanted));
    };
    let Value::Map(map) = value else {
        return Err(Problem::NoParts(name));
    };
    map.value(name).map_or(Ok(false), |value| any_element(value, rest, wanted))
}
