//! How an operator names a token without showing it.

use aws_lc_rs::digest::{SHA256, digest};

/// A text's SHA-256, as `sha256sum` prints it.
pub fn sha256(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
