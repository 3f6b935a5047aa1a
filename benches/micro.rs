//! What the parts of a request cost, each by itself: `cargo bench --bench micro`.

#![allow(missing_docs, reason = "criterion's macros write functions of their own")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up should stop")]

#[path = "../tests/warmed/mod.rs"]
mod warmed;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use portcullis::admission::Grant;
use portcullis::identity::{Allowance, Names, RawToken, TokenHasher, UnixTime, classify};
use portcullis::keystone::read_validation;
use portcullis::routing::Asked;

use warmed::{decide, path_of, permits, policy_of, warmed};

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
    rules(criterion, &decide(&admission, &token));
    let hasher = TokenHasher::new([7; 32]);
    criterion.bench_function("key of a token", |bench| {
        bench.iter(|| hasher.key(RawToken::new(black_box(token.as_bytes())), Allowance::None));
    });
    criterion.bench_function("classify a client's nine fields, one of them protected", |bench| {
        let headers = client_headers();
        bench.iter(|| protected(black_box(&headers)));
    });
    criterion.bench_function("classify twelve, three of them spoofed", |bench| {
        let headers = spoofed_headers();
        bench.iter(|| protected(black_box(&headers)));
    });
    let grant = decide(&admission, &token);
    criterion.bench_function("set an identity's headers", |bench| {
        let room = || HeaderMap::with_capacity(48);
        bench.iter_batched_ref(
            room,
            |headers| grant.user().unwrap().apply_to(Names::UserAndDeprecated, headers),
            BatchSize::SmallInput,
        );
    });
    criterion.bench_function("read Keystone's answer and render its headers", |bench| {
        let now = UnixTime::from_millis(0);
        bench.iter(|| read_validation(black_box(ANSWER.as_bytes()), now).unwrap());
    });
}

/// What a policy adds to a decision, and that it is the same for a hundred times the routes.
fn rules(criterion: &mut Criterion, grant: &Grant) {
    let user = grant.user().unwrap();
    for routes in [50, 5_000] {
        let (policy, path) = (policy_of(routes), path_of(routes));
        criterion.bench_function(&format!("find one of {routes} routes"), |bench| {
            let asked = Asked { method: &Method::GET, host: None, path: &path };
            bench.iter(|| policy.way(black_box(asked)).unwrap());
        });
        criterion.bench_function(&format!("the same of {routes}, and a rule of ten"), |bench| {
            bench.iter(|| permits(&policy, black_box(&path), user));
        });
    }
}

fn protected(headers: &HeaderMap) -> usize {
    headers.keys().filter(|name| classify(name).is_some()).count()
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

criterion_group!(micro, benches);
criterion_main!(micro);
