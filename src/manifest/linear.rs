//! Twice as much to read takes twice the work, not four times.

use serde_json::{Value, json};

use super::{difference, steps};

#[test]
fn items_that_come_again_much_later_are_not_looked_for_one_by_one() {
    let steps = |count: usize| {
        let old: Vec<_> = (0..count).map(|at| json!({"name": if at % 2 == 0 { "x" } else { "y" }})).collect();
        let mut new: Vec<_> = old.iter().filter(|item| item["name"] == "y").cloned().collect();
        new.push(json!({"name": "x"}));
        let (old, new) = (Value::from(old), Value::from(new));
        steps::of(|| assert!(!difference(&old, &new).is_empty()))
    };
    let (some, twice) = (steps(1_000), steps(2_000));
    assert!(some > 500, "{some}");
    assert!(twice < 3 * some, "{some}, then {twice}");
}
