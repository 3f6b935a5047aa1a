//! Query parameters, as rules see them: what some service could find otherwise is no value.

use std::borrow::Cow;

use oslo_policy::{Lookup, Value};

use crate::routing::{decode, escape};

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
        let text = query.filter(|_| !known.is_empty());
        let mut doubtful = Vec::new();
        let found = [&['&'][..], &['&', ';']].map(|marks| {
            let mut found = Vec::new();
            let pairs = || text.iter().flat_map(|text| text.split(marks));
            if pairs().nth(MOST).is_some() {
                doubtful.extend(known.iter().map(|known| &**known));
            }
            for pair in pairs().take(MOST) {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let garbled = is_garbled(name) || is_garbled(value);
                let name = decoded(name, true);
                for known in known {
                    if **known == *name && !garbled {
                        found.push((&**known, decoded(value, true)));
                    } else if is_alike(known, &name) {
                        doubtful.push(&**known);
                    }
                }
            }
            found
        });
        Self { found, doubtful }
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

/// Whether decoders differ: in escapes that are none, and in bytes that are no UTF-8.
fn is_garbled(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    escapes.any(|(at, _)| escape(bytes, at).is_none()) || decoded(text, true).contains(GARBLED)
}

/// What stands in decoded text for bytes that are no UTF-8.
const GARBLED: char = '\u{fffd}';

/// Whether some service takes one parameter for the other. PHP drops blanks before a name and what
/// follows NUL, and makes `_` of blanks, dots and a `[` that is never closed; `a[]`, `a[b]` and `[a]` are
/// `a` to it, to Rails and to qs.
fn is_alike(one: &str, other: &str) -> bool {
    let brackets = ['[', ']'];
    let trim = |name: &str| {
        let name = name.split('\0').next().unwrap_or_default();
        name.trim().trim_start_matches(brackets).to_owned()
    };
    let readings = |name: &str| {
        let name = trim(name);
        let list = name.split(brackets).next().unwrap_or_default().to_owned();
        [list, name].map(|name| name.replace(['.', ' ', '['], "_").replace(GARBLED, ""))
    };
    let (ones, others) = (readings(one), readings(other));
    ones.iter().any(|one| others.iter().any(|other| same_letters(one, other)))
}

/// Whether two names differ at most in the case of letters, those outside ASCII that fold into it
/// included.
pub(super) fn same_letters(one: &str, other: &str) -> bool {
    let folded = |text: &str| {
        let upper = text.chars().flat_map(char::to_uppercase).collect::<Vec<_>>();
        upper.into_iter().flat_map(char::to_lowercase)
    };
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    folded(one).eq(folded(other))
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
