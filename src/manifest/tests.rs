use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Stream, difference};

/// Makes another value of the only document of a text.
fn turned(text: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut stream = Stream::read(text).unwrap();
    let mut value = stream.values().remove(0);
    change(&mut value);
    stream.turn(0, &value).unwrap();
    stream.finish(&[]).unwrap()
}

const POD: &str = "\
# who owns this
kind: Pod
spec:   # the pod's
  containers:
  # the application
  - name: app # the service
    image: 'app:1'

    args: [\"a\", b]   # two
  # the last word
";

#[test]
fn an_item_is_put_before_another_and_its_comments() {
    let text = turned(POD, |pod| {
        let containers = pod["spec"]["containers"].as_array_mut().unwrap();
        containers.insert(0, json!({"name": "portcullis", "args": ["run"]}));
    });
    let expected = POD.replace(
        "  # the application\n",
        "  - name: portcullis\n    args:\n    - run\n  # the application\n",
    );
    assert_eq!(text, expected);
}

#[test]
fn an_item_is_put_last_and_the_comments_behind_stay() {
    let text = turned(POD, |pod| {
        pod["spec"]["containers"].as_array_mut().unwrap().push(json!({"name": "portcullis"}));
    });
    assert_eq!(text, POD.replace("   # two\n", "   # two\n  - name: portcullis\n"));
}

#[test]
fn a_member_is_put_behind_the_others() {
    let text = turned(POD, |pod| pod["spec"]["volumes"] = json!([{"name": "v", "emptyDir": {}}]));
    let expected =
        POD.replace("   # two\n", "   # two\n  volumes:\n  - name: v\n    emptyDir: {}\n");
    assert_eq!(text, expected);
}

#[test]
fn lists_go_on_as_the_document_indents_them() {
    let text = "spec:\n  a:\n    - 1\n";
    let text = turned(text, |value| value["spec"]["b"] = json!(["x"]));
    assert_eq!(text, "spec:\n  a:\n    - 1\n  b:\n    - x\n");
}

#[test]
fn scalars_are_replaced_where_they_stand() {
    let text = turned("port: 80 # http\nname: \"80\"\n", |value| {
        value["port"] = json!("portcullis");
        value["name"] = json!("on");
    });
    assert_eq!(text, "port: portcullis # http\nname: \"on\"\n");
}

#[test]
fn what_goes_takes_its_lines_along() {
    let text = turned(POD, |pod| {
        pod["spec"]["containers"][0].as_object_mut().unwrap().remove("image");
    });
    assert_eq!(text, POD.replace("    image: 'app:1'\n", ""));
    let first = turned("- b: 1 # one\n  # two\n  name: x\n", |list| {
        list[0].as_object_mut().unwrap().remove("b");
    });
    assert_eq!(first, "- name: x\n");
}

#[test]
fn the_last_of_a_collection_leaves_it_empty() {
    let text = turned("a:\n  b: 1\nc:\n- 1\nd: 2\n", |value| {
        value["a"] = json!({});
        value["c"] = json!([]);
    });
    assert_eq!(text, "a: {}\nc: []\nd: 2\n");
}

#[test]
fn empty_collections_and_absent_values_become_blocks() {
    let text = turned("a: {} # none\nb:\nc: []\nd: null\n", |value| {
        value["a"] = json!({"x": 1});
        value["b"] = json!({"v": 1});
        value["c"] = json!([1]);
        value["d"] = json!({"z": {}});
    });
    assert_eq!(text, "a: # none\n  x: 1\nb:\n  v: 1\nc:\n- 1\nd:\n  z: {}\n");
}

#[test]
fn json_stays_json() {
    let text =
        "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"list\": [\n    1\n  ],\n  \"c\": {\"d\": 1}\n}\n";
    let text = turned(text, |value| {
        value["a"]["x"] = json!({"y": true});
        value["list"].as_array_mut().unwrap().insert(0, json!(0));
        value["c"]["e"] = json!("on");
        value["c"].as_object_mut().unwrap().remove("d");
    });
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["a"], json!({"b": 1, "x": {"y": true}}));
    assert_eq!(value["list"], json!([0, 1]));
    assert!(text.contains("    \"b\": 1,\n    \"x\": {\n      \"y\": true\n    }\n"), "{text}");
}

