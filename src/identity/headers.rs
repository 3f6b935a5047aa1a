//! The one table of protected headers. It drives stripping, rendering, the documentation and the
//! tests, so that a header we set is always a header we strip.

use std::sync::LazyLock;

use http::HeaderName;

/// One protected header.
#[derive(Debug)]
pub struct Header {
    /// The field name as it goes on the wire.
    pub name: HeaderName,
    /// Why the name is protected.
    pub class: Class,
    /// What its value means, for the reference.
    pub about: &'static str,
}

/// Why a header name is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// What the certificate says that the client itself has shown.
    Certificate,
    /// A credential: passed on when spelled exactly so, stripped in any other spelling.
    Credential,
    /// A second name for a claim about the user, kept for old services.
    Deprecated(Claim),
    /// Identity in the convention of another proxy: never set by us, and never to be believed.
    Foreign,
    /// Where the request came from, where it was going and what it is called: the proxy's own word
    /// replaces the client's.
    Origin,
    /// A claim about the service that calls on the user's behalf.
    Service(Claim),
    /// A claim about the user.
    User(Claim),
}

/// What a header says, whoever it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Claim {
    DomainId,
    DomainName,
    IsAdminProject,
    ProjectDomainId,
    ProjectDomainName,
    ProjectId,
    ProjectName,
    Roles,
    ServiceCatalog,
    Status,
    SystemScope,
    TokenInfo,
    UserDomainId,
    UserDomainName,
    UserId,
    UserName,
}

impl Claim {
    /// Every claim, in the order in which they are told.
    pub(super) const ALL: [Self; 16] = [
        Self::DomainId,
        Self::DomainName,
        Self::IsAdminProject,
        Self::ProjectDomainId,
        Self::ProjectDomainName,
        Self::ProjectId,
        Self::ProjectName,
        Self::Roles,
        Self::ServiceCatalog,
        Self::Status,
        Self::SystemScope,
        Self::TokenInfo,
        Self::UserDomainId,
        Self::UserDomainName,
        Self::UserId,
        Self::UserName,
    ];
}

/// A fact cannot be a header value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the identity holds a value that no header can carry")]
pub struct Unrenderable;

const fn row(name: &'static str, class: Class, about: &'static str) -> Header {
    Header { name: HeaderName::from_static(name), class, about }
}

/// Names that begin so are protected as well: the families that
/// identity headers come in, whatever member is invented next.
pub const PREFIXES: &[&str] = &[
    "client-cert",
    "openstack-system-",
    "ssl-client-",
    "x-amzn-mtls-",
    "x-auth-request-",
    "x-authenticated-",
    "x-client-cert",
    "x-consumer-",
    "x-identity-",
    "x-impersonator-",
    "x-portcullis-",
    "x-project-domain-",
    "x-remote-",
    "x-service-domain-",
    "x-service-identity-",
    "x-service-project-",
    "x-service-user-",
    "x-ssl-client-",
    "x-user-domain-",
    "x-webauth-",
];

