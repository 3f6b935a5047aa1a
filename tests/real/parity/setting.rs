//! How both sides are configured, so that they should behave alike.

use std::collections::BTreeMap;

/// One thing that is configured other than usual, on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Knob {
    /// The service is told the catalogue.
    Catalogue,
    /// Nothing is said about the catalogue: each side does what it does by default.
    Default,
    /// The service decides about requests without a valid token.
    Delay,
    /// Identity is also told in `X-Portcullis-Token-Info`.
    Info,
    /// Tokens are validated at this interface in the account's catalogue.
    Interface(&'static str),
    /// The service is told nothing by the older names.
    NewNames,
    /// Clients are told no other place to get a token than the one that is asked.
    OwnChallenge,
    /// Tokens are validated in this region, as `Interface`.
    Region(&'static str),
    /// Any valid token passes for a service token.
    RolesOptional,
    /// What makes a service token one.
    ServiceRoles(&'static str),
    /// What the guarded service is in the catalogue.
    ServiceType(&'static str),
    /// The double has a certificate that nobody trusts.
    Untrusted,
}

/// Every knob that is turned, in order.
pub(crate) type Setting = Vec<Knob>;

/// Where clients are told to get a token.
pub(crate) const CHALLENGE: &str = "http://keystone.example:5000/v3";

/// How long each side waits for the double, in seconds, and how often it tries a connection again.
const PATIENCE: (&str, &str) = ("2", "0");

/// Whom both sides ask.
#[derive(Clone, Copy)]
pub(crate) enum Asked<'a> {
    /// The double at this address, which may fail: neither side waits long for it.
    Double(&'a str),
    /// The real Keystone at this address.
    Real(&'a str),
}

/// Portcullis's file, without the service's address.
pub(crate) fn here(setting: &[Knob], asked: Asked<'_>) -> String {
    let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut set = |section, entry: String| sections.entry(section).or_default().push(entry);
    set("keystone", "mode: service, username: authsvc, password: authsvcpw".to_owned());
    set("keystone", "user_domain_name: Default, project_domain_name: Default".to_owned());
    set("keystone", "project_name: service".to_owned());
    if !setting.contains(&Knob::OwnChallenge) {
        set("keystone", format!("www_authenticate_uri: \"{CHALLENGE}\""));
    }
    match asked {
        Asked::Double(url) => {
            let (timeout, retries) = PATIENCE;
            set(
                "keystone",
                format!("auth_url: \"{url}\", timeout: {timeout}s, retries: {retries}"),
            );
        }
        Asked::Real(url) => set("keystone", format!("auth_url: \"{url}\"")),
    }
    for knob in setting {
        match knob {
            Knob::Catalogue => set("headers", "service_catalog: true".to_owned()),
            Knob::Default | Knob::OwnChallenge | Knob::Untrusted => {}
            Knob::Delay => set("auth", "delay_decision: true".to_owned()),
            Knob::Interface(name) => set("keystone", format!("interface: {name}")),
            Knob::NewNames => set("headers", "deprecated: false".to_owned()),
            Knob::Region(name) => set("keystone", format!("region_name: {name}")),
            Knob::Info => set("headers", "token_info: true".to_owned()),
            Knob::RolesOptional => set("auth", "service_token_roles_required: false".to_owned()),
            Knob::ServiceRoles(roles) => set("auth", format!("service_token_roles: [{roles}]")),
            Knob::ServiceType(name) => set("auth", format!("service_type: {name}")),
        }
    }
    let section =
        |(name, entries): (_, &Vec<String>)| format!("{name}: {{{}}}\n", entries.join(", "));
    sections.iter().map(section).collect()
}

/// keystonemiddleware's options in `[keystone_authtoken]`.
pub(crate) fn there(setting: &[Knob], asked: Asked<'_>) -> Vec<(String, String)> {
    let mut options = BTreeMap::from([
        ("auth_type", "password"),
        ("include_service_catalog", "false"),
        ("password", "authsvcpw"),
        ("project_domain_name", "Default"),
        ("project_name", "service"),
        ("user_domain_name", "Default"),
        ("username", "authsvc"),
        ("www_authenticate_uri", CHALLENGE),
    ]);
    match asked {
        Asked::Double(url) => {
            let (timeout, retries) = PATIENCE;
            options.extend([("auth_url", url), ("http_connect_timeout", timeout)]);
            options.insert("http_request_max_retries", retries);
        }
        Asked::Real(url) => {
            options.insert("auth_url", url);
        }
    }
    for knob in setting {
        match knob {
            Knob::Catalogue => options.insert("include_service_catalog", "true"),
            Knob::Default => options.remove("include_service_catalog"),
            Knob::Delay => options.insert("delay_auth_decision", "true"),
            Knob::Info | Knob::NewNames | Knob::Untrusted => None,
            Knob::OwnChallenge => options.remove("www_authenticate_uri"),
            Knob::Interface(name) => options.insert("interface", name),
            Knob::Region(name) => options.insert("region_name", name),
            Knob::RolesOptional => options.insert("service_token_roles_required", "false"),
            Knob::ServiceRoles(roles) => options.insert("service_token_roles", roles),
            Knob::ServiceType(name) => options.insert("service_type", name),
        };
    }
    options.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
