//! What services make of a request, and who may have sent it. Written from the routes' meaning
//! alone: nothing of the proxy's own reading of paths, queries or bodies is used here.

use crate::support::Request;

/// Somebody with a valid token.
pub(super) struct Person {
    pub(super) token: String,
    pub(super) project: String,
    pub(super) roles: &'static [&'static str],
}

/// What the routes' templates spell out.
const WORDS: [&str; 11] =
    ["@admin", "admin", "b", "docs", "files", "h", "public", "q", "tail", "v3", "volumes"];

/// Judges what reached the service, by every reading that a service could have of it.
pub(super) struct Judge {
    people: Vec<Person>,
}

impl Judge {
    pub(super) fn new(people: Vec<Person>) -> Self {
        Self { people }
    }

    /// # Errors
    /// What was let through that should not have been.
    pub(super) fn of(&self, request: &Request) -> Result<(), String> {
        let target = request.target();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let complain = |why: &str| Err(format!("{why}: {:?} {:?}", request.head, request.body));
        if target.contains('#') || !path.starts_with('/') {
            return complain("no path");
        }
        let status = request.headers("x-identity-status");
        let mut token = request.headers("x-auth-token");
        if token.is_empty() {
            token = request.headers("x-storage-token");
        }
        let person = match (&token[..], &status[..]) {
            ([token], [said]) if said == "Confirmed" => {
                self.people.iter().find(|person| person.token == *token)
            }
            // The client has had its token kept from the service (`Connection: x-auth-token`).
            ([], [said]) if said == "Confirmed" => {
                let project = request.headers("x-project-id");
                self.people.iter().find(|person| [person.project.as_str()] == project[..])
            }
            (_, [said]) if said == "Invalid" => None,
            _ => return complain("who is it"),
        };
        let roles = request.headers("x-roles").join(";");
        if roles != person.map_or(String::new(), |person| person.roles.join(",")) {
            return complain("roles that Keystone did not give");
        }
        for place in readings(path) {
            let place: Vec<_> = place.iter().map(String::as_str).collect();
            if !may(person, request, &place, query) {
                return complain(&format!("read as {place:?} it is forbidden"));
            }
        }
        Ok(())
    }
}

/// Whether `person` may do this at `place`.
fn may(person: Option<&Person>, request: &Request, place: &[&str], query: &str) -> bool {
    let open = matches!(place, ["public", ..])
        || matches!(place, ["files", name] if name.strip_suffix(".png").is_some_and(|rest| !rest.is_empty()));
    let Some(person) = person else { return open };
    let owns = |values: &[String]| {
        !values.is_empty() && values.iter().all(|value| *value == person.project)
    };
    match place {
        _ if open => true,
        ["files" | "admin" | "@admin", ..] => person.roles.contains(&"admin"),
        ["v3", name] if name.strip_suffix(":delete").is_some_and(|id| !id.is_empty()) => {
            person.roles.contains(&"admin")
        }
        ["v3", project, "volumes", ..] => {
            person.roles.contains(&"member") && *project == person.project
        }
        ["docs", name] => *name != "secret",
        ["tail", .., project] => *project == person.project,
        ["q"] => owns(&parameters(query, "project_id")),
        ["h"] => owns(&request.headers("x-project")),
        ["b"] => owns(&members(&request.body.data)),
        _ => true,
    }
}

/// The segments of a path, as services of different habits see them.
fn readings(path: &str) -> Vec<Vec<String>> {
    let once = decoded(path);
    let twice = decoded(&once);
    let mut all = Vec::new();
    // Asked on by a proxy that has decoded it.
    let ended = once.split(['?', '#']).next().unwrap_or_default().to_owned();
    // Who decodes nothing has no other name for a segment with an encoded semicolon either.
    let never = path.replace("%3B", ";");
    for text in [never, once.clone(), twice, once.replace('\\', "/"), ended] {
        for cut in [false, true] {
            let text = text.split(['\0', '\n']).next().unwrap_or_default();
            let segments = text.split('/').map(|segment| match segment.split_once(';') {
                // What a template spells out it means with parameters, too.
                Some((name, _)) if cut || WORDS.contains(&name) => name,
                _ => segment,
            });
            all.push(resolved(segments));
        }
    }
    all
}

/// Without empty segments, and with dot segments followed.
fn resolved<'a>(segments: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut place: Vec<String> = Vec::new();
    for segment in segments {
        let folded = segment.replace(['\u{2024}', '\u{ff0e}'], ".").replace('\u{2025}', "..");
        match folded.as_str() {
            "" | "." => {}
            ".." => {
                place.pop();
            }
            _ => place.push(segment.to_owned()),
        }
    }
    place
}

/// Every value of a query parameter, for servers that know a semicolon and for those that do not.
fn parameters(query: &str, name: &str) -> Vec<String> {
    let mut values = Vec::new();
    for marks in [&['&'][..], &['&', ';']] {
        for pair in query.split(marks) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if called(&decoded(&key.replace('+', " "))).iter().any(|called| called == name) {
                values.push(decoded(&value.replace('+', " ")));
            }
        }
    }
    values
}

/// What PHP, qs and most others call a parameter.
fn called(name: &str) -> [String; 3] {
    let bare = name.trim_start().split('\0').next().unwrap_or_default();
    let php = match bare.split_once('[') {
        Some((list, rest)) if rest.contains(']') => list.to_owned(),
        _ => bare.replace('[', "_"),
    };
    let qs = name.strip_prefix('[').and_then(|rest| Some(rest.split_once(']')?.0));
    [name.to_owned(), php.replace(['.', ' '], "_"), qs.unwrap_or(name).to_owned()]
}

/// Every value of the member `project` at the top of a JSON object, whichever a parser would take.
fn members(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body).replace("\\u0070", "p");
    let top = text.replace("\"a\":{\"project\"", "\"a\":{\"other\"");
    let mut values = Vec::new();
    for rest in top.split("\"project\":").skip(1) {
        values.push(rest.split([',', '}']).next().unwrap_or_default().replace('"', ""));
    }
    values
}

/// Percent-decoded once; what is no escape stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        let escape = tail.get(..2).and_then(|digits| str::from_utf8(digits).ok());
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) if *byte == b'%' => {
                bytes.push(value);
                rest = &tail[2..];
            }
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
