//! One route, as it is written:
//!
//! ```yaml
//! - {name: volumes, path: "/v3/{project_id}/volumes/**", methods: [GET], rule: owner}
//! ```

use http::Method;
use oslo_policy::PolicyBuilder;

use super::Reader;
use super::entry::Members;
use super::wire::{headers, protocols, trailers};
use crate::config::units;
use crate::config::yaml::{Mark, Node};
use crate::policy::{Access, BodyFacts, Route, RouteSettings, Scopes};
use crate::routing::{HostPattern, Methods, Pattern};

/// Reads the route at place `at`; `None` when it is of no use. Checks that stand in it are added to
/// `builder` as rules.
pub(super) fn row(
    at: usize,
    node: &Node,
    builder: PolicyBuilder,
    reader: &mut Reader<'_>,
) -> (Option<RouteSettings>, PolicyBuilder) {
    let Some(mut members) = Members::of(format!("routes[{at}]"), node, reader) else {
        return (None, builder);
    };
    let (pattern, takes) = pattern(&mut members, reader);
    let (access, builder) = access(&mut members, builder, reader);
    let max_body = size(&mut members, "max_body", reader);
    let body = size(&mut members, "body", reader).map(|limit| {
        // What is read for rules is bounded by what may come at all.
        let limit = limit.min(max_body.unwrap_or(u64::MAX));
        BodyFacts { limit: usize::try_from(limit).unwrap_or(usize::MAX) }
    });
    let headers = headers(&mut members, reader);
    let trailers = trailers(&mut members, &headers, reader);
    let route = access.map(|access| Route {
        name: name(&mut members, reader).into(),
        takes: takes.into(),
        access,
        pass_invalid: invalid(&mut members, reader),
        scopes: scopes(&mut members, reader),
        shadow: members.boolean("shadow", reader).unwrap_or(false),
        query: members.words("query", reader).into_iter().map(|(word, _)| word.into()).collect(),
        headers,
        body,
        max_body,
        protocols: protocols(&mut members, reader),
        trailers,
        upstream: members.text("upstream", reader).map_or("default", |(name, _)| name).into(),
    });
    if route.is_some() {
        members.end(reader);
    }
    (pattern.zip(route).map(|(pattern, route)| RouteSettings { pattern, route }), builder)
}

/// What the route takes, and the same for people.
fn pattern(members: &mut Members<'_>, reader: &mut Reader<'_>) -> (Option<Pattern>, String) {
    let words = members.words("methods", reader);
    let mut shown: String = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(",");
    let methods = methods(&words, members, reader);
    let mut host = None;
    if let Some((text, at)) = members.text("host", reader) {
        match HostPattern::parse(text) {
            Ok(pattern) => host = Some(pattern),
            Err(error) => {
                reader.refuse(at, &members.path("host"), &format!("{text:?} {error}"));
            }
        }
        shown.push_str(if shown.is_empty() { "" } else { " " });
        shown.push_str(text);
    }
    let Some((path, at)) = members.text("path", reader) else {
        let message = "needs a path, as in \"path: /v1/{project_id}/**\"";
        reader.refuse(members.at, &members.key, message);
        return (None, shown);
    };
    let pattern = Pattern::new(methods, host, path)
        .map_err(|error| reader.refuse(at, &members.path("path"), &format!("{path:?} {error}")));
    (pattern.ok(), format!("{shown} {path}").trim_start().to_owned())
}

fn methods(words: &[(&str, Mark)], members: &Members<'_>, reader: &mut Reader<'_>) -> Methods {
    let mut methods = Vec::new();
    for (word, at) in words {
        match word.parse::<Method>() {
            Ok(method) if word.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                methods.push(method);
            }
            _ => {
                let message = format!("{word:?} is no method; write it as in GET");
                reader.refuse(*at, &members.path("methods"), &message);
            }
        }
    }
    if methods.is_empty() { Methods::All } else { Methods::These(methods) }
}

/// Exactly one of three ways to say who may.
fn access(
    members: &mut Members<'_>,
    builder: PolicyBuilder,
    reader: &mut Reader<'_>,
) -> (Option<Access>, PolicyBuilder) {
    let allow = members.text("allow", reader);
    let rule = members.text("rule", reader);
    let check = members.text("check", reader);
    match (allow, rule, check) {
        (Some(("public", _)), None, None) => (Some(Access::Public), builder),
        (Some(("authenticated", _)), None, None) => (Some(Access::Token), builder),
        (Some((other, at)), None, None) => {
            let message = format!("{other:?} is not a choice; write public or authenticated");
            reader.refuse(at, &members.path("allow"), &message);
            (None, builder)
        }
        (None, Some((rule, _)), None) => (Some(Access::Rule(rule.into())), builder),
        (None, None, Some((check, _))) => {
            let name = format!("{} check", members.key);
            let access = Access::Rule(name.as_str().into());
            (Some(access), builder.inline(name, check))
        }
        (None, None, None) => {
            let message = "does not say who may: add allow: public, allow: authenticated, a rule \
                           or a check";
            reader.refuse(members.at, &members.key, message);
            (None, builder)
        }
        _ => {
            let message = "says in two ways who may; keep one of allow, rule and check";
            reader.refuse(members.at, &members.key, message);
            (None, builder)
        }
    }
}

fn name(members: &mut Members<'_>, reader: &mut Reader<'_>) -> String {
    let Some((name, at)) = members.text("name", reader) else {
        return "default".to_owned();
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:/".contains(c);
    if name.is_empty() || name.len() > 80 || !name.chars().all(plain) {
        let message = "is a label of metrics; write up to 80 letters, digits and _-.:/";
        reader.refuse(at, &members.path("name"), message);
    }
    name.to_owned()
}

fn invalid(members: &mut Members<'_>, reader: &mut Reader<'_>) -> Option<bool> {
    let (text, at) = members.text("invalid", reader)?;
    match text {
        "pass" => Some(true),
        "refuse" => Some(false),
        _ => {
            let message = format!("{text:?} is not a choice; write pass or refuse");
            reader.refuse(at, &members.path("invalid"), &message);
            None
        }
    }
}

fn scopes(members: &mut Members<'_>, reader: &mut Reader<'_>) -> Scopes {
    let words = members.words("scope", reader);
    if words.is_empty() {
        return Scopes::ALL;
    }
    let mut scopes = Scopes { domain: false, project: false, system: false, unscoped: false };
    for (word, at) in words {
        match word {
            "domain" => scopes.domain = true,
            "project" => scopes.project = true,
            "system" => scopes.system = true,
            "unscoped" => scopes.unscoped = true,
            _ => {
                let message = format!(
                    "{word:?} is not a choice; write some of project, domain, system, unscoped"
                );
                reader.refuse(at, &members.path("scope"), &message);
            }
        }
    }
    scopes
}

fn size(members: &mut Members<'_>, leaf: &str, reader: &mut Reader<'_>) -> Option<u64> {
    let (text, at) = members.text(leaf, reader)?;
    units::size(text)
        .map_err(|error| reader.refuse(at, &members.path(leaf), &format!("{text:?} {error}")))
        .ok()
}
