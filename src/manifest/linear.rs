//! Twice as much to read takes twice the work, not four times.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Stream, difference, steps};

#[test]
fn items_that_come_again_much_later_are_not_looked_for_one_by_one() {
    let steps = |count: usize| {
        let old: Vec<_> =
            (0..count).map(|at| json!({"name": if at % 2 == 0 { "x" } else { "y" }})).collect();
        let mut new: Vec<_> = old.iter().filter(|item| item["name"] == "y").cloned().collect();
        new.push(json!({"name": "x"}));
        let (old, new) = (Value::from(old), Value::from(new));
        steps::of(|| assert!(!difference(&old, &new).is_empty()))
    };
    let (some, twice) = (steps(1_000), steps(2_000));
    assert!(some > 500, "{some}");
    assert!(twice < 3 * some, "{some}, then {twice}");
}

#[test]
fn a_list_is_not_read_again_for_each_of_its_items() {
    let mut text = "kind: List\nitems:\n".to_owned();
    for at in 0..200 {
        let _ = write!(text, "- kind: Pod\n  metadata:\n    name: p{at}\n  spec:\n    a: [1]\n");
    }
    read_a_few_times(&text, |values| {
        for item in values[0]["items"].as_array_mut().unwrap() {
            item["metadata"]["annotations"] = json!({"x": "y"});
            item["spec"]["a"] = json!([0, 1, 2]);
            item["spec"]["volumes"] = json!([{"name": "v"}]);
        }
    });
}

#[test]
fn documents_are_not_read_again_for_each_other() {
    let text = "kind: Pod\nspec:\n  a: [1]\n---\n".repeat(200) + "kind: Pod\n";
    read_a_few_times(&text, |values| {
        for value in values {
            value["spec"]["b"] = json!({"x": "y"});
        }
    });
}

#[test]
fn parts_that_go_go_together() {
    let text = "a:\n".to_owned() + &"- name: x\n- name: y\n".repeat(200) + "b: 1\n";
    read_a_few_times(&text, |values| {
        values[0]["a"].as_array_mut().unwrap().retain(|item| item["name"] == "y");
    });
    let text = "a: [".to_owned() + &"x, y, ".repeat(200) + "z]\nb: 1\n";
    read_a_few_times(&text, |values| {
        values[0]["a"].as_array_mut().unwrap().retain(|item| item == "y");
    });
    read_a_few_times(&text, |values| values[0]["a"] = json!([]));
}

/// Changes the documents of a text and sees how many bytes were read for it, in all.
fn read_a_few_times(text: &str, change: impl FnOnce(&mut [Value])) {
    let mut stream = Stream::read(text).unwrap();
    let mut wanted = stream.values();
    change(&mut wanted);
    let mut new = String::new();
    let read = steps::of(|| {
        for (index, wanted) in wanted.iter().enumerate() {
            stream.turn(index, wanted).unwrap();
        }
        new = stream.finish(&[]).unwrap();
    });
    assert_eq!(Stream::read(&new).unwrap().values(), wanted);
    let longer = text.len().max(new.len());
    assert!(read <= 12 * longer, "{read} bytes were read of {longer}");
}

#[test]
fn a_key_is_found_twice_among_many_and_only_within_its_own_mapping() {
    let mut text = "a:\n".to_owned();
    for at in 0..20_000 {
        let _ = writeln!(text, "  k{at}: {{k0: 1, a: 2}}");
    }
    Stream::read(&text).unwrap();
    let error = Stream::read(&(text + "  k0: 1\n")).err().unwrap().to_string();
    assert!(error.contains("line 20002") && error.contains("\"k0\""), "{error}");
}
