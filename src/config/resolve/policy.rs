//! Routes and rules, compiled.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::reader::Reader;
use crate::config::Environment;
use crate::config::errors::Problems;
use crate::config::routes::Written;
use crate::config::settings as config;
use crate::config::value::Value;
use crate::policy::{Policy, RouteSettings, Settings};
use crate::routing::{EmptySegment, EncodedSlash, PathRules};
use crate::upstream;

/// The policy; `None` when something about it is wrong.
pub(super) fn policy(
    reader: &mut Reader<'_>,
    written: &Written,
    upstreams: &[(String, upstream::Settings)],
) -> Option<Arc<Policy>> {
    let mut rules = oslo_policy::Policy::builder();
    for file in reader.list(FILES) {
        rules = rules.file(reader.located(&file));
    }
    for directory in reader.list(DIRECTORIES) {
        rules = rules.directory(reader.located(&directory));
    }
    if let Some(name) = reader.text("policy.default_rule") {
        rules = rules.default_rule(name);
    }
    let mut problems = Problems::default();
    let rules = written.rules(rules, &mut problems);
    let (routes, rules) = written.routes(rules, &mut problems);
    let paths = paths(reader);
    let disclose = reader.boolean("policy.disclose");
    let reason_header = reader.boolean("policy.reason_header");
    if !problems.is_empty() {
        reader.adopt(problems);
        return None;
    }
    for RouteSettings { route, .. } in routes.iter().flatten() {
        let known = |(name, _): &(String, _)| *name == *route.upstream;
        if *route.upstream != *"default" && !upstreams.iter().any(known) {
            let message = format!(
                "route {:?} leads to the upstream {:?}, which is not there; add it under upstreams",
                route.name, route.upstream
            );
            reader.complain("routes", &message);
        }
    }
    match Policy::new(Settings { routes, rules, paths, disclose, reason_header }) {
        Ok(policy) => {
            let notes = policy.rules().notes().iter();
            reader.warnings.extend(notes.map(|note| format!("policy: {note}")));
            Some(Arc::new(policy))
        }
        Err(errors) => {
            for error in errors {
                reader.complain("policy", &error);
            }
            None
        }
    }
}

/// The files and directories that rules are read from.
pub(in crate::config) fn policy_files(
    settings: &config::Settings,
    environment: &Environment,
) -> Vec<PathBuf> {
    let written = |key| match settings.get(key).and_then(|setting| setting.value.as_ref()) {
        Some(Value::List(names)) => names.as_slice(),
        _ => &[],
    };
    let names = written(FILES).iter().chain(written(DIRECTORIES));
    names.map(|name| environment.path(name)).collect()
}

/// How often to look whether they have changed.
pub(super) fn watch(reader: &mut Reader<'_>) -> Option<Duration> {
    Some(reader.duration("policy.watch")).filter(|interval| !interval.is_zero())
}

fn paths(reader: &mut Reader<'_>) -> PathRules {
    PathRules {
        encoded_slash: match reader.text("paths.encoded_slash").as_deref() {
            Some("keep") => EncodedSlash::Keep,
            _ => EncodedSlash::Refuse,
        },
        empty_segment: match reader.text("paths.empty_segment").as_deref() {
            Some("keep") => EmptySegment::Keep,
            Some("merge") => EmptySegment::Merge,
            _ => EmptySegment::Refuse,
        },
    }
}

const FILES: &str = "policy.files";
const DIRECTORIES: &str = "policy.directories";
