//! What the operator wrote, and what it means.
//!
//! One table of options (`options`) drives everything: what a file, a variable or a flag may say,
//! what `config show` prints, the JSON Schema and the reference. Reading goes in layers (defaults,
//! keystonemiddleware's section, file, environment, flags), every value remembers who wrote it, and all that is wrong is
//! reported at once.

mod account;
mod authtoken;
mod cases;
mod clouds;
mod effective;
mod environment;
mod errors;
mod files;
mod layers;
mod model;
mod options;
mod origin;
mod probes;
mod reference;
mod resolve;
mod routes;
mod schema;
mod settings;
mod suggest;
mod summary;
mod telemetry;
#[cfg(test)]
mod tests;
mod units;
mod value;
mod variables;
mod yaml;

use std::path::PathBuf;
use std::sync::Arc;

pub use authtoken::{Authtoken, Import, import, ini_to_json};
pub use cases::cases;
pub use effective::Effective;
pub use environment::Environment;
pub use errors::ConfigErrors;
pub use files::Files;
pub use model::{Config, Process};
pub use reference::reference;
pub use schema::schema;
pub use summary::summary;
pub use telemetry::telemetry;
pub use variables::variables;
pub use yaml::yaml_to_json;

use errors::Problems;
use layers::Layers;
use origin::Origin;
use routes::Written;
use yaml::Broken;

/// Where configuration is read from; what comes later here covers what comes before.
#[derive(Clone, Default)]
pub struct Sources {
    /// The section of an oslo.config file; `None` reads the one that
    /// `PORTCULLIS_KEYSTONE_AUTHTOKEN` names, if it names one.
    pub authtoken: Option<Authtoken>,
    /// The file; `None` reads the one that `PORTCULLIS_CONFIG` names, if it names one.
    pub file: Option<Input>,
    /// Variables, home and working directory.
    pub environment: Environment,
    /// Keys and values from the command line.
    pub overrides: Vec<(String, String)>,
}

/// A configuration file.
#[derive(Clone)]
pub enum Input {
    /// On disk.
    Path(PathBuf),
    /// In memory.
    Text {
        /// What to call it in messages.
        name: String,
        /// What it says.
        text: String,
    },
}

impl Input {
    /// Notes a file that is about to be read.
    fn note(&self, environment: &Environment, files: &mut Files) {
        if let Self::Path(path) = self {
            files.note_options(environment.directory.join(path));
        }
    }

    /// What to call it, and what it holds.
    fn read(&self, environment: &Environment) -> (String, std::io::Result<Vec<u8>>) {
        match self {
            Self::Text { name, text } => (name.clone(), Ok(text.clone().into_bytes())),
            Self::Path(path) => {
                (path.display().to_string(), std::fs::read(environment.directory.join(path)))
            }
        }
    }
}

/// A configuration, and how it came about.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the rooms read.
    pub config: Config,
    /// What people read.
    pub effective: Effective,
    /// What it was read from.
    pub files: Files,
}

/// Reads and checks a whole configuration.
///
/// # Errors
/// Everything that is wrong, each with its place, key and remedy. No message holds a secret.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigErrors> {
    load_noting(sources, &mut Files::default())
}

/// The same, and notes in `files` what it reads: whoever waits for a mistake to be mended wants to
/// know where to look.
///
/// # Errors
/// As [`load`].
pub fn load_noting(sources: &Sources, files: &mut Files) -> Result<Loaded, ConfigErrors> {
    let Sources { environment, overrides, .. } = sources;
    let mut problems = Problems::default();
    let mut warnings = Vec::new();
    let mut layers = Layers::default();
    let mut written = Written::default();
    let section = read_authtoken(sources, &mut layers, files, &mut problems, &mut warnings);
    let name = read_file(sources, &mut layers, &mut written, files, &mut problems);
    layers.add_environment(environment, &mut problems);
    layers.add_flags(overrides, &mut problems);
    let (Ok(lost), Ok(name)) = (section, name) else {
        // What a broken file leaves missing is no news.
        return Err(problems.into_errors());
    };
    let account = account::settle(&mut layers, environment, lost, &mut problems, &mut warnings);
    let settings = settings::read(&layers, environment, &name, &mut problems, &mut warnings);
    for path in resolve::policy_files(&settings, environment) {
        files.note_policy(path);
    }
    for path in resolve::material(&settings, &written, environment) {
        files.note_material(path);
    }
    let config = resolve::resolve(
        &settings,
        &layers,
        &written,
        environment,
        account,
        &mut problems,
        warnings,
    );
    match config {
        Some(config) if problems.is_empty() => {
            let effective = Effective::new(&settings, written);
            Ok(Loaded { config, effective, files: files.clone() })
        }
        _ => Err(problems.into_errors()),
    }
}

/// Adds the file's layer and returns the place where missing keys are missing.
fn read_file(
    sources: &Sources,
    layers: &mut Layers,
    written: &mut Written,
    files: &mut Files,
    problems: &mut Problems,
) -> Result<Origin, Broken> {
    let Sources { file, environment, .. } = sources;
    let named = environment.variable(FILE_VARIABLE);
    let (name, bytes) = match (file, named) {
        (None, None) => return Ok(Origin::Default),
        (Some(input), _) => {
            input.note(environment, files);
            input.read(environment)
        }
        (None, Some(written)) => {
            let path = environment.path(written);
            files.note_options(path.clone());
            (written.to_owned(), std::fs::read(path))
        }
    };
    let name: Arc<str> = name.into();
    let whole = Origin::WholeFile(Arc::clone(&name));
    let bytes = bytes.map_err(|error| {
        problems.add(&whole, "", format!("cannot be read: {error}"));
        Broken
    })?;
    match yaml::parse(&name, &bytes, problems) {
        Ok(Some(mut root)) => {
            *written = Written::take_from(&name, &mut root);
            layers.add_file(&name, root, problems);
        }
        Ok(None) => {}
        Err(broken) => return Err(broken),
    }
    Ok(whole)
}

/// Adds the layer of `[keystone_authtoken]`, when one is named, and returns whether it lacks the
/// account that it should have.
fn read_authtoken(
    sources: &Sources,
    layers: &mut Layers,
    files: &mut Files,
    problems: &mut Problems,
    warnings: &mut Vec<String>,
) -> Result<bool, authtoken::Unreadable> {
    let Sources { authtoken, environment, .. } = sources;
    let named = || environment.variable(SECTION_VARIABLE);
    let named = || named().map(|name| Authtoken::named(name, environment));
    let Some(source) = authtoken.clone().or_else(named) else { return Ok(false) };
    source.file.note(environment, files);
    let translation = authtoken::read(&source, environment, problems)?;
    translation.lay(layers, problems, warnings);
    if let (Input::Path(path), true) = (&source.file, translation.holds_secret()) {
        settings::warn_of_readers(&environment.directory.join(path), warnings);
    }
    Ok(translation.lost_account())
}

/// Names the configuration file when the command line does not.
const FILE_VARIABLE: &str = "PORTCULLIS_CONFIG";

/// Names the section of an oslo.config file when the command line does not.
const SECTION_VARIABLE: &str = "PORTCULLIS_KEYSTONE_AUTHTOKEN";
