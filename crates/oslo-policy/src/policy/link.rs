//! Follows the references between rules: none may come back to where it started, lead too deep or
//! branch too often.

use super::Named;
use super::problem::Problems;
use crate::program::{MAX_DEPTH, MAX_STEPS, Measure, Node, measure};

/// Looks at every rule, and adds what is wrong to `problems`.
pub(super) fn check(rules: &[Named], nodes: &[Node], problems: &mut Problems) {
    let mut walk =
        Walk { rules, nodes, problems, known: vec![None; rules.len()], path: Vec::new() };
    for index in 0..rules.len() {
        // What is wrong is among the problems.
        let _ = walk.measure(index, 0);
    }
}

struct Walk<'a> {
    rules: &'a [Named],
    nodes: &'a [Node],
    problems: &'a mut Problems,
    /// What the rules that were walked through cost.
    known: Vec<Option<Result<Measure, Broken>>>,
    /// The rules that refer to each other, down to the current one.
    path: Vec<usize>,
}

/// There is no measure; the reason is among the problems.
#[derive(Clone, Copy)]
struct Broken;

impl Walk<'_> {
    fn measure(&mut self, index: usize, above: usize) -> Result<Measure, Broken> {
        if let Some(known) = self.known.get(index).copied().flatten() {
            return known;
        }
        if let Some(start) = self.path.iter().position(|earlier| *earlier == index) {
            let circle = self.path.get(start..).unwrap_or_default();
            let names: Vec<String> = circle.iter().map(|index| self.quoted(*index)).collect();
            let message = format!(
                "the rules refer to each other in a circle: {} -> {}; remove one of the references",
                names.join(" -> "),
                self.quoted(index)
            );
            return self.broken(index, message);
        }
        if above > MAX_DEPTH {
            let start = self.path.first().copied().unwrap_or(index);
            return self.broken(start, TOO_DEEP.to_owned());
        }
        let Some(node) = self.nodes.get(index) else {
            return Err(Broken);
        };
        self.path.push(index);
        let mut measured = measure(node, above, &mut |index, depth| self.measure(index, depth));
        self.path.pop();
        match measured {
            Ok(Measure { depth, .. }) if depth > MAX_DEPTH => {
                measured = self.broken(index, TOO_DEEP.to_owned());
            }
            Ok(Measure { steps, .. }) if steps > MAX_STEPS => {
                let message = format!(
                    "with the rules that it refers to it has more than {MAX_STEPS} checks; refer to \
                     fewer rules more than once"
                );
                measured = self.broken(index, message);
            }
            Ok(_) | Err(Broken) => {}
        }
        if let Some(known) = self.known.get_mut(index) {
            *known = Some(measured);
        }
        measured
    }

    fn broken(&mut self, index: usize, message: String) -> Result<Measure, Broken> {
        if let Some(named) = self.rules.get(index) {
            self.problems.add(named.origin.clone(), Some(&named.name), message);
        }
        Err(Broken)
    }

    fn quoted(&self, index: usize) -> String {
        let name = self.rules.get(index).map_or("", |named| &*named.name);
        format!("`{name}`")
    }
}

const TOO_DEEP: &str = "its checks and the rules that it refers to are nested too deeply; refer to \
                        the last rule of the chain";
