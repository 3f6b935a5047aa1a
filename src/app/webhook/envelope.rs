//! What a review is about, for the log: the few facts around the object, and nothing in it. Its
//! environment and its secrets are not even read.

use std::time::Duration;

use serde::Deserialize;

use crate::telemetry::Label as _;

use super::TARGET;
use super::metrics::{Outcome, Rejected};
use super::turned::Turned;
use super::verdict::Verdict;

/// The facts of one review, each as it may stand in a log.
pub(super) struct About {
    uid: String,
    operation: String,
    kind: String,
    namespace: String,
    name: String,
    dry_run: bool,
}

#[derive(Deserialize)]
struct Review {
    request: Option<Request>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    uid: String,
    #[serde(default)]
    operation: String,
    kind: Option<Kind>,
    namespace: Option<String>,
    name: Option<String>,
    dry_run: Option<bool>,
    object: Option<Object>,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

#[derive(Deserialize)]
struct Object {
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: Option<String>,
    generate_name: Option<String>,
}

impl About {
    /// Reads them. What is not asked for is passed over without being kept.
    ///
    /// # Errors
    /// When `review` is no JSON, or has no request with an id.
    pub(super) fn of(review: &[u8]) -> Result<Self, Turned> {
        let malformed = |detail: &str| {
            let detail = Some(detail.to_owned());
            Turned { why: Rejected::Malformed, detail }
        };
        let review: Review = serde_json::from_slice(review)
            .map_err(|error| malformed(&format!("at {}:{}", error.line(), error.column())))?;
        let request = review.request.ok_or_else(|| malformed("it has no request"))?;
        let metadata = request.object.and_then(|object| object.metadata);
        let (own, prefix) = metadata.map_or((None, None), |m| (m.name, m.generate_name));
        // A pod of a Deployment has no name yet.
        let generated = prefix.map(|prefix| format!("{prefix}*"));
        let name = [request.name, own, generated].into_iter().flatten().find(|n| !n.is_empty());
        Ok(Self {
            uid: legible(&request.uid),
            operation: legible(&request.operation),
            kind: legible(&request.kind.map(|kind| kind.kind).unwrap_or_default()),
            namespace: legible(&request.namespace.unwrap_or_default()),
            name: legible(&name.unwrap_or_default()),
            dry_run: request.dry_run.unwrap_or(false),
        })
    }

    /// Says in the log what came of it.
    pub(super) fn tell(&self, verdict: &Verdict, took: Duration) {
        let outcome = verdict.outcome.as_str();
        let reason = verdict.reason.as_deref().map(legible);
        let duration_ms = took.as_secs_f64() * 1000.0;
        // A macro, because a level belongs to the place in the code and is no value.
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: TARGET,
                    outcome,
                    reason,
                    k8s.namespace.name = self.namespace,
                    k8s.object.kind = self.kind,
                    k8s.object.name = self.name,
                    review.operation = self.operation,
                    review.dry_run = self.dry_run,
                    review.uid = self.uid,
                    duration_ms,
                    "reviewed"
                )
            };
        }
        match verdict.outcome {
            Outcome::Denied | Outcome::Excused => line!(warn),
            Outcome::Patched | Outcome::Unchanged => line!(info),
        }
    }
}

/// One line of a length that a name of Kubernetes has.
fn legible(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().take(LONGEST).map(plain).collect()
}

const LONGEST: usize = 253;

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_line_says_what_it_was_about_and_nothing_in_it() {
        let review = json!({"request": {
            "uid": "u-1",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "namespace": "shop",
            "operation": "CREATE",
            "userInfo": {"username": "CANARY"},
            "object": {
                "metadata": {"generateName": "orders-", "annotations": {"a": "CANARY"}},
                "spec": {"containers": [{"env": [{"name": "P", "value": "CANARY"}]}]},
            },
            "dryRun": true,
        }});
        let line = told(&review, Outcome::Denied, Some("two want\none port"));
        let expected = json!({
            "level": "WARN", "target": "portcullis::webhook", "message": "reviewed",
            "outcome": "denied", "reason": "two want\u{fffd}one port",
            "k8s.namespace.name": "shop", "k8s.object.kind": "Pod", "k8s.object.name": "orders-*",
            "review.operation": "CREATE", "review.dry_run": true, "review.uid": "u-1",
            "duration_ms": 1.5,
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn names_are_the_request_s_the_object_s_or_the_one_to_be_generated() {
        for (request, name) in [
            (json!({"uid": "u", "name": "a", "object": {"metadata": {"name": "b"}}}), "a"),
            (json!({"uid": "u", "name": "", "object": {"metadata": {"name": "b"}}}), "b"),
            (json!({"uid": "u", "object": {"metadata": {"generateName": "c-"}}}), "c-*"),
            (json!({"uid": "u", "object": null}), ""),
            (json!({"uid": "u", "object": {"metadata": null}}), ""),
        ] {
            let about = About::of(json!({"request": request}).to_string().as_bytes());
            assert_eq!(about.ok().map(|about| about.name).unwrap(), name, "{request}");
        }
        assert_eq!(legible(&"x".repeat(9999)), "x".repeat(LONGEST), "a long one is cut");
    }

    /// The line that a review leaves in the log, without its time.
    fn told(review: &Value, outcome: Outcome, reason: Option<&str>) -> Value {
        let about = About::of(review.to_string().as_bytes()).ok().unwrap();
        let reason = reason.map(str::to_owned);
        let verdict = Verdict { bytes: Vec::new(), outcome, reason };
        let page = Page::default();
        let to = page.clone();
        let lines = tracing_subscriber::fmt().json().flatten_event(true).without_time();
        let lines = lines.with_writer(move || to.clone()).finish();
        tracing::subscriber::with_default(lines, || {
            about.tell(&verdict, Duration::from_micros(1500));
        });
        let text = page.0.lock().unwrap().clone();
        assert!(!String::from_utf8_lossy(&text).contains("CANARY"));
        serde_json::from_slice(&text).unwrap()
    }

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
