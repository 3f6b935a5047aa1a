//! The side of a check that comes from what is asked for.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use serde_json::{Map as Object, Value as Json};

use crate::value::{AsValue, Map, Value, same_text};

/// What is asked for: a flat mapping. `%(target.user.id)s` asks for the key `target.user.id`.
pub trait Target {
    /// What is known under `key`.
    fn lookup(&self, key: &str) -> Lookup<'_>;
}

/// What a target knows under one key.
///
/// In a service a key has one value, because the service has read the request. Whoever stands in
/// front of the service may find a parameter twice and not know which of the two will count. A
/// check on such a key cannot be decided, so the rule that asks it denies, under `not` as well.
/// Adding occurrences of a parameter therefore never turns a denial into a permission.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// Nothing.
    Absent,
    /// Several values that differ.
    Ambiguous,
    /// One value, perhaps several times.
    Value(Value<'a>),
}

impl<'a> Lookup<'a> {
    /// The lookup that found these values.
    pub fn of(values: impl IntoIterator<Item = Value<'a>>) -> Self {
        let mut values = values.into_iter();
        let Some(first) = values.next() else {
            return Self::Absent;
        };
        if values.all(|other| same_text(first, other)) {
            Self::Value(first)
        } else {
            Self::Ambiguous
        }
    }
}

impl<'a> From<Option<Value<'a>>> for Lookup<'a> {
    fn from(value: Option<Value<'a>>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

impl<T: Target + ?Sized> Target for &T {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        (**self).lookup(key)
    }
}

/// Nothing is known.
impl Target for () {
    fn lookup(&self, _: &str) -> Lookup<'_> {
        Lookup::Absent
    }
}

/// Pairs, in which a key may stand several times.
impl<K: AsRef<str>, V: AsValue> Target for [(K, V)] {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        let found = self.iter().filter(|(name, _)| name.as_ref() == key);
        Lookup::of(found.map(|(_, value)| value.as_value()))
    }
}

impl<K: AsRef<str>, V: AsValue, const N: usize> Target for [(K, V); N] {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        self.as_slice().lookup(key)
    }
}

impl<K: AsRef<str>, V: AsValue> Target for Vec<(K, V)> {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        self.as_slice().lookup(key)
    }
}

impl<V: AsValue, S: BuildHasher> Target for HashMap<String, V, S> {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        self.get(key).map(AsValue::as_value).into()
    }
}

impl<V: AsValue> Target for BTreeMap<String, V> {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        self.get(key).map(AsValue::as_value).into()
    }
}

impl Target for Object<String, Json> {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        self.value(key).into()
    }
}

/// An object; any other value knows nothing.
impl Target for Json {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        self.get(key).map(AsValue::as_value).into()
    }
}
