//! The sidecar put into Kubernetes manifests, and taken out again.
//!
//! One function says what becomes of a pod (`pod::inject`) and one what becomes of a Service
//! (`service::lead`). Two doors ask them: manifests in files (`manifests`) and objects that an
//! API server asks about (`admission`). What was changed is noted in an annotation, so that putting
//! it in again begins with taking it out, and nothing is ever put in twice.

mod admission;
mod kinds;
mod manifests;
mod network_policy;
mod obstacles;
mod pod;
mod policies;
mod ports;
mod probes;
mod record;
mod service;
mod settings;
mod sidecar;
mod unled;
mod unread;
mod value;
mod wish;
mod work;

#[cfg(test)]
mod tests;

pub use admission::{BadReview, admit};
pub use manifests::{Direction, Failure, Rewritten, rewrite};
pub use settings::{Resources, Settings};
pub use value::Refusal;

/// The name of the container, and of the port that leads through it.
pub const NAME: &str = "portcullis";
