//! Whether an application credential's access rules allow a request (keystonemiddleware,
//! `validate_allowed_request`; Keystone's specification of access rules).
//!
//! The rules were made by the credential's owner for one service at a time; whatever is not
//! allowed by one of them is refused, and so is whatever a service could read in two ways.

mod path;
mod template;

use http::Method;

use crate::identity::Restriction;

use path::readings;
use template::{Budget, matches};

/// What is asked for, as access rules see it.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The method; `HEAD` is not `GET`.
    pub(super) method: &'a Method,
    /// The path as it is forwarded, without the query.
    pub(super) path: &'a str,
    /// The request comes from another service, which proved it: a chained request, whose path is
    /// that service's own business.
    pub(super) chained: bool,
}

/// Whether `restriction` lets the request through to the service of type `service_type`.
pub(super) fn allow(
    restriction: &Restriction,
    service_type: Option<&str>,
    asked: Asked<'_>,
) -> bool {
    let Some(service_type) = service_type else {
        return false;
    };
    let readings = readings(asked.path);
    // A token can always be validated.
    let is_validation = |path: &String| path.ends_with("/v3/auth/tokens");
    if service_type == "identity"
        && asked.method == Method::GET
        && readings.as_deref().is_some_and(|all| all.iter().all(is_validation))
    {
        return true;
    }
    // A service that the catalogue does not list is none that the owner can have meant.
    let listed = |services: &[String]| services.iter().any(|listed| listed == service_type);
    if !restriction.services.as_deref().is_some_and(listed) {
        return false;
    }
    if asked.chained {
        return true;
    }
    let Some(readings) = readings else {
        return false;
    };
    let candidates = || {
        restriction
            .rules
            .iter()
            .filter(|rule| rule.service == service_type && rule.method == asked.method.as_str())
    };
    // Services read an odd path in different ways: each of them must be allowed.
    let mut budget = Budget::default();
    readings.iter().all(|path| candidates().any(|rule| matches(&rule.path, path, &mut budget)))
}

#[cfg(test)]
mod tests;
