//! What a default means while it replaces another one.
//!
//! | the operator's files | new defaults only | old defaults too |
//! |---|---|---|
//! | say nothing | the new default | either of the two |
//! | have the old name, otherwise than its old default | that | that |
//! | have the old name, with its old default | the new default | either of the two |
//! | have the old name, as a reference to the new one | the new default | either of the two |
//! | have the new name | that | that |

use std::collections::BTreeMap;

use super::builder::Definition;
use super::{Note, NoteKind, Origin, RuleDefault};
use crate::rule::{Check, Rule};

/// The rule that stands for `default`, which the files do not have by its own name.
pub(super) fn effective(
    default: &RuleDefault,
    files: &BTreeMap<String, Definition>,
    enforce_new_defaults: bool,
    notes: &mut Vec<Note>,
) -> (Rule, Origin) {
    let Some(old) = &default.deprecated_rule else {
        return (default.rule.clone(), Origin::Default);
    };
    let written = files.get(&old.name).filter(|_| old.name != default.name);
    if let Some(Definition { rule, origin, .. }) = written
        && rule.check() != old.rule.check()
        && rule.to_string() != format!("rule:{}", default.name)
    {
        let kind = NoteKind::OverridesDeprecated { by: default.name.clone() };
        notes.push(Note { origin: origin.clone(), rule: old.name.clone(), kind });
        return (rule.clone(), origin.clone());
    }
    if enforce_new_defaults || old.rule.source() == default.rule.source() {
        return (default.rule.clone(), Origin::Default);
    }
    let either = vec![default.rule.check().clone(), old.rule.check().clone()];
    (Rule::new(Check::Or(either)), Origin::Default)
}
