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
/// When the values of a request changed, or could have changed, the server that is asked.
pub(super) fn safe<'a>(check: &'a str, url: &str) -> Result<Safe<'a>, String> {
    let (_, rest) = check.split_once("://").ok_or("the check has no address")?;
    let length = check.len() - rest.len() + rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let origin = check.get(..length).unwrap_or_default();
    if origin.contains('%') || origin.contains('@') {
        return Err("the address of the server must not depend on the request".into());
    }
    let path = url.strip_prefix(origin).ok_or("the address of the server was changed")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_up_in_the_path() {
        for (check, url, origin, path) in [
            (
                "http://p.example/%(a)s",
                "http://p.example/x y\n#?z",
                "http://p.example",
                "/x%20y%0A%23?z",
            ),
            ("https://p:1", "https://p:1", "https://p:1", "/"),
            ("http://p?a=%(a)s", "http://p?a=é", "http://p", "/?a=%C3%A9"),
        ] {
            assert_eq!(safe(check, url), Ok(Safe { origin, path: path.to_owned() }), "{check}");
        }
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
