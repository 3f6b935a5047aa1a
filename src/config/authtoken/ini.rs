//! An INI file as oslo.config reads it: the lines, before any value is understood.
//!
//! It is a dialect of its own. A line that begins with a blank continues the value above it, even
//! when it looks like a comment; a comment begins a line; what a line says twice, the later one
//! decides; quotes around a value go, and nothing is escaped.

use std::collections::BTreeMap;

/// The sections of a file.
#[derive(Default)]
pub(super) struct Ini(BTreeMap<String, Options>);

/// The options of a section by name, each as often as it was written. Values may be secrets, so
/// there is no `Debug`.
pub(super) type Options = BTreeMap<String, Vec<Assignment>>;

/// An option that was written.
pub(super) struct Assignment {
    /// The value; its lines are joined by line breaks.
    pub(super) value: String,
    /// The line on which it begins, counted from 1.
    pub(super) line: usize,
}

/// Why a file cannot be read, and in which line.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// What is wrong with it.
    pub(super) fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("begins with a blank, but there is no value above that it could continue")]
    Continuation,
    #[error("has a value but no name in front of it")]
    NoName,
    #[error("stands before the first [section]")]
    NoSection,
    #[error("is no \"name = value\"; a comment begins with #")]
    NoSeparator,
    #[error("begins a section, and does not end with ]")]
    OpenSection,
    #[error("is a section without a name")]
    UnnamedSection,
}

/// What becomes of quotes around a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// They belong to the value.
    Keep,
    /// They go.
    Strip,
}

impl Ini {
    /// Reads the text of a file. oslo.config reads a file whole or not at all, and so do we.
    pub(super) fn parse(text: &str, quotes: Quotes) -> Result<Self, Refusal> {
        let mut reader = Reader { quotes, ini: Self::default(), section: None, open: None };
        // Python takes all three ways to end a line for one.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        for (at, line) in text.split('\n').enumerate() {
            let line = Line { text: line.trim_end_matches(is_blank), number: at + 1 };
            reader.take(line)?;
        }
        reader.close()?;
        Ok(reader.ini)
    }

    /// The options of a section, by its name as [`normal`] writes it.
    pub(super) fn section(&self, name: &str) -> Option<&Options> {
        self.0.get(name)
    }

    /// The names of the sections.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The value that an option has: the last of those that were written.
    pub(super) fn last(&self, section: &str, option: &str) -> Option<&Assignment> {
        self.0.get(section)?.get(option)?.last()
    }
}

/// The name of a section as it is looked up: in small letters, but for `DEFAULT`.
pub(super) fn normal(name: &str) -> String {
    if name == DEFAULT { name.to_owned() } else { name.to_lowercase() }
}

/// Python's idea of a blank is ours and four separators of old.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// The section whose options all others may refer to.
pub(super) const DEFAULT: &str = "DEFAULT";

struct Reader {
    quotes: Quotes,
    ini: Ini,
    section: Option<String>,
    /// The option whose value the next line may continue.
    open: Option<Open>,
}

struct Open {
    name: String,
    lines: Vec<String>,
    number: usize,
}

#[derive(Clone, Copy)]
struct Line<'a> {
    /// Without the blanks at its end.
    text: &'a str,
    number: usize,
}

impl Reader {
    fn take(&mut self, line: Line<'_>) -> Result<(), Refusal> {
        let refuse = |fault| Err(Refusal { line: line.number, fault });
        if line.text.starts_with([' ', '\t']) {
            let Some(open) = &mut self.open else { return refuse(Fault::Continuation) };
            open.lines.push(line.text.trim_start_matches(is_blank).to_owned());
            return Ok(());
        }
        self.close()?;
        if line.text.is_empty() || line.text.starts_with(['#', ';']) {
            return Ok(());
        }
        let Some(section) = line.text.strip_prefix('[') else { return self.begin(line) };
        match section.strip_suffix(']') {
            None => refuse(Fault::OpenSection),
            Some("") => refuse(Fault::UnnamedSection),
            Some(name) => {
                let name = normal(name);
                self.ini.0.entry(name.clone()).or_default();
                self.section = Some(name);
                Ok(())
            }
        }
    }

    /// Begins the value of an option.
    fn begin(&mut self, line: Line<'_>) -> Result<(), Refusal> {
        let refuse = |fault| Err(Refusal { line: line.number, fault });
        let Some((name, value)) = line.text.split_once(['=', ':']) else {
            return refuse(Fault::NoSeparator);
        };
        let name = name.trim_matches(is_blank);
        if name.is_empty() {
            return refuse(Fault::NoName);
        }
        let value = match self.quotes {
            Quotes::Keep => value.trim_matches(is_blank),
            Quotes::Strip => unquoted(value.trim_matches(is_blank)),
        };
        let lines = vec![value.to_owned()];
        self.open = Some(Open { name: name.to_owned(), lines, number: line.number });
        Ok(())
    }

    /// Ends the value of the option that is open.
    fn close(&mut self) -> Result<(), Refusal> {
        let Some(Open { name, lines, number }) = self.open.take() else { return Ok(()) };
        let Some(section) = &self.section else {
            return Err(Refusal { line: number, fault: Fault::NoSection });
        };
        let written = self.ini.0.entry(section.clone()).or_default().entry(name).or_default();
        written.push(Assignment { value: lines.join("\n"), line: number });
        Ok(())
    }
}

/// A value without the quotes around it. A lone quote is a pair of them to oslo.config.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return match inner.strip_suffix(quote) {
                Some(inner) => inner,
                None if inner.is_empty() => inner,
                None => value,
            };
        }
    }
    value
}
