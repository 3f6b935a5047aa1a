//! What is put in where nobody says otherwise.

/// What a sidecar is like unless annotations of its pod say otherwise.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The image, with its tag or digest.
    pub image: String,
    /// Where the sidecar takes clients' connections.
    pub port: u16,
    /// Where it serves probes and metrics.
    pub telemetry_port: u16,
    /// The application's port, by number or name; found in the manifests when absent.
    pub app_port: Option<String>,
    /// Where the application listens when it is not its port on loopback.
    pub upstream: Option<String>,
    /// The `ConfigMap` with the key `portcullis.yaml`.
    pub config_map: Option<String>,
    /// Keystone's address, where no `ConfigMap` says it.
    pub keystone_url: Option<String>,
    /// The Secret that is mounted at `/var/run/secrets/portcullis`.
    pub secret: Option<String>,
    /// Keys of the configuration over all else, by their variables.
    pub environment: Vec<(String, String)>,
    /// An init container that goes on running (Kubernetes 1.29 and newer) instead of a plain
    /// container beside the others.
    pub native: bool,
    /// What the container asks for, and may have.
    pub resources: Resources,
    /// Only pods that ask for it by their annotation.
    pub annotated_only: bool,
    /// Add a `NetworkPolicy` to each workload that lets nobody past the sidecar.
    pub network_policy: bool,
}

/// What a container asks for and may have, as Kubernetes writes quantities.
#[derive(Clone, Debug)]
pub struct Resources {
    /// CPU asked for.
    pub cpu: String,
    /// Memory asked for.
    pub memory: String,
    /// Memory beyond which it is killed.
    pub memory_limit: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            image: concat!("portcullis:", env!("CARGO_PKG_VERSION")).to_owned(),
            port: 18080,
            telemetry_port: 9180,
            app_port: None,
            upstream: None,
            config_map: None,
            keystone_url: None,
            secret: None,
            environment: Vec::new(),
            native: true,
            resources: Resources::default(),
            annotated_only: false,
            network_policy: false,
        }
    }
}

impl Default for Resources {
    fn default() -> Self {
        Self { cpu: "50m".into(), memory: "32Mi".into(), memory_limit: "128Mi".into() }
    }
}
