//! References in values: `$name`, `${name}` and `${section.name}`, as oslo.config fills them in.
//!
//! There a reference may name any option that the service knows, with the default that the service
//! gives it. We know what the file says, and the defaults of the section that we read.

use std::cell::Cell;

use super::ini::{DEFAULT, Ini};

/// The values of a file with what they refer to filled in.
pub(super) struct Interpolation<'a> {
    ini: &'a Ini,
    dialect: Dialect,
    /// The section that we read, and what its options say when nobody writes them.
    own: (&'a str, fn(&str) -> Option<&'static str>),
    /// How many references may still be followed. A few lines that refer to one another twice each
    /// would keep us busy for ever.
    left: Cell<usize>,
}

/// Who fills in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// oslo.config: `$name`.
    Oslo,
    /// paste.deploy, for the sections that name filters: `%(name)s`. Those refer to what is known
    /// where the service is started, so none is filled in.
    Paste,
}

impl Dialect {
    /// Who reads the section of that name.
    pub(super) fn of(section: &str) -> Self {
        if section.starts_with("filter:") { Self::Paste } else { Self::Oslo }
    }
}

/// Why a value cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("refers to itself by way of ${0}")]
    Circle(String),
    #[error("refers with % to what paste.deploy knows; write the value, or %% for a percent sign")]
    Percent,
    #[error("refers to ${0}, and a section is no value")]
    Section(String),
    #[error("refers to more than can be followed")]
    TooMuch,
    #[error(
        "refers to ${0}, which this file does not set: its default is known to the service alone; \
         write the value, or $$ for a dollar sign"
    )]
    Unknown(String),
    #[error("refers to ${0}, but the file has no such section; write $$ for a dollar sign")]
    UnknownSection(String),
}

impl Fault {
    /// What may be said of a value that must not be shown: a reference may be a piece of it.
    pub(super) fn discreet(&self) -> &'static str {
        match self {
            Self::Circle(_) => "refers to itself",
            Self::Percent => "has a single %, which paste.deploy takes for a reference; write %%",
            Self::TooMuch => "refers to more than can be followed",
            Self::Section(_) | Self::Unknown(_) | Self::UnknownSection(_) => {
                "has a $ and what follows it is taken for the name of another option, which this \
                 file does not set; write $$ for a dollar sign"
            }
        }
    }
}

impl<'a> Interpolation<'a> {
    /// For reading one section, whose options say what `defaults` says when nobody writes them.
    pub(super) fn new(
        ini: &'a Ini,
        dialect: Dialect,
        section: &'a str,
        defaults: fn(&str) -> Option<&'static str>,
    ) -> Self {
        Self { ini, dialect, own: (section, defaults), left: Cell::new(MOST_REFERENCES) }
    }

    /// A value of an option in `section`, filled in.
    pub(super) fn fill(&self, section: &str, option: &str, value: &str) -> Result<String, Fault> {
        if self.dialect == Dialect::Paste {
            let escaped = value.replace("%%", "");
            return if escaped.contains('%') {
                Err(Fault::Percent)
            } else {
                Ok(value.replace("%%", "%"))
            };
        }
        self.left.set(MOST_REFERENCES);
        self.filled(value, &Step { section, option, above: None, depth: 0 })
    }

    fn filled(&self, value: &str, step: &Step<'_>) -> Result<String, Fault> {
        // Operators escape as they are used to, and oslo.config lets them.
        let value = value.replace("\\$", "$$");
        let mut rest = value.as_str();
        let mut filled = String::new();
        while let Some((before, after)) = rest.split_once('$') {
            filled.push_str(before);
            rest = if let Some(after) = after.strip_prefix('$') {
                filled.push('$');
                after
            } else if let Some((name, after)) = reference(after) {
                filled.push_str(&self.referred(name, step)?);
                after
            } else {
                // A dollar sign before anything else is a dollar sign.
                filled.push('$');
                after
            };
            if filled.len() > LONGEST_VALUE {
                return Err(Fault::TooMuch);
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// What `name` stands for in the value of `step`: an option of the section that it names or
    /// else of the same section, or else one of `[DEFAULT]`.
    fn referred(&self, name: &str, step: &Step<'_>) -> Result<String, Fault> {
        let (section, option) = match name.split_once('.') {
            Some((section, option)) if self.is_section(section) => (section, option),
            Some(_) => return Err(Fault::UnknownSection(name.to_owned())),
            None => (step.section, name),
        };
        for (section, option) in [(section, option), (DEFAULT, name)] {
            if section == DEFAULT && self.is_section(option) {
                return Err(Fault::Section(name.to_owned()));
            }
            if let Some(written) = self.ini.last(section, option) {
                match self.filled(&written.value, &step.to(section, option, self)?) {
                    // To oslo.config it is all one whether the option is unknown or one that it
                    // refers to: it looks in `[DEFAULT]`.
                    Err(Fault::Unknown(_)) => continue,
                    filled => return filled,
                }
            }
            let (own, defaults) = self.own;
            if let Some(default) = defaults(option).filter(|_| section == own) {
                return Ok(default.to_owned());
            }
        }
        Err(Fault::Unknown(name.to_owned()))
    }

    /// `DEFAULT` is none: its options belong to no group.
    fn is_section(&self, name: &str) -> bool {
        name != DEFAULT && self.ini.section(name).is_some()
    }
}

/// An option whose value is being filled in, and on whose behalf.
struct Step<'a> {
    section: &'a str,
    option: &'a str,
    above: Option<&'a Self>,
    depth: usize,
}

impl Step<'_> {
    /// The next one down, unless it is on the way already.
    fn to<'b>(
        &'b self,
        section: &'b str,
        option: &'b str,
        whole: &Interpolation<'_>,
    ) -> Result<Step<'b>, Fault> {
        let is_this = |step: &&Step<'_>| (step.section, step.option) == (section, option);
        if std::iter::successors(Some(self), |step| step.above).any(|step| is_this(&step)) {
            return Err(Fault::Circle(option.to_owned()));
        }
        let left = whole.left.get().checked_sub(1).ok_or(Fault::TooMuch)?;
        whole.left.set(left);
        if self.depth >= DEEPEST {
            return Err(Fault::TooMuch);
        }
        Ok(Step { section, option, above: Some(self), depth: self.depth + 1 })
    }
}

/// The name at the beginning of `text`, in braces or not, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{');
    let name = inner.unwrap_or(text);
    let end = name.find(|c| !is_letter(c) && !matches!(c, '.' | '0'..='9')).unwrap_or(name.len());
    let (name, after) = name.split_at_checked(end)?;
    if !name.starts_with(is_letter) {
        return None;
    }
    let after = if inner.is_some() { after.strip_prefix('}')? } else { after };
    Some((name, after))
}

/// Python's `[_a-z]` without regard to case, by which four letters count as their plain sisters.
fn is_letter(character: char) -> bool {
    character == '_'
        || character.is_ascii_alphabetic()
        || matches!(character, '\u{130}' | '\u{131}' | '\u{17f}' | '\u{212a}')
}

/// Deeper than anybody writes, and about as deep as Python goes.
const DEEPEST: usize = 64;

/// More than any file needs.
const MOST_REFERENCES: usize = 1000;

/// No value that we use is as long.
const LONGEST_VALUE: usize = 64 * 1024;
