//! Asks a rule and keeps a record of every check.

use std::fmt::{self, Display, Formatter};

use super::{Evaluation, Leaf, Node, Stop, Test};
use crate::request::{Credentials, Target, attribute};
use crate::value::{Value, with_text};

/// What came of a check, and of the checks in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// What joins the parts.
    pub connective: Connective,
    /// A single check as it was written, or the name of the rule that is referred to; else empty.
    pub text: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What was compared.
    pub compared: Option<Comparison>,
    /// The checks in it, those that were skipped too. A rule that was skipped is not opened.
    pub parts: Vec<Self>,
}

/// What joins the parts of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connective {
    /// All of the parts.
    And,
    /// Nothing: a single check, `@` or `!`.
    Leaf,
    /// The opposite of its one part.
    Not,
    /// One of the parts.
    Or,
    /// The rule that is its one part.
    Rule,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is false.
    False,
    /// Its verdict was not needed any more.
    Skipped,
    /// It is true.
    True,
    /// It has no verdict, for this reason, so the whole rule denies.
    Undecided(String),
}

/// The two sides of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What the credentials have, or the literal; `None` when there is nothing.
    pub left: Option<String>,
    /// What the check wants, with the values of the target; `None` when the target lacks one.
    pub right: Option<String>,
}

impl Outcome {
    /// One word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::False => "false",
            Self::Skipped => "skipped",
            Self::True => "true",
            Self::Undecided(_) => "undecided",
        }
    }
}

impl<'p, T: Target + ?Sized, C: Credentials + ?Sized> Evaluation<'_, 'p, T, C> {
    /// Asks as [`Evaluation::node`] does; `asked` is whether the verdict is needed.
    pub(crate) fn trace(&self, node: &'p Node, asked: bool) -> Trace {
        match node {
            Node::Constant(verdict) => {
                let text = if *verdict { "@" } else { "!" };
                Trace::leaf(text, if asked { (*verdict).into() } else { Outcome::Skipped }, None)
            }
            Node::Leaf(leaf) if asked => {
                Trace::leaf(&leaf.text, self.outcome(leaf), self.compared(leaf))
            }
            Node::Leaf(leaf) => Trace::leaf(&leaf.text, Outcome::Skipped, None),
            Node::And(nodes) => self.trace_all(Connective::And, nodes, asked, &Outcome::False),
            Node::Or(nodes) => self.trace_all(Connective::Or, nodes, asked, &Outcome::True),
            Node::Not(node) => {
                let part = self.trace(node, asked);
                let outcome = match &part.outcome {
                    Outcome::False => Outcome::True,
                    Outcome::True => Outcome::False,
                    other => other.clone(),
                };
                Trace::of(Connective::Not, outcome, vec![part])
            }
            Node::Rule { name, index } => {
                let rule = index.and_then(|index| self.rules.get(index)).filter(|_| asked);
                let parts = Vec::from_iter(rule.map(|rule| self.trace(rule, true)));
                let outcome = match parts.first() {
                    Some(part) => part.outcome.clone(),
                    None if asked => Outcome::False,
                    None => Outcome::Skipped,
                };
                Trace { text: name.to_string(), ..Trace::of(Connective::Rule, outcome, parts) }
            }
        }
    }

    /// `decisive` is the outcome of a part after which no other is needed.
    fn trace_all(
        &self,
        connective: Connective,
        nodes: &'p [Node],
        asked: bool,
        decisive: &Outcome,
    ) -> Trace {
        let mut outcome = if !asked {
            Outcome::Skipped
        } else if *decisive == Outcome::True {
            Outcome::False
        } else {
            Outcome::True
        };
        let mut open = asked;
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            let part = self.trace(node, open);
            if open && (part.outcome == *decisive || matches!(part.outcome, Outcome::Undecided(_)))
            {
                open = false;
                outcome = part.outcome.clone();
            }
            parts.push(part);
        }
        Trace::of(connective, outcome, parts)
    }

    fn outcome(&self, leaf: &'p Leaf) -> Outcome {
        match self.leaf(leaf).map_err(|stop| *stop) {
            Ok(verdict) => verdict.into(),
            Err(Stop::Fault(fault)) => Outcome::Undecided(fault.problem.to_string()),
            Err(Stop::Ask(question)) => {
                Outcome::Undecided(format!("{} was not asked", question.url()))
            }
        }
    }

    fn compared(&self, leaf: &'p Leaf) -> Option<Comparison> {
        let text = |value: Value<'_>| with_text(value, str::to_owned);
        let (left, wanted) = match &leaf.test {
            Test::Role { wanted, .. } => (attribute(self.credentials, "roles").map(text), wanted),
            Test::Attribute { path, wanted } => (self.left(path), wanted),
            Test::Literal { literal, wanted } => (Some(literal.to_string()), wanted),
            Test::Unreadable { .. } | Test::Remote { .. } => return None,
        };
        let right = wanted.fill(self.target, |wanted| Ok(text(wanted))).ok()?;
        Some(Comparison { left, right })
    }

    /// What a path leads to, or where a list lies on its way, that list.
    fn left(&self, path: &[Box<str>]) -> Option<String> {
        let mut names = path.iter();
        let mut value = attribute(self.credentials, names.next()?)?;
        for name in names {
            match value {
                Value::Map(map) => value = map.value(name)?,
                _ => break,
            }
        }
        Some(with_text(value, str::to_owned))
    }
}

impl Trace {
    fn leaf(text: &str, outcome: Outcome, compared: Option<Comparison>) -> Self {
        Self { text: text.to_owned(), compared, ..Self::of(Connective::Leaf, outcome, Vec::new()) }
    }

    fn of(connective: Connective, outcome: Outcome, parts: Vec<Self>) -> Self {
        Self { connective, text: String::new(), outcome, compared: None, parts }
    }

    fn write(&self, out: &mut Formatter<'_>, depth: usize) -> fmt::Result {
        let mark = self.outcome.as_str();
        write!(out, "{mark:<9} {:indent$}", "", indent = depth * 2)?;
        match self.connective {
            Connective::And => out.write_str("and")?,
            Connective::Leaf => out.write_str(&self.text)?,
            Connective::Not => out.write_str("not")?,
            Connective::Or => out.write_str("or")?,
            Connective::Rule => write!(out, "rule:{}", self.text)?,
        }
        if let Some(Comparison { left, right }) = &self.compared {
            let or_nothing = |side: &Option<String>| match side {
                Some(text) => format!("`{text}`"),
                None => "nothing".to_owned(),
            };
            write!(out, "   {} against {}", or_nothing(left), or_nothing(right))?;
        }
        match &self.outcome {
            Outcome::Undecided(why) if self.connective == Connective::Leaf => {
                writeln!(out, "   {why}")?;
            }
            _ => writeln!(out)?,
        }
        self.parts.iter().try_for_each(|part| part.write(out, depth + 1))
    }
}

/// One line for each check, with its outcome in front and what was compared behind.
impl Display for Trace {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.write(out, 0)
    }
}

impl From<bool> for Outcome {
    fn from(verdict: bool) -> Self {
        if verdict { Self::True } else { Self::False }
    }
}
