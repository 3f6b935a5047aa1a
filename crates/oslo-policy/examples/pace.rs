//! Decides one rule many times and prints the nanoseconds that each took, for a
//! comparison with Python's oslo.policy: `benches/policy` runs both.
//!
//!     pace ROUNDS RULE CREDENTIALS TARGET      (a rule's text, and two JSON objects)

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a small program for a bench")]

use std::hint::black_box;
use std::time::Instant;

use oslo_policy::Policy;
use serde_json::Value;

fn main() {
    let [rounds, rule, credentials, target] =
        <[String; 4]>::try_from(std::env::args().skip(1).collect::<Vec<_>>()).unwrap();
    let rounds: u32 = rounds.parse().unwrap();
    let credentials: Value = serde_json::from_str(&credentials).unwrap();
    let target: Value = serde_json::from_str(&target).unwrap();
    let policy = Policy::builder().inline("the rule", rule.as_str()).build().unwrap();
    let allowed = policy.enforce("the rule", &target, &credentials).is_allowed();
    #[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
    let started = Instant::now();
    for _ in 0..rounds {
        let verdict = policy.enforce("the rule", black_box(&target), black_box(&credentials));
        assert_eq!(verdict.is_allowed(), allowed);
    }
    let nanos = started.elapsed().as_nanos() / u128::from(rounds.max(1));
    println!("{{\"allowed\": {allowed}, \"nanoseconds\": {nanos}}}");
}
