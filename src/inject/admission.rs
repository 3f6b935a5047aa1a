//! Objects that an API server asks about before it keeps them (`AdmissionReview`, version 1).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::kinds::{Kind, kind};
use super::ports::of_application;
use super::settings::Settings;
use super::value::{Refusal, text};
use super::{pod, service, unled, wish};
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
    let changed = if is_settled(request, before) {
        Ok((before.clone(), Vec::new()))
    } else {
        wanted(before, settings)
    };
    let response = match changed {
        Ok((after, remarks)) => {
            let mut response = Map::from_iter([
                ("uid".to_owned(), uid.into()),
                ("allowed".to_owned(), true.into()),
            ]);
            if let Some(patch) = patch(before, &after) {
                response.insert("patchType".to_owned(), "JSONPatch".into());
                response.insert("patch".to_owned(), patch.into());
            }
            if !remarks.is_empty() {
                response.insert("warnings".to_owned(), remarks.into());
            }
            Value::Object(response)
        }
        Err(refusal) => {
            let status = json!({"code": 422, "reason": "Invalid", "message": refusal.to_string()});
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

/// What an object should be, and what will not work as it did.
fn wanted(before: &Value, settings: &Settings) -> Result<(Value, Vec<String>), Refusal> {
    let (mut after, mut remarks) = (before.clone(), Vec::new());
    if wish::asked(before)? != Some(true) {
        return Ok((after, remarks));
    }
    match kind(before) {
        Kind::Workload(&[]) if pod::has_foreign(before) => return Err(pod::foreign()),
        // Put in by `inject`, whose flags need not be ours.
        Kind::Workload(&[]) if pod::is_as_noted(before) => {}
        Kind::Workload(&[]) if pod::has_sidecar(before) => return Err(pod::altered()),
        Kind::Workload(&[]) => {
            pod::restore(&mut after);
            let wish = wish::of(&after, settings)?;
            let spec = after.get("spec").cloned().unwrap_or_default();
            let app = of_application(&spec, &wish, &[])?;
            remarks = pod::inject(&mut after, app.as_ref(), &wish)?;
        }
        Kind::Service => {
            wish::nothing_else(before, &wish::AT_SERVICES)?;
            unled::restore(&mut after);
            remarks = lead(&mut after, settings.port)?;
        }
        _ => {}
    }
    Ok((after, remarks))
}

/// Leads the port of a Service that its annotation names, or the only one, to the sidecar, and says
/// what still goes past it. Its pods are not known here, so annotations of the Service say what theirs
/// say, and a name that means the same port as a number is another one.
fn lead(object: &mut Value, port: u16) -> Result<Vec<String>, Refusal> {
    let port = wish::port_of(object)?.unwrap_or(port);
    let targets = service::targets(object);
    let said = wish::app_port_of(object).map(str::to_owned);
    let chosen = match (said, targets.as_slice()) {
        (Some(said), _) => Value::String(said),
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(Refusal(format!(
                "the Service has {} TCP ports; say which targetPort is the application's by the \
                 annotation {}",
                targets.len(),
                wish::APP_PORT,
            )));
        }
    };
    let is = |target: &Value| plain(target) == plain(&chosen);
    if targets.iter().any(is) {
        let _ = service::lead(object, port, is);
        return Ok(service::remarks(object, port));
    }
    Err(Refusal(format!("no port of the Service has the targetPort {}", plain(&chosen))))
}

/// A port as text, whether it is a number or a name.
fn plain(port: &Value) -> String {
    port.as_str().map_or_else(|| port.to_string(), str::to_owned)
}

/// The only version that there is since Kubernetes 1.22.
const VERSION: &str = "admission.k8s.io/v1";
