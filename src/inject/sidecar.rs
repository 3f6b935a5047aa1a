//! The container that is put in, and its volumes.

use serde_json::{Value, json};

use super::NAME;
use super::ports::AppPort;
use super::probes::Probes;
use super::settings::Settings;

/// Where the socket is that application and sidecar share.
pub(super) const SOCKET_DIRECTORY: &str = "/run/portcullis";

/// The volume of that socket.
pub(super) const SOCKET: &str = "portcullis-socket";

/// Volumes that are ours.
pub(super) const VOLUMES: [&str; 3] = ["portcullis-config", "portcullis-secret", SOCKET];

/// The container.
///
/// `grace` is how long the pod may take to end, in seconds.
pub(super) fn container(
    app: Option<&AppPort>,
    wish: &Settings,
    probes: &Probes,
    grace: u64,
) -> Value {
    let mut container = json!({
        "name": NAME,
        "image": wish.image,
        "args": args(wish),
        "env": environment(app, wish, probes, grace),
        "ports": [
            {"name": NAME, "containerPort": wish.port, "protocol": "TCP"},
            {"name": "pc-telemetry", "containerPort": wish.telemetry_port, "protocol": "TCP"},
        ],
        "startupProbe": probe("/startupz", 1, 60),
        "livenessProbe": probe("/livez", 10, 3),
        "readinessProbe": probe("/readyz", 5, 2),
        "resources": {
            "requests": {"cpu": wish.resources.cpu, "memory": wish.resources.memory},
            "limits": {"memory": wish.resources.memory_limit},
        },
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": true,
            "runAsGroup": 65532,
            "runAsNonRoot": true,
            "runAsUser": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    });
    if let Some(members) = container.as_object_mut() {
        let mounts: Vec<_> = volumes(wish).into_iter().map(|(_, mount)| mount).collect();
        if !mounts.is_empty() {
            members.insert("volumeMounts".into(), mounts.into());
        }
        if wish.native {
            members.insert("restartPolicy".into(), "Always".into());
        }
    }
    container
}

/// Volumes, and how each is mounted.
pub(super) fn volumes(wish: &Settings) -> Vec<(Value, Value)> {
    let mut volumes = Vec::new();
    if let Some(name) = &wish.config_map {
        volumes.push((
            json!({"name": "portcullis-config", "configMap": {"name": name}}),
            // The whole directory, or changes of the ConfigMap would not be seen.
            json!({"name": "portcullis-config", "mountPath": "/etc/portcullis", "readOnly": true}),
        ));
    }
    if let Some(name) = &wish.secret {
        volumes.push((
            json!({"name": "portcullis-secret", "secret": {"secretName": name}}),
            json!({"name": "portcullis-secret", "mountPath": "/var/run/secrets/portcullis",
                   "readOnly": true}),
        ));
    }
    if shares_socket(wish) {
        volumes.push((json!({"name": SOCKET, "emptyDir": {}}), socket_mount()));
    }
    volumes
}

/// Whether the application is reached by a socket. It is in the directory that both share
/// ([`Settings::check`]).
pub(super) fn shares_socket(wish: &Settings) -> bool {
    wish.upstream.as_deref().is_some_and(|upstream| upstream.starts_with("unix:"))
}

/// How the shared directory is mounted, on both sides.
pub(super) fn socket_mount() -> Value {
    json!({"name": SOCKET, "mountPath": SOCKET_DIRECTORY})
}

fn args(wish: &Settings) -> Value {
    match wish.config_map {
        Some(_) => json!(["run", "--config", "/etc/portcullis/portcullis.yaml"]),
        None => json!(["run"]),
    }
}

/// Variables go over the file, so one `ConfigMap` serves many applications.
fn environment(app: Option<&AppPort>, wish: &Settings, probes: &Probes, grace: u64) -> Vec<Value> {
    let (delay, timeout) = drain(grace);
    let upstream =
        wish.upstream.clone().or_else(|| app.map(|app| format!("http://127.0.0.1:{}", app.number)));
    let mut variables = vec![
        ("PORTCULLIS_LISTEN".to_owned(), format!("[::]:{}", wish.port)),
        ("PORTCULLIS_TELEMETRY__LISTEN".to_owned(), format!("[::]:{}", wish.telemetry_port)),
        ("PORTCULLIS_SERVER__DRAIN_DELAY".to_owned(), format!("{delay}s")),
        ("PORTCULLIS_SERVER__DRAIN_TIMEOUT".to_owned(), format!("{timeout}s")),
    ];
    let mut set = |key: &str, value: Option<String>| {
        variables.extend(value.map(|value| (key.to_owned(), value)));
    };
    set("PORTCULLIS_UPSTREAM__URL", upstream);
    set("PORTCULLIS_KEYSTONE__AUTH_URL", wish.keystone_url.clone());
    let addresses: Vec<_> =
        probes.addresses.iter().map(|(name, address)| format!("{name}={address}")).collect();
    set("PORTCULLIS_TELEMETRY__PROBES", (!addresses.is_empty()).then(|| addresses.join(",")));
    // The kubelet gives up first, as the manifest says; we must not before it.
    set(
        "PORTCULLIS_TELEMETRY__PROBE_TIMEOUT",
        (probes.longest > 10).then(|| format!("{}s", probes.longest)),
    );
    for (key, value) in &wish.environment {
        variables.retain(|(known, _)| known != key);
        variables.push((key.clone(), value.clone()));
    }
    // A kubelet reads `$(NAME)` as another variable, and `$$` as a dollar.
    let variables = variables.into_iter().map(|(name, value)| (name, value.replace('$', "$$")));
    variables.map(|(name, value)| json!({"name": name, "value": value})).collect()
}

/// How long connections are still taken when the pod ends, and how long requests may take after that,
/// in seconds. A plain container is told to end together with the application, while connections
/// still come; both times together stay below what the pod has.
fn drain(grace: u64) -> (u64, u64) {
    let all = grace.saturating_mul(5) / 6;
    let delay = (all / 5).min(5);
    // No more than the program takes.
    (delay, (all - delay).min(86_400))
}

fn probe(path: &str, period: u32, failures: u32) -> Value {
    json!({
        "httpGet": {"path": path, "port": "pc-telemetry"},
        "periodSeconds": period,
        "failureThreshold": failures,
        "timeoutSeconds": 2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sidecar_ends_within_what_its_pod_has() {
        assert_eq!([30, 120, 10, 1, 0].map(drain), [(5, 20), (5, 95), (1, 7), (0, 0), (0, 0)]);
        assert_eq!(drain(u64::MAX).1, 86_400);
    }
}
