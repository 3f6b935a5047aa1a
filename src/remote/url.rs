//! Where a remote check is sent. The operator wrote the place; what a client can put into it is a
//! part of the path or the query, and nothing else.

use std::fmt::Write as _;

/// A URL, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Safe<'a> {
    /// Scheme and authority, as the operator wrote them.
    pub(super) origin: &'a str,
    /// Path and query.
    pub(super) path: String,
}

/// Takes `url`, which `check` was filled in to be, apart.
///
/// # Errors
/// When the values of a request changed, or could have changed, the server that is asked or the
/// place on it: then a client could have another question answered than the operator's.
pub(super) fn safe<'a>(check: &'a str, url: &str) -> Result<Safe<'a>, String> {
    let (_, rest) = check.split_once("://").ok_or("the check has no address")?;
    let length = check.len() - rest.len() + rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let origin = check.get(..length).unwrap_or_default();
    if origin.contains('%') || origin.contains('@') {
        return Err("the address of the server must not depend on the request".into());
    }
    let path = url.strip_prefix(origin).ok_or("the address of the server was changed")?;
    let wanted = literal(check.get(length..).unwrap_or_default());
    let marks = |text: &str, mark| text.bytes().filter(|byte| *byte == mark).count();
    if MARKS.iter().any(|mark| marks(path, *mark) != marks(&wanted, *mark)) {
        return Err("a value of the request would change the place that is asked".into());
    }
    if path.split(['/', '?']).any(|segment| matches!(segment, "." | "..")) {
        return Err("a value of the request would climb to another place".into());
    }
    let mut safe = String::with_capacity(path.len() + 1);
    if !path.starts_with('/') {
        safe.push('/');
    }
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    Ok(Safe { origin, path: safe })
}

/// The text of a check without its places.
fn literal(check: &str) -> String {
    let mut text = String::with_capacity(check.len());
    let mut rest = check;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        if let Some((_, after)) = after.strip_prefix('(').and_then(|key| key.split_once(")s")) {
            rest = after;
        } else {
            text.push('%');
            rest = after.strip_prefix('%').unwrap_or(after);
        }
    }
    text.push_str(rest);
    text
}

/// What divides a URL, or stands for something else in it: as often as the operator wrote it.
const MARKS: &[u8] = b"/?#&=;%+\\";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_up_in_the_path() {
        for (check, url, origin, path) in [
            ("http://p.example/%(a)s", "http://p.example/x y\nz", "http://p.example", "/x%20y%0Az"),
            ("https://p:1", "https://p:1", "https://p:1", "/"),
            ("http://p?a=%(a)s", "http://p?a=é", "http://p", "/?a=%C3%A9"),
        ] {
            assert_eq!(safe(check, url), Ok(Safe { origin, path: path.to_owned() }), "{check}");
        }
    }

    #[test]
    fn no_value_chooses_the_place_on_the_server() {
        let check = "http://p/of/%(a)s/may?for=%(b)s&rate=%%";
        let fill = |a: &str, b: &str| format!("http://p/of/{a}/may?for={b}&rate=%");
        assert!(safe(check, &fill("a b-c_d.e~", "é:@!$'()*,|")).is_ok());
        for odd in [
            "x/../..", "..", ".", "x?", "x#", "x/y", "%2e%2e", "%", "x&for=y", "x=y", "x;y", "x+y",
            "x\\y",
        ] {
            assert!(safe(check, &fill(odd, "y")).is_err(), "{odd}");
        }
        for odd in ["x&for=y", "x#", "%41", "x&rate=1", "x+y"] {
            assert!(safe(check, &fill("x", odd)).is_err(), "{odd}");
        }
        assert!(safe("http://p/%(a)s", "http://p/..").is_err());
    }

    #[test]
    fn no_value_chooses_the_server() {
        for (check, url) in [
            ("http://%(host)s/", "http://evil/"),
            ("http://p%(a)s/", "http://p.evil/"),
            ("http://%(a)s@p/", "http://evil/@p/"),
            ("http://p.example/", "http://evil/"),
            ("//p", "//p"),
        ] {
            assert!(safe(check, url).is_err(), "{check}");
        }
    }
}
