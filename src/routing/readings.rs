//! What services make of a path in its normal spelling: the text that rows are looked up by, and
//! where else the path may lead.

use std::borrow::Cow;

use super::percent::{escape, push_escape};

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
    let bytes = path.as_bytes();
    let mut text = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match escape(bytes, at) {
            None => text.push(char::from(*byte)),
            Some(byte) if byte.is_ascii_graphic() && !b"/\\%".contains(&byte) => {
                text.push(char::from(byte));
            }
            Some(byte) => push_escape(&mut text, byte),
        }
        at += if escape(bytes, at).is_some() { 3 } else { 1 };
    }
    text.into()
}

/// Where else a path with this [`key`] may lead: some services cut parameters off all of its segments,
/// and some decode it before they ask the next one, so that it ends where a query or a fragment
/// begins.
pub(super) fn others(key: &str) -> impl Iterator<Item = String> {
    let ended = key.find(['?', '#']).and_then(|end| key.get(..end));
    let both = ended.and_then(bare);
    [bare(key), ended.map(str::to_owned), both].into_iter().flatten()
}

/// The part of a segment before its parameters.
pub(super) fn without_parameters(segment: &str) -> &str {
    segment.split(';').next().unwrap_or_default()
}

/// The path without its segments' parameters; `None` where it has none.
fn bare(path: &str) -> Option<String> {
    path.contains(';')
        .then(|| path.split('/').map(without_parameters).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
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
        let of = |key: &str| others(key).collect::<Vec<_>>();
        assert!(of("/a/b").is_empty());
        assert_eq!(of("/a;x/b"), ["/a/b"]);
        assert_eq!(of("/a/b?.png"), ["/a/b"]);
        assert_eq!(of("/a;x/b#c;d/e"), ["/a/b#c/e", "/a;x/b", "/a/b"]);
    }
}
