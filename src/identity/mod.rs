//! The vocabulary: tokens, identities and the headers that carry them.
//!
//! Pure data and rules. Nothing here waits, spawns or opens a socket, and nothing here imports
//! another room; every other room speaks in these words.

mod headers;
mod name;
mod names;
mod person;
mod restriction;
mod secret;
mod time;
mod timestamp;
mod token;
mod verdict;

pub use headers::{Class, Header, PREFIXES, TABLE, Unrenderable, classify};
pub use name::{encode_name, encode_role};
pub use names::{Names, mark_invalid};
pub use person::{Delegation, Draft, Identity, Kind, Named, Scope, ScopeDraft};
pub use restriction::{AccessRule, Restriction};
pub use secret::Secret;
pub use time::{Clock, ManualClock, UnixTime};
pub use timestamp::{parse_timestamp, write_timestamp};
pub use token::{Allowance, RawToken, Token, TokenDigest, TokenHasher, TokenKey};
pub use verdict::BadToken;
