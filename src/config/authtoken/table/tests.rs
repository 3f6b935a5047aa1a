//! The table knows what keystonemiddleware knows, by a list that was taken from it.

use serde_json::Value;

use super::{Known, Login, Reader, default, is_of_account, login, options};

/// What `tests/real/oslo/options.py` printed.
fn list() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/oslo/options.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// What the table says of an option, as the list would say it.
fn described(known: &Known, login: Login) -> Value {
    let aliases: Vec<&str> = known.names(login).skip(1).collect();
    serde_json::json!({
        "name": known.name, "aliases": aliases, "default": known.default, "secret": known.secret,
    })
}

fn sorted(mut values: Vec<Value>) -> Vec<String> {
    values.sort_by_key(|value| value["name"].to_string());
    values.iter().map(Value::to_string).collect()
}

#[test]
fn the_table_has_every_option_of_the_middleware_and_no_other() {
    let theirs = list()["middleware"].as_array().unwrap().clone();
    assert_eq!(theirs.len(), 37);
    let ours = options().filter(|known| known.reader == Reader::Middleware);
    let ours = ours.map(|known| described(known, Login::Password)).collect();
    assert_eq!(sorted(ours), sorted(theirs));
}

#[test]
fn the_table_has_every_option_of_each_login_and_no_other() {
    for name in ["password", "v3password", "v3applicationcredential"] {
        let kind = login(name).unwrap();
        let theirs = list()[name].as_array().unwrap().clone();
        let reads = |known: &&Known| matches!(known.reader, Reader::Account(kinds) if kinds.contains(&kind));
        let ours = options().filter(reads).map(|known| described(known, kind)).collect();
        assert_eq!(sorted(ours), sorted(theirs), "{name}");
    }
}

#[test]
fn every_other_login_is_refused_for_a_reason_of_its_own() {
    let list = list();
    let others = list["other plugins"].as_array().unwrap();
    assert!(others.len() > 20);
    for name in others.iter().map(|name| name.as_str().unwrap()) {
        let reason = login(name).unwrap_err();
        assert!(!reason.contains("no kind of login that is known"), "{reason}");
    }
    assert!(login("v3pasword").unwrap_err().contains("no kind of login that is known"));
}

#[test]
fn every_option_is_in_the_documentation() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/migration.md");
    let page = std::fs::read_to_string(file).unwrap();
    for known in options() {
        assert!(page.contains(&format!("`{}`", known.name)), "{}", known.name);
    }
}

#[test]
fn no_name_is_given_twice() {
    let mut names: Vec<&str> =
        options().flat_map(|known| known.aliases.iter().copied().chain([known.name])).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn what_is_gone_has_no_default_to_refer_to() {
    assert_eq!(default("interface"), Some("internal"));
    assert_eq!(default("username"), Some(""));
    assert_eq!(default("admin_user"), None);
    assert!(is_of_account("tenant_name") && is_of_account("auth_plugin"));
    assert!(!is_of_account("interface") && !is_of_account("admin_user"));
}
