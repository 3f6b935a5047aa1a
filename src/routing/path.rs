//! The one spelling of a path: what a rule is looked up by is what the service gets.
//!
//! A path that two readers could take for two places is refused rather than repaired
//! (reference: RFC 3986, section 6.2.2; the bypasses that gateways became known for).

use std::borrow::Cow;

use super::percent::{escape, hex, push_escape};
use super::readings::before;

/// What to do with paths that some services need and others misread.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathRules {
    /// `%2F` and `%5C`.
    pub encoded_slash: EncodedSlash,
    /// `//`.
    pub empty_segment: EmptySegment,
}

/// What an encoded slash or backslash means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EncodedSlash {
    /// Part of its segment; stays as it is. For services that do not decode it before they look
    /// for slashes.
    Keep,
    /// The request is refused.
    #[default]
    Refuse,
}

/// What an empty segment means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptySegment {
    /// A segment without characters. For services that tell `a//b` from `a/b`.
    Keep,
    /// Nothing: it is left out, for the rule and for the service.
    Merge,
    /// The request is refused.
    #[default]
    Refuse,
}

/// A path that could be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path can be read in two ways")]
pub struct OddPath;

/// `path` in its normal spelling: what needs no encoding has none, and the rest is encoded in
/// capitals. Borrowed, and without looking twice, for the path that is normal already.
///
/// # Errors
/// When the path has dot segments, however written, or one of parameters alone; a control
/// character, a backslash, or a byte outside ASCII; an escape that is broken, hides another escape,
/// or is not UTF-8 when decoded; or what `rules` refuse.
pub fn normal(path: &str, rules: PathRules) -> Result<Cow<'_, str>, OddPath> {
    if !path.starts_with('/') || path.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\')
    {
        return Err(OddPath);
    }
    let path =
        if path.contains('%') { respelled(path, rules)?.into() } else { Cow::Borrowed(path) };
    if segments(&path).flat_map(pieces).any(is_odd) {
        return Err(OddPath);
    }
    match rules.empty_segment {
        EmptySegment::Keep => Ok(path),
        _ if !path.contains("//") => Ok(path),
        EmptySegment::Merge => Ok(merged(&path).into()),
        EmptySegment::Refuse => Err(OddPath),
    }
}

/// The segments of a path that begins with a slash.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1)
}

/// A segment, cut at the slashes that are encoded in it, and at letters that fold into one: not even
/// where they are part of a name is there a name that climbs.
fn pieces(segment: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(segment);
    std::iter::from_fn(move || {
        let text = rest?;
        let slash = |(at, _)| {
            Some((
                at,
                SLASHES
                    .iter()
                    .find(|slash| text.get(at..).is_some_and(|text| text.starts_with(**slash)))?,
            ))
        };
        let cut = text.match_indices('%').find_map(slash);
        rest = cut.and_then(|(at, slash)| text.get(at + slash.len()..));
        Some(cut.and_then(|(at, _)| text.get(..at)).unwrap_or(text))
    })
}

/// The last three are U+FF0F, U+FF3C and U+FE68.
const SLASHES: [&str; 5] = ["%2F", "%5C", "%EF%BC%8F", "%EF%BC%BC", "%EF%B9%A8"];

/// A piece that a service may take for a step, or for nothing at all: without its parameters, or up
/// to what is a query or a fragment once it is decoded.
fn is_odd(piece: &str) -> bool {
    let name = before(piece, &[";", "%3B"]);
    is_dots(before(name, &["%3F", "%23"])) || (name.is_empty() && !piece.is_empty())
}

/// `.` and `..`, also in letters that look like dots to a service that folds them, and with the blanks
/// behind them that Windows leaves out.
fn is_dots(name: &str) -> bool {
    if !name.contains('%') {
        return matches!(name, "." | "..");
    }
    // U+2024, U+FE52 and U+FF0E; U+2025 and U+FE30 are two at once.
    let one = ["%E2%80%A4", "%EF%B9%92", "%EF%BC%8E"];
    let folded = one.iter().fold(name.replace("%20", " "), |name, dot| name.replace(dot, "."));
    matches!(folded.trim(), "." | ".." | "%E2%80%A5" | "%EF%B8%B0")
}

