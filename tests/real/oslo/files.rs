//! Every value of a file is the one that oslo.config reads, and every file that it refuses is
//! refused in the same line for the same reason.

use fastrand::Rng;
use portcullis::config::ini_to_json;
use serde_json::{Value, json};

use super::{ask, here};

/// How many made-up files are compared, beside those that are kept.
const MADE_UP: usize = 4000;

/// What the unit tests expect of the kept files is what oslo.config says of them.
#[test]
fn kept_files_are_read_as_oslo_config_reads_them() {
    let folder = here().join("tests/data/oslo");
    let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let mut names: Vec<String> =
        names.filter(|name| name != "answers.json" && name != "options.json").collect();
    names.sort();
    let texts: Vec<String> =
        names.iter().map(|name| std::fs::read_to_string(folder.join(name)).unwrap()).collect();
    compare(&texts);
    let lines: Vec<String> =
        names.iter().zip(&texts).map(|(name, text)| answer(name, text)).collect();
    let answers = format!("{{\n{}\n}}\n", lines.join(",\n"));
    let kept = folder.join("answers.json");
    if std::env::var_os("PORTCULLIS_REWRITE").is_some() {
        std::fs::write(&kept, &answers).unwrap();
    }
    let kept = std::fs::read_to_string(kept).unwrap();
    assert_eq!(kept, answers, "run this test with PORTCULLIS_REWRITE=1");
}

/// A line of `answers.json`.
fn answer(name: &str, text: &str) -> String {
    let answer = match ini_to_json(text) {
        Ok(sections) => json!({"sections": sections}),
        Err((line, reason)) => json!({"line": line, "error": reason}),
    };
    format!("{}: {answer}", json!(name))
}

#[test]
fn made_up_files_are_read_as_oslo_config_reads_them() {
    let mut random = Rng::with_seed(20_261_121);
    let texts: Vec<String> = (0..MADE_UP).map(|_| made_up(&mut random)).collect();
    let (values, faults, refused) = compare(&texts);
    // Files that are all alike would prove nothing.
    assert!(values > 5000 && faults > 500 && refused > 500, "{values} {faults} {refused}");
}

/// Compares, and says how many values, faults of values and refused files there were.
#[track_caller]
fn compare(texts: &[String]) -> (usize, usize, usize) {
    let answers: Vec<Value> = serde_json::from_str(&ask("reads.py", texts)).unwrap();
    assert_eq!(answers.len(), texts.len());
    let (mut values, mut faults, mut refused) = (0, 0, 0);
    for (text, theirs) in texts.iter().zip(answers) {
        match ini_to_json(text) {
            Ok(ours) => {
                assert_eq!(json!({"sections": ours}), theirs, "{text:?}");
                for value in ours.as_object().unwrap().values().flat_map(members) {
                    *if value.get("fault").is_some() { &mut faults } else { &mut values } += 1;
                }
            }
            Err((line, reason)) => {
                refused += 1;
                let (error, comes_late) = spelled(&reason);
                assert_eq!(theirs["error"], error, "{text:?}");
                let theirs = usize::try_from(theirs["line"].as_u64().unwrap()).unwrap();
                // A value may go on, so oslo.config misses its section when it has ended.
                assert!(
                    line == theirs || (comes_late && line < theirs),
                    "{line} {theirs} {text:?}"
                );
            }
        }
    }
    (values, faults, refused)
}

fn members(section: &Value) -> impl Iterator<Item = &Value> {
    section.as_object().unwrap().values()
}

/// What oslo.config says for the same reason, and whether it may say so in a later line.
fn spelled(reason: &str) -> (&'static str, bool) {
    let spelled = [
        ("begins with a blank", "Unexpected continuation line", false),
        ("has a value but no name", "Key cannot be empty", false),
        ("stands before the first", "Section must be started before assignment", true),
        ("is no \"name = value\"", "No ':' or '=' found in assignment", false),
        ("begins a section, and", "Invalid section (must end with ])", false),
        ("is a section without", "Empty section name", false),
    ];
    let (_, error, late) = spelled.into_iter().find(|(ours, ..)| reason.starts_with(ours)).unwrap();
    (error, late)
}

/// A file that somebody might have written, and some that nobody would.
fn made_up(random: &mut Rng) -> String {
    let mut text = String::new();
    let end = one(random, &["\n", "\n", "\n", "\r\n", "\r"]);
    if random.u8(..8) > 0 {
        text.push_str("[DEFAULT]");
        text.push_str(end);
    }
    for _ in 0..random.usize(1..14) {
        text.push_str(&line(random));
        text.push_str(end);
    }
    text
}

fn line(random: &mut Rng) -> String {
    match random.u8(..40) {
        0..4 => format!("[{}]", one(random, SECTIONS)),
        4 => one(random, ODD).to_owned(),
        5..8 => format!("{}{}", one(random, BLANKS), value(random)),
        8..10 => one(random, &["", " ", "\t", "# comment = 1", "; comment", "#[a]"]).to_owned(),
        _ => {
            let name = one(random, NAMES);
            let separator = one(random, SEPARATORS);
            format!("{name}{separator}{}", value(random))
        }
    }
}

fn value(random: &mut Rng) -> String {
    let mut value = String::new();
    for _ in 0..random.usize(..4) {
        value.push_str(one(random, PIECES));
        if random.u8(..4) == 0 {
            let name = one(random, NAMES);
            let section = one(random, SECTIONS);
            let reference = match random.u8(..6) {
                0..3 => format!("${name}"),
                3 => format!("${{{name}}}"),
                4 => format!("${{{section}.{name}}}"),
                _ => format!("${section}.{name}"),
            };
            value.push_str(&reference);
        }
    }
    value
}

fn one<'a>(random: &mut Rng, of: &[&'a str]) -> &'a str {
    of[random.usize(..of.len())]
}

const SECTIONS: &[&str] = &[
    "DEFAULT",
    "a",
    "A",
    "b",
    "keystone_authtoken",
    "Keystone_Authtoken",
    "filter:x",
    " a",
    "é",
    "É",
];
/// None of them is a section: no service has an option and a group of one name.
const NAMES: &[&str] = &[
    "auth_url",
    "x",
    "y",
    "z",
    "X",
    "my_ip",
    "user-name",
    "ö",
    "x.y",
    "_u",
    "two words",
    "1",
    "\u{17f}",
];
const SEPARATORS: &[&str] = &["=", " = ", ":", ": ", "=\t", " =  "];
const BLANKS: &[&str] = &[" ", "  ", "\t", " \u{a0}", "\u{a0}"];
const ODD: &[&str] = &[
    "[",
    "]",
    "[]",
    "[ ]",
    "[a",
    "[a] ",
    "[a] # b",
    "[a]]",
    "=",
    ":",
    "= x",
    "no separator",
    "\u{feff}[a]",
    "\u{feff}x = 1",
    "\u{c}x = 1",
    "'x' = 1",
    "\"",
    "$x",
    "x\u{85}= 1",
    "-",
    "x",
];
const PIECES: &[&str] = &[
    "http://h:5000/v3",
    "x",
    " ",
    "\"",
    "'",
    "$",
    "$$",
    "\\$",
    "\\",
    "{",
    "}",
    ",",
    "#",
    ";",
    "%",
    "%(x)s",
    "=",
    ":",
    "é",
    "\u{1c}",
    "\u{2028}",
    "\u{a0}",
    "1",
    "true",
    "[a]",
    "\"q\"",
    "'q'",
    "${",
    "$x.",
    "$\u{130}x",
    "\u{b}",
    "\u{85}",
];
