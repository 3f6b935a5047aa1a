//! How long a body is: said once, in one way, or not passed on (RFC 9112, section 6).

use http::{HeaderMap, HeaderValue, header};

/// Two readers would take the body to end in different places, or be given what they cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous;

/// Writes the length of a response's body once and plainly, if it is stated. Repeated, it may be the
/// same (section 6.3).
///
/// # Errors
/// It is stated in two ways, or in none that can be read.
pub(super) fn settle(headers: &mut HeaderMap) -> Result<(), Ambiguous> {
    let chunked = is_chunked(headers)?;
    let length = length(headers)?;
    match length {
        Some(_) if chunked => Err(Ambiguous),
        Some(Length::Plain) | None => Ok(()),
        Some(Length::Written(length)) => {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
            Ok(())
        }
    }
}

/// Whether a body is `chunked`. That is the one transfer coding that is passed on, stated once
/// (section 6.1): a list, or a second line, is read differently by different servers, and nobody here
/// undoes another coding.
///
/// # Errors
/// Another coding is stated, or several, or one twice.
pub fn is_chunked(headers: &HeaderMap) -> Result<bool, Ambiguous> {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(false),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(true),
        (Some(_), _) => Err(Ambiguous),
    }
}

/// A length that is stated.
enum Length {
    /// Once and plainly.
    Plain,
    /// In some other way.
    Written(u64),
}

fn length(headers: &HeaderMap) -> Result<Option<Length>, Ambiguous> {
    let mut found = None;
    let mut plain = true;
    for line in headers.get_all(header::CONTENT_LENGTH) {
        for member in line.as_bytes().split(|byte| *byte == b',') {
            let trimmed = member.trim_ascii();
            let length = number(trimmed).ok_or(Ambiguous)?;
            plain &= found.is_none() && trimmed.len() == line.len();
            plain &= trimmed.len() == 1 || !trimmed.starts_with(b"0");
            if found.replace(length).is_some_and(|other| other != length) {
                return Err(Ambiguous);
            }
        }
    }
    Ok(found.map(|length| if plain { Length::Plain } else { Length::Written(length) }))
}

/// Digits and nothing else.
fn number(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn settled(name: &HeaderName, lines: &[&'static str]) -> Result<Vec<HeaderValue>, Ambiguous> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, HeaderValue::from_static(line));
        }
        settle(&mut headers)?;
        Ok(headers.get_all(name).iter().cloned().collect())
    }

    #[test]
    fn a_length_is_passed_on_once_and_plainly() {
        for lines in [&["2"][..], &["2", "2"], &["2, 2"], &["2,2", "2"], &["02"], &["2 "]] {
            assert_eq!(settled(&header::CONTENT_LENGTH, lines).unwrap(), ["2"], "{lines:?}");
        }
        assert_eq!(settled(&header::CONTENT_LENGTH, &["0"]).unwrap(), ["0"]);
        assert_eq!(settled(&header::CONTENT_LENGTH, &[]).unwrap(), [""; 0]);
        let most = "18446744073709551615";
        assert_eq!(settled(&header::CONTENT_LENGTH, &[most]).unwrap(), [most]);
    }

    #[test]
    fn a_length_that_is_none_or_two_is_refused() {
        for lines in [
            &["2", "3"][..],
            &["2, 3"],
            &["2,"],
            &[",2"],
            &[""],
            &["+2"],
            &["-1"],
            &["0x2"],
            &["2 2"],
            &["abc"],
            &["18446744073709551616"],
        ] {
            assert_eq!(settled(&header::CONTENT_LENGTH, lines), Err(Ambiguous), "{lines:?}");
        }
    }

    #[test]
    fn chunked_is_the_only_coding_and_excludes_a_length() {
        for lines in [&["chunked"][..], &["Chunked"]] {
            assert!(settled(&header::TRANSFER_ENCODING, lines).is_ok(), "{lines:?}");
        }
        for lines in [
            &["gzip, chunked"][..],
            &["chunked, chunked"],
            &["chunked", "chunked"],
            &["identity"],
            &[" chunked"],
            &[""],
            &["chunked, identity"],
        ] {
            assert_eq!(settled(&header::TRANSFER_ENCODING, lines), Err(Ambiguous), "{lines:?}");
        }
        let mut both = HeaderMap::new();
        both.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        both.insert(header::CONTENT_LENGTH, HeaderValue::from_static("2"));
        assert_eq!(settle(&mut both), Err(Ambiguous));
    }
}
