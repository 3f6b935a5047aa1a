//! Explains a verdict:
//!
//! ```sh
//! cargo run -p oslo-policy --example explain -- policy.yaml server:delete \
//!     '{"user_id": "a1", "roles": ["member"]}' '{"user_id": "b2"}'
//! ```

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "that is what it is for")]

use std::error::Error;
use std::process::ExitCode;

use oslo_policy::{Answers, Policy};
use serde_json::Value as Json;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, rule, credentials, target] = arguments.as_slice() else {
        eprintln!("usage: explain FILE RULE CREDENTIALS TARGET");
        return ExitCode::FAILURE;
    };
    match explain(file, rule, credentials, target) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn explain(
    file: &str,
    rule: &str,
    credentials: &str,
    target: &str,
) -> Result<String, Box<dyn Error>> {
    let policy = Policy::builder().file(file).allow_remote_checks().build()?;
    let credentials: Json = serde_json::from_str(credentials)?;
    let target: Json = serde_json::from_str(target)?;
    Ok(policy.explain(rule, &target, &credentials, &Answers::new()).to_string())
}
