//! Looks for what is probably not meant.

use super::{Named, Note, NoteKind, Policy};
use crate::program::Node;

/// Adds what is the matter with each rule of `policy` to its notes.
pub(super) fn review(policy: &mut Policy) {
    let mut notes = std::mem::take(&mut policy.notes);
    for (named, node) in policy.rules.iter().zip(&policy.nodes) {
        let mut tell = |kind| {
            notes.push(Note { origin: named.origin.clone(), rule: named.name.to_string(), kind });
        };
        for flaw in named.rule.flaws() {
            let text = named.rule.source_text();
            tell(NoteKind::Flaw { text, flaw: flaw.clone() });
        }
        let default = policy.default.and_then(|index| policy.rules.get(index));
        inspect(policy, node, default, &mut tell);
    }
    policy.notes = notes;
}

fn inspect(policy: &Policy, node: &Node, default: Option<&Named>, tell: &mut impl FnMut(NoteKind)) {
    match node {
        Node::And(nodes) | Node::Or(nodes) => {
            nodes.iter().for_each(|node| inspect(policy, node, default, tell));
        }
        Node::Not(node) => inspect(policy, node, default, tell),
        Node::Leaf(leaf) => {
            if let Some(why) = leaf.defect() {
                let (check, why) = (leaf.text.to_string(), why.to_string());
                tell(NoteKind::Impossible { check, why });
            }
        }
        Node::Rule { name, .. } if !policy.names.contains_key(name) => tell(NoteKind::Undefined {
            name: name.to_string(),
            default: default.map(|named| named.name.to_string()),
        }),
        Node::Rule { .. } | Node::Constant(_) => {}
    }
}
