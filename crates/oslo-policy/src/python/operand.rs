//! The parts of an expression between its operators: names, literals, calls, what is in brackets.

use super::Unreadable;
use super::expression::{Item, Reader, Reading, Value, collection};
use super::literal::Literal;
use super::token::Token;

impl Reader<'_> {
    pub(super) fn operand(&mut self) -> Reading {
        for sign in ["+", "-", "~"] {
            if self.eat(sign) {
                let value = self.deeper(Self::operand)?;
                return Ok(match value {
                    Value::Literal(number) if number.is_number() && sign != "~" => {
                        let number = if sign == "-" { number.negated() } else { Some(number) };
                        number.map_or(Value::Other, Value::Signed)
                    }
                    Value::Literal(_) | Value::Other | Value::Signed(_) => Value::Other,
                });
            }
        }
        let value = self.primary()?;
        if self.eat("**") {
            self.deeper(Self::operand)?;
            return Ok(Value::Other);
        }
        Ok(value)
    }

    /// An atom with attributes, calls and subscripts.
    fn primary(&mut self) -> Reading {
        let mut value = self.atom()?;
        loop {
            if self.eat(".") {
                let Some(Token::Name(_)) = self.tokens.get(self.at) else {
                    return Err(Unreadable::Syntax);
                };
                self.at += 1;
            } else if self.eat("(") {
                self.arguments()?;
            } else if self.eat("[") {
                if self.ends(Some("]")) {
                    return Err(Unreadable::Syntax);
                }
                self.items(Some("]"), true)?;
            } else {
                return Ok(value);
            }
            value = Value::Other;
        }
    }

    fn arguments(&mut self) -> Reading<()> {
        let (mut named, mut unpacked) = (false, false);
        while !self.eat(")") {
            let name = matches!(
                (self.tokens.get(self.at), self.tokens.get(self.at + 1)),
                (Some(Token::Name(_)), Some(Token::Sign("=")))
            );
            if self.eat("**") {
                unpacked = true;
            } else if name {
                self.at += 2;
                named = true;
            } else if unpacked || (!self.eat("*") && named) {
                return Err(Unreadable::Syntax);
            }
            self.expression()?;
            if self.next_keyword() == Some("for") {
                return Err(Unreadable::Unsupported("a comprehension"));
            }
            if !self.eat(",") && !self.ends(Some(")")) {
                return Err(Unreadable::Syntax);
            }
        }
        Ok(())
    }

    fn atom(&mut self) -> Reading {
        let token = self.tokens.get(self.at).cloned().ok_or(Unreadable::Syntax)?;
        self.at += 1;
        match token {
            Token::Literal(Literal::Text(text)) => Ok(self.joined(text)),
            Token::Literal(literal) => Ok(Value::Literal(literal)),
            Token::Sign("...") => Ok(Value::Literal(Literal::Ellipsis)),
            Token::Sign("(") => self.deeper(|reader| reader.list(Some(")"))),
            Token::Sign("[") => {
                let (items, _) = self.deeper(|reader| reader.items(Some("]"), true))?;
                Ok(collection(items, Literal::List))
            }
            Token::Sign("{") => self.deeper(Self::braces),
            Token::Name("set") if self.followed_by(&["(", ")"]) => {
                self.at += 2;
                Ok(Value::Literal(Literal::Set(Vec::new())))
            }
            Token::Name(_) => Ok(Value::Other),
            Token::Keyword("await" | "yield") => {
                Err(Unreadable::Unsupported("a word for asynchronous code"))
            }
            Token::Keyword(_) | Token::Sign(_) => Err(Unreadable::Syntax),
        }
    }

    /// Strings side by side are one.
    fn joined(&mut self, mut text: String) -> Value {
        while let Some(Token::Literal(Literal::Text(more))) = self.tokens.get(self.at) {
            text.push_str(more);
            self.at += 1;
        }
        Value::Literal(Literal::Text(text))
    }

    /// A set, or the one dictionary that needs no colon.
    fn braces(&mut self) -> Reading {
        if self.eat("}") {
            return Ok(Value::Literal(Literal::EmptyDictionary));
        }
        if self.eat("**") {
            return Err(Unreadable::Unsupported("a dictionary"));
        }
        let (items, _) = self.items(Some("}"), true)?;
        let unhashable = |item: &Item| match item {
            Item::Plain(Value::Literal(literal)) => !literal.is_hashable(),
            Item::Plain(Value::Other | Value::Signed(_)) | Item::Starred => false,
        };
        if items.iter().any(unhashable) {
            return Err(Unreadable::Unsupported("a set of what cannot be in one"));
        }
        Ok(collection(items, Literal::Set))
    }
}
