//! Where the telemetry listener of a running process is, whatever else its configuration says.

use std::net::SocketAddr;

use super::errors::Problems;
use super::files::Files;
use super::layers::Layers;
use super::options::{self, Absent};
use super::routes::Written;
use super::value::{self, Value};
use super::{ConfigErrors, Sources, read_file, settings};

/// What a process that runs with these sources answers probes on; `None` where that is off.
///
/// Nothing else is looked at. A process goes on with what it read when its file is spoiled
/// afterwards, and a probe that failed because of it would end a process that serves well.
///
/// # Errors
/// When the address cannot be known: it is no address, or the file that may hold it cannot be
/// read.
pub fn telemetry(sources: &Sources) -> Result<Option<SocketAddr>, ConfigErrors> {
    let mut layers = Layers::default();
    let (mut spoiled, mut others) = (Problems::default(), Problems::default());
    let (mut routes, mut files) = (Written::default(), Files::default());
    let file = read_file(sources, &mut layers, &mut routes, &mut files, &mut spoiled);
    layers.add_environment(&sources.environment, &mut others);
    layers.add_flags(&sources.overrides, &mut others);
    let Some(field) = options::find(KEY).map(|target| target.field) else { return Ok(None) };
    let Some(written) = layers.get(KEY) else {
        // What could not be read may have held it.
        file.map_err(|_| spoiled.into_errors())?;
        let Absent::Value(default) = field.absent else { return Ok(None) };
        return Ok(value::read(field, default).ok().and_then(|value| address(&value)));
    };
    value::read(field, &written.text).map(|value| address(&value)).map_err(|message| {
        let mut problems = Problems::default();
        let message = settings::quote(field, &written.text, &message);
        problems.add(&written.origin, KEY, message);
        problems.into_errors()
    })
}

fn address(value: &Value) -> Option<SocketAddr> {
    match value {
        Value::Address(address) => Some(*address),
        _ => None,
    }
}

const KEY: &str = "telemetry.listen";
