//! What a verdict costs: `cargo bench -p oslo-policy`.

#![allow(missing_docs, reason = "criterion's macros write functions of their own")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up should stop")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use oslo_policy::{Context, Policy, RuleDefault, Scope};
use serde_json::json;

const RULES: &str = r#"
admin: "role:admin or is_admin:True"
owner: "user_id:%(user_id)s"
one: "role:reader"
ten: >-
  role:admin or role:service or role:manager or domain_id:%(domain_id)s or
  (role:auditor and system_scope:all) or
  (not role:guest and user_id:%(user_id)s and project_id:%(project_id)s and True:%(enabled)s)
ten_by_name: >-
  rule:admin or rule:admin or (role:auditor and rule:owner) or
  (not role:guest and rule:owner and project_id:%(project_id)s and rule:owner)
"#;

fn benches(criterion: &mut Criterion) {
    let scoped = RuleDefault {
        scope_types: vec![Scope::Project],
        ..RuleDefault::new("scoped", "role:reader")
    };
    let policy = Policy::builder().text("bench", RULES).defaults([scoped]).build().unwrap();
    let roles = ["reader", "member", "creator", "observer"];
    let caller = Context {
        user_id: Some("a222361bfd844eb0968bf6eeb0101e17"),
        user_domain_id: Some("default"),
        project_id: Some("4bdcd094df8344e19ea14ef6b75c3c8a"),
        project_domain_id: Some("default"),
        roles: Some(&roles),
        ..Context::default()
    };
    let target = [
        ("domain_id", "d5c0a1a8e3f14c7b9d0e6f2a3b4c5d6e"),
        ("user_id", "a222361bfd844eb0968bf6eeb0101e17"),
        ("project_id", "4bdcd094df8344e19ea14ef6b75c3c8a"),
        ("enabled", "True"),
    ];
    for name in ["one", "scoped", "ten", "ten_by_name"] {
        let entry = policy.find(name).unwrap();
        criterion.bench_function(name, |bench| {
            bench.iter(|| {
                let verdict = entry.enforce(black_box(&target), black_box(&caller));
                assert!(verdict.is_allowed());
            });
        });
    }
    criterion.bench_function("ten, found by name", |bench| {
        bench.iter(|| {
            let verdict = policy.enforce(black_box("ten"), black_box(&target), black_box(&caller));
            assert!(verdict.is_allowed());
        });
    });
    let json_caller = json!({
        "user_id": caller.user_id, "project_id": caller.project_id, "domain_id": null,
        "system_scope": null, "roles": roles,
    });
    criterion.bench_function("ten, credentials as JSON", |bench| {
        let entry = policy.find("ten").unwrap();
        bench.iter(|| {
            let verdict = entry.enforce(black_box(&target), black_box(&json_caller));
            assert!(verdict.is_allowed());
        });
    });
    criterion.bench_function("build the policy of these rules", |bench| {
        bench.iter(|| Policy::builder().text("bench", black_box(RULES)).build().unwrap());
    });
}

criterion_group!(all, benches);
criterion_main!(all);
