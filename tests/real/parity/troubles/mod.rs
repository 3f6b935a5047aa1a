//! Keystone fails, in every way it can.

mod answers;
mod changes;
mod outages;
mod own_token;

use keystone_double::Fault;

use super::case::{Case, Step, ask, then};

/// "Later", which each side words in its own way.
const LATER: &[&str] = &["unavailable-body", "unavailable-later"];
/// "Later" here, where the service would decide there.
const DELAYED: &[&str] = &["outage-delayed"];

const MEMBER: &str = "GET /\nX-Auth-Token: <member>";
const ADMIN: &str = "GET /\nX-Auth-Token: <admin>";

pub(crate) fn cases() -> Vec<Case> {
    let tables = [answers::cases(), changes::cases(), outages::cases(), own_token::cases()];
    tables.into_iter().flatten().collect()
}

/// A fault that befalls sides which have just asked successfully.
fn warm(fault: impl Fn() -> Fault + 'static) -> Vec<Step> {
    vec![ask(MEMBER), fails(fault), ask(ADMIN)]
}

/// A fault from the start.
fn cold(fault: impl Fn() -> Fault + 'static) -> Vec<Step> {
    vec![fails(fault), ask(ADMIN)]
}

fn fails(fault: impl Fn() -> Fault + 'static) -> Step {
    then(move |keystone| {
        keystone.fail(fault());
    })
}
