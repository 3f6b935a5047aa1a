//! Probes of the application, led through the sidecar.
//!
//! The application listens where a kubelet does not reach it, so the sidecar asks it in the kubelet's
//! place (`telemetry.probes`), and the probe's handler becomes a question to the sidecar.

use std::fmt::Write as _;

use form_urlencoded::Serializer;
use serde_json::{Map, Value, json};

use super::ports::AppPort;
use super::settings::Settings;
use super::value::{Refusal, items, text};

/// The handlers that a kubelet has for the network.
const HANDLERS: [&str; 3] = ["httpGet", "tcpSocket", "grpc"];

/// The probes that a container has.
const KINDS: [&str; 3] = ["startup", "liveness", "readiness"];

/// The probes of one pod, as the sidecar is told of them.
#[derive(Default)]
pub(super) struct Probes {
    /// Names and addresses, for `telemetry.probes`.
    pub(super) addresses: Vec<(String, String)>,
    /// What the manifest said before, by container and probe.
    pub(super) before: Map<String, Value>,
    /// The longest that any of them may take, in seconds.
    pub(super) longest: u64,
}

/// Leads the probes of one container that go to the application's port through the sidecar.
///
/// # Errors
/// A probe that cannot be asked by the sidecar.
pub(super) fn lead(
    container: &mut Value,
    app: &AppPort,
    wish: &Settings,
    probes: &mut Probes,
) -> Result<(), Refusal> {
    let Some(name) = text(container, &["name"]).map(str::to_owned) else { return Ok(()) };
    for kind in KINDS {
        let key = format!("{kind}Probe");
        let Some(probe) = container.get(&key) else { continue };
        let Some((handler, asked)) =
            HANDLERS.iter().find_map(|handler| Some((*handler, probe.get(*handler)?.clone())))
        else {
            continue;
        };
        let port = asked.get("port").unwrap_or(&Value::Null);
        if !is_app(container, port, app)
            || text(&asked, &["host"]).is_some_and(|host| !host.is_empty())
        {
            continue;
        }
        let address = address(handler, &asked, app, wish)
            .map_err(|why| Refusal(format!("the {key} of the container {name} {why}")))?;
        let seconds = probe.get("timeoutSeconds").and_then(Value::as_u64).unwrap_or(1);
        probes.longest = probes.longest.max(seconds);
        probes.addresses.push((format!("{name}/{kind}"), address));
        let before = probes.before.entry(name.clone()).or_insert_with(|| json!({}));
        if let (Some(before), Some(probe)) =
            (before.as_object_mut(), container.get_mut(&key).and_then(Value::as_object_mut))
        {
            before.insert(key, json!({ handler: asked }));
            probe.remove(handler);
            let path = format!("{PREFIX}{name}/{kind}");
            probe.insert("httpGet".into(), json!({"path": path, "port": wish.telemetry_port}));
        }
    }
    Ok(())
}

/// Gives the probes of one container back what they asked before. Each says itself under which name
/// that was noted, because its container may have got another since. What somebody has written anew
/// stays.
pub(super) fn restore(container: &mut Value, noted: &Value) {
    for kind in KINDS {
        let Some(probe) = container.get_mut(format!("{kind}Probe")) else { continue };
        let before =
            led(probe).and_then(|(name, kind)| noted.get(name)?.get(format!("{kind}Probe")));
        let (Some(before), Some(probe)) =
            (before.and_then(Value::as_object), probe.as_object_mut())
        else {
            continue;
        };
        for handler in HANDLERS {
            probe.remove(handler);
        }
        probe.extend(before.clone());
    }
}

