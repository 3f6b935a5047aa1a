//! What is put in where nobody says otherwise.

use http::Uri;

use super::sidecar::SOCKET_DIRECTORY;
use super::value::Refusal;

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

impl Settings {
    /// Looks at what can be told to be wrong before it is rolled out.
    ///
    /// # Errors
    /// A value that cannot be meant. The message names it by its flag and annotation; addresses are
    /// not quoted, because somebody may have put a password into one.
    pub fn check(&self) -> Result<(), Refusal> {
        let wrong = |what: &str, remedy: &str| {
            Err(Refusal(format!("--{what} or the annotation portcullis/{what} {remedy}")))
        };
        for (what, url) in [("upstream", &self.upstream), ("keystone-url", &self.keystone_url)] {
            let socket = url.as_deref().is_some_and(|url| url.starts_with("unix:/"));
            if url.as_deref().is_some_and(|url| !is_url(url)) && !(socket && what == "upstream") {
                let socket = if what == "upstream" { ", or unix:/PATH" } else { "" };
                return wrong(
                    what,
                    &format!(
                        "is no address: write http://HOST:PORT or https://HOST:PORT{socket}, without \
                         user and password"
                    ),
                );
            }
        }
        let socket = self.upstream.as_deref().filter(|url| url.starts_with("unix:"));
        if let Some(socket) = socket.filter(|socket| !is_shared(socket)) {
            return wrong(
                "upstream",
                &format!(
                    "is {socket}, which the sidecar would not see: of the application's files it has \
                     those below {SOCKET_DIRECTORY} alone; have the application listen there and write \
                     unix:{SOCKET_DIRECTORY}/NAME"
                ),
            );
        }
        for (what, name) in [("config", &self.config_map), ("secret", &self.secret)] {
            if name.as_deref().is_some_and(|name| !is_name(name)) {
                return wrong(what, "is no name of an object in Kubernetes");
            }
        }
        if self.image.is_empty() || self.image.contains(char::is_whitespace) {
            return wrong("image", "is no image; write NAME:TAG or NAME@DIGEST");
        }
        Ok(())
    }
}

/// Whether the program can make something of it; it says more when it starts.
fn is_url(text: &str) -> bool {
    let Ok(url) = text.parse::<Uri>() else { return false };
    let known = matches!(url.scheme_str(), Some("http" | "https"));
    let host = url.host().is_some_and(|host| !host.is_empty());
    let authority = url.authority().map_or("", |authority| authority.as_str());
    // Without a port there is no colon behind the host.
    let port = url.port_u16().is_some_and(|port| port > 0)
        || url.host().is_some_and(|host| authority.len() == host.len());
    known && host && port && !authority.contains('@')
}

/// Whether a socket is in the directory that application and sidecar share, without ways out of it.
fn is_shared(url: &str) -> bool {
    let path = url.strip_prefix("unix:").and_then(|path| path.strip_prefix(SOCKET_DIRECTORY));
    let inside = path.and_then(|path| path.strip_prefix('/'));
    inside.is_some_and(|path| path.split('/').all(|part| !matches!(part, "" | "." | "..")))
}

fn is_name(text: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    !text.is_empty() && text.len() <= 253 && text.bytes().all(plain)
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
