//! What operators look at: telemetry, the admin listener and logs.

use super::{Absent, Field, HOUR, Kind, MILLISECOND, Section};

pub(super) static TELEMETRY: Section = Section {
    name: "telemetry",
    about: "Metrics and probes.",
    shorthand: Some("telemetry.listen"),
    fields: &[
        Field::new(
            "telemetry.listen",
            Kind::Address,
            Absent::Value("127.0.0.1:9180"),
            "Where `/metrics`, `/livez`, `/readyz`, `/startupz` and `/probe/NAME` are served; `off` \
             for nowhere. In a container, probes and scrapes come from outside: write \
             `0.0.0.0:9180`.",
        )
        .or("off"),
        Field::new(
            "telemetry.probes",
            Kind::Probes,
            Absent::Value(""),
            "Probes of the application, for a kubelet that cannot reach it: `GET /probe/NAME` asks \
             `http://HOST:PORT/PATH` or `https://`, `unix:/SOCKET:/PATH`, `tcp://HOST:PORT` or \
             `grpc://HOST:PORT/SERVICE`, and answers 200 or 503 \
             ([operations.md](operations.md#probes-of-the-application)). With headers: \
             `{NAME: {url: URL, headers: {X-A: b}}}`, or `NAME=URL#X-A=b&X-C=d`; a comma is `%2C` \
             in a variable. Values of headers are shown nowhere.",
        ),
        Field::new(
            "telemetry.probe_timeout",
            Kind::Duration(MILLISECOND, HOUR),
            Absent::Value("10s"),
            "How long the application may take to answer such a probe. A kubelet does not wait \
             longer than its own `timeoutSeconds`, 1 s unless the manifest says more.",
        ),
    ],
};

pub(super) static ADMIN: Section = Section {
    name: "admin",
    about: "The operator's own door.",
    shorthand: Some("admin.listen"),
    fields: &[Field::new(
        "admin.listen",
        Kind::Address,
        Absent::Value("127.0.0.1:9181"),
        "Where `/config`, `/cache`, `/explain` and `/log-level` are served; `off` for nowhere. It \
         asks nobody who they are, so only a loopback address is accepted.",
    )
    .or("off")],
};

pub(super) static LOG: Section = Section {
    name: "log",
    about: "What is logged.",
    shorthand: None,
    fields: &[
        Field::new(
            "log.format",
            Kind::Choice(&["auto", "json", "text"]),
            Absent::Value("auto"),
            "The form of a line. `auto` is text on a terminal and JSON elsewhere.",
        ),
        Field::new(
            "log.level",
            Kind::Text,
            Absent::Value("info"),
            "`error`, `warn`, `info`, `debug` or `trace`, or levels for single parts, as in \
             `info,portcullis::keystone=debug`. Tokens are logged at no level.",
        ),
        Field::new(
            "log.access",
            Kind::Choice(&["all", "refusals", "off"]),
            Absent::Value("all"),
            "Which requests leave a line: every one, those that were refused or failed, or none.",
        ),
    ],
};
