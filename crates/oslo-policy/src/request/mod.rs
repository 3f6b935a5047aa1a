//! Who asks, and about what.

mod context;
mod credentials;
mod target;

pub use context::Context;
pub(crate) use credentials::attribute;
pub use credentials::{Credentials, Scope};
pub use target::{Lookup, Target};
