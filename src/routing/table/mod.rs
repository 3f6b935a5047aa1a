//! The compiled table. The first row that fits a request is its route; finding it takes a few
//! steps for each segment of the path, however many rows there are.

mod cover;
mod tree;

use std::borrow::Cow;

use http::Method;

use super::HostPattern;
use super::readings::{key, others};
use super::template::{self, Segment};

use tree::Node;

/// What a row takes.
#[derive(Clone, Debug)]
pub struct Pattern {
    methods: Methods,
    host: Option<HostPattern>,
    template: Vec<Segment>,
}

/// Which methods a row takes; compared exactly, so that `HEAD` is not `GET`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Methods {
    /// Every method.
    All,
    /// These.
    These(Vec<Method>),
}

/// What is asked for, as routes see it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a Method,
    /// The host, as the request names it.
    pub host: Option<&'a str>,
    /// The path in its normal spelling, without the query.
    pub path: &'a str,
}

/// A table of routes, each standing for an `R`.
#[derive(Debug)]
pub struct Table<R> {
    rows: Box<[(Pattern, R)]>,
    root: Node,
    /// Whether some row is for one host only.
    knows_hosts: bool,
}

/// The route that a request takes.
#[derive(Debug)]
pub struct Found<'t, 'p, R> {
    /// What it stands for.
    pub route: &'t R,
    pattern: &'t Pattern,
    key: Cow<'p, str>,
    /// The variable parts that services read in several ways.
    doubtful: Vec<&'t str>,
}

/// A variable part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'k> {
    /// There is none by that name.
    Nothing,
    /// This.
    Text(&'k str),
    /// Services read it in several ways.
    Several,
}

impl Methods {
    fn take(&self, method: &Method) -> bool {
        match self {
            Self::All => true,
            Self::These(methods) => methods.contains(method),
        }
    }
}

impl Pattern {
    /// Reads a row's pattern.
    ///
    /// # Errors
    /// A sentence for the operator, which the template begins.
    pub fn new(
        methods: Methods,
        host: Option<HostPattern>,
        template: &str,
    ) -> Result<Self, String> {
        Ok(Self { methods, host, template: template::parse(template)? })
    }

    /// The names of the template's variable parts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.template.iter().filter_map(template::name)
    }

    /// The part of a path with this `key` that has that name.
    fn capture<'k>(&self, key: &'k str, name: &str) -> Option<&'k str> {
        let template = &self.template;
        let at = template.iter().position(|segment| template::name(segment) == Some(name))?;
        let Some(Segment::Variable(variable)) = template.get(at) else { return None };
        let path = key.strip_prefix('/')?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let rest = template.iter().position(|segment| *segment == Segment::Rest);
        let segment = match rest {
            // Behind `**`, places are counted from the end.
            Some(rest) if rest < at => path.rsplit('/').nth(template.len() - 1 - at),
            _ => path.split('/').nth(at),
        };
        variable.part_of(segment?)
    }

    fn takes(&self, asked: Asked<'_>) -> bool {
        self.methods.take(asked.method)
            && self.host.as_ref().is_none_or(|host| asked.host.is_some_and(|h| host.fits(h)))
    }
}

impl<R> Table<R> {
    /// Compiles rows; of two that fit the earlier counts.
    pub fn new(rows: Vec<(Pattern, R)>) -> Self {
        let mut root = Node::default();
        for (at, (pattern, _)) in rows.iter().enumerate() {
            root.insert(at, &pattern.template);
        }
        let knows_hosts = rows.iter().any(|(pattern, _)| pattern.host.is_some());
        Self { rows: rows.into(), root, knows_hosts }
    }

    /// The first row that takes what is asked for. A slash at the end of the path does not matter:
    /// services that tell `/a/` from `/a` are few, and those that do not must not be a way round
    /// a rule.
    ///
    /// It does not matter either which characters of a path are encoded. Some services cut something
    /// off the path before they look where it leads: one that leads elsewhere then is taken by no row.
    /// Allocates for paths with escapes or parameters only.
    pub fn find<'p>(&self, asked: Asked<'p>) -> Option<Found<'_, 'p, R>> {
        let key = key(asked.path);
        let at = self.first(asked, &key)?;
        let others = others(asked.path);
        if others.iter().any(|other| self.first(asked, other) != Some(at)) {
            return None;
        }
        let (pattern, route) = self.rows.get(at)?;
        let differs = |name: &&str| {
            others.iter().any(|other| pattern.capture(other, name) != pattern.capture(&key, name))
        };
        let doubtful = pattern.names().filter(differs).collect();
        Some(Found { route, pattern, key, doubtful })
    }

    /// The first row for one reading of the path. A service is told its own name where the request
    /// names no host, and that may be any row's: it must not matter.
    fn first(&self, asked: Asked<'_>, key: &str) -> Option<usize> {
        let path = key.strip_prefix('/')?;
        let row = |at: usize| self.rows.get(at).map(|(row, _)| row);
        let at = self.root.first(path, &|at| row(at).is_some_and(|row| row.takes(asked)))?;
        if asked.host.is_none() && self.knows_hosts {
            let takes = |row: &Pattern| row.methods.take(asked.method);
            return self
                .root
                .first(path, &|at| row(at).is_some_and(takes))
                .filter(|any| *any == at);
        }
        Some(at)
    }

    /// The rows in their order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (&Pattern, &R)> {
        self.rows.iter().map(|(pattern, route)| (pattern, route))
    }

    /// Rows that no request can reach, each with an earlier one that takes all of theirs.
    pub fn unreachable(&self) -> Vec<(&R, &R)> {
        self.rows
            .iter()
            .enumerate()
            .filter_map(|(at, (late, route))| {
                let earlier = self.rows.get(..at)?;
                let (_, cover) = earlier.iter().find(|(early, _)| early.covers(late))?;
                Some((route, cover))
            })
            .collect()
    }

    /// Rows that share some of their requests without either taking all of the other's, so that
    /// their order decides.
    pub fn overlaps(&self) -> Vec<(&R, &R)> {
        let mut pairs = Vec::new();
        for (at, (late, route)) in self.rows.iter().enumerate() {
            for (early, other) in self.rows.get(..at).unwrap_or_default() {
                if early.meets(late) && !early.covers(late) && !late.covers(early) {
                    pairs.push((other, route));
                }
            }
        }
        pairs
    }
}

impl<R> Found<'_, '_, R> {
    /// The names of the path's variable parts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pattern.names()
    }

    /// The variable part of the path by that name. Decoded but for what cannot be seen and for `%2F`,
    /// `%5C` and `%25`.
    pub fn capture(&self, name: &str) -> Part<'_> {
        if self.doubtful.contains(&name) {
            return Part::Several;
        }
        self.pattern.capture(&self.key, name).map_or(Part::Nothing, Part::Text)
    }
}

#[cfg(test)]
mod tests;
