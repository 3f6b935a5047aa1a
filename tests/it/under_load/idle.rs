//! Thousands of clients that stay and say nothing.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::stage::Stage;
use crate::support::{Client, Proxy, get};

/// As many as there are, where the system lets both of us have them.
const CLIENTS: u64 = 2000;

/// What one of them may cost: ten thousand of them take less than 400 MiB then.
const EACH: u64 = 40 * 1024;

#[test]
fn g04_idle_connections_are_cheap_and_do_not_keep_others_out() {
    let stage = Stage::set();
    let proxy = Proxy::run(&stage.yaml(), &["log.access=off", "server.keepalive_timeout=1h"]);
    let status = |client: &mut Client| client.get("/", &[("X-Auth-Token", &stage.token)]).status;
    // What the first requests need once.
    let mut clients: Vec<_> = (0..50).map(|_| Client::connect(proxy.public)).collect();
    assert!(clients.iter_mut().all(|client| status(client) == 200));
    let before = (proxy.process.memory(), proxy.process.descriptors());
    let more = room();
    for _ in 0..more {
        let mut client = Client::connect(proxy.public);
        assert_eq!(status(&mut client), 200);
        clients.push(client);
    }
    let after = (proxy.process.memory(), proxy.process.descriptors());
    assert!(after.1 >= before.1 + more, "all of them are connected: {before:?}, {after:?}");
    let each = after.0.saturating_sub(before.0) / more;
    assert!(each < EACH, "{each} bytes for each of {more}");
    let newcomer = get(proxy.public, "/", &[("X-Auth-Token", &stage.token)]);
    assert_eq!(newcomer.status, 200);
    assert_eq!(status(&mut clients[0]), 200, "who was first is still there");
}

/// How many clients fit below the limits of this process and of the program, beside everything else
/// that is being tested.
fn room() -> u64 {
    let most = getrlimit(Resource::Nofile).maximum;
    // A limit below the highest allowed is only a default.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most });
    // A socket and a copy of it each, here.
    let fit = most.map_or(CLIENTS, |most| most.saturating_sub(1000) / 3);
    assert!(fit > 100, "{most:?} descriptors are too few to tell anything");
    fit.min(CLIENTS)
}
