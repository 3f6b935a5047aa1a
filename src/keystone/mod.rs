//! The identity service, spoken.

mod settings;

pub use settings::{
    ApplicationCredentialRef, Base, Credentials, DomainReference, LoginScope, Method, Mode,
    Reference, Settings,
};
