//! Whoever asks for a sidecar where nobody looks is told so.

use serde_json::Value;

use super::kinds::{Kind, kind};
use super::value::{Refusal, at, items, text};
use super::wish;

/// Refuses an object that asks for a sidecar and has no pod, or that asks elsewhere than at itself
/// and at its pod.
///
/// # Errors
/// It does.
pub(super) fn check(object: &Value) -> Result<(), Refusal> {
    let place = match kind(object) {
        Kind::Workload(place) => place,
        Kind::Other => {
            return if asks(object) || within(object).iter().any(|inner| asks(inner)) {
                Err(Refusal("asks for a sidecar, and no pod is found in it".to_owned()))
            } else {
                Ok(())
            };
        }
        Kind::Service | Kind::NetworkPolicy => return Ok(()),
    };
    let pod = at(object, place).unwrap_or(object);
    let others = within(object).into_iter().filter(|inner| !std::ptr::eq(*inner, pod));
    others.filter(|inner| has_metadata(inner)).try_for_each(|inner| {
        wish::nothing_else(inner, &[])?;
        match wish::asked(inner)? {
            None => Ok(()),
            Some(_) => {
                Err(Refusal(format!("{} is not read here; write it on the pod", wish::INJECT)))
            }
        }
    })
}

/// Whether an object that is no workload has containers all the same.
pub(super) fn has_containers(object: &Value) -> bool {
    let runs = |inner: &&Value| {
        items(inner, &["containers"]).iter().any(|one| text(one, &["image"]).is_some())
    };
    kind(object) == Kind::Other && within(object).iter().any(runs)
}

fn asks(object: &Value) -> bool {
    matches!(wish::asked(object), Ok(Some(true)) | Err(_))
}

fn has_metadata(inner: &Value) -> bool {
    inner.get("metadata").is_some_and(Value::is_object)
}

/// All mappings inside an object, without itself.
fn within(object: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    let mut open: Vec<&Value> = children(object).collect();
    while let Some(value) = open.pop() {
        open.extend(children(value));
        if value.is_object() {
            found.push(value);
        }
    }
    found
}

fn children(value: &Value) -> impl Iterator<Item = &Value> {
    let members = value.as_object().into_iter().flat_map(|members| members.values());
    members.chain(value.as_array().into_iter().flatten())
}
