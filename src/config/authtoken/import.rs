//! A section written down as a file of ours, with a report of what became of each option.

use std::fmt::Write as _;

use super::interpolation::Dialect;
use super::report::report;
use super::translation::Translation;
use super::verdict::Pair;
use super::{Authtoken, read};
use crate::config::effective::quoted;
use crate::config::errors::{ConfigErrors, Problems, legible};
use crate::config::layers::Layers;
use crate::config::options::{self, Field, Kind};
use crate::config::origin::{Origin, Spot};
use crate::config::routes::Written;
use crate::config::settings::{self, shown};
use crate::config::{Environment, account, resolve};

/// What `portcullis import` says.
pub struct Import {
    /// A configuration file; the report is in the comments at its head.
    pub text: String,
    /// What was refused.
    pub refused: Option<ConfigErrors>,
}

/// Writes a section down as a configuration file of ours, for the service at `upstream`. The values
/// of secrets are not in it.
///
/// # Errors
/// The file cannot be read, or has no such section.
pub fn import(
    source: &Authtoken,
    upstream: Option<&str>,
    environment: &Environment,
) -> Result<Import, ConfigErrors> {
    let mut problems = Problems::default();
    let Ok(mut translation) = read(source, environment, &mut problems) else {
        return Err(problems.into_errors());
    };
    check(&mut translation, upstream, environment, &mut problems);
    let text = text(&translation, upstream);
    let refused = (!problems.is_empty()).then(|| problems.into_errors());
    Ok(Import { text, refused })
}

/// Finds what is wrong in view of the whole, as `portcullis check` would.
fn check(
    translation: &mut Translation,
    upstream: Option<&str>,
    environment: &Environment,
    problems: &mut Problems,
) {
    let (mut layers, mut warnings) = (Layers::default(), Vec::new());
    translation.lay(&mut layers, problems, &mut warnings);
    // What is written here may run on another machine, so nobody looks for files yet.
    for key in ["keystone.ca_file", "keystone.cert_file", "keystone.key_file"] {
        layers.remove(key);
    }
    let upstream = upstream.unwrap_or("http://upstream.invalid");
    layers.cover("upstream.url", upstream, Origin::Argument("--upstream"));
    // Nor does the environment of this machine matter.
    let bare = Environment { directory: environment.directory.clone(), ..Environment::default() };
    let lost = translation.lost_account();
    let settled = account::settle(&mut layers, &bare, lost, problems, &mut warnings);
    let missing_at = Origin::Ini(translation.spot("auth_url"));
    let settings = settings::read(&layers, &bare, &missing_at, problems, &mut warnings);
    resolve::resolve(&settings, &layers, &Written::default(), &bare, settled, problems, warnings);
    for (origin, message) in problems.iter() {
        if let Origin::Ini(spot) = origin {
            translation.refuse(spot, message);
        }
    }
}

/// The file.
fn text(translation: &Translation, upstream: Option<&str>) -> String {
    let mut text = String::new();
    let Translation { file, section, .. } = translation;
    let head = format!("Made by \"portcullis import\" from [{section}] in {file}.\n\n");
    for line in format!("{head}{}", report(translation)).lines() {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "{}", comment(line));
    }
    text.push('\n');
    let _ = match upstream {
        Some(url) => writeln!(text, "upstream: {}", quoted(url)),
        None => {
            writeln!(text, "# The service behind the proxy:\n# upstream: http://127.0.0.1:9000")
        }
    };
    let mut section = "";
    for (field, pair, spot) in written(translation) {
        let of = field.key.split_once('.').map_or("", |(section, _)| section);
        if of != section {
            section = of;
            let _ = writeln!(text, "{section}:");
        }
        text.push_str(&line(field, pair, spot, translation.dialect));
    }
    text
}

/// What is to be written, in the order of our own table. Of two values for one key the later holds.
fn written(translation: &Translation) -> Vec<(&'static Field, &Pair, &Spot)> {
    let pairs: Vec<_> = translation.pairs().collect();
    let last = |field: &'static Field| {
        let (pair, spot) = pairs.iter().rev().find(|(pair, _)| pair.key == field.key)?;
        Some((field, *pair, *spot))
    };
    options::fields().filter_map(last).collect()
}

fn line(field: &Field, Pair { text, .. }: &Pair, spot: &Spot, dialect: Dialect) -> String {
    let leaf = field.leaf();
    match field.kind {
        Kind::Secret => {
            let Spot { file, option, line, .. } = spot;
            let line = line.unwrap_or_default();
            let escapes = match dialect {
                Dialect::Oslo => "quotes around it do not belong to it, and $$ is a $",
                Dialect::Paste => "%% is a %",
            };
            let note = format!(
                "Not copied: put what {option} says ({file}:{line}) into this file; {escapes}."
            );
            format!("  {}\n  {leaf}_file: /etc/portcullis/{leaf}\n", comment(&note))
        }
        Kind::List => {
            let words: Vec<String> =
                text.split(',').filter(|word| !word.is_empty()).map(quoted).collect();
            format!("  {leaf}: [{}]\n", words.join(", "))
        }
        _ => format!("  {leaf}: {}\n", quoted(&shown(field, text))),
    }
}

/// A line of comment, whatever the names in it hold.
fn comment(text: &str) -> String {
    let line: String = "# ".chars().chain(text.chars().flat_map(legible)).collect();
    line.trim_end().to_owned()
}
