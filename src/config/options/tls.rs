//! TLS on the public listener.

use super::{Absent, Field, Kind, MILLISECOND, MINUTE, Section};

pub(super) static SECTION: Section = Section {
    name: "tls",
    about: "TLS on the public listener; without `tls.certificate_file` clients speak plain HTTP. \
            Changed files are read again: new connections are shown the new certificates.",
    shorthand: None,
    fields: &[
        Field::new(
            "tls.certificate_file",
            Kind::List,
            Absent::Nothing,
            "PEM files, one for each certificate: the server's own first, then those of its \
             issuers. A client is shown the one that bears the name it asks for, exactly or by a \
             wildcard, else the first of the list.",
        )
        .reloads(),
        Field::new(
            "tls.key_file",
            Kind::List,
            Absent::Nothing,
            "PEM files with their keys, one for each certificate and in the same order, without \
             passphrases. Without it the keys stand in the files of the certificates.",
        )
        .reloads(),
        Field::new(
            "tls.min_version",
            Kind::Choice(&["1.2", "1.3"]),
            Absent::Value("1.2"),
            "The oldest version of TLS that is spoken; there is none older. Clients that know \
             only 1.2 are still common.",
        )
        .reloads(),
        Field::new(
            "tls.client_certificate",
            Kind::Choice(&["off", "optional", "required"]),
            Absent::Value("off"),
            "Whether clients show a certificate of their own. `optional` lets in who shows none, \
             and refuses who shows a bad one. It is no replacement for a token.",
        )
        .reloads(),
        Field::new(
            "tls.client_ca_file",
            Kind::List,
            Absent::Nothing,
            "PEM files with the certificates that may have signed those of clients; nobody else \
             is trusted.",
        )
        .reloads(),
        Field::new(
            "tls.crl_file",
            Kind::List,
            Absent::Nothing,
            "PEM files with lists of revoked client certificates; a file may hold several. With \
             any list, there must be one of every authority in a client's chain, and one that has \
             ended counts as if it revoked everything.",
        )
        .reloads(),
        Field::new(
            "tls.handshake_timeout",
            Kind::Duration(MILLISECOND, MINUTE),
            Absent::Value("5s"),
            "How long a client may take for the handshake, from connecting.",
        )
        .reloads(),
    ],
};
