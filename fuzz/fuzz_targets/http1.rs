//! Any bytes on the public listener: no panic, no connection that hangs, and nothing at the
//! service that it could misread or that Keystone did not say. The tokens of `tests/strict/people.rs`
//! are known.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::throw;

fuzz_target!(|bytes: &[u8]| throw(bytes));