/// Every protected header. Names and meanings of the first three groups are keystonemiddleware's
/// (`auth_token`).
#[rustfmt::skip]
pub static TABLE: [Header; 110] = [
    row("x-identity-status", Class::User(Claim::Status), "`Confirmed` when Keystone vouched for the token, else `Invalid`"),
    row("x-user-id", Class::User(Claim::UserId), "the user's id"),
    row("x-user-name", Class::User(Claim::UserName), "the user's name"),
    row("x-user-domain-id", Class::User(Claim::UserDomainId), "id of the domain that owns the user"),
    row("x-user-domain-name", Class::User(Claim::UserDomainName), "name of the domain that owns the user"),
    row("x-project-id", Class::User(Claim::ProjectId), "the project's id, project-scoped tokens only"),
    row("x-project-name", Class::User(Claim::ProjectName), "the project's name"),
    row("x-project-domain-id", Class::User(Claim::ProjectDomainId), "id of the domain that owns the project"),
    row("x-project-domain-name", Class::User(Claim::ProjectDomainName), "name of the domain that owns the project"),
    row("x-domain-id", Class::User(Claim::DomainId), "the domain's id, domain-scoped tokens only"),
    row("x-domain-name", Class::User(Claim::DomainName), "the domain's name"),
    row("openstack-system-scope", Class::User(Claim::SystemScope), "`all`, system-scoped tokens only"),
    row("x-roles", Class::User(Claim::Roles), "role names joined by commas; empty for an unscoped token"),
    row("x-is-admin-project", Class::User(Claim::IsAdminProject), "`True` unless Keystone said otherwise"),
    row("x-service-catalog", Class::User(Claim::ServiceCatalog), "the catalogue in the form of Keystone's v2 API; only with `headers.service_catalog`"),
    row("x-portcullis-token-info", Class::User(Claim::TokenInfo), "the token's other facts in JSON; only with `headers.token_info`"),
    row("x-user", Class::Deprecated(Claim::UserName), "as `X-User-Name`"),
    row("x-role", Class::Deprecated(Claim::Roles), "as `X-Roles`"),
    row("x-tenant-id", Class::Deprecated(Claim::ProjectId), "as `X-Project-Id`"),
    row("x-tenant-name", Class::Deprecated(Claim::ProjectName), "as `X-Project-Name`"),
    row("x-tenant", Class::Deprecated(Claim::ProjectName), "as `X-Project-Name`"),
    row("x-service-identity-status", Class::Service(Claim::Status), "`Confirmed` or `Invalid`, when a service token came along"),
    row("x-service-user-id", Class::Service(Claim::UserId), "the calling service's user id"),
    row("x-service-user-name", Class::Service(Claim::UserName), "its user name"),
    row("x-service-user-domain-id", Class::Service(Claim::UserDomainId), "id of its user's domain"),
    row("x-service-user-domain-name", Class::Service(Claim::UserDomainName), "name of its user's domain"),
    row("x-service-project-id", Class::Service(Claim::ProjectId), "its project's id"),
    row("x-service-project-name", Class::Service(Claim::ProjectName), "its project's name"),
    row("x-service-project-domain-id", Class::Service(Claim::ProjectDomainId), "id of its project's domain"),
    row("x-service-project-domain-name", Class::Service(Claim::ProjectDomainName), "name of its project's domain"),
    row("x-service-domain-id", Class::Service(Claim::DomainId), "its domain's id"),
    row("x-service-domain-name", Class::Service(Claim::DomainName), "its domain's name"),
    row("x-service-roles", Class::Service(Claim::Roles), "its role names joined by commas"),
    row("x-client-certificate-subject", Class::Certificate, "the subject of the certificate that the client showed and that was found good, by RFC 4514"),
    row("x-client-certificate-fingerprint", Class::Certificate, "SHA-256 of that certificate, in lower-case hexadecimal"),
    row("x-auth-token", Class::Credential, "the user token, passed on as the client sent it"),
    row("x-storage-token", Class::Credential, "the user token under Swift's name, passed on when it is the one that was validated"),
    row("x-service-token", Class::Credential, "the token of the service that calls on the user's behalf, passed on as it was sent"),
    row("x-service-is-admin-project", Class::Foreign, "a calling service's, by an older name that nobody sets"),
    row("x-service-role", Class::Foreign, "a calling service's, by an older name that nobody sets"),
    row("x-service-tenant", Class::Foreign, "a calling service's, by an older name that nobody sets"),
    row("x-service-tenant-id", Class::Foreign, "a calling service's, by an older name that nobody sets"),
    row("x-service-tenant-name", Class::Foreign, "a calling service's, by an older name that nobody sets"),
    row("x-service-user", Class::Foreign, "a calling service's, by an older name that nobody sets"),
    row("x-subject-token", Class::Foreign, "the subject of a validation; only an identity service has a use for it"),
    row("openstack-identity-access-rules", Class::Foreign, "a promise to Keystone that only a validator may make"),
    row("x-catalog", Class::Foreign, "the catalogue in Repose's convention"),
    row("x-map-roles", Class::Foreign, "roles per project in Repose's convention"),
    row("x-relevant-roles", Class::Foreign, "roles in Repose's convention"),
    row("x-pp-user", Class::Foreign, "the user in Repose's convention"),
    row("x-pp-groups", Class::Foreign, "groups in Repose's convention"),
    row("x-authorization", Class::Foreign, "`Proxy` in Repose's convention"),
    row("x-delegated", Class::Foreign, "delegation in Repose's convention"),
    row("x-contact-id", Class::Foreign, "the user's contact in Repose's convention"),
    row("x-default-region", Class::Foreign, "the user's region in Repose's convention"),
    row("x-auth-token-key", Class::Foreign, "a cache key in Repose's convention"),
    row("x-token-expires", Class::Foreign, "the token's expiry in Repose's convention"),
    row("x-authenticated-by", Class::Foreign, "authentication methods in Repose's convention"),
    row("x-forwarded-user", Class::Foreign, "the user in oauth2-proxy's convention"),
    row("x-forwarded-groups", Class::Foreign, "groups in oauth2-proxy's convention"),
    row("x-forwarded-email", Class::Foreign, "mail address in oauth2-proxy's convention"),
    row("x-forwarded-preferred-username", Class::Foreign, "user name in oauth2-proxy's convention"),
    row("x-forwarded-access-token", Class::Foreign, "a credential in oauth2-proxy's convention"),
    row("x-forwarded-client-cert", Class::Foreign, "a client certificate in Envoy's convention"),
    row("x-forwarded-tls-client-cert", Class::Foreign, "likewise in Traefik's convention"),
    row("x-forwarded-tls-client-cert-info", Class::Foreign, "likewise"),
    row("x-arr-clientcert", Class::Foreign, "likewise in Azure's convention"),
    row("x-http-method", Class::Foreign, "another method than the one that was decided about"),
    row("x-http-method-override", Class::Foreign, "likewise"),
    row("x-method-override", Class::Foreign, "likewise"),
    row("proxy", Class::Foreign, "CGI's `HTTP_PROXY`: where a service would send its own requests"),
    row("remote-user", Class::Foreign, "the user in the CGI convention"),
    row("x-forwarded-for", Class::Origin, "the client's address, as the socket or a trusted PROXY header says; `unknown` over a unix socket. After the hops that a trusted proxy names"),
    row("x-forwarded-host", Class::Origin, "the `Host` that the client asked for, or what a trusted proxy says"),
    row("x-forwarded-proto", Class::Origin, "`http` or `https`, as the client came, or what a trusted proxy says"),
    row("x-openstack-request-id", Class::Origin, "the request's id: the client's if well formed, else a new one"),
    row("forwarded", Class::Origin, "removed; a trusted proxy's passes, with our hop added"),
    row("true-client-ip", Class::Origin, "removed, whoever sends it"),
    row("x-client-ip", Class::Origin, "removed, whoever sends it"),
    row("x-cluster-client-ip", Class::Origin, "removed, whoever sends it"),
    row("x-forwarded-method", Class::Origin, "removed, whoever sends it"),
    row("x-forwarded-port", Class::Origin, "removed; a trusted proxy's passes"),
    row("x-forwarded-prefix", Class::Origin, "removed, whoever sends it"),
    row("x-forwarded-server", Class::Origin, "removed, whoever sends it"),
    row("x-forwarded-uri", Class::Origin, "removed, whoever sends it"),
    row("x-original-url", Class::Origin, "removed, whoever sends it"),
    row("x-real-ip", Class::Origin, "removed; a trusted proxy's passes"),
    row("x-forwarded-scheme", Class::Origin, "removed, whoever sends it"),
    row("x-forwarded-ssl", Class::Origin, "removed, whoever sends it"),
    row("x-host", Class::Origin, "removed, whoever sends it"),
    row("x-original-host", Class::Origin, "removed, whoever sends it"),
    row("x-original-method", Class::Origin, "removed, whoever sends it"),
    row("x-original-uri", Class::Origin, "removed, whoever sends it"),
    row("x-rewrite-url", Class::Origin, "removed, whoever sends it"),
    row("cf-connecting-ip", Class::Origin, "removed, whoever sends it"),
    row("client-ip", Class::Origin, "removed, whoever sends it"),
    row("fastly-client-ip", Class::Origin, "removed, whoever sends it"),
    row("forwarded-for", Class::Origin, "removed, whoever sends it"),
    row("front-end-https", Class::Origin, "removed, whoever sends it"),
    row("x-forwarded", Class::Origin, "removed, whoever sends it"),
    row("x-envoy-external-address", Class::Origin, "removed, whoever sends it"),
    row("x-envoy-original-dst-host", Class::Origin, "removed, whoever sends it"),
    row("x-envoy-original-host", Class::Origin, "removed, whoever sends it"),
    row("x-envoy-original-path", Class::Origin, "removed, whoever sends it"),
    row("x-forwarded-path", Class::Origin, "removed, whoever sends it"),
    row("x-forwarded-protocol", Class::Origin, "removed, whoever sends it"),
    row("x-original-forwarded-for", Class::Origin, "removed, whoever sends it"),
    row("x-scheme", Class::Origin, "removed, whoever sends it"),
    row("x-script-name", Class::Origin, "removed, whoever sends it"),
    row("x-url-scheme", Class::Origin, "removed, whoever sends it"),
];

