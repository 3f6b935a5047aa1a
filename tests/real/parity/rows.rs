//! The differences that are meant, by their names in docs/compatibility.md, and how each shows.

use super::difference::Difference;
use super::info::INFO;

/// A row of docs/compatibility.md.
pub(crate) struct Row {
    /// What the row is called there.
    pub(crate) name: &'static str,
    /// What may differ because of it.
    shapes: &'static [Shape],
}

/// A kind of difference.
enum Shape {
    /// In this field as the application sees it.
    AppField(&'static str),
    /// In any field that the application sees there, and not here.
    AppFieldGone,
    /// In a field that names the application sees percent-encoded here.
    AppFieldQuoted,
    /// In the body of a response of this status.
    Body(u16),
    /// In this field of a response of this status.
    Field(u16, &'static str),
    /// The status is the first here and the second there; so one application may not be reached.
    Status(u16, u16),
}

use Shape::{AppField, AppFieldGone, AppFieldQuoted, Body, Field, Status};

const fn row(name: &'static str, shapes: &'static [Shape]) -> Row {
    Row { name, shapes }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "access-rule-literals",
        &[Status(401, 200), Status(200, 401), Status(200, 500), Status(401, 500)],
    ),
    row("access-rule-paths", &[Status(401, 200), Status(200, 500)]),
    row("allow-expired-retried", &[Status(503, 401)]),
    row("bind", &[Status(401, 200)]),
    row("catalogue-off", &[AppField("X_SERVICE_CATALOG")]),
    row("catalogue-size", &[AppField("X_SERVICE_CATALOG")]),
    row("chained-requests", &[AppField("X_IDENTITY_STATUS"), AppFieldGone, Status(401, 200)]),
    row("discovery", &[Status(200, 503), Status(200, 401)]),
    row("field-names", &[AppFieldGone, Status(401, 200)]),
    row("foreign-identity", &[AppFieldGone]),
    row("framing", &[Status(400, 200)]),
    row("half-identities", &[Status(503, 200), Status(503, 500)]),
    row("hops", &[AppFieldGone]),
    row("lenient", &[AppField("X_IS_ADMIN_PROJECT"), Status(200, 500)]),
    row("location", &[Field(302, "location")]),
    row("long-answers", &[Status(503, 200)]),
    row("long-tokens", &[Status(431, 401), Status(431, 503)]),
    row("members-twice", &[Status(503, 200)]),
    row("methods", &[Status(405, 200)]),
    row("names-encoded", &[AppFieldQuoted]),
    row("no-end", &[Status(503, 500)]),
    row("no-endpoint", &[Status(503, 500)]),
    row("odd-catalogue", &[AppField("X_SERVICE_CATALOG"), Status(200, 500)]),
    row("odd-ids", &[Status(503, 200)]),
    row("odd-members", &[Status(503, 200)]),
    row(
        "older-names",
        &[
            AppField("X_ROLE"),
            AppField("X_TENANT"),
            AppField("X_TENANT_ID"),
            AppField("X_TENANT_NAME"),
            AppField("X_USER"),
        ],
    ),
    row("origin", &[AppFieldGone, AppField("X_FORWARDED_FOR")]),
    row("other-successes", &[Status(503, 200)]),
    row("other-subject", &[Status(503, 200)]),
    row("outage-delayed", &[Status(503, 200)]),
    row("redirects", &[Status(503, 200)]),
    row("rules-without-catalogue", &[Status(200, 500)]),
    row("sure-refusals", &[Status(401, 503)]),
    row("several-scopes", &[AppFieldGone]),
    row("service-token-rules", &[Status(401, 200)]),
    row("storage-token", &[AppField("X_STORAGE_TOKEN")]),
    row("system-scope", &[AppField("OPENSTACK_SYSTEM_SCOPE")]),
    row("timeouts", &[Status(503, 500)]),
    row("token-info", &[AppField(INFO)]),
    row("trustor", &[Status(401, 503)]),
    row("unavailable-body", &[Body(503), Field(503, "content-type"), Field(503, "content-length")]),
    row("unavailable-later", &[Field(503, "retry-after")]),
    row("unusable", &[Status(503, 500)]),
    row("wrong-address", &[Status(503, 401)]),
];

/// The row of this name.
#[track_caller]
pub(crate) fn find(name: &str) -> &'static Row {
    let row = ROWS.iter().find(|row| row.name == name);
    row.unwrap_or_else(|| panic!("there is no row {name}"))
}

impl Row {
    /// Whether `difference` is one that this row speaks of.
    pub(crate) fn explains(&self, difference: &Difference) -> bool {
        self.shapes.iter().any(|shape| shape.fits(difference))
    }
}

impl Shape {
    fn fits(&self, difference: &Difference) -> bool {
        match (self, difference) {
            (AppField(field), Difference::AppField { name, .. }) => name == field,
            (AppFieldGone, Difference::AppField { here, there, .. }) => {
                here.is_none() && there.is_some()
            }
            (AppFieldQuoted, Difference::AppField { here: Some(here), there: Some(_), .. }) => {
                here.contains('%')
            }
            (Body(of), Difference::Body { status, .. }) => status == of,
            (Field(of, field), Difference::Field { status, name, .. }) => {
                status == of && name == field
            }
            (Status(..), Difference::Reached { .. }) => true,
            (Status(ours, theirs), Difference::Status { here, there }) => {
                (ours, theirs) == (here, there)
            }
            _ => false,
        }
    }
}
