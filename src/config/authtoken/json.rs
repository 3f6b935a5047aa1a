//! An oslo.config file as JSON, for comparing with what oslo.config itself reads.

use serde_json::{Map, Value, json};

use super::ini::{Ini, Quotes};
use super::interpolation::{Dialect, Fault, Interpolation};

/// Reads a whole file as oslo.config does: `{section: {option: {"value": text}}}`, with references
/// filled in, or `{"fault": name}` in place of a value that cannot be had. Of sections written in
/// different case there is one, in small letters.
///
/// # Errors
/// The line that cannot be read, and why.
pub fn ini_to_json(text: &str) -> Result<Value, (usize, String)> {
    let ini = Ini::parse(text, Quotes::Strip)
        .map_err(|refusal| (refusal.line, refusal.fault.to_string()))?;
    let filled = Interpolation::new(&ini, Dialect::Oslo, "", |_| None);
    let mut sections = Map::new();
    for section in ini.names() {
        let mut options = Map::new();
        for option in ini.section(section).into_iter().flat_map(|options| options.keys()) {
            let Some(written) = ini.last(section, option) else { continue };
            let value = match filled.fill(section, option, &written.value) {
                Ok(value) => json!({"value": value}),
                Err(fault) => json!({"fault": name(&fault)}),
            };
            options.insert(option.clone(), value);
        }
        sections.insert(section.to_owned(), Value::Object(options));
    }
    Ok(Value::Object(sections))
}

fn name(fault: &Fault) -> &'static str {
    match fault {
        Fault::Circle(_) => "circle",
        Fault::Percent => "percent",
        Fault::Section(_) => "section",
        Fault::TooMuch => "too much",
        Fault::Unknown(_) => "unknown",
        Fault::UnknownSection(_) => "unknown section",
    }
}
