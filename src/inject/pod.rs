//! What becomes of a pod.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::ports::AppPort;
use super::probes::{self, Probes};
use super::record::Missing;
use super::settings::Settings;
use super::sidecar;
use super::value::{Refusal, at_mut, is_named, items, list, text};
use super::{NAME, obstacles, record};

/// The lists of containers in a pod.
pub(super) const LISTS: [&str; 2] = ["initContainers", "containers"];

/// Which container `kubectl logs` and `exec` mean when nobody says.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// Whether a pod has a sidecar, or what bears its name.
pub(super) fn has_sidecar(pod: &Value) -> bool {
    sidecars(pod).next().is_some()
}

/// Whether a pod has a sidecar that somebody else put in.
pub(super) fn has_foreign(pod: &Value) -> bool {
    record::read(pod).is_none() && has_sidecar(pod)
}

/// Whether a pod has the sidecar of which its note speaks.
pub(super) fn is_as_noted(pod: &Value) -> bool {
    let note = record::read(pod);
    let Some(mark) = note.as_ref().and_then(|note| text(note, &["mark"])) else { return false };
    let mut ours = sidecars(pod);
    matches!((ours.next(), ours.next()), (Some(one), None) if record::mark(one) == mark)
}

fn sidecars(pod: &Value) -> impl Iterator<Item = &Value> {
    let all = LISTS.iter().flat_map(|list| items(pod, &["spec", list]));
    all.filter(|container| is_named(container, NAME))
}

/// Why a pod that asks for a sidecar is not left alone with one that somebody else put in.
pub(super) fn foreign() -> Refusal {
    Refusal(format!(
        "it asks for a sidecar and has a container {NAME} already, which was not put in by us; take \
         one of the two away"
    ))
}

/// Why a pod is denied whose sidecar is not the one of which its note speaks. Another in its place
/// would not have what was said to this one, as the rules in its file, and would let in whom they keep
/// out; and this one may guard nothing.
pub(super) fn altered() -> Refusal {
    Refusal(format!(
        "the container {NAME} is not the one of its record in {}: somebody has changed its command, its \
         args or its PORTCULLIS_* variables since; run portcullis inject again with the flags that are \
         meant, or portcullis uninject to be given the webhook's",
        record::ANNOTATION,
    ))
}

/// Puts the sidecar into a pod that has none, and says what will not work as it did.
///
/// # Errors
/// The pod cannot have one, or not one that would guard anything.
pub(super) fn inject(
    pod: &mut Value,
    app: Option<&AppPort>,
    wish: &Settings,
) -> Result<Vec<String>, Refusal> {
    let Some(spec) = pod.get_mut("spec").filter(|spec| spec.is_object()) else {
        return Err(Refusal("the pod has no spec".to_owned()));
    };
    obstacles::check(spec, app, wish)?;
    let mut remarks = app.map(|app| obstacles::remarks(spec, app)).unwrap_or_default();
    remarks.extend(astray(spec, app));
    let mut probes = Probes::default();
    if let Some(app) = app {
        for list in LISTS {
            let containers = spec.get_mut(list).and_then(Value::as_array_mut);
            for container in containers.into_iter().flatten() {
                probes::lead(container, app, wish, &mut probes)?;
            }
        }
    }
    let mut note = Map::new();
    if sidecar::shares_socket(wish) {
        let bare = mount_socket(spec)?;
        if !bare.is_empty() {
            note.insert("mounts".into(), bare.into());
        }
    }
    let volumes: Vec<_> = sidecar::volumes(wish).into_iter().map(|(volume, _)| volume).collect();
    put(spec, "volumes", volumes, false, &mut note)?;
    let container = sidecar::container(app, wish, &probes, grace(spec));
    let place = if wish.native { "initContainers" } else { "containers" };
    // Beside others it is the first, because a kubelet starts them in turn; among init containers it is
    // the last, so that the others need not wait for it.
    note.insert("mark".into(), record::mark(&container).into());
    put(spec, place, vec![container], !wish.native, &mut note)?;
    if !probes.before.is_empty() {
        note.insert("probes".into(), Value::Object(probes.before));
    }
    let first = items(spec, &["containers"]).iter().find(|one| !is_named(one, NAME));
    let first = first.and_then(|container| text(container, &["name"])).map(str::to_owned);
    let chosen = text(pod, &["metadata", "annotations", DEFAULT_CONTAINER]).is_some();
    match first {
        Some(first) if !wish.native && !chosen => {
            note.insert("default".into(), true.into());
            record::write(pod, Value::Object(note));
            record::annotate(pod, DEFAULT_CONTAINER, first);
        }
        _ => record::write(pod, Value::Object(note)),
    }
    Ok(remarks)
}

