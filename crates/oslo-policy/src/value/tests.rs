//! What `str()` makes of values.

use serde_json::json;

use super::{Value, same_text, with_text};

#[test]
fn every_value_has_the_text_that_python_gives_it() {
    for (value, text) in [
        (json!("a"), "a"),
        (json!(null), "None"),
        (json!(true), "True"),
        (json!(false), "False"),
        (json!(1), "1"),
        (json!(-1), "-1"),
        (json!(u64::MAX), "18446744073709551615"),
        (json!(1.0), "1.0"),
        (json!(-0.0), "-0.0"),
        (json!(1e16), "1e+16"),
        (json!(1.5e-7), "1.5e-07"),
        (json!(f64::MIN), "-1.7976931348623157e+308"),
        (json!([]), "[]"),
        (json!(["a", 1, null, ["b'"]]), "['a', 1, None, [\"b'\"]]"),
        (json!({}), "{}"),
        (json!({"a": {"b": [true]}, "c": "d"}), "{'a': {'b': [True]}, 'c': 'd'}"),
    ] {
        with_text((&value).into(), |written| assert_eq!(written, text));
        assert!(same_text((&value).into(), text.into()));
    }
    with_text(Value::Integer(i128::MIN), |text| assert_eq!(text, i128::MIN.to_string()));
    with_text(Value::Float(-f64::MIN_POSITIVE), |text| {
        assert_eq!(text, "-2.2250738585072014e-308");
    });
}

#[test]
fn empty_values_are_not_truthy() {
    for value in [json!(null), json!(false), json!(0), json!(0.0), json!(""), json!([]), json!({})]
    {
        assert!(!Value::from(&value).is_truthy(), "{value}");
    }
    for value in [json!(true), json!(-1), json!(0.1), json!("0"), json!([null]), json!({"": 0})] {
        assert!(Value::from(&value).is_truthy(), "{value}");
    }
}
