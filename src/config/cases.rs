//! Tables of requests and what is expected of them: `portcullis policy test FILE`.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::errors::{ConfigErrors, Problems};
use super::origin::Origin;
use super::suggest;
use super::yaml::{Content, Entry, Mark, Node, json, parse};
use crate::explain::{Case, Reading, Tokens, Wrong};

/// Reads a file of cases. `access_rules` is whether these are enforced.
///
/// # Errors
/// Everything that is wrong, each with its place and key.
pub fn cases(path: &Path, access_rules: bool) -> Result<Vec<Case>, ConfigErrors> {
    let name: Arc<str> = path.display().to_string().into();
    let mut problems = Problems::default();
    let cases = match std::fs::read(path) {
        Ok(bytes) => read(&name, &bytes, access_rules, &mut problems),
        Err(error) => {
            problems.add(&Origin::WholeFile(name), "", format!("cannot be read: {error}"));
            None
        }
    };
    match cases {
        Some(cases) if problems.is_empty() => Ok(cases),
        _ => Err(problems.into_errors()),
    }
}

fn read(
    name: &Arc<str>,
    bytes: &[u8],
    access_rules: bool,
    problems: &mut Problems,
) -> Option<Vec<Case>> {
    let root = parse(name, bytes, problems).ok()?;
    let mut sheet = Sheet {
        name,
        problems,
        how: Reading { access_rules, tokens: Tokens::Refused },
        callers: Map::new(),
    };
    let Some(Node { content: Content::Mapping(entries), .. }) = root else {
        let top = Mark { line: 1, column: 1 };
        sheet.refuse(top, "", "must hold keys: cases, and perhaps callers");
        return None;
    };
    for Entry { key, key_at, .. } in &entries {
        if !KEYS.contains(&key.as_str()) {
            let message = match suggest::nearest(key, KEYS) {
                Some(word) => format!("unknown key; did you mean {word}?"),
                None => "unknown key; there are callers and cases".to_owned(),
            };
            sheet.refuse(*key_at, key, &message);
        }
    }
    let of = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    if let Some(callers) = of("callers") {
        sheet.callers(callers);
    }
    let Some(Content::Sequence(items)) = of("cases").map(|node| &node.content) else {
        let at = of("cases").map_or(Mark { line: 1, column: 1 }, |node| node.at);
        let message =
            "must be a list, as in \"- {request: GET /healthz, as: nobody, expect: allow}\"";
        sheet.refuse(at, "cases", message);
        return None;
    };
    Some(items.iter().enumerate().filter_map(|(at, item)| sheet.case(at, item)).collect())
}

/// A file of cases, as it is read.
struct Sheet<'a> {
    name: &'a Arc<str>,
    problems: &'a mut Problems,
    how: Reading,
    callers: Map<String, Value>,
}

impl Sheet<'_> {
    fn callers(&mut self, node: &Node) {
        let Content::Mapping(entries) = &node.content else {
            let message = "must hold names and callers, as in \"alice: {roles: [member]}\"";
            return self.refuse(node.at, "callers", message);
        };
        for Entry { key, key_at, value } in entries {
            let whole = format!("callers.{key}");
            if matches!(key.as_str(), "nobody" | "invalid") {
                self.refuse(*key_at, &whole, "is a word of its own; choose another name");
                continue;
            }
            let caller = json(value.clone());
            if let Err(Wrong { key, message }) = Case::check_caller(&caller, self.how) {
                // The key begins with the word under which a case has its caller.
                let within = key.strip_prefix("as").unwrap_or_default();
                let at = place(value, within.trim_start_matches('.'));
                self.refuse(at, &format!("{whole}{within}"), &message);
            }
            self.callers.insert(key.clone(), caller);
        }
    }

    fn case(&mut self, at: usize, node: &Node) -> Option<Case> {
        let spot = format!("{}:{}", self.name, node.at.line);
        let case = Case::read(&json(node.clone()), &self.callers, spot, self.how);
        case.map_err(|Wrong { key, message }| {
            let dot = if key.is_empty() { "" } else { "." };
            self.refuse(place(node, &key), &format!("cases[{at}]{dot}{key}"), &message);
        })
        .ok()
    }

    fn refuse(&mut self, at: Mark, key: &str, message: &str) {
        let Mark { line, column } = at;
        self.problems.add(
            &Origin::File { name: Arc::clone(self.name), line, column },
            key,
            message,
        );
    }
}

/// Where the value of `key` begins, or what is nearest to it and there.
fn place(node: &Node, key: &str) -> Mark {
    let mut node = node;
    for name in key.split('.') {
        match node.get(name) {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node.at
}

const KEYS: [&str; 2] = ["callers", "cases"];
