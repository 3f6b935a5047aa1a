//! What is made from the table agrees with it, and with what is read.

use std::path::Path;

use serde_json::Value;

use super::super::options::{self, Absent, variable};
use super::{THREE_LINES, file, loaded};
use crate::config::{reference, schema, yaml_to_json};

fn complaints(yaml: &str) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let value = yaml_to_json(yaml).unwrap();
    validator.iter_errors(&value).map(|error| error.to_string()).collect()
}

#[test]
fn every_option_is_in_the_schema_the_reference_and_the_show() {
    let schema = schema();
    let reference = reference();
    let effective = loaded(&file(THREE_LINES)).effective;
    let (text, json) = (effective.to_text(), effective.to_json());
    for key in options::keys().filter(|key| options::section(key).is_none()) {
        let (section, leaf) = key.rsplit_once('.').unwrap_or(("", &key));
        let of_section = match section {
            "" => &schema,
            section => &schema["properties"][section],
        };
        let mapping = of_section["oneOf"].get(1).unwrap_or(of_section);
        assert!(mapping["properties"][leaf]["description"].is_string(), "{key}");
        assert!(reference.contains(&format!("| `{key}` | `{}` |", variable(&key))), "{key}");
        assert!(text.contains(&format!("{leaf}: ")), "{key}");
        let shown = if section.is_empty() { &json[leaf] } else { &json[section][leaf] };
        assert!(shown["origin"].is_string(), "{key}");
    }
}

#[test]
fn every_example_in_the_documents_is_right_to_the_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = std::fs::read_dir(root.join("docs")).unwrap().map(|page| page.unwrap().path());
    let schema = schema();
    let mut examples = 0;
    for page in pages.chain([root.join("README.md")]) {
        let Ok(text) = std::fs::read_to_string(&page) else { continue };
        for block in text.split("\n```yaml\n").skip(1) {
            let block = block.split("\n```").next().unwrap();
            let Ok(Value::Object(value)) = yaml_to_json(block) else { continue };
            // Others are manifests, values of charts, tables of requests.
            if value.is_empty() || !value.keys().all(|key| schema["properties"].get(key).is_some())
            {
                continue;
            }
            examples += 1;
            assert_eq!(complaints(block), Vec::<String>::new(), "{}: {block}", page.display());
        }
    }
    assert!(examples > 20, "{examples}");
}

#[test]
fn every_option_is_read_by_somebody() {
    // The resolver itself asserts it in debug builds; this is the run that makes it.
    loaded(&file(THREE_LINES));
    loaded(&file(&format!("{THREE_LINES}  ").replace("v3\"}", "v3\", user_id: u, password: p}")));
}

#[test]
fn every_default_is_a_value_of_its_option() {
    for field in options::fields() {
        let text = match field.absent {
            Absent::Value(text) => text,
            Absent::Required(line) => {
                assert_eq!(complaints(line), Vec::<String>::new());
                continue;
            }
            Absent::Nothing | Absent::Follows(_) => continue,
        };
        let read = super::super::value::read(field, text);
        assert!(read.is_ok(), "{}: {read:?}", field.key);
    }
}

#[test]
fn keys_and_variables_are_unique_and_no_service_link_hides_one() {
    let mut variables: Vec<String> = options::keys().map(|key| variable(&key)).collect();
    let count = variables.len();
    variables.sort();
    variables.dedup();
    assert_eq!(variables.len(), count);
    for variable in variables {
        assert!(!super::super::layers::is_service_link(&variable), "{variable}");
    }
}

#[test]
fn the_schema_takes_what_is_right() {
    for text in [
        "",
        THREE_LINES,
        "upstream: {url: 'unix:/run/a.sock', max_idle: 0}",
        "telemetry: off\nadmin: {listen: '[::1]:9181'}\nserver: {workers: 4}",
        "server: {workers: auto}\ncache: {ttl: 0, jitter: 2.5%}\nlog:\n",
        "keystone: {password_file: /run/secrets/password, system_scope: all}",
        "telemetry: {probes: {a/b: 'tcp://h:1', c: {url: 'unix:/a:/b', headers: {X: [1, b]}}}}",
        "telemetry: {probes: 'a=tcp://h:1'}",
    ] {
        let text = if text.is_empty() { "{}" } else { text };
        assert_eq!(complaints(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    for text in [
        "listne: 127.0.0.1:8080",
        "listen: 8080",
        "upstream: app:9000",
        "keystone: {auth_ur: 'http://ks'}",
        "cache: {ttl: 300}",
        "cache: {ttl: 300 s}",
        "server: {workers: 0}",
        "keystone: {insecure: yes}",
        "log: {format: xml}",
        "upstream_url: http://a",
        "upstream: {url_file: a}",
        "telemetry: {probes: {A: 'tcp://h:1'}}",
        "telemetry: {probes: {a: 'ftp://h:1'}}",
        "telemetry: {probes: {a: {headers: {}}}}",
        "telemetry: {probes: {a: {url: 'tcp://h:1', header: {}}}}",
    ] {
        assert_ne!(complaints(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_show_prints_is_a_configuration_with_the_same_effect() {
    let text = format!(
        "{THREE_LINES}cache: {{ttl: 60s}}\nadmin: off\nlog: {{level: 'info,a=debug'}}\n\
                 telemetry: {{probes: {{a: 'tcp://h:1', b: 'http://h:1/?x=y,z'}}}}\n"
    );
    let first = loaded(&file(&text));
    let shown = first.effective.to_text();
    let second = loaded(&file(&shown));
    assert_eq!(format!("{:?}", second.config), format!("{:?}", first.config), "{shown}");
    assert_eq!(complaints(&shown), Vec::<String>::new(), "{shown}");
}

#[test]
fn yaml_becomes_json_by_the_core_schema() {
    let value = yaml_to_json("a: [1, -2, 0x1F, 1.5, 1e3, true, yes, ~, '1', x, 1.2.3, ., .inf]");
    let expected = serde_json::json!({
        "a": [1, -2, 31, 1.5, 1000.0, true, "yes", null, "1", "x", "1.2.3", ".", ".inf"]
    });
    assert_eq!(value.unwrap(), expected);
    assert_eq!(yaml_to_json("").unwrap(), Value::Null);
    assert_eq!(
        yaml_to_json("a: 1\na: 2\n").unwrap_err().to_string(),
        "2:1: a: written twice; the first is in line 1"
    );
}

#[test]
fn the_reference_in_docs_is_what_the_program_prints() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    let kept = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        kept.trim_end(),
        reference().trim_end(),
        "run: cargo run -- config reference > docs/configuration.md"
    );
}
