//! `explain` says what the proxy would answer, and why; in every case what it does answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use keystone_double::Scope;
use serde_json::{Value, json};

use crate::support::{Client, Keystone, Process, Response, Scratch, Sidecar, Upstream, request};

/// Routes of every kind.
const ROUTES: &str = r#"
routes:
  - {name: health, path: /healthz, methods: [GET], allow: public}
  - {name: whoami, path: /v3/whoami, allow: authenticated, invalid: pass}
  - {name: watched, path: "/v3/{project_id}/watched/**", rule: owner, shadow: true}
  - {name: quotas, path: "/v3/{project_id}/quotas", methods: [PUT], rule: big, body: 64B}
  - {name: volumes, path: "/v3/{project_id}/volumes/**", rule: owner, max_body: 32B}
  - {name: cells, path: /v3/cells, check: "role:admin", scope: system}
  - {name: search, path: /v3/search, check: "user_id:%(query.user_id)s", query: user_id}
  - {name: typed, path: /v3/typed, check: "volumes:%(header.x-kind)s", headers: x-kind}
policy:
  rules:
    owner: "role:admin or (project_id:%(project_id)s and not role:reader_only)"
    big: "rule:owner and 'small':%(body.quota.kind)s"
"#;

/// Method, path, fields, body.
type Asked = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);

