//! Clients, wherever they come in, and the end of the process.

use super::{Absent, DAY, Field, HOUR, KIB, Kind, MIB, MILLISECOND, Section, ZERO};

pub(super) static SECTION: Section = Section {
    name: "server",
    about: "How clients are served, and how the process ends.",
    shorthand: None,
    fields: &[
        Field::new(
            "server.workers",
            Kind::Integer(1, 1024),
            Absent::Value("auto"),
            "Worker threads, each with its own listener socket and its own connections to the \
             service. `auto` is one for each CPU that the process may use.",
        )
        .or("auto"),
        Field::new(
            "server.header_timeout",
            Kind::Duration(MILLISECOND, HOUR),
            Absent::Value("10s"),
            "How long a client may take to send the head of a request, from its first byte, or \
             from connecting for the first one; it is cut off within twice this time. So slow \
             clients cannot hold connections for nothing.",
        )
        .reloads(),
        Field::new(
            "server.keepalive_timeout",
            Kind::Duration(MILLISECOND, HOUR),
            Absent::Value("75s"),
            "How long a connection may lie idle between requests. Longer than the usual 60s of load \
             balancers, so that they close first and never send a request into a connection that \
             ends.",
        )
        .reloads(),
        Field::new(
            "server.write_timeout",
            Kind::Duration(MILLISECOND, HOUR),
            Absent::Value("30s"),
            "How long a client may take nothing of a response that is there for it; it is cut off \
             then, and over HTTP/2 only that request.",
        )
        .reloads(),
        Field::new(
            "server.keepalive_requests",
            Kind::Integer(1, 1_000_000_000),
            Absent::Value("10000"),
            "After so many requests a client is asked to connect anew, so that connections spread \
             over new instances.",
        )
        .reloads(),
        Field::new(
            "server.body_timeout",
            Kind::Duration(MILLISECOND, DAY),
            Absent::Value("30s"),
            "How long a client may pause within the body of its request, while the service would \
             take more; it is then answered with 408. Calls of gRPC are not limited.",
        )
        .or("off")
        .reloads(),
        Field::new(
            "server.body_min_rate",
            Kind::Integer(0, 1_000_000_000),
            Absent::Value("64"),
            "How many bytes of a body a client must send for each second that it was waited for, \
             once that were more than `server.body_timeout` (30 s, where that is off); 0 asks for \
             nothing. So a body cannot be stretched by sending a byte now and then. Calls of gRPC \
             are not limited.",
        )
        .reloads(),
        Field::new(
            "server.max_header_bytes",
            Kind::Size(8 * KIB, MIB),
            Absent::Value("64KiB"),
            "The largest head of a request; a larger one is answered with 431. Tokens with a \
             catalogue inside need tens of KiB.",
        )
        .reloads(),
        Field::new(
            "server.max_headers",
            Kind::Integer(16, 1000),
            Absent::Value("100"),
            "How many fields the head of a request may have; more are answered with 431.",
        )
        .reloads(),
        Field::new(
            "server.max_requests",
            Kind::Integer(1, 10_000_000),
            Absent::Value("10000"),
            "How many requests may be in progress at once; more are answered with 503 and \
             `Retry-After` at once, so that overload slows some clients and not all.",
        )
        .reloads(),
        Field::new(
            "server.max_connections",
            Kind::Integer(1, 1_000_000),
            Absent::Value("10000"),
            "How many clients may be connected at once; more wait in the kernel's queue. Each \
             takes up to two file descriptors; when the process may not have that many, fewer \
             clients are let in, with a warning at the start.",
        ),
        Field::new(
            "server.max_connections_per_address",
            Kind::Integer(1, 1_000_000),
            Absent::Value("off"),
            "How many of them may come from one address (of IPv6, one /64); more are closed at once. \
             Behind a balancer that sends PROXY headers its clients are counted. What comes from \
             `listener.trusted_proxies` themselves is not: their connections are many clients'. \
             Leave it off where many clients share an address.",
        )
        .or("off")
        .reloads(),
        Field::new(
            "server.max_token",
            Kind::Size(256, MIB),
            Absent::Value("32KiB"),
            "The longest token that Keystone is asked about; a longer one is answered with 431. \
             Must be smaller than `server.max_header_bytes`. Fernet tokens are about 255 bytes, \
             PKI tokens of some public clouds reach 16 KiB.",
        )
        .reloads(),
        Field::new(
            "server.drain_delay",
            Kind::Duration(ZERO, HOUR),
            Absent::Value("0s"),
            "How long to go on accepting connections after SIGTERM, with readiness already red, \
             so that load balancers notice. Set it to their probe interval.",
        ),
        Field::new(
            "server.drain_timeout",
            Kind::Duration(ZERO, DAY),
            Absent::Value("25s"),
            "How long requests in flight may take to finish after that. With \
             `server.drain_delay` it should stay below Kubernetes' grace period of 30 s, after \
             which the process is killed.",
        ),
    ],
};
