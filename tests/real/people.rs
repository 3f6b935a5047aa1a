//! What people and administrators do at Keystone themselves: log in, revoke, disable.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::keystone::RealKeystone;
use crate::support::eventually;

/// A token, and what Keystone said about it when it was issued.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) value: String,
    /// The `token` member of the answer.
    pub(crate) document: Value,
}

/// What a login asks for, by the seeded names.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    Domain(&'static str),
    Project(&'static str),
    System,
    Trust(&'static str),
    Unscoped,
}

/// An answer of Keystone's.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl RealKeystone {
    /// A new token of `user`'s.
    #[track_caller]
    pub(crate) fn token(&self, user: &str, scope: Scope) -> Issued {
        issued(self.log_in(self.url(), user, scope))
    }

    /// A new token that expires within three seconds.
    #[track_caller]
    pub(crate) fn short_token(&self, user: &str, scope: Scope) -> Issued {
        issued(self.log_in(self.short_url(), user, scope))
    }

    /// Tries to log `user` in at the server at `url`.
    pub(crate) fn log_in(&self, url: &str, user: &str, scope: Scope) -> Answer {
        let password = self.fact(&format!("/users/{user}/password"));
        let user = json!({ "id": self.id("users", user), "password": password });
        let identity = json!({ "methods": ["password"], "password": { "user": user } });
        authenticate(url, &identity, self.scope(scope))
    }

    /// A new token by one of alice's application credentials.
    #[track_caller]
    pub(crate) fn application_credential_token(&self, name: &str) -> Issued {
        let secret = self.fact(&format!("/application_credentials/{name}/secret"));
        self.log_in_by_credential(self.id("application_credentials", name), secret)
    }

    /// The same by any application credential, by its id.
    #[track_caller]
    pub(crate) fn log_in_by_credential(&self, id: &str, secret: &str) -> Issued {
        let credential = json!({ "id": id, "secret": secret });
        let identity = json!({
            "methods": ["application_credential"], "application_credential": credential,
        });
        issued(authenticate(self.url(), &identity, Value::Null))
    }

    /// A new token made from another, in another scope.
    #[track_caller]
    pub(crate) fn rescoped(&self, from: &Issued, scope: Scope) -> Issued {
        let identity = json!({ "methods": ["token"], "token": { "id": from.value } });
        issued(authenticate(self.url(), &identity, self.scope(scope)))
    }

    /// What Keystone says about a token to an administrator; `None` when it is no token.
    pub(crate) fn validation_of(&self, token: &str) -> Option<Value> {
        let admin = self.admin();
        let headers = [("X-Auth-Token", admin), ("X-Subject-Token", token)];
        let mut answer = send(self.url(), "GET", "/auth/tokens?nocatalog", &headers, &Value::Null);
        (answer.status == 200).then(|| answer.body["token"].take())
    }

    /// Revokes a token, as its owner does by logging out.
    #[track_caller]
    pub(crate) fn revoke(&self, token: &str) {
        let headers = [("X-Auth-Token", token), ("X-Subject-Token", token)];
        let answer = send(self.url(), "DELETE", "/auth/tokens", &headers, &Value::Null);
        assert_eq!(answer.status, 204, "{}", answer.body);
    }

    /// Revokes every token that `user` has, as an administrator's change of the password does.
    /// `scope` is one that the user may have.
    #[track_caller]
    pub(crate) fn revoke_all_of(&self, user: &str, scope: Scope) {
        let password = self.fact(&format!("/users/{user}/password"));
        self.patch("user", self.id("users", user), &json!({ "password": password }));
        self.lasting_token(user, scope);
    }

    /// A new token that the revocation of the user's former ones does not concern: Keystone
    /// counts in whole seconds and revokes what is issued later in the same one, too.
    #[track_caller]
    pub(crate) fn lasting_token(&self, user: &str, scope: Scope) -> Issued {
        let mut token = self.token(user, scope);
        eventually("a second passes", || {
            let lasts = self.validation_of(&token.value).is_some();
            if !lasts {
                token = self.token(user, scope);
            }
            lasts
        });
        token
    }

    /// Enables or disables something, as in `enable("project", "other", false)`.
    #[track_caller]
    pub(crate) fn enable(&self, kind: &str, name: &str, enabled: bool) {
        self.enable_by_id(kind, self.id(&format!("{kind}s"), name), enabled);
    }

    /// The same for what was not seeded.
    #[track_caller]
    pub(crate) fn enable_by_id(&self, kind: &str, id: &str, enabled: bool) {
        self.patch(kind, id, &json!({ "enabled": enabled }));
    }

    /// Makes an application credential for `user` in `project` with that user's roles there, and
    /// returns its id.
    #[track_caller]
    pub(crate) fn make_application_credential(
        &self,
        user: &str,
        project: &'static str,
        secret: &str,
    ) -> String {
        let wanted = json!({ "name": "portcullis", "secret": secret });
        self.make_credential(user, project, &wanted)
    }

    /// The same as it is `wanted`.
    #[track_caller]
    pub(crate) fn make_credential(
        &self,
        user: &str,
        project: &'static str,
        wanted: &Value,
    ) -> String {
        let token = self.token(user, Scope::Project(project)).value;
        let path = format!("/users/{}/application_credentials", self.id("users", user));
        self.make(&token, &path, "application_credential", wanted)
    }

    /// Makes something as an administrator, as in `administer("role", ...)`, and returns its id.
    #[track_caller]
    pub(crate) fn administer(&self, kind: &str, wanted: &Value) -> String {
        self.make(self.admin(), &format!("/{kind}s"), kind, wanted)
    }

    /// Gives a role on a project to a user, all by their ids.
    #[track_caller]
    pub(crate) fn grant(&self, user: &str, project: &str, role: &str) {
        let path = format!("/projects/{project}/users/{user}/roles/{role}");
        let headers = [("X-Auth-Token", self.admin())];
        let answer = send(self.url(), "PUT", &path, &headers, &Value::Null);
        assert_eq!(answer.status, 204, "{}", answer.body);
    }

    /// A new token of somebody who was not seeded, by ids.
    #[track_caller]
    pub(crate) fn log_in_by_id(&self, user: &str, password: &str, project: &str) -> Issued {
        let user = json!({ "id": user, "password": password });
        let identity = json!({ "methods": ["password"], "password": { "user": user } });
        issued(authenticate(self.url(), &identity, json!({ "project": { "id": project } })))
    }

    #[track_caller]
    fn make(&self, token: &str, path: &str, kind: &str, wanted: &Value) -> String {
        let wanted = json!({ kind: wanted });
        let answer = send(self.url(), "POST", path, &[("X-Auth-Token", token)], &wanted);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body[kind]["id"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn patch(&self, kind: &str, id: &str, change: &Value) {
        let admin = self.admin();
        let (path, change) = (format!("/{kind}s/{id}"), json!({ kind: change }));
        let answer = send(self.url(), "PATCH", &path, &[("X-Auth-Token", admin)], &change);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    #[track_caller]
    fn admin(&self) -> &str {
        self.administrator.get_or_init(|| self.token("admin", Scope::System).value)
    }

    fn scope(&self, scope: Scope) -> Value {
        match scope {
            Scope::Domain(name) => json!({ "domain": { "id": self.id("domains", name) } }),
            Scope::Project(name) => json!({ "project": { "id": self.id("projects", name) } }),
            Scope::System => json!({ "system": { "all": true } }),
            Scope::Trust(name) => json!({ "OS-TRUST:trust": { "id": self.id("trusts", name) } }),
            Scope::Unscoped => Value::Null,
        }
    }
}

fn authenticate(url: &str, identity: &Value, scope: Value) -> Answer {
    let mut auth = json!({ "identity": identity });
    if !scope.is_null() {
        auth["scope"] = scope;
    }
    send(url, "POST", "/auth/tokens", &[], &json!({ "auth": auth }))
}

#[track_caller]
fn issued(mut answer: Answer) -> Issued {
    assert_eq!(answer.status, 201, "the login failed: {}", answer.body);
    let value = answer.header("x-subject-token").expect("a login without a token").to_owned();
    Issued { value, document: answer.body["token"].take() }
}

/// One request on a connection of its own, so that this client leaves no state at Keystone.
#[track_caller]
fn send(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let (authority, base) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut request = format!(
        "{method} /{base}{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request += "\r\n";
    request += &body;
    let mut stream = TcpStream::connect(authority).expect("the real Keystone does not listen");
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the real Keystone does not answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer without an end of its head");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.expect("an answer without a status"),
        head: head.to_owned(),
        body: serde_json::from_str(body).unwrap_or(Value::Null),
    }
}
