//! The whole program against its promises: on real sockets, with an identity service and a guarded
//! service that the tests hold in their hands. One file for each promise.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::float_cmp,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed test panics; counters are whole numbers; a test may allocate"
)]

mod access_log;
mod access_rules;
mod attacks;
mod attacks_upstream;
mod bad_input;
mod cache;
mod catalogue;
mod challenges;
mod cli;
mod client_certificate;
mod credentials;
mod deadlines;
mod delayed;
mod dev;
mod drain;
mod exhaustion;
mod explain;
mod explain_protocols;
mod forwarding;
mod golden;
mod grpc_statuses;
mod head_of_line;
mod header_options;
mod headers;
mod http2;
mod import;
mod inject;
mod ipv6;
mod keystone_material;
mod limits;
mod listeners;
mod log_level;
mod memory;
mod metrics;
mod outage;
mod own_endpoint;
mod policy;
mod policy_test;
mod probes;
mod profiles;
mod reason_header;
mod redaction;
mod refusals;
mod reload;
mod remote_checks;
mod self_signed;
mod service_mode;
mod service_tokens;
mod shares;
mod side_doors;
mod signals;
mod slow_readers;
mod smuggling;
mod spoofing;
mod summary;
mod support;
mod tls;
mod token_info;
mod trailers;
mod under_load;
mod uploads;
mod upstream;
mod upstream_age;
mod upstream_heads;
mod upstream_http2;
mod upstream_tunnels;
mod webhook;
mod websocket;
