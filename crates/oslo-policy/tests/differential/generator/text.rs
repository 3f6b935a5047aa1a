//! Rules: most are well formed, some are not.

use fastrand::Rng;
use serde_json::Value as Json;

use super::one_of;

/// A rule that may refer to `names`.
pub(super) fn rule(rng: &mut Rng, names: &[&str]) -> String {
    match rng.u8(..10) {
        0 => garbage(rng, names),
        1 => leaf(rng, names),
        _ => {
            let depth = rng.u8(1..4);
            expression(rng, names, depth)
        }
    }
}

/// A rule in the older syntax.
pub(super) fn list(rng: &mut Rng) -> Json {
    let count = rng.usize(..4);
    (0..count)
        .map(|_| match rng.u8(..8) {
            0 => Json::from(Vec::<Json>::new()),
            1 => Json::Null,
            2 => Json::from(""),
            3 | 4 => Json::from(item(rng)),
            _ => (0..rng.usize(..4)).map(|_| Json::from(item(rng))).collect(),
        })
        .collect()
}

/// A check in a list may have blanks and parentheses anywhere.
fn item(rng: &mut Rng) -> String {
    if rng.u8(..5) > 0 {
        return leaf(rng, &[]);
    }
    let odd = [
        "role:a b",
        "not role:a",
        "(role:a)",
        "a or b:x",
        "a b:x",
        " user_id:u1",
        "",
        "role",
        "'a b':a b",
        "a is b:x",
        "a if b else c:x",
        "[1, 'a']:[1, 'a']",
        "role: a",
        "user_id :u1",
        "@ ",
        "'a'\t:a",
    ];
    one_of(rng, &odd).to_owned()
}

fn expression(rng: &mut Rng, names: &[&str], depth: u8) -> String {
    if depth == 0 {
        return leaf(rng, names);
    }
    match rng.u8(..10) {
        0..=1 => {
            let not = one_of(rng, &["not", "not", "NOT", "Not", "not not"]);
            format!("{not}{}{}", blank(rng), expression(rng, names, depth - 1))
        }
        2..=3 => {
            let (open, close) =
                (one_of(rng, &["(", "(", "( ", "(("]), one_of(rng, &[")", ")", " )"]));
            let close = if open == "((" { format!("{close})") } else { close.to_owned() };
            format!("{open}{}{close}", expression(rng, names, depth - 1))
        }
        _ => {
            let operator = one_of(rng, &["and", "or", "and", "or", "AND", "Or"]);
            let parts: Vec<String> =
                (0..rng.usize(2..5)).map(|_| expression(rng, names, depth - 1)).collect();
            parts.join(&format!("{}{operator}{}", blank(rng), blank(rng)))
        }
    }
}

fn blank(rng: &mut Rng) -> &'static str {
    let odd = ["  ", "\t", "\n", "\u{a0}", "\u{1f}", "\u{2003}", "\u{3000}", "\u{85}", "\u{2028}"];
    if rng.u8(..12) == 0 { one_of(rng, &odd) } else { " " }
}

fn garbage(rng: &mut Rng, names: &[&str]) -> String {
    let fragments = [
        "(",
        ")",
        "and",
        "or",
        "not",
        "AND",
        "@",
        "!",
        "role",
        "'x'",
        "\"role:a\"",
        "'",
        "()",
        "((",
        "and(role:b)",
        "role:a)",
        "(role:a",
        "role:a,role:b",
        "#",
        ":",
        "::",
        "or:",
        "not:x",
        "'a':'a'",
        "('a':'a')",
        "\u{200b}",
        "role:foo(bar)",
        "%",
        "@:@",
        "!:!",
        "\"\"",
        "((@))",
    ];
    let mut text = String::new();
    for _ in 0..rng.usize(1..7) {
        if rng.bool() {
            text.push_str(one_of(rng, &fragments));
        } else {
            text.push_str(&leaf(rng, names));
        }
        text.push_str(if rng.u8(..8) == 0 { "" } else { blank(rng) });
    }
    text
}

/// A single check.
pub(super) fn leaf(rng: &mut Rng, names: &[&str]) -> String {
    match rng.u8(..20) {
        0..=5 => format!("role:{}", role(rng)),
        6 => one_of(rng, &["@", "!"]).to_owned(),
        7..=8 if !names.is_empty() => format!("rule:{}", one_of(rng, names)),
        7 => format!("rule:{}", one_of(rng, &["missing", "", "a b"])),
        8 => format!("{}://host/{}", one_of(rng, &["http", "https"]), body(rng)),
        9..=10 => format!("{}:{}", odd_kind(rng), wanted(rng)),
        11..=12 => format!("{}:{}", literal(rng), wanted(rng)),
        _ => format!("{}:{}", path(rng), wanted(rng)),
    }
}

