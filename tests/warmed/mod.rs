//! An admission that remembers a token: what `allocations` counts and the micro benches time.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::Method;
use keystone_double::{Double, Scope, World};
use portcullis::admission::{self, AccessRequest, Admission, Credential, Grant};
use portcullis::dial::{Security, Trust};
use portcullis::identity::{Clock, RawToken, TokenHasher};
use portcullis::keystone::{Base, ExtraSettings, Keystone, Mode, Settings};
use portcullis::telemetry::Registry;
use portcullis::validation::{self, Validator};

/// An admission that remembers `token`, in a runtime that can ask the double.
pub(crate) fn warmed() -> (tokio::runtime::Runtime, Admission, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let double = Double::new(World::sample());
    let token = double.issue("alice", Scope::project("demo")).token();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/v3", listener.local_addr().unwrap());
    let settings = Settings {
        base: Base::parse(&url, Trust::System).unwrap(),
        security: Security::default(),
        mode: Mode::SelfValidation,
        endpoint: None,
        access_rules: false,
        extras: ExtraSettings::default(),
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
        retries: 0,
    };
    let registry = Registry::default();
    let keystone = Arc::new(Keystone::new(&settings, Clock::system(), &registry).unwrap());
    let cache = validation::Settings {
        ttl: Duration::from_mins(5),
        jitter: 0.1,
        max_bytes: 1 << 20,
        negative_ttl: Duration::from_secs(10),
        negative_max_entries: 100,
        max_in_flight: 4,
        max_waiting: 4,
        retry_after: Duration::from_secs(5),
    };
    let (validator, questions) = Validator::new(
        &cache,
        keystone,
        Duration::from_secs(5),
        TokenHasher::new([7; 32]),
        Clock::system(),
        &registry,
    )
    .unwrap();
    runtime.spawn(double.serve(listener));
    runtime.spawn(questions.run());
    let admission = Admission::new(
        Arc::new(validator),
        admission::Settings {
            max_token_bytes: 32 * 1024,
            delay: false,
            service_type: None,
            service_token_roles: vec!["service".into()],
            service_token_roles_required: true,
            overlook_expiry: false,
        },
    );
    runtime.block_on(admission.admit(&request(&token), &mut Duration::default())).unwrap();
    (runtime, admission, token)
}

pub(crate) fn request(token: &str) -> AccessRequest<'_> {
    AccessRequest {
        method: &Method::GET,
        path: "/",
        user: Credential::Single(RawToken::new(token.as_bytes())),
        service: Credential::Absent,
        request_id: None,
    }
}

/// Polls a decision that must not wait.
pub(crate) fn decide(admission: &Admission, token: &str) -> Grant {
    let request = request(token);
    let mut waited = Duration::ZERO;
    let decision = pin!(admission.admit(&request, &mut waited));
    let mut context = Context::from_waker(Waker::noop());
    match decision.poll(&mut context) {
        Poll::Ready(decision) => decision.unwrap(),
        Poll::Pending => unreachable!("a remembered token was waited for"),
    }
}
