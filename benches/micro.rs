//! What the parts of a request cost, each by itself: `cargo bench --bench micro`.

#![allow(missing_docs, reason = "criterion's macros write functions of their own")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up should stop")]

use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderName, HeaderValue};
use keystone_double::{Double, Scope, World};
use portcullis::admission::{AccessRequest, Admission, Credential, Grant};
use portcullis::dial::Trust;
use portcullis::identity::{
    Allowance, Clock, RawToken, TokenHasher, UnixTime, strip_client_headers,
};
use portcullis::keystone::{Base, Keystone, Mode, Settings, read_validation};
use portcullis::telemetry::Registry;
use portcullis::validation::{self, Validator};

/// What Keystone answers about a project-scoped token, `nocatalog`.
const ANSWER: &str = r#"{"token": {"methods": ["password"], "user": {"domain": {"id": "default",
"name": "Default"}, "id": "a222361bfd844eb0968bf6eeb0101e17", "name": "alice",
"password_expires_at": null}, "audit_ids": ["DNPqI_edQOiZBrp50nKumg"],
"expires_at": "2099-11-21T18:57:04.000000Z", "issued_at": "2026-11-21T17:57:04.000000Z",
"project": {"domain": {"id": "default", "name": "Default"},
"id": "4bdcd094df8344e19ea14ef6b75c3c8a", "name": "demo"}, "is_domain": false, "roles": [
{"id": "443a119ae8ec4d75bb0a613bfa339858", "name": "reader"},
{"id": "606728158e3c465c9d7c2b410cacaa26", "name": "member"},
{"id": "62ff3af69564460dbcb31f24d829d738", "name": "manager"}]}}"#;

fn benches(criterion: &mut Criterion) {
    let (_runtime, admission, token) = warmed();
    criterion.bench_function("decision on a remembered token", |bench| {
        bench.iter(|| decide(&admission, black_box(&token)));
    });
    let hasher = TokenHasher::new([7; 32]);
    criterion.bench_function("key of a token", |bench| {
        bench.iter(|| hasher.key(RawToken::new(black_box(token.as_bytes())), Allowance::None));
    });
    criterion.bench_function("strip a client's nine fields, none of them protected", |bench| {
        let mut headers = client_headers();
        bench.iter(|| strip_client_headers(black_box(&mut headers)));
    });
    criterion.bench_function("strip three spoofed fields", |bench| {
        bench.iter_batched_ref(spoofed_headers, strip_client_headers, BatchSize::SmallInput);
    });
    let grant = decide(&admission, &token);
    criterion.bench_function("set an identity's headers", |bench| {
        let room = || HeaderMap::with_capacity(48);
        bench.iter_batched_ref(
            room,
            |headers| grant.user().apply_to(headers),
            BatchSize::SmallInput,
        );
    });
    criterion.bench_function("read Keystone's answer and render its headers", |bench| {
        let now = UnixTime::from_millis(0);
        bench.iter(|| read_validation(black_box(ANSWER.as_bytes()), now).unwrap());
    });
}

fn client_headers() -> HeaderMap {
    let fields = [
        ("host", "api.example:8774"),
        ("x-auth-token", "gAAAA"),
        ("user-agent", "openstacksdk/4.22.0 keystoneauth1/5.18.1"),
        ("accept", "application/json"),
        ("accept-encoding", "gzip, deflate"),
        ("openstack-api-version", "compute 2.96"),
        ("x-openstack-nova-api-version", "2.96"),
        ("content-type", "application/json"),
        ("connection", "keep-alive"),
    ];
    let field = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    fields.into_iter().map(field).collect()
}

fn spoofed_headers() -> HeaderMap {
    let mut headers = client_headers();
    for name in ["x-roles", "x_project_id", "x.user.id"] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static("evil"));
    }
    headers
}

/// An admission that remembers a token of a double's.
fn warmed() -> (tokio::runtime::Runtime, Admission, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let double = Double::new(World::sample());
    let token = double.issue("alice", Scope::project("demo")).token();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/v3", listener.local_addr().unwrap());
    let patience = Duration::from_secs(5);
    let settings = Settings {
        base: Base::parse(&url, Trust::System).unwrap(),
        mode: Mode::SelfValidation,
        connect_timeout: patience,
        timeout: patience,
        retries: 0,
    };
    let cache = validation::Settings {
        ttl: Duration::from_hours(1),
        jitter: 0.0,
        max_bytes: 1 << 20,
        negative_ttl: Duration::from_secs(10),
        negative_max_entries: 100,
        max_in_flight: 4,
        max_waiting: 4,
        retry_after: patience,
    };
    let registry = Registry::default();
    let keystone = Arc::new(Keystone::new(&settings, Clock::system(), &registry).unwrap());
    let hasher = TokenHasher::new([7; 32]);
    let (validator, questions) =
        Validator::new(&cache, keystone, patience, hasher, Clock::system(), &registry).unwrap();
    runtime.spawn(double.serve(listener));
    runtime.spawn(questions.run());
    let admission = Admission::new(Arc::new(validator), 32 * 1024);
    runtime.block_on(admission.admit(&request(&token), &mut Duration::default())).unwrap();
    (runtime, admission, token)
}

fn request(token: &str) -> AccessRequest<'_> {
    AccessRequest { user: Credential::Single(RawToken::new(token.as_bytes())), request_id: None }
}

fn decide(admission: &Admission, token: &str) -> Grant {
    let request = request(token);
    let mut waited = Duration::ZERO;
    let decision = pin!(admission.admit(&request, &mut waited));
    match decision.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(decision) => decision.unwrap(),
        Poll::Pending => unreachable!("a remembered token was waited for"),
    }
}

criterion_group!(micro, benches);
criterion_main!(micro);
