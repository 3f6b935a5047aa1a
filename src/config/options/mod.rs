//! The table of everything an operator can set. Reading, variables, `config show`, the JSON
//! Schema and the reference are all made from it, so none of them can disagree with another.

mod auth;
mod cache;
mod http2;
mod keystone;
mod listener;
mod lookup;
mod operation;
mod policy;
mod server;
mod tls;
mod upstream;
mod websocket;

use std::time::Duration;

pub(super) use lookup::{Target, Via, fields, find, keys, section, variable};

/// The sections in the order in which they are shown.
pub(super) static SECTIONS: [&Section; 16] = [
    &listener::TOP,
    &upstream::SECTION,
    &keystone::SECTION,
    &auth::SECTION,
    &auth::HEADERS,
    &policy::SECTION,
    &policy::PATHS,
    &cache::SECTION,
    &server::SECTION,
    &listener::SECTION,
    &http2::SECTION,
    &websocket::SECTION,
    &tls::SECTION,
    &operation::TELEMETRY,
    &operation::ADMIN,
    &operation::LOG,
];

/// A mapping of the file, with the fields in it.
pub(super) struct Section {
    /// Its key; empty for the top of the file.
    pub(super) name: &'static str,
    /// What it is about, in one sentence.
    pub(super) about: &'static str,
    /// The key of the field that a single value in place of the mapping sets.
    pub(super) shorthand: Option<&'static str>,
    /// What can be set.
    pub(super) fields: &'static [Field],
}

/// When a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// When the configuration is read again, while the process runs.
    Reload,
    /// At the next start.
    Restart,
}

/// One thing that can be set.
#[derive(Debug)]
pub(super) struct Field {
    /// The whole path, as in `keystone.auth_url`.
    pub(super) key: &'static str,
    /// What its value looks like.
    pub(super) kind: Kind,
    /// A word that may stand in place of such a value: `off` or `auto`.
    pub(super) word: Option<&'static str>,
    /// What holds when nobody writes it.
    pub(super) absent: Absent,
    /// What it does, in which unit, and why the default is what it is.
    pub(super) about: &'static str,
    /// When a change takes effect.
    pub(super) effect: Effect,
}

/// What a value looks like.
#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    /// An IP address and a port.
    Address,
    /// `true` or `false`.
    Bool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A number and a unit of time, between two bounds.
    Duration(Duration, Duration),
    /// A whole number between two bounds.
    Integer(u64, u64),
    /// Words: a sequence, or one text with commas between them.
    List,
    /// The name of a file.
    Path,
    /// An IP address and a port, or a unix socket.
    Place,
    /// Names and URLs: a mapping, or one text as in `NAME=URL,NAME=URL`.
    Probes,
    /// A percentage up to this one.
    Percent(u8),
    /// Never shown. Each has a twin with `_file` at the end of its key that names a file with it.
    Secret,
    /// A number of bytes with a unit, between two bounds.
    Size(u64, u64),
    /// Anything but nothing.
    Text,
    /// `http://`, `https://` or `unix:`.
    Url,
}

/// What holds when nobody writes a value.
#[derive(Debug)]
pub(super) enum Absent {
    /// This, in the spelling of the file.
    Value(&'static str),
    /// Nothing is set.
    Nothing,
    /// It follows from the rest, as this sentence says.
    Follows(&'static str),
    /// An error, with this line of the file as the remedy.
    Required(&'static str),
}

impl Field {
    const fn new(key: &'static str, kind: Kind, absent: Absent, about: &'static str) -> Self {
        Self { key, kind, word: None, absent, about, effect: Effect::Restart }
    }

    const fn or(mut self, word: &'static str) -> Self {
        self.word = Some(word);
        self
    }

    const fn reloads(mut self) -> Self {
        self.effect = Effect::Reload;
        self
    }

    /// The key within its section.
    pub(super) fn leaf(&self) -> &'static str {
        self.key.rsplit_once('.').map_or(self.key, |(_, leaf)| leaf)
    }

    /// Whether its value must never be shown.
    pub(super) fn is_secret(&self) -> bool {
        self.kind == Kind::Secret
    }
}

const ZERO: Duration = Duration::ZERO;
const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;
