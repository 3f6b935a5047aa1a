//! The whole program, in this process, on threads of its own.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread::JoinHandle;

use portcullis::app::{Again, App, Side, Stop};
use portcullis::config::{self, Environment, Input, Loaded, Sources};
use portcullis::server::Place;

use super::{Client, Keystone, Response, Scratch, Upstream, get};

/// A running proxy. Its sockets are open before it is returned; dropping it stops it, and fails
/// the test when it did not end well.
pub struct Sidecar {
    /// Where clients go.
    pub public: SocketAddr,
    /// Other listeners, by name.
    pub more: HashMap<String, SocketAddr>,
    /// Where probes and scrapes go.
    pub telemetry: SocketAddr,
    /// Where the operator goes.
    pub admin: SocketAddr,
    stop: Stop,
    thread: Option<JoinHandle<anyhow::Result<()>>>,
}

/// A proxy about to be started.
pub struct Builder {
    yaml: String,
    path: Option<PathBuf>,
    set: Vec<(String, String)>,
}

impl Sidecar {
    /// Runs what `yaml` configures. Unless it says otherwise, every listener gets a free port,
    /// requests are not logged, there are two workers, and draining is short.
    #[track_caller]
    pub fn start(yaml: &str) -> Self {
        Builder { yaml: yaml.to_owned(), path: None, set: Vec::new() }.start()
    }

    /// One that guards `upstream` and asks `keystone`.
    pub fn before(upstream: &Upstream, keystone: &Keystone) -> Builder {
        let yaml = format!(
            "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n",
            upstream.url(),
            keystone.url()
        );
        Builder { yaml, path: None, set: Vec::new() }
    }

    /// Asks it to stop, without waiting.
    pub fn stop(&self) {
        self.stop.now();
    }

    /// Waits until it has ended, and returns how.
    #[track_caller]
    pub fn end(mut self) -> anyhow::Result<()> {
        self.stop.now();
        self.thread.take().unwrap().join().expect("the proxy does not panic")
    }

    /// Whether it has come to its end.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// A request from a client, over a connection of its own.
    #[track_caller]
    pub fn get(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        get(self.public, path, fields)
    }

    /// The same with a token.
    #[track_caller]
    pub fn get_as(&self, token: &str, path: &str) -> Response {
        self.get(path, &[("X-Auth-Token", token)])
    }

    /// A request from an operator on this host.
    #[track_caller]
    pub fn operate(&self, method: &str, page: &str, fields: &[(&str, &str)]) -> Response {
        let host = self.admin.to_string();
        let mut client = Client::connect(self.admin);
        client.ask(method, page, &[&[("Host", &host[..])], fields].concat());
        client.response()
    }

    /// Every sample by its name and labels, as in `portcullis_x_total{kind="y"}`.
    #[track_caller]
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let page = get(self.telemetry, "/metrics", &[]);
        assert_eq!(page.status, 200);
        let text = page.text();
        let samples = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        samples
            .map(|line| {
                let (name, value) = line.rsplit_once(' ').expect("a sample");
                (name.to_owned(), value.parse().expect("a number"))
            })
            .collect()
    }

    /// How many requests were decided so, of those whose route has no name.
    #[track_caller]
    pub fn decisions(&self, decision: &str, reason: &str) -> f64 {
        self.decisions_on("default", decision, reason)
    }

    /// How many requests on a route were decided so.
    #[track_caller]
    pub fn decisions_on(&self, route: &str, decision: &str, reason: &str) -> f64 {
        self.metric(&format!(
            "portcullis_auth_decisions_total{{decision=\"{decision}\",reason=\"{reason}\",\
             route=\"{route}\"}}"
        ))
    }

    /// One sample.
    #[track_caller]
    pub fn metric(&self, name: &str) -> f64 {
        let metrics = self.metrics();
        *metrics.get(name).unwrap_or_else(|| panic!("no {name} among {:#?}", metrics.keys()))
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        self.stop.now();
        let Some(thread) = self.thread.take() else { return };
        let ended = thread.join();
        if !std::thread::panicking() {
            ended.expect("the proxy does not panic").expect("the proxy ends well");
        }
    }
}

impl Builder {
    /// Sets one key, over what the file says.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl std::fmt::Display) -> Self {
        self.set.push((key.to_owned(), value.to_string()));
        self
    }

    /// Adds to what the file says.
    #[must_use]
    pub fn and(mut self, yaml: &str) -> Self {
        self.yaml.push_str(yaml);
        self
    }

    /// Reads it from a file, `portcullis.yaml`, and again whenever that changes.
    #[must_use]
    #[track_caller]
    pub fn on_disk(mut self, scratch: &Scratch) -> Self {
        self.path = Some(scratch.write("portcullis.yaml", &self.yaml));
        self
    }

    /// Runs it.
    #[track_caller]
    pub fn start(mut self) -> Sidecar {
        self.fill_in();
        let again = self.path.is_some();
        let input = match self.path {
            Some(path) => Input::Path(path),
            None => Input::Text { name: "portcullis.yaml".to_owned(), text: self.yaml },
        };
        let sources = Sources { file: Some(input), overrides: self.set, ..Sources::default() };
        let Loaded { config, effective, files } =
            config::load(&sources).unwrap_or_else(|errors| panic!("{errors}"));
        let side = Side { log: None, effective, again: again.then_some(Again { sources, files }) };
        let app = App::bind(&config, side).unwrap_or_else(|error| panic!("{error:#}"));
        let addresses = app.addresses().expect("addresses");
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let tcp = |place: &Place| match place {
            Place::Tcp(address) => *address,
            Place::Unix { .. } => nowhere,
        };
        let more = addresses.more.iter().map(|(name, place)| (name.to_string(), tcp(place)));
        Sidecar {
            public: tcp(&addresses.public),
            more: more.collect(),
            telemetry: addresses.telemetry.unwrap_or(nowhere),
            admin: addresses.admin.unwrap_or(nowhere),
            stop: app.stop(),
            thread: Some(std::thread::spawn(move || app.run())),
        }
    }

    /// Sets what neither the file nor the test did.
    fn fill_in(&mut self) {
        for (key, value) in [
            ("listen", "127.0.0.1:0"),
            ("telemetry.listen", "127.0.0.1:0"),
            ("admin.listen", "127.0.0.1:0"),
            ("log.access", "off"),
            ("server.workers", "2"),
            ("server.drain_timeout", "5s"),
        ] {
            let set = self.set.iter().any(|(given, _)| given == key);
            if !set && !is_written(&self.yaml, key) {
                self.set.push((key.to_owned(), value.to_owned()));
            }
        }
    }
}

/// Whether a file written by a test holds a key. The shorthand of a section counts as its key.
fn is_written(yaml: &str, key: &str) -> bool {
    let section = key.split('.').next().unwrap_or_default();
    let leaf = key.rsplit('.').next().unwrap_or_default();
    let starts = |start: &str| yaml.lines().any(|line| line.starts_with(start));
    match (section, leaf) {
        ("telemetry" | "admin" | "listen", _) => starts(&format!("{section}:")),
        _ => yaml.contains(&format!("{leaf}:")),
    }
}