/// What is wrong with probes of one container that ask a sidecar, though nothing notes what they are to
/// ask the application: it knows nothing of them, and would answer 404. `app` is the port of those that
/// will be led anew.
pub(super) fn astray(container: &Value, app: Option<&AppPort>) -> Vec<String> {
    let mut astray = Vec::new();
    for kind in KINDS {
        let asked = container.get(format!("{kind}Probe")).filter(|probe| led(probe).is_some());
        let Some(asked) = asked.and_then(|probe| probe.get("httpGet")) else { continue };
        let port = asked.get("port").unwrap_or(&Value::Null);
        let own = items(container, &["ports"])
            .iter()
            .any(|own| ["name", "containerPort"].iter().any(|key| own.get(key) == Some(port)));
        if own || app.is_some_and(|app| is_app(container, port, app)) {
            continue;
        }
        astray.push(format!(
            "the {kind}Probe of the container {} asks a sidecar for {}, and no record says what it asked \
             the application; write that anew",
            text(container, &["name"]).unwrap_or_default(),
            text(asked, &["path"]).unwrap_or_default(),
        ));
    }
    astray
}

/// The names of container and probe that a probe asks a sidecar for.
fn led(probe: &Value) -> Option<(&str, &str)> {
    let (name, kind) = text(probe, &["httpGet", "path"])?.strip_prefix(PREFIX)?.split_once('/')?;
    KINDS.contains(&kind).then_some((name, kind))
}

/// A name in a probe is one of its own container's ports.
pub(super) fn is_app(container: &Value, port: &Value, app: &AppPort) -> bool {
    let named = port.as_str().and_then(|name| {
        let mut ports = items(container, &["ports"]).iter();
        ports.find(|port| text(port, &["name"]) == Some(name))?.get("containerPort")
    });
    named.unwrap_or(port).as_u64().is_some_and(|port| app.has(port))
        || port.as_str().and_then(|port| port.parse().ok()).is_some_and(|port| app.has(port))
}

/// What the sidecar is to ask, in the words of `telemetry.probes`.
fn address(
    handler: &str,
    asked: &Value,
    app: &AppPort,
    wish: &Settings,
) -> Result<String, &'static str> {
    let upstream = wish.upstream.as_deref().unwrap_or_default();
    let socket = upstream.strip_prefix("unix:");
    let secure = match (text(asked, &["scheme"]), upstream.split_once("://")) {
        (_, Some((scheme, _))) => scheme == "https",
        (scheme, None) => scheme == Some("HTTPS"),
    };
    let host = upstream.split_once("://").map_or_else(
        || format!("127.0.0.1:{}", app.number),
        |(_, rest)| rest.trim_end_matches('/').to_owned(),
    );
    let address = match (handler, socket) {
        ("httpGet", socket) => {
            let path = text(asked, &["path"]).unwrap_or("/");
            let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
            let path = encoded(&path);
            match socket {
                Some(socket) => format!("unix:{socket}:{path}"),
                None if secure => format!("https://{host}{path}"),
                None => format!("http://{host}{path}"),
            }
        }
        ("tcpSocket", Some(socket)) => format!("unix:{socket}"),
        ("tcpSocket", None) => format!("tcp://{host}"),
        (_, Some(_)) => {
            return Err("asks by gRPC, which goes over no unix socket; use httpGet or exec");
        }
        (_, None) => format!("grpc://{host}/{}", text(asked, &["service"]).unwrap_or_default()),
    };
    let mut headers = Serializer::new(String::new());
    for header in items(asked, &["httpHeaders"]) {
        if let (Some(name), Some(value)) = (text(header, &["name"]), text(header, &["value"])) {
            headers.append_pair(name, value);
        }
    }
    let headers = headers.finish();
    let address = if headers.is_empty() { address } else { format!("{address}#{headers}") };
    Ok(address.replace(',', "%2C"))
}

/// A path as a kubelet sends it: what an address cannot hold is encoded.
fn encoded(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !br#"#"<>\^`{|}"#.contains(&byte) {
            text.push(byte.into());
        } else {
            // Writing into a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Where the sidecar asks in a kubelet's place.
const PREFIX: &str = "/probe/";
