//! What is asked for, as rules see it: parts of the path by their names, and what the route lets
//! rules look at besides, as `query.NAME`, `header.NAME` and `body.NAME`.
//!
//! The service reads the same request with rules of its own. Where it could find another value
//! than we do, there is none here: a check on it cannot be decided, and the rule denies.

use http::HeaderMap;
use oslo_policy::{AsValue, Lookup, Target, Value};
use serde_json::Value as Json;

use crate::routing::Part;

use super::Way;
use super::parameters::{Parameters, decoded, same_letters};

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
    query: Parameters<'a>,
    /// Parts of the path that had to be decoded.
    captures: Vec<(&'a str, String)>,
}

impl<'a> Facts<'a> {
    /// Prepares what rules may look at. Allocates only for routes that look at the query, and for
    /// paths with escapes.
    pub(super) fn target(&'a self, way: &'a Way<'a, 'a>) -> Aim<'a> {
        let encoded = |name: &'a str| match way.capture(name) {
            Part::Text(part) if part.contains('%') => {
                Some((name, decoded(part, false).into_owned()))
            }
            _ => None,
        };
        let captures = way.names().filter_map(encoded).collect();
        let query = Parameters::read(self.query, &way.route.query);
        Aim { way, facts: self, query, captures }
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
            Some(("query", name)) => self.query.lookup(name),
            Some(("header", name)) => self.header(name),
            Some(("body", path)) => self.member(path),
            Some(_) => Lookup::Absent,
        }
    }
}

impl Aim<'_> {
    fn capture(&self, name: &str) -> Lookup<'_> {
        if let Some((_, text)) = self.captures.iter().find(|(known, _)| *known == name) {
            return Lookup::Value(Value::Text(text));
        }
        match self.way.capture(name) {
            Part::Nothing => Lookup::Absent,
            Part::Text(text) => Lookup::Value(Value::Text(text)),
            Part::Several => Lookup::Ambiguous,
        }
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
        if place.is_some_and(is_doubtful) {
            return Lookup::Ambiguous;
        }
        place.map(AsValue::as_value).into()
    }
}

/// Whether parsers differ in what number this is: `1.0` is 1 to some, and not all know large ones.
fn is_doubtful(member: &Json) -> bool {
    const EXACT: u64 = 1 << 53;
    let Json::Number(number) = member else { return false };
    number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64()).is_none_or(|it| it > EXACT)
}
