//! A path has one spelling, which is both judged and forwarded; and no service, whether it
//! decodes, merges slashes or cuts parameters off, finds another route in it than we did.
//!
//! Input: a digit for the rules of paths, then the path.

#![no_main]

use std::sync::LazyLock;

use http::Method;
use libfuzzer_sys::fuzz_target;
use portcullis::routing::{
    Asked, EmptySegment, EncodedSlash, Methods, PathRules, Pattern, Table, normal,
};
use portcullis_fuzz::decoded;

const TEMPLATES: [&str; 11] = [
    "/public/**",
    "/files/*.png",
    "/files/**",
    "/admin",
    "/admin/**",
    "/v1/AUTH_{account}/**",
    "/v3/{project_id}/volumes/{id}",
    "/v3/{project_id}/**",
    "/a b/{x}",
    "/**/end",
    "/**",
];

static ROUTES: LazyLock<Table<usize>> = LazyLock::new(|| {
    let pattern = |text| Pattern::new(Methods::All, None, text).expect("a template");
    Table::new(TEMPLATES.iter().enumerate().map(|(at, text)| (pattern(text), at)).collect())
});

fuzz_target!(|input: &str| {
    let Some((digit, path)) = input.split_at_checked(1) else { return };
    let digit = digit.parse::<u8>().unwrap_or_default();
    let keep = digit & 1 == 1;
    let empty_segment = match digit / 2 % 3 {
        0 => EmptySegment::Refuse,
        1 => EmptySegment::Merge,
        _ => EmptySegment::Keep,
    };
    let encoded_slash = if keep { EncodedSlash::Keep } else { EncodedSlash::Refuse };
    let rules = PathRules { encoded_slash, empty_segment };
    let Ok(sent) = normal(path, rules) else { return };
    assert_eq!(normal(&sent, rules).as_deref(), Ok(&*sent), "not its own spelling");
    assert!(sent.starts_with('/') && sent.bytes().all(|byte| byte.is_ascii_graphic()));
    // What was asked for is what is forwarded, but for slashes that were merged.
    assert_eq!(merged(&decoded(path)), merged(&decoded(&sent)), "another place");
    let asked = Asked { method: &Method::GET, host: None, path: &sent };
    let route = ROUTES.find(asked).map(|found| *found.route);
    let plain = !sent.contains(['%', ';']) && !sent.contains("//");
    if plain {
        assert_eq!(route, row(&sent, false), "{sent}");
    }
    for reading in readings(&sent, keep) {
        for cut in [false, true] {
            let text = if cut { without_parameters(&reading) } else { reading.clone() };
            assert!(!text.split('/').any(climbs), "{sent} climbs as {text}");
            let merging = empty_segment != EmptySegment::Keep;
            if let Some(route) = route {
                assert_eq!(row(&text, merging), Some(route), "{sent} read as {text}");
            }
        }
    }
});

/// What services make of a path: decoded once, and twice; those that keep encoded slashes look for
/// slashes first.
fn readings(sent: &str, keep: bool) -> Vec<String> {
    let mark = |path: &str| if keep { path.replace("%2F", "\u{1}") } else { path.to_owned() };
    let once = decoded(&mark(sent));
    let twice = decoded(&once);
    vec![once, twice]
}

/// Whether a segment is a step for a service, which may fold letters that look like dots.
fn climbs(segment: &str) -> bool {
    let folded = segment.replace(['\u{2024}', '\u{ff0e}'], ".").replace('\u{2025}', "..");
    matches!(folded.as_str(), "." | "..")
}

fn merged(path: &str) -> String {
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    segments.join("/")
}

fn without_parameters(path: &str) -> String {
    let names = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
    names.collect::<Vec<_>>().join("/")
}

/// The first template that takes a decoded path.
fn row(path: &str, merged: bool) -> Option<usize> {
    let rest = path.strip_prefix('/')?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let mut segments: Vec<&str> =
        if rest.is_empty() { Vec::new() } else { rest.split('/').collect() };
    if merged {
        segments.retain(|segment| !segment.is_empty());
    }
    TEMPLATES.iter().position(|template| {
        let template: Vec<_> = template.split('/').skip(1).collect();
        takes(&template, &segments)
    })
}

fn takes(template: &[&str], segments: &[&str]) -> bool {
    match (template, segments) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=segments.len()).any(|at| takes(rest, &segments[at..])),
        ([part, rest @ ..], [segment, others @ ..]) => fits(part, segment) && takes(rest, others),
        _ => false,
    }
}

fn fits(part: &str, segment: &str) -> bool {
    let around = match (part.find(['*', '{']), part.rfind(['*', '}'])) {
        (Some(from), Some(to)) => Some((&part[..from], &part[to + 1..])),
        _ => None,
    };
    match around {
        Some((before, after)) => segment
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|name| !name.is_empty()),
        // What a template spells out it means with parameters, too.
        None => segment.split(';').next() == Some(part),
    }
}
