//! An embedded identity service that speaks Keystone's v3 wire protocol.
//!
//! It stands in for Keystone on a laptop and in tests: it issues and validates tokens as Keystone
//! does, differs where other clouds differ, misbehaves on demand and counts what it is asked.
//!
//! ```
//! use keystone_double::{Double, Fault, FaultKind, Scope, World};
//!
//! let double = Double::new(World::sample());
//! let token = double.issue("alice", Scope::project("demo")).token();
//! double.fail(Fault::validate(FaultKind::status(503)).times(1));
//! double.revoke(&token);
//! assert_eq!(double.calls().validations, 0);
//! ```
//!
//! [`Double::serve`] answers on a listener, [`Double::serve_stream`] on any single connection.

mod api;
mod calls;
mod clock;
mod double;
mod fault;
mod profile;
mod server;
mod state;
mod token;
mod world;

pub use calls::{Calls, Seen};
pub use double::{Double, FaultId, Issue, Scope};
pub use fault::{Canned, Fault, FaultKind, Operation};
pub use profile::{ErrorShape, NoCatalog, Profile, RateLimit, Timestamps, Validation};
pub use world::{
    AccessRule, ApplicationCredential, Domain, Endpoint, Grant, Place, Project, Role, Secret,
    Service, Trust, User, World,
};
