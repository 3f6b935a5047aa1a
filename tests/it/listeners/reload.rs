//! What of listeners and limits follows another configuration: new connections do, old ones stay as
//! they are, and what needs a restart is named.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{
    Client, Keystone, Multiplexed, Scene, Scratch, Sidecar, Upstream, eventually, get, request,
};

const BEFORE: &str = "listeners:\n  inside: 127.0.0.1:0\n";
const AFTER: &str = "listeners:\n  inside: {listen: 127.0.0.1:0, trusted_proxies: [127.0.0.1]}\n";

#[test]
fn trusted_proxies_are_followed_by_new_connections_and_old_ones_stay_as_they_are() {
    let stage = Stage::with(BEFORE);
    let inside = stage.scene.sidecar.more["inside"];
    let mut old = Client::connect(inside);
    assert_eq!(stage.hops(&mut old), "127.0.0.1");
    stage.write(AFTER);
    eventually("new connections are believed", || {
        stage.hops(&mut Client::connect(inside)) == "203.0.113.9, 127.0.0.1"
    });
    assert_eq!(stage.hops(&mut old), "127.0.0.1", "the same connection as before");
    assert_eq!(stage.hops(&mut Client::connect(stage.scene.sidecar.public)), "127.0.0.1");
    stage.write(BEFORE);
    eventually("nobody is believed any more", || {
        stage.hops(&mut Client::connect(inside)) == "127.0.0.1"
    });
    assert_eq!(stage.restart_needed(), "[]");
}

#[test]
fn p04_what_is_said_of_a_listener_that_moves_is_not_done_where_it_was() {
    let stage = Stage::with(BEFORE);
    let inside = stage.scene.sidecar.more["inside"];
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    stage.write(&format!(
        "listeners:\n  inside: {{listen: '{free}', trusted_proxies: [127.0.0.1]}}\n"
    ));
    eventually("it waits for a restart", || stage.restart_needed().contains("listeners.inside"));
    assert_eq!(stage.hops(&mut Client::connect(inside)), "127.0.0.1");
    stage.write(BEFORE);
    eventually("nothing waits", || stage.restart_needed() == "[]");
    assert_eq!(stage.hops(&mut Client::connect(inside)), "127.0.0.1");
}

#[test]
fn limits_are_followed_by_new_connections_and_old_ones_stay_as_they_are() {
    let stage = Stage::with("server: {header_timeout: 1m}\n");
    let public = stage.scene.sidecar.public;
    let mut old = Client::connect(public);
    let asked = request("GET", "/", &[("X-Auth-Token", &stage.token)], b"");
    old.send(&asked[..10]);
    // Accepted, and so under the old limit.
    let accepted = "portcullis_connections_accepted_total{listener=\"public\"}";
    eventually("it is accepted", || stage.scene.sidecar.metric(accepted) == 1.0);
    stage.write("server: {header_timeout: 50ms}\nhttp2: {max_streams: 7}\n");
    eventually("a new connection is cut off", || {
        let mut new = Client::connect(public);
        new.send(&asked[..10]);
        new.stream().set_read_timeout(Some(std::time::Duration::from_millis(500))).unwrap();
        new.is_closed()
    });
    old.send(&asked[10..]);
    assert_eq!(old.response().status, 200);
}

#[test]
fn limits_of_requests_are_followed_at_once() {
    let stage = Stage::with("server: {max_headers: 100}\n");
    let public = stage.scene.sidecar.public;
    let mut kept = Multiplexed::connect(public);
    let names: Vec<_> = (0..30).map(|n| format!("x-{n}")).collect();
    let mut fields: Vec<_> = names.iter().map(|name| (&name[..], "y")).collect();
    fields.push(("x-auth-token", &stage.token));
    assert_eq!(kept.get("/", &fields).status, 200);
    stage.write("server: {max_headers: 16}\n");
    eventually("it is followed", || kept.get("/", &fields).status == 431);
}

#[test]
fn what_needs_a_restart_is_named_and_not_in_force() {
    let stage = Stage::with(BEFORE);
    let inside = stage.scene.sidecar.more["inside"];
    let here = stage.scratch.path().display();
    stage.write(&format!(
        "listeners:\n  inside: \"unix:{here}/new.sock\"\n  more: \"unix:{here}/more.sock\"\n\
         server: {{max_connections: 5}}\nlistener: {{socket_users: owner}}\n"
    ));
    for key in ["listeners.inside", "listeners.more", "server.max_connections", "socket_users"] {
        eventually(&format!("{key} is named"), || stage.restart_needed().contains(key));
    }
    assert!(!stage.scratch.path().join("new.sock").exists());
    assert_eq!(get(inside, "/", &[("X-Auth-Token", &stage.token)]).status, 200);
    stage.write(BEFORE);
    eventually("nothing waits any more", || stage.restart_needed() == "[]");
}

#[test]
fn g17_no_connection_is_refused_while_the_configuration_changes() {
    let stage = Stage::with(BEFORE);
    let inside = stage.scene.sidecar.more["inside"];
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = [inside, stage.scene.sidecar.public]
        .into_iter()
        .map(|address| {
            let (stop, token) = (Arc::clone(&stop), stage.token.clone());
            std::thread::spawn(move || connect_all_the_time(address, &token, &stop))
        })
        .collect();
    for number in 0..20 {
        stage.write(if number % 2 == 0 { AFTER } else { BEFORE });
        stage.wait_for(f64::from(number + 1));
    }
    stop.store(true, Ordering::SeqCst);
    for client in clients {
        let answered = client.join().expect("every connection is served");
        assert!(answered > 5, "{answered}");
    }
}

fn connect_all_the_time(address: SocketAddr, token: &str, stop: &AtomicBool) -> usize {
    let mut answered = 0;
    while !stop.load(Ordering::SeqCst) {
        assert_eq!(get(address, "/", &[("X-Auth-Token", token)]).status, 200);
        answered += 1;
    }
    answered
}

/// The usual cast, with a configuration in a file that is looked at all the time.
struct Stage {
    scene: Scene,
    token: String,
    base: String,
    scratch: Scratch,
}

impl Stage {
    #[track_caller]
    fn with(yaml: &str) -> Self {
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let scratch = Scratch::new();
        let base = format!(
            "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n",
            upstream.url(),
            keystone.url()
        );
        let sidecar = Sidecar::before(&upstream, &keystone)
            .and(yaml)
            .on_disk(&scratch)
            .set("policy.watch", "10ms")
            .start();
        let scene = Scene { sidecar, keystone, upstream };
        Self { token: scene.token(), scene, base, scratch }
    }

    #[track_caller]
    fn write(&self, yaml: &str) {
        self.scratch.replace("portcullis.yaml", &format!("{}{yaml}", self.base));
    }

    #[track_caller]
    fn wait_for(&self, count: f64) {
        let followed = "portcullis_config_reloads_total{result=\"ok\"}";
        eventually("it is followed", || self.scene.sidecar.metric(followed) >= count);
    }

    /// What the service hears of earlier hops when a client names one.
    #[track_caller]
    fn hops(&self, client: &mut Client) -> String {
        let fields = [("X-Auth-Token", &self.token[..]), ("X-Forwarded-For", "203.0.113.9")];
        assert_eq!(client.get("/", &fields).status, 200);
        self.scene.upstream.last().headers("x-forwarded-for").join(" | ")
    }

    #[track_caller]
    fn restart_needed(&self) -> String {
        let shown = self.scene.sidecar.operate("GET", "/config", &[]).json();
        shown["reload"]["restart_needed"].to_string()
    }
}
