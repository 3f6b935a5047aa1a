//! What the operator wrote, and what it means.

mod model;

pub use model::{Config, Process};
