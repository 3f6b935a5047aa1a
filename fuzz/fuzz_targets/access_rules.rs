//! A request passes by an access rule only if every reading that a service could have of its path
//! is allowed by one; and a path that has one reading passes exactly then.
//!
//! Input: method and path in the first line, a rule's method and template in each other.

#![no_main]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};
use libfuzzer_sys::fuzz_target;
use portcullis::admission::{self, AccessRequest, Admission, Cast, Credential};
use portcullis::identity::{
    AccessRule, BadToken, Delegation, Draft, Identity, Named, RawToken, Restriction, ScopeDraft,
    UnixTime,
};
use portcullis::policy::{self, Facts, Policy, Said};
use portcullis::routing::Asked;
use portcullis_fuzz::{decoded, now};

fuzz_target!(|text: &str| {
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    let Some((method, path)) = lines.next() else { return };
    let Ok(method) = method.parse::<Method>() else { return };
    let rules: Vec<(&str, &str)> = lines.take(20).collect();
    let allowed = is_allowed(&method, path, &rules);
    // A placeholder beside other text can match half an escape, and a percent sign in a template
    // is compared with one that we wrote: true to keystonemiddleware, but no concern of a model.
    if !rules.iter().all(|(_, template)| is_modest(template)) || path.len() > 200 {
        return;
    }
    let matching: Vec<_> = rules.iter().filter(|(verb, _)| *verb == method.as_str()).collect();
    let fits = |path: &str| matching.iter().any(|(_, template)| is_match(template, path));
    if allowed {
        for reading in readings(path) {
            assert!(fits(&reading), "{method} {path} passes, and is {reading} to some");
        }
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/~".contains(&byte);
    if path.starts_with('/') && path.bytes().all(plain) && !path.contains("//") {
        assert_eq!(allowed, fits(path), "{method} {path}");
    }
});

fn is_allowed(method: &Method, path: &str, rules: &[(&str, &str)]) -> bool {
    let rule = |(method, path): &(&str, &str)| AccessRule {
        service: "compute".into(),
        method: (*method).to_owned(),
        path: (*path).to_owned(),
    };
    let restriction = Restriction {
        rules: rules.iter().map(rule).collect(),
        services: Some([String::from("compute")].into()),
    };
    let cast = Cast { user: Ok(Arc::new(somebody(restriction))), service: Err(BadToken::Unknown) };
    let admission = Admission::rehearsing(
        cast,
        admission::Settings {
            max_token_bytes: 1024,
            delay: false,
            service_type: Some("compute".into()),
            service_token_roles: Vec::new(),
            service_token_roles_required: true,
            retry_after: Duration::from_secs(1),
            overlook_expiry: false,
        },
    );
    let policy = Policy::new(policy::Settings::default()).expect("no routes, no mistakes");
    let way = policy.way(Asked { method, host: None, path }).expect("anywhere");
    let request = AccessRequest {
        method,
        path,
        way: &way,
        user: Credential::Single(RawToken::new(b"token")),
        service: Credential::Absent,
        request_id: None,
    };
    let facts = Facts { query: None, headers: &HeaderMap::new(), body: Said::Nothing };
    let mut waited = Duration::ZERO;
    now(admission.admit(&policy, &request, &facts, &mut waited)).is_ok()
}

fn somebody(restriction: Restriction) -> Identity {
    Identity::new(&Draft {
        user: Named { id: "u".into(), name: "u".into(), domain: None },
        scope: ScopeDraft::Unscoped,
        roles: Vec::new(),
        audit_ids: Vec::new(),
        expires_at: UnixTime::MAX,
        is_admin_project: true,
        delegation: Delegation::default(),
        restriction: Some(restriction),
        catalogue: None,
        token_info: None,
    })
    .expect("an identity")
}

/// Whether a template holds whole placeholders between slashes, and nothing that is ever encoded.
fn is_modest(template: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    template.len() < 100
        && template.matches("**").count() < 4
        && template.split('/').all(|part| match part {
            "*" | "**" => true,
            _ => match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => name.bytes().all(plain),
                None => part.bytes().all(plain),
            },
        })
}

/// Every reading: decoded once and twice, whole or without parameters, with several slashes as
/// they are and as one.
fn readings(path: &str) -> HashSet<String> {
    let once = decoded(path);
    let twice = decoded(&once);
    let mut all = HashSet::new();
    for text in [once, twice] {
        let names = text.split('/').map(|name| name.split(';').next().unwrap_or_default());
        let cut = names.collect::<Vec<_>>().join("/");
        for text in [text, cut] {
            let text = text.replace('\\', "/");
            assert!(!text.split('/').any(|name| name == ".." || name == "."), "{path} climbs");
            let mut merged = text.clone();
            while merged.contains("//") {
                merged = merged.replace("//", "/");
            }
            all.extend([text, merged]);
        }
    }
    all
}

/// Whether a modest template takes the whole of a path.
fn is_match(template: &str, path: &str) -> bool {
    if let Some(rest) = template.strip_prefix("**") {
        return (0..=path.len())
            .any(|at| path.get(at..).is_some_and(|behind| is_match(rest, behind)));
    }
    let hole = template
        .strip_prefix('*')
        .or_else(|| template.strip_prefix('{').and_then(|rest| Some(rest.split_once('}')?.1)));
    if let Some(rest) = hole {
        let end = path.find('/').unwrap_or(path.len());
        return end > 0 && is_match(rest, &path[end..]);
    }
    match (template.chars().next(), path.chars().next()) {
        (None, None) => true,
        (Some(a), Some(b)) if a == b => is_match(&template[a.len_utf8()..], &path[b.len_utf8()..]),
        _ => false,
    }
}