fn respelled(path: &str, rules: PathRules) -> Result<String, OddPath> {
    let mut text = String::with_capacity(path.len());
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [byte, tail @ ..] = rest {
        if *byte != b'%' {
            text.push(char::from(*byte));
            decoded.push(*byte);
            rest = tail;
            continue;
        }
        let byte = escape(rest, 0).ok_or(OddPath)?;
        match byte {
            b'/' | b'\\' if rules.encoded_slash == EncodedSlash::Refuse => return Err(OddPath),
            byte if byte.is_ascii_control() => return Err(OddPath),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                text.push(char::from(byte));
            }
            byte => push_escape(&mut text, byte),
        }
        decoded.push(byte);
        rest = rest.get(3..).unwrap_or_default();
    }
    // Overlong and broken sequences are read in as many ways as there are decoders, and an escape
    // within an escape is there for a service that decodes twice.
    if std::str::from_utf8(&decoded).is_err() || text.split("%25").skip(1).any(begins_with_hex) {
        return Err(OddPath);
    }
    Ok(text)
}

fn begins_with_hex(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, ..] if hex(*a).is_some() && hex(*b).is_some())
}

/// `path` with one slash for several.
pub fn merged(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !text.ends_with('/') {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(path: &str) -> Option<String> {
        normal(path, PathRules::default()).ok().map(Cow::into_owned)
    }

    #[test]
    fn there_is_one_spelling() {
        for (path, spelling) in [
            ("/", "/"),
            ("/v1/a-b._~", "/v1/a-b._~"),
            ("/%76%31/%7e", "/v1/~"),
            ("/a%20b%e6%97%a5", "/a%20b%E6%97%A5"),
            ("/a:b@c!$&'()*+,;=", "/a:b@c!$&'()*+,;="),
            ("/100%25", "/100%25"),
            ("/a%3bx", "/a%3Bx"),
            ("/%3fx/%231", "/%3Fx/%231"),
            ("/a/", "/a/"),
            ("/..a/...", "/..a/..."),
            ("/a%ef%bc%8fb", "/a%EF%BC%8Fb"),
        ] {
            assert_eq!(of(path).as_deref(), Some(spelling), "{path}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        for path in [
            "",
            "a",
            "*",
            "/..",
            "/a/../b",
            "/./",
            "/%2e%2E/",
            "/.%2e",
            "/..;x/",
            "/..%3bx",
            "/%2e;a=b/admin",
            "/;x/admin",
            "/a/%3bx",
            "/a/..%3fx",
            "/%2e%23",
            "/a%2fb",
            "/a%2Fb",
            "/a%5cb",
            "/a\\b",
            "/a%00",
            "/a%0a",
            "/a%7f",
            "/a b",
            "/é",
            "/%",
            "/%4",
            "/%zz",
            "/%252e%252e/",
            "/%2541",
            "/%25a%41",
            "/%c0%ae",
            "/%ff",
            "/%ef%bc%8e%ef%bc%8e/x",
            "/%e2%80%a5/x",
            "/%e2%80%a4",
            "/%ef%b9%92%ef%b9%92/x",
            "/%ef%b8%b0/x",
            "/..%ef%bc%8f..%ef%bc%8fx",
            "/a%ef%bc%bc..",
            "/..%20/x",
            "/%20./x",
            "//a",
            "/a//b",
            "/a//",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
    }

    #[test]
    fn what_a_service_needs_can_be_let_in() {
        let keep =
            PathRules { encoded_slash: EncodedSlash::Keep, empty_segment: EmptySegment::Keep };
        assert_eq!(normal("/a%2fb//%5c", keep).unwrap(), "/a%2Fb//%5C");
        let merge = PathRules { empty_segment: EmptySegment::Merge, ..PathRules::default() };
        assert_eq!(normal("//a///b/", merge).unwrap(), "/a/b/");
        assert!(normal("/a/..//b", merge).is_err());
        for climbing in ["/a/..%2fb", "/a%2f..", "/a%5c..%5cb", "/a;x%2f..", "/%2e%2e%2fb"] {
            assert!(normal(climbing, keep).is_err(), "{climbing}");
        }
    }

    #[test]
    fn a_segment_is_cut_at_whatever_may_be_a_slash() {
        let of = |segment| pieces(segment).collect::<Vec<_>>();
        assert_eq!(of("a%20b"), ["a%20b"]);
        assert_eq!(of("%2Fa%5C%EF%BC%8Fb%EF%BC%BC..%EF%B9%A8"), ["", "a", "", "b", "..", ""]);
    }

    proptest! {
        #[test]
        fn the_normal_spelling_is_its_own(path in "/[ -~]{0,24}", parts in prop::collection::vec(
            prop::sample::select(vec!["/", "//", ".", "..", "%2e", "%2f", "%41", "%25", ";", "a"]), 0..8,
        )) {
            for path in [path, format!("/{}", parts.concat())] {
                if let Ok(once) = normal(&path, PathRules::default()) {
                    prop_assert_eq!(normal(&once, PathRules::default()), Ok(once.clone()));
                }
            }
        }
    }
}
