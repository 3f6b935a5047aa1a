//! What came of all cases: equal, different on purpose, or unexplained.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::case::Case;
use super::difference::{Difference, differences};
use super::exchange::Side;
use super::rows;

/// One request of a case as it was sent, and what both sides made of it.
pub(crate) struct Exchange {
    pub(crate) request: String,
    pub(crate) here: Side,
    pub(crate) there: Side,
}

impl Exchange {
    pub(crate) fn new(request: &[u8], here: Side, there: Side) -> Self {
        Self { request: String::from_utf8_lossy(request).into_owned(), here, there }
    }
}

/// The count so far.
#[derive(Default)]
pub(crate) struct Tally {
    equal: usize,
    different: usize,
    /// How many cases show each row.
    rows: BTreeMap<&'static str, usize>,
    names: BTreeSet<String>,
    unexplained: Vec<String>,
}

impl Tally {
    /// Compares both sides of a case that has been played.
    pub(crate) fn judge(&mut self, case: &Case, exchanges: &[Exchange]) {
        assert!(self.names.insert(case.name.clone()), "two cases are called {:?}", case.name);
        let found: Vec<_> = exchanges
            .iter()
            .flat_map(|exchange| differences(&exchange.here, &exchange.there))
            .collect();
        let meant = |difference: &&Difference| {
            case.rows.iter().any(|name| rows::find(name).explains(difference))
        };
        let unmeant: Vec<_> = found.iter().filter(|difference| !meant(difference)).collect();
        let shown = |name: &&&str| found.iter().any(|found| rows::find(name).explains(found));
        let unseen: Vec<_> = case.rows.iter().filter(|name| !shown(name)).collect();
        let statuses: Vec<_> = exchanges.iter().map(|each| each.there.answer.status).collect();
        let vain = !case.statuses.is_empty() && case.statuses != statuses;
        if vain || !unmeant.is_empty() || !unseen.is_empty() {
            let mut report = report(case, exchanges, &unmeant, &unseen);
            if vain {
                write!(report, "  expected there: {:?}", case.statuses).unwrap();
            }
            self.unexplained.push(report);
        } else if found.is_empty() {
            self.equal += 1;
        } else {
            self.different += 1;
            for name in &case.rows {
                *self.rows.entry(name).or_default() += 1;
            }
        }
    }

    /// Counts a case that could not be played to its end.
    pub(crate) fn fail(&mut self, case: &Case) {
        self.unexplained.push(format!("{}: not played to its end, see above", case.name));
    }

    /// Rows that no case shows any more.
    pub(crate) fn stale(&self) -> Vec<&'static str> {
        let all = rows::ROWS.iter().map(|row| row.name);
        all.filter(|name| !self.rows.contains_key(name)).collect()
    }

    pub(crate) fn unexplained(&self) -> &[String] {
        &self.unexplained
    }

    /// How many cases show each row.
    pub(crate) fn by_rows(&self) -> String {
        let mut text = String::new();
        for (name, count) in &self.rows {
            writeln!(text, "parity: {count:4} {name}").unwrap();
        }
        text
    }

    /// The result in one line.
    pub(crate) fn summary(&self) -> String {
        let Self { equal, different, unexplained, .. } = self;
        let unexplained = unexplained.len();
        format!(
            "parity: {equal} equal, {different} different on purpose, {unexplained} unexplained"
        )
    }
}

fn report(
    case: &Case,
    exchanges: &[Exchange],
    unmeant: &[&Difference],
    unseen: &[&&'static str],
) -> String {
    let mut text = format!("{} ({:?})\n", case.name, case.setting);
    for difference in unmeant {
        writeln!(text, "  not meant: {difference}").unwrap();
    }
    for name in unseen {
        writeln!(text, "  not seen: {name}").unwrap();
    }
    for Exchange { request, here, there } in exchanges {
        let side = |side: &Side| {
            let Side { reached, answer } = side;
            let seen = reached.as_ref().map(|seen| (&seen.method, &seen.target, &seen.fields));
            format!("{} {:?} {:?}\n      app: {seen:?}", answer.status, answer.fields, answer.body)
        };
        let request = request.replace("\r\n", " | ");
        writeln!(text, "  {request}\n    here:  {}\n    there: {}", side(here), side(there))
            .unwrap();
    }
    text
}
