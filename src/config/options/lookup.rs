//! Finding a field by what the operator wrote.

use super::{Field, SECTIONS, Section};

/// What a written key sets.
#[derive(Clone, Copy)]
pub(in crate::config) struct Target {
    /// The field.
    pub(in crate::config) field: &'static Field,
    /// How the value is given.
    pub(in crate::config) via: Via,
}

/// How a value is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum Via {
    /// As it is.
    Value,
    /// In a file that is named (`keystone.password_file`).
    File,
}

/// The field that `key` sets, be it by its own key, by its section's shorthand or by its twin.
pub(in crate::config) fn find(key: &str) -> Option<Target> {
    let full = section(key).and_then(|section| section.shorthand).unwrap_or(key);
    if let Some(field) = fields().find(|field| field.key == full) {
        return Some(Target { field, via: Via::Value });
    }
    let stem = full.strip_suffix("_file")?;
    let field = fields().find(|field| field.key == stem && field.is_secret())?;
    Some(Target { field, via: Via::File })
}

/// The section of that name.
pub(in crate::config) fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.into_iter().find(|section| section.name == name && !name.is_empty())
}

/// Every field, in the order of the table.
pub(in crate::config) fn fields() -> impl Iterator<Item = &'static Field> {
    SECTIONS.into_iter().flat_map(|section| section.fields)
}

/// Every key that can be written, twins and shorthands included.
pub(in crate::config) fn keys() -> impl Iterator<Item = String> {
    let shorthands = SECTIONS
        .into_iter()
        .filter(|section| section.shorthand.is_some())
        .map(|section| section.name.to_owned());
    let twins = fields().filter(|field| field.is_secret()).map(|f| format!("{}_file", f.key));
    fields().map(|field| field.key.to_owned()).chain(twins).chain(shorthands)
}

/// The name of the variable that sets `key`.
pub(in crate::config) fn variable(key: &str) -> String {
    format!("PORTCULLIS_{}", key.to_ascii_uppercase().replace('.', "__"))
}
