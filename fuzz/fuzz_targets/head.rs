//! A client's head and two identities in, the head for the service out: no field that a server
//! could take for a protected one, but for those that the identities warrant, one line each; and
//! everything that is nobody's business as it came.
//!
//! Input: method and target, then the fields, one in a line; then the token documents of the user
//! and of the service, if they are any.

#![no_main]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use libfuzzer_sys::fuzz_target;
use portcullis::admission::{self, Admission, Cast};
use portcullis::front::{Peer, Stage};
use portcullis::identity::{BadToken, Class, Identity, Names, TABLE, classify, mark_invalid};
use portcullis::keystone::read_saved;
use portcullis::policy::{self, Policy};
use portcullis::upstream::{is_hop_by_hop, nominated};
use portcullis_fuzz::{is_odd, is_protected, normal_form, now, sections};

fuzz_target!(|text: &str| {
    let mut parts = sections(text);
    let Some(client) = parts.next().and_then(read) else { return };
    let who = |document: Option<&str>| {
        let identity = read_saved(document.unwrap_or_default().as_bytes(), true);
        identity.map(Arc::new).map_err(|_| BadToken::Unknown)
    };
    let cast = Cast { user: who(parts.next()), service: who(parts.next()) };
    for (delay, names) in [(false, Names::UserAndDeprecated), (true, Names::User)] {
        check(&client, &cast, delay, names);
    }
});

fn read(head: &str) -> Option<Parts> {
    let mut lines = head.lines();
    let (method, target) = lines.next()?.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(target).body(()).ok()?;
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(value.trim_matches([' ', '\t']).as_bytes()).ok()?;
        request.headers_mut().append(name, value);
    }
    Some(request.into_parts().0)
}

fn check(client: &Parts, cast: &Cast, delay: bool, names: Names) {
    let admission = Admission::rehearsing(
        cast.clone(),
        admission::Settings {
            max_token_bytes: 1024,
            delay,
            service_type: Some("compute".into()),
            service_token_roles: vec!["service".into()],
            service_token_roles_required: false,
            retry_after: Duration::from_secs(1),
            overlook_expiry: false,
        },
    );
    let peer = Peer::new(Some([192, 0, 2, 7].into()), false, false);
    let stage = Stage { admission: &admission, policy: &ANYWHERE, names };
    let head = now(stage.head(client, &peer));
    let Some(head) = head else { return };
    let sent = head.headers();
    let warranted = warranted(sent, cast, delay, names);
    for name in sent.keys() {
        let normal = normal_form(name.as_str());
        assert!(!is_odd(name.as_str()), "{name}");
        assert!(!is_hop_by_hop(name) || name == "transfer-encoding", "{name}");
        if !is_protected(&normal) {
            continue;
        }
        match classify(name) {
            Some(Class::User(_) | Class::Deprecated(_) | Class::Service(_)) => {
                assert!(warranted.contains_key(name), "{name} is not warranted");
            }
            Some(Class::Credential) => assert_eq!(
                sent.get_all(name).iter().collect::<Vec<_>>(),
                client.headers.get_all(name).iter().collect::<Vec<_>>(),
                "{name} is not the client's"
            ),
            Some(Class::Origin) => assert_eq!(sent.get_all(name).iter().count(), 1, "{name}"),
            Some(Class::Certificate | Class::Foreign) | None => {
                panic!("{name} reaches the service")
            }
        }
    }
    for (name, value) in &warranted {
        assert_eq!(sent.get_all(name).iter().collect::<Vec<_>>(), [value], "{name}");
    }
    assert_eq!(sent["x-forwarded-for"], "192.0.2.7");
    assert_eq!(sent["x-forwarded-proto"], "http");
    assert_eq!(sent.get("x-forwarded-host"), sent.get("host"));
    everything_else_passes(client, sent);
}

/// The fields of identity that must stand in the head: what was said of the parties shows in their
/// status, and what follows from it is the identities' own.
fn warranted(sent: &HeaderMap, cast: &Cast, delay: bool, names: Names) -> HeaderMap {
    let mut warranted = HeaderMap::new();
    let mut tell = |names: Names, status: &str, who: &Result<Arc<Identity>, BadToken>| match (
        sent.get(status).map(HeaderValue::as_bytes),
        who,
    ) {
        (Some(b"Confirmed"), Ok(who)) => who.apply_to(names, &mut warranted).expect("headers"),
        (Some(b"Invalid"), _) if delay => mark_invalid(names, &mut warranted),
        (None, _) if names == Names::Service => {}
        (said, _) => panic!("{status}: {said:?}"),
    };
    tell(names, "x-identity-status", &cast.user);
    tell(Names::Service, "x-service-identity-status", &cast.service);
    let known: BTreeSet<_> = TABLE.iter().map(|row| row.name.as_str()).collect();
    assert!(warranted.keys().all(|name| known.contains(name.as_str())));
    warranted
}

fn everything_else_passes(client: &Parts, sent: &HeaderMap) {
    let nominated = nominated(&client.headers).expect("it was forwarded");
    for name in client.headers.keys() {
        let ours = ["content-length", "expect"].contains(&name.as_str());
        if is_odd(name.as_str()) || is_protected(&normal_form(name.as_str())) || ours {
            continue;
        }
        if is_hop_by_hop(name) || nominated.contains(name) {
            continue;
        }
        let values =
            |headers: &HeaderMap| headers.get_all(name).iter().cloned().collect::<Vec<_>>();
        assert_eq!(values(&client.headers), values(sent), "{name} was lost or changed");
    }
}

static ANYWHERE: LazyLock<Policy> =
    LazyLock::new(|| Policy::new(policy::Settings::default()).expect("no routes, no mistakes"));
