//! What would the proxy answer, and why: requests that are described instead of sent, tables of
//! them, and what came of each for people and for programs.
//!
//! Nothing is decided here. A description is made a request like any other, and
//! [`front::Stage`](crate::front::Stage) plays it.

mod account;
mod case;
mod expected;
mod json;
mod members;
mod person;
mod protocol;
mod question;
mod text;
mod who;

pub use account::Account;
pub use case::{Case, Report};
pub use question::{Question, Wrong};
pub use who::{Reading, Tokens};
