//! Tables of what Python 3.11 was seen to do.

use super::{Kind, Unreadable, kind_of, write_float, write_quoted};

#[test]
fn literals_are_rendered_as_str_does() {
    for (kind, rendered) in [
        ("True", "True"),
        ("None", "None"),
        ("...", "Ellipsis"),
        ("1", "1"),
        ("+1", "1"),
        ("-1", "-1"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("(1)", "1"),
        ("-(1)", "-1"),
        ("00", "0"),
        ("0_0", "0"),
        ("1_000", "1000"),
        ("0x10", "16"),
        ("0X_ff", "255"),
        ("0o17", "15"),
        ("0b11", "3"),
        ("1.", "1.0"),
        (".5", "0.5"),
        ("1.50", "1.5"),
        ("007.5", "7.5"),
        ("1e3", "1000.0"),
        ("1e15", "1000000000000000.0"),
        ("1e16", "1e+16"),
        ("1e22", "1e+22"),
        ("0.0001", "0.0001"),
        ("1.e-5", "1e-05"),
        ("1.25e-7", "1.25e-07"),
        ("1e400", "inf"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("'a'", "a"),
        ("\"a\"", "a"),
        ("''", ""),
        ("u'a'", "a"),
        ("r'a\\n'", "a\\n"),
        ("'a\\n'", "a\n"),
        ("'\\x41\\101\\u0041\\q'", "AAA\\q"),
        ("'a''b'", "ab"),
        ("'''a'b'''", "a'b"),
        ("[]", "[]"),
        ("[1]", "[1]"),
        ("[1,]", "[1]"),
        ("[1,'a',None]", "[1, 'a', None]"),
        ("['it\\'s']", "[\"it's\"]"),
        ("()", "()"),
        ("(1,)", "(1,)"),
        ("1,", "(1,)"),
        ("1,2", "(1, 2)"),
        ("'a','b'", "('a', 'b')"),
        ("{}", "{}"),
        ("{1}", "{1}"),
        ("set()", "set()"),
        ("[[],(1,2)]", "[[], (1, 2)]"),
        ("'a'#b", "a"),
        (" 'a' ", "a"),
    ] {
        assert_eq!(kind_of(kind), Kind::Literal(rendered.to_owned()), "{kind}");
    }
}

#[test]
fn other_expressions_are_paths() {
    for kind in [
        "a",
        "a.b",
        "_1",
        "a-b",
        "foo-bar",
        "a-b-c",
        "--1",
        "1-2",
        "~1",
        "-True",
        "-'a'",
        "true",
        "Ellipsis",
        "a[0]",
        "a()",
        "a(b)",
        "a(b,c=d,*e)",
        "é",
        "名",
        "a.é",
        "ａ",
        "'a'.b",
        "a@b",
        "a==b",
        "a,b",
        "a,",
        "a#b",
        "a/b",
        "a//b",
        "a%b",
        "a*b",
        "a**-b",
        "a|b",
        "a^b",
        "a<b",
        "a<b<c",
        "a!=b",
        "(a)",
        "[a]",
        "[*a]",
        "nan",
        "inf",
        "1..real",
        "1.0.a",
        "not a",
        "a and b",
        "a not in b",
        "a is not b",
        "a if b else c",
        "match",
        "print",
        "r",
    ] {
        assert_eq!(kind_of(kind), Kind::Path, "{kind}");
    }
}

#[test]
fn what_python_cannot_parse_is_a_syntax_error() {
    for kind in [
        "",
        " ",
        "class",
        "is",
        "1a",
        "a.0",
        "007",
        "0_7",
        "1__0",
        "1_",
        "0xg",
        "0x",
        "a b",
        "a\\",
        "a.class",
        "a=b",
        "#",
        "#a",
        "$",
        "a$",
        "?",
        "not",
        "a;b",
        "a!b",
        "!",
        "@a",
        "`a`",
        "a'b",
        "'a",
        "\"a",
        "'a\"",
        "a.b.",
        "..a",
        ".a",
        "a..b",
        "*a",
        "**a",
        "1.a",
        "1.0a",
        "%s",
        "(a",
        "a)",
        "(,)",
        "[,]",
        "[",
        "a[]",
        "a(b=c,d)",
        "(*a)",
        "\0",
        "a\0",
        "'\0'",
        "a#\0",
        "\u{feff}a",
        "a–b",
        "→",
        "lambda",
        "a<>b",
        "a if b",
        "a ..b",
        "b'é'",
        "'\\x4'",
    ] {
        assert_eq!(kind_of(kind), Kind::Unreadable(Unreadable::Syntax), "{kind:?}");
    }
}

#[test]
fn what_this_crate_does_not_render_is_named() {
    for (kind, what) in [
        ("1j", "a complex number"),
        ("1+2j", "a complex number"),
        ("b'a'", "a string of bytes"),
        ("f'a'", "a formatted string"),
        ("{1,2}", "a set of several elements"),
        ("[{1,2}]", "a set of several elements"),
        ("{[]}", "a set of what cannot be in one"),
        ("'\\N{DASH}'", "a character by its name"),
        ("'\\ud800'", "half a surrogate pair"),
        ("[a for b in c]", "a comprehension"),
        ("a\nb", "a line break"),
    ] {
        assert_eq!(kind_of(kind), Kind::Unreadable(Unreadable::Unsupported(what)), "{kind}");
    }
    let deep = "(".repeat(5000);
    assert_eq!(kind_of(&deep), Kind::Unreadable(Unreadable::Unsupported("nesting this deep")));
}

#[test]
fn text_is_quoted_as_repr_does() {
    for (text, quoted) in [
        ("a", "'a'"),
        ("it's", "\"it's\""),
        ("'\"", "'\\'\"'"),
        ("\\\n\t\r\u{7}\u{7f}", "'\\\\\\n\\t\\r\\x07\\x7f'"),
        ("é名", "'é名'"),
        ("\u{a0}\u{ad}\u{2028}", "'\\xa0\\xad\\u2028'"),
        ("e\u{301}\u{301}", "'e\u{301}\u{301}'"),
        ("\u{1f600}\u{e0001}", "'\u{1f600}\\U000e0001'"),
    ] {
        let mut out = String::new();
        write_quoted(text, &mut out).unwrap();
        assert_eq!(out, quoted);
    }
}

#[test]
fn numbers_that_no_literal_can_be_have_names() {
    for (number, text) in [(f64::NAN, "nan"), (f64::NEG_INFINITY, "-inf"), (5e-324, "5e-324")] {
        let mut out = String::new();
        write_float(number, &mut out).unwrap();
        assert_eq!(out, text);
    }
}
