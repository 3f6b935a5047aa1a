//! Which objects have pods in them, and where.

use serde_json::Value;

use super::value::{Refusal, at, text};

/// What an object is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It has a pod at this path.
    Workload(&'static [&'static str]),
    /// It sends connections to pods.
    Service,
    /// It says who may connect to pods.
    NetworkPolicy,
    /// Nothing.
    Other,
}

/// What an object is.
pub(super) fn kind(object: &Value) -> Kind {
    const PLACES: [&[&str]; 3] =
        [&["spec", "template"], &["spec", "jobTemplate", "spec", "template"], &["template"]];
    match text(object, &["kind"]) {
        Some("Pod") => Kind::Workload(&[]),
        Some("Service") if text(object, &["apiVersion"]) == Some("v1") => Kind::Service,
        Some("NetworkPolicy") => Kind::NetworkPolicy,
        // Whatever has a pod where others have theirs: Deployments and all their like, of others too.
        _ => PLACES
            .into_iter()
            .find(|place| {
                let pod = at(object, place);
                pod.and_then(|pod| at(pod, &["spec", "containers"])).is_some_and(Value::is_array)
            })
            .map_or(Kind::Other, Kind::Workload),
    }
}

/// Refuses what makes a pod of its own of the one that it describes, where a sidecar would not be in the
/// path.
///
/// # Errors
/// It is of Knative Serving.
pub(super) fn makes_its_own(object: &Value) -> Result<(), Refusal> {
    let group = text(object, &["apiVersion"]).and_then(|version| version.split('/').next());
    if group == Some("serving.knative.dev") {
        return Err(Refusal(
            "is Knative's, which takes no init container with probes and no second port, and calls the \
             application past any sidecar; run the gateway in front of it, and leave it as it is by \
             portcullis/inject: \"false\""
                .to_owned(),
        ));
    }
    Ok(())
}

/// The objects of a document, which is one itself or a list of them.
pub(super) fn objects(document: &Value) -> Vec<&Value> {
    match document.get("items").and_then(Value::as_array) {
        Some(items) if is_list(document) => items.iter().flat_map(objects).collect(),
        _ => vec![document],
    }
}

/// The same, to be changed, in the same order.
pub(super) fn objects_mut(document: &mut Value) -> Vec<&mut Value> {
    if is_list(document) && document.get("items").is_some_and(Value::is_array) {
        let items = document.get_mut("items").and_then(Value::as_array_mut);
        return items.into_iter().flatten().flat_map(objects_mut).collect();
    }
    vec![document]
}

/// Takes what has become nothing out of a list of objects.
pub(super) fn without_gaps(document: &mut Value) {
    if is_list(document)
        && let Some(items) = document.get_mut("items").and_then(Value::as_array_mut)
    {
        items.iter_mut().for_each(without_gaps);
        items.retain(|item| !item.is_null());
    }
}

fn is_list(document: &Value) -> bool {
    text(document, &["kind"]).is_some_and(|kind| kind.ends_with("List"))
}

/// How an object is called in messages: `Deployment web`, or `Deployment shop/web`.
pub(super) fn title(object: &Value) -> String {
    let kind = text(object, &["kind"]).unwrap_or("object");
    let name = text(object, &["metadata", "name"])
        .or_else(|| text(object, &["metadata", "generateName"]))
        .unwrap_or("without a name");
    match text(object, &["metadata", "namespace"]) {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}
