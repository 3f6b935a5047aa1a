//! What an answer does to its object, and how strict that is taken.

use serde_json::{Value, json};

use super::OnError;
use super::metrics::{Outcome, Rejected};
use super::turned::Turned;

/// An answer, ready to be sent.
pub(super) struct Verdict {
    /// The `AdmissionReview`.
    pub(super) bytes: Vec<u8>,
    /// What it does.
    pub(super) outcome: Outcome,
    /// Why, where the object cannot be changed as it asks for.
    pub(super) reason: Option<String>,
}

/// Reads what an answer does. Where objects may be excused, one that is refused is let through as it
/// is, and whoever makes it is warned.
pub(super) fn of(answer: Vec<u8>, on_error: OnError) -> Result<Verdict, Turned> {
    let failed = || Turned {
        why: Rejected::Failed,
        detail: Some("the answer is no AdmissionReview; please report this".to_owned()),
    };
    let mut review: Value = serde_json::from_slice(&answer).map_err(|_| failed())?;
    let response = review.get_mut("response").and_then(Value::as_object_mut).ok_or_else(failed)?;
    let allowed = response.get("allowed").and_then(Value::as_bool).ok_or_else(failed)?;
    if allowed {
        let patched = response.get("patch").is_some_and(|patch| !patch.is_null());
        let outcome = if patched { Outcome::Patched } else { Outcome::Unchanged };
        return Ok(Verdict { bytes: answer, outcome, reason: None });
    }
    let message = response.get("status").and_then(|status| status.get("message"));
    let reason = message.and_then(Value::as_str).unwrap_or("no reason was given").to_owned();
    if on_error == OnError::Deny {
        return Ok(Verdict { bytes: answer, outcome: Outcome::Denied, reason: Some(reason) });
    }
    response.insert("allowed".to_owned(), true.into());
    for key in ["status", "patch", "patchType"] {
        response.remove(key);
    }
    let warning: String = format!("portcullis was not added: {reason}");
    // A longer one is cut by the API server, and all of them are dropped with too many bytes.
    let warning: String = warning.chars().take(LONGEST_WARNING).collect();
    match response.get_mut("warnings").and_then(Value::as_array_mut) {
        Some(warnings) => warnings.push(warning.into()),
        None => drop(response.insert("warnings".to_owned(), json!([warning]))),
    }
    let bytes = serde_json::to_vec(&review).map_err(|_| failed())?;
    Ok(Verdict { bytes, outcome: Outcome::Excused, reason: Some(reason) })
}

const LONGEST_WARNING: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(response: &Value, on_error: OnError) -> (Outcome, Option<String>, Value) {
        let review = json!({"apiVersion": "a", "kind": "b", "response": response});
        let verdict = of(review.to_string().into_bytes(), on_error).ok().unwrap();
        let answer: Value = serde_json::from_slice(&verdict.bytes).unwrap();
        assert_eq!((&answer["apiVersion"], &answer["kind"]), (&json!("a"), &json!("b")));
        (verdict.outcome, verdict.reason, answer["response"].clone())
    }

    #[test]
    fn what_is_allowed_is_passed_on_as_it_is() {
        for on_error in [OnError::Deny, OnError::Allow] {
            let plain = json!({"uid": "u", "allowed": true});
            assert_eq!(judged(&plain, on_error), (Outcome::Unchanged, None, plain));
            let patch = json!({"uid": "u", "allowed": true, "patch": "W10=", "warnings": ["w"]});
            assert_eq!(judged(&patch, on_error), (Outcome::Patched, None, patch));
        }
    }

    #[test]
    fn what_is_refused_is_passed_on_unless_it_may_be_excused() {
        let refused = json!({
            "uid": "u", "allowed": false, "patch": "W10=", "patchType": "JSONPatch",
            "status": {"message": "no port"}, "warnings": ["w"],
        });
        let reason = Some("no port".to_owned());
        let (outcome, why, same) = judged(&refused, OnError::Deny);
        assert_eq!((outcome, why, same), (Outcome::Denied, reason.clone(), refused.clone()));
        let excused = json!({
            "uid": "u", "allowed": true, "warnings": ["w", "portcullis was not added: no port"],
        });
        assert_eq!(judged(&refused, OnError::Allow), (Outcome::Excused, reason, excused));
        let long = json!({"uid": "u", "allowed": false, "status": {"message": "x".repeat(999)}});
        let (_, _, cut) = judged(&long, OnError::Allow);
        assert_eq!(cut["warnings"][0].as_str().unwrap().len(), LONGEST_WARNING);
    }

    #[test]
    fn an_answer_that_does_not_decide_is_a_failure() {
        for answer in ["", "[]", "{}", r#"{"response": {}}"#, r#"{"response": {"allowed": "yes"}}"#]
        {
            let failed = of(answer.as_bytes().to_vec(), OnError::Allow).err().unwrap();
            assert_eq!(failed.why, Rejected::Failed, "{answer}");
        }
    }
}
