//! The identity service.

use super::{Absent, Field, HOUR, Kind, MILLISECOND, SECOND, Section};

const fn text(key: &'static str, about: &'static str) -> Field {
    Field::new(key, Kind::Text, Absent::Nothing, about)
}

pub(super) static SECTION: Section = Section {
    name: "keystone",
    about: "The identity service, and the account that asks it in service mode.",
    shorthand: None,
    fields: &[
        Field::new(
            "keystone.auth_url",
            Kind::Url,
            Absent::Required("keystone: {auth_url: \"http://127.0.0.1:5000/v3\"}"),
            "Where Keystone's API is. The `/v3` may be left out, and a prefix such as \
             `/identity/v3` is kept. In service mode the address may come from `OS_AUTH_URL` or \
             from `clouds.yaml` instead; their CA file and `verify` come along with it.",
        ),
        Field::new(
            "keystone.www_authenticate_uri",
            Kind::Url,
            Absent::Follows("`keystone.auth_url` as written"),
            "The address told to clients that have no valid token, in `WWW-Authenticate`. Set it \
             when `keystone.auth_url` is internal and clients use another.",
        )
        .reloads(),
        Field::new(
            "keystone.mode",
            Kind::Choice(&["self", "service"]),
            Absent::Follows("`service` when an account is written here, else `self`"),
            "Who asks about a token. In `self` mode the token asks about itself, so nothing is \
             stored here; Keystone allows that by default. In `service` mode an account of our \
             own asks, which service tokens and fast revocation need.",
        ),
        text(
            "keystone.cloud",
            "Take the account from this entry of `clouds.yaml` (in service mode, `OS_CLOUD` is \
             the fallback).",
        ),
        Field::new(
            "keystone.clouds_file",
            Kind::Path,
            Absent::Nothing,
            "The `clouds.yaml` to read; a `secure.yaml` beside it is read too. Without it \
             `OS_CLIENT_CONFIG_FILE` says, else `./`, `~/.config/openstack/` and \
             `/etc/openstack/` are searched.",
        ),
        text("keystone.username", "The account's user name; needs a user domain."),
        text("keystone.user_id", "The account's user id, in place of a name and domain."),
        text("keystone.user_domain_name", "The name of the domain that the user belongs to."),
        text("keystone.user_domain_id", "The id of the domain that the user belongs to."),
        Field::new(
            "keystone.password",
            Kind::Secret,
            Absent::Nothing,
            "The account's password. Better in a file of its own: see `keystone.password_file`.",
        ),
        text(
            "keystone.application_credential_id",
            "The id of an application credential, in place of a user and password.",
        ),
        text(
            "keystone.application_credential_name",
            "The name of an application credential; needs the user that owns it.",
        ),
        Field::new(
            "keystone.application_credential_secret",
            Kind::Secret,
            Absent::Nothing,
            "The application credential's secret. Better in a file of its own: see \
             `keystone.application_credential_secret_file`.",
        ),
        text("keystone.project_name", "The project to log in to; needs a project domain."),
        text("keystone.project_id", "The id of the project to log in to."),
        text("keystone.project_domain_name", "The name of the project's domain."),
        text("keystone.project_domain_id", "The id of the project's domain."),
        text("keystone.domain_name", "The domain to log in to, in place of a project."),
        text("keystone.domain_id", "The id of the domain to log in to, in place of a project."),
        Field::new(
            "keystone.system_scope",
            Kind::Choice(&["all"]),
            Absent::Nothing,
            "Log in to the whole deployment, in place of a project or domain.",
        ),
        Field::new(
            "keystone.ca_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the certificates that may have signed Keystone's, or Keystone's own; \
             nobody else is trusted then. Without it the system's roots are.",
        )
        .reloads(),
        Field::new(
            "keystone.insecure",
            Kind::Bool,
            Absent::Value("false"),
            "Accept any certificate from Keystone. Whoever is on the network path can then read \
             tokens and declare any of them valid, so this is warned about at every start.",
        )
        .reloads(),
        Field::new(
            "keystone.cert_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the certificate, and its chain, that we show to Keystone when it asks \
             for one.",
        )
        .reloads(),
        Field::new(
            "keystone.key_file",
            Kind::Path,
            Absent::Nothing,
            "PEM file with the key of `keystone.cert_file`; may be the same file.",
        )
        .reloads(),
        Field::new(
            "keystone.server_name",
            Kind::Text,
            Absent::Follows("the host in `keystone.auth_url`"),
            "The name that Keystone's certificate must bear, and that we ask for, when \
             `keystone.auth_url` names an address or another host. An endpoint from the catalogue \
             has its own.",
        ),
        Field::new(
            "keystone.interface",
            Kind::Choice(&["public", "internal", "admin"]),
            Absent::Nothing,
            "Ask about tokens at this interface of the identity endpoint in our own account's \
             catalogue, in place of `keystone.auth_url`, which is then for the login only. Service \
             mode only. Without it and `keystone.region_name`, everything goes to \
             `keystone.auth_url`.",
        ),
        text(
            "keystone.region_name",
            "The region of that endpoint. When only this is written, the interface is `internal`.",
        ),
        Field::new(
            "keystone.connect_timeout",
            Kind::Duration(MILLISECOND, HOUR),
            Absent::Value("2s"),
            "How long making one connection may take, TLS included.",
        ),
        Field::new(
            "keystone.timeout",
            Kind::Duration(MILLISECOND, HOUR),
            Absent::Value("5s"),
            "How long one validation may take in all, retries and our own login included. After \
             it the client is told 503, not 401: the token may well be valid.",
        ),
        Field::new(
            "keystone.retries",
            Kind::Integer(0, 10),
            Absent::Value("2"),
            "How often a failed connection is tried again within `keystone.timeout`.",
        ),
        Field::new(
            "keystone.max_in_flight",
            Kind::Integer(1, 10_000),
            Absent::Value("64"),
            "How many questions may be with Keystone at once. It protects Keystone from us after \
             a restart, when nothing is cached.",
        ),
        Field::new(
            "keystone.max_waiting",
            Kind::Integer(0, 1_000_000),
            Absent::Value("1024"),
            "How many questions may wait for their turn; more are answered with 503 at once.",
        ),
        Field::new(
            "keystone.retry_after",
            Kind::Duration(SECOND, HOUR),
            Absent::Value("5s"),
            "What a client is told to wait after a 503 when Keystone did not say; in whole \
             seconds.",
        ),
    ],
};
