//! Ports of a pod, by number and by name.

use serde_json::Value;

use super::settings::Settings;
use super::value::{Refusal, items, text};

/// The port at which the application would be reached without the sidecar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppPort {
    /// Its number.
    pub(super) number: u16,
    /// Its name, where it has one.
    pub(super) name: Option<String>,
}

impl AppPort {
    /// Whether a `targetPort` or a probe's `port` means this one.
    pub(super) fn is(&self, port: &Value) -> bool {
        match port {
            Value::String(name) => {
                self.name.as_ref() == Some(name) || name == &self.number.to_string()
            }
            port => port.as_u64() == Some(self.number.into()),
        }
    }
}

/// The application's port: what was said, or what the Services that lead to the pod agree on, or the
/// only one there is. `None` for an application without any, which may listen on a unix socket.
///
/// # Errors
/// It cannot be told.
pub(super) fn of_application(
    spec: &Value,
    wish: &Settings,
    targets: &[Value],
) -> Result<Option<AppPort>, Refusal> {
    let ports = declared(spec);
    if let Some(said) = &wish.app_port {
        return resolve(&ports, &Value::String(said.clone())).map(Some).ok_or_else(|| {
            Refusal(format!(
                "no container has the port {said:?}; --app-port or the annotation \
                             portcullis/app-port must be one of the pod's ports, by number or name"
            ))
        });
    }
    let mut led: Vec<AppPort> =
        targets.iter().filter_map(|target| resolve(&ports, target)).collect();
    led.sort_by_key(|port| port.number);
    let mut candidates = if led.is_empty() { ports } else { led };
    candidates.dedup_by_key(|port| port.number);
    match (candidates.pop(), candidates.is_empty()) {
        (only, true) if only.is_some() || wish.upstream.is_some() => Ok(only),
        (None, _) => Err(Refusal(
            "no container declares a port; give --app-port or the annotation portcullis/app-port, or \
             keep the pod as it is by the annotation portcullis/inject: \"false\""
                .to_owned(),
        )),
        (Some(last), _) => {
            candidates.push(last);
            let ports: Vec<_> = candidates.iter().map(|port| port.number.to_string()).collect();
            Err(Refusal(format!(
                "which port is the application's? There are {}; give --app-port or the annotation \
                 portcullis/app-port",
                ports.join(", ")
            )))
        }
    }
}

/// The port that a `targetPort` means. A number need not be declared.
fn resolve(ports: &[AppPort], target: &Value) -> Option<AppPort> {
    if let Some(port) = ports.iter().find(|port| port.is(target)) {
        return Some(port.clone());
    }
    let number = match target {
        Value::String(text) => text.parse().ok(),
        number => number.as_u64().and_then(|number| number.try_into().ok()),
    };
    number.filter(|number| *number > 0).map(|number| AppPort { number, name: None })
}

/// The TCP ports that containers declare.
fn declared(spec: &Value) -> Vec<AppPort> {
    let ports = containers(spec).flat_map(|container| items(container, &["ports"]));
    ports
        .filter(|port| text(port, &["protocol"]).is_none_or(|protocol| protocol == "TCP"))
        .filter_map(|port| {
            let number = port.get("containerPort")?.as_u64()?.try_into().ok()?;
            Some(AppPort { number, name: text(port, &["name"]).map(str::to_owned) })
        })
        .collect()
}

/// Whether a container of the pod declares this port.
pub(super) fn is_declared(spec: &Value, number: u16) -> bool {
    declared(spec).iter().any(|port| port.number == number)
}

/// Numbers and protocols of all declared ports, without repetition.
pub(super) fn all(spec: &Value) -> Vec<(u16, String)> {
    let ports = containers(spec).flat_map(|container| items(container, &["ports"]));
    let mut all: Vec<_> = ports
        .filter_map(|port| {
            let number = port.get("containerPort")?.as_u64()?.try_into().ok()?;
            Some((number, text(port, &["protocol"]).unwrap_or("TCP").to_owned()))
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// All containers that go on running beside the application, and itself.
fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    let native = items(spec, &["initContainers"])
        .iter()
        .filter(|container| text(container, &["restartPolicy"]) == Some("Always"));
    items(spec, &["containers"]).iter().chain(native)
}
