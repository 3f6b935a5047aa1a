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
use crate::dial::Trust;
use crate::policy::{Policy, Protocols, RouteSettings, Settings};
use crate::routing::{EmptySegment, EncodedSlash, PathRules};
use crate::{dial, remote, upstream};

/// The policy; `None` when something about it is wrong.
pub(super) fn policy(
    reader: &mut Reader<'_>,
    written: &Written,
    default: Option<&upstream::Settings>,
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
    let remote = reader.boolean("policy.remote_checks");
    if remote {
        rules = rules.allow_remote_checks();
    }
    let mut problems = Problems::default();
    let rules = written.rules(rules, &mut problems);
    let (mut routes, rules) = written.routes(rules, &mut problems);
    let shadow = reader.list("policy.shadow");
    for RouteSettings { route, .. } in routes.iter_mut().flatten() {
        route.shadow |= route.rule().is_some_and(|rule| shadow.iter().any(|name| name == rule));
    }
    let paths = paths(reader);
    let disclose = reader.boolean("policy.disclose");
    let protocols = protocols(reader);
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
    refuse_tunnels_to_http2(reader, routes.as_deref(), protocols, (default, upstreams));
    match Policy::new(Settings { routes, rules, paths, protocols, disclose, reason_header, remote })
    {
        Ok(policy) => {
            let known = |name: &String| policy.rules().rules().any(|rule| rule.name() == name);
            for name in shadow.iter().filter(|name| !known(name)) {
                reader.refuse_value("policy.shadow", &format!("names {name:?}, which is no rule"));
            }
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

/// A connection of HTTP/2 to a service cannot become a tunnel: what a route takes would end as 502.
fn refuse_tunnels_to_http2(
    reader: &mut Reader<'_>,
    routes: Option<&[RouteSettings]>,
    protocols: Protocols,
    (default, upstreams): (Option<&upstream::Settings>, &[(String, upstream::Settings)]),
) {
    let speaks_http2 = |upstream: &upstream::Settings| upstream.protocol == dial::Protocol::Http2;
    let Some(routes) = routes else {
        if protocols.websocket && default.is_some_and(speaks_http2) {
            let message = "has websocket, and upstream.protocol is http2; web sockets need a \
                           service with protocol: http1";
            reader.refuse("policy.protocols", message);
        }
        return;
    };
    for RouteSettings { route, .. } in routes {
        let named = upstreams.iter().find(|(name, _)| *name == *route.upstream);
        let leads_to = named.map(|(_, upstream)| upstream);
        let leads_to = leads_to.or_else(|| default.filter(|_| *route.upstream == *"default"));
        let takes = route.protocols.unwrap_or(protocols).websocket;
        if takes && leads_to.is_some_and(speaks_http2) {
            let message = format!(
                "route {:?} takes web sockets, and its upstream {:?} speaks HTTP/2; they need one \
                 with protocol: http1, or protocols: grpc on the route",
                route.name, route.upstream
            );
            reader.complain("routes", &message);
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

/// How the servers that rules name are asked.
pub(super) fn remote(reader: &mut Reader<'_>) -> remote::Settings {
    let trust = reader.path("policy.remote_ca_file").map_or(Trust::System, |file| {
        Trust::from_ca_file(&file).unwrap_or_else(|error| {
            reader.refuse("policy.remote_ca_file", &error);
            Trust::System
        })
    });
    remote::Settings {
        security: trust.into(),
        timeout: reader.duration("policy.remote_timeout"),
        form: match reader.text("policy.remote_content_type").as_deref() {
            Some("application/json") => remote::Form::Json,
            _ => remote::Form::Urlencoded,
        },
    }
}

fn protocols(reader: &mut Reader<'_>) -> Protocols {
    let mut protocols = Protocols::default();
    for word in reader.list("policy.protocols") {
        if let Err(message) = protocols.add(&word) {
            reader.refuse("policy.protocols", &message);
        }
    }
    protocols
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
