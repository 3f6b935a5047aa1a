//! What the operator decides about who may do what.

use oslo_policy::PolicyBuilder;

use super::{Protocols, Route};
use crate::routing::{PathRules, Pattern};

/// Routes and rules.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// In the order in which they are tried; `None` where none were written.
    pub routes: Option<Vec<RouteSettings>>,
    /// The rules.
    pub rules: PolicyBuilder,
    /// How paths are read where there are routes.
    pub paths: PathRules,
    /// What may be spoken on routes that do not say so themselves.
    pub protocols: Protocols,
    /// Whether a client that is refused may learn the rule's name.
    pub disclose: bool,
    /// Whether every response says how its request was decided.
    pub reason_header: bool,
    /// Whether rules may have checks that other servers decide.
    pub remote: bool,
}

/// A route: what it takes, and what it stands for.
#[derive(Clone, Debug)]
pub struct RouteSettings {
    /// What it takes.
    pub pattern: Pattern,
    /// What it stands for.
    pub route: Route,
}

impl RouteSettings {
    pub(super) fn into_row(self) -> (Pattern, Route) {
        (self.pattern, self.route)
    }
}
