//! Objects that an API server asks about before it keeps them (`AdmissionReview`, version 1).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::kinds::{Kind, kind};
use super::ports::of_application;
use super::settings::Settings;
use super::value::{Refusal, at, text};
use super::{pod, service, wish};
use crate::manifest::{Change, difference};

/// A question that cannot be read.
#[derive(Debug)]
pub struct BadReview(&'static str);

impl fmt::Display for BadReview {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for BadReview {}

/// Answers one question: which changes the object needs. Only objects that ask for it by the
/// annotation (or a label of the same name) `portcullis/inject: "true"` are changed; one that cannot
/// be changed as it asks is refused.
///
/// # Errors
/// The bytes are no question of version 1.
pub fn admit(review: &[u8], settings: &Settings) -> Result<Vec<u8>, BadReview> {
    let review: Value =
        serde_json::from_slice(review).map_err(|_| BadReview("the body is not JSON"))?;
    if text(&review, &["apiVersion"]) != Some(VERSION)
        || text(&review, &["kind"]) != Some("AdmissionReview")
    {
        return Err(BadReview("the body is no AdmissionReview of admission.k8s.io/v1"));
    }
    let request = review.get("request").ok_or(BadReview("the review has no request"))?;
    let uid = text(request, &["uid"]).ok_or(BadReview("the request has no uid"))?;
    let before = request.get("object").unwrap_or(&Value::Null);
    let changed =
        if is_settled(request, before) { Ok(before.clone()) } else { wanted(before, settings) };
    let response = match changed {
        Ok(after) => match patch(before, &after) {
            None => json!({"uid": uid, "allowed": true}),
            Some(patch) => {
                json!({"uid": uid, "allowed": true, "patchType": "JSONPatch", "patch": patch})
            }
        },
        Err(refusal) => {
            let message = format!("portcullis: {refusal}");
            let status = json!({"code": 422, "reason": "Invalid", "message": message});
            json!({"uid": uid, "allowed": false, "status": status})
        }
    };
    let answer = json!({"apiVersion": VERSION, "kind": "AdmissionReview", "response": response});
    Ok(answer.to_string().into_bytes())
}

/// Whether it is too late: containers of a pod that exists cannot be changed any more, and parts such
/// as a status are nobody's business.
fn is_settled(request: &Value, object: &Value) -> bool {
    let part = text(request, &["subResource"]).is_some_and(|part| !part.is_empty());
    let exists = text(request, &["operation"]).is_some_and(|operation| operation != "CREATE");
    part || exists && matches!(kind(object), Kind::Workload(_))
}

/// The changes as an API server wants them, if there are any.
fn patch(before: &Value, after: &Value) -> Option<String> {
    let changes: Vec<_> = difference(before, after).iter().map(Change::to_json_patch).collect();
    (!changes.is_empty()).then(|| STANDARD.encode(Value::Array(changes).to_string()))
}

/// What an object should be.
fn wanted(before: &Value, settings: &Settings) -> Result<Value, Refusal> {
    let mut after = before.clone();
    if wish::asked(before)? != Some(true) {
        return Ok(after);
    }
    match kind(before) {
        Kind::Workload(&[]) if !pod::has_foreign(before) => {
            pod::restore(&mut after);
            let wish = wish::of(&after, settings)?;
            let spec = after.get("spec").cloned().unwrap_or_default();
            let app = of_application(&spec, &wish, &[])?;
            pod::inject(&mut after, app.as_ref(), &wish)?;
        }
        Kind::Service => {
            service::restore(&mut after);
            lead(&mut after)?;
        }
        _ => {}
    }
    Ok(after)
}

/// Leads the port of a Service that its annotation names, or the only one, to the sidecar.
fn lead(object: &mut Value) -> Result<(), Refusal> {
    const KEY: &str = "portcullis/app-port";
    let targets = service::targets(object);
    let said = at(object, &["metadata", "annotations", KEY]).and_then(Value::as_str);
    let chosen = match (said.map(str::to_owned), targets.as_slice()) {
        (Some(said), _) => Value::String(said),
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(Refusal(format!(
                "the Service has {} TCP ports; say which targetPort is the application's by the \
                 annotation {KEY}",
                targets.len()
            )));
        }
    };
    let is = |target: &Value| plain(target) == plain(&chosen);
    if service::lead_where(object, is).is_empty() {
        return Err(Refusal(format!(
            "no port of the Service has the targetPort {}",
            plain(&chosen)
        )));
    }
    Ok(())
}

/// A port as text, whether it is a number or a name.
fn plain(port: &Value) -> String {
    port.as_str().map_or_else(|| port.to_string(), str::to_owned)
}

/// The only version that there is since Kubernetes 1.22.
const VERSION: &str = "admission.k8s.io/v1";
