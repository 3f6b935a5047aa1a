//! The admission webhook as the API server uses it: reviews over TLS, on real sockets. What becomes
//! of an object is decided by a stand-in here; its own tests are elsewhere.

mod certificate;
mod drain;
mod garbage;
mod limits;
mod process;
mod reviews;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use portcullis::app::Stop;
use portcullis::app::webhook::{BadReview, Settings, Webhook};
use rustls::ClientConfig;
use serde_json::{Value, json};

use crate::support::{Certificate, Client, Multiplexed, Response, Scratch, get, request};

/// A running webhook, and what it was asked.
struct Stage {
    address: SocketAddr,
    telemetry: SocketAddr,
    files: Files,
    trusting: Arc<ClientConfig>,
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
    stop: Stop,
    thread: Option<JoinHandle<anyhow::Result<()>>>,
}

impl Stage {
    #[track_caller]
    fn start() -> Self {
        Self::with(|_| {})
    }

    #[track_caller]
    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let certificate = Certificate::for_loopback();
        let files = Files::with(&certificate);
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut settings = Settings::new(any, files.at("tls.crt"), files.at("tls.key"));
        settings.telemetry = any;
        settings.drain_delay = Duration::ZERO;
        settings.watch = Duration::from_millis(20);
        change(&mut settings);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        let admit = move |review: &[u8]| {
            noted.lock().unwrap().push(review.to_vec());
            stand_in(review)
        };
        let webhook = Webhook::bind(&settings, Box::new(admit), None);
        let webhook = webhook.unwrap_or_else(|error| panic!("{error:#}"));
        Self {
            address: webhook.address(),
            telemetry: webhook.telemetry().unwrap(),
            files,
            trusting: certificate.client(None),
            seen,
            stop: webhook.stop(),
            thread: Some(std::thread::spawn(move || webhook.run())),
        }
    }

    /// A connection of an API server.
    #[track_caller]
    fn connect(&self) -> Multiplexed {
        Multiplexed::secure(self.address, &self.trusting, "localhost").expect("a handshake")
    }

    /// A connection over HTTP/1.1.
    #[track_caller]
    fn connect_plainly(&self) -> Client {
        Client::secure(self.address, &self.trusting, "localhost")
    }

    /// Sends a review over a connection of its own, and reads the response in the answer.
    #[track_caller]
    fn review(&self, review: &Value) -> Value {
        let answer = self.connect().send("POST", PATH, JSON, review.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.headers["content-type"], "application/json");
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer["apiVersion"], "admission.k8s.io/v1");
        assert_eq!(answer["kind"], "AdmissionReview");
        assert_eq!(answer["response"]["uid"], review["request"]["uid"]);
        answer["response"].clone()
    }

    /// One sample.
    #[track_caller]
    fn metric(&self, name: &str) -> f64 {
        let page = get(self.telemetry, "/metrics", &[]).text();
        let samples: BTreeMap<_, _> = page
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.rsplit_once(' '))
            .collect();
        let value = samples.get(name).unwrap_or_else(|| panic!("no {name} among {samples:#?}"));
        value.parse().expect("a number")
    }

    #[track_caller]
    fn outcomes(&self, outcome: &str) -> f64 {
        self.metric(&format!("portcullis_webhook_reviews_total{{outcome=\"{outcome}\"}}"))
    }

    #[track_caller]
    fn rejected(&self, reason: &str) -> f64 {
        self.metric(&format!("portcullis_webhook_requests_rejected_total{{reason=\"{reason}\"}}"))
    }

    /// How many reviews were judged.
    fn judged(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// Fails unless a pod is still reviewed.
    #[track_caller]
    fn assert_serves(&self) {
        let response = self.review(&reviews::pod("still-here"));
        assert_eq!(response["allowed"], true);
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.now();
        let Some(thread) = self.thread.take() else { return };
        let ended = thread.join();
        if !std::thread::panicking() {
            ended.expect("the webhook does not panic").expect("the webhook ends well");
        }
    }
}

/// Certificate and key where a Secret would be mounted: behind a link that is swapped.
struct Files(Scratch);

impl Files {
    #[track_caller]
    fn with(certificate: &Certificate) -> Self {
        let files = Self(Scratch::new());
        for name in ["tls.crt", "tls.key"] {
            std::os::unix::fs::symlink(format!("..data/{name}"), files.0.path().join(name))
                .unwrap();
        }
        files.swap("first", certificate.ca_file(), certificate.key_file());
        files
    }

    /// Mounts another version, as a kubelet does.
    #[track_caller]
    fn swap(&self, version: &str, certificate: &Path, key: &Path) {
        let root = self.0.path();
        std::fs::create_dir(root.join(version)).unwrap();
        std::fs::copy(certificate, root.join(version).join("tls.crt")).unwrap();
        std::fs::copy(key, root.join(version).join("tls.key")).unwrap();
        std::os::unix::fs::symlink(version, root.join("..tmp")).unwrap();
        std::fs::rename(root.join("..tmp"), root.join("..data")).unwrap();
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }
}

/// Decides by a label of the object: nothing, a patch, or a refusal.
fn stand_in(review: &[u8]) -> Result<Vec<u8>, BadReview> {
    let bad = || BadReview("it cannot be answered".to_owned());
    let review: Value = serde_json::from_slice(review).map_err(|_| bad())?;
    let request = &review["request"];
    let wish = request["object"]["metadata"]["labels"]["wish"].as_str().unwrap_or("nothing");
    let mut response = json!({"uid": request["uid"], "allowed": true});
    match wish {
        "patch" => {
            response["patchType"] = "JSONPatch".into();
            response["patch"] = "W10=".into();
        }
        "refusal" => {
            response["allowed"] = false.into();
            response["status"] = json!({"code": 422, "message": "two containers want port 18080"});
        }
        "nonsense" => return Ok(b"{}".to_vec()),
        "garbage" => return Err(bad()),
        "panic" => panic!("a stand-in that fails"),
        _ => {}
    }
    let answer =
        json!({"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response});
    Ok(answer.to_string().into_bytes())
}

/// Over HTTP/1.1.
#[track_caller]
fn post(client: &mut Client, path: &str, fields: &[(&str, &str)], body: &[u8]) -> Response {
    client.send(request("POST", path, fields, body));
    client.response()
}

/// With the query that the API server adds.
const PATH: &str = "/mutate?timeout=10s";
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
