//! Policies and requests from a seed: rich in what goes wrong.

mod defaults;
mod request;
mod text;
mod yaml;

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

use crate::job::Job;

/// The same jobs for the same seed.
pub(crate) fn jobs(seed: u64) -> Vec<Job> {
    let mut rng = Rng::with_seed(seed);
    let mut jobs = Vec::new();
    for _ in 0..1_600 {
        jobs.push(one_rule(&mut rng));
    }
    for _ in 0..700 {
        jobs.push(many_rules(&mut rng));
    }
    for _ in 0..700 {
        jobs.push(defaults::job(&mut rng));
    }
    for _ in 0..1_500 {
        jobs.push(yaml::job(&mut rng));
    }
    jobs
}

fn one_rule(rng: &mut Rng) -> Job {
    let rule = if rng.u8(..6) == 0 { text::list(rng) } else { Json::from(text::rule(rng, &[])) };
    let mut job = Job::of_rules(&json!({"r": rule}));
    for _ in 0..6 {
        job = job.case("r", &request::target(rng), &request::credentials(rng));
    }
    job
}

/// Rules that refer to each other, mostly to later ones, so that few make circles.
fn many_rules(rng: &mut Rng) -> Job {
    let mut rules = Map::new();
    for (index, name) in NAMES.iter().enumerate() {
        if rng.u8(..4) > 0 {
            let others = if rng.u8(..60) == 0 { NAMES } else { &NAMES[index + 1..] };
            rules.insert((*name).to_owned(), text::rule(rng, others).into());
        }
    }
    let mut job = Job::of_rules(&rules.into());
    job.default_rule = String::from(one_of(rng, &["default", "default", "x:y", "nowhere"]));
    for _ in 0..8 {
        let rule = one_of(rng, NAMES);
        job = job.case(rule, &request::target(rng), &request::credentials(rng));
    }
    job
}

const NAMES: &[&str] = &["a", "b", "c", "x:y", "default", "d", "", "Ä", "z z", "e"];

/// An element of a list.
fn one_of<'a, T: ?Sized>(rng: &mut Rng, items: &[&'a T]) -> &'a T {
    items[rng.usize(..items.len())]
}