#[test]
fn documents_beside_stay_as_they_are() {
    let text = "# one\na: 1\n---\n# two\nb: é\n...\n---\n--- # three\nc: 1";
    let mut stream = Stream::read(text).unwrap();
    let values = stream.values();
    assert_eq!(values, [json!({"a": 1}), json!({"b": "é"}), Value::Null, json!({"c": 1})]);
    stream.turn(1, &json!({"b": "é", "x": 2})).unwrap();
    stream.turn(3, &json!({"c": 1, "x": 3})).unwrap();
    assert_eq!(stream.finish(&[]).unwrap(), text.replace("é\n", "é\nx: 2\n") + "\nx: 3");
}

#[test]
fn lines_end_as_they_did() {
    let text = turned("a: 1\r\nb:\r\n- 1\r\n", |value| value["c"] = json!({"d": 1}));
    assert_eq!(text, "a: 1\r\nb:\r\n- 1\r\nc:\r\n  d: 1\r\n");
}

#[test]
fn text_over_several_lines_is_not_torn() {
    let text = "a:\n  script: |\n    one\n      two\n\n    three\n  # end\nb: >-\n  x\n  y\n";
    let text = turned(text, |value| {
        value["a"]["more"] = json!(1);
        value["c"] = json!(2);
    });
    assert_eq!(
        text,
        "a:\n  script: |\n    one\n      two\n\n    three\n  more: 1\n  # end\nb: >-\n  x\n  y\nc: 2\n"
    );
}

#[test]
fn merge_keys_and_aliases_are_understood_and_left_alone() {
    let text = "base: &base {x: 1, w: 2}\na:\n  <<: *base\n  w: 3\nb: *base\nc:\n  d: 1\n";
    let mut stream = Stream::read(text).unwrap();
    let mut value = stream.values().remove(0);
    assert_eq!(value["a"], json!({"x": 1, "w": 3}));
    value["c"]["e"] = json!(2);
    stream.turn(0, &value).unwrap();
    let before = stream.finish(&[]).unwrap();
    assert_eq!(before, text.replace("  d: 1\n", "  d: 1\n  e: 2\n"));
    // Whoever changes the original changes its likes.
    let mut stream = Stream::read(&before).unwrap();
    value["base"]["x"] = json!(9);
    stream.turn(0, &value).unwrap_err();
    value["base"]["x"] = json!(1);
    value["b"]["x"] = json!(9);
    stream.turn(0, &value).unwrap_err();
    assert_eq!(stream.finish(&[]).unwrap(), before);
}

#[test]
fn what_is_no_yaml_is_refused_with_its_line() {
    for (text, line) in
        [("a: 1\nb: [", "line 3"), ("a: 1\na: 2\n", "line 2"), ("a: {{ .Values.x }}\n", "line 1")]
    {
        let error = Stream::read(text).err().unwrap().to_string();
        assert!(error.contains(line), "{text:?}: {error}");
    }
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let before = level - 1;
        let aliases = vec![format!("*a{before}"); 10].join(", ");
        let _ = writeln!(text, "a{level}: &a{level} [{aliases}]");
    }
    assert!(Stream::read(&text).err().unwrap().to_string().contains("values"));
}

#[test]
fn a_block_list_ends_where_its_last_item_in_brackets_does() {
    let text = "a:\n  b:\n  - {x: [{w: 1}]}\n  - [z]\n---\nc: 1\n";
    let mut stream = Stream::read(text).unwrap();
    stream.turn(0, &json!({"a": {"b": [{"x": [{"w": 1}]}, ["z"]], "d": [1]}})).unwrap();
    assert_eq!(stream.finish(&[]).unwrap(), text.replace("[z]\n", "[z]\n  d:\n  - 1\n"));
    // An anchor before a block is no bracket, and one before a bracket is.
    let text = turned("a: &a\n- {x: 1}\nb: &b [w]\n", |value| value["b"] = json!(["w", "z"]));
    assert_eq!(text, "a: &a\n- {x: 1}\nb: &b [w, z]\n");
}

#[test]
fn empty_lines_that_count_are_not_parted_from_their_text() {
    let text = "a:\n  b: |+\n    x\n\n\nc: 1\n";
    let with = turned(text, |value| value["a"]["d"] = json!(1));
    assert_eq!(with, text.replace("c:", "  d: 1\nc:"));
    assert_eq!(turned(&with, |value| drop(value["a"].as_object_mut().unwrap().remove("d"))), text);
}

