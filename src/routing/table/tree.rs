//! The rows' templates as a tree of segments.

use std::collections::HashMap;

use crate::routing::readings::without_parameters;
use crate::routing::template::{Segment, Variable};

/// What may follow the segments that lead here.
#[derive(Debug)]
pub(super) struct Node {
    texts: HashMap<Box<str>, Self>,
    variables: Vec<(Variable, Self)>,
    /// Rows whose template ends here.
    ends: Vec<usize>,
    /// Rows that go on with `**`, and what must stand at the end of the path.
    rests: Vec<(usize, Vec<Segment>)>,
    /// The first row at or below this node.
    least: usize,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            texts: HashMap::new(),
            variables: Vec::new(),
            ends: Vec::new(),
            rests: Vec::new(),
            least: usize::MAX,
        }
    }
}

impl Node {
    /// Adds row `at`, which has what is left of its template below this node.
    pub(super) fn insert(&mut self, at: usize, template: &[Segment]) {
        self.least = self.least.min(at);
        match template {
            [] => self.ends.push(at),
            [Segment::Rest, tail @ ..] => self.rests.push((at, tail.to_vec())),
            [Segment::Text(text), tail @ ..] => {
                self.texts.entry(text.as_str().into()).or_default().insert(at, tail);
            }
            [Segment::Variable(variable), tail @ ..] => self.insert_below(variable, at, tail),
        }
    }

    /// Names do not tell two variable segments apart.
    fn insert_below(&mut self, variable: &Variable, at: usize, template: &[Segment]) {
        let same = |(known, _): &&mut (Variable, Self)| {
            known.prefix == variable.prefix && known.suffix == variable.suffix
        };
        if let Some((_, node)) = self.variables.iter_mut().find(same) {
            return node.insert(at, template);
        }
        let mut node = Self::default();
        node.insert(at, template);
        self.variables.push((variable.clone(), node));
    }

    /// The first row that takes the path whose segments are `rest`, of those for which `takes`.
    pub(super) fn first(&self, rest: &str, takes: &impl Fn(usize) -> bool) -> Option<usize> {
        let mut best = usize::MAX;
        self.look(Some(rest), takes, &mut best);
        (best != usize::MAX).then_some(best)
    }

    fn look(&self, rest: Option<&str>, takes: &impl Fn(usize) -> bool, best: &mut usize) {
        if self.least >= *best {
            return;
        }
        #[cfg(test)]
        steps::add(1 + self.variables.len() + self.rests.len());
        // Rows stand in their order, so the first that fits is the best of its kind.
        let wide = self.rests.iter().find(|(at, tail)| ends_so(rest, tail) && takes(*at));
        if let Some((at, _)) = wide {
            *best = (*best).min(*at);
        }
        let Some(rest) = rest.filter(|rest| !rest.is_empty()) else {
            if let Some(at) = self.ends.iter().find(|at| takes(**at)) {
                *best = (*best).min(*at);
            }
            return;
        };
        let (segment, rest) = match rest.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (rest, None),
        };
        if let Some(node) = self.texts.get(segment) {
            node.look(rest, takes, best);
        }
        let bare = without_parameters(segment);
        if bare.len() < segment.len()
            && let Some(node) = self.texts.get(bare)
        {
            node.look(rest, takes, best);
        }
        for (variable, node) in &self.variables {
            if variable.part_of(segment).is_some() {
                node.look(rest, takes, best);
            }
        }
    }
}

/// Whether the segments of `rest` end with what `tail` takes.
fn ends_so(rest: Option<&str>, tail: &[Segment]) -> bool {
    if tail.is_empty() {
        return true;
    }
    let Some(rest) = rest else { return false };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.is_empty() {
        return false;
    }
    let mut segments = rest.rsplit('/');
    tail.iter().rev().all(|part| segments.next().is_some_and(|segment| part.takes(segment)))
}

/// How much work a search is, by count: clocks say nothing on a busy machine.
#[cfg(test)]
pub(super) mod steps {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn add(some: usize) {
        STEPS.set(STEPS.get() + some);
    }

    /// The steps that `work` takes.
    pub(in crate::routing::table) fn of<T>(work: impl FnOnce() -> T) -> usize {
        STEPS.set(0);
        work();
        STEPS.get()
    }
}
