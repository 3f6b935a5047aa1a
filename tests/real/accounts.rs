//! Service mode: every way to name the account of our own, and what becomes of it.

use crate::guarded::{Guarded, Mode, SERVICE};
use crate::keystone::RealKeystone;
use crate::people::Scope;
use crate::program::Program;
use crate::suite::Suite;
use crate::support::{Scratch, Upstream};

/// Whose account it is and where, but for the proof.
const NAMES: &str = "username: authsvc, user_domain_name: Default, project_name: service, \
                     project_domain_name: Default";

#[test]
fn an_account_from_any_source_logs_in_once_and_survives_what_keystone_does_to_it() {
    let mut suite = Suite::start("accounts");
    sources(&mut suite);
    programs(&mut suite);
    refused_accounts(&mut suite);
    suite.scenario("our own token is revoked behind our back", |keystone| {
        let guarded = Guarded::by(Mode::Service, keystone);
        guarded.pass(&keystone.token("alice", Scope::Project("demo")).value);
        assert_eq!(guarded.logins(), 1.0);
        keystone.revoke_all_of("authsvc", Scope::Project("service"));
        guarded.pass(&keystone.token("alice", Scope::Project("other")).value);
        assert_eq!(guarded.logins(), 2.0, "one new login");
        guarded.pass(&keystone.token("alice", Scope::Unscoped).value);
        guarded.refuse("unknown");
        assert_eq!((guarded.logins(), guarded.faults()), (2.0, 0.0));
    });
    suite.scenario("the service account validates its own token", |keystone| {
        let guarded = Guarded::by(Mode::Service, keystone);
        let token = keystone.token("authsvc", Scope::Project("service")).value;
        assert_eq!(guarded.pass(&token)["x-user-name"], "authsvc");
    });
    for mode in Mode::ALL {
        suite.scenario(&format!("fifty clients with one new token in {mode}"), |keystone| {
            let guarded = Guarded::by(mode, keystone);
            let token = keystone.token("alice", Scope::Project("demo")).value;
            let statuses: Vec<_> = std::thread::scope(|threads| {
                let ask = || threads.spawn(|| guarded.get(&token).status);
                let clients: Vec<_> = std::iter::repeat_with(ask).take(50).collect();
                clients.into_iter().map(|client| client.join().unwrap()).collect()
            });
            assert_eq!(statuses, [200; 50]);
            assert_eq!(guarded.validations(), 1.0);
            let logins = f64::from(u8::from(matches!(mode, Mode::Service)));
            assert_eq!(guarded.logins(), logins);
        });
    }
    suite.end();
}

fn sources(suite: &mut Suite) {
    suite.scenario("a password in the file", |keystone| {
        works(&Guarded::asking(keystone.url(), SERVICE), keystone);
    });
    suite.scenario("a password in a file of its own", |keystone| {
        let scratch = Scratch::new();
        let file = scratch.write("password", "authsvcpw\n");
        let section = format!("{NAMES}, password_file: \"{}\"", file.display());
        works(&Guarded::asking(keystone.url(), &section), keystone);
    });
    suite.scenario("ids instead of names", |keystone| {
        let user = keystone.id("users", "authsvc");
        let project = keystone.id("projects", "service");
        let section = format!("user_id: {user}, project_id: {project}, password: authsvcpw");
        works(&Guarded::asking(keystone.url(), &section), keystone);
    });
    suite.scenario("an application credential, by id and by name", |keystone| {
        let id = keystone.make_application_credential("authsvc", "service", "own-secret");
        let section =
            format!("application_credential_id: {id}, application_credential_secret: own-secret");
        works(&Guarded::asking(keystone.url(), &section), keystone);
        let section = "application_credential_name: portcullis, username: authsvc, \
                       user_domain_id: default, application_credential_secret: own-secret";
        works(&Guarded::asking(keystone.url(), section), keystone);
    });
}

