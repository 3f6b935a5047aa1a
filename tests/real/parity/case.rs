//! One case: in which setting, what happens, and which differences are meant.
//!
//! A request is written as it goes over the wire, with `\n` for the end of a line, and a token's
//! name in angle brackets for the token; `<spoofed>` is a line for every identity header.

use super::setting::{Knob, Setting};
use super::spoofed::SPOOFED;
use crate::support::{Keystone, request};

/// A case of the comparison.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Which cases of the numbered list it shows, separated by blanks.
    pub(crate) shows: &'static str,
    pub(crate) setting: Setting,
    pub(crate) steps: Vec<Step>,
    /// The differences that must be seen, and no others, by their names in `rows`.
    pub(crate) rows: Vec<&'static str>,
    /// keystonemiddleware's statuses, where it matters that a case shows what it is meant to.
    pub(crate) statuses: Vec<u16>,
}

impl Case {
    /// The same, where keystonemiddleware must answer with these statuses.
    pub(crate) fn saying(mut self, statuses: &[u16]) -> Self {
        self.statuses = statuses.to_vec();
        self
    }
}

/// A case as it stands in a table: what it shows, its name, the setting, the requests, the rows.
pub(crate) struct Entry(
    &'static str,
    &'static str,
    &'static [Knob],
    &'static [&'static str],
    &'static [&'static str],
);

pub(crate) const fn entry(
    shows: &'static str,
    name: &'static str,
    setting: &'static [Knob],
    asks: &'static [&'static str],
    rows: &'static [&'static str],
) -> Entry {
    Entry(shows, name, setting, asks, rows)
}

impl Entry {
    pub(crate) fn case(&self) -> Case {
        let Self(shows, name, setting, asks, rows) = self;
        case(shows, name, setting, asks, rows)
    }
}

/// Something that happens in a case.
pub(crate) enum Step {
    /// Both sides get this request, and are compared.
    Ask(String),
    /// Something happens to the double.
    Then(Happening),
}

/// What happens to the double. It may happen twice, once before each side asks.
pub(crate) type Happening = Box<dyn Fn(&Keystone)>;

/// Nothing may differ.
pub(crate) const SAME: &[&str] = &[];

/// A case of one or more requests.
pub(crate) fn case(
    shows: &'static str,
    name: &str,
    setting: &[Knob],
    asks: &[&str],
    rows: &[&'static str],
) -> Case {
    let steps = asks.iter().map(|text| ask(text)).collect();
    play(shows, name, setting, steps, rows)
}

/// A case with the double, to which things happen.
pub(crate) fn play(
    shows: &'static str,
    name: &str,
    setting: &[Knob],
    steps: Vec<Step>,
    rows: &[&'static str],
) -> Case {
    let (setting, rows) = (setting.to_vec(), rows.to_vec());
    Case { name: name.to_owned(), shows, setting, steps, rows, statuses: Vec::new() }
}

pub(crate) fn ask(text: &str) -> Step {
    Step::Ask(text.to_owned())
}

pub(crate) fn then(happens: impl Fn(&Keystone) + 'static) -> Step {
    Step::Then(Box::new(happens))
}

/// The bytes of a request, with each token that is named in angle brackets put in.
#[track_caller]
pub(crate) fn bytes(text: &str, token: &mut dyn FnMut(&str) -> String) -> Vec<u8> {
    let text = filled_in(text, token);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.split('\n');
    let (method, target) = lines.next().and_then(|line| line.split_once(' ')).expect("a request");
    let fields: Vec<_> = lines
        .map(|line| line.split_once(':').unwrap_or_else(|| panic!("no field: {line}")))
        .map(|(name, value)| (name, value.strip_prefix(' ').unwrap_or(value)))
        .collect();
    request(method, target, &fields, body.as_bytes())
}

fn filled_in(text: &str, token: &mut dyn FnMut(&str) -> String) -> String {
    let mut pieces = text.split('<');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('>').expect("a token's name ends with >");
        filled += &match name {
            "spoofed" => SPOOFED.to_owned(),
            "SPOOFED" => SPOOFED.to_ascii_uppercase(),
            name => token(name),
        };
        filled += rest;
    }
    filled
}
