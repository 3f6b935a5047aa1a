//! Which field names a service could take for one of identity, said once more than in the program.

use portcullis::identity::{PREFIXES, TABLE};

/// The spelling under which the most liberal server would take two names for one: letters in
/// lower case, every mark a hyphen.
pub fn normal_form(name: &str) -> String {
    let fold = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(fold).collect()
}

/// Whether that spelling is of the table, or of one of its families.
pub fn is_protected(normal: &str) -> bool {
    TABLE.iter().any(|row| row.name.as_str() == normal)
        || PREFIXES.iter().any(|prefix| normal.starts_with(prefix))
}

/// Whether a name holds any mark but a hyphen.
pub fn is_odd(name: &str) -> bool {
    !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
