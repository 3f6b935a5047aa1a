//! HTTP/2, as clients may speak it.

use super::{Absent, Field, KIB, Kind, MIB, Section};

pub(super) static SECTION: Section = Section {
    name: "http2",
    about: "HTTP/2 from clients: with prior knowledge on plain listeners, agreed on in the \
            handshake over TLS.",
    shorthand: None,
    fields: &[
        Field::new(
            "http2.enabled",
            Kind::Bool,
            Absent::Value("true"),
            "Whether clients may speak HTTP/2. `false` is for the day when that is the safer choice: \
             over TLS new connections agree on HTTP/1.1.",
        )
        .reloads(),
        Field::new(
            "http2.max_streams",
            Kind::Integer(1, 10_000),
            Absent::Value("100"),
            "How many requests of one connection may be in progress at once.",
        )
        .reloads(),
        Field::new(
            "http2.max_header_list",
            Kind::Size(4 * KIB, MIB),
            Absent::Value("16KiB"),
            "The largest head of a request once it is decoded, with 32 bytes for each field besides \
             its name and value; a larger one is refused. Times `http2.max_streams` it may be 2 MiB \
             at most, so that a small message that stands for a large head cannot fill the memory. \
             For tokens of more than about 12 KiB write `64KiB` here and 32 streams.",
        )
        .reloads(),
        Field::new(
            "http2.stream_window",
            Kind::Size(16 * KIB, 16 * MIB),
            Absent::Value("64KiB"),
            "How much of one upload may be on its way before the service has read it.",
        )
        .reloads(),
        Field::new(
            "http2.connection_window",
            Kind::Size(64 * KIB, 64 * MIB),
            Absent::Value("1MiB"),
            "The same for all uploads of one connection together.",
        )
        .reloads(),
        Field::new(
            "http2.max_control_frames",
            Kind::Integer(100, 1_000_000),
            Absent::Value("1000"),
            "How many frames that carry nothing of a request a client may send in ten seconds, \
             beside two for each that does; one that sends more is disconnected.",
        )
        .reloads(),
    ],
};
