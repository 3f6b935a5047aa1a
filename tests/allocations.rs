//! A decision on a remembered token allocates nothing. A binary of its own, because the counting
//! allocator counts for the whole process.

#![expect(unsafe_code, reason = "a global allocator is unsafe by its trait; it only counts")]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use keystone_double::{Double, Scope, World};
use portcullis::admission::{AccessRequest, Admission, Credential, Grant};
use portcullis::dial::Trust;
use portcullis::identity::{Clock, RawToken, TokenHasher, strip_client_headers};
use portcullis::keystone::{Base, Keystone, Mode, Settings};
use portcullis::telemetry::Registry;
use portcullis::validation::{self, Validator};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = ALLOCATIONS.with(Cell::get);
    let result = work();
    (ALLOCATIONS.with(Cell::get) - before, result)
}

/// An admission that remembers `token`, in a runtime that can ask the double.
fn warmed() -> (tokio::runtime::Runtime, Admission, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let double = Double::new(World::sample());
    let token = double.issue("alice", Scope::project("demo")).token();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/v3", listener.local_addr().unwrap());
    let settings = Settings {
        base: Base::parse(&url, Trust::System).unwrap(),
        mode: Mode::SelfValidation,
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
    let admission = Admission::new(Arc::new(validator), 32 * 1024);
    runtime.block_on(admission.admit(&request(&token), &mut Duration::default())).unwrap();
    (runtime, admission, token)
}

fn request(token: &str) -> AccessRequest<'_> {
    AccessRequest { user: Credential::Single(RawToken::new(token.as_bytes())), request_id: None }
}

/// Polls a decision that must not wait.
fn decide(admission: &Admission, token: &str) -> Grant {
    let request = request(token);
    let mut waited = Duration::ZERO;
    let decision = std::pin::pin!(admission.admit(&request, &mut waited));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match decision.poll(&mut context) {
        std::task::Poll::Ready(decision) => decision.unwrap(),
        std::task::Poll::Pending => unreachable!("a remembered token was waited for"),
    }
}

#[test]
fn a_decision_on_a_remembered_token_allocates_nothing() {
    let (_runtime, admission, token) = warmed();
    for _ in 0..1_000 {
        decide(&admission, &token);
    }
    // The cache crate keeps its books on every hundredth or so read, with one allocation. All
    // other decisions, and all of our own code, must be free.
    let counts: Vec<u64> =
        (0..10_000).map(|_| allocations(|| decide(&admission, &token)).0).collect();
    let costly = counts.iter().filter(|count| **count > 0).count();
    let all: u64 = counts.iter().sum();
    assert!(costly <= 100 && all <= 100, "{costly} of 10000 decisions made {all} allocations");
}

#[test]
fn stripping_nothing_and_setting_identity_allocates_only_the_maps_growth() {
    let (_runtime, admission, token) = warmed();
    let grant = decide(&admission, &token);
    let mut headers = HeaderMap::with_capacity(48);
    for name in ["host", "accept", "user-agent", "x-request-start", "content-type"] {
        headers.insert(name, HeaderValue::from_static("value"));
    }
    // The table's index is made when it is first used.
    strip_client_headers(&mut headers);
    let (made, stripped) = allocations(|| strip_client_headers(&mut headers));
    assert_eq!((made, stripped), (0, 0));
    let (made, applied) = allocations(|| grant.user().apply_to(&mut headers));
    applied.unwrap();
    assert!(made <= 1, "{made} allocations to set {} headers", headers.len());
}

#[test]
fn the_common_futures_stay_small() {
    let (_runtime, admission, token) = warmed();
    let request = request(&token);
    let mut waited = Duration::ZERO;
    let size = size_of_val(&admission.admit(&request, &mut waited));
    // Measured when written, rounded up; only ever lowered.
    assert!(size <= 256, "{size}");
}