/// Probes of a pod's spec that ask for what no sidecar knows.
pub(super) fn astray(spec: &Value, app: Option<&AppPort>) -> Vec<String> {
    let all = LISTS.iter().flat_map(|list| items(spec, &[list]));
    all.flat_map(|container| probes::astray(container, app)).collect()
}

/// How long the pod may take to end, in seconds.
fn grace(spec: &Value) -> u64 {
    spec.get("terminationGracePeriodSeconds").and_then(Value::as_u64).unwrap_or(30)
}

/// Takes out what [`inject`] has put in. A pod without a note of it stays as it is.
pub(super) fn restore(pod: &mut Value) {
    let Some(note) = record::read(pod) else { return };
    let bare: HashSet<_> = items(&note, &["mounts"]).iter().filter_map(Value::as_str).collect();
    if let Some(spec) = pod.get_mut("spec") {
        for list in LISTS {
            keep(spec, list, |container| !is_named(container, NAME));
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten()
            {
                keep(container, "volumeMounts", |mount| !is_named(mount, sidecar::SOCKET));
                let name = text(container, &["name"]).unwrap_or_default().to_owned();
                if let Some(noted) = note.get("probes") {
                    probes::restore(container, noted);
                }
                let bare = bare.contains(name.as_str());
                if let Some(container) = container.as_object_mut().filter(|_| bare) {
                    record::give_back(container, "volumeMounts", Some(Missing::Absent));
                }
            }
        }
        keep(spec, "volumes", |volume| !sidecar::VOLUMES.iter().any(|name| is_named(volume, name)));
        for list in ["initContainers", "volumes"] {
            let noted = |missing: &Missing| {
                items(&note, &[missing.word()]).iter().any(|noted| noted == list)
            };
            if let Some(spec) = spec.as_object_mut() {
                record::give_back(spec, list, Missing::ALL.into_iter().find(noted));
            }
        }
    }
    if note.get("default").is_some()
        && let Some(annotations) = at_mut(pod, &["metadata", "annotations"])
        && let Some(annotations) = annotations.as_object_mut()
    {
        annotations.remove(DEFAULT_CONTAINER);
    }
    record::forget(pod, &note);
}

/// Lets every container of the application see the socket's directory, and says which of them had no
/// mounts.
fn mount_socket(spec: &mut Value) -> Result<Vec<Value>, Refusal> {
    let mut bare = Vec::new();
    let containers = spec.get_mut("containers").and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten() {
        if container.get("volumeMounts").is_none() {
            bare.push(container.get("name").cloned().unwrap_or_default());
        }
        let Some(mounts) = list(container, "volumeMounts") else {
            return Err(Refusal("the volumeMounts of a container are no list".to_owned()));
        };
        mounts.push(sidecar::socket_mount());
    }
    Ok(bare)
}

/// Puts items into a list of the pod's spec, which is noted as ours when it was not there.
fn put(
    spec: &mut Value,
    key: &str,
    new: Vec<Value>,
    first: bool,
    note: &mut Map<String, Value>,
) -> Result<(), Refusal> {
    if new.is_empty() {
        return Ok(());
    }
    if let Some(missing) = Missing::of(spec.get(key)) {
        let noted = note.entry(missing.word()).or_insert_with(|| json!([]));
        if let Some(noted) = noted.as_array_mut() {
            noted.push(key.into());
        }
    }
    let Some(items) = list(spec, key) else {
        return Err(Refusal(format!("{key} is no list")));
    };
    let at = if first { 0 } else { items.len() };
    items.splice(at..at, new);
    Ok(())
}

fn keep(value: &mut Value, key: &str, wanted: impl Fn(&Value) -> bool) {
    if let Some(items) = value.get_mut(key).and_then(Value::as_array_mut) {
        items.retain(|item| wanted(item));
    }
}
