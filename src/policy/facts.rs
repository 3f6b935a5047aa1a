//! What is asked for, as rules see it: parts of the path by their names, and what the route lets
//! rules look at besides, as `query.NAME`, `header.NAME` and `body.NAME`.
//!
//! The service reads the same request with rules of its own. Where it could find another value
//! than we do, there is none here: a check on it cannot be decided, and the rule denies.

use std::borrow::Cow;

use http::HeaderMap;
use oslo_policy::{AsValue, Lookup, Target, Value};
use serde_json::Value as Json;

use crate::routing::decode;

use super::Way;

/// What is known of a request besides its method, host and path.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What stands behind the question mark.
    pub query: Option<&'a str>,
    /// The client's fields.
    pub headers: &'a HeaderMap,
    /// What the body says.
    pub body: Said<'a>,
}

/// What a body says to rules.
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// This; no member stands twice in it.
    Members(&'a Json),
    /// There is none, or the route does not ask for it.
    Nothing,
    /// It is no JSON, or too long: what the service finds in it is not known.
    Unreadable,
}

/// The facts of one request on its way.
pub(super) struct Aim<'a> {
    way: &'a Way<'a, 'a>,
    facts: &'a Facts<'a>,
    /// Query parameters that rules may ask for, decoded: as servers find them for which `&` alone
    /// divides, and as those find them that take `;` for it as well.
    query: [Vec<(&'a str, Cow<'a, str>)>; 2],
    /// Those of them for which a service may take a parameter of another name.
    alike: Vec<&'a str>,
    /// Parts of the path that had to be decoded.
    captures: Vec<(&'a str, String)>,
}

impl<'a> Facts<'a> {
    /// Prepares what rules may look at. Allocates only for routes that look at the query, and for
    /// paths with escapes.
    pub(super) fn target(&'a self, way: &'a Way<'a, 'a>) -> Aim<'a> {
        let text = self.query.filter(|_| !way.route.query.is_empty());
        let mut alike = Vec::new();
        let query = [&['&'][..], &['&', ';']].map(|marks| {
            let mut found = Vec::new();
            for pair in text.iter().flat_map(|text| text.split(marks)) {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let name = decoded(name, true);
                for known in &way.route.query {
                    if **known == *name {
                        found.push((&**known, decoded(value, true)));
                    } else if is_alike(known, &name) {
                        alike.push(&**known);
                    }
                }
            }
            found
        });
        let encoded = |name: &'a str| {
            let part = way.capture(name).filter(|part| part.contains('%'))?;
            Some((name, decoded(part, false).into_owned()))
        };
        let captures = way.names().filter_map(encoded).collect();
        Aim { way, facts: self, query, alike, captures }
    }
}

impl Facts<'_> {
    /// What rules may look at, for another server: parts of the path by their names, and what the
    /// route names besides. `None` where something could be found in several ways: left out, it
    /// would look to the other server like something that nobody asked for.
    pub fn to_json(&self, way: &Way<'_, '_>) -> Option<Json> {
        let aim = self.target(way);
        let query = way.route.query.iter().map(|name| format!("query.{name}"));
        let headers = way.route.headers.iter().map(|name| format!("header.{name}"));
        let names = way.names().map(str::to_owned).chain(query).chain(headers);
        let mut members = serde_json::Map::new();
        for name in names {
            match aim.lookup(&name) {
                Lookup::Value(Value::Text(text)) => {
                    let text = Json::from(text);
                    members.insert(name, text);
                }
                Lookup::Value(_) | Lookup::Absent => {}
                Lookup::Ambiguous => return None,
            }
        }
        match self.body {
            Said::Members(body) => members.extend([("body".to_owned(), body.clone())]),
            Said::Nothing => {}
            Said::Unreadable => return None,
        }
        Some(Json::Object(members))
    }
}

impl Target for Aim<'_> {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        match key.split_once('.') {
            None => self.capture(key),
            Some(("query", name)) => self.parameter(name),
            Some(("header", name)) => self.header(name),
            Some(("body", path)) => self.member(path),
            Some(_) => Lookup::Absent,
        }
    }
}

impl Aim<'_> {
    fn capture(&self, name: &str) -> Lookup<'_> {
        let decoded = self.captures.iter().find(|(known, _)| *known == name);
        let text = decoded.map(|(_, text)| text.as_str()).or_else(|| self.way.capture(name));
        text.map(Value::Text).into()
    }

    /// The same for both kinds of servers: not there for one and there for the other is no value
    /// either.
    fn parameter(&self, name: &str) -> Lookup<'_> {
        let [strict, lax] = self.query.each_ref().map(|found| {
            let of_that_name = found.iter().filter(move |(known, _)| *known == name);
            of_that_name.map(|(_, value)| Value::Text(value))
        });
        let differ = strict.clone().next().is_some() != lax.clone().next().is_some();
        if differ || self.alike.contains(&name) {
            return Lookup::Ambiguous;
        }
        Lookup::of(strict.chain(lax))
    }

    fn header(&self, name: &str) -> Lookup<'_> {
        if !self.way.route.headers.iter().any(|known| known.as_str() == name) {
            return Lookup::Absent;
        }
        let mut values = Vec::new();
        for value in self.facts.headers.get_all(name) {
            match str::from_utf8(value.as_bytes()) {
                Ok(text) => values.push(Value::Text(text)),
                Err(_) => return Lookup::Ambiguous,
            }
        }
        Lookup::of(values)
    }

    /// Some parsers, Go's among them, take a member for another whose name differs in the case of
    /// letters alone.
    fn member(&self, path: &str) -> Lookup<'_> {
        let mut place = match self.facts.body {
            Said::Members(body) => Some(body),
            Said::Nothing => None,
            Said::Unreadable => return Lookup::Ambiguous,
        };
        for name in path.split('.') {
            place = match place {
                Some(Json::Array(items)) => name.parse::<usize>().ok().and_then(|at| items.get(at)),
                Some(Json::Object(members)) => {
                    if members.keys().any(|other| other != name && same_letters(other, name)) {
                        return Lookup::Ambiguous;
                    }
                    members.get(name)
                }
                Some(_) | None => None,
            };
        }
        place.map(AsValue::as_value).into()
    }
}

/// Whether some service takes one parameter for the other: PHP drops blanks before a name and what
/// follows NUL, makes `_` of blanks and dots, and takes `[]` for a list, as Rails does.
fn is_alike(one: &str, other: &str) -> bool {
    let as_php = |name: &str| {
        let name = name.trim().split(['[', '\0']).next().unwrap_or_default();
        name.replace(['.', ' '], "_")
    };
    same_letters(&as_php(one), &as_php(other))
}

/// Whether two names differ at most in the case of letters, those outside ASCII that fold into it
/// included.
fn same_letters(one: &str, other: &str) -> bool {
    let folded = |text: &str| {
        let upper = text.chars().flat_map(char::to_uppercase).collect::<Vec<_>>();
        upper.into_iter().flat_map(char::to_lowercase)
    };
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    folded(one).eq(folded(other))
}

/// Percent-decoded text; what is not UTF-8 then is marked as such and equals nothing.
fn decoded(text: &str, form: bool) -> Cow<'_, str> {
    let has_marks = text.contains('%') || (form && text.contains('+'));
    if !has_marks {
        return Cow::Borrowed(text);
    }
    let text = if form { text.replace('+', " ") } else { text.to_owned() };
    String::from_utf8_lossy(&decode(text.as_bytes())).into_owned().into()
}
