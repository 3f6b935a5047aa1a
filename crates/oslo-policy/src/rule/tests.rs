//! What parses to what.

use serde_json::json;

use super::{Reason, Rule};

#[test]
fn text_parses_to_the_tree_that_python_prints() {
    for (text, printed) in [
        ("", "@"),
        ("@", "@"),
        ("!", "!"),
        ("not @", "not @"),
        ("@ and !", "(@ and !)"),
        ("role:a", "role:a"),
        ("((role:a))", "role:a"),
        ("role:a or role:b and not role:c", "(role:a or (role:b and not role:c))"),
        ("role:a and role:b or role:c and role:d", "((role:a and role:b) or (role:c and role:d))"),
        ("(role:a or role:b) and role:c", "((role:a or role:b) and role:c)"),
        ("not not role:a", "not not role:a"),
        ("not (role:a or role:b)", "not (role:a or role:b)"),
        ("not role:a and role:b", "(not role:a and role:b)"),
        ("role:a AND role:b Or NOT role:c", "((role:a and role:b) or not role:c)"),
        ("a:1 or (b:2 and c:3) and d:4", "(a:1 or (b:2 and c:3 and d:4))"),
        ("(b:2 and c:3) and d:4", "((b:2 and c:3) and d:4)"),
        ("(a:1 or b:2) or c:3", "((a:1 or b:2) or c:3)"),
        ("a:1 or not (b:2 and c:3) and d:4", "(a:1 or (not (b:2 and c:3) and d:4))"),
        ("role:a,role:b", "role:a,role:b"),
        ("a:b:c", "a:b:c"),
        ("user_id:%(user_id)s", "user_id:%(user_id)s"),
        ("(user_id:%(user_id)s)", "user_id:%(user_id)s"),
        ("('a':'b')", "('a':'b')"),
        ("('a':'b') or a:b", "(('a':'b') or a:b)"),
        ("role:a\u{a0}or\u{1f}role:b\u{3000}", "(role:a or role:b)"),
        ("role:a or role", "(role:a or !)"),
        ("role:", "role:"),
        (":x", ":x"),
    ] {
        assert_eq!(Rule::parse(text).to_string(), printed, "{text}");
    }
}

#[test]
fn a_mistake_makes_the_rule_false_and_is_remembered() {
    for (text, reason, piece) in [
        (" ", Reason::Blank, ""),
        ("\t\n", Reason::Blank, ""),
        ("role", Reason::NoColon, "role"),
        ("'", Reason::NoColon, "'"),
        ("role:a role:b", Reason::MissingOperator, "role:b"),
        ("role:a not role:b", Reason::MissingOperator, "not"),
        ("role:a (role:b)", Reason::MissingOperator, "("),
        ("role:a and", Reason::MissingCheck, ""),
        ("not", Reason::MissingCheck, ""),
        ("or role:a", Reason::MissingCheck, "or"),
        ("role:a and or role:b", Reason::MissingCheck, "or"),
        ("not or role:b", Reason::MissingCheck, "or"),
        ("(role:a and) or role:b", Reason::MissingCheck, ")"),
        ("()", Reason::MissingCheck, ")"),
        ("(role:a", Reason::Unclosed, ""),
        ("role:a)", Reason::Unopened, ")"),
        ("role:a and(role:b)", Reason::MissingOperator, "and(role:b"),
        ("role:foo(bar)", Reason::Unopened, ")"),
        ("role:(foo)", Reason::Unopened, ")"),
        ("\"role:a\"", Reason::Quoted, "\"role:a\""),
        ("'a':'b'", Reason::Quoted, "'a':'b'"),
        ("role:\"a b\"", Reason::MissingOperator, "b\""),
        ("user:'a b'", Reason::MissingOperator, "b'"),
        ("role:a# comment", Reason::MissingOperator, "comment"),
    ] {
        let rule = Rule::parse(text);
        assert_eq!(rule.to_string(), "!", "{text}");
        let flaw = rule.flaws().last().unwrap();
        assert_eq!((flaw.reason, flaw.piece.as_str()), (reason, piece), "{text}");
    }
}

#[test]
fn a_flaw_knows_its_place() {
    let flaws = |text| Rule::parse(text).flaws().to_vec();
    assert_eq!(flaws("role:a or  (role)").first().unwrap().at, 12);
    assert_eq!(flaws("role:é\u{3000}role:b").first().unwrap().at, 10);
    assert_eq!(flaws("role:a))").first().unwrap().at, 6);
}

#[test]
fn nesting_has_a_limit() {
    let nested = |count: usize| format!("{}role:a", "not ".repeat(count));
    assert_eq!(Rule::parse(&nested(100)).flaws(), []);
    assert_eq!(Rule::parse(&nested(5000)).flaws()[0].reason, Reason::TooDeep);
    let nested = |count: usize| format!("{}role:a{}", "(".repeat(count), ")".repeat(count));
    assert_eq!(Rule::parse(&nested(100)).to_string(), "role:a");
    assert_eq!(Rule::parse(&nested(5000)).flaws()[0].reason, Reason::TooDeep);
    let long = vec!["role:a"; 5000].join(" and ");
    assert_eq!(Rule::parse(&long).check().leaves().len(), 5000);
}

#[test]
fn lists_parse_as_the_older_syntax() {
    for (value, printed) in [
        (json!(null), "@"),
        (json!([]), "@"),
        (json!({}), "@"),
        (json!(""), "@"),
        (json!([[]]), "!"),
        (json!([null, "", {}]), "!"),
        (json!(["role:a"]), "role:a"),
        (json!(["role:a", "role:b"]), "(role:a or role:b)"),
        (json!([["role:a", "role:b"], ["role:c"]]), "((role:a and role:b) or role:c)"),
        (json!([["role:a"], []]), "role:a"),
        (json!([["@"], "!"]), "(@ or !)"),
        (json!(["role:a b"]), "role:a b"),
        (json!(["role:a)"]), "role:a)"),
        (json!([["role:a", "b"]]), "(role:a and !)"),
        (json!([["role:a", null]]), "(role:a and !)"),
        (json!([[["role:a"]]]), "!"),
    ] {
        assert_eq!(Rule::from_json(&value).unwrap().to_string(), printed, "{value}");
    }
}

#[test]
fn booleans_numbers_and_mappings_are_no_rules() {
    for value in [
        json!(true),
        json!(false),
        json!(0),
        json!(1.5),
        json!([true]),
        json!([["role:a", 1]]),
        json!({"role:a": null}),
        json!([{"role:a": null}]),
    ] {
        assert!(Rule::from_json(&value).is_err(), "{value}");
    }
    assert_eq!(
        Rule::from_json(&json!(false)).unwrap_err().to_string(),
        "`false` is a boolean; a rule is text, such as \"role:admin\", \"@\" to allow or \"!\" to \
         forbid"
    );
}