fn role(rng: &mut Rng) -> &'static str {
    let roles = [
        "admin",
        "member",
        "reader",
        "Admin",
        "ADMIN",
        "service",
        "ärger",
        "ÄRGER",
        "%(role)s",
        "%(name)s",
        "x-%(role)s",
        "",
        "50%",
        "%%",
        "100%%",
        "%(missing)s",
        "\u{212a}elvin",
        "kelvin",
        "ΣΑΣ",
        "σας",
        "σασ",
        "İ",
        "i\u{307}",
        "ß",
        "SS",
        "role:admin",
        "%s",
        "%(role",
        "%(role)d",
    ];
    one_of(rng, &roles)
}

fn body(rng: &mut Rng) -> &'static str {
    let bodies = [
        "True",
        "False",
        "\"True\"",
        "true",
        "%(remote)s",
        "%(remote)s",
        "x/True",
        "True%%",
        "\"\"True",
        "%(missing)s",
        "True%",
    ];
    one_of(rng, &bodies)
}

fn path(rng: &mut Rng) -> &'static str {
    let paths = [
        "user_id",
        "project_id",
        "domain_id",
        "system_scope",
        "system",
        "is_admin",
        "token.user.id",
        "token.user.tags",
        "groups.id",
        "groups",
        "matrix",
        "matrix.x",
        "token",
        "token.missing.x",
        "user_id.x",
        "none.x",
        "number",
        "number.x",
        "float",
        "none",
        "empty",
        "empty.x",
        "foo-bar",
        "token.foo-bar",
        "é",
        "missing",
        "roles",
        "is_admin_project",
        "nested.list.a.b",
        "mixed.a",
    ];
    one_of(rng, &paths)
}

fn wanted(rng: &mut Rng) -> &'static str {
    let wanted = [
        "%(user_id)s",
        "%(project_id)s",
        "%(user_id)s",
        "%(project_id)s",
        "%(target.user.id)s",
        "u1",
        "p1",
        "None",
        "True",
        "False",
        "true",
        "1",
        "1.0",
        "0",
        "1e+16",
        "'u1'",
        "\"u1\"",
        "%(missing)s",
        "%(number)s",
        "%(float)s",
        "%(none)s",
        "%(bool)s",
        "%(list)s",
        "%(map)s",
        "",
        "%(user_id)s-x",
        "u%(number)s",
        "50%",
        "%s",
        "%",
        "%(",
        "%(user_id",
        "%(user_id)",
        "%(user_id)d",
        "%(number)d",
        "%(number)5s",
        "%(missing)d",
        "%(missing)s50%",
        "%%",
        "%()s",
        "%(a(b)c)s",
        "[]",
        "{}",
        "['a',",
        "[1]",
        "all",
        "%(user_id)%",
        "%(user_id)r",
        "%(user.id)s",
        "a",
        "-1",
        "x:y",
    ];
    one_of(rng, &wanted)
}

fn literal(rng: &mut Rng) -> &'static str {
    let literals = [
        "True",
        "False",
        "None",
        "1",
        "1.0",
        "-1",
        "0x10",
        "1_0",
        "1e16",
        "'u1'",
        "\"u1\"",
        "'None'",
        "[]",
        "[1]",
        "(1,)",
        "{}",
        "''",
        "'a'",
        "1.50",
        "...",
        "+1",
        "'%'",
        "u'u1'",
        "r'u1'",
        "1e5",
        "(1)",
        "set()",
        "[1,'a']",
        "0.1",
        "-0.0",
        "'é'",
        "'a''b'",
        "1e400",
        ".5",
        "['a\\'b\"','\\n']",
    ];
    one_of(rng, &literals)
}

fn odd_kind(rng: &mut Rng) -> &'static str {
    let kinds = [
        "",
        "class",
        "is",
        "not",
        "1a",
        "a.0",
        "007",
        "a.class",
        "a=b",
        "#",
        "$",
        "a..b",
        ".a",
        "a.",
        "'a",
        "a'b",
        "a[0]",
        "a()",
        "a==b",
        "a/b",
        "a,b",
        "(a)",
        "[a]",
        "true",
        "b'a'",
        "1j",
        "{1,2}",
        "f'a'",
        "a\\",
        "?",
        "lambda",
        "\u{feff}a",
        "a–b",
        "1_",
        "0xg",
        "@a",
        "!a",
        "a!b",
        "%(x)s",
        "user_id,",
        "Role",
        "ROLE",
        "role.x",
        "-user_id",
        "~1",
        "--1",
        "1-1",
        "a@b",
        "a<b",
        "{[]}",
        "e\u{301}",
        "·",
        "ª",
        "1.real",
        "1..real",
        "'a'.b",
        "*a",
        "**a",
        "a*b",
        "a**b",
        "{**a}",
        "a;",
    ];
    one_of(rng, &kinds)
}
