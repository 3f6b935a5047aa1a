//! The program: reads the command line and does what it says.

use std::process::ExitCode;

use clap::Parser;
use portcullis::cli::Cli;
use portcullis::commands;

/// Small, often freed allocations from several threads are what a proxy makes most. Huge pages are
/// off (see Cargo.toml): they would triple the memory of an idle sidecar.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::run(Cli::parse())
}
