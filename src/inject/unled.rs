//! A Service when the sidecar is taken out: its connections go where they went before.

use serde_json::Value;

use super::record;
use super::service::{is_tcp, number, says_nothing, target};
use super::value::items;

/// Leads connections to where they went before.
pub(super) fn restore(service: &mut Value) {
    let Some(note) = record::read(service) else { return };
    let renumbered = renumbered(service, &note);
    let ports = service.get_mut("spec").and_then(|spec| spec.get_mut("ports"));
    for port in ports.and_then(Value::as_array_mut).into_iter().flatten() {
        let before = noted(&note, port).cloned().or_else(|| renumbered.clone());
        // Where it leads now is somebody's own decision unless it leads to us.
        let before = before.filter(|_| leads_to(port, note.get("port")));
        if let (Some(before), Some(members)) = (before, port.as_object_mut()) {
            match before {
                Value::Null => members.remove("targetPort"),
                before => members.insert("targetPort".into(), before),
            };
        }
    }
    record::forget(service, &note);
}

/// Where ports led before that have got another number since, so that nothing is noted of them: they
/// are as many as those that have gone, at most, and these all led to one place.
fn renumbered(service: &Value, note: &Value) -> Option<Value> {
    let ports = items(service, &["spec", "ports"]);
    let new = ports.iter().filter(|port| leads_to(port, note.get("port")));
    let new = new.filter(|port| noted(note, port).is_none()).count();
    let is_there =
        |number: &str| ports.iter().any(|port| is_tcp(port) && self::number(port) == number);
    let gone = note.get("targetPorts").and_then(Value::as_object).into_iter().flatten();
    let mut gone: Vec<_> = gone
        .filter(|(number, _)| !is_there(number))
        // Without a target it was the port's own number.
        .map(|(number, before)| match before {
            before if says_nothing(before) => {
                number.parse::<u16>().map_or(Value::Null, Value::from)
            }
            before => before.clone(),
        })
        .collect();
    if gone.len() < new {
        return None;
    }
    gone.dedup();
    let [only] = gone.as_slice() else { return None };
    Some(only.clone()).filter(|only| !only.is_null())
}

/// What still leads to the sidecar of the note `before` had, when it was taken out of the Service.
pub(super) fn left(before: &Value, after: &Value) -> Vec<String> {
    let note = record::read(before).unwrap_or_default();
    let Some(sidecar) = note.get("port") else {
        return vec![format!(
            "its record in {} cannot be read; look where its ports are to lead",
            record::ANNOTATION
        )];
    };
    let ports = items(after, &["spec", "ports"]).iter();
    let left = ports.filter(|port| leads_to(port, Some(sidecar)));
    left.map(|port| {
        format!(
            "port {} still leads to port {sidecar}, the sidecar's, and no record says where it led \
             before; write its targetPort",
            number(port)
        )
    })
    .collect()
}

fn leads_to(port: &Value, sidecar: Option<&Value>) -> bool {
    is_tcp(port) && Some(&target(port)) == sidecar
}

/// Where a port led before.
fn noted<'a>(note: &'a Value, port: &Value) -> Option<&'a Value> {
    note.get("targetPorts")?.get(number(port))
}
