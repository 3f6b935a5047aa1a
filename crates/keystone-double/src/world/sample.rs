//! A small world to try things in.

use crate::world::{
    AccessRule, ApplicationCredential, Endpoint, Place, Project, Role, Secret, Service, Trust,
    User, World,
};

impl World {
    /// A world with one of everything, the same at every start.
    ///
    /// Passwords are `NAMEpw`, secrets of application credentials `secret-NAME`.
    ///
    /// | user | roles |
    /// | --- | --- |
    /// | `alice` | member and reader on `demo` |
    /// | `bob` | admin on `demo`, on the domain `Default` and on the system |
    /// | `carol` | reader on `other` |
    /// | `Žluťoučký` | member on `東京` |
    /// | `sysreader` | reader on the system |
    /// | `nova`, `authsvc` | service on `service` |
    ///
    /// Alice's application credentials are `unrestricted`, `restricted` (reader only) and `rules`
    /// (with access rules); the trust `alice-to-carol` hands carol alice's member role on `demo`.
    pub fn sample() -> Self {
        Self {
            projects: ["demo", "other", "service", "東京"].map(Project::new).to_vec(),
            roles: vec![
                Role::new("admin", ["manager"]),
                Role::new("manager", ["member"]),
                Role::new("member", ["reader"]),
                Role::new("reader", []),
                Role::new("service", []),
            ],
            users: people(),
            application_credentials: credentials(),
            trusts: vec![Trust {
                id: "alice-to-carol".to_owned(),
                trustor: "alice".to_owned(),
                trustee: "carol".to_owned(),
                impersonation: true,
                project: "demo".to_owned(),
                roles: vec!["member".to_owned()],
            }],
            catalog: catalog(),
            ..Self::default()
        }
    }
}

fn people() -> Vec<User> {
    vec![
        User::new("alice").granted(Place::project("demo"), ["member", "reader"]),
        User::new("bob")
            .granted(Place::project("demo"), ["admin"])
            .granted(Place::domain("Default"), ["admin"])
            .granted(Place::System, ["admin"]),
        User::new("carol").granted(Place::project("other"), ["reader"]),
        User::new("Žluťoučký").granted(Place::project("東京"), ["member"]),
        User::new("sysreader").granted(Place::System, ["reader"]),
        User::new("nova").granted(Place::project("service"), ["service"]),
        User::new("authsvc").granted(Place::project("service"), ["service"]),
    ]
}

fn credentials() -> Vec<ApplicationCredential> {
    let of_alice = |name: &str| ApplicationCredential {
        name: name.to_owned(),
        id: String::new(),
        secret: Secret::from(format!("secret-{name}")),
        user: "alice".to_owned(),
        project: "demo".to_owned(),
        roles: Vec::new(),
        unrestricted: false,
        access_rules: Vec::new(),
    };
    let rule = |method: &str, path: &str| AccessRule {
        service: "compute".to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
    };
    vec![
        ApplicationCredential { unrestricted: true, ..of_alice("unrestricted") },
        ApplicationCredential { roles: vec!["reader".to_owned()], ..of_alice("restricted") },
        ApplicationCredential {
            access_rules: vec![
                rule("GET", "/v2.1/servers"),
                rule("GET", "/v2.1/servers/*"),
                rule("POST", "/v2.1/{project_id}/**"),
            ],
            ..of_alice("rules")
        },
    ]
}

fn catalog() -> Vec<Service> {
    [
        ("keystone", "identity", "$(identity_url)s"),
        ("nova", "compute", "https://compute.cloud.example/v2.1"),
        ("glance", "image", "https://image.cloud.example"),
        ("swift", "object-store", "https://object.cloud.example/v1/AUTH_%(tenant_id)s"),
    ]
    .map(|(name, kind, url)| Service {
        name: name.to_owned(),
        kind: kind.to_owned(),
        endpoints: ["public", "internal", "admin"]
            .map(|interface| Endpoint {
                interface: interface.to_owned(),
                region: "RegionOne".to_owned(),
                url: url.to_owned(),
            })
            .to_vec(),
    })
    .to_vec()
}
