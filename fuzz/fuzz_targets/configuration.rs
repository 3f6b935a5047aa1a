//! Any text is a configuration or a list of mistakes, the same one each time.
//!
//! Input: the file; then a file of oslo.config with `[keystone_authtoken]`; then variables, one in
//! a line; then flags.

#![no_main]

use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use portcullis::config::{Authtoken, Environment, Input, Sources, import, load};
use portcullis_fuzz::sections;

fuzz_target!(|text: &str| {
    // Files that never end are the operator's to name, and no news.
    if ["/dev", "/proc", "/sys"].iter().any(|place| text.contains(place)) {
        return;
    }
    let sources = sources(text);
    let said = |sources| match load(sources) {
        Ok(loaded) => format!("{}{:?}", loaded.effective.to_text(), loaded.config.warnings),
        Err(errors) => errors.to_string(),
    };
    let once = said(&sources);
    assert!(!once.is_empty());
    assert_eq!(once, said(&sources), "read twice, it says two things");
    if let Some(authtoken) = &sources.authtoken
        && let Ok(import) = import(authtoken, None, &sources.environment)
    {
        assert!(!import.text.is_empty());
    }
});

fn sources(text: &str) -> Sources {
    let mut parts = sections(text);
    let file = input("portcullis.yaml", parts.next().unwrap_or_default());
    let section = parts.next().filter(|section| !section.trim().is_empty());
    let pairs = |part: Option<&str>| -> Vec<(String, String)> {
        let pairs = part.unwrap_or_default().lines().filter_map(|line| line.split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    let environment = Environment {
        variables: pairs(parts.next()).into_iter().collect(),
        home: None,
        directory: PathBuf::from("/nowhere"),
    };
    let authtoken = section.map(|section| Authtoken {
        file: input("service.conf", section),
        ..Authtoken::named("service.conf", &environment)
    });
    Sources { authtoken, file: Some(file), environment, overrides: pairs(parts.next()) }
}

fn input(name: &str, text: &str) -> Input {
    Input::Text { name: name.to_owned(), text: text.to_owned() }
}
