//! What services make of a path in its normal spelling: the text that rows are looked up by, and
//! where else the path may lead.

use std::borrow::Cow;

use super::percent::{decodings, push_escape};

/// The path as services read it that decode it, which nearly all do: of what can be seen, only an
/// encoded slash, backslash and percent sign stay encoded, which mean something else decoded. `:` and
/// `%3A` are two paths (RFC 3986, section 2.2), but they lead to one place.
///
/// A `?` or `#` is encoded in every normal spelling, so that decoded it still cannot be taken for
/// another. Borrowed where there is nothing to decode.
pub(super) fn key(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut text = String::with_capacity(path.len());
    for (byte, escaped) in decodings(path.as_bytes()) {
        if escaped && (!byte.is_ascii_graphic() || b"/\\%".contains(&byte)) {
            push_escape(&mut text, byte);
        } else {
            text.push(char::from(byte));
        }
    }
    text.into()
}

/// The keys of what else services make of a path in its normal spelling. Some decode it before they ask
/// the next one, so that it ends where a query or a fragment begins. Some cut parameters off, all or
/// those of the last segment, before they decode it or after. None for a path without such marks.
pub(super) fn others(path: &str) -> Vec<String> {
    if ![";", "%3B", "%3F", "%23"].iter().any(|mark| path.contains(mark)) {
        return Vec::new();
    }
    let ended = before(path, &["%3F", "%23"]);
    let whole = (ended.len() < path.len()).then_some(path);
    let mut all = Vec::new();
    for path in whole.into_iter().chain([ended]) {
        for marks in [&[";", "%3B"][..], &[";"]] {
            let (start, last) = path.rsplit_once('/').unwrap_or(("", path));
            let segments = path.split('/').map(|segment| before(segment, marks));
            all.push(key(&segments.collect::<Vec<_>>().join("/")).into_owned());
            all.push(key(&format!("{start}/{}", before(last, marks))).into_owned());
        }
        all.push(key(path).into_owned());
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The part of a key's segment before its parameters.
pub(super) fn without_parameters(segment: &str) -> &str {
    segment.split(';').next().unwrap_or_default()
}

/// What stands before the first of these marks.
pub(super) fn before<'a>(text: &'a str, marks: &[&str]) -> &'a str {
    let end = marks.iter().filter_map(|mark| text.find(mark)).min();
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_decodes_to_one_path_has_one_key() {
        for (path, expected) in [
            ("/a", "/a"),
            ("/a%3Ab%40c%21%24%26%27%28%29%2A%2B%2C%3D", "/a:b@c!$&'()*+,="),
            ("/%22%3C%3E%5B%5D%5E%60%7B%7C%7D", "/\"<>[]^`{|}"),
            ("/a%3Bx%3F%23", "/a;x?#"),
            ("/a%20b%E6%97%A5", "/a%20b%E6%97%A5"),
            ("/a%2Fb%5Cc%25", "/a%2Fb%5Cc%25"),
        ] {
            assert_eq!(key(path), expected);
        }
    }

    #[test]
    fn a_path_may_lead_to_where_its_parameters_or_its_end_are_cut_off() {
        let of = |path: &str| others(path).into_iter().collect::<BTreeSet<_>>();
        assert!(of("/a/b%20c").is_empty());
        for (path, expected) in [
            ("/a;x/b", &["/a/b", "/a;x/b"][..]),
            ("/a;x/b;y", &["/a/b", "/a;x/b", "/a;x/b;y"]),
            ("/a%3Bx;y", &["/a", "/a;x", "/a;x;y"]),
            ("/a/b%3F.png", &["/a/b", "/a/b?.png"]),
            ("/a%3Fb/c%23", &["/a", "/a?b/c#"]),
            ("/a;x%3F/b", &["/a", "/a/b", "/a;x", "/a;x?/b"]),
        ] {
            assert_eq!(of(path), expected.iter().map(|key| (*key).to_owned()).collect(), "{path}");
        }
    }
}
