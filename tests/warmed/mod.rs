//! An admission that remembers a token: what `allocations` counts and the micro benches time.

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::Method;
use keystone_double::{Double, Scope, World};
use portcullis::admission::{self, AccessRequest, Admission, Credential, Grant};
use portcullis::dial::{Security, Trust};
use portcullis::identity::{Clock, Identity, RawToken, TokenHasher};
use portcullis::keystone::{Base, ExtraSettings, Keystone, Mode, Settings};
use portcullis::policy::{self, Access, Caller, Facts, Policy, Route, RouteSettings, Said, Way};
use portcullis::remote::{self, Remote};
use portcullis::routing::{Asked, Methods, Pattern};
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
    let asked = remote::Settings {
        security: Security::default(),
        timeout: Duration::from_secs(5),
        form: remote::Form::default(),
    };
    let admission = Admission::new(
        Arc::new(validator),
        Arc::new(Remote::new(asked, &registry).unwrap()),
        admission::Settings {
            max_token_bytes: 32 * 1024,
            delay: false,
            service_type: None,
            service_token_roles: vec!["service".into()],
            service_token_roles_required: true,
            retry_after: Duration::from_secs(5),
            overlook_expiry: false,
        },
    );
    let mut waited = Duration::ZERO;
    runtime.block_on(admission.admit(&POLICY, &request(&token), &FACTS, &mut waited)).unwrap();
    (runtime, admission, token)
}

/// One route, whose rule looks at the path, at roles and at ids.
pub(crate) static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let pattern = Pattern::new(Methods::All, None, "/v3/{user_id}/volumes/**").unwrap();
    let check = "role:nobody or (role:Member and (user_id:%(user_id)s or user_domain_id:default))";
    let route = route("volumes", "/v3/{user_id}/volumes/**", "owner");
    Policy::new(policy::Settings {
        routes: Some(vec![RouteSettings { pattern, route }]),
        rules: oslo_policy::Policy::builder().inline("owner", check),
        ..policy::Settings::default()
    })
    .unwrap()
});

fn route(name: &str, takes: &str, rule: &str) -> Route {
    Route {
        name: name.into(),
        takes: takes.into(),
        access: Access::Rule(rule.into()),
        ..Route::anywhere()
    }
}

/// The way that every request takes.
static WAY: LazyLock<Way<'static, 'static>> = LazyLock::new(|| {
    let asked = Asked { method: &Method::GET, host: None, path: "/v3/u/volumes/detail" };
    POLICY.way(asked).unwrap()
});

pub(crate) static FACTS: LazyLock<Facts<'static>> = LazyLock::new(|| Facts {
    query: None,
    headers: Box::leak(Box::default()),
    body: Said::Nothing,
});

pub(crate) fn request(token: &str) -> AccessRequest<'_> {
    AccessRequest {
        method: &Method::GET,
        path: "/",
        way: &WAY,
        user: Credential::Single(RawToken::new(token.as_bytes())),
        service: Credential::Absent,
        request_id: None,
    }
}

/// Polls a decision that must not wait.
pub(crate) fn decide(admission: &Admission, token: &str) -> Grant {
    let request = request(token);
    let mut waited = Duration::ZERO;
    let decision = pin!(admission.admit(&POLICY, &request, &FACTS, &mut waited));
    let mut context = Context::from_waker(Waker::noop());
    match decision.poll(&mut context) {
        Poll::Ready(decision) => decision.unwrap(),
        Poll::Pending => unreachable!("a remembered token was waited for"),
    }
}

/// As many routes, all with one rule of ten checks, of which the last decides.
pub(crate) fn policy_of(routes: usize) -> Policy {
    let check = "role:admin or role:service or domain_id:%(user_id)s or \
                 (role:auditor and system_scope:all) or \
                 (not role:guest and role:member and user_domain_id:default and \
                 user_name:nobody) or role:reader";
    let rows = (0..routes).map(|at| {
        let takes = format!("/v3/{{user_id}}/thing{at}/{{id}}/**");
        let pattern = Pattern::new(Methods::All, None, &takes).unwrap();
        RouteSettings { pattern, route: route("things", &takes, "ten") }
    });
    Policy::new(policy::Settings {
        routes: Some(rows.collect()),
        rules: oslo_policy::Policy::builder().inline("ten", check),
        ..policy::Settings::default()
    })
    .unwrap()
}

/// What the last of those routes takes.
pub(crate) fn path_of(routes: usize) -> String {
    format!("/v3/4bdcd094df8344e19ea14ef6b75c3c8a/thing{}/a222361bfd844eb0/detail", routes - 1)
}

/// Finds the route and decides its rule.
pub(crate) fn permits(policy: &Policy, path: &str, user: &Identity) {
    let way = policy.way(Asked { method: &Method::GET, host: None, path }).unwrap();
    policy.permits(&way, &FACTS, Caller { user, service: None }).unwrap();
}
