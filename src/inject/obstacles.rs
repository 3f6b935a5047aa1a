//! What stands in a sidecar's way: pods that none can guard, or that it would break.

use serde_json::Value;

use super::NAME;
use super::pod::LISTS;
use super::ports::{AppPort, illegible, is_declared, port_of};
use super::probes::is_app;
use super::service::is_tcp;
use super::settings::Settings;
use super::sidecar;
use super::value::{Refusal, at, is_named, items, plain, text};

/// What no sidecar can guard, or would break.
pub(super) fn check(spec: &Value, app: Option<&AppPort>, wish: &Settings) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal(message));
    // Whatever is not plainly a no may be read as a yes by others.
    let host = spec.get("hostNetwork").filter(|host| !host.is_null() && **host != false);
    if let Some(host) = host {
        return refuse(format!(
            "hostNetwork is {host}: everybody on the node reaches the application, and all pods share \
             the ports; run the gateway in front of it instead"
        ));
    }
    if is_for_windows(spec) {
        return refuse("the pod is for Windows, and the image is for Linux".to_owned());
    }
    if items(spec, &["containers"]).iter().any(|container| is_named(container, QUEUE)) {
        return refuse(format!(
            "the container {QUEUE} is Knative's, which calls the application inside the pod, past any \
             sidecar; run the gateway in front of it instead, or call the container otherwise if it is \
             somebody else's"
        ));
    }
    if let Some(port) = illegible(spec) {
        return refuse(format!(
            "a container declares the port {port}, which cannot be read: containerPort is a number, \
             protocol TCP, UDP or SCTP"
        ));
    }
    let ends = text(spec, &["restartPolicy"]).is_some_and(|policy| policy != "Always");
    if ends && !wish.native {
        return refuse(
            "the pod ends with its work, and a plain container beside it never would; use a native \
             sidecar (Kubernetes 1.29 and newer)"
                .to_owned(),
        );
    }
    for (port, what) in [(wish.port, "port"), (wish.telemetry_port, "telemetry-port")] {
        if is_declared(spec, port) {
            return refuse(format!(
                "a container has the port {port} already; give the sidecar another by --{what} or \
                 the annotation portcullis/{what}"
            ));
        }
        let own = wish.upstream.as_deref().map(port_of);
        let upstream = own.unwrap_or_else(|| app.map(|app| app.number));
        if upstream == Some(port) {
            return refuse(format!(
                "the application's port is {port}, which the sidecar is to have; give it another by \
                 --{what} or the annotation portcullis/{what}"
            ));
        }
    }
    if wish.port == wish.telemetry_port {
        return refuse(format!(
            "port and telemetry-port are both {}; the sidecar needs two",
            wish.port
        ));
    }
    if let Some(port) = app.and_then(|app| {
        on_the_node(spec).find_map(|port| number(port).filter(|port| app.has(*port)))
    }) {
        return refuse(format!(
            "a container gives port {port} to the node by hostPort, where everybody would reach the \
             application past the sidecar; take hostPort away"
        ));
    }
    names_are_free(spec, wish)
}

/// Whether no node with Linux may run the pod: by its own word, by a label that it selects, or because
/// every term of its affinity demands one.
fn is_for_windows(spec: &Value) -> bool {
    if let Some(system) = text(spec, &["os", "name"]) {
        return system == "windows";
    }
    let selects = |label: &&str| {
        at(spec, &["nodeSelector"]).and_then(|labels| text(labels, &[label])) == Some("windows")
    };
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let terms = items(spec, &["affinity", "nodeAffinity", required, "nodeSelectorTerms"]);
    let demands = |term: &Value| items(term, &["matchExpressions"]).iter().any(bars_linux);
    SYSTEM.iter().any(selects) || !terms.is_empty() && terms.iter().all(demands)
}

fn bars_linux(expression: &Value) -> bool {
    let about = text(expression, &["key"]).is_some_and(|key| SYSTEM.contains(&key));
    let linux = items(expression, &["values"]).iter().any(|value| value == "linux");
    about
        && match text(expression, &["operator"]) {
            Some("In") => !linux,
            Some("NotIn") => linux,
            _ => false,
        }
}

/// The labels of a node that say its system; the second is from before Kubernetes 1.14.
const SYSTEM: [&str; 2] = ["kubernetes.io/os", "beta.kubernetes.io/os"];

/// What Knative Serving puts into every pod that it makes.
const QUEUE: &str = "queue-proxy";

/// The ports that are also the node's.
fn on_the_node(spec: &Value) -> impl Iterator<Item = &Value> {
    let all = LISTS.iter().flat_map(|list| items(spec, &[list]));
    let ports = all.flat_map(|container| items(container, &["ports"]));
    let open =
        |port: &&Value| port.get("hostPort").is_some_and(|host| !host.is_null() && *host != 0);
    ports.filter(open)
}

fn number(port: &Value) -> Option<u64> {
    port.get("containerPort").and_then(Value::as_u64)
}

/// What would stand twice in the pod, or be taken for ours when it is taken out.
fn names_are_free(spec: &Value, wish: &Settings) -> Result<(), Refusal> {
    let volumes = items(spec, &["volumes"]);
    let taken = sidecar::VOLUMES.iter().find(|name| volumes.iter().any(|one| is_named(one, name)));
    if let Some(name) = taken {
        return Err(Refusal(format!("the pod has a volume {name} already; give it another name")));
    }
    for container in LISTS.iter().flat_map(|list| items(spec, &[list])) {
        let title = text(container, &["name"]).unwrap_or_default();
        if items(container, &["ports"]).iter().any(|port| is_named(port, NAME)) {
            return Err(Refusal(format!(
                "a port of the container {title} is called {NAME}, which is the sidecar's; give it \
                 another name"
            )));
        }
        let mounts = items(container, &["volumeMounts"]);
        let directory = Some(sidecar::SOCKET_DIRECTORY);
        if sidecar::shares_socket(wish)
            && mounts.iter().any(|mount| text(mount, &["mountPath"]) == directory)
        {
            return Err(Refusal(format!(
                "the container {title} has something at {} already, where the socket is to be shared; \
                 mount it elsewhere",
                sidecar::SOCKET_DIRECTORY
            )));
        }
    }
    Ok(())
}

/// What will not work as it did, and is no reason to refuse.
pub(super) fn remarks(spec: &Value, app: &AppPort) -> Vec<String> {
    let node = on_the_node(spec).filter(|port| is_tcp(port)).filter_map(number).map(|port| {
        format!("gives port {port} to the node by hostPort, past the sidecar; take hostPort away")
    });
    let mut remarks: Vec<_> = node.collect();
    for container in LISTS.iter().flat_map(|list| items(spec, &[list])) {
        for hook in ["postStart", "preStop"] {
            let port = at(container, &["lifecycle", hook, "httpGet", "port"]);
            if let Some(port) = port.filter(|port| is_app(container, port, app)) {
                remarks.push(format!(
                    "the {hook} hook of the container {} asks port {}, which a kubelet does not reach \
                     when the application listens on loopback; write it as exec",
                    text(container, &["name"]).unwrap_or_default(),
                    plain(port)
                ));
            }
        }
    }
    remarks
}
