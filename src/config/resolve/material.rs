//! The files of certificates, keys and revocations that options name: a change of one is a change of
//! the configuration.

use std::path::PathBuf;

use crate::config::Environment;
use crate::config::routes::Written;
use crate::config::settings::Settings;
use crate::config::value::Value;

/// All of them that are followed while the process runs.
pub(in crate::config) fn material(
    settings: &Settings,
    written: &Written,
    environment: &Environment,
) -> Vec<PathBuf> {
    let options = KEYS.iter().filter_map(|(section, leaf)| {
        settings.get(format!("{section}.{leaf}").as_str())?.value.as_ref()
    });
    let names = options.flat_map(|value| match value {
        Value::List(names) => names.clone(),
        Value::Text(name) => vec![name.clone()],
        _ => Vec::new(),
    });
    let leaves: Vec<_> = KEYS.iter().map(|(_, leaf)| *leaf).collect();
    names.chain(written.named_files(&leaves)).map(|name| environment.path(&name)).collect()
}

/// Their options. Named listeners and services have the same leaves.
const KEYS: [(&str, &str); 11] = [
    ("tls", "certificate_file"),
    ("tls", "key_file"),
    ("tls", "client_ca_file"),
    ("tls", "crl_file"),
    ("upstream", "ca_file"),
    ("upstream", "certificate_file"),
    ("upstream", "key_file"),
    ("keystone", "ca_file"),
    ("keystone", "cert_file"),
    ("keystone", "key_file"),
    ("policy", "remote_ca_file"),
];
