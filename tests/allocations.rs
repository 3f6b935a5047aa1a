//! A decision on a remembered token allocates nothing. A binary of its own, because the counting
//! allocator counts for the whole process.

#![expect(unsafe_code, reason = "a global allocator is unsafe by its trait; it only counts")]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "warmed/mod.rs"]
mod warmed;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use portcullis::identity::{Names, classify};

use warmed::{decide, path_of, permits, policy_of, request, warmed};

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
fn finding_a_route_among_thousands_and_deciding_its_rule_allocates_nothing() {
    let (_runtime, admission, token) = warmed();
    let grant = decide(&admission, &token);
    let user = grant.user().unwrap();
    for routes in [50, 5_000] {
        let (policy, path) = (policy_of(routes), path_of(routes));
        let (made, ()) = allocations(|| permits(&policy, &path, user));
        assert_eq!(made, 0, "{routes} routes");
    }
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
    let protected = || headers.keys().filter(|name| classify(name).is_some()).count();
    protected();
    let (made, stripped) = allocations(protected);
    assert_eq!((made, stripped), (0, 0));
    let (made, applied) =
        allocations(|| grant.user().unwrap().apply_to(Names::UserAndDeprecated, &mut headers));
    applied.unwrap();
    assert!(made <= 1, "{made} allocations to set {} headers", headers.len());
}

#[test]
fn the_common_futures_stay_small() {
    let (_runtime, admission, token) = warmed();
    let request = request(&token);
    let mut waited = Duration::ZERO;
    let size = size_of_val(&admission.identify(&request, &mut waited));
    // Measured when written, rounded up; only ever lowered.
    assert!(size <= 256, "{size}");
}
