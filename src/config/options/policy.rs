//! Who may do what, as far as it is not routes and rules.

use std::time::Duration;

use super::{Absent, Field, HOUR, Kind, MILLISECOND, MINUTE, Section};

pub(super) static SECTION: Section = Section {
    name: "policy",
    about: "The rules that routes name, in the language of oslo.policy (docs/policy.md).",
    shorthand: None,
    fields: &[
        Field::new(
            "policy.files",
            Kind::List,
            Absent::Value(""),
            "Policy files, YAML or JSON, as services ship them. Of two rules of one name the later \
             counts.",
        )
        .reloads(),
        Field::new(
            "policy.directories",
            Kind::List,
            Absent::Value(""),
            "Directories of policy files, read in the order of their names after \
             `policy.files`.",
        )
        .reloads(),
        Field::new(
            "policy.default_rule",
            Kind::Text,
            Absent::Value("default"),
            "The rule that stands in for one that is not there.",
        )
        .reloads(),
        Field::new(
            "policy.shadow",
            Kind::List,
            Absent::Value(""),
            "Rules that are tried on live traffic: what they would deny goes on, counted and \
             logged as `shadow_deny`. A route can say the same for itself.",
        )
        .reloads(),
        Field::new(
            "policy.remote_checks",
            Kind::Bool,
            Absent::Value("false"),
            "Accept rules with `http:` and `https:` checks: another server is told who asks for \
             what, and decides. Without it such rules are refused at the start.",
        )
        .reloads(),
        Field::new(
            "policy.remote_timeout",
            Kind::Duration(MILLISECOND, MINUTE),
            Absent::Value("2s"),
            "How long such a server may take to answer. After it the client is told 503: nobody \
             knows.",
        )
        .reloads(),
        Field::new(
            "policy.remote_content_type",
            Kind::Choice(&["application/x-www-form-urlencoded", "application/json"]),
            Absent::Value("application/x-www-form-urlencoded"),
            "How the question is written, as oslo.policy's option of that name.",
        )
        .reloads(),
        Field::new(
            "policy.remote_ca_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the certificates that may have signed such a server's, or its own; \
             nobody else is trusted then. Without it the system's roots are. It is always checked, which \
             oslo.policy does not do.",
        )
        .reloads(),
        Field::new(
            "policy.protocols",
            Kind::List,
            Absent::Value("grpc"),
            "What may be spoken besides plain requests on routes that do not say so themselves: \
             `grpc`, `websocket`. A WebSocket outlives the decision that let it in, up to the end \
             of its token, so it has to be allowed. `plain` is for nothing else.",
        )
        .reloads(),
        Field::new(
            "policy.disclose",
            Kind::Bool,
            Absent::Value("false"),
            "Name the rule in the body of a 403. Rules tell how a service is guarded, so clients \
             do not learn them by default; the log and the metrics always say.",
        )
        .reloads(),
        Field::new(
            "policy.reason_header",
            Kind::Bool,
            Absent::Value("false"),
            "Say in every response how its request was decided and why, as `X-Portcullis-Reason` \
             (docs/headers.md). For trials: it tells clients what the log tells you.",
        )
        .reloads(),
        Field::new(
            "policy.watch",
            Kind::Duration(SHORTEST_WATCH, HOUR),
            Absent::Value("5s"),
            "How often to look whether the configuration file, a policy file, a policy directory \
             or a file of `tls` has changed. A change is taken over when it has come to rest. With \
             `off` only SIGHUP makes the process read them again.",
        )
        .or("off")
        .reloads(),
    ],
};

pub(super) static PATHS: Section = Section {
    name: "paths",
    about: "How paths are read where there are routes: a path that could be read in two ways is \
            refused with 400. Without routes paths are passed on as they came.",
    shorthand: None,
    fields: &[
        Field::new(
            "paths.encoded_slash",
            Kind::Choice(&["refuse", "keep"]),
            Absent::Value("refuse"),
            "`%2F` and `%5C`. `keep` is for services that take them for part of a name, and do \
             not decode them before they look for slashes.",
        )
        .reloads(),
        Field::new(
            "paths.empty_segment",
            Kind::Choice(&["refuse", "merge", "keep"]),
            Absent::Value("refuse"),
            "`//`. `merge` makes one slash of several, for the rule and for the service; `keep` \
             is for services that tell `a//b` from `a/b`, such as object stores.",
        )
        .reloads(),
    ],
};

/// Looking costs a few system calls for each file.
const SHORTEST_WATCH: Duration = Duration::from_millis(10);
