//! Which items of two lists are the same thing, perhaps with other contents.

use std::collections::HashMap;

use serde_json::Value;

/// Whether two items are the same thing: the first of the ways of telling them apart that works for
/// both decides.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    count();
    identity(one, ways(one) & ways(other)) == identity(other, ways(one) & ways(other))
}

/// Items of a list that are still to come. Looking through them for each item of the other list
/// would take hours for lists that are long enough.
pub(super) struct Coming<'a> {
    /// How many there are of each identity, by the ways in which they can be told apart and the way
    /// of the identity.
    counts: HashMap<(u8, u8, Identity<'a>), usize>,
    /// The ways of all of them; there are but a few, for a list has items of one sort.
    kinds: Vec<u8>,
}

impl<'a> Coming<'a> {
    /// All items of a list.
    pub(super) fn of(items: &'a [Value]) -> Self {
        let mut coming = Self { counts: HashMap::new(), kinds: Vec::new() };
        for item in items {
            let kind = ways(item);
            if !coming.kinds.contains(&kind) {
                coming.kinds.push(kind);
            }
            for way in each(kind) {
                *coming.counts.entry((kind, way, identity(item, way))).or_default() += 1;
            }
        }
        coming
    }

    /// Whether the same as an item of another list is among them.
    pub(super) fn has(&self, item: &'a Value) -> bool {
        self.kinds.iter().any(|kind| {
            count();
            let way = first(ways(item) & kind);
            self.counts.get(&(*kind, way, identity(item, way))).is_some_and(|count| *count > 0)
        })
    }

    /// Takes one away.
    pub(super) fn has_come(&mut self, item: &'a Value) {
        let kind = ways(item);
        for way in each(kind) {
            if let Some(count) = self.counts.get_mut(&(kind, way, identity(item, way))) {
                *count = count.saturating_sub(1);
            }
        }
    }
}

/// What an item is told apart from others by.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'a> {
    Named(Option<&'a Value>),
    Object([Option<&'a Value>; 4]),
    Whole(&'a Value),
}

/// What an item is in the first of some ways.
fn identity(item: &Value, ways: u8) -> Identity<'_> {
    match first(ways) {
        WHOLE => Identity::Whole(item),
        OBJECT => Identity::Object(TITLE.map(|pointer| item.pointer(pointer))),
        way => {
            let name = NAMES.get(way.trailing_zeros() as usize);
            Identity::Named(name.and_then(|name| item.get(name)))
        }
    }
}

/// The ways in which an item can be told apart, a bit each.
fn ways(item: &Value) -> u8 {
    let mut ways = WHOLE;
    for (bit, name) in NAMES.iter().enumerate() {
        if item.get(name).is_some() {
            ways |= 1 << bit;
        }
    }
    if item.get("kind").is_some() && item.get("metadata").is_some() {
        ways |= OBJECT;
    }
    ways
}

fn each(ways: u8) -> impl Iterator<Item = u8> {
    (0..u8::BITS).map(|bit| 1 << bit).filter(move |way| ways & way != 0)
}

/// The lowest bit.
fn first(ways: u8) -> u8 {
    ways & ways.wrapping_neg()
}

/// What names the items of a pod's and a Service's lists; `name` comes last, because ports may share
/// one.
const NAMES: [&str; 4] = ["mountPath", "containerPort", "port", "name"];

/// Whole objects, in a list of them, have these.
const OBJECT: u8 = 1 << 4;

const TITLE: [&str; 4] =
    ["/kind", "/metadata/name", "/metadata/generateName", "/metadata/namespace"];

/// The last resort.
const WHOLE: u8 = 1 << 5;

/// Notes for tests that two items were told apart.
#[cfg(test)]
fn count() {
    super::steps::take(1);
}
#[cfg(not(test))]
fn count() {}
