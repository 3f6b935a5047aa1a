//! Every user with every service in every setting, spoofed and not, with the service's every status.
//!
//! What must differ is worked out from a model of the one defect that these can meet:
//! keystonemiddleware neither removes a client's `OpenStack-System-Scope` nor keeps the user's
//! apart from the service's.

use super::case::{Case, case};
use super::setting::Knob::{self, Catalogue, Delay, RolesOptional};
use super::spoofed::SPOOFED;

/// The token of a user or of a service, and what is to be known about it.
#[derive(Clone, Copy)]
struct Party {
    /// What stands in the header; `None` when there is no header.
    token: Option<&'static str>,
    standing: Standing,
    system: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Absent,
    Bad,
    Expired,
    Good,
    /// Good, and of a service.
    Service,
}

const fn party(token: &'static str, standing: Standing) -> Party {
    Party { token: Some(token), standing, system: false }
}

const NOBODY: Party = Party { token: None, standing: Standing::Absent, system: false };
const SYSTEM: Party = Party { token: Some("<system>"), standing: Standing::Good, system: true };

const USERS: [Party; 13] = [
    NOBODY,
    SYSTEM,
    party("", Standing::Absent),
    party("unknown", Standing::Bad),
    party("<revoked>", Standing::Bad),
    party("<expired>", Standing::Expired),
    party("<member>", Standing::Good),
    party("<unscoped>", Standing::Good),
    party("<domain>", Standing::Good),
    party("<foreign>", Standing::Good),
    party("<trust>", Standing::Good),
    party("<restricted>", Standing::Good),
    party("<service>", Standing::Service),
];

const SERVICES: [Party; 6] = [
    NOBODY,
    SYSTEM,
    party("unknown", Standing::Bad),
    party("<expired-service>", Standing::Expired),
    party("<roleless>", Standing::Good),
    party("<service>", Standing::Service),
];

const SETTINGS: [&[Knob]; 6] = [
    &[],
    &[Delay],
    &[Catalogue],
    &[Catalogue, Delay],
    &[RolesOptional],
    &[Catalogue, Delay, RolesOptional],
];

/// How the service answers, as the echo understands it.
const ANSWERS: [&str; 11] = [
    "X-Echo-Status: 200\nX-Echo-Body: fine",
    "X-Echo-Status: 201\nX-Echo-Body: {}\nX-Echo-Type: application/json",
    "X-Echo-Status: 204",
    "X-Echo-Status: 304",
    "X-Echo-Status: 400\nX-Echo-Body: bad",
    "X-Echo-Status: 401\nX-Echo-Body: no\nX-Echo-Type: text/plain",
    "X-Echo-Status: 401\nX-Echo-Challenge: Basic realm=\"mine\"",
    "X-Echo-Status: 403\nX-Echo-Body: never",
    "X-Echo-Status: 404",
    "X-Echo-Status: 500\nX-Echo-Body: oh",
    "X-Echo-Status: 503\nX-Echo-Body: later\nX-Echo-Type: text/plain",
];

/// How identity is spoofed.
const DISGUISES: [&str; 4] = ["as it is", "in capitals", "with underscores", "twice"];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for user in USERS {
        for service in SERVICES {
            for setting in SETTINGS {
                for spoofed in [false, true] {
                    // Each answer and each disguise meets each of the others in time.
                    cases.push(one(cases.len(), user, service, setting, spoofed));
                }
            }
        }
    }
    cases
}

fn one(number: usize, user: Party, service: Party, setting: &[Knob], spoofed: bool) -> Case {
    let answer = ANSWERS[number % ANSWERS.len()];
    let disguise = DISGUISES[number / 2 % DISGUISES.len()];
    let mut lines = vec![format!("GET /v1?n={number}"), answer.to_owned()];
    lines.extend(user.token.map(|token| format!("X-Auth-Token: {token}")));
    lines.extend(service.token.map(|token| format!("X-Service-Token: {token}")));
    lines.extend(spoofed.then(|| lies(disguise)));
    let spoof = if spoofed { disguise } else { "not" };
    let shown = |party: Party| party.token.unwrap_or("none");
    let name = format!(
        "generated {number}: user {}, service {}, spoofed {spoof}",
        shown(user),
        shown(service)
    );
    let rows: &[&str] =
        if leaks(user, service, setting, spoofed) { &["system-scope"] } else { &[] };
    case("", &name, setting, &[&lines.join("\n")], rows)
}

/// Whether the two sides must disagree about the system's scope.
fn leaks(user: Party, service: Party, setting: &[Knob], spoofed: bool) -> bool {
    let has_role = service.standing == Standing::Service;
    let valid = matches!(service.standing, Standing::Good | Standing::Service);
    let vouched = has_role || (valid && setting.contains(&RolesOptional));
    let confirmed = match user.standing {
        Standing::Absent | Standing::Bad => false,
        Standing::Expired => has_role,
        Standing::Good | Standing::Service => true,
    };
    let accepted = confirmed && (vouched || service.standing == Standing::Absent);
    if !accepted && !setting.contains(&Delay) {
        return false;
    }
    let here = confirmed && user.system;
    let there = match (vouched, confirmed) {
        (true, _) => service.system,
        (false, true) => user.system,
        (false, false) => spoofed,
    };
    here != there
}

/// A client's lines about itself, in this disguise.
fn lies(disguise: &str) -> String {
    match disguise {
        "as it is" => "<spoofed>".to_owned(),
        "in capitals" => "<SPOOFED>".to_owned(),
        "twice" => "<spoofed>\n<spoofed>".to_owned(),
        "with underscores" => {
            let folded = |line: &str| {
                let (name, value) = line.split_once(':').unwrap();
                format!("{}:{value}", name.replace('-', "_"))
            };
            SPOOFED.lines().map(folded).collect::<Vec<_>>().join("\n")
        }
        _ => panic!("no such disguise: {disguise}"),
    }
}
