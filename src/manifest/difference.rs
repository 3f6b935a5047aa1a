//! What has to be changed to make one value of another.

use serde_json::{Map, Value};

use super::change::{Change, Step};

/// The changes that make `new` of `old`, in the order in which they are to be made.
///
/// Items of lists are told apart as Kubernetes does it, by their names, so a container that joins
/// others leaves these alone.
pub fn difference(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(old, new, &mut Vec::new(), &mut changes);
    changes
}

fn compare(old: &Value, new: &Value, at: &mut Vec<Step>, changes: &mut Vec<Change>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => mappings(old, new, at, changes),
        (Value::Array(old), Value::Array(new)) => lists(old, new, at, changes),
        _ if old == new => {}
        _ => changes.push(Change::Replace(at.clone(), new.clone())),
    }
}

fn mappings(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    at: &mut Vec<Step>,
    changes: &mut Vec<Change>,
) {
    for (key, before) in old {
        at.push(Step::Key(key.clone()));
        match new.get(key) {
            Some(after) => compare(before, after, at, changes),
            None => changes.push(Change::Remove(at.clone())),
        }
        at.pop();
    }
    for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        at.push(Step::Key(key.clone()));
        changes.push(Change::Add(at.clone(), value.clone()));
        at.pop();
    }
}

fn lists(old: &[Value], new: &[Value], at: &mut Vec<Step>, changes: &mut Vec<Change>) {
    let (mut olds, mut index) = (old.iter().peekable(), 0);
    for (position, after) in new.iter().enumerate() {
        // What will not come again in the new list goes, so that the next one can be met.
        while let Some(before) = olds.peek() {
            if same(before, after) || new.iter().skip(position).any(|later| same(before, later)) {
                break;
            }
            at.push(Step::Index(index));
            changes.push(Change::Remove(at.clone()));
            at.pop();
            olds.next();
        }
        at.push(Step::Index(index));
        match olds.next_if(|before| same(before, after)) {
            Some(before) => compare(before, after, at, changes),
            None => changes.push(Change::Add(at.clone(), after.clone())),
        }
        at.pop();
        index += 1;
    }
    for _ in olds {
        at.push(Step::Index(index));
        changes.push(Change::Remove(at.clone()));
        at.pop();
    }
}

/// Whether two items are the same thing, perhaps with other contents.
fn same(one: &Value, other: &Value) -> bool {
    /// What names the items of a pod's and a Service's lists; `name` comes last, because ports may
    /// share one.
    const NAMES: [&str; 4] = ["mountPath", "containerPort", "port", "name"];
    for key in NAMES {
        if let (Some(one), Some(other)) = (one.get(key), other.get(key)) {
            return one == other;
        }
    }
    // Whole objects, in a list of them.
    if one.get("kind").is_some() && one.get("metadata").is_some() {
        let title = |object: &Value| {
            let metadata = ["name", "generateName", "namespace"];
            let metadata = metadata.map(|key| object.pointer(&format!("/metadata/{key}")).cloned());
            (object.get("kind").cloned(), metadata)
        };
        return title(one) == title(other);
    }
    one == other
}
