//! Real servers behind Portcullis, each of which makes something else of a request's bytes.
//!
//! The recording service of `tests/it` says what crosses the wire; this says what an application
//! reads of it. Every attack is made on the bare server too, where it must succeed if the server
//! is known to fall for it: else nothing would have been tested.

mod framing;
mod headers;
mod kinds;
mod paths;
mod seen;
mod server;
mod spellings;
mod stage;

use std::io::Write;

use kinds::KINDS;
use server::Server;
use stage::Stage;

use crate::suite::Suite;

pub(crate) use server::warden;

/// One promise, kept before one server.
type Play = fn(&mut Stage<'_>);

const ATTACKS: [(&str, Play); 7] = [
    ("no spelling is believed", headers::no_spelling_is_believed),
    ("no duplicate is believed", headers::no_duplicate_is_believed),
    ("nomination changes nothing", headers::nomination_removes_nothing_and_adds_nothing),
    ("HTTP/1.0 is believed no better", headers::http_1_0_is_believed_no_better),
    ("trailers are no fields", headers::trailers_are_no_fields),
    ("a request in a body stays there", framing::a_request_in_a_body_stays_there),
    ("nothing rides along", framing::nothing_rides_along),
];

#[test]
fn what_an_application_sees_is_what_keystone_vouched_for_whatever_serves_it() {
    let mut suite = Suite::start("upstreams");
    let (mut attacks, mut counted) = (0, 0);
    for kind in &KINDS {
        let name = kind.name;
        let mut server = Server::start(kind);
        suite.scenario(&format!("{name} folds without the proxy"), |_| {
            headers::a_lie_succeeds_without_the_proxy(&mut server);
            framing::an_inner_request_counts_without_the_proxy(&mut server);
            paths::some_way_is_open_without_the_proxy(&mut server);
        });
        for (what, play) in ATTACKS {
            suite.scenario(&format!("{name}: {what}"), |keystone| {
                let mut stage = Stage::of_alice(keystone, &mut server);
                play(&mut stage);
                attacks += stage.attacks;
                counted += stage.counted;
            });
        }
        suite.scenario(&format!("{name}: nobody remains nobody"), |keystone| {
            headers::nobody_remains_nobody(keystone, &mut server);
        });
        suite.scenario(&format!("{name}: no path leads around a rule"), |keystone| {
            paths::every_way_is_closed(keystone, &mut server);
        });
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} servers, {attacks} attacks, {counted} requests seen", KINDS.len()).unwrap();
    suite.end();
}
