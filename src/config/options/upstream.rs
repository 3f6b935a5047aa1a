//! The guarded service.

use super::{Absent, DAY, Field, HOUR, Kind, MILLISECOND, SECOND, Section};

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
        )
        .reloads(),
        Field::new(
            "upstream.protocol",
            Kind::Choice(&["http1", "http2"]),
            Absent::Value("http1"),
            "What is spoken to the service: `http1` is HTTP/1.1, `http2` is HTTP/2. Over \
             `https://` the service must agree to HTTP/2 (ALPN `h2`); over `http://` and `unix:` \
             it must expect it without being asked. gRPC needs `http2`.",
        )
        .reloads(),
        Field::new(
            "upstream.ca_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the certificates that may have signed the service's, or the service's \
             own if it has signed itself; nobody else is trusted then. Without it the system's roots \
             are.",
        )
        .reloads(),
        Field::new(
            "upstream.insecure",
            Kind::Bool,
            Absent::Value("false"),
            "Accept any certificate from the service. Whoever is on the network path can then \
             read and answer requests, so this is warned about at every start.",
        )
        .reloads(),
        Field::new(
            "upstream.certificate_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the certificate, and its chain, that we show to the service when it \
             asks for one.",
        )
        .reloads(),
        Field::new(
            "upstream.key_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the key of `upstream.certificate_file`; may be the same file.",
        )
        .reloads(),
        Field::new(
            "upstream.server_name",
            Kind::Text,
            Absent::Follows("the host in `upstream.url`"),
            "The name that the service's certificate must bear, and that we ask for. Set it when \
             the service is reached by an address or by another name.",
        )
        .reloads(),
        Field::new(
            "upstream.connect_timeout",
            Kind::Duration(MILLISECOND, HOUR),
            Absent::Value("2s"),
            "How long making one connection may take, TLS included. Two seconds forgive one lost \
             packet and still fail while the client is waiting.",
        )
        .reloads(),
        Field::new(
            "upstream.response_timeout",
            Kind::Duration(MILLISECOND, DAY),
            Absent::Value("60s"),
            "How long the service may take to begin its answer, counted from when the request, \
             or its body, last moved.",
        )
        .reloads(),
        Field::new(
            "upstream.body_timeout",
            Kind::Duration(MILLISECOND, DAY),
            Absent::Value("5m"),
            "How long the service may pause within the body of its answer, while the client would \
             take more; the answer is then broken off, so that the client sees that it is not \
             whole. Services that send events should send something more often, or set `off`.",
        )
        .or("off")
        .reloads(),
        Field::new(
            "upstream.total_timeout",
            Kind::Duration(MILLISECOND, DAY),
            Absent::Value("off"),
            "How long a request may take in all, from its beginning to the end of the answer's \
             body. Uploads and downloads of large files take long without anything being wrong, \
             so nothing is limited unless it is asked for.",
        )
        .or("off")
        .reloads(),
        Field::new(
            "upstream.max_pending",
            Kind::Integer(1, 1_000_000),
            Absent::Value("1024"),
            "How many requests may be with the service at once, from all workers together, until \
             the end of their answers. More are answered with 503 and `Retry-After` at once, so \
             that a service that is stuck takes nothing else along.",
        )
        .reloads(),
        Field::new(
            "upstream.max_pending_per_client",
            Kind::Integer(1, 1_000_000),
            Absent::Value("off"),
            "How many of them may be one client's: those with tokens of one user, or, without a \
             token, those from one address (of IPv6, one /64). A WebSocket tunnel is one for as \
             long as it is open. More are answered with 429 and `Retry-After` at once. \
             So a client that asks for more than the service can do keeps nobody else from it. \
             Leave it off where one user is everybody, as behind a portal with an account of its \
             own.",
        )
        .or("off")
        .reloads(),
        Field::new(
            "upstream.idle_timeout",
            Kind::Duration(MILLISECOND, DAY),
            Absent::Value("60s"),
            "How long an unused connection is kept. Keep it below the service's own keep-alive \
             limit, or requests meet connections that are just being closed.",
        )
        .reloads(),
        Field::new(
            "upstream.max_age",
            Kind::Duration(SECOND, DAY),
            Absent::Value("10m"),
            "After so long, or up to a tenth less, a connection takes no more requests and is \
             closed when those under way have ended; so they spread anew over what is behind one \
             address, as pods are behind a Service. `off` keeps connections for as long as they \
             last.",
        )
        .or("off")
        .reloads(),
        Field::new(
            "upstream.max_idle",
            Kind::Integer(0, 10_000),
            Absent::Value("64"),
            "How many unused connections each worker keeps; 0 makes a new one for every request. \
             HTTP/2 needs few and heeds `upstream.idle_timeout` alone.",
        )
        .reloads(),
        Field::new(
            "upstream.max_streams",
            Kind::Integer(1, 10_000),
            Absent::Value("100"),
            "How many requests share one HTTP/2 connection at once, as far as the service allows \
             as many; for more, another connection is made.",
        )
        .reloads(),
        Field::new(
            "upstream.ping_interval",
            Kind::Duration(MILLISECOND, HOUR),
            Absent::Value("30s"),
            "After so long a silence on an HTTP/2 connection in use the service is asked whether \
             it is there; if it does not say so within as long again, the connection is closed.",
        )
        .or("off")
        .reloads(),
    ],
};
