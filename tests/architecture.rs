//! The arrows of ARCHITECTURE.md, held by a test: who may import whom, how long a file may be,
//! and which few files may do what all others may not.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import. A room that is missing here, or an arrow that is not listed, fails.
const ARROWS: &[(&str, &[&str])] = &[
    ("main", &["cli", "commands"]),
    ("commands", &["app", "cli", "config", "explain", "inject", "policy", "telemetry"]),
    (
        "app",
        &[
            "admission",
            "cli",
            "config",
            "explain",
            "front",
            "identity",
            "keystone",
            "policy",
            "probe",
            "remote",
            "routing",
            "server",
            "telemetry",
            "upstream",
            "validation",
        ],
    ),
    (
        "config",
        &[
            "admission",
            "dial",
            "explain",
            "front",
            "identity",
            "keystone",
            "policy",
            "probe",
            "remote",
            "routing",
            "server",
            "telemetry",
            "upstream",
            "validation",
        ],
    ),
    ("explain", &["admission", "front", "identity", "keystone", "policy"]),
    ("front", &["admission", "identity", "policy", "routing", "telemetry", "upstream"]),
    ("admission", &["identity", "policy", "remote", "routing", "validation"]),
    ("validation", &["identity", "keystone", "telemetry"]),
    ("keystone", &["dial", "identity", "telemetry"]),
    ("policy", &["identity", "routing"]),
    ("remote", &["dial", "telemetry"]),
    ("probe", &["dial"]),
    ("inject", &["manifest"]),
    ("manifest", &[]),
    ("routing", &[]),
    ("upstream", &["dial", "telemetry"]),
    ("server", &["pem", "telemetry"]),
    ("dial", &["pem"]),
    ("pem", &[]),
    ("telemetry", &[]),
    ("identity", &[]),
    ("cli", &[]),
];

/// What only some files may say, and why the rest may not.
const RESERVED: &[(&str, &[&str], &str)] = &[
    (
        "tokio::spawn",
        &["src/dial/http1.rs", "src/dial/http2.rs", "src/server/streams.rs"],
        "rooms return work; they do not start it",
    ),
    (
        "JoinSet",
        &["src/app/", "src/server/mod.rs"],
        "only app and server start tasks, and both end them",
    ),
    (
        "Instant::now",
        &["src/identity/time.rs", "src/telemetry/metrics.rs"],
        "rules read identity::Clock, measurements use telemetry::Stopwatch",
    ),
    ("SystemTime::now", &["src/identity/time.rs"], "rules read identity::Clock"),
    ("moka", &["src/validation/cache/local.rs"], "the cache crate is an implementation detail"),
    (
        "serde::Deserialize",
        &["src/keystone/wire/", "src/app/webhook/envelope.rs"],
        "the wire's shape stays in the room that speaks it",
    ),
    (
        "StatusCode::UNAUTHORIZED",
        &["src/front/reply.rs", "src/keystone/"],
        "replies are worded in one place",
    ),
    (
        "SERVICE_UNAVAILABLE",
        &["src/front/reply.rs", "src/app/pages/telemetry.rs"],
        "replies are worded in one place",
    ),
    ("KeyLog", &[], "what would decrypt a recorded connection is written nowhere"),
    (
        "BuildHasherDefault",
        // Its keys are keyed hashes of tokens already.
        &["src/validation/cache/local.rs"],
        "a map is keyed by chance, or a client can choose keys that all fall into one place",
    ),
    ("thread::Builder", &["src/app/runtime.rs", "src/app/dev/mod.rs"], "threads are app's affair"),
];

/// A file is one idea.
const MAX_LINES: usize = 600;

/// Longer inline tests move to a file beside.
const MAX_INLINE_TESTS: usize = 150;

#[test]
fn every_import_follows_an_arrow_that_points_down() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room_of(&path);
        if room == "lib" {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{}: the room {room} has no entry in ARROWS", path.display()));
            continue;
        };
        for target in imports(&text) {
            if target != room && !allowed.contains(&target.as_str()) {
                wrong.push(format!("{}: {room} must not import {target}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_arrows_make_no_circle() {
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    // Follow every arrow as far as it leads; one that leads further than there are rooms turns.
    fn depth(room: &str, arrows: &BTreeMap<&str, &[&str]>, left: usize) -> bool {
        left > 0 && arrows[room].iter().all(|next| depth(next, arrows, left - 1))
    }
    for room in arrows.keys() {
        assert!(depth(room, &arrows, arrows.len() + 1), "{room} is in a circle");
    }
}

#[test]
fn reserved_words_stand_only_where_they_belong() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let shown = path.display().to_string();
        let code = without_tests_and_comments(&text);
        for (word, places, why) in RESERVED {
            if code.contains(word) && !places.iter().any(|place| shown.starts_with(place)) {
                wrong.push(format!("{shown}: {word}: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Maps are keyed by chance unless somebody says otherwise: no crate that makes others is ours.
#[test]
fn g14_no_map_is_keyed_by_what_everybody_knows() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let manifest = manifest.unwrap();
    for known in ["fnv", "fxhash", "nohash", "rustc-hash"] {
        assert!(!manifest.contains(known), "{known}");
    }
    let reserved = RESERVED.iter().any(|(word, ..)| *word == "BuildHasherDefault");
    assert!(reserved, "the reserved word has gone");
}

#[test]
fn files_are_short_and_their_tests_shorter() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > MAX_LINES {
            wrong.push(format!("{}: {lines} lines", path.display()));
        }
        if let Some((_, tests)) = text.split_once("mod tests {") {
            let lines = tests.lines().count();
            if lines > MAX_INLINE_TESTS {
                wrong.push(format!("{}: {lines} lines of inline tests", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_says_what_it_is_for() {
    for (path, text) in sources() {
        assert!(
            text.starts_with("//!") || path.ends_with("tests.rs") || is_test(&path),
            "{} has no module documentation",
            path.display()
        );
    }
}

/// Every source file of the proxy, by its path from the root.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(found.len() > 50, "the sources were not found");
    found.sort();
    found
}

/// `src/front/reply.rs` is in the room `front`, `src/main.rs` is a room of its own.
fn room_of(path: &Path) -> String {
    let mut parts = path.components().skip(1).map(|part| part.as_os_str().to_string_lossy());
    let first = parts.next().unwrap_or_default();
    first.strip_suffix(".rs").unwrap_or(&first).to_owned()
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests")
}

/// The rooms that `text` names as `crate::room` or `use crate::{room, ...}`, tests left out.
fn imports(text: &str) -> Vec<String> {
    let code = without_tests_and_comments(text);
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::").chain(code.match_indices("use portcullis::")) {
        let rest = code[at..].split_once("::").map_or("", |(_, rest)| rest);
        match rest.strip_prefix('{') {
            Some(list) => rooms.extend(heads(list)),
            None => rooms.extend(word(rest)),
        }
    }
    rooms.retain(|room| room != "label");
    rooms
}

/// The first word of each element of a brace list, nested lists skipped.
fn heads(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut elements = vec![String::new()];
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => elements.push(String::new()),
            other if depth == 0 => elements.last_mut().unwrap().push(other),
            _ => {}
        }
    }
    elements.iter().filter_map(|element| word(element.trim_start())).collect()
}

fn word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

fn without_tests_and_comments(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}
