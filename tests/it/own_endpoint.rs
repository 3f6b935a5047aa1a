//! Where tokens are asked about, when our own account's catalogue is to say it: the login goes to
//! the address that was configured, everything else to the endpoint of that interface and region.

use keystone_double::Endpoint;

use crate::support::{ACCOUNT, Keystone, Process, Proxy, Relay, Scene, Scratch, eventually, get};

const INTERNAL: (&str, &str) = ("keystone.interface", "internal");

#[test]
fn n16_questions_go_to_the_interface_and_logins_stay_where_they_were() {
    let keystone = Keystone::start();
    let relay = Relay::before(keystone.address());
    move_to(&keystone, "internal", "RegionOne", &relay.url());
    let scene = asking(keystone, &[INTERNAL]);
    scene.assert_serves();
    scene.assert_serves();
    assert_eq!(hosts(&scene.keystone, "POST"), [scene.keystone.address().to_string()]);
    let asked = hosts(&scene.keystone, "GET");
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|host| relay.url().ends_with(&host[..])), "{asked:?}");
}

#[test]
fn without_an_interface_everything_goes_to_the_configured_address() {
    let keystone = Keystone::start();
    for interface in ["public", "internal", "admin"] {
        move_to(&keystone, interface, "RegionOne", "http://127.0.0.1:1");
    }
    let scene = asking(keystone, &[]);
    scene.assert_serves();
    assert_eq!(hosts(&scene.keystone, "GET"), [scene.keystone.address().to_string()]);
}

#[test]
fn the_region_chooses_among_endpoints_and_the_interface_is_then_internal() {
    let keystone = Keystone::start();
    let relay = Relay::before(keystone.address());
    keystone.change(|world| {
        let of_identity = &mut world.catalog[0].endpoints;
        for endpoint in of_identity.iter_mut() {
            "http://127.0.0.1:1".clone_into(&mut endpoint.url);
        }
        for (interface, url) in [("public", "http://127.0.0.1:1"), ("internal", &relay.url())] {
            of_identity.push(Endpoint {
                interface: interface.to_owned(),
                region: "RegionTwo".to_owned(),
                url: url.to_owned(),
            });
        }
    });
    let scene = asking(keystone, &[("keystone.region_name", "RegionTwo")]);
    scene.assert_serves();
    assert!(relay.connections() > 0);
}

#[test]
fn a_catalogue_without_that_endpoint_is_an_outage_and_not_a_refusal() {
    for missing in [("keystone.region_name", "Elsewhere"), INTERNAL] {
        let keystone = Keystone::start();
        keystone.change(|world| {
            world.catalog[0].endpoints.retain(|endpoint| endpoint.interface != "internal");
        });
        let scene = asking(keystone, &[missing]);
        let response = scene.sidecar.get_as(&scene.token(), "/");
        assert_eq!(response.status, 503, "{missing:?}");
        assert_eq!(response.header("www-authenticate"), None);
        assert_eq!((scene.upstream.count(), scene.keystone.validations()), (0, 0));
        let faults = "portcullis_keystone_faults_total{kind=\"no_endpoint\"}";
        assert_eq!(scene.sidecar.metric(faults), 1.0);
    }
}

#[test]
fn an_endpoint_that_is_no_address_is_an_outage() {
    for nonsense in ["", "unix:/run/keystone.sock", "ftp://keystone", "http://", "/v3"] {
        let keystone = Keystone::start();
        move_to(&keystone, "internal", "RegionOne", nonsense);
        let scene = asking(keystone, &[INTERNAL]);
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503, "{nonsense:?}");
        assert_eq!(scene.keystone.validations(), 0);
    }
}

#[test]
fn an_endpoint_that_moved_is_found_again() {
    let keystone = Keystone::start();
    // Nobody answers there.
    move_to(&keystone, "internal", "RegionOne", "http://127.0.0.1:1/v3");
    let scene = asking(keystone, &[INTERNAL, ("keystone.retries", "0")]);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
    let home = scene.keystone.url();
    move_to(&scene.keystone, "internal", "RegionOne", &home);
    eventually("the catalogue is read anew", || {
        scene.sidecar.get_as(&scene.token(), "/").status == 200
    });
    assert_eq!(scene.keystone.calls().logins, 2, "and no more often than that");
}

#[test]
fn an_endpoint_where_others_can_listen_is_warned_about() {
    let keystone = Keystone::start();
    move_to(&keystone, "internal", "RegionOne", "http://keystone.invalid:5000/v3");
    let log = log_of_a_login(&keystone);
    log.wait_for("the catalogue names a plain http address");
    let home = keystone.url();
    move_to(&keystone, "internal", "RegionOne", &home);
    let log = log_of_a_login(&keystone);
    log.wait_for("logged in to the identity service");
    assert!(!log.output().contains("plain http"), "loopback is nobody else's: {}", log.output());
}

#[test]
fn a_password_in_the_catalogue_is_not_logged() {
    let keystone = Keystone::start();
    move_to(&keystone, "internal", "RegionOne", "http://admin:CANARY@keystone.invalid:5000/v3");
    let log = log_of_a_login(&keystone);
    log.wait_for("an endpoint that cannot be used");
    assert!(!log.output().contains("CANARY"), "{}", log.output());
}

/// A proxy that was made to log in, to look for an endpoint in its catalogue.
#[track_caller]
fn log_of_a_login(keystone: &Keystone) -> Process {
    let account = ACCOUNT.map(|(key, value)| format!("{key}: {value}\n"));
    let account = account.concat().replace("keystone.", "  ");
    let yaml = format!(
        "upstream: http://127.0.0.1:1\nkeystone:\n  auth_url: \"{}\"\n  interface: internal\n  \
         timeout: 1s\n{account}",
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &["log.level=trace"]);
    let asked = get(proxy.public, "/", &[("X-Auth-Token", "a-token-of-nobodys")]);
    assert!(matches!(asked.status, 401 | 503), "{asked:?}");
    proxy.process
}

#[test]
fn self_mode_has_no_catalogue_to_look_into() {
    for key in ["keystone.interface=internal", "keystone.region_name=RegionOne"] {
        let scratch = Scratch::new();
        let yaml =
            "upstream: http://127.0.0.1:9000\nkeystone: {auth_url: \"http://127.0.0.1:5000\"}\n";
        let file = scratch.write("portcullis.yaml", yaml).display().to_string();
        let output = Process::run(&["check", "--config", &file, "--set", key], &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(
            said.contains(key.split('=').next().unwrap()) && said.contains("self mode"),
            "{said}"
        );
    }
}

/// Before this identity service, which an account of the proxy's own asks.
#[track_caller]
fn asking(keystone: Keystone, settings: &[(&str, &str)]) -> Scene {
    Scene::of(keystone, &[&ACCOUNT[..], settings].concat())
}

/// Lists the identity service at another address.
fn move_to(keystone: &Keystone, interface: &str, region: &str, url: &str) {
    keystone.change(|world| {
        let of_identity = &mut world.catalog[0].endpoints;
        of_identity.retain(|one| (&one.interface[..], &one.region[..]) != (interface, region));
        of_identity.push(Endpoint {
            interface: interface.to_owned(),
            region: region.to_owned(),
            url: url.to_owned(),
        });
    });
}

/// Under which addresses it was asked in this way.
fn hosts(keystone: &Keystone, method: &str) -> Vec<String> {
    let of_tokens = keystone.requests().into_iter().filter(|seen| seen.path == "/v3/auth/tokens");
    let of_method = of_tokens.filter(|seen| seen.method == method);
    of_method.map(|seen| seen.header("host").unwrap_or_default().to_owned()).collect()
}
