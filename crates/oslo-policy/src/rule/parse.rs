//! The language of rules written as text.
//!
//! `not` binds closer than `and`, `and` closer than `or`. The tree is the one that Python builds,
//! so that it prints the same.

use super::piece::{Piece, Placed, pieces};
use super::{Check, Flaw, Reason};

/// The tree, and everything in the text that became `!`.
pub(super) fn parse(text: &str) -> (Check, Vec<Flaw>) {
    if text.is_empty() {
        return (Check::True, Vec::new());
    }
    let mut parser = Parser { open: Vec::new(), current: Level::default(), flaws: Vec::new() };
    let parsed = parser.all(text);
    let check = parsed.unwrap_or_else(|flaw| {
        parser.flaws.push(flaw);
        Check::False
    });
    (check, parser.flaws)
}

struct Parser<'a> {
    /// The levels around the current one, outermost first.
    open: Vec<Level<'a>>,
    current: Level<'a>,
    flaws: Vec<Flaw>,
}

/// What stands between two parentheses, as far as it was read.
#[derive(Default)]
struct Level<'a> {
    /// The parts that an `or` has closed.
    any: Vec<Tree>,
    /// The parts since then.
    all: Vec<Tree>,
    /// How many `not` wait for a check.
    nots: usize,
    /// The operator after which a check must follow.
    operator: Option<&'a str>,
    /// The depth of the deepest check.
    depth: usize,
}

/// A check, and whether a further `and` is joined into it.
struct Tree {
    check: Check,
    joins: bool,
}

impl<'a> Parser<'a> {
    fn all(&mut self, text: &'a str) -> Result<Check, Flaw> {
        let mut blank = true;
        for placed in pieces(text) {
            blank = false;
            self.take(placed)?;
        }
        let end = |reason| Flaw { reason, piece: String::new(), at: text.len() };
        if blank {
            return Err(end(Reason::Blank));
        }
        if self.current.wants_check() {
            return Err(end(Reason::MissingCheck));
        }
        if !self.open.is_empty() {
            return Err(end(Reason::Unclosed));
        }
        Ok(std::mem::take(&mut self.current).finish().check)
    }

    fn take(&mut self, placed: Placed<'a>) -> Result<(), Flaw> {
        let flaw = |reason| Flaw { reason, piece: placed.text.to_owned(), at: placed.at };
        let wants_check = self.current.wants_check();
        match placed.piece {
            Piece::Quoted => return Err(flaw(Reason::Quoted)),
            Piece::Check(_) | Piece::Not | Piece::Open if !wants_check => {
                return Err(flaw(Reason::MissingOperator));
            }
            Piece::Close if self.open.is_empty() => return Err(flaw(Reason::Unopened)),
            Piece::And | Piece::Or | Piece::Close if wants_check => {
                return Err(flaw(Reason::MissingCheck));
            }
            Piece::Check(text) => {
                let check = Check::read(text).unwrap_or_else(|| {
                    self.flaws.push(flaw(Reason::NoColon));
                    Check::False
                });
                self.current.add(Tree { check, joins: false }, 0);
            }
            Piece::Not => self.current.nots += 1,
            Piece::And => self.current.operator = Some(placed.text),
            Piece::Or => {
                self.current.operator = Some(placed.text);
                self.current.close_and();
            }
            Piece::Open => self.open.push(std::mem::take(&mut self.current)),
            Piece::Close => {
                let inner = std::mem::replace(
                    &mut self.current,
                    self.open.pop().ok_or_else(|| flaw(Reason::Unopened))?,
                );
                let depth = inner.depth + 1;
                self.current.add(inner.finish(), depth);
            }
        }
        if self.current.depth + self.current.nots + self.open.len() > MAX_DEPTH {
            return Err(flaw(Reason::TooDeep));
        }
        Ok(())
    }
}

impl Level<'_> {
    /// Whether a check must come next.
    fn wants_check(&self) -> bool {
        let empty = self.any.is_empty() && self.all.is_empty();
        empty || self.operator.is_some() || self.nots > 0
    }

    fn add(&mut self, mut tree: Tree, depth: usize) {
        self.depth = self.depth.max(depth + self.nots);
        for _ in 0..std::mem::take(&mut self.nots) {
            tree = Tree { check: Check::Not(Box::new(tree.check)), joins: false };
        }
        self.operator = None;
        self.all.push(tree);
    }

    fn close_and(&mut self) {
        let first = self.any.is_empty();
        let mut trees = std::mem::take(&mut self.all).into_iter();
        let Some(mut head) = trees.next() else {
            return;
        };
        let tail: Vec<Check> = trees.map(|tree| tree.check).collect();
        if !tail.is_empty() {
            head.check = match head.check {
                // Python takes the last part of an `or` up again when an `and` follows it.
                Check::And(mut checks) if head.joins && !first => {
                    checks.extend(tail);
                    Check::And(checks)
                }
                other => Check::And(std::iter::once(other).chain(tail).collect()),
            };
        }
        self.any.push(head);
    }

    fn finish(mut self) -> Tree {
        self.close_and();
        let mut checks: Vec<Check> = self.any.into_iter().map(|tree| tree.check).collect();
        let check = match checks.len() {
            1 => checks.pop().unwrap_or(Check::False),
            _ => Check::Or(checks),
        };
        Tree { check, joins: true }
    }
}

/// Trees are walked by recursion; this keeps it shallow.
pub(super) const MAX_DEPTH: usize = 128;
