//! Where clients come in.

use super::{Absent, Field, Kind, MILLISECOND, MINUTE, Section};

pub(super) static TOP: Section = Section {
    name: "",
    about: "The public address.",
    shorthand: None,
    fields: &[Field::new(
        "listen",
        Kind::Place,
        Absent::Value("127.0.0.1:8080"),
        "Where clients connect: an IP address and a port, as in `0.0.0.0:8080` or `[::]:8080` for \
         both families, or a unix socket, as in `unix:/run/portcullis.sock`. The default is \
         reachable from this host only. More places go into `listeners`; where there are some, \
         this one is served only if it is written.",
    )],
};

pub(super) static SECTION: Section = Section {
    name: "listener",
    about: "How connections begin, at every listener that does not say otherwise for itself.",
    shorthand: None,
    fields: &[
        Field::new(
            "listener.trusted_proxies",
            Kind::List,
            Absent::Value(""),
            "Peers whose word about their clients is believed: networks as in `10.0.0.0/8`, \
             addresses, or `unix` for whoever may open a unix socket of ours. Their \
             `X-Forwarded-Proto`, `-Host` and `-Port` reach the service, and so does the client, \
             which is the first address from us that is none of them (`listener.client_field`); \
             everybody else's are removed. Nobody is trusted by default.",
        )
        .reloads(),
        Field::new(
            "listener.client_field",
            Kind::Choice(&["x-forwarded-for", "forwarded", "x-real-ip"]),
            Absent::Value("x-forwarded-for"),
            "Which field of `listener.trusted_proxies` names the client: one that they write or add \
             to themselves. What they pass on as it came is the client's own word, so the two other \
             fields are not read.",
        )
        .reloads(),
        Field::new(
            "listener.proxy_protocol",
            Kind::Bool,
            Absent::Value("false"),
            "Every connection begins with a PROXY header, version 1 or 2, that names the client. \
             Only `listener.trusted_proxies` may connect then; a connection without the header is \
             closed.",
        )
        .reloads(),
        Field::new(
            "listener.proxy_timeout",
            Kind::Duration(MILLISECOND, MINUTE),
            Absent::Value("5s"),
            "How long the PROXY header may take to arrive.",
        )
        .reloads(),
        Field::new(
            "listener.tls",
            Kind::Choice(&["auto", "on", "off"]),
            Absent::Value("auto"),
            "Speak TLS: `auto` does where the section `tls` names a certificate, `on` insists on \
             one, `off` leaves it out. A named listener may have a section `tls` of its own.",
        ),
        Field::new(
            "listener.socket_users",
            Kind::Choice(&["owner", "group", "everybody"]),
            Absent::Value("group"),
            "Who may connect to a unix socket: the user that the process runs as, its group too, or \
             every user of this host.",
        ),
    ],
};