/// Which row, or family of rows, protects `name`; `None` for a field that is nobody's business.
///
/// Servers behind a proxy fold names in different ways: CGI and WSGI take `_` for `-`, PHP takes
/// `.` as well, lighttpd takes every mark. So a name with any other mark than `-` could be taken
/// for any other name, of identity, of framing or of origin, and is nobody's to send.
pub fn classify(name: &HeaderName) -> Option<Class> {
    let name = name.as_str();
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Some(Class::Foreign);
    }
    // Cheap and final for almost every ordinary field.
    let begins = [b"x-", b"op", b"re", b"pr", b"fo", b"tr", b"cl", b"ss", b"cf", b"fa", b"fr"];
    if !begins.iter().any(|begin| name.as_bytes().starts_with(*begin)) {
        return None;
    }
    let candidates = BY_LENGTH.get(name.len()).map_or(&[][..], Vec::as_slice);
    if let Some((_, class)) = candidates.iter().find(|(row, _)| *row == name) {
        return Some(*class);
    }
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)).then_some(Class::Foreign)
}

/// The table's rows by the length of their names, so that few are compared.
static BY_LENGTH: LazyLock<Vec<Vec<(&str, Class)>>> = LazyLock::new(|| {
    let longest = TABLE.iter().map(|row| row.name.as_str().len()).max().unwrap_or_default();
    (0..=longest)
        .map(|length| {
            let rows = TABLE.iter().map(|row| (row.name.as_str(), row.class));
            rows.filter(|(name, _)| name.len() == length).collect()
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_row_is_in_normal_form_and_stands_once() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(normal_form(row.name.as_str()), row.name.as_str());
            assert!(TABLE[..at].iter().all(|other| other.name != row.name), "{}", row.name);
            assert!(classify(&row.name).is_some(), "{} is not found", row.name);
        }
        assert!(TABLE.len() < usize::from(u8::MAX), "rows are numbered by a byte");
    }

    #[test]
    fn the_reference_has_every_name() {
        let page = include_str!("../../docs/headers.md").to_ascii_lowercase();
        let names = TABLE.iter().map(|row| format!("`{}`", row.name));
        let families = PREFIXES.iter().map(|prefix| format!("`{prefix}...`"));
        for name in names.chain(families) {
            assert!(page.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_prefix_protects_its_whole_family() {
        let name = HeaderName::from_static("x-service-user-favourite-colour");
        assert_eq!(classify(&name), Some(Class::Foreign));
    }

    #[test]
    fn a_credential_is_one_in_its_own_spelling_only() {
        assert_eq!(classify(&HeaderName::from_static("x-auth-token")), Some(Class::Credential));
        assert_eq!(classify(&HeaderName::from_static("x_auth_token")), Some(Class::Foreign));
    }

    /// The spelling under which the most liberal server would take two names for one.
    fn normal_form(name: &str) -> String {
        let fold = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        name.chars().map(fold).collect()
    }

    proptest! {
        #[test]
        fn what_any_server_could_take_for_a_protected_name_is_protected(
            name in "[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,30}",
        ) {
            let normal = normal_form(&name);
            let protected = TABLE.iter().any(|row| row.name.as_str() == normal)
                || PREFIXES.iter().any(|prefix| normal.starts_with(prefix));
            let odd = normal != name.to_ascii_lowercase();
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            prop_assert_eq!(classify(&name).is_some(), protected || odd);
        }
    }
}
