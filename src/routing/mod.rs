//! Which route a request takes: first match over method, host and path, compiled.
//!
//! Pure: nothing here waits or knows what a route means. Whoever builds a table puts into it what
//! a route stands for.

mod host;
mod path;
mod percent;
mod readings;
mod table;
mod template;

pub use host::HostPattern;
pub use path::{EmptySegment, EncodedSlash, OddPath, PathRules, merged, normal};
pub use percent::{decode, decodings, escaped, is_encoded_well, push_escape};
pub use table::{Asked, Found, Methods, Part, Pattern, Table};