/// What comes from the environment, with the program itself.
fn programs(suite: &mut Suite) {
    suite.scenario("OS_* variables", |keystone| {
        let (upstream, scratch) = (Upstream::start(), Scratch::new());
        let yaml = format!("upstream: \"{}\"\nkeystone: {{mode: service}}\n", upstream.url());
        let variables = [
            ("OS_AUTH_URL", keystone.url()),
            ("OS_USERNAME", "authsvc"),
            ("OS_PASSWORD", "authsvcpw"),
            ("OS_USER_DOMAIN_NAME", "Default"),
            ("OS_PROJECT_NAME", "service"),
            ("OS_PROJECT_DOMAIN_ID", "default"),
        ];
        runs(&Program::run(scratch.path(), &yaml, &variables), keystone, &upstream);
    });
    suite.scenario("a service's own [keystone_authtoken]", |keystone| {
        let (upstream, scratch) = (Upstream::start(), Scratch::new());
        let section = format!(
            "[DEFAULT]\nidentity = {}\n[keystone_authtoken]\nauth_type = password\n\
             auth_url = $identity\nuser-name = authsvc\npassword = 'authsvcpw'\n\
             tenant_name = service\ndefault_domain_id = default\ninterface = public\n\
             http_connect_timeout = 5\nmemcached_servers =\n  one:11211,\n  two:11211\n",
            keystone.url()
        );
        scratch.write("service.conf", &section);
        let yaml = format!("upstream: \"{}\"\n", upstream.url());
        let variables = [("PORTCULLIS_KEYSTONE_AUTHTOKEN", "service.conf")];
        runs(&Program::run(scratch.path(), &yaml, &variables), keystone, &upstream);
    });
    suite.scenario("an entry of clouds.yaml that OS_CLOUD names", |keystone| {
        let (upstream, scratch) = (Upstream::start(), Scratch::new());
        let url = keystone.url();
        scratch.write(
            "clouds.yaml",
            &format!("clouds: {{lab: {{auth: {{auth_url: \"{url}\", {NAMES}}}}}}}"),
        );
        scratch.write("secure.yaml", "clouds: {lab: {auth: {password: authsvcpw}}}");
        let yaml = format!("upstream: \"{}\"\nkeystone: {{mode: service}}\n", upstream.url());
        let program = Program::run(scratch.path(), &yaml, &[("OS_CLOUD", "lab")]);
        runs(&program, keystone, &upstream);
    });
    suite.scenario("an application credential in clouds.yaml", |keystone| {
        let (upstream, scratch) = (Upstream::start(), Scratch::new());
        let id = keystone.make_application_credential("nova", "service", "nova-secret");
        let file = scratch.write(
            "my-clouds.yaml",
            &format!(
                "clouds:\n  lab:\n    auth_type: v3applicationcredential\n    auth:\n      \
                 auth_url: {}\n      application_credential_id: {id}\n      \
                 application_credential_secret: nova-secret\n",
                keystone.url()
            ),
        );
        let yaml = format!(
            "upstream: \"{}\"\nkeystone: {{cloud: lab, clouds_file: \"{}\"}}\n",
            upstream.url(),
            file.display()
        );
        runs(&Program::run(scratch.path(), &yaml, &[]), keystone, &upstream);
    });
    suite.scenario("the three lines of the manual", |keystone| {
        let (upstream, scratch) = (Upstream::start(), Scratch::new());
        let yaml = format!(
            "upstream: {}\nkeystone: {{auth_url: \"{}\"}}\n",
            upstream.url(),
            keystone.url()
        );
        runs(&Program::run(scratch.path(), &yaml, &[]), keystone, &upstream);
    });
}

/// Accounts that Keystone will not have: our fault, so never a 401.
fn refused_accounts(suite: &mut Suite) {
    suite.scenario("an account without the service role", |keystone| {
        let section = SERVICE.replace("authsvc", "norole");
        let guarded = Guarded::asking(keystone.url(), &section);
        guarded.put_off(&keystone.token("alice", Scope::Project("demo")).value);
        assert_eq!(guarded.faults_of("forbidden"), 1.0);
        assert_eq!(guarded.sidecar.metric("portcullis_keystone_up"), 0.0);
    });
    suite.scenario("an account without the service role is told in the log", |keystone| {
        let (upstream, scratch) = (Upstream::start(), Scratch::new());
        let url = keystone.url();
        let section = SERVICE.replace("authsvc", "norole");
        let yaml = crate::guarded::yaml(&upstream, url, &section);
        let program = Program::run(scratch.path(), &yaml, &[]);
        let token = keystone.token("alice", Scope::Project("demo")).value;
        assert_eq!(program.get(&token).status, 503);
        program.says(&["WARN", "forbidden", "service role"]);
    });
    suite.scenario("a wrong password", |keystone| {
        let section = SERVICE.replace("authsvcpw", "wrong");
        let guarded = Guarded::asking(keystone.url(), &section);
        let token = keystone.token("alice", Scope::Project("demo")).value;
        guarded.put_off(&token);
        guarded.put_off(&token);
        guarded.put_off("unknown");
        assert_eq!(guarded.faults_of("credentials"), 3.0);
        assert_eq!(guarded.logins(), 1.0, "a wrong password is not tried for every request");
        assert_eq!(guarded.validations(), 0.0);
    });
    suite.scenario("a disabled account", |keystone| {
        let guarded = Guarded::asking(keystone.url(), &SERVICE.replace("authsvc", "dave"));
        guarded.put_off(&keystone.token("alice", Scope::Project("demo")).value);
        assert_eq!(guarded.faults_of("credentials"), 1.0);
    });
}

/// The account can tell good tokens from bad ones, and has logged in once for it.
#[track_caller]
fn works(guarded: &Guarded, keystone: &RealKeystone) {
    let seen = guarded.pass(&keystone.token("alice", Scope::Project("demo")).value);
    assert_eq!(seen["x-user-name"], "alice");
    guarded.pass(&keystone.token("bob", Scope::System).value);
    guarded.refuse("unknown");
    assert_eq!((guarded.logins(), guarded.faults()), (1.0, 0.0));
}

#[track_caller]
fn runs(program: &Program, keystone: &RealKeystone, upstream: &Upstream) {
    let response = program.get(&keystone.token("alice", Scope::Project("demo")).value);
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(upstream.last().header("x-user-name"), Some("alice"));
    assert_eq!(program.get("unknown").status, 401);
}
