//! Portcullis validates OpenStack Keystone tokens in front of a service.
//!
//! Read the rooms in this order; `ARCHITECTURE.md` draws the arrows between them.

#![forbid(unsafe_code)]

pub mod cli;
pub mod commands;

pub mod app;

pub mod config;

pub mod explain;
pub mod front;
pub mod server;

pub mod admission;

pub mod validation;

pub mod keystone;
pub mod policy;
pub mod probe;
pub mod remote;
pub mod routing;
pub mod upstream;

pub mod dial;
pub mod identity;
pub mod pem;
pub mod telemetry;
