//! Connections that we make: to the guarded service and to the identity service.

mod endpoint;

pub use endpoint::{Address, Endpoint, Tls, Trust};
