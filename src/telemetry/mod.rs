//! To be written.

mod settings;

pub use settings::{Access, Format, Settings};
