//! Checks policy files: `cargo run -p oslo-policy --example check -- policy.yaml policy.d`.
//!
//! With `--defaults FILE` in front, a service's defaults are there too, as JSON.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "that is what it is for")]

use std::path::Path;
use std::process::ExitCode;

use oslo_policy::{Policy, PolicyBuilder, RuleDefault};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut builder = Policy::builder().allow_remote_checks();
    while let Some(argument) = arguments.next() {
        builder = match argument.as_str() {
            "--defaults" => match with_defaults(builder, arguments.next()) {
                Ok(builder) => builder,
                Err(message) => return failure(&message),
            },
            path if Path::new(path).is_dir() => builder.directory(path),
            path => builder.file(path),
        };
    }
    match builder.build() {
        Ok(policy) => {
            for note in policy.notes() {
                println!("{note}");
            }
            println!("{} rules, {} notes", policy.rules().count(), policy.notes().len());
            ExitCode::SUCCESS
        }
        Err(errors) => failure(&errors.to_string()),
    }
}

fn with_defaults(builder: PolicyBuilder, path: Option<String>) -> Result<PolicyBuilder, String> {
    let path = path.ok_or("--defaults wants a file")?;
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let defaults = RuleDefault::from_json(&text).map_err(|error| format!("{path}: {error}"))?;
    Ok(builder.defaults(defaults))
}

fn failure(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
