//! May this caller do this: the routes that the operator wrote, and the rules that they name.
//!
//! Pure and unchangeable. A new policy is another value; see [`Policy::new`].

mod caller;
mod facts;
mod parameters;
mod route;
mod settings;

use oslo_policy::{Denial, Explanation, Step, Verdict};

use crate::routing::{Asked, Found, Part, PathRules, Table};

pub use caller::Caller;
pub use facts::{Facts, Said};
pub use oslo_policy::{Answers, Question};
pub use route::{Access, BodyFacts, Protocol, Protocols, Route, Scopes};
pub use settings::{RouteSettings, Settings};

/// The routes and rules in force.
#[derive(Debug)]
pub struct Policy {
    /// `None` where no route was written: then every request takes the same one.
    table: Option<Table<Route>>,
    anywhere: Route,
    rules: oslo_policy::Policy,
    settings: Settings,
}

/// Where a request leads. Keep it until the request is decided.
#[derive(Debug)]
pub struct Way<'t, 'p> {
    /// The route.
    pub route: &'t Route,
    found: Option<Found<'t, 'p, Route>>,
}

/// Why a caller may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// No route takes the request.
    NoRoute,
    /// The route does not take requests of that protocol.
    Protocol,
    /// The route's rule says no.
    Rule,
    /// The token has a scope that the route is not for.
    Scope,
    /// The route's rule cannot be decided for this request.
    Undecided,
}

impl Policy {
    /// Compiles what the operator wrote.
    ///
    /// # Errors
    /// What is wrong, one sentence each.
    pub fn new(settings: Settings) -> Result<Self, Vec<String>> {
        let rules = settings
            .rules
            .build()
            .map_err(|errors| errors.0.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        let routes = settings.routes.iter().flatten().cloned();
        let rows: Vec<_> = routes.map(RouteSettings::into_row).collect();
        let unknown = |(_, route): &(_, Route)| {
            let Access::Rule(rule) = &route.access else { return None };
            rules.find(rule).is_none().then(|| {
                format!("route {:?}: there is no rule {rule:?}, and no default rule", route.name)
            })
        };
        let problems: Vec<_> = rows.iter().filter_map(unknown).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let table = settings.routes.is_some().then(|| Table::new(rows));
        let mut anywhere = Route::anywhere();
        anywhere.protocols = Some(settings.protocols);
        Ok(Self { table, anywhere, rules, settings })
    }

    /// What it was made of.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether paths mean anything here.
    pub fn reads_paths(&self) -> bool {
        self.table.is_some()
    }

    /// How paths are to be spelled, if they mean anything here.
    pub fn paths(&self) -> Option<PathRules> {
        self.reads_paths().then_some(self.settings.paths)
    }

    /// Whether a route takes requests of that protocol.
    pub fn takes(&self, route: &Route, protocol: Protocol) -> bool {
        route.protocols.unwrap_or(self.settings.protocols).contain(protocol)
    }

    /// The routes, in the order in which they are tried.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        let rows = self.table.iter().flat_map(|table| table.rows().map(|(_, route)| route));
        rows.chain(self.table.is_none().then_some(&self.anywhere))
    }

    /// The compiled routes, if any were written.
    pub fn table(&self) -> Option<&Table<Route>> {
        self.table.as_ref()
    }

    /// The rules.
    pub fn rules(&self) -> &oslo_policy::Policy {
        &self.rules
    }

    /// Where a request leads.
    ///
    /// # Errors
    /// [`Forbidden::NoRoute`] where routes were written and none takes it: what nobody thought of
    /// is denied.
    pub fn way<'p>(&self, asked: Asked<'p>) -> Result<Way<'_, 'p>, Forbidden> {
        let Some(table) = &self.table else {
            return Ok(Way { route: &self.anywhere, found: None });
        };
        let found = table.find(asked).ok_or(Forbidden::NoRoute)?;
        Ok(Way { route: found.route, found: Some(found) })
    }

    /// Whether `caller` may go `way`. `facts` are what else is known of the request. A check that
    /// another server decides cannot be decided here; see [`Policy::step`].
    ///
    /// # Errors
    /// Why not. In shadow mode, too: who asks decides what that means.
    pub fn permits(
        &self,
        way: &Way<'_, '_>,
        facts: &Facts<'_>,
        caller: Caller<'_>,
    ) -> Result<(), Forbidden> {
        match self.step(way, facts, caller, &Answers::new()) {
            Ruling::Decided(verdict) => verdict,
            Ruling::Ask(_) => Err(Forbidden::Undecided),
        }
    }

    /// The same, for policies with checks that other servers decide: stops at one that is not
    /// among `answers`.
    pub fn step(
        &self,
        way: &Way<'_, '_>,
        facts: &Facts<'_>,
        caller: Caller<'_>,
        answers: &Answers,
    ) -> Ruling<'_> {
        if !way.route.scopes.take(caller.user.scope().kind) {
            return Ruling::Decided(Err(Forbidden::Scope));
        }
        let Access::Rule(rule) = &way.route.access else {
            return Ruling::Decided(Ok(()));
        };
        match self.rules.step(rule, &facts.target(way), &caller, answers) {
            Step::Ask(question) => Ruling::Ask(question),
            Step::Decided(verdict) => Ruling::Decided(match verdict {
                Verdict::Allow => Ok(()),
                Verdict::Deny(Denial::Rule(_) | Denial::UnknownRule) => Err(Forbidden::Rule),
                Verdict::Deny(Denial::Scope { .. }) => Err(Forbidden::Scope),
                Verdict::Deny(Denial::Undecided(_)) => Err(Forbidden::Undecided),
            }),
        }
    }

    /// How the route's rule comes to its verdict, with these answers of other servers; `None`
    /// where no rule is asked.
    pub fn explain(
        &self,
        way: &Way<'_, '_>,
        facts: &Facts<'_>,
        caller: Caller<'_>,
        answers: &Answers,
    ) -> Option<Explanation> {
        let Access::Rule(rule) = &way.route.access else { return None };
        Some(self.rules.explain(rule, &facts.target(way), &caller, answers))
    }
}

/// What a policy says, so far.
#[derive(Debug)]
pub enum Ruling<'p> {
    /// Another server has to be asked first.
    Ask(Question<'p>),
    /// The verdict.
    Decided(Result<(), Forbidden>),
}

impl Way<'_, '_> {
    /// The names of the path's variable parts.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.found.iter().flat_map(Found::names)
    }

    /// A variable part of the path, decoded as far as rows are looked up by it.
    fn capture(&self, name: &str) -> Part<'_> {
        self.found.as_ref().map_or(Part::Nothing, |found| found.capture(name))
    }
}

#[cfg(test)]
mod tests;
