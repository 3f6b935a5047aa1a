//! Commands for Kubernetes: sidecars in manifests, and the webhook that puts them in.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::key_value;

/// Manifests that are to get sidecars.
#[derive(Debug, Args)]
pub struct Inject {
    /// The manifests, YAML or JSON, any number of documents in each; `-` and nothing are standard
    /// input. Give a Service together with the workloads it leads to.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write nothing to standard output, and end with 1 when something would be changed.
    #[arg(long)]
    pub check: bool,
    /// The application's port, by number or name, where neither its Services nor its containers
    /// tell. The annotation portcullis/app-port says it for one pod.
    #[arg(long, value_name = "PORT")]
    pub app_port: Option<String>,
    /// Where the application listens when it is not that port on loopback, as in
    /// `unix:/run/portcullis/app.sock`, which is a directory that both containers share then. The
    /// annotation portcullis/upstream says it for one pod.
    #[arg(long, value_name = "URL")]
    pub upstream: Option<String>,
    /// Only pods with the annotation (or label) portcullis/inject: "true". Without this flag, all but
    /// those with "false".
    #[arg(long)]
    pub annotated_only: bool,
    /// Add a `NetworkPolicy` to each workload that lets nobody past the sidecar, for applications that
    /// listen on every address.
    #[arg(long)]
    pub network_policy: bool,
    /// What is put in.
    #[command(flatten)]
    pub sidecar: Sidecar,
}

/// Manifests that are to lose them.
#[derive(Debug, Args)]
pub struct Uninject {
    /// The manifests; `-` and nothing are standard input.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write nothing to standard output, and end with 1 when something would be changed.
    #[arg(long)]
    pub check: bool,
}

/// The sidecar, where annotations of its pod do not say otherwise.
#[derive(Debug, Args)]
pub struct Sidecar {
    /// The image, with its tag or digest. Annotation: portcullis/image.
    #[arg(long, value_name = "IMAGE", default_value = concat!("portcullis:", env!("CARGO_PKG_VERSION")))]
    pub image: String,
    /// Keystone's address, where no `ConfigMap` says it. Annotation: portcullis/keystone-url.
    #[arg(long, value_name = "URL")]
    pub keystone_url: Option<String>,
    /// The `ConfigMap` whose key portcullis.yaml is the configuration. Annotation: portcullis/config.
    #[arg(long, value_name = "NAME")]
    pub config_map: Option<String>,
    /// A Secret to mount at /var/run/secrets/portcullis, for `keystone.password_file` and its like.
    /// Annotation: portcullis/secret.
    #[arg(long, value_name = "NAME")]
    pub secret: Option<String>,
    /// Sets one key of the configuration, as in --set cache.ttl=60s. Secrets are not taken: they would
    /// lie open in the manifest.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Where the sidecar takes clients' connections. Annotation: portcullis/port.
    #[arg(long, value_name = "PORT", default_value_t = 18080, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,
    /// Where it answers probes and serves metrics. Annotation: portcullis/telemetry-port.
    #[arg(long, value_name = "PORT", default_value_t = 9180, value_parser = clap::value_parser!(u16).range(1..))]
    pub telemetry_port: u16,
    /// A restartable init container (Kubernetes 1.29 and newer), which is there before the
    /// application and goes after it; or a plain container beside it. Annotation: portcullis/native.
    #[arg(long, value_name = "true|false", default_value_t = true, action = ArgAction::Set)]
    pub native: bool,
    /// CPU that the sidecar asks for.
    #[arg(long, value_name = "QUANTITY", default_value = "50m", value_parser = quantity)]
    pub cpu: String,
    /// Memory that it asks for.
    #[arg(long, value_name = "QUANTITY", default_value = "32Mi", value_parser = quantity)]
    pub memory: String,
    /// Memory beyond which it is killed.
    #[arg(long, value_name = "QUANTITY", default_value = "128Mi", value_parser = quantity)]
    pub memory_limit: String,
}

/// How the webhook is served.
#[derive(Debug, Args)]
pub struct Webhook {
    /// Where the API server connects.
    #[arg(long, value_name = "ADDRESS", default_value = "[::]:8443")]
    pub listen: SocketAddr,
    /// PEM file with the certificate that the API server is shown, and its chain. Read again when
    /// it changes.
    #[arg(long, value_name = "FILE")]
    pub certificate_file: PathBuf,
    /// PEM file with its key.
    #[arg(long, value_name = "FILE")]
    pub key_file: PathBuf,
    /// Where /metrics, /livez, /readyz and /startupz are served.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9180")]
    pub telemetry: SocketAddr,
    /// What becomes of an object that cannot be changed as it asks for: it is refused, or made as
    /// it is, with a warning. What becomes of all when the webhook cannot be reached is the
    /// failurePolicy of its configuration in the cluster.
    #[arg(long, value_enum, default_value_t = OnError::Deny)]
    pub on_error: OnError,
    /// How long to go on accepting connections after SIGTERM, with readiness already red.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub drain_delay: u64,
    /// How long reviews in flight may take to finish after that.
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    pub drain_timeout: u64,
    /// error, warn, info, debug or trace, or levels for single parts.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub log_level: String,
    /// What is put in.
    #[command(flatten)]
    pub sidecar: Sidecar,
}

/// What becomes of an object that cannot be changed as it asks for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OnError {
    /// It is made as it is.
    Allow,
    /// It is refused.
    Deny,
}

/// A quantity as Kubernetes writes it: 50m, 0.5, 128Mi.
fn quantity(text: &str) -> Result<String, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(number.len()..).unwrap_or_default();
    let units = ["", "m", "k", "M", "G", "Ki", "Mi", "Gi"];
    let known = units.contains(&unit) && number.parse::<f64>().is_ok_and(|number| number > 0.0);
    // Only digits and a point: `f64` reads more than Kubernetes.
    if known && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Ok(text.to_owned());
    }
    Err("write a quantity, as in 50m for CPU or 128Mi for memory".to_owned())
}
