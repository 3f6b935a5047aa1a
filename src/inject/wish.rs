//! What one pod is to get: the settings, with what its annotations say over them.

use serde_json::Value;

use super::settings::Settings;
use super::value::{Refusal, at, text};

/// Whether a pod is to have a sidecar: `"true"` or `"false"`.
pub(super) const INJECT: &str = "portcullis/inject";

/// The application's port, by number or name.
pub(super) const APP_PORT: &str = "portcullis/app-port";

/// The sidecar's port.
const PORT: &str = "portcullis/port";

/// The annotations, and what each says.
const KNOWN: [&str; 11] = [
    INJECT,
    super::record::ANNOTATION,
    APP_PORT,
    "portcullis/config",
    "portcullis/image",
    "portcullis/keystone-url",
    "portcullis/native",
    PORT,
    "portcullis/secret",
    "portcullis/telemetry-port",
    "portcullis/upstream",
];

/// Whether the annotations or labels of an object ask for a sidecar; `None` when they do not say.
/// Labels are what an API server can choose objects by.
pub(super) fn asked(object: &Value) -> Result<Option<bool>, Refusal> {
    let places = [["metadata", "annotations", INJECT], ["metadata", "labels", INJECT]];
    let said = places.iter().find_map(|place| at(object, place));
    said.map(|said| said.as_str().map_or_else(|| Err(no_text(INJECT)), |word| truth(INJECT, word)))
        .transpose()
}

/// What an object's annotation says of the application's port.
pub(super) fn app_port_of(object: &Value) -> Option<&str> {
    text(object, &["metadata", "annotations", APP_PORT])
}

/// What an object's annotation says of the sidecar's port.
///
/// # Errors
/// It is none.
pub(super) fn port_of(object: &Value) -> Result<Option<u16>, Refusal> {
    let said = text(object, &["metadata", "annotations", PORT]);
    said.map(|said| port(PORT, said.trim())).transpose()
}

/// The settings for one pod.
///
/// # Errors
/// An annotation that does not exist, or says what it cannot.
pub(super) fn of(pod: &Value, settings: &Settings) -> Result<Settings, Refusal> {
    let mut wish = settings.clone();
    let annotations = pod.get("metadata").and_then(|metadata| metadata.get("annotations"));
    for (key, value) in annotations.and_then(Value::as_object).into_iter().flatten() {
        if !key.starts_with("portcullis/") {
            continue;
        }
        if !KNOWN.contains(&key.as_str()) {
            return Err(unknown(key));
        }
        let Some(said) = value.as_str() else {
            return Err(no_text(key));
        };
        let said = said.trim();
        match key.as_str() {
            APP_PORT => wish.app_port = Some(said.to_owned()),
            "portcullis/config" => wish.config_map = Some(said.to_owned()),
            "portcullis/image" => said.clone_into(&mut wish.image),
            "portcullis/keystone-url" => wish.keystone_url = Some(said.to_owned()),
            "portcullis/native" => wish.native = truth(key, said)?,
            PORT => wish.port = port(key, said)?,
            "portcullis/secret" => wish.secret = Some(said.to_owned()),
            "portcullis/telemetry-port" => wish.telemetry_port = port(key, said)?,
            "portcullis/upstream" => wish.upstream = Some(said.to_owned()),
            _ => {}
        }
    }
    if wish.config_map.is_none() && wish.keystone_url.is_none() {
        return Err(Refusal(
            "nothing says where Keystone is: give --keystone-url or --config-map, or the annotation \
             portcullis/keystone-url or portcullis/config"
                .to_owned(),
        ));
    }
    wish.check()?;
    Ok(wish)
}

/// Refuses annotations of an object that nobody would read there: `here` are those that are read.
/// A typo would leave a door open.
///
/// # Errors
/// There is one.
pub(super) fn nothing_else(object: &Value, here: &[&str]) -> Result<(), Refusal> {
    let annotations = at(object, &["metadata", "annotations"]).and_then(Value::as_object);
    let ours = annotations.into_iter().flatten().map(|(key, _)| key.as_str());
    let mut ours = ours.filter(|key| key.starts_with("portcullis/"));
    match ours.find(|key| !here.contains(key)) {
        None => Ok(()),
        Some(key) if KNOWN.contains(&key) => {
            Err(Refusal(format!("the annotation {key} is not read here; write it on the pod")))
        }
        Some(key) => Err(unknown(key)),
    }
}

/// What is read at a workload, outside its pod.
pub(super) const AT_WORKLOADS: [&str; 1] = [INJECT];

/// What is read at a Service.
pub(super) const AT_SERVICES: [&str; 4] = [INJECT, super::record::ANNOTATION, APP_PORT, PORT];

fn unknown(key: &str) -> Refusal {
    Refusal(format!("the annotation {key} does not exist; there are {}", KNOWN.join(", ")))
}

/// An API server would refuse it, too, but whoever wrote `true` meant it.
fn no_text(key: &str) -> Refusal {
    Refusal(format!("the annotation {key} is no text; put it in quotes"))
}

fn truth(key: &str, said: &str) -> Result<bool, Refusal> {
    match said {
        "true" | "enabled" => Ok(true),
        "false" | "disabled" => Ok(false),
        _ => Err(Refusal(format!("the annotation {key} is {said:?}; write \"true\" or \"false\""))),
    }
}

fn port(key: &str, said: &str) -> Result<u16, Refusal> {
    let number = said.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| {
        Refusal(format!("the annotation {key} is {said:?}; write a port from 1 to 65535"))
    })
}
