//! Asks a rule.

use super::template::Template;
use super::{Fault, Leaf, Letters, Node, Problem, Test};
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

/// Why an evaluation ended without a verdict. It is rare, so it is boxed where it is returned.
#[derive(Debug)]
pub(crate) enum Stop<'p> {
    /// A remote check was reached that nobody has answered.
    Ask(Question<'p>),
    /// A check cannot be decided.
    Fault(Fault<'p>),
}

impl<'p, T: Target + ?Sized, C: Credentials + ?Sized> Evaluation<'_, 'p, T, C> {
    /// Asks from left to right, and no further than needed.
    pub(crate) fn node(&self, node: &'p Node) -> Result<bool, Box<Stop<'p>>> {
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
    pub(crate) fn leaf(&self, leaf: &'p Leaf) -> Result<bool, Box<Stop<'p>>> {
        let verdict = match &leaf.test {
            Test::Role { wanted, letters } => {
                self.fill(wanted, |wanted| self.has_role(wanted, *letters))
            }
            Test::Attribute { path, wanted } => {
                self.fill(wanted, |wanted| self.matches(path, wanted))
            }
            Test::Literal { literal, wanted } => {
                self.fill(wanted, |wanted| Ok(same_text(wanted, Value::Text(literal))))
            }
            Test::Unreadable { why, wanted } => self.fill(wanted, |_| Err((*why).into())),
            Test::Remote { number, url } => match self.answers.get(*number) {
                Some(answer) => Ok(answer),
                None => return Err(Box::new(self.question(leaf, *number, url))),
            },
        };
        verdict.map_err(|problem| Box::new(fault(leaf, problem)))
    }

    /// A target without one of the keys makes a check false.
    fn fill(
        &self,
        wanted: &'p Template,
        compare: impl FnOnce(Value<'_>) -> Result<bool, Problem<'p>>,
    ) -> Result<bool, Problem<'p>> {
        wanted.fill(self.target, compare).map(Option::unwrap_or_default)
    }

    fn has_role(&self, wanted: Value<'_>, known: Option<Letters>) -> Result<bool, Problem<'p>> {
        match attribute(self.credentials, "roles") {
            None => Ok(false),
            Some(Value::List(roles)) => with_text(wanted, |wanted| {
                among(wanted, known.unwrap_or_else(|| Letters::of(wanted)), roles)
            }),
            Some(_) => Err(Problem::Roles),
        }
    }

    fn matches(&self, path: &'p [Box<str>], wanted: Value<'_>) -> Result<bool, Problem<'p>> {
        let Some((name, rest)) = path.split_first() else {
            return Ok(false);
        };
        match attribute(self.credentials, name) {
            None => Ok(false),
            Some(value) => any_element(value, rest, wanted),
        }
    }

    fn question(&self, leaf: &'p Leaf, number: usize, url: &'p Template) -> Stop<'p> {
        match url.fill(self.target, |url| Ok(with_text(url, str::to_owned))) {
            Ok(Some(url)) => Stop::Ask(Question::new(number, &leaf.text, url)),
            Ok(None) => fault(leaf, Problem::RemoteKey),
            Err(problem) => fault(leaf, problem),
        }
    }
}

fn fault<'p>(leaf: &'p Leaf, problem: Problem<'p>) -> Stop<'p> {
    Stop::Fault(Fault { check: &leaf.text, problem })
}

/// Whether `wanted` is one of `roles`, in any case.
fn among<'p>(wanted: &str, letters: Letters, roles: &dyn List) -> Result<bool, Problem<'p>> {
    match letters {
        Letters::Ascii => {
            let first = wanted.as_bytes().first().map(u8::to_ascii_lowercase);
            // Most roles differ in length or in the first letter.
            any_role(roles, |role| {
                role.len() == wanted.len()
                    && role.as_bytes().first().map(u8::to_ascii_lowercase) == first
                    && role.eq_ignore_ascii_case(wanted)
            })
        }
        Letters::Any => any_role(roles, |role| same_letters(wanted, role)),
    }
}

/// All roles are looked at: one that is no text makes the list unusable, wherever it stands.
fn any_role<'p>(roles: &dyn List, is_wanted: impl Fn(&str) -> bool) -> Result<bool, Problem<'p>> {
    let mut found = false;
    let mut index = 0;
    while let Some(role) = roles.item(index) {
        let Value::Text(role) = role else {
            return Err(Problem::Roles);
        };
        found |= is_wanted(role);
        index += 1;
    }
    Ok(found)
}

fn same_letters(wanted: &str, role: &str) -> bool {
    if wanted.is_ascii() && role.is_ascii() {
        return wanted.eq_ignore_ascii_case(role);
    }
    wanted.to_lowercase() == role.to_lowercase()
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
