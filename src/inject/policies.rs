//! Where policies of ours are written: where they stood before, in the list of their workloads, or
//! behind everything else.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::kinds::{Kind, kind, objects, objects_mut, title};
use super::record;
use super::value::{Refusal, list, text};

/// Puts policies where they stood before, so that they stay as they are written, and hands back those
/// that are new.
pub(super) fn in_their_places(
    policies: Vec<Value>,
    before: &[Value],
    after: &mut [Value],
) -> Vec<Value> {
    let mut new = Vec::new();
    for policy in policies {
        let after = after.iter_mut().flat_map(objects_mut);
        let mut places = before.iter().flat_map(objects).zip(after);
        let place = places.find(|(old, gone)| gone.is_null() && title(old) == title(&policy));
        match place {
            Some((_, place)) => *place = policy,
            None => new.push(policy),
        }
    }
    new
}

/// Puts new policies into the list that is the only document of a JSON text: behind it there can be no
/// other, and who reads it would have applied all but the policies when he finds out. Hands back those
/// that are to be written behind a text of YAML.
///
/// # Errors
/// The text is JSON and no list.
pub(super) fn in_json<'a>(
    json: &str,
    new: &'a [Value],
    after: &mut [Value],
) -> Result<&'a [Value], (String, Refusal)> {
    // Most texts are YAML, which is told by the first letter.
    let is_json = || serde_json::from_str::<IgnoredAny>(json).is_ok();
    let [document] = after else { return Ok(new) };
    if new.is_empty() || !json.trim_start().starts_with('{') || !is_json() {
        return Ok(new);
    }
    if text(document, &["kind"]) == Some("List")
        && let Some(items) = list(document, "items")
    {
        items.extend_from_slice(new);
        return Ok(&[]);
    }
    let why = "--network-policy adds another object, and a JSON text holds one; give it as YAML, or as \
               an item of a List of v1";
    Err((title(document), Refusal(why.to_owned())))
}

/// Whether an object is a policy that we wrote.
pub(super) fn is_ours(object: &Value) -> bool {
    kind(object) == Kind::NetworkPolicy && record::read(object).is_some()
}
