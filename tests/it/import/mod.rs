//! `portcullis import` and `--keystone-authtoken`: sections as deployment tools and people write
//! them.

mod program;
mod sections;

use std::path::{Path, PathBuf};

/// Where the sections are, and beside each what becomes of it.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/keystone_authtoken")
}
