//! The numbered list: what keystonemiddleware does, and where it is compared.
//!
//! docs/parity.md is made of it: `PORTCULLIS_REWRITE=1 cargo test --test real list` writes
//! that page.

mod beyond;
mod demands;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::case::Case;
use super::{generated, numbered, rows, shapes, troubles};

/// One thing that is demanded, or several of one kind.
struct Demand {
    /// `7`, `73-84` or `N7`.
    number: &'static str,
    /// keystonemiddleware's own test, if there is one.
    test: &'static str,
    what: &'static str,
    place: Place,
}

/// Where it is held.
enum Place {
    /// By cases that say they show it.
    Compared,
    /// By another test: its file, and what to look for there.
    Elsewhere(&'static str, &'static str),
    /// Nowhere, for a reason.
    Out(&'static str),
}

const fn demand(
    number: &'static str,
    test: &'static str,
    what: &'static str,
    place: Place,
) -> Demand {
    Demand { number, test, what, place }
}

#[test]
fn every_number_of_the_list_has_its_place() {
    let numbers: Vec<_> = all().flat_map(Demand::numbers).collect();
    let wanted = (1..=128).map(|n| n.to_string()).chain((1..=31).map(|n| format!("N{n}")));
    assert_eq!(numbers, wanted.collect::<Vec<_>>());
    let cases = cases();
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    shown.extend(cases.iter().flat_map(|case| case.shows.split_whitespace()));
    for demand in all() {
        for number in demand.numbers() {
            let compared = matches!(demand.place, Place::Compared);
            assert_eq!(shown.remove(number.as_str()), compared, "{number}: {}", demand.what);
        }
        if let Place::Elsewhere(file, word) = demand.place {
            let text = std::fs::read_to_string(root().join(file)).expect(file);
            assert!(text.contains(word), "{file} has no {word}");
        }
    }
    assert!(shown.is_empty(), "cases show what is not on the list: {shown:?}");
}

#[test]
fn every_meant_difference_is_a_row_of_the_page_for_operators() {
    let page = std::fs::read_to_string(root().join("docs/compatibility.md")).unwrap();
    for row in rows::ROWS {
        let cell = format!("| `{}` |", row.name);
        let count = page.lines().filter(|line| line.starts_with(&cell)).count();
        assert_eq!(count, 1, "docs/compatibility.md has {count} rows {cell}");
    }
}

#[test]
fn the_page_about_the_list_is_current() {
    let path = root().join("docs/parity.md");
    let page = page();
    if std::env::var_os("PORTCULLIS_REWRITE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/parity.md: run PORTCULLIS_REWRITE=1 cargo test --test real list"
    );
}

impl Demand {
    fn numbers(&self) -> Vec<String> {
        match self.number.split_once('-') {
            None => vec![self.number.to_owned()],
            Some((first, last)) => {
                let (first, last): (u32, u32) = (first.parse().unwrap(), last.parse().unwrap());
                (first..=last).map(|number| number.to_string()).collect()
            }
        }
    }

    /// Where it is held, in a cell's words.
    fn held(&self, cases: &[Case]) -> String {
        match self.place {
            Place::Compared => {
                let numbers = self.numbers();
                let shows = |case: &&Case| {
                    case.shows.split_whitespace().any(|n| numbers.iter().any(|number| number == n))
                };
                let rows: BTreeSet<_> =
                    cases.iter().filter(shows).flat_map(|case| &case.rows).copied().collect();
                let rows = rows.iter().map(|row| format!("`{row}`")).collect::<Vec<_>>().join(", ");
                if rows.is_empty() { "compared".to_owned() } else { format!("compared: {rows}") }
            }
            Place::Elsewhere(file, word) => format!("`{file}`: `{word}`"),
            Place::Out(why) => why.to_owned(),
        }
    }
}

fn all() -> impl Iterator<Item = &'static Demand> {
    demands::DEMANDS.iter().chain(beyond::BEYOND)
}

fn cases() -> Vec<Case> {
    [numbered::cases(), generated::cases(), shapes::cases(), troubles::cases()]
        .into_iter()
        .flatten()
        .collect()
}

fn page() -> String {
    let cases = cases();
    let mut page = format!("{HEAD}{TABLE}");
    for demand in all() {
        let test =
            if demand.test.is_empty() { String::new() } else { format!("`{}`", demand.test) };
        let (number, what) = (demand.number, demand.what);
        writeln!(page, "| {number} | {test} | {what} | {} |", demand.held(&cases)).unwrap();
    }
    page
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const HEAD: &str = "# Compared with the real keystonemiddleware

The group `parity` of `cargo test --test real` sends the same bytes to Portcullis and to
keystonemiddleware 13.0.1, both in front of a service that echoes, both with one real Keystone, or
with one double where Keystone has to fail. What the service saw and what the client got is brought
into one form (names as WSGI folds them, absent for `None`, nothing that belongs to a connection) and
compared. Whatever differs must be a row of [compatibility.md](compatibility.md); a row that no case
shows any more fails too.

This list says for each thing that keystonemiddleware's own tests demand, and for some that they do
not (`N`), where it is held here. Beyond it, every kind of user meets every kind of service in every
setting (`tests/real/parity/generated.rs`). The page is made from `tests/real/parity/list`, and a test
holds it.

";

const TABLE: &str = "| number | keystonemiddleware's test | what | where |\n|---|---|---|---|\n";
