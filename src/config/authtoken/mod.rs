//! `[keystone_authtoken]`: the section of an oslo.config file that keystonemiddleware reads, read as
//! it is.
//!
//! A file is read as oslo.config reads it (`ini`, `interpolation`, `values`). One table says for
//! every option what becomes of it here (`table`): it is honoured, mapped with a note, ignored with
//! a reason, or refused with one. What is honoured lies below our own file (`translation`), and
//! `portcullis import` writes it down as one (`import`).

mod context;
mod import;
mod ini;
mod interpolation;
mod json;
mod report;
mod section;
mod table;
mod translation;
mod values;
mod verdict;

use std::sync::Arc;

use super::errors::{Problems, legible};
use super::origin::Origin;
use super::{Environment, Input, suggest};
use context::Context;
use ini::{Ini, Quotes, normal};
use interpolation::{Dialect, Interpolation};
use section::{Part, Section};
use table::Login;

pub use import::{Import, import};
pub use json::ini_to_json;
pub(super) use translation::Translation;

/// A section of an oslo.config file.
#[derive(Clone)]
pub struct Authtoken {
    /// The file.
    pub file: Input,
    /// The name of the section.
    pub section: String,
}

/// The file or the section cannot be read; the reason is among the problems.
pub(super) struct Unreadable;

impl Authtoken {
    /// Reads `FILE` or `FILE:SECTION`. The name of a section may hold colons, as in
    /// `proxy-server.conf:filter:authtoken`; so may that of a file that is there.
    pub fn named(text: &str, environment: &Environment) -> Self {
        let ends = text.match_indices(':').map(|(at, _)| at);
        let split = |at: usize| text.split_at_checked(at).unwrap_or((text, ""));
        let is_file = |(file, _): &(&str, &str)| environment.path(file).is_file();
        let whole = std::iter::once(text.len());
        let (file, section) = whole
            .chain(ends.clone())
            .map(split)
            .find(is_file)
            .or_else(|| ends.map(split).next())
            .unwrap_or((text, ""));
        let section = section.strip_prefix(':').filter(|section| !section.is_empty());
        let section = section.unwrap_or(SECTION).to_owned();
        Self { file: Input::Path(file.into()), section }
    }
}

/// Reads a section and translates it. What is refused in it is no problem yet.
pub(super) fn read(
    source: &Authtoken,
    environment: &Environment,
    problems: &mut Problems,
) -> Result<Translation, Unreadable> {
    let (file, bytes) = source.file.read(environment);
    let file: Arc<str> = file.into();
    let name = normal(&source.section);
    let dialect = Dialect::of(&name);
    let quotes = match dialect {
        Dialect::Oslo => Quotes::Strip,
        Dialect::Paste => Quotes::Keep,
    };
    let text = bytes.map_err(|error| format!("cannot be read: {error}")).and_then(text_of);
    let ini = text.and_then(|text| {
        Ini::parse(&text, quotes)
            .map_err(|ini::Refusal { line, fault }| format!("line {line} {fault}"))
    });
    let ini = ini.and_then(|ini| match ini.section(&name) {
        Some(_) => Ok(ini),
        None => Err(missing(&ini, &name)),
    });
    match ini {
        Ok(ini) => Ok(translated(&ini, &file, &name, dialect)),
        Err(message) => {
            problems.add(&Origin::WholeFile(file), "", message);
            Err(Unreadable)
        }
    }
}

fn translated(ini: &Ini, file: &Arc<str>, name: &str, dialect: Dialect) -> Translation {
    let filled = Interpolation::new(ini, dialect, name, table::default);
    let value = |section: &str, option: &str| {
        let written = ini.last(section, option)?;
        Some(filled.fill(section, option, &written.value))
    };
    let named = match value(name, "auth_section") {
        Some(Ok(named)) if !named.is_empty() && normal(&named) != name => Some(normal(&named)),
        _ => None,
    };
    let account = named.as_deref().unwrap_or(name);
    let login = match value(account, "auth_type").or_else(|| value(account, "auth_plugin")) {
        _ if ini.section(account).is_none() => Login::Refused,
        None => Login::Nothing,
        Some(Ok(kind)) if kind.is_empty() => Login::Nothing,
        Some(Ok(kind)) => table::login(&kind).unwrap_or(Login::Refused),
        Some(Err(_)) => Login::Refused,
    };
    let part = if named.is_some() { Part::Middleware } else { Part::All };
    let own = Section::read(ini, &filled, (name, part), login);
    let account = named
        .filter(|named| ini.section(named).is_some())
        .map(|named| Section::read(ini, &filled, (&named, Part::Account), login));
    Translation::of(file, dialect, &Context { own: &own, account: account.as_ref(), login })
}

fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!("larger than {} MiB", MAX_BYTES / 1024 / 1024));
    }
    let text = String::from_utf8(bytes).map_err(|_| "not UTF-8; save it as UTF-8".to_owned())?;
    if text.starts_with('\u{feff}') {
        return Err("begins with a byte order mark, which oslo.config does not read either".into());
    }
    Ok(text)
}

fn missing(ini: &Ini, name: &str) -> String {
    let missing = format!("has no section [{name}]");
    if let Some(nearest) = suggest::nearest(name, ini.names()) {
        return format!("{missing}; did you mean [{nearest}]?");
    }
    let some: Vec<String> = ini.names().take(SHOWN).map(|name| format!("[{name}]")).collect();
    let more = ini.names().count().saturating_sub(SHOWN);
    let list = match (some.is_empty(), more) {
        (true, _) => return format!("{missing}, nor any other"),
        (false, 0) => some.join(", "),
        (false, more) => format!("{} and {more} more", some.join(", ")),
    };
    format!("{missing}; it has {list}").chars().flat_map(legible).collect()
}

/// Where keystonemiddleware looks.
const SECTION: &str = "keystone_authtoken";

/// A file of a service may have a hundred sections.
const SHOWN: usize = 10;

/// Several times the longest sample that a service ships.
const MAX_BYTES: usize = 4 * 1024 * 1024;
