//! Policy files as people write them, and as they should not.

use fastrand::Rng;

use super::{one_of, request};
use crate::job::Job;

/// A file with a few rules.
pub(super) fn job(rng: &mut Rng) -> Job {
    let mut text = String::new();
    if rng.u8(..10) == 0 {
        text.push_str(one_of(
            rng,
            &["---\n", "# comment\n", "\u{feff}", "%YAML 1.1\n---\n", "\n\n", "--- \n"],
        ));
    }
    let names: Vec<&str> = (0..rng.usize(1..4)).map(|_| name(rng)).collect();
    for name in &names {
        text.push_str(name);
        text.push_str(if rng.u8(..12) == 0 { one_of(rng, &[" : ", ":  ", ":\n  "]) } else { ": " });
        text.push_str(value(rng));
        text.push_str(if rng.u8(..12) == 0 {
            one_of(rng, &[" # c\n", "\r\n", "\n\n", "  \n"])
        } else {
            "\n"
        });
    }
    let mut job = Job::of_text(text);
    for _ in 0..2 {
        let name = one_of(rng, &names).trim_matches(['"', '\'']);
        job = job.case(name, &request::target(rng), &request::credentials(rng));
    }
    job
}

fn name(rng: &mut Rng) -> &'static str {
    let names = [
        "a",
        "b",
        "\"a\"",
        "'b'",
        "a:b",
        "\"a:b\"",
        "compute:get",
        "'x y'",
        "x y",
        "é",
        "\"\\u00e9\"",
        "a/b",
        "a-b",
        "default",
        "1a",
        "a.b",
        "\"yes\"",
        "\"1\"",
    ];
    let odd = [
        "yes",
        "1",
        "null",
        "~",
        "1.5",
        "on",
        "<<",
        "2024-01-01",
        "? a\n",
        "- a",
        "[a]",
        "!a",
        "&x a",
    ];
    if rng.u8(..20) == 0 { one_of(rng, &odd) } else { one_of(rng, &names) }
}

fn value(rng: &mut Rng) -> &'static str {
    match rng.u8(..10) {
        0..=3 => one_of(rng, &USUAL),
        4..=6 => one_of(rng, &SHAPED),
        _ => one_of(rng, &ODD),
    }
}

const USUAL: [&str; 14] = [
    "role:admin",
    "\"role:admin\"",
    "'role:admin or role:member'",
    "role:admin or user_id:%(user_id)s",
    "\"user_id:%(user_id)s\"",
    "\"@\"",
    "\"!\"",
    "\"\"",
    "not role:admin",
    "(role:admin or role:member) and user_id:%(user_id)s",
    "'True:%(bool)s'",
    "\"'u1':%(user_id)s\"",
    "rule:default",
    "is_admin:True",
];

const SHAPED: [&str; 18] = [
    "[]",
    "{}",
    "[[]]",
    "[\"role:admin\"]",
    "[role:admin, role:member]",
    "[[role:admin, \"user_id:%(user_id)s\"], [role:member]]",
    "\n  - role:admin\n  - role:member",
    "\n- role:admin\n- [role:member]",
    "\n  - - role:admin\n    - role:member",
    ">\n  role:admin\n  or role:member",
    ">-\n  role:admin\n  or role:member",
    "|\n  role:admin\n  or role:member\n",
    "role:admin\n  or role:member",
    "\"role:admin\n  or role:member\"",
    "'role:admin\n\n  or role:member'",
    "\"role:admin \\\n  or role:member\"",
    "\"role:\\x61dmin\"",
    "\"role:admin\\tor\\nrole:member\"",
];

const ODD: [&str; 62] = [
    "",
    "~",
    "null",
    "Null",
    "nUll",
    "yes",
    "no",
    "on",
    "off",
    "true",
    "True",
    "false",
    "y",
    "n",
    "0",
    "1",
    "-1",
    "+1",
    "07",
    "08",
    "0o7",
    "0x1F",
    "0x",
    "0b1",
    "1_000",
    "_1",
    "1.5",
    "1.",
    ".5",
    "+.5",
    "1e3",
    "1.0e+3",
    "1.5e3",
    ".inf",
    ".nan",
    ".",
    "1:30",
    "1:60",
    "12:30:45",
    "190:20:30.15",
    "2024-01-01",
    "2024-1-1",
    "2024-01-01 10:00:00",
    "2001-1-1 1:1:1",
    "=",
    "<<",
    "!",
    "!!str yes",
    "@",
    "`a`",
    "%a",
    "%",
    "\"a\" b",
    "a: b",
    "[",
    "]",
    "{a: b}",
    "*x",
    "role:admin#x",
    "role:admin # x",
    "- a",
    "{\"role:admin\"}",
];
