//! What becomes of a Service: its connections go to the sidecar.

use serde_json::{Map, Value, json};

use super::ports::AppPort;
use super::record;
use super::value::{at, items, plain, text};

/// A pod of the same manifests that a Service may lead to.
pub(super) struct Led {
    /// The workload's name.
    pub(super) workload: String,
    /// Its namespace, where it says one.
    pub(super) namespace: Option<String>,
    /// Its labels.
    pub(super) labels: Value,
    /// The application's port, if a sidecar stands before it.
    pub(super) app: Option<AppPort>,
    /// That sidecar's own port.
    pub(super) port: u16,
}

impl Led {
    /// Whether an object is in its namespace.
    pub(super) fn is_beside(&self, object: &Value) -> bool {
        let own = text(object, &["metadata", "namespace"]).unwrap_or("default");
        own == self.namespace.as_deref().unwrap_or("default")
    }
}

/// Whether a Service chooses a pod.
pub(super) fn selects(service: &Value, led: &Led) -> bool {
    led.is_beside(service) && wants(service, led)
}

/// Whether it would, by the labels, in the same namespace.
pub(super) fn wants(service: &Value, led: &Led) -> bool {
    let selector = at(service, &["spec", "selector"]).and_then(Value::as_object);
    selector.is_some_and(|selector| {
        !selector.is_empty()
            && selector.iter().all(|(key, value)| match key.as_str() {
                // Of one pod of a StatefulSet.
                "statefulset.kubernetes.io/pod-name" => {
                    value.as_str().is_some_and(|pod| is_numbered(pod, &led.workload))
                }
                key => led.labels.get(key) == Some(value) || is_added(key) && selector.len() > 1,
            })
    })
}

/// Whether it would if the pod got labels while it runs, as the one that leads does.
pub(super) fn may_select(service: &Value, led: &Led) -> bool {
    let selector = at(service, &["spec", "selector"]).and_then(Value::as_object);
    let fits = |(key, value): (&String, &Value)| led.labels.get(key).map(|own| own == value);
    led.is_beside(service)
        && selector.is_some_and(|selector| {
            let known: Vec<_> = selector.iter().filter_map(fits).collect();
            !known.is_empty() && known.iter().all(|fits| *fits)
        })
}

/// Whether a controller gives pods this label, of which manifests do not know.
fn is_added(key: &str) -> bool {
    key.starts_with("batch.kubernetes.io/")
        || matches!(
            key,
            "apps.kubernetes.io/pod-index"
                | "controller-revision-hash"
                | "controller-uid"
                | "job-name"
                | "pod-template-generation"
                | "pod-template-hash"
                | "rollouts-pod-template-hash"
        )
}

fn is_numbered(pod: &str, workload: &str) -> bool {
    let number = pod.strip_prefix(workload).and_then(|rest| rest.strip_prefix('-'));
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// The ports at pods that a Service leads to.
pub(super) fn targets(service: &Value) -> Vec<Value> {
    items(service, &["spec", "ports"]).iter().filter(|port| is_tcp(port)).map(target).collect()
}

/// Leads the ports that `wanted` says yes to, to the sidecar at `new`, and says which those are.
///
/// By its number: before Kubernetes 1.32, names of the ports of restartable init containers are not
/// known to Services, which have no endpoints then.
pub(super) fn lead(service: &mut Value, new: u16, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let mut note = record::read(service).unwrap_or_else(|| json!({}));
    let mut led = Vec::new();
    let ports = service.get_mut("spec").and_then(|spec| spec.get_mut("ports"));
    for port in ports.and_then(Value::as_array_mut).into_iter().flatten() {
        let target = target(port);
        if !is_tcp(port) || target == new || !wanted(&target) {
            continue;
        }
        let number = number(port);
        let Some(members) = port.as_object_mut() else { continue };
        let before = members.insert("targetPort".into(), new.into()).unwrap_or(Value::Null);
        if let Some(note) = note.as_object_mut() {
            note.insert("port".into(), new.into());
            let before_all = note.entry("targetPorts").or_insert_with(|| Map::new().into());
            if let Some(before_all) = before_all.as_object_mut() {
                before_all.insert(number.clone(), before);
            }
        }
        led.push(number);
    }
    if !led.is_empty() {
        record::write(service, note);
    }
    led
}

/// What is to be looked at in a Service whose ports were led to `sidecar`.
pub(super) fn remarks(service: &Value, sidecar: u16) -> Vec<String> {
    let mut remarks = Vec::new();
    let past = past(service, sidecar);
    if !past.is_empty() {
        remarks.push(format!("leads past the sidecar: port {}", past.join(", ")));
    }
    let is_led = targets(service).iter().any(|target| *target == sidecar);
    if is_headless(service) && (is_led || items(service, &["spec", "ports"]).is_empty()) {
        remarks.push(
            "is headless: who connects to its pods by their addresses must take the sidecar's port"
                .to_owned(),
        );
    }
    remarks
}

/// Ports that lead elsewhere than to `sidecar`, as `443 to https`.
fn past(service: &Value, sidecar: u16) -> Vec<String> {
    let ports = items(service, &["spec", "ports"]).iter().filter(|port| is_tcp(port));
    let past = ports.filter(|port| target(port) != sidecar);
    past.map(|port| {
        format!("{} to {}", plain(port.get("port").unwrap_or(&Value::Null)), plain(&target(port)))
    })
    .collect()
}

/// Whether clients connect to pods themselves, at the Service's own ports.
fn is_headless(service: &Value) -> bool {
    text(service, &["spec", "clusterIP"]) == Some("None")
}

/// The number of a port, as it is noted.
pub(super) fn number(port: &Value) -> String {
    port.get("port").cloned().unwrap_or_default().to_string()
}

/// Where a port leads.
pub(super) fn target(port: &Value) -> Value {
    let said = port.get("targetPort").filter(|target| !says_nothing(target));
    said.or_else(|| port.get("port")).cloned().unwrap_or_default()
}

/// Whether a `targetPort` leaves it at the port's own number.
pub(super) fn says_nothing(target: &Value) -> bool {
    target.is_null() || *target == 0 || *target == ""
}

/// What does not say is TCP.
pub(super) fn is_tcp(port: &Value) -> bool {
    matches!(text(port, &["protocol"]), None | Some("TCP" | ""))
}
