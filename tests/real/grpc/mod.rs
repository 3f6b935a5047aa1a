//! gRPC, as a client and a service that know nothing of the proxy speak it through it.

mod calls;
mod client;
mod driver;
mod ends;
mod messages;
mod refused;
mod service;
mod sizes;
mod stage;

use crate::keystone::RealKeystone;
use crate::suite::Suite;

use stage::{Between, Stage};

/// A promise about calls.
type Play = fn(&Stage);

/// A promise with a configuration, or a Keystone, of its own.
type Own = fn(Between, &mut RealKeystone);

const CALLS: [(&str, Play); 12] = [
    ("one message for one", calls::one_for_one),
    ("many messages for one", calls::many_for_one),
    ("one message for many", calls::one_for_many),
    ("many messages for many", calls::many_for_many),
    ("many calls at once", calls::many_calls_at_once),
    ("every status arrives whole", ends::every_status_arrives_whole),
    ("whoever gives up is missed", ends::whoever_gives_up_is_missed),
    ("whoever is cut off is missed", ends::whoever_is_cut_off_is_missed),
    ("time runs out", ends::time_runs_out),
    ("one large message", sizes::one_large_message),
    ("many large messages", sizes::many_large_messages),
    ("whoever does not listen is waited for", sizes::whoever_does_not_listen_is_waited_for),
];

const OWN: [(&str, Own); 4] = [
    ("unauthenticated", |between, k| refused::whoever_nobody_knows_is_unauthenticated(between, k)),
    ("denied", |between, k| refused::what_the_policy_denies_is_denied(between, k)),
    ("trailers", |between, k| refused::what_stands_behind_a_request_is_dropped(between, k)),
    ("unavailable", refused::who_cannot_be_asked_is_unavailable),
];

#[test]
fn a_client_and_a_service_of_grpc_do_not_notice_what_is_between_them() {
    let mut suite = Suite::start("grpc");
    let between = [
        (Between::Nothing, "without the proxy"),
        (Between::Tcp, "over TCP"),
        (Between::Tls, "over TLS"),
    ];
    for (between, name) in between {
        for (what, play) in CALLS {
            suite.scenario(&format!("{name}: {what}"), |keystone| {
                play(&Stage::over(between, keystone));
            });
        }
    }
    for (between, name) in &between[1..] {
        for (what, play) in OWN {
            suite.scenario(&format!("{name}: {what}"), |keystone| play(*between, keystone));
        }
    }
    suite.end();
}
