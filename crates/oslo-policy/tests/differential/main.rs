//! This crate beside Python's oslo.policy: the same policies, the same requests, the same verdicts.
//!
//! It needs a Python with oslo.policy 6.0.1: `scripts/real-keystone target/real-keystone install`
//! makes one, `OSLO_POLICY_PYTHON` names another. `OSLO_POLICY_SEED` changes what is generated.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
#![expect(clippy::indexing_slicing, reason = "tests fail by panicking")]

mod cases;
mod compare;
mod generator;
mod job;
mod oracle;

use compare::Report;
use job::Job;

#[test]
fn every_corner_case_is_decided_as_in_python() {
    let report = run(&cases::all());
    println!("corner cases: {}", summary(&report));
    finish(&report);
}

#[test]
fn real_services_are_decided_as_in_python() {
    let report = run(&cases::real::jobs());
    println!("real services: {}", summary(&report));
    finish(&report);
}

#[test]
fn generated_policies_are_decided_as_in_python() {
    let seed = std::env::var("OSLO_POLICY_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let report = run(&generator::jobs(seed));
    println!("generated: {}", summary(&report));
    finish(&report);
    assert!(report.triples >= 10_000, "only {} triples", report.triples);
    let share = report.allowed * 100 / report.triples;
    assert!((10..=90).contains(&share), "{share} in a hundred are allowed: nothing is tested");
}

fn run(jobs: &[Job]) -> Report {
    let mut report = Report::default();
    for (job, answer) in jobs.iter().zip(oracle::ask(jobs)) {
        report.compare(job, &answer);
    }
    report
}

fn summary(report: &Report) -> String {
    format!(
        "{} policies, {} triples, {} allowed, on purpose: {:?}, unexplained: {}",
        report.loads,
        report.triples,
        report.allowed,
        report.rows,
        report.unexplained.len()
    )
}

fn finish(report: &Report) {
    let shown: Vec<&str> = report.unexplained.iter().take(20).map(String::as_str).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}

const SEED: u64 = 20_260_101;
