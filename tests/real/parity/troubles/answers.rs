//! An answer that is none, or not the one that was asked for.

use keystone_double::{Canned, Fault, FaultKind};

use super::{ADMIN, MEMBER, cold, warm};
use crate::parity::case::{Case, SAME, ask, play, then};
use crate::parity::setting::Knob::Delay;
use crate::parity::shapes;

/// What a 200 may hold instead of a token.
const BODIES: [(&str, &str); 8] = [
    ("nothing", ""),
    ("text", "welcome"),
    ("a page", "<!doctype html><title>Sign in</title>"),
    ("an empty object", "{}"),
    ("an empty list", "[]"),
    ("null", "null"),
    ("a token that is null", "{\"token\": null}"),
    ("an empty token", "{\"token\": {}}"),
];

#[rustfmt::skip]
pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        play("", "an answer that breaks off", &[],
            warm(|| Fault::validate(FaultKind::Truncate)), &["unusable"]).saying(&[200, 500]),
        play("", "an answer about another token", &[],
            warm(|| Fault::validate(FaultKind::OtherSubject)), &["other-subject"]).saying(&[200, 200]),
        play("", "a 203 with a good token", &[],
            warm(|| { let usual = shapes::answer("nothing unusual", ""); Fault::validate(FaultKind::Answer(Canned::new(203, usual.body))) }),
            &["other-successes"]).saying(&[200, 200]),
        play("", "a very long answer", &[],
            warm(|| Fault::validate(FaultKind::Huge(2 << 20))), &["long-answers"]).saying(&[200, 200]),
        play("", "a redirection to the same place", &[],
            vec![ask(MEMBER), redirected("127.0.0.1"), ask(ADMIN)], &["redirects"]).saying(&[200, 200]),
        play("N26", "a redirection to another place", &[],
            vec![ask(MEMBER), redirected("localhost"), ask(ADMIN)], &["redirects"]).saying(&[200, 200]),
        play("", "our server takes no such token", &[],
            warm(|| Fault::validate(FaultKind::status(431))), &["long-tokens"]).saying(&[200, 503]),
        play("", "a token longer than any", &[], vec![ask(&long(40_000))], &["long-tokens"]).saying(&[401]),
        play("", "a long token", &[], vec![ask(&long(8_000))], SAME).saying(&[401]),
        play("", "a trust whose trustor is disabled", &[],
            vec![ask("GET /\nX-Auth-Token: <trust>"), ask("GET /\nX-Auth-Token: <trust#2>"), then(|keystone| keystone.disable_user("alice")), ask("GET /\nX-Auth-Token: <trust#3>")],
            &["trustor"]).saying(&[200, 200, 503]),
        play("", "a token longer than any, delayed", &[Delay], vec![ask(&long(40_000))], SAME).saying(&[200]),
        play("", "a trust whose trustor is disabled, delayed", &[Delay],
            vec![ask("GET /\nX-Auth-Token: <trust>"), ask("GET /\nX-Auth-Token: <trust#2>"), then(|keystone| keystone.disable_user("alice")), ask("GET /\nX-Auth-Token: <trust#3>")],
            SAME).saying(&[200, 200, 200]),
        play("", "a login is answered with a page", &[],
            cold(|| Fault::login(FaultKind::Html)), &["unusable"]).saying(&[500]),
    ];
    for (what, body) in BODIES {
        let fault = move || Fault::validate(FaultKind::Answer(Canned::new(200, body)));
        let shows = if what == "text" { "N9" } else { "" };
        let name = format!("a 200 with {what}");
        cases.push(play(shows, &name, &[], warm(fault), &["unusable"]).saying(&[200, 500]));
    }
    for status in [201, 204, 300] {
        let fault = move || Fault::validate(FaultKind::Answer(Canned::new(status, "")));
        let name = format!("a {status} with nothing");
        cases.push(play("", &name, &[], warm(fault), &["unusable"]).saying(&[200, 500]));
        let name = format!("a {status} with nothing, delayed");
        cases.push(play("", &name, &[Delay], warm(fault), &["unusable"]).saying(&[200, 500]));
    }
    cases
}

/// The next validation is sent to where Keystone is too, under this name.
fn redirected(host: &'static str) -> super::Step {
    then(move |keystone| {
        let to = format!("http://{host}:{}/v3/auth/tokens", keystone.address().port());
        keystone.fail(Fault::validate(FaultKind::Redirect(to)).times(1));
    })
}

fn long(length: usize) -> String {
    format!("GET /\nX-Auth-Token: {}", "a".repeat(length))
}
