//! Matching a path against one rule's template, in time that the template cannot blow up.
//!
//! `{name}` and `*` stand for one or more characters other than `/`, `**` for any number of any
//! characters, everything else for itself. A brace without its partner stands for nothing, as in
//! keystonemiddleware; unlike there, `.` is a dot and no character is a regular expression.

/// What one step through a template takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Any number of any characters.
    Anything,
    /// This byte.
    Byte(u8),
    /// One or more characters other than `/`.
    Segment,
}

/// How much work one request may make. Owners write the templates, so some are written to be
/// slow; what they cannot have for it is the proxy's time.
pub(super) struct Budget(u32);

impl Default for Budget {
    /// Enough for some hundred ordinary rules, and a few milliseconds at the most.
    fn default() -> Self {
        Self(1 << 20)
    }
}

impl Budget {
    fn spend(&mut self, steps: usize) -> bool {
        self.0 = self.0.saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX));
        self.0 > 0
    }
}

/// Whether `template` matches the whole of `path`. When the budget is spent, nothing matches.
pub(super) fn matches(template: &str, path: &str, budget: &mut Budget) -> bool {
    // Reading a template is work too: a credential may have thousands of them.
    if !budget.spend(template.len()) {
        return false;
    }
    let units = units(template);
    // The places between units that the path read so far can have led to.
    let mut places = Places::new(&units);
    let mut next = Places::new(&units);
    places.add(0);
    for byte in path.bytes() {
        for &at in &places.list {
            if !budget.spend(1) {
                return false;
            }
            let stays = match at.checked_sub(1).and_then(|before| units.get(before)) {
                Some(Unit::Anything) => true,
                Some(Unit::Segment) => byte != b'/',
                Some(Unit::Byte(_)) | None => false,
            };
            if stays {
                next.add(at);
            }
            let goes_on = match units.get(at) {
                Some(Unit::Byte(expected)) => *expected == byte,
                Some(Unit::Segment) => byte != b'/',
                Some(Unit::Anything) | None => false,
            };
            if goes_on {
                next.add(at + 1);
            }
        }
        if next.list.is_empty() {
            return false;
        }
        std::mem::swap(&mut places, &mut next);
        next.clear();
    }
    places.list.contains(&units.len())
}

fn units(template: &str) -> Vec<Unit> {
    let mut units = Vec::with_capacity(template.len());
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        let (unit, taken) = match c {
            '{' => match rest.find('}') {
                Some(end) => (Some(Unit::Segment), end + 1),
                None => (None, 1),
            },
            '}' => (None, 1),
            '*' if rest.starts_with("**") => (Some(Unit::Anything), 2),
            '*' => (Some(Unit::Segment), 1),
            c => {
                let mut bytes = [0; 4];
                units.extend(c.encode_utf8(&mut bytes).bytes().map(Unit::Byte));
                (None, c.len_utf8())
            }
        };
        units.extend(unit);
        rest = rest.get(taken..).unwrap_or_default();
    }
    units
}

/// A set of places, listed in the order in which they were found.
struct Places<'a> {
    units: &'a [Unit],
    list: Vec<usize>,
    known: Vec<bool>,
}

impl<'a> Places<'a> {
    fn new(units: &'a [Unit]) -> Self {
        Self { units, list: Vec::new(), known: vec![false; units.len() + 1] }
    }

    /// Adds a place, and those behind it that nothing has to be read for.
    fn add(&mut self, at: usize) {
        let mut at = at;
        while let Some(known) = self.known.get_mut(at).filter(|known| !**known) {
            *known = true;
            self.list.push(at);
            if self.units.get(at) != Some(&Unit::Anything) {
                break;
            }
            at += 1;
        }
    }

    fn clear(&mut self) {
        for at in self.list.drain(..) {
            if let Some(known) = self.known.get_mut(at) {
                *known = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_that_do_not_match_spend_the_budget_as_well() {
        let long = format!("/{}", "a".repeat(224));
        let mut budget = Budget::default();
        let read = (0..10_000).take_while(|_| {
            matches(&long, "/b", &mut budget);
            budget.0 > 0
        });
        assert!(read.count() < 5_000);
        assert!(!matches("/b", "/b", &mut budget), "nothing is left, so nothing matches");
    }
}
