//! JSON in ASCII alone, so that it can be a header value whatever names it holds.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// How members and items are set apart.
#[derive(Clone, Copy)]
pub(super) enum Style {
    /// By nothing.
    Compact,
    /// As Python's `json.dumps` does it, with a blank behind each comma and colon.
    Python,
}

/// `value` as JSON; every character outside ASCII is escaped. `None` for what is no JSON.
pub(super) fn to_ascii(value: &impl Serialize, style: Style) -> Option<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Ascii(style))).ok()?;
    String::from_utf8(bytes).ok()
}

struct Ascii(Style);

impl Ascii {
    fn behind(&self, mark: &'static str) -> &'static str {
        match (self.0, mark) {
            (Style::Python, ",") => ", ",
            (Style::Python, _) => ": ",
            (Style::Compact, mark) => mark,
        }
    }

    fn next<W: ?Sized + Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(self.behind(",").as_bytes()) }
    }
}

impl Formatter for Ascii {
    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.next(w, first)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.next(w, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(self.behind(":").as_bytes())
    }

    /// What came so far needed no escape in JSON; it may still lie outside ASCII. `~` is the last
    /// character that Python leaves as it is.
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            if c <= '~' {
                writer.write_all(&[c as u8])?;
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_python_does_it() {
        let value = serde_json::json!(["Ünï 名", "\u{1f512}", "a\"\\/\u{7f}\n\u{1}", {"k": 1}]);
        assert_eq!(
            to_ascii(&value, Style::Python).unwrap(),
            r#"["\u00dcn\u00ef \u540d", "\ud83d\udd12", "a\"\\/\u007f\n\u0001", {"k": 1}]"#
        );
        assert_eq!(to_ascii(&[1, 2], Style::Compact).unwrap(), "[1,2]");
    }
}
