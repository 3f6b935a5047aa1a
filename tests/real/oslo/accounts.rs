//! An account logs in here as it logs in there.

use fastrand::Rng;
use portcullis::config::{self, Authtoken, Environment, Input, Sources};
use portcullis::keystone::{
    ApplicationCredentialRef, Credentials, DomainReference, LoginScope, Method, Mode, Reference,
};
use serde_json::{Value, json};

use super::ask;

/// How many sections are made up.
const MADE_UP: usize = 3000;

#[test]
fn an_account_sends_the_login_that_keystoneauth_sends() {
    let mut random = Rng::with_seed(7);
    let texts: Vec<String> = (0..MADE_UP).map(|_| made_up(&mut random)).collect();
    let answers: Vec<Value> = serde_json::from_str(&ask("logs_in.py", &texts)).unwrap();
    assert_eq!(answers.len(), texts.len());
    let mut same = 0;
    for (text, theirs) in texts.iter().zip(answers) {
        match ours(text) {
            Ok(ours) => {
                if is_picky(&theirs, &ours) {
                    continue;
                }
                let mut theirs = theirs["request"].clone();
                if !ours["identity"]["application_credential"].is_null() {
                    // Keystone refuses a scope beside an application credential; none is sent here.
                    theirs.as_object_mut().unwrap().remove("scope");
                }
                assert_eq!(ours, theirs, "{text}");
                same += 1;
            }
            Err(errors) => assert!(is_hopeless(&theirs), "{text}\n{errors}\n{theirs:#}"),
        }
    }
    assert!(same > MADE_UP / 10, "{same}");
}

/// The request that we would send, or why there is none.
fn ours(text: &str) -> Result<Value, String> {
    let file = Input::Text { name: "service.conf".into(), text: text.into() };
    let sources = Sources {
        authtoken: Some(Authtoken { file, section: "keystone_authtoken".into() }),
        file: None,
        environment: Environment::default(),
        overrides: vec![("upstream.url".into(), "http://127.0.0.1:9".into())],
    };
    let loaded = config::load(&sources).map_err(|errors| errors.to_string())?;
    match loaded.config.keystone.mode {
        Mode::Service(credentials) => Ok(request(&credentials)),
        Mode::SelfValidation => Err("no account".to_owned()),
    }
}

/// Whether keystoneauth minds something that has no effect: a name without a domain beside an id, or
/// scopes beside an application credential, which has its own.
fn is_picky(theirs: &Value, ours: &Value) -> bool {
    let error = theirs["error"].as_str().unwrap_or_default();
    let scopes = "AuthorizationFailure: Authentication cannot be scoped to multiple targets";
    let credential = !ours["identity"]["application_credential"].is_null();
    error.starts_with("OptionError: You have provided a ")
        || (credential && error.starts_with(scopes))
}

/// Whether Keystone would refuse this login whoever sent it, or keystoneauth never sends it, or it
/// needs what we say we do not have: a trust.
fn is_hopeless(theirs: &Value) -> bool {
    let Some(request) = theirs.get("request") else { return true };
    let lacks_domain = |thing: &Value| {
        thing.is_object() && thing.get("id").is_none() && thing.get("domain").is_none()
    };
    let identity = &request["identity"];
    let user = |method: &str| identity[method].get("user");
    let user = user("password").or_else(|| user("application_credential"));
    let project = &request["scope"]["project"];
    let nobody = user.is_some_and(lacks_domain);
    let password = &identity["password"]["user"]["password"];
    let no_password = !identity["password"].is_null() && (password.is_null() || password == "");
    nobody
        || no_password
        || lacks_domain(project)
        || request["scope"].get("OS-TRUST:trust").is_some()
}

/// The request by our own account of it.
fn request(Credentials { method, scope }: &Credentials) -> Value {
    let (name, proof) = match method {
        Method::Password { user, password } => {
            let mut user = named(user);
            user["password"] = password.expose().into();
            ("password", json!({"user": user}))
        }
        Method::ApplicationCredential { id: ApplicationCredentialRef::Id(id), secret } => {
            ("application_credential", json!({"id": id, "secret": secret.expose()}))
        }
        Method::ApplicationCredential {
            id: ApplicationCredentialRef::Name { name, user },
            secret,
        } => {
            let proof = json!({"name": name, "user": named(user), "secret": secret.expose()});
            ("application_credential", proof)
        }
    };
    let mut request = json!({"identity": {"methods": [name], name: proof}});
    let scope = match scope {
        LoginScope::Default => return request,
        LoginScope::Domain(of) => json!({"domain": domain(of)}),
        LoginScope::Project(project) => json!({"project": named(project)}),
        LoginScope::System => json!({"system": {"all": true}}),
    };
    request["scope"] = scope;
    request
}

fn named(reference: &Reference) -> Value {
    match reference {
        Reference::Id(id) => json!({"id": id}),
        Reference::Name { name, domain: of } => json!({"name": name, "domain": domain(of)}),
    }
}

fn domain(of: &DomainReference) -> Value {
    match of {
        DomainReference::Id(id) => json!({"id": id}),
        DomainReference::Name(name) => json!({"name": name}),
    }
}

/// A section with an account: often whole, often not, sometimes written twice over.
fn made_up(random: &mut Rng) -> String {
    let kind = ["password", "password", "v3password", "v3applicationcredential"][random.usize(..4)];
    let mut lines = vec![
        format!("{} = {kind}", if random.u8(..8) == 0 { "auth_plugin" } else { "auth_type" }),
        "auth_url = http://ks:5000/v3".to_owned(),
    ];
    for (option, often) in OPTIONS {
        if random.u8(..100) < *often {
            let empty = random.u8(..20) == 0;
            lines.push(format!("{option} = {}", if empty { "" } else { value(option) }));
        }
    }
    random.shuffle(&mut lines);
    let elsewhere = random.u8(..5) == 0;
    let section = if elsewhere { "service_user" } else { "keystone_authtoken" };
    let head = if elsewhere { "[keystone_authtoken]\nauth_section = service_user\n" } else { "" };
    format!("{head}[{section}]\n{}\n", lines.join("\n"))
}

fn value(option: &str) -> &str {
    if option == "system_scope" { "all" } else { option }
}

/// Each option, and in how many of a hundred sections it stands.
const OPTIONS: &[(&str, u8)] = &[
    ("username", 70),
    ("user-name", 5),
    ("user_name", 5),
    ("user_id", 20),
    ("user_domain_name", 50),
    ("user_domain_id", 30),
    ("default_domain_id", 10),
    ("default_domain_name", 10),
    ("password", 85),
    ("application_credential_id", 50),
    ("application_credential_name", 40),
    ("application_credential_secret", 80),
    ("project_name", 50),
    ("tenant_name", 5),
    ("tenant-name", 5),
    ("project_id", 15),
    ("tenant_id", 5),
    ("project_domain_name", 40),
    ("project_domain_id", 30),
    ("domain_name", 8),
    ("domain_id", 8),
    ("system_scope", 8),
    ("trust_id", 3),
];
