//! Accounts from `clouds.yaml`, the file that the command line clients read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Environment;
use super::account::{ACCOUNT, Found, leaf};
use super::errors::Problems;
use super::layers::Layers;
use super::origin::Origin;
use super::settings::warn_of_readers;
use super::yaml::{self, Content, Mark, Node};

/// An entry was asked for and cannot be used; the reason is among the problems.
pub(super) struct Unusable;

/// What the entry that was asked for says; `None` when nobody asked for one.
pub(super) fn find(
    layers: &Layers,
    environment: &Environment,
    problems: &mut Problems,
    warnings: &mut Vec<String>,
) -> Option<Result<Found, Unusable>> {
    let (name, asked) = match layers.get("keystone.cloud") {
        Some(written) => (written.text.as_str(), written.origin.clone()),
        None => match (environment.variable("OS_CLOUD"), layers.get("keystone.clouds_file")) {
            (Some(name), _) => (name, Origin::Variable("OS_CLOUD".to_owned())),
            (None, Some(file)) => {
                let message = "which of its entries? set keystone.cloud";
                problems.add(&file.origin, "keystone.clouds_file", message);
                return Some(Err(Unusable));
            }
            (None, None) => return None,
        },
    };
    let found = path(layers, environment)
        .map_err(|message| problems.add(&asked, "keystone.cloud", message))
        .and_then(|path| Files::read(path, problems).ok_or(()))
        .and_then(|files| {
            files.warn_of_readers(name, warnings);
            files.found(name).map_err(|message| problems.add(&asked, "keystone.cloud", message))
        });
    Some(found.map_err(|()| Unusable))
}

/// `clouds.yaml` and what was beside it.
struct Files {
    path: PathBuf,
    main: Node,
    secure_path: PathBuf,
    secure: Option<Node>,
}

impl Files {
    fn read(path: PathBuf, problems: &mut Problems) -> Option<Self> {
        let main = read(&path, problems)?;
        let secure_path = path.with_file_name("secure.yaml");
        let secure = if secure_path.exists() { Some(read(&secure_path, problems)?) } else { None };
        Some(Self { path, main, secure_path, secure })
    }

    fn found(&self, name: &str) -> Result<Found, String> {
        let path = self.path.display();
        let known = match self.main.get("clouds").map(|clouds| &clouds.content) {
            Some(Content::Mapping(entries)) => entries.iter().map(|e| e.key.as_str()).collect(),
            _ => Vec::new(),
        };
        if !known.contains(&name) {
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            return Err(format!("{path} has no entry {name:?}; it has {known}"));
        }
        let origin = Origin::Cloud { name: name.into(), path: self.path.clone() };
        let cloud = Cloud { name, main: &self.main, secure: self.secure.as_ref(), origin };
        cloud.found().map_err(|message| format!("entry {name:?} of {path}: {message}"))
    }

    fn warn_of_readers(&self, name: &str, warnings: &mut Vec<String>) {
        let files = [(&self.path, Some(&self.main)), (&self.secure_path, self.secure.as_ref())];
        for (path, root) in files {
            if root.is_some_and(|root| holds_secret(root, name)) {
                warn_of_readers(path, warnings);
            }
        }
    }
}

/// One entry, with what `secure.yaml` says of it laid over.
struct Cloud<'a> {
    name: &'a str,
    main: &'a Node,
    secure: Option<&'a Node>,
    origin: Origin,
}

impl Cloud<'_> {
    fn found(&self) -> Result<Found, String> {
        let kind = self.text(&["auth_type"]).unwrap_or("password");
        if !matches!(kind, "password" | "v3password" | "v3applicationcredential") {
            return Err(format!(
                "auth_type {kind:?} is not supported; use password or v3applicationcredential"
            ));
        }
        let read = |key: &'static str| {
            let text = self.text(&["auth", leaf(key)])?;
            Some((key, text.to_owned(), self.origin.clone()))
        };
        let mut found =
            Found { account: ACCOUNT.into_iter().filter_map(read).collect(), address: Vec::new() };
        if kind == "v3applicationcredential" {
            found.keep_application_credential();
        }
        found.prefer_ids();
        found.address = self.address();
        Ok(found)
    }

    fn address(&self) -> Vec<(&'static str, String, Origin)> {
        let mut address = Vec::new();
        let mut add = |key, text: &str| address.push((key, text.to_owned(), self.origin.clone()));
        if let Some(url) = self.text(&["auth", "auth_url"]) {
            add("keystone.auth_url", url);
        }
        // Python's YAML is of the older kind, in which `no` is false.
        let verify = self.text(&["verify"]).map(str::to_ascii_lowercase);
        if matches!(verify.as_deref(), Some("false" | "no" | "off")) {
            add("keystone.insecure", "true");
        } else if let Some(file) = self.text(&["cacert"]) {
            add("keystone.ca_file", file);
        }
        address
    }

    fn text(&self, path: &[&str]) -> Option<&str> {
        self.secure
            .and_then(|root| text_at(root, self.name, path))
            .or_else(|| text_at(self.main, self.name, path))
    }
}

fn text_at<'a>(root: &'a Node, name: &str, path: &[&str]) -> Option<&'a str> {
    let entry = root.get("clouds")?.get(name)?;
    path.iter().try_fold(entry, |node, key| node.get(key))?.text()
}

fn holds_secret(root: &Node, name: &str) -> bool {
    ["password", "application_credential_secret"]
        .into_iter()
        .any(|key| text_at(root, name, &["auth", key]).is_some())
}

/// The file to read: the one that was named, else the first that exists.
fn path(layers: &Layers, environment: &Environment) -> Result<PathBuf, String> {
    let named = layers.get("keystone.clouds_file").map(|written| written.text.as_str());
    if let Some(named) = named.or_else(|| environment.variable("OS_CLIENT_CONFIG_FILE")) {
        return Ok(environment.path(named));
    }
    let places = [
        Some(environment.path("clouds.yaml")),
        environment.home.as_ref().map(|home| home.join(".config/openstack/clouds.yaml")),
        Some(PathBuf::from("/etc/openstack/clouds.yaml")),
    ];
    places.into_iter().flatten().find(|path| path.exists()).ok_or_else(|| {
        "no clouds.yaml in ., ~/.config/openstack or /etc/openstack; name it in \
         keystone.clouds_file"
            .to_owned()
    })
}

fn read(path: &Path, problems: &mut Problems) -> Option<Node> {
    let name: Arc<str> = path.display().to_string().into();
    let bytes = std::fs::read(path).map_err(|error| {
        problems.add(&Origin::WholeFile(Arc::clone(&name)), "", format!("cannot be read: {error}"));
    });
    // An empty file is a list of no clouds.
    let empty = Node { at: Mark { line: 1, column: 1 }, content: Content::Mapping(Vec::new()) };
    let root = yaml::parse(&name, &bytes.ok()?, problems).ok()?;
    Some(root.unwrap_or(empty))
}
