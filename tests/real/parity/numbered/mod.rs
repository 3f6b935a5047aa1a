//! The numbered cases: what keystonemiddleware's own tests demand, played by the real one.

mod access_rules;
mod basics;
mod catalogue;
mod delay;
mod edges;
mod paths;
mod scopes;
mod sequences;
mod service_tokens;

use super::case::{Case, Entry};

/// All that need no trouble with Keystone.
pub(super) fn cases() -> Vec<Case> {
    let tables = [
        access_rules::CASES,
        basics::CASES,
        catalogue::CASES,
        delay::CASES,
        edges::CASES,
        scopes::CASES,
        sequences::CASES,
        service_tokens::CASES,
    ];
    let written = tables.into_iter().flatten().map(Entry::case);
    written.chain(paths::cases()).chain(scopes::kinds()).collect()
}
