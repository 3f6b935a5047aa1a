//! The same for HTTP/2: frames with the right lengths, whatever is in them.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use portcullis_fuzz::{mutate, throw};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| throw(bytes));
