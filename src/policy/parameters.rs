//! Query parameters, as rules see them: what some service could find otherwise is no value.

use std::borrow::Cow;

use oslo_policy::{Lookup, Value};

use crate::routing::{decode, is_encoded_well};

/// Those that a route's rules may ask for.
pub(super) struct Parameters<'a> {
    /// Decoded: as servers find them for which `&` alone divides, and as those find them that take `;`
    /// for it as well.
    found: [Vec<(&'a str, Cow<'a, str>)>; 2],
    /// Those of which a service may find another value, or none.
    doubtful: Vec<&'a str>,
}

impl<'a> Parameters<'a> {
    /// Reads those `known` to a route. Allocates only where there are such.
    pub(super) fn read(query: Option<&'a str>, known: &'a [Box<str>]) -> Self {
        let mut parameters = Self { found: Default::default(), doubtful: Vec::new() };
        let Some(text) = query.filter(|_| !known.is_empty()) else { return parameters };
        let known: Vec<_> = known.iter().map(|name| (&**name, Spellings::of(name))).collect();
        let strict = parameters.read_pairs(&text.split('&').collect::<Vec<_>>(), &known);
        let lax = if text.contains(';') {
            parameters.read_pairs(&text.split(['&', ';']).collect::<Vec<_>>(), &known)
        } else {
            strict.clone()
        };
        parameters.found = [strict, lax];
        parameters
    }

    fn read_pairs(
        &mut self,
        pairs: &[&'a str],
        known: &[(&'a str, Spellings)],
    ) -> Vec<(&'a str, Cow<'a, str>)> {
        let mut found = Vec::new();
        if pairs.len() > MOST {
            self.doubtful.extend(known.iter().map(|(known, _)| known));
            return found;
        }
        for pair in pairs {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = certain(name) else {
                // It may be any.
                self.doubtful.extend(known.iter().map(|(known, _)| known));
                continue;
            };
            let spellings = Spellings::of(&name);
            for (known, alike) in known {
                match (*known == name).then(|| certain(value)).flatten() {
                    Some(value) => found.push((*known, value)),
                    None if spellings.meet(alike) => self.doubtful.push(known),
                    None => {}
                }
            }
        }
        found
    }

    /// The same for both kinds of servers: not there for one and there for the other is no value
    /// either.
    pub(super) fn lookup(&self, name: &str) -> Lookup<'_> {
        let [strict, lax] = self.found.each_ref().map(|found| {
            let of_that_name = found.iter().filter(move |(known, _)| *known == name);
            of_that_name.map(|(_, value)| Value::Text(value))
        });
        let differ = strict.clone().next().is_some() != lax.clone().next().is_some();
        if differ || self.doubtful.contains(&name) {
            return Lookup::Ambiguous;
        }
        Lookup::of(strict.chain(lax))
    }
}

/// More than this are not looked at; PHP and qs read no more than 1000.
const MOST: usize = 500;

/// What all decoders make of a text; `None` for escapes that are none, and bytes that are no UTF-8.
fn certain(text: &str) -> Option<Cow<'_, str>> {
    let decoded = is_encoded_well(text.as_bytes()).then(|| decoded(text, true));
    decoded.filter(|text| !text.contains(char::REPLACEMENT_CHARACTER))
}

/// How services may spell the name of a parameter.
struct Spellings {
    /// The parts of `a[b][c]`, by which Rails and qs find it in a list, and PHP where the brackets are
    /// closed. A part in brackets without a name stands for any. Without brackets before the first, as `[a]` is
    /// `a` to qs.
    parts: Vec<String>,
    /// As PHP has it where a bracket is never closed, which is then a `_`.
    plain: String,
}

impl Spellings {
    /// PHP drops blanks before a name and what follows NUL, and makes `_` of blanks and dots.
    fn of(name: &str) -> Self {
        let name = name.split('\0').next().unwrap_or_default().trim();
        let name = folded(name.trim_start_matches(BRACKETS)).replace(['.', ' '], "_");
        let plain = name.replace('[', "_");
        let (first, rest) = name.split_once(BRACKETS).unwrap_or((&name, ""));
        let rest = rest.split('[').map(|part| part.trim_end_matches(']'));
        let parts = [first].into_iter().chain(rest.filter(|_| name.contains(BRACKETS)));
        Self { parts: parts.map(str::to_owned).collect(), plain }
    }

    /// Whether some service takes the one for the other, or for what the other is a part of.
    fn meet(&self, other: &Self) -> bool {
        let same =
            |(one, other): (&String, &String)| one.is_empty() || other.is_empty() || one == other;
        let first = self.parts.first() == other.parts.first();
        self.plain == other.plain || (first && self.parts.iter().zip(&other.parts).all(same))
    }
}

const BRACKETS: [char; 2] = ['[', ']'];

/// Whether two names differ at most in the case of letters, those outside ASCII that fold into it
/// included.
pub(super) fn same_letters(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    folded(one) == folded(other)
}

fn folded(text: &str) -> String {
    let upper = text.chars().flat_map(char::to_uppercase).collect::<Vec<_>>();
    upper.into_iter().flat_map(char::to_lowercase).collect()
}

/// Percent-decoded text, with what is not UTF-8 then marked as such.
pub(super) fn decoded(text: &str, form: bool) -> Cow<'_, str> {
    let has_marks = text.contains('%') || (form && text.contains('+'));
    if !has_marks {
        return Cow::Borrowed(text);
    }
    let text = if form { text.replace('+', " ") } else { text.to_owned() };
    String::from_utf8_lossy(&decode(text.as_bytes())).into_owned().into()
}
