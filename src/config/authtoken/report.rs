//! What was made of a section, one line for each option.

use std::fmt::Write as _;

use super::translation::{Item, Translation};
use super::verdict::Verdict;
use crate::config::origin::Spot;

/// The report. What needs somebody's attention comes first.
pub(super) fn report(translation: &Translation) -> String {
    let Translation { items, section, .. } = translation;
    let lines: Vec<Line> = items.iter().map(|item| Line::of(item, section)).collect();
    let widest = |column: fn(&Line) -> &String| {
        lines.iter().map(|line| column(line).chars().count()).max().unwrap_or_default()
    };
    let (places, options) = (widest(|line| &line.place), widest(|line| &line.option));
    let mut report = String::new();
    for (heading, kind) in HEADINGS {
        let mut lines = lines.iter().filter(|line| line.kind == kind).peekable();
        if lines.peek().is_none() {
            continue;
        }
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(report, "{heading}");
        for Line { place, option, words, .. } in lines {
            let line = format!("  {place:places$}  {option:options$}  {words}");
            let _ = writeln!(report, "{}", line.trim_end());
        }
    }
    report
}

/// One line.
struct Line {
    kind: Kind,
    place: String,
    option: String,
    words: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Honoured,
    Ignored,
    Mapped,
    Refused,
    Unknown,
}

impl Line {
    fn of(Item { spot, verdict }: &Item, own: &str) -> Self {
        let Spot { file, section, option, line } = spot;
        let place = line.map_or_else(|| "not written".to_owned(), |line| format!("{file}:{line}"));
        let option =
            if **section == *own { option.clone() } else { format!("[{section}] {option}") };
        let keys: Vec<&str> = verdict.pairs().iter().map(|pair| pair.key).collect();
        let keys = keys.join(", ");
        let (kind, words) = match verdict {
            Verdict::Honoured(_) => (Kind::Honoured, keys),
            Verdict::Mapped(_, note) if keys.is_empty() => (Kind::Mapped, note.to_string()),
            Verdict::Mapped(_, note) => (Kind::Mapped, format!("{keys}: {note}")),
            Verdict::Ignored(note) => (Kind::Ignored, note.to_string()),
            Verdict::Refused(reason) => (Kind::Refused, reason.to_string()),
            Verdict::Unknown(likeness) => (Kind::Unknown, likeness.to_string()),
        };
        Self { kind, place, option, words }
    }
}

const HEADINGS: [(&str, Kind); 5] = [
    ("refused: remove or change these", Kind::Refused),
    ("mapped: read these notes", Kind::Mapped),
    ("not known to keystonemiddleware", Kind::Unknown),
    ("ignored", Kind::Ignored),
    ("honoured", Kind::Honoured),
];
