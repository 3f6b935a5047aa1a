//! Keystone refuses our own account, or the token it gave us.

use keystone_double::{Canned, Fault, FaultKind, Operation};
use serde_json::json;

use super::{ADMIN, DELAYED, LATER, MEMBER, cold, fails, warm};
use crate::parity::case::{Case, SAME, ask, play, then};
use crate::parity::setting::Knob::Delay;
use crate::support::Keystone;

#[rustfmt::skip]
pub(super) fn cases() -> Vec<Case> {
    let refused = || Fault::validate(FaultKind::status(401));
    let vouched = "GET /\nX-Auth-Token: <expired>\nX-Service-Token: <service>";
    let warmed = "GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>";
    let mut cases = vec![
        play("N12", "our own token is refused once", &[],
            warm(move || refused().times(1)), SAME).saying(&[200, 200]),
        play("N13", "our own token is refused always", &[], warm(refused), LATER).saying(&[200, 503]),
        play("", "our own token is revoked", &[],
            vec![ask(MEMBER), then(|keystone| keystone.set_password("authsvc", "authsvcpw")), ask(ADMIN)],
            SAME).saying(&[200, 200]),
        play("", "our own token is refused once, an expired one vouched for", &[],
            vec![ask(warmed), fails(move || refused().times(1)), ask(vouched)], SAME).saying(&[200, 200]),
        play("N11", "our own token is refused twice, an expired one vouched for", &[],
            vec![ask(warmed), fails(move || refused().times(2)), ask(vouched)],
            &["allow-expired-retried"]).saying(&[200, 401]),
        play("", "our account may not validate", &[],
            vec![then(|keystone| keystone.remove_role("authsvc", "service", "service")), then(|keystone| keystone.grant_role("authsvc", "service", "reader")), ask(ADMIN)],
            LATER).saying(&[503]),
        play("", "our password is wrong", &[],
            vec![then(|keystone| keystone.set_password("authsvc", "another")), ask(ADMIN)], LATER).saying(&[503]),
        play("", "our password is wrong, delayed", &[Delay],
            vec![then(|keystone| keystone.set_password("authsvc", "another")), ask(ADMIN)], DELAYED),
        play("N10", "there is no login at our address", &[],
            cold(|| Fault::login(FaultKind::NotKeystone404)), &["wrong-address"]).saying(&[401]),
        play("", "there is no validation at our address", &[],
            warm(|| Fault::validate(FaultKind::NotKeystone404)), &["wrong-address"]).saying(&[200, 401]),
        play("58 59", "only v2 is offered", &[], cold(old_versions), &["discovery"]).saying(&[503]),
        play("N31", "the list of versions fails", &[],
            vec![then(unversioned), fails(|| Fault::new(Operation::Discover, FaultKind::status(503))), ask(ADMIN)],
            &["discovery"]).saying(&[401]),
    ];
    for status in [400, 401, 403, 409, 429, 500, 503] {
        let fault = move || Fault::login(FaultKind::status(status));
        let name = format!("logins are answered {status}");
        cases.push(play("", &name, &[], cold(fault), LATER).saying(&[503]));
    }
    cases
}

fn old_versions() -> Fault {
    let version = json!({ "id": "v2.0", "status": "stable", "links": [] });
    let versions = json!({ "versions": { "values": [version] } });
    Fault::new(Operation::Discover, FaultKind::Answer(Canned::json(300, &versions)))
}

/// Makes the catalogue name Keystone without a version.
fn unversioned(keystone: &Keystone) {
    let url = keystone.url();
    keystone.change(|world| {
        let endpoints = world.catalog.iter_mut().flat_map(|service| &mut service.endpoints);
        for endpoint in endpoints.filter(|endpoint| endpoint.url.contains("identity_url")) {
            endpoint.url.clone_from(&url);
        }
    });
}
