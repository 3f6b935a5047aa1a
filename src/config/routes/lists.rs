//! The lists of the operator's own making as they were written, for people and for telling one
//! configuration from another.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Routes and rules, services and listeners as they were written.
#[derive(Clone, Debug)]
pub(in crate::config) struct Lists {
    pub(in crate::config) routes: Option<Value>,
    pub(in crate::config) rules: Option<Value>,
    pub(in crate::config) upstreams: Option<Value>,
    pub(in crate::config) listeners: Option<Value>,
    /// The file that they stand in.
    pub(in crate::config) origin: String,
}

impl Lists {
    /// The keys of what is different in `newer` and is not followed: the places of named listeners.
    pub(in crate::config) fn awaiting_restart(&self, newer: &Self) -> Vec<String> {
        let listeners = changed(self.listeners.as_ref(), newer.listeners.as_ref(), place);
        listeners.into_iter().map(|name| format!("listeners.{name}")).collect()
    }

    /// The listeners in force once `newer` is followed: those there are, by what is said of them
    /// now where they have not moved.
    pub(in crate::config) fn listeners_following(&self, newer: &Self) -> Option<Value> {
        let ours = self.listeners.as_ref()?;
        let moved = changed(Some(ours), newer.listeners.as_ref(), place);
        let (Value::Object(ours), newer) = (ours, newer.listeners.as_ref()) else {
            return Some(ours.clone());
        };
        let in_force = ours.iter().map(|(name, listener)| {
            let said = newer.and_then(|newer| newer.get(name)).filter(|_| !moved.contains(name));
            (name.clone(), said.unwrap_or(listener).clone())
        });
        Some(Value::Object(in_force.collect()))
    }
}

/// Where a listener is: what it needs a restart for.
fn place(listener: &Value) -> Value {
    match listener {
        Value::Object(keys) => {
            let part = |key: &str| keys.get(key).cloned().unwrap_or_default();
            match part("socket_users") {
                Value::Null => part("listen"),
                mode => Value::Array(vec![part("listen"), mode]),
            }
        }
        place => place.clone(),
    }
}

/// The names of what is new, gone or not the same `by` something.
fn changed(
    ours: Option<&Value>,
    theirs: Option<&Value>,
    by: impl Fn(&Value) -> Value,
) -> Vec<String> {
    let value = |all: Option<&Value>, name: &str| all?.get(name).map(&by);
    let maps = [ours, theirs].into_iter().flatten().filter_map(Value::as_object);
    let names: BTreeSet<_> = maps.flat_map(Map::keys).collect();
    names.into_iter().filter(|name| value(ours, name) != value(theirs, name)).cloned().collect()
}
