//! What changes at Keystone while it is remembered here and there.

use super::{ADMIN, MEMBER};
use crate::parity::case::{Case, SAME, ask, play, then};
use crate::parity::setting::Knob::Delay;

const ANEW: &str = "GET /\nX-Auth-Token: <member#new>";
const BOTH: &str = "GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>";

#[rustfmt::skip]
pub(super) fn cases() -> Vec<Case> {
    let disable = || then(|keystone| keystone.disable_user("alice"));
    vec![
        play("", "a user is disabled", &[],
            vec![ask(MEMBER), disable(), ask(MEMBER), ask(ANEW), ask(ADMIN)], SAME).saying(&[200, 200, 401, 200]),
        play("", "a user is disabled, delayed", &[Delay],
            vec![ask(MEMBER), disable(), ask(MEMBER), ask(ANEW)], SAME).saying(&[200, 200, 200]),
        play("", "a project is disabled", &[],
            vec![ask(MEMBER), then(|keystone| keystone.disable_project("demo")), ask(MEMBER), ask(ANEW)],
            SAME).saying(&[200, 200, 401]),
        play("", "a project is disabled, and enabled again", &[],
            vec![then(|keystone| keystone.disable_project("demo")), ask(MEMBER),
                 then(|keystone| keystone.enable_project("demo")), ask(ANEW)], SAME).saying(&[401, 200]),
        play("", "a service loses its role", &[],
            vec![ask(BOTH), then(|keystone| keystone.remove_role("nova", "service", "service")), ask(BOTH),
                 ask("GET /\nX-Auth-Token: <member>\nX-Service-Token: <service#new>")],
            SAME).saying(&[200, 200, 401]),
        play("", "a user gains a role", &[],
            vec![then(|keystone| keystone.grant_role("alice", "demo", "auditor")), ask(MEMBER)],
            SAME).saying(&[200]),
        play("", "a domain is disabled", &[],
            vec![ask("GET /\nX-Auth-Token: <domain>"), then(|keystone| keystone.disable_domain("Default")),
                 ask("GET /\nX-Auth-Token: <domain>")], SAME).saying(&[200, 200]),
    ]
}