/// `PROJECT` and `USER` stand for the caller's own.
const REQUESTS: &[Asked] = &[
    ("GET", "/healthz", &[], ""),
    ("POST", "/healthz", &[], ""),
    ("GET", "/v3/whoami", &[], ""),
    ("GET", "/v3/whoami/", &[], ""),
    ("GET", "/v3/PROJECT/watched/x", &[], ""),
    ("GET", "/v3/another/watched/x", &[], ""),
    ("GET", "/v3/PROJECT/volumes", &[], ""),
    ("GET", "/v3/PROJECT/volumes/%31?limit=1", &[], ""),
    ("GET", "/v3/another/volumes/1", &[], ""),
    ("GET", "/v3/PROJECT;x/volumes", &[], ""),
    ("DELETE", "/v3/PROJECT/volumes/../quotas", &[], ""),
    ("GET", "/v3/PROJECT/volumes/a%2Fb", &[], ""),
    ("GET", "/v3/PROJECT/volumes//1", &[], ""),
    ("POST", "/v3/PROJECT/volumes", &[], "0123456789012345678901234567890123456789"),
    ("POST", "/v3/PROJECT/volumes", &[], "short"),
    ("PUT", "/v3/PROJECT/quotas", JSON, r#"{"quota": {"kind": "small"}}"#),
    ("PUT", "/v3/PROJECT/quotas", JSON, r#"{"quota": {"kind": "large"}}"#),
    ("PUT", "/v3/PROJECT/quotas", JSON, r#"{"quota": {"kind": "small", "kind": "large"}}"#),
    ("PUT", "/v3/PROJECT/quotas", JSON, LONG),
    ("PUT", "/v3/PROJECT/quotas", &[], r#"{"quota": {"kind": "small"}}"#),
    ("PUT", "/v3/PROJECT/quotas", JSON, ""),
    ("PUT", "/v3/PROJECT/quotas", IN_CHUNKS, ""),
    ("GET", "/v3/PROJECT/quotas", &[], ""),
    ("GET", "/v3/cells", &[], ""),
    ("GET", "/v3/search?user_id=USER", &[], ""),
    ("GET", "/v3/search?user_id=USER&user_id=x", &[], ""),
    ("GET", "/v3/search", &[], ""),
    ("GET", "/v3/typed", &[("X-Kind", "volumes")], ""),
    ("GET", "/v3/typed", &[("X-Kind", " volumes\t")], ""),
    ("GET", "/v3/typed", &[("X-Kind", "volumes"), ("Connection", "x-kind")], ""),
    ("GET", "/v3/typed", &[("X-Kind", "volumes"), ("X_Roles", "admin")], ""),
    ("TRACE", "/v3/typed", &[], ""),
    ("GET", "/nowhere", &[], ""),
];

const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];

const IN_CHUNKS: &[(&str, &str)] =
    &[("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")];

const LONG: &str = r#"{"quota": {"kind": "small"}, "more": "0123456789012345678901234567890123"}"#;

#[test]
fn what_is_explained_is_what_the_proxy_answers() {
    let cast = Cast::start();
    let before = cast.decisions();
    let mut explained = BTreeMap::new();
    for (who, token, body_of_as) in cast.callers() {
        for (method, path, fields, body) in REQUESTS {
            let path = cast.fill(path, &who);
            let context = format!("{who}: {method} {path} {fields:?} {body}");
            let account = cast.explain(method, &path, fields, body, &body_of_as);
            cast.upstream.forget();
            let credentials = token.iter().map(|token| ("X-Auth-Token", token.as_str()));
            let all: Vec<_> = fields.iter().copied().chain(credentials).collect();
            let answer = send(cast.sidecar.public, method, &path, &all, body);
            let status = account["answer"]["status"].as_u64();
            assert_eq!(status.unwrap_or(200), u64::from(answer.status), "{context}\n{account:#}");
            assert_eq!(status.is_none(), cast.upstream.count() == 1, "{context}\n{account:#}");
            if status.is_none() {
                let seen = cast.upstream.last();
                assert_eq!(account["path"], seen.target(), "{context}");
                let told: Vec<_> =
                    seen.sorted().into_iter().filter(|line| is_identity(line)).collect();
                assert_eq!(headers(&account), told, "{context}");
            }
            let decision = account["answer"]["decision"].as_str().unwrap();
            if decision != "reject" {
                let route = account["route"]["name"].as_str().unwrap_or("none");
                let reason = account["answer"]["reason"].as_str().unwrap();
                let labels =
                    format!("{{decision=\"{decision}\",reason=\"{reason}\",route=\"{route}\"}}");
                *explained.entry(labels).or_insert(0.0) += 1.0;
            }
        }
    }
    let counted: BTreeMap<_, _> = cast
        .decisions()
        .into_iter()
        .map(|(labels, count)| {
            let count = count - before.get(&labels).copied().unwrap_or_default();
            (labels, count)
        })
        .filter(|(_, count)| *count > 0.0)
        .collect();
    assert_eq!(explained, counted, "an explanation is not counted, an answer is");
    assert!(explained.len() > 12, "many outcomes are compared: {explained:#?}");
}

#[test]
fn the_command_says_the_same_about_a_token_and_about_its_saved_identity() {
    let cast = Cast::start();
    let scratch = Scratch::new();
    let config = scratch.write("portcullis.yaml", &cast.yaml());
    for (who, token, _) in cast.callers() {
        let Some(token) = token else { continue };
        let token_file = scratch.write("token", &format!("{token}\n"));
        let saved = cast.keystone_says(&token);
        let saved = saved.map(|saved| scratch.write("identity.json", &saved));
        for path in ["/v3/PROJECT/volumes/1", "/v3/another/volumes/1", "/v3/cells"] {
            let path = cast.fill(path, &who);
            let by_token = command(&config, &[&path, "--token-file", text(&token_file), "--json"]);
            let account = json_of(&by_token);
            let answer = cast.sidecar.get_as(&token, &path);
            let status = account["answer"]["status"].as_u64();
            assert_eq!(status.unwrap_or(200), u64::from(answer.status), "{who} {path}");
            let expected = i32::from(status.is_some());
            assert_eq!(by_token.status.code(), Some(expected), "{who} {path}");
            assert!(!String::from_utf8_lossy(&by_token.stdout).contains(&token), "{who}");
            let Some(saved) = &saved else { continue };
            let by_saved = command(&config, &[&path, "--identity", text(saved), "--json"]);
            assert_eq!(json_of(&by_saved), account, "{who} {path}");
        }
    }
}

#[test]
fn people_see_the_route_the_caller_the_checks_and_the_answer() {
    let (_scratch, config) = offline();
    let member = ["/v3/p1/volumes/1?limit=2", "--role", "member", "--project", "p1"];
    let output = command(&config, &member);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let page = stdout(&output);
    for line in [
        "request  GET /v3/p1/volumes/1?limit=2 at localhost",
        "path     /v3/p1/volumes/1?limit=2",
        "route    5: volumes takes /v3/{project_id}/volumes/**",
        "user     somebody of the domain default, for the project p1, roles member",
        "scope    project is taken; the route takes domain, project, system, unscoped",
        "rule     owner: allowed",
        "answer   goes on to the upstream default: allow, reason confirmed",
    ] {
        assert!(page.lines().any(|seen| seen.trim_end() == line), "{line}\n{page}");
    }
    for part in ["project_id:%(project_id)s   `p1` against `p1`", "x-project-id: p1"] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let denied = command(&config, &["/v3/p2/volumes/1", "--role", "member", "--project", "p1"]);
    assert_eq!(denied.status.code(), Some(1));
    let page = stdout(&denied);
    assert!(page.contains("`p1` against `p2`"), "{page}");
    assert!(page.contains("answer   403: deny, reason rule"), "{page}");
    assert!(page.contains("headers  none"), "{page}");
}

#[test]
fn every_part_of_a_caller_can_be_described() {
    let (_scratch, config) = offline();
    let described = |arguments: &[&str]| {
        let mut all = vec!["/v3/whoami", "--json"];
        all.extend(arguments);
        json_of(&command(&config, &all))
    };
    let user = described(&[
        "--user", "u1", "--domain", "d1", "--trust", "t1", "--role", "a", "--role", "b",
    ]);
    assert_eq!(user["user"]["user_id"], "u1");
    assert_eq!(user["user"]["domain_id"], "d1");
    assert_eq!(user["user"]["trust_id"], "t1");
    assert_eq!(user["user"]["roles"], json!(["a", "b"]));
    assert_eq!(described(&["--system"])["scope"]["kind"], "system");
    assert_eq!(described(&["--unscoped"])["scope"]["kind"], "unscoped");
    let credential = described(&["--application-credential", "ac1", "--project", "p"]);
    assert_eq!(credential["user"]["application_credential_id"], "ac1");
    let service = described(&["--project", "p", "--service-role", "service"]);
    assert_eq!(service["service"]["roles"], json!(["service"]));
    assert_eq!(service["headers"]["x-service-roles"], "service");
    let nobody = described(&[]);
    assert_eq!(nobody["answer"]["decision"], "defer", "{nobody:#}");
    assert_eq!(nobody["headers"], json!({"x-identity-status": "Invalid"}));
}

#[test]
fn a_saved_identity_that_has_expired_is_taken_with_a_remark() {
    let (scratch, config) = offline();
    let saved = json!({"token": {
        "user": {"id": "u1", "name": "alice", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": "p1", "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "roles": [{"id": "r", "name": "member"}], "expires_at": "2001-01-01T00:00:00.000000Z",
    }});
    let file = scratch.write("identity.json", &saved.to_string());
    let output = command(&config, &["/v3/p1/volumes", "--identity", text(&file)]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stdout(&output).contains("remark   the saved token has expired"), "{output:?}");
}

#[test]
fn a_token_is_taken_from_standard_input_and_never_from_the_command_line() {
    let cast = Cast::start();
    let scratch = Scratch::new();
    let config = scratch.write("portcullis.yaml", &cast.yaml());
    let token = cast.keystone.issue("alice", Scope::project("demo")).token();
    let arguments = ["explain", "/v3/whoami", "--token-stdin", "--json", "--config", text(&config)];
    let output = Process::feed(&arguments, &token);
    assert_eq!(json_of(&output)["answer"]["decision"], "allow");
    let header = command(&config, &["/v3/whoami", "--header", &format!("X-Auth-Token: {token}")]);
    assert_eq!(header.status.code(), Some(2));
    let said = String::from_utf8_lossy(&header.stderr);
    assert!(said.contains("has no place here") && !said.contains(&token), "{said}");
}

#[test]
fn exit_codes_tell_a_denial_from_a_mistake() {
    let (scratch, config) = offline();
    assert_eq!(command(&config, &["/healthz"]).status.code(), Some(0));
    assert_eq!(command(&config, &["/nowhere"]).status.code(), Some(1));
    assert_eq!(command(&config, &["/healthz", "--identity", "missing"]).status.code(), Some(2));
    let both = ["/healthz", "--token-stdin", "--role", "member"];
    assert_eq!(command(&config, &both).status.code(), Some(2));
    let wrong = scratch.write("wrong.yaml", "upstream: nonsense\n");
    assert_eq!(command(&wrong, &["/healthz"]).status.code(), Some(3));
}

#[test]
fn the_admin_page_says_what_is_wrong_with_a_question() {
    let cast = Cast::start();
    for (body, status, words) in [
        ("{", 400, "not JSON"),
        ("[]", 400, "must hold keys"),
        ("{}", 400, "request: missing"),
        (r#"{"request": "GET /", "as": {"rolls": ["a"]}}"#, 400, "as.rolls: unknown key"),
        (r#"{"request": "GET /", "as": {"project": "p", "system": true}}"#, 400, "one scope"),
        (r#"{"request": "GET /", "as": {"identity": {"token": {}}}}"#, 400, "as.identity"),
        (r#"{"request": "GET /", "headers": {"X-Auth-Token": "t"}}"#, 400, "has no place"),
        (r#"{"path": "/healthz"}"#, 200, "\"public\""),
    ] {
        let answer = cast.post(body.as_bytes(), &[]);
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert!(answer.text().contains(words), "{body}: {}", answer.text());
    }
    let long = format!(r#"{{"request": "GET /", "body": "{}"}}"#, "x".repeat(600 * 1024));
    assert_eq!(cast.post(long.as_bytes(), &[]).status, 400);
    let browser = cast.post(b"{}", &[("Origin", "http://evil.example")]);
    assert_eq!(browser.status, 403);
}

#[test]
fn what_another_server_says_is_asked_about_a_token_and_never_about_a_description() {
    let (keystone, upstream, judge) = (Keystone::start(), Upstream::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\npolicy: {{remote_checks: true}}\n\
         routes: [{{path: /judged, check: \"{}/may\"}}]\n",
        upstream.url(),
        keystone.url(),
        judge.url()
    );
    let scratch = Scratch::new();
    let config = scratch.write("portcullis.yaml", &yaml);
    let token = keystone.issue("alice", Scope::project("demo")).token();
    let token = scratch.write("token", &token);
    for (word, decision, outcome) in [("True", "allow", "true"), ("False", "deny", "false")] {
        judge.respond(200, &[], word.as_bytes());
        let output = command(&config, &["/judged", "--token-file", text(&token), "--json"]);
        let account = json_of(&output);
        assert_eq!(account["answer"]["decision"], decision, "{account:#}");
        assert_eq!(account["rule"]["checks"]["outcome"], outcome, "{account:#}");
    }
    assert_eq!(judge.count(), 2, "each explanation asks once");
    let account = json_of(&command(&config, &["/judged", "--role", "member", "--json"]));
    assert_eq!(account["answer"]["reason"], "unavailable", "{account:#}");
    assert_eq!(account["answer"]["status"], 503, "{account:#}");
    assert_eq!((judge.count(), upstream.count()), (2, 0));
}

/// A proxy with routes, and what it needs.
struct Cast {
    sidecar: Sidecar,
    keystone: Keystone,
    upstream: Upstream,
}

impl Cast {
    #[track_caller]
    fn start() -> Self {
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let sidecar = Sidecar::start(&yaml(&upstream.url(), &keystone.url()));
        Self { sidecar, keystone, upstream }
    }

    fn yaml(&self) -> String {
        yaml(&self.upstream.url(), &self.keystone.url())
    }

    /// A name, a token, and the member `as` for the same.
    fn callers(&self) -> Vec<(String, Option<String>, Value)> {
        let issue = |user: &str, scope: Scope| Some(self.keystone.issue(user, scope).token());
        [
            ("nobody", None),
            ("alice", issue("alice", Scope::project("demo"))),
            ("bob", issue("bob", Scope::project("demo"))),
            ("bob for the domain", issue("bob", Scope::domain("Default"))),
            ("bob for the system", issue("bob", Scope::system())),
            ("carol", issue("carol", Scope::project("other"))),
            ("alice without a scope", issue("alice", Scope::Unscoped)),
            ("a forger", Some("made-up".to_owned())),
        ]
        .into_iter()
        .map(|(who, token)| {
            let described =
                token.as_ref().map_or_else(|| json!("nobody"), |token| json!({"token": token}));
            (who.to_owned(), token, described)
        })
        .collect()
    }

    /// Writes the ids of the caller's own project and user.
    fn fill(&self, path: &str, who: &str) -> String {
        let name = who.split(' ').next().unwrap();
        let project = if name == "carol" { "other" } else { "demo" };
        let scope = Scope::project(project);
        let user = if ["alice", "bob", "carol"].contains(&name) { name } else { "alice" };
        let token = self.keystone.issue(user, scope).token();
        let said: Value = serde_json::from_str(&self.keystone_says(&token).unwrap()).unwrap();
        let id = |what: &str| said["token"][what]["id"].as_str().unwrap().to_owned();
        path.replace("PROJECT", &id("project")).replace("USER", &id("user"))
    }

    /// The body of a validation, if the token is good.
    fn keystone_says(&self, token: &str) -> Option<String> {
        let fields = [("X-Auth-Token", token), ("X-Subject-Token", token)];
        let answer = crate::support::get(self.keystone.address(), "/v3/auth/tokens", &fields);
        (answer.status == 200).then(|| answer.text())
    }

    #[track_caller]
    fn explain(
        &self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        body: &str,
        who: &Value,
    ) -> Value {
        let headers: serde_json::Map<_, _> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let body = if body.is_empty() { Value::Null } else { json!(body) };
        let question = json!({
            "method": method, "path": path, "host": "service.example", "headers": headers,
            "body": body, "as": who,
        });
        let answer = self.post(question.to_string().as_bytes(), &[]);
        assert_eq!(answer.status, 200, "{question}: {}", answer.text());
        answer.json()
    }

    fn post(&self, body: &[u8], fields: &[(&str, &str)]) -> Response {
        let host = self.sidecar.admin.to_string();
        let fields = [&[("Host", &host[..])], fields].concat();
        let mut client = Client::connect(self.sidecar.admin);
        // A page that has read enough answers early.
        let _ = client.try_send(request("POST", "/explain", &fields, body));
        client.response()
    }

    fn decisions(&self) -> BTreeMap<String, f64> {
        let all = self.sidecar.metrics().into_iter();
        all.filter_map(|(name, count)| {
            let labels = name.strip_prefix("portcullis_auth_decisions_total")?;
            Some((labels.to_owned(), count))
        })
        .collect()
    }
}

fn yaml(upstream: &str, keystone: &str) -> String {
    format!("upstream: \"{upstream}\"\nkeystone: {{auth_url: \"{keystone}\"}}\n{ROUTES}")
}

/// A configuration whose addresses nobody answers at.
fn offline() -> (Scratch, std::path::PathBuf) {
    let scratch = Scratch::new();
    let config =
        scratch.write("portcullis.yaml", &yaml("http://127.0.0.1:9", "http://127.0.0.1:9"));
    (scratch, config)
}

#[track_caller]
fn send(
    address: std::net::SocketAddr,
    method: &str,
    path: &str,
    fields: &[(&str, &str)],
    body: &str,
) -> Response {
    let mut client = Client::connect(address);
    client.send(request(method, path, fields, body.as_bytes()));
    if fields.starts_with(IN_CHUNKS) {
        client.send("0\r\n\r\n");
    }
    client.response()
}

fn command(config: &Path, arguments: &[&str]) -> Output {
    let mut all = vec!["explain", "--config", text(config)];
    all.extend(arguments);
    Process::run(&all, &[])
}

/// Whether a line is about the caller, and not about the way that the request took.
fn is_identity(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default();
    let ours = ["x-user", "x-project", "x-domain", "x-role", "x-tenant", "x-identity", "x-is-"];
    ours.iter().any(|start| name.starts_with(start)) || name == "openstack-system-scope"
}

fn headers(account: &Value) -> Vec<String> {
    let all = account["headers"].as_object().unwrap().iter();
    let mut lines: Vec<_> =
        all.map(|(name, value)| format!("{name}: {}", value.as_str().unwrap())).collect();
    lines.sort();
    lines
}

#[track_caller]
fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output:?}"))
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
