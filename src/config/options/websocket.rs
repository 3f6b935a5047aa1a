//! Web sockets.

use super::{Absent, DAY, Field, HOUR, Kind, MILLISECOND, SECOND, Section, ZERO};

pub(super) static SECTION: Section = Section {
    name: "websocket",
    about: "Web sockets, on routes that allow them (`policy.protocols`). One ends when the token \
            that it was opened with does.",
    shorthand: None,
    fields: &[
        Field::new(
            "websocket.idle_timeout",
            Kind::Duration(MILLISECOND, DAY),
            Absent::Value("5m"),
            "How long nothing may pass, either way, before both sides are told that it is over. \
             Pings count.",
        )
        .reloads(),
        Field::new(
            "websocket.grace",
            Kind::Duration(ZERO, HOUR),
            Absent::Value("0s"),
            "How long one may go on after its token has ended, for clients that reconnect with a \
             new one at a moment of their choice. Both sides are told 1008 then.",
        )
        .reloads(),
        Field::new(
            "websocket.max_lifetime",
            Kind::Duration(SECOND, DAY),
            Absent::Value("off"),
            "How long one may last at most, whatever its token says.",
        )
        .or("off")
        .reloads(),
    ],
};