#[test]
fn an_item_may_stand_lines_below_its_dash() {
    let text = "a:\n-\n  # - no dash\n  x: 1\n  # b - c\n- y # - z\n";
    let text_after = turned(text, |value| value["a"].as_array_mut().unwrap().insert(0, json!(0)));
    assert_eq!(text_after, text.replace("a:\n", "a:\n- 0\n"));
}

#[test]
fn what_is_said_behind_a_value_that_goes_joins_no_other_comment() {
    let text = "a:\n  # one\n  b: {} # two\nc: 1\n";
    let text = turned(text, |value| value["a"] = json!({}));
    assert_eq!(text, "a: {} # two\n  # one\nc: 1\n");
}

#[test]
fn documents_changed_one_after_the_other_are_where_they_were() {
    let mut text = "a: 1\n--- # é\nb: [1]\n---\nc:\n- x\n".to_owned();
    for _ in 0..2 {
        let mut stream = Stream::read(&text).unwrap();
        let wanted = stream.values().into_iter().map(|mut value| {
            value.as_object_mut().unwrap().insert("z".into(), json!(["long enough"]));
            value
        });
        for (index, wanted) in wanted.enumerate().collect::<Vec<_>>() {
            stream.turn(index, &wanted).unwrap();
        }
        text = stream.finish(&[]).unwrap();
    }
    let z = "z:\n- \"long enough\"\n";
    assert_eq!(text, format!("a: 1\n{z}--- # é\nb: [1]\n{z}---\nc:\n- x\n{z}"));
}

#[test]
fn a_last_line_without_an_end_is_given_none() {
    let text = "a:\n  b: |\n    x";
    let mut stream = Stream::read(text).unwrap();
    assert_eq!(stream.values(), [json!({"a": {"b": "x"}})]);
    let error = stream.turn(0, &json!({"a": {"b": "x", "c": 1}})).unwrap_err().to_string();
    assert!(error.contains("end that line"), "{error}");
    stream.finish(&[json!({})]).unwrap_err();
    let text = turned("a: |-\n  x", |value| value["c"] = json!(1));
    assert_eq!(text, "a: |-\n  x\nc: 1");
}

#[test]
fn a_text_of_several_lines_is_replaced_as_a_whole() {
    let text = turned("a: |\n  x\n  y\nb: 1\n", |value| value["a"] = json!("z"));
    assert_eq!(text, "a: z\nb: 1\n");
}

#[test]
fn brackets_with_a_comma_or_nothing_before_their_end_are_understood() {
    let text = turned("a: {b: {c: 1,}, d: }\ne: 1\n", |value| {
        value["a"]["b"] = json!([2]);
        value["a"]["d"] = json!({"x": 1});
    });
    assert_eq!(text, "a: {b: [2], d: {x: 1} }\ne: 1\n");
    let text = turned("a: [\n  {b: 1}, # }\n]\nc: 1\n", |value| value["a"] = json!("x"));
    assert_eq!(text, "a: x\nc: 1\n");
}

#[test]
fn comments_stay_when_what_they_are_in_goes() {
    let text = "a:\n  # one\n  b:\n    # two\n    c: |\n      # no comment\n    # three\n    d: 1\n  e: 1\n";
    let less = turned(text, |value| drop(value["a"].as_object_mut().unwrap().remove("b")));
    assert_eq!(less, "a:\n  # one\n    # two\n    # three\n  e: 1\n");
    let none = turned("a: # one\n  # two\n  b: 1\nc: 1\n", |value| value["a"] = json!(1));
    assert_eq!(none, "a: 1 # one\n  # two\nc: 1\n");
    let back = turned("a:   # none\nc: {}   # nor here\n", |value| {
        value["a"] = json!({"b": 1});
        value["c"] = json!([1]);
    });
    assert_eq!(back, "a:   # none\n  b: 1\nc:   # nor here\n- 1\n");
    let again = turned(&back, |value| {
        value["a"] = Value::Null;
        value["c"] = json!({});
    });
    assert_eq!(again, "a:   # none\nc: {}   # nor here\n");
}

