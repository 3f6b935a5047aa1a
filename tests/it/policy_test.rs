//! `policy test`: tables of requests, compared with what the rules make of them.

use std::process::Output;

use crate::support::{Process, Scratch};

const CONFIG: &str = r#"
upstream: http://127.0.0.1:9
keystone: {auth_url: "http://127.0.0.1:9"}
routes:
  - {name: health, path: /healthz, allow: public}
  - {name: watched, path: "/v3/{project_id}/watched", rule: owner, shadow: true}
  - {name: mine, path: /v3/mine, allow: authenticated, invalid: pass}
  - {name: quotas, path: "/v3/{project_id}/quotas", check: "'owner':%(body.who)s", body: 1KiB}
  - {name: volumes, path: "/v3/{project_id}/volumes/**", rule: owner}
policy:
  rules: {owner: "role:admin or project_id:%(project_id)s"}
"#;

#[test]
fn cases_that_come_as_expected_pass() {
    let output = play(
        r"
callers:
  member: {roles: [member], project: p1}
  operator: {roles: [admin], system: true}
cases:
  - {name: a member lists volumes, request: GET /v3/p1/volumes, as: member, expect: allow}
  - {request: DELETE /v3/p2/volumes/1, as: member, expect: deny, reason: rule, route: volumes}
  - {request: DELETE /v3/p2/volumes/1, as: member, expect: 403}
  - {request: DELETE /v3/p2/volumes/1, as: operator, expect: allow, reason: confirmed}
  - {request: GET /healthz, as: nobody, expect: allow, reason: public}
  - {request: GET /v3/p1/volumes, expect: deny, reason: missing}
  - {request: GET /v3/p1/volumes, as: invalid, expect: 401, reason: unknown}
  - {request: GET /v3/mine, as: invalid, expect: defer}
  - {request: GET /v3/p2/watched, as: member, expect: shadow_deny, reason: rule}
  - {request: GET /v3/p1/volumes/../x, as: member, expect: reject, reason: path}
  - {request: GET /v3//volumes, as: member, expect: 400}
  - {request: GET /elsewhere, as: operator, expect: deny, reason: no_route}
  - request: PUT /v3/p1/quotas
    as: {user: u1, project: 17}
    headers: {X-Any: [a, b]}
    body: {who: owner}
    expect: allow
  - {request: PUT /v3/p1/quotas, as: member, body: not json, expect: reject, reason: body_not_json}
",
    );
    assert_eq!(output.status.code(), Some(0), "{}", all(&output));
    let said = stdout(&output);
    assert!(
        said.starts_with("ok    a member lists volumes\nok    DELETE /v3/p2/volumes/1\n"),
        "{said}"
    );
    assert!(said.ends_with("14 passed, 0 failed\n"), "{said}");
}

#[test]
fn a_case_that_does_not_is_told_with_all_that_is_known_of_it() {
    let output = play(
        r"
cases:
  - {name: hers, request: GET /v3/p2/volumes, as: {roles: [member], project: p1}, expect: allow}
  - {name: his, request: GET /v3/p1/volumes, as: {roles: [member], project: p1}, expect: allow}
  - {name: reason, request: GET /v3/p1/volumes, expect: deny, reason: rule}
  - {name: route, request: GET /healthz, expect: allow, route: volumes}
",
    );
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    let said = stdout(&output);
    for part in [
        "FAIL  hers\n",
        "cases.yaml:3\n",
        "      expected allow\n",
        "      came     deny, reason rule, status 403, route volumes\n",
        "`p1` against `p2`",
        "ok    his\n",
        "FAIL  reason\n",
        "      expected deny, reason rule\n",
        "      came     deny, reason missing, status 401, route volumes\n",
        "      expected allow, route volumes\n",
        "1 passed, 3 failed\n",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}

#[test]
fn everything_wrong_with_a_table_is_told_with_its_place() {
    let output = play(
        "callers:\n\
         \x20 nobody: {roles: [a]}\n\
         \x20 lost: {rolls: [a]}\n\
         cases:\n\
         \x20 - {request: GET /, as: stranger, expect: allow}\n\
         \x20 - {request: GET /, expect: maybe}\n\
         \x20 - {expect: allow}\n\
         \x20 - {request: GET /, expects: allow}\n\
         \x20 - {request: nonsense, expect: allow}\n\
         \x20 - {request: GET /, as: {token: secret-token}, expect: allow}\n\
         \x20 - {request: GET /, as: {project: a, domain: b}, expect: allow}\n\
         case: []\n",
    );
    assert_eq!(output.status.code(), Some(3), "{}", all(&output));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for (line, words) in [
        (2, "callers.nobody: is a word of its own"),
        (3, "callers.lost.rolls: unknown key"),
        (5, "cases[0].as: \"stranger\" is nobody known"),
        (6, "cases[1].expect: must be one of allow"),
        (7, "cases[2].request: missing"),
        (8, "cases[3].expect: must be one of"),
        (9, "cases[4].request: is not a method and a path"),
        (10, "cases[5].as.token: a token has no place"),
        (11, "cases[6].as.project: a token has one scope"),
        (12, "case: unknown key; did you mean cases?"),
    ] {
        let found = said
            .lines()
            .any(|seen| seen.contains(&format!("cases.yaml:{line}:")) && seen.contains(words));
        assert!(found, "{line}: {words}\n{said}");
    }
    assert_eq!(said.lines().count(), 10, "{said}");
    assert!(!all(&output).contains("secret-token"), "{said}");
}

#[test]
fn a_table_that_is_not_there_and_a_wrong_configuration_end_with_3() {
    let scratch = Scratch::new();
    let config = scratch.write("portcullis.yaml", CONFIG).display().to_string();
    let missing = Process::run(&["policy", "test", "missing.yaml", "--config", &config], &[]);
    assert_eq!(missing.status.code(), Some(3));
    let cases = scratch.write("cases.yaml", "cases: []\n").display().to_string();
    let wrong = scratch.write("wrong.yaml", "routes: 1\n").display().to_string();
    let wrong = Process::run(&["policy", "test", &cases, "--config", &wrong], &[]);
    assert_eq!(wrong.status.code(), Some(3));
}

fn play(cases: &str) -> Output {
    let scratch = Scratch::new();
    let config = scratch.write("portcullis.yaml", CONFIG).display().to_string();
    let cases = scratch.write("cases.yaml", cases).display().to_string();
    Process::run(&["policy", "test", &cases, "--config", &config], &[])
}

fn all(output: &Output) -> String {
    format!("{}{}", stdout(output), String::from_utf8_lossy(&output.stderr))
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
