//! Ports of a pod, by number and by name.

use http::Uri;
use serde_json::Value;

use super::settings::Settings;
use super::value::{Refusal, items, text};

/// The port at which the application would be reached without the sidecar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppPort {
    /// Its number.
    pub(super) number: u16,
    /// Where the sidecar reaches the application, if that is another port of the pod.
    behind: Option<u16>,
    /// All names that mean it.
    names: Vec<String>,
}

impl AppPort {
    /// The port of that number, in a pod that declares these.
    fn new(number: u16, wish: &Settings, ports: &[Port]) -> Self {
        let behind = wish.upstream.as_deref().and_then(port_of).filter(|port| *port != number);
        let mut app = Self { number, behind, names: Vec::new() };
        let names = ports.iter().filter_map(|port| port.name.as_ref());
        let ours = |name: &&String| named(ports, name).is_some_and(|port| app.has(port.into()));
        app.names = names.filter(ours).cloned().collect();
        app
    }

    /// Whether the application is at that port of the pod.
    pub(super) fn has(&self, port: u64) -> bool {
        [Some(self.number), self.behind].into_iter().flatten().any(|own| u64::from(own) == port)
    }

    /// Whether a `targetPort` or a policy's `port` means this one.
    pub(super) fn is(&self, port: &Value) -> bool {
        match port {
            Value::String(name) => {
                self.names.contains(name) || name.parse().is_ok_and(|port| self.has(port))
            }
            port => port.as_u64().is_some_and(|port| self.has(port)),
        }
    }
}

/// A TCP port that a container declares.
struct Port {
    number: u16,
    name: Option<String>,
}

/// What a name means: the first port that bears it, as Kubernetes reads it.
fn named(ports: &[Port], name: &str) -> Option<u16> {
    ports.iter().find(|port| port.name.as_deref() == Some(name)).map(|port| port.number)
}

/// The application's port: what was said, or what the Services that lead to the pod agree on, or the
/// only one there is, or the one of an address that was said. `None` for an application without any,
/// which listens on a unix socket.
///
/// # Errors
/// It cannot be told.
pub(super) fn of_application(
    spec: &Value,
    wish: &Settings,
    targets: &[Value],
) -> Result<Option<AppPort>, Refusal> {
    let ports = declared(spec);
    let mut led: Vec<u16> = targets.iter().filter_map(|target| resolve(&ports, target)).collect();
    if let Some(said) = &wish.app_port {
        // Ports need not be declared; but where some are, another number is a mistake.
        let known = |number: &u16| {
            ports.is_empty() && led.is_empty()
                || ports.iter().any(|port| port.number == *number)
                || led.contains(number)
        };
        let number = resolve(&ports, &Value::String(said.clone())).filter(known);
        let number = number.ok_or_else(|| {
            Refusal(format!(
                "no container has the port {said:?}; --app-port or the annotation \
                 portcullis/app-port must be one of the pod's ports, by number or name"
            ))
        })?;
        return Ok(Some(AppPort::new(number, wish, &ports)));
    }
    if led.is_empty() {
        led = ports.iter().map(|port| port.number).collect();
    }
    if led.is_empty() {
        led.extend(wish.upstream.as_deref().and_then(port_of));
    }
    led.sort_unstable();
    led.dedup();
    match led.as_slice() {
        [only] => Ok(Some(AppPort::new(*only, wish, &ports))),
        [] if wish.upstream.is_some() => Ok(None),
        [] => Err(Refusal(
            "no container declares a port; give --app-port or the annotation portcullis/app-port, or \
             keep the pod as it is by the annotation portcullis/inject: \"false\""
                .to_owned(),
        )),
        several => {
            let ports: Vec<_> = several.iter().map(u16::to_string).collect();
            Err(Refusal(format!(
                "which port is the application's? There are {}; give --app-port or the annotation \
                 portcullis/app-port",
                ports.join(", ")
            )))
        }
    }
}

/// The port of an address of this pod's own; `None` for a unix socket, or for somebody else's.
pub(super) fn port_of(url: &str) -> Option<u16> {
    let url: Uri = url.parse().ok()?;
    let own = matches!(url.host()?, "127.0.0.1" | "localhost" | "[::1]");
    let usual = if url.scheme_str() == Some("https") { 443 } else { 80 };
    own.then(|| url.port_u16().unwrap_or(usual))
}

/// The number that a `targetPort` means. A number need not be declared.
fn resolve(ports: &[Port], target: &Value) -> Option<u16> {
    let number = match target {
        Value::String(text) => return named(ports, text).or_else(|| text.parse().ok()),
        number => number.as_u64().and_then(|number| number.try_into().ok()),
    };
    number.filter(|number| *number > 0)
}

/// The TCP ports that containers declare.
fn declared(spec: &Value) -> Vec<Port> {
    let ports = containers(spec).flat_map(|container| items(container, &["ports"]));
    ports
        .filter(|port| text(port, &["protocol"]).is_none_or(|protocol| protocol == "TCP"))
        .filter_map(|port| {
            let number = port.get("containerPort")?.as_u64()?.try_into().ok()?;
            Some(Port { number, name: text(port, &["name"]).map(str::to_owned) })
        })
        .collect()
}

/// Whether a container of the pod declares this port.
pub(super) fn is_declared(spec: &Value, number: u16) -> bool {
    declared(spec).iter().any(|port| port.number == number)
}

/// Ports that cannot be read, and would be passed over.
pub(super) fn illegible(spec: &Value) -> Option<&Value> {
    let mut ports = containers(spec).flat_map(|container| items(container, &["ports"]));
    ports.find(|port| {
        let protocol = text(port, &["protocol"]).unwrap_or("TCP");
        port.get("containerPort").and_then(Value::as_u64).is_none()
            || !matches!(protocol, "TCP" | "UDP" | "SCTP")
    })
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
