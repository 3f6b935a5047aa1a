//! The numbered cases: what keystonemiddleware's own tests demand, played by the real one.

mod access_rules;
mod basics;
mod catalogue;
mod delay;
mod edges;
mod paths;
mod scopes;
mod service_tokens;

use super::case::Case;

pub(super) use basics::SPOOFED;

/// All that need no trouble with Keystone.
pub(crate) fn cases() -> Vec<Case> {
    let tables = [
        access_rules::cases(),
        basics::cases(),
        catalogue::cases(),
        delay::cases(),
        edges::cases(),
        paths::cases(),
        scopes::cases(),
        service_tokens::cases(),
    ];
    tables.into_iter().flatten().collect()
}
