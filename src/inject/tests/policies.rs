//! Policies in a text of JSON, which holds one document only, and in lists.

use serde_json::{Value, json};

use super::{POD, SERVICE, refused, settings, values, with};
use crate::inject::{Direction, Settings, rewrite};

fn guarded() -> Settings {
    Settings { network_policy: true, ..settings() }
}

fn list_of(items: &[Value]) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

fn kinds(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect()
}

fn out(text: &str) -> String {
    rewrite(text, Direction::Out, &guarded()).unwrap().text
}

#[test]
fn in_a_list_of_json_the_policy_is_an_item() {
    let items = values(&format!("{POD}---\n{SERVICE}"));
    for before in [list_of(&items).to_string(), format!("\n{:#}\n", list_of(&items))] {
        let once = with(&guarded(), &before);
        let list: Value = serde_json::from_str(&once.text).unwrap();
        assert_eq!(kinds(&list), ["Pod", "Service", "NetworkPolicy"]);
        assert_eq!(once.changed, ["Pod web", "Service web", "NetworkPolicy web-portcullis"]);
        let again = with(&guarded(), &once.text);
        assert_eq!((again.text.as_str(), again.changed.len()), (once.text.as_str(), 0));
        let without = with(&settings(), &once.text);
        assert_eq!(without.changed, ["NetworkPolicy web-portcullis"]);
        let back: Value = serde_json::from_str(&out(&once.text)).unwrap();
        assert_eq!(back, list_of(&items));
    }
}

#[test]
fn a_policy_in_a_list_stays_where_it_stands() {
    let pod = values(POD).remove(0);
    let inner = list_of(&values(&with(&guarded(), POD).text));
    for before in [inner.clone(), list_of(&[inner])] {
        let mut moved = before.clone();
        if let Some(items) = moved["items"].as_array_mut() {
            items.reverse();
        }
        for text in [before.to_string(), moved.to_string(), format!("---\n{moved}\n")] {
            let again = with(&guarded(), &text);
            assert_eq!((again.text.as_str(), again.changed.len()), (text.as_str(), 0));
        }
        assert!(!out(&moved.to_string()).contains("null"), "{moved}");
        assert!(values(&out(&before.to_string()))[0].to_string().contains(&pod.to_string()));
    }
}

#[test]
fn one_object_of_json_is_refused_a_policy() {
    let pod = values(POD).remove(0);
    let said = refused(&guarded(), &pod.to_string());
    assert!(said.starts_with("Pod web: --network-policy adds another object"), "{said}");
    assert!(said.contains("YAML") && said.contains("List"), "{said}");
    let typed = json!({"apiVersion": "v1", "kind": "PodList", "items": [pod]});
    assert!(refused(&guarded(), &typed.to_string()).contains("--network-policy"));
    // Nothing is added to what gets no sidecar.
    let none = Settings { annotated_only: true, ..guarded() };
    assert_eq!(with(&none, &pod.to_string()).text, pod.to_string());
    // As YAML it may be followed.
    let text = with(&guarded(), &format!("---\n{pod}\n")).text;
    assert_eq!(values(&text)[1]["kind"], "NetworkPolicy");
}
