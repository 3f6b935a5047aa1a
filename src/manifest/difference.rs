//! What has to be changed to make one value of another.

use serde_json::{Map, Value};

use super::change::{Change, Step};
use super::identity::{Coming, same};

/// The changes that make `new` of `old`, in the order in which they are to be made.
///
/// Items of lists are told apart as Kubernetes does it, by their names, so a container that joins
/// others leaves these alone.
pub fn difference(old: &Value, new: &Value) -> Vec<Change> {
    compared(old, new, Counting::Along)
}

/// The same changes, but all of them speak of `old`, as if none had been made yet: an item that is
/// added stands before the one that its path leads to.
pub(super) fn at_once(old: &Value, new: &Value) -> Vec<Change> {
    compared(old, new, Counting::Before)
}

fn compared(old: &Value, new: &Value, counting: Counting) -> Vec<Change> {
    let mut comparison = Comparison { counting, at: Vec::new(), changes: Vec::new() };
    comparison.compare(old, new);
    comparison.changes
}

struct Comparison {
    counting: Counting,
    at: Vec<Step>,
    changes: Vec<Change>,
}

/// Which items of a list are counted to say where one is.
#[derive(Clone, Copy)]
enum Counting {
    /// Those that are there when all changes before have been made.
    Along,
    /// Those that were there.
    Before,
}

impl Comparison {
    fn compare(&mut self, old: &Value, new: &Value) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => self.mappings(old, new),
            (Value::Array(old), Value::Array(new)) => self.lists(old, new),
            _ if old == new => {}
            _ => self.changes.push(Change::Replace(self.at.clone(), new.clone())),
        }
    }

    fn mappings(&mut self, old: &Map<String, Value>, new: &Map<String, Value>) {
        for (key, before) in old {
            self.at.push(Step::Key(key.clone()));
            match new.get(key) {
                Some(after) => self.compare(before, after),
                None => self.changes.push(Change::Remove(self.at.clone())),
            }
            self.at.pop();
        }
        for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
            self.at.push(Step::Key(key.clone()));
            self.changes.push(Change::Add(self.at.clone(), value.clone()));
            self.at.pop();
        }
    }

    fn lists(&mut self, old: &[Value], new: &[Value]) {
        let (mut olds, mut index) = (old.iter().enumerate().peekable(), 0);
        let place = |counting, index, was| match counting {
            Counting::Along => Step::Index(index),
            Counting::Before => Step::Index(was),
        };
        let mut coming = Coming::of(new);
        for after in new {
            // What will not come again in the new list goes, so that the next one can be met.
            while let Some((was, before)) = olds.peek() {
                if same(before, after) || coming.has(before) {
                    break;
                }
                self.at.push(place(self.counting, index, *was));
                self.changes.push(Change::Remove(self.at.clone()));
                self.at.pop();
                olds.next();
            }
            coming.has_come(after);
            let was = olds.peek().map_or(old.len(), |(was, _)| *was);
            self.at.push(place(self.counting, index, was));
            match olds.next_if(|(_, before)| same(before, after)) {
                Some((_, before)) => self.compare(before, after),
                None => self.changes.push(Change::Add(self.at.clone(), after.clone())),
            }
            self.at.pop();
            index += 1;
        }
        for (was, _) in olds {
            self.at.push(place(self.counting, index, was));
            self.changes.push(Change::Remove(self.at.clone()));
            self.at.pop();
        }
    }
}
