//! `portcullis policy test`: tables of requests and what is expected of them.

use std::process::ExitCode;

use crate::app::Rehearsals;
use crate::cli::PolicyTest;
use crate::config;

use super::{load, say};

/// Plays every case of every file; ends with 1 when any did not come as expected.
pub(super) fn test(arguments: PolicyTest) -> anyhow::Result<ExitCode> {
    let config = load(arguments.configured)?.config;
    let rehearsals = Rehearsals::new(&config)?;
    let (mut passed, mut failed) = (0_usize, 0_usize);
    // Every file is read before any case is played: a table that is wrong says nothing.
    let mut cases = Vec::new();
    for file in &arguments.files {
        cases.extend(config::cases(file, config.keystone.access_rules)?);
    }
    for case in &cases {
        let report = rehearsals.test(case)?;
        *if report.met { &mut passed } else { &mut failed } += 1;
        say(&report.to_string())?;
    }
    say(&format!("{passed} passed, {failed} failed"))?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
