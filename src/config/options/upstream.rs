//! The guarded service.

use super::{Absent, DAY, Field, HOUR, Kind, MILLISECOND, Section};

pub(super) static SECTION: Section = Section {
    name: "upstream",
    about: "The service behind the proxy.",
    shorthand: Some("upstream.url"),
    fields: &[
        Field::new(
            "upstream.url",
            Kind::Url,
            Absent::Required("upstream: http://127.0.0.1:9000"),
            "Where the service listens: `http://host:port`, `https://host:port` or \
             `unix:/path/to.sock`. Without a path: requests keep the path that the client sent.",
        ),
        Field::new(
            "upstream.ca_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the certificates that may have signed the service's; nobody else is \
             trusted then. Without it the system's roots are.",
        ),
        Field::new(
            "upstream.insecure",
            Kind::Bool,
            Absent::Value("false"),
            "Accept any certificate from the service. Whoever is on the network path can then \
             read and answer requests, so this is warned about at every start.",
        ),
        Field::new(
            "upstream.certificate_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the certificate, and its chain, that we show to the service when it \
             asks for one.",
        ),
        Field::new(
            "upstream.key_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the key of `upstream.certificate_file`; may be the same file.",
        ),
        Field::new(
            "upstream.server_name",
            Kind::Text,
            Absent::Follows("the host in `upstream.url`"),
            "The name that the service's certificate must bear, and that we ask for. Set it when \
             the service is reached by an address or by another name.",
        ),
        Field::new(
            "upstream.connect_timeout",
            Kind::Duration(MILLISECOND, HOUR),
            Absent::Value("2s"),
            "How long making one connection may take, TLS included. Two seconds forgive one lost \
             packet and still fail while the client is waiting.",
        ),
        Field::new(
            "upstream.response_timeout",
            Kind::Duration(MILLISECOND, DAY),
            Absent::Value("60s"),
            "How long the service may take to begin its answer, counted from when the request, \
             or its body, last moved. The body of the answer is not limited.",
        ),
        Field::new(
            "upstream.idle_timeout",
            Kind::Duration(MILLISECOND, DAY),
            Absent::Value("60s"),
            "How long an unused connection is kept. Keep it below the service's own keep-alive \
             limit, or requests meet connections that are just being closed.",
        ),
        Field::new(
            "upstream.max_idle",
            Kind::Integer(0, 10_000),
            Absent::Value("64"),
            "How many unused connections each worker keeps; 0 makes a new one for every request.",
        ),
    ],
};
