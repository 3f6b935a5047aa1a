//! Deciding allocates nothing. A binary of its own, because the counting allocator counts for the
//! whole process.

#![expect(unsafe_code, reason = "a global allocator is unsafe by its trait; it only counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use oslo_policy::{Context, Policy, RuleDefault, Scope, Value};
use serde_json::json;

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

/// Every sort of check that rules usually have, twice: one that is true and one that is false.
const CHECKS: &[&str] = &[
    "@",
    "!",
    "role:READER",
    "role:network_reader",
    "role:%(role)s",
    "not role:admin",
    "rule:reader",
    "rule:missing",
    "user_id:%(user_id)s",
    "project_id:%(user_id)s",
    "user_id:%(missing)s",
    "user_id:u1",
    "domain_id:%(none)s",
    "is_admin_project:True",
    "is_admin_project:%(bool)s",
    "'u1':%(user_id)s",
    "True:%(bool)s",
    "1:%(number)s",
    "1.5:%(float)s",
    "service_roles:service",
    "system:all",
    "not (role:admin or (role:reader and @))",
    "role:admin and user_id:%(user_id)s or not (role:guest or user_id:u2)",
];

#[test]
fn a_verdict_allocates_nothing() {
    let scoped = RuleDefault {
        scope_types: vec![Scope::Project, Scope::System],
        ..RuleDefault::new("scoped", "role:reader")
    };
    let mut builder = Policy::builder().inline("reader", "role:reader").defaults([scoped]);
    for check in CHECKS {
        builder = builder.inline(*check, *check);
    }
    let policy = builder.build().unwrap();
    let caller = Context {
        user_id: Some("u1"),
        roles: Some(&["member", "reader", "network_reader"]),
        service_roles: Some(&["other", "service"]),
        system_scope: Some("all"),
        ..Context::default()
    };
    let target = [
        ("role", Value::Text("Reader")),
        ("user_id", Value::Text("u1")),
        ("none", Value::None),
        ("bool", Value::Bool(true)),
        ("number", Value::Integer(1)),
        ("float", Value::Float(1.5)),
    ];
    let as_json = json!({
        "user_id": "u1", "roles": ["member", "reader"], "domain_id": null, "is_admin_project": true,
        "service_roles": ["service"], "system_scope": "all",
    });
    let mut allowed = 0;
    for rule in CHECKS.iter().chain(&["scoped", "unknown"]) {
        let before = ALLOCATIONS.with(Cell::get);
        let verdict = policy.enforce(rule, &target, &caller);
        let other = policy.enforce(rule, &target, &as_json);
        let made = ALLOCATIONS.with(Cell::get) - before;
        assert_eq!(made, 0, "{rule}: {verdict} {other}");
        allowed += usize::from(verdict.is_allowed());
    }
    assert!((10..=20).contains(&allowed), "{allowed} are allowed: one side is not tested");
}
