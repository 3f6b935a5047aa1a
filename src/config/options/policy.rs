//! Who may do what, as far as it is not routes and rules.

use std::time::Duration;

use super::{Absent, Effect, Field, HOUR, Kind, Section};

pub(super) static SECTION: Section = Section {
    name: "policy",
    about: "The rules that routes name, in the language of oslo.policy (docs/policy.md).",
    shorthand: None,
    effect: Effect::Reload,
    fields: &[
        Field::new(
            "policy.files",
            Kind::List,
            Absent::Value(""),
            "Policy files, YAML or JSON, as services ship them. Of two rules of one name the later \
             counts.",
        ),
        Field::new(
            "policy.directories",
            Kind::List,
            Absent::Value(""),
            "Directories of policy files, read in the order of their names after \
             `policy.files`.",
        ),
        Field::new(
            "policy.default_rule",
            Kind::Text,
            Absent::Value("default"),
            "The rule that stands in for one that is not there.",
        ),
        Field::new(
            "policy.disclose",
            Kind::Bool,
            Absent::Value("false"),
            "Name the rule in the body of a 403. Rules tell how a service is guarded, so clients \
             do not learn them by default; the log and the metrics always say.",
        ),
        Field::new(
            "policy.reason_header",
            Kind::Bool,
            Absent::Value("false"),
            "Say in every response how its request was decided and why, as `X-Portcullis-Reason` \
             (docs/headers.md). For trials: it tells clients what the log tells you.",
        ),
        Field::new(
            "policy.watch",
            Kind::Duration(SHORTEST_WATCH, HOUR),
            Absent::Value("5s"),
            "How often to look whether the configuration file, a policy file or a policy directory \
             has changed. A change is taken over when it has come to rest. With `off` only SIGHUP \
             makes the process read them again.",
        )
        .or("off"),
    ],
};

pub(super) static PATHS: Section = Section {
    name: "paths",
    about: "How paths are read where there are routes: a path that could be read in two ways is \
            refused with 400. Without routes paths are passed on as they came.",
    shorthand: None,
    effect: Effect::Reload,
    fields: &[
        Field::new(
            "paths.encoded_slash",
            Kind::Choice(&["refuse", "keep"]),
            Absent::Value("refuse"),
            "`%2F` and `%5C`. `keep` is for services that take them for part of a name, and do \
             not decode them before they look for slashes.",
        ),
        Field::new(
            "paths.empty_segment",
            Kind::Choice(&["refuse", "merge", "keep"]),
            Absent::Value("refuse"),
            "`//`. `merge` makes one slash of several, for the rule and for the service; `keep` \
             is for services that tell `a//b` from `a/b`, such as object stores.",
        ),
    ],
};

/// Looking costs a few system calls for each file.
const SHORTEST_WATCH: Duration = Duration::from_millis(10);
