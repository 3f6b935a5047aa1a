//! The keys of a route: what is read, the schema and the reference agree.

use serde_json::json;

use super::{THREE_LINES, file, lines, loaded};
use crate::config::routes::KEYS;
use crate::config::{reference, schema, yaml_to_json};

/// A value for each key that has to be there or may be there beside `path` and `allow`.
const VALUES: [(&str, &str); 15] = [
    ("allow", "authenticated"),
    ("body", "1KiB"),
    ("check", "role:member"),
    ("headers", "X-Project"),
    ("host", "api.example"),
    ("invalid", "pass"),
    ("max_body", "1MiB"),
    ("methods", "GET"),
    ("name", "things"),
    ("path", "/things"),
    ("query", "limit"),
    ("rule", "owner"),
    ("scope", "project"),
    ("shadow", "true"),
    ("upstream", "default"),
];

/// A file with one route that has this key, and as few others as possible.
fn with(key: &str) -> String {
    let mut keys = vec![("path", "/x"), ("allow", "public")];
    keys.retain(|(name, _)| *name != key && !(matches!(key, "rule" | "check") && *name == "allow"));
    keys.extend(VALUES.iter().filter(|(name, _)| *name == key));
    let keys: Vec<_> = keys.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    let route = keys.join(", ").replace("\"true\"", "true");
    format!("{THREE_LINES}policy: {{rules: {{owner: '@'}}}}\nroutes:\n- {{{route}}}\n")
}

#[test]
fn every_key_is_read_and_no_other() {
    for key in &KEYS {
        loaded(&file(&with(key.name)));
    }
    let said = lines(&file(&with("path").replace("path:", "paht: x, path:")));
    assert!(said.iter().any(|line| line.contains("did you mean path?")), "{said:?}");
}

#[test]
fn every_key_is_in_the_schema_and_in_the_reference() {
    let (schema, reference) = (schema(), reference());
    let properties = &schema["properties"]["routes"]["items"]["properties"];
    assert_eq!(properties.as_object().unwrap().len(), KEYS.len());
    for key in &KEYS {
        assert_eq!(properties[key.name]["description"], json!(key.about));
        assert!(reference.contains(&format!("| `{}` |", key.name)), "{}", key.name);
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let written = yaml_to_json(&with(key.name)).unwrap();
        assert!(validator.is_valid(&written), "{}: {written}", key.name);
    }
    for section in ["## `policy.rules`", "## `routes`", "## `upstreams`"] {
        assert!(reference.contains(section), "{section}");
    }
}

#[test]
fn every_example_of_the_page_about_policy_is_a_configuration() {
    let page = include_str!("../../../docs/policy.md");
    let blocks: Vec<_> = page
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        // One names a file of another service.
        .filter(|block| !block.contains("/etc/"))
        .collect();
    assert!(blocks.len() >= 6, "{}", blocks.len());
    for block in blocks {
        loaded(&file(&format!("{THREE_LINES}{block}")));
    }
}

#[test]
fn fields_that_are_not_passed_on_are_no_facts() {
    for name in ["Connection", "TE", "Transfer-Encoding", "Content-Length", "Expect", "X-Roles"] {
        let route = with("headers").replace("X-Project", name);
        let said = lines(&file(&route));
        assert!(said.iter().any(|line| line.contains("never reaches the service")), "{said:?}");
    }
}

#[test]
fn a_host_is_compared_by_its_own_key() {
    let said = lines(&file(&with("headers").replace("X-Project", "Host")));
    assert!(said.iter().any(|line| line.contains("has its own key, host")), "{said:?}");
}

#[test]
fn a_field_that_rules_look_at_is_no_trailer() {
    let route =
        "routes: [{path: /**, allow: authenticated, headers: X-Op, trailers: [X-Sum, x-op]}]\n";
    let said = lines(&file(&format!("{THREE_LINES}{route}")));
    let refused = "\"x-op\" is one of the route's headers; rules see no trailers";
    assert!(said.iter().any(|line| line.contains(refused)), "{said:?}");
}
