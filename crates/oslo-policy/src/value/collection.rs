//! Values with values inside.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use super::{AsValue, Value};

/// A list, for instance of roles. `Sync`, so that a view can be held across an `.await`.
pub trait List: Sync {
    /// The element at `index`, counted from 0; `None` behind the last one.
    fn item(&self, index: usize) -> Option<Value<'_>>;
}

/// A mapping from text to values.
pub trait Map: Sync {
    /// The value of `key`.
    fn value(&self, key: &str) -> Option<Value<'_>>;

    /// Calls `visit` with every entry, in the order in which Python would print them.
    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>));
}

impl<T: AsValue + Sync> List for Vec<T> {
    fn item(&self, index: usize) -> Option<Value<'_>> {
        self.get(index).map(AsValue::as_value)
    }
}

impl<T: AsValue + Sync, const N: usize> List for [T; N] {
    fn item(&self, index: usize) -> Option<Value<'_>> {
        self.get(index).map(AsValue::as_value)
    }
}

impl<T: AsValue + Sync> List for &[T] {
    fn item(&self, index: usize) -> Option<Value<'_>> {
        self.get(index).map(AsValue::as_value)
    }
}

impl<T: AsValue + Sync, S: BuildHasher + Sync> Map for HashMap<String, T, S> {
    fn value(&self, key: &str) -> Option<Value<'_>> {
        self.get(key).map(AsValue::as_value)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>)) {
        for (key, value) in self {
            visit(key, value.as_value());
        }
    }
}

impl<T: AsValue + Sync> Map for BTreeMap<String, T> {
    fn value(&self, key: &str) -> Option<Value<'_>> {
        self.get(key).map(AsValue::as_value)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>)) {
        for (key, value) in self {
            visit(key, value.as_value());
        }
    }
}
