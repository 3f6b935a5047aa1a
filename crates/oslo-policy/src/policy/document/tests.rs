//! What becomes of policy files.

use crate::Policy;

/// The only rule of a file, printed, or the first error.
fn read(text: impl AsRef<[u8]>) -> String {
    let text = String::from_utf8_lossy(text.as_ref()).into_owned();
    match Policy::builder().text("p", text).build() {
        Ok(policy) => {
            let rules: Vec<String> =
                policy.rules().map(|entry| format!("{}={}", entry.name(), entry.rule())).collect();
            rules.join(", ")
        }
        Err(errors) => errors.0[0].to_string(),
    }
}

#[test]
fn files_are_read_as_people_write_them() {
    for (text, rules) in [
        ("", ""),
        ("# nothing\n", ""),
        ("---\n...\n", ""),
        ("{}", ""),
        ("a: role:x", "a=role:x"),
        ("\u{feff}a: role:x", "a=role:x"),
        ("'a': \"role:x\"  # why\n", "a=role:x"),
        ("{\"a\": \"role:x\", \"b\": [[\"role:y\"]]}", "a=role:x, b=role:y"),
        ("{\n\t\"a\": \"role:x\"\n}", "a=role:x"),
        ("a:b: role:x", "a:b=role:x"),
        ("a: role:x\n  or role:y", "a=(role:x or role:y)"),
        ("a: >\n  role:x\n  or role:y\n", "a=(role:x or role:y)"),
        ("a: |\n  role:x\n  or role:y\n", "a=(role:x or role:y)"),
        ("a:\n- role:x\n- [role:y, role:z]", "a=(role:x or (role:y and role:z))"),
        ("a:", "a=@"),
        ("a: ~", "a=@"),
        ("a: ''", "a=@"),
        ("a: {}", "a=@"),
        ("a: &x role:x\nb: *x", "a=role:x, b=role:x"),
        ("a: [&x role:x]\nb: [*x, *x]", "a=role:x, b=(role:x or role:x)"),
        ("'yes': role:x", "yes=role:x"),
        ("a: role:x\r\nb: role:y\r\n", "a=role:x, b=role:y"),
        ("a: role:x\na: role:y", "a=role:y"),
    ] {
        assert_eq!(read(text), rules, "{text}");
    }
}

#[test]
fn what_is_not_text_is_refused() {
    for word in [
        "yes",
        "No",
        "TRUE",
        "off",
        "0",
        "-1",
        "07",
        "0x1F",
        "0b1",
        "1_000",
        "1.5",
        "1.",
        ".5",
        "1.0e+3",
        ".inf",
        "-.Inf",
        ".nan",
        "1:30",
        "12:30:45",
        "190:20:30.15",
        "2024-01-31",
        "2024-1-1 10:00:00",
        "=",
        "<<",
    ] {
        for text in [format!("a: {word}"), format!("a: [{word}]"), format!("a: [[{word}]]")] {
            assert!(read(&text).contains("in YAML; a rule is text"), "{text}: {}", read(&text));
        }
        assert_eq!(read(format!("a: 'x:{}'", word.replace(' ', ""))).get(..4), Some("a=x:"));
    }
    for word in ["y", "n", "nUll", "08", "0o7", "_1", "+.5", "1e3", "1:60", "2024-1-1", ".", "0x"] {
        assert!(!read(format!("a: {word}")).contains("in YAML"), "{word}");
    }
}

#[test]
fn names_are_text_too() {
    for (text, message) in [
        ("yes: role:x", "p:1: the name `yes` is a boolean in YAML; write it in quotes"),
        ("\n1: role:x", "p:2: the name `1` is a number in YAML; write it in quotes"),
        ("null: role:x", "p:1: the name `null` is null in YAML; write it in quotes"),
        ("[a]: role:x", "p:1: a name must be text"),
        ("<<: {a: role:x}", "p:1: merging (<<) is not supported; repeat the rules"),
    ] {
        assert_eq!(read(text), message);
    }
}

#[test]
fn other_documents_are_refused() {
    for (text, message) in [
        ("- a", "p:1: not a mapping from names to rules"),
        ("a", "p:1: not a mapping from names to rules"),
        ("a: b:c\n---\nd: e:f", "p:2: a second document begins; only one is read"),
        ("a: \u{7}", "p:1: the character U+0007 is not allowed"),
        ("\u{feff}\u{feff}a: b:c", "p:1: the character U+FEFF is not allowed"),
        ("a: &x [*x]", "p:1: rule `a`: an alias (*name) inside of what it stands for"),
    ] {
        assert_eq!(read(text), message);
    }
    for text in ["a: @", "a: `x`", "a: %(x)s", "a: \"x\" y"] {
        let message = read(text);
        assert!(message.contains("not YAML: "), "{message}");
        assert!(message.ends_with("; write the whole rule in quotes"), "{message}");
    }
    let deep = format!("a: {}", "[".repeat(100));
    assert_eq!(read(deep), "p:1: nested more than 16 levels deep");
}

#[test]
fn aliases_cannot_make_a_small_file_large() {
    let first = String::from("r0: &a0 [role:x, role:x, role:x, role:x, role:x, role:x]");
    let others = (1..12).map(|index| {
        let aliases = vec![format!("*a{}", index - 1); 6].join(", ");
        format!("r{index}: &a{index} [{aliases}]")
    });
    let text = std::iter::once(first).chain(others).collect::<Vec<_>>().join("\n");
    assert!(read(text).contains("more than 1000000 values"));
}
