//! How the application is asked for its health.

use std::collections::BTreeMap;

use super::reader::Reader;
use crate::config::probes::{NOT_A_NAME, is_name, shown};
use crate::probe::{Settings, Target};

/// What may be asked; what cannot be is told.
pub(super) fn probes(reader: &mut Reader<'_>) -> Settings {
    let timeout = reader.duration("telemetry.probe_timeout");
    let mut targets = BTreeMap::new();
    for item in reader.list(KEY) {
        match read(&item) {
            Ok((name, target)) => {
                if targets.insert(name.to_owned(), target).is_some() {
                    reader.refuse(KEY, &format!("{name:?} is there twice; rename one of them"));
                }
            }
            Err(message) => reader.refuse(KEY, &message),
        }
    }
    let nowhere = reader.address("telemetry.listen").is_none();
    if nowhere && !targets.is_empty() && !reader.was_refused("telemetry.listen") {
        let message = "are served nowhere while telemetry.listen is off; give it an address, or \
                       remove the probes";
        reader.refuse(KEY, message);
    }
    Settings { targets, timeout }
}

fn read(item: &str) -> Result<(&str, Target), String> {
    let Some((name, url)) = item.split_once('=') else {
        let shown = shown(item);
        return Err(format!("{shown:?} is no NAME=URL; {EXAMPLE}"));
    };
    if !is_name(name) {
        return Err(format!("{name:?} {NOT_A_NAME}"));
    }
    let target = Target::parse(url);
    Ok((name, target.map_err(|error| format!("{name}: {:?}: {error}", shown(url)))?))
}

const KEY: &str = "telemetry.probes";
const EXAMPLE: &str = "write one as in app/readiness=http://127.0.0.1:9000/ready";
