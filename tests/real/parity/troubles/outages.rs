//! No answer, or one that says no more than that Keystone is unwell.

use keystone_double::{Fault, FaultKind};

use super::{ADMIN, DELAYED, LATER, MEMBER, cold, fails, warm};
use crate::parity::case::{Case, SAME, ask, play, then};
use crate::parity::setting::Knob::{Delay, Interface, Region, Untrusted};

#[rustfmt::skip]
pub(super) fn cases() -> Vec<Case> {
    let stop = || then(|keystone| keystone.stop());
    let accepts = |kind: &str| format!("{ADMIN}\nAccept: {kind}");
    let mut cases = vec![
        play("55", "connections are refused from the start", &[],
            vec![stop(), ask(ADMIN)], LATER).saying(&[503]),
        play("56", "connections are refused", &[],
            vec![ask(MEMBER), stop(), ask(ADMIN)], LATER).saying(&[200, 503]),
        play("54", "connections are refused, delayed", &[Delay],
            vec![ask(MEMBER), stop(), ask(ADMIN)], DELAYED).saying(&[200, 200]),
        play("", "who is known, and who shows nothing, is served in an outage", &[],
            vec![ask(MEMBER), stop(), ask(MEMBER), ask("GET /")], SAME).saying(&[200, 200, 401]),
        play("", "an outage, delayed, and no token", &[Delay], vec![stop(), ask("GET /")], SAME).saying(&[200]),
        play("", "Keystone comes back", &[],
            vec![ask(MEMBER), stop(), ask(ADMIN), then(|keystone| keystone.restart()), ask(ADMIN)],
            LATER).saying(&[200, 503, 200]),
        play("", "an outage in JSON", &[], vec![stop(), ask(&accepts("application/json"))], LATER),
        play("", "an outage in HTML", &[], vec![stop(), ask(&accepts("text/html"))], LATER),
        play("", "an outage, asked by HEAD", &[], vec![stop(), ask("HEAD /\nX-Auth-Token: <admin>")], LATER),
        play("", "connections are cut", &[], warm(|| Fault::any(FaultKind::Reset)), LATER).saying(&[200, 503]),
        play("", "connections are cut, delayed", &[Delay], warm(|| Fault::any(FaultKind::Reset)), DELAYED),
        play("N7", "no answer in time", &[],
            warm(|| Fault::validate(FaultKind::Hang)), &["timeouts"]).saying(&[200, 500]),
        play("N7", "no answer in time, delayed", &[Delay],
            warm(|| Fault::validate(FaultKind::Hang)), &["timeouts"]).saying(&[200, 500]),
        play("", "no answer to a login in time", &[], cold(|| Fault::login(FaultKind::Hang)), &["timeouts"]),
        play("", "a slow answer", &[],
            warm(|| Fault::validate(FaultKind::Delay(std::time::Duration::from_millis(200)))), SAME).saying(&[200, 200]),
        play("N8", "a certificate that nobody trusts", &[Untrusted],
            vec![ask(ADMIN)], &["timeouts"]).saying(&[500]),
        play("61", "no endpoint in the account's catalogue", &[Region("nowhere")],
            vec![ask(ADMIN)], &["no-endpoint"]).saying(&[500]),
        play("113", "an endpoint in a region", &[Region("RegionOne")], vec![ask(ADMIN)], SAME).saying(&[200]),
        play("114", "an endpoint at an interface", &[Interface("public")],
            vec![ask(ADMIN)], SAME).saying(&[200]),
        play("", "a service token in an outage", &[],
            vec![stop(), ask(&format!("{ADMIN}\nX-Service-Token: <service>"))], LATER).saying(&[503]),
        play("", "a service token in an outage, delayed", &[Delay],
            vec![stop(), ask(&format!("{ADMIN}\nX-Service-Token: <service>"))], DELAYED),
        play("", "a bad service token, and an outage for the user's, delayed", &[Delay],
            vec![ask(MEMBER), fails(|| Fault::validate(FaultKind::status(404)).times(1)), fails(|| Fault::validate(FaultKind::status(500))), ask(&format!("{ADMIN}\nX-Service-Token: unknown"))],
            DELAYED),
        play("", "no user token, a service token in an outage", &[],
            vec![stop(), ask("GET /\nX-Service-Token: <service>")], &["sure-refusals"]).saying(&[503]),
        play("", "an unknown service token, and an outage after it", &[],
            vec![ask(MEMBER), fails(|| Fault::validate(FaultKind::status(404)).times(1)), fails(|| Fault::validate(FaultKind::status(500))), ask(&format!("{ADMIN}\nX-Service-Token: unknown"))],
            &["sure-refusals"]).saying(&[200, 503]),
    ];
    for status in [400, 401, 405, 408, 409, 410, 413, 429, 500, 502, 503, 504] {
        let fault = move || Fault::validate(FaultKind::status(status));
        let shows = if status == 408 { "57" } else { "" };
        let name = format!("validations are answered {status}");
        cases.push(play(shows, &name, &[], warm(fault), LATER).saying(&[200, 503]));
        let name = format!("validations are answered {status}, delayed");
        cases.push(play("", &name, &[Delay], warm(fault), DELAYED).saying(&[200, 200]));
    }
    cases
}
