//! One path, in every spelling in which a service may read it.

use crate::routing::{decode, decodings, is_encoded_well, merged, push_escape};

/// The longest path that is looked at; Keystone's templates end at 225 characters.
const LONGEST: usize = 8 * 1024;

/// How often a path may be decoded before what is left is taken for text. Some servers decode
/// twice.
const MOST_DECODINGS: usize = 4;

/// The readings of `path`; `None` for one that should match no rule: it names no absolute place
/// (`.` and `..`, however spelled), or a server may read it as something else altogether.
///
/// The first reading is keystonemiddleware's: decoded once, then quoted again as `WebOb` does it, so
/// `%2F` separates segments and `%7E` is `~`. The others keep an encoded slash as part of its
/// segment, cut parameters off (`/a;x` is `/a`, as Java's servers read it), end at an encoded `?` or
/// `#` (as a proxy that decodes before it asks on makes of it), and read several slashes as one.
pub(super) fn readings(path: &str) -> Option<Vec<String>> {
    if !path.starts_with('/') || path.len() > LONGEST || !is_plain(path) {
        return None;
    }
    let mut readings = vec![quoted(path, false)];
    if has_encoded_slash(path) {
        readings.push(quoted(path, true));
    }
    for at in 0..readings.len() {
        let ended = readings.get(at).and_then(|path| ended(path));
        readings.extend(ended);
    }
    for at in 0..readings.len() {
        let cut = readings.get(at).filter(|path| path.contains(';')).map(|path| cut(path));
        readings.extend(cut);
    }
    for at in 0..readings.len() {
        let merged = readings.get(at).filter(|path| path.contains("//")).map(|path| merged(path));
        readings.extend(merged);
    }
    Some(readings)
}

/// Whether no server, however often it decodes, finds a dot segment, a backslash, a control
/// character, or more slashes, parameters or ends than we do in `path`.
fn is_plain(path: &str) -> bool {
    if !is_encoded_well(path.as_bytes()) {
        return false;
    }
    let mut bytes = path.as_bytes().to_vec();
    for round in 0..MOST_DECODINGS {
        let odd = |byte: &u8| byte.is_ascii_control() || *byte == b'\\';
        if bytes.iter().any(odd) || bytes.split(|byte| *byte == b'/').any(is_dots) {
            return false;
        }
        let decoded = decode(&bytes);
        // What separates has a reading of its own when it is encoded; encoded twice, it is a trick.
        let is_mark = |byte: &u8| matches!(byte, b'/' | b';' | b'?' | b'#');
        let marks = |bytes: &[u8]| bytes.split(is_mark).count();
        if round > 0 && marks(&decoded) > marks(&bytes) {
            return false;
        }
        if decoded == bytes {
            return true;
        }
        bytes = decoded;
    }
    false
}

/// `.` and `..`, also with parameters or a query behind them, which some servers cut off (`..;x`).
fn is_dots(segment: &[u8]) -> bool {
    let name = segment.split(|byte| matches!(byte, b';' | b'?' | b'#')).next().unwrap_or_default();
    matches!(name, b"." | b"..")
}

/// Decodes once and quotes again: unreserved characters and `/~!$&'()*+,;=:@` stand for
/// themselves, everything else as `%XX`. With `keep_slashes` an encoded slash stays encoded.
fn quoted(path: &str, keep_slashes: bool) -> String {
    let mut text = String::with_capacity(path.len());
    for (byte, escaped) in decodings(path.as_bytes()) {
        let plain = byte.is_ascii_alphanumeric() || b"-._/~!$&'()*+,;=:@".contains(&byte);
        if plain && !(keep_slashes && escaped && byte == b'/') {
            text.push(char::from(byte));
        } else {
            push_escape(&mut text, byte);
        }
    }
    text
}

fn has_encoded_slash(path: &str) -> bool {
    path.as_bytes().windows(3).any(|three| three.eq_ignore_ascii_case(b"%2f"))
}

/// Every segment up to its parameters.
fn cut(path: &str) -> String {
    let names = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
    names.collect::<Vec<_>>().join("/")
}

/// The path up to where its query or its fragment would begin if it were decoded first.
fn ended(path: &str) -> Option<String> {
    let ends = ["%3F", "%23"].iter().filter_map(|end| path.find(end));
    path.get(..ends.min()?).map(str::to_owned)
}
