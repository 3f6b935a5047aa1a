//! Recognises Python's expressions and evaluates those that are literals.
//!
//! For the rule language it only matters whether a text is an expression at all, so operators are
//! not told apart by precedence: what is valid does not depend on it.

use super::Unreadable;
use super::literal::{COMPLEX, Literal};
use super::token::{Token, tokens};

/// Reads one expression: `None` when it is no literal.
pub(super) fn read(text: &str) -> Result<Option<Literal>, Unreadable> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0 };
    let value = reader.list(None)?;
    match value {
        Value::Literal(literal) | Value::Signed(literal) => Ok(Some(literal)),
        Value::Other => Ok(None),
    }
}

/// What an expression is worth here.
pub(super) enum Value {
    /// A literal.
    Literal(Literal),
    /// Not a literal.
    Other,
    /// A number with a sign, which takes no second one.
    Signed(Literal),
}

/// Reads tokens from left to right.
pub(super) struct Reader<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) at: usize,
    depth: usize,
}

pub(super) type Reading<T = Value> = Result<T, Unreadable>;

impl<'a> Reader<'a> {
    /// Expressions with commas between them, up to `close` or the end. One without a comma is
    /// itself, several are a tuple.
    pub(super) fn list(&mut self, close: Option<&'static str>) -> Reading {
        let starred = close.is_some();
        let (mut items, commas) = self.items(close, starred)?;
        match (items.len(), commas) {
            (0, _) if close.is_none() => Err(Unreadable::Syntax),
            (1, 0) => match items.pop() {
                Some(Item::Plain(value)) => Ok(value),
                _ => Err(Unreadable::Syntax),
            },
            _ => Ok(collection(items, Literal::Tuple)),
        }
    }

    pub(super) fn items(
        &mut self,
        close: Option<&'static str>,
        starred: bool,
    ) -> Reading<(Vec<Item>, usize)> {
        let (mut items, mut commas) = (Vec::new(), 0);
        while !self.ends(close) {
            if starred && self.eat("*") {
                self.operands()?;
                items.push(Item::Starred);
            } else {
                items.push(Item::Plain(self.expression()?));
            }
            if self.eat(",") {
                commas += 1;
            } else if self.ends(close) {
                break;
            } else if self.next_keyword() == Some("for") {
                return Err(Unreadable::Unsupported("a comprehension"));
            } else {
                return Err(Unreadable::Syntax);
            }
        }
        match close {
            Some(close) => self.expect(close)?,
            None if self.at < self.tokens.len() => return Err(Unreadable::Syntax),
            None => {}
        }
        Ok((items, commas))
    }

    pub(super) fn expression(&mut self) -> Reading {
        self.deeper(|reader| {
            let mut value = reader.negation()?;
            while matches!(reader.next_keyword(), Some("and" | "or")) {
                reader.at += 1;
                reader.negation()?;
                value = Value::Other;
            }
            if reader.eat_keyword("if") {
                reader.expression()?;
                if !reader.eat_keyword("else") {
                    return Err(Unreadable::Syntax);
                }
                reader.expression()?;
                value = Value::Other;
            }
            Ok(value)
        })
    }

    fn negation(&mut self) -> Reading {
        let mut value = None;
        while self.eat_keyword("not") {
            value = Some(Value::Other);
        }
        let operands = self.operands()?;
        Ok(value.unwrap_or(operands))
    }

    /// Operands with arithmetic and comparison between them.
    pub(super) fn operands(&mut self) -> Reading {
        let mut value = self.operand()?;
        while self.eat_operator() {
            let right = self.operand()?;
            for side in [&value, &right] {
                if let Value::Literal(Literal::Unsupported(COMPLEX)) = side {
                    return Err(Unreadable::Unsupported(COMPLEX));
                }
            }
            value = Value::Other;
        }
        Ok(value)
    }

    fn eat_operator(&mut self) -> bool {
        let length = match (self.tokens.get(self.at), self.tokens.get(self.at + 1)) {
            (Some(Token::Sign(sign)), _) if OPERATORS.contains(sign) => 1,
            (Some(Token::Keyword("not")), Some(Token::Keyword("in")))
            | (Some(Token::Keyword("is")), Some(Token::Keyword("not"))) => 2,
            (Some(Token::Keyword("in" | "is")), _) => 1,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Reading<T>) -> Reading<T> {
        if self.depth >= MAX_DEPTH {
            return Err(Unreadable::Unsupported("nesting this deep"));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    pub(super) fn ends(&self, close: Option<&str>) -> bool {
        match (self.tokens.get(self.at), close) {
            (None, _) => true,
            (Some(Token::Sign(sign)), Some(close)) => *sign == close,
            (Some(_), _) => false,
        }
    }

    pub(super) fn eat(&mut self, sign: &str) -> bool {
        let eaten = matches!(self.tokens.get(self.at), Some(Token::Sign(next)) if *next == sign);
        self.at += usize::from(eaten);
        eaten
    }

    pub(super) fn expect(&mut self, sign: &str) -> Reading<()> {
        if self.eat(sign) { Ok(()) } else { Err(Unreadable::Syntax) }
    }

    pub(super) fn next_keyword(&self) -> Option<&'a str> {
        match self.tokens.get(self.at) {
            Some(Token::Keyword(word)) => Some(word),
            _ => None,
        }
    }

    fn eat_keyword(&mut self, word: &str) -> bool {
        let eaten = self.next_keyword() == Some(word);
        self.at += usize::from(eaten);
        eaten
    }

    pub(super) fn followed_by(&self, signs: &[&str]) -> bool {
        let next = self.tokens.get(self.at..).unwrap_or_default();
        next.len() >= signs.len()
            && next
                .iter()
                .zip(signs)
                .all(|(token, sign)| matches!(token, Token::Sign(next) if next == sign))
    }
}

/// One of several expressions with commas between them.
pub(super) enum Item {
    Plain(Value),
    Starred,
}

/// A collection is a literal if all of its items are.
pub(super) fn collection(items: Vec<Item>, make: impl FnOnce(Vec<Literal>) -> Literal) -> Value {
    let literals: Option<Vec<_>> = items
        .into_iter()
        .map(|item| match item {
            Item::Plain(Value::Literal(literal) | Value::Signed(literal)) => Some(literal),
            Item::Plain(Value::Other) | Item::Starred => None,
        })
        .collect();
    literals.map_or(Value::Other, |literals| Value::Literal(make(literals)))
}

const OPERATORS: &[&str] = &[
    "//", "<<", ">>", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "@", "&", "|", "^", "<", ">",
];

/// Far more than a rule needs, and little enough to recurse.
const MAX_DEPTH: usize = 48;
