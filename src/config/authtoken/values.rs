//! Values as oslo.config's types understand them. Errors are the end of a sentence that begins with
//! the quoted value.

use super::ini::is_blank;

/// A truth value.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" => Ok(true),
        "false" | "0" | "off" | "no" => Ok(false),
        _ => Err("is not a boolean; write True or False".to_owned()),
    }
}

/// A whole number, as Python's `int` reads it in ASCII.
pub(super) fn integer(text: &str) -> Result<i64, String> {
    let number = text.trim_matches(is_blank);
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    // Python lets a single underscore stand between two digits.
    let grouped = !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__");
    if !grouped || digits.starts_with(['+', '-']) {
        return Err(NO_INTEGER.to_owned());
    }
    number.replace('_', "").parse().map_err(|error: std::num::ParseIntError| match error.kind() {
        std::num::IntErrorKind::PosOverflow => "is too large".to_owned(),
        std::num::IntErrorKind::NegOverflow => "is too small".to_owned(),
        _ => NO_INTEGER.to_owned(),
    })
}

/// The items between commas. Commas at the end are none; an empty item stays one.
pub(super) fn list(text: &str) -> Vec<&str> {
    let text = text.trim_matches(is_blank).trim_end_matches(',');
    if text.is_empty() {
        return Vec::new();
    }
    text.split(',').map(|item| item.trim_matches(is_blank)).collect()
}

const NO_INTEGER: &str = "is not a whole number";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boolean_is_one_of_eight_words_in_any_case() {
        for text in ["true", "True", "1", "ON", "yes"] {
            assert_eq!(boolean(text), Ok(true), "{text}");
        }
        for text in ["false", "FALSE", "0", "off", "No"] {
            assert_eq!(boolean(text), Ok(false), "{text}");
        }
        for text in ["", "2", "t", "y", "none", "True "] {
            assert!(boolean(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_integer_is_what_python_takes_for_one() {
        for (text, number) in [("300", 300), (" -1 ", -1), ("+5", 5), ("0300", 300), ("1_0", 10)] {
            assert_eq!(integer(text), Ok(number), "{text}");
        }
        for text in ["", "1.0", "1s", "--1", "+-1", "_1", "1_", "1__0", "0x10", "1 0"] {
            assert!(integer(text).is_err(), "{text}");
        }
        assert_eq!(integer("99999999999999999999").unwrap_err(), "is too large");
    }

    #[test]
    fn a_list_has_commas_between_its_items() {
        assert_eq!(list("service, admin"), ["service", "admin"]);
        assert_eq!(list(" a ,,"), ["a"]);
        assert_eq!(list("a,,b"), ["a", "", "b"]);
        assert_eq!(list(""), Vec::<&str>::new());
        assert_eq!(list(","), Vec::<&str>::new());
    }
}
