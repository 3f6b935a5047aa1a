//! Kubernetes manifests as people wrote them: streams of YAML or JSON documents that can be changed
//! in places, while comments, order and style of everything else stay as they are.
//!
//! A document is read as JSON ([`Stream::values`]), somebody makes another value of it, and
//! [`Stream::turn`] finds where the difference is to be written and [`Stream::finish`] writes it. What
//! was written is then read again and must be the value that was meant, so a style of writing that the editor does not master ends in
//! a refusal, never in another manifest than was asked for.

mod change;
mod difference;
mod edit;
mod identity;
mod place;
mod reader;
mod render;
mod round;
mod scalars;
mod stream;
mod tree;

#[cfg(test)]
mod linear;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod tests;

pub use change::{Change, Step};
pub use difference::difference;
pub use stream::{Stream, Unreadable};
