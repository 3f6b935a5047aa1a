//! How an operator names a token without showing it.

use aws_lc_rs::digest::{SHA256, digest};

/// SHA-256, as `sha256sum` prints it.
pub fn sha256(text: impl AsRef<[u8]>) -> String {
    digest(&SHA256, text.as_ref()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