#[test]
fn objects_in_a_list_are_told_apart_by_kind_and_name() {
    let text = "items:\n- kind: A\n  metadata: {name: x}\n  # one\n  spec: 1\n- kind: B\n  metadata: {name: x}\n  # two\n  spec: 2\n";
    let text_after = turned(text, |value| value["items"][1]["spec"] = json!(3));
    assert_eq!(text_after, text.replace("spec: 2", "spec: 3"));
    let ports = "ports:\n- port: 80   # web\n  targetPort: 8080\n";
    let after = turned(ports, |value| value["ports"][0]["targetPort"] = json!("x"));
    assert_eq!(after, ports.replace("8080", "x"));
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[ -~é\n]{0,12}".prop_map(Value::from),
        prop_oneof![Just("on"), Just("0644"), Just("~"), Just("1e3"), Just("a: b"), Just("- x")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let named =
            ("[a-c]", inner.clone()).prop_map(|(name, more)| json!({"name": name, "more": more}));
        prop_oneof![
            prop::collection::vec(prop_oneof![inner.clone(), named], 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-d~/ ]{1,2}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_difference_makes_the_one_of_the_other(old in values(), new in values()) {
        let mut value = json!({ "root": old });
        let new = json!({ "root": new });
        for change in difference(&value.clone(), &new) {
            patch(&mut value, &change.to_json_patch());
        }
        prop_assert_eq!(value, new);
    }

    #[test]
    fn what_is_written_is_what_was_meant(old in values(), new in values(), json: bool) {
        let (old, new) = (json!({ "root": old, "end": 1 }), json!({ "root": new, "end": 1 }));
        let text = if json { format!("{old:#}\n") } else { super::render::document(&old) };
        let mut stream = Stream::read(&text).unwrap();
        prop_assert_eq!(&stream.values(), &[old]);
        // An unusual style may be refused; that it is never wrong is what `turn` checks itself.
        if stream.turn(0, &new).is_ok() {
            prop_assert_eq!(Stream::read(&stream.finish(&[]).unwrap()).unwrap().values(), [new]);
        }
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in "[-a:{}\\[\\],&*!|>'\"#%@ \n\t<?é]{0,60}") {
        let _ = Stream::read(&text).map(|mut stream| {
            for index in 0..stream.values().len() {
                let _ = stream.turn(index, &json!({"name": "x"}));
            }
        });
    }
}

/// RFC 6902, as far as it is used here, from its text.
fn patch(value: &mut Value, operation: &Value) {
    let path = operation["path"].as_str().unwrap();
    let (parent, last) = path.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/").replace("~0", "~");
    let parent = value.pointer_mut(parent).unwrap();
    match (operation["op"].as_str().unwrap(), parent) {
        ("add", Value::Array(items)) => {
            items.insert(last.parse().unwrap(), operation["value"].clone());
        }
        ("add", Value::Object(members)) => {
            assert!(members.insert(last, operation["value"].clone()).is_none());
        }
        ("replace", Value::Array(items)) => {
            items[last.parse::<usize>().unwrap()] = operation["value"].clone();
        }
        ("replace", Value::Object(members)) => {
            assert!(members.insert(last, operation["value"].clone()).is_some());
        }
        ("remove", Value::Array(items)) => {
            items.remove(last.parse().unwrap());
        }
        ("remove", Value::Object(members)) => {
            members.remove(&last).unwrap();
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn members_are_added_to_mappings_in_brackets() {
    let text = turned("metadata: {name: web}\nspec: {a: b}\n", |value| {
        value["metadata"]["annotations"] = json!({"portcullis/injected": "{\"a\":\"b\"}"});
    });
    assert_eq!(
        text,
        "metadata: {name: web, annotations: {portcullis/injected: \"{\\\"a\\\":\\\"b\\\"}\"}}\nspec: {a: b}\n"
    );
}

#[test]
fn lists_whose_items_are_in_brackets_are_lists_of_lines() {
    for (item, other) in [("{a: 1}", "{b: 2}"), ("[a]", "[b]")] {
        for indent in ["", "  "] {
            let text = format!("x:\n{indent}- {item}\n{indent}- {other}\n");
            let text = turned(&text, |value| {
                value["x"].as_array_mut().unwrap().insert(1, json!("new"));
            });
            assert_eq!(text, format!("x:\n{indent}- {item}\n{indent}- new\n{indent}- {other}\n"));
        }
    }
}
