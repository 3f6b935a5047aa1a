//! A real server behind Portcullis, a token, and the truth about it.

use std::collections::BTreeMap;

use crate::expected::identity_headers;
use crate::keystone::RealKeystone;
use crate::people::Scope;
use crate::support::{Client, Response, Sidecar, exchange};

use super::seen::Seen;
use super::server::{PATIENCE, Server};
use super::spellings::LIE;

/// One server for all attacks of a scenario.
pub(crate) struct Stage<'a> {
    pub(crate) sidecar: Sidecar,
    pub(crate) server: &'a mut Server,
    /// A line with a good token, or nothing.
    pub(crate) token: String,
    /// What the application must see, and nothing besides.
    truth: BTreeMap<String, String>,
    /// How many attacks were made, and how many requests the application has seen.
    pub(crate) attacks: usize,
    pub(crate) counted: usize,
}

/// What came of one attack.
pub(crate) struct Outcome {
    pub(crate) answers: Vec<Response>,
    pub(crate) seen: Vec<Seen>,
    granted: usize,
}

impl<'a> Stage<'a> {
    /// Somebody with a good token.
    #[track_caller]
    pub(crate) fn of_alice(keystone: &RealKeystone, server: &'a mut Server) -> Self {
        let issued = keystone.token("alice", Scope::Project("demo"));
        let token = format!("X-Auth-Token: {}\r\n", issued.value);
        let truth = identity_headers(&issued.document);
        Self { token, truth, ..Self::of_nobody(keystone, server, "") }
    }

    /// Somebody without a token, where the file says this besides.
    #[track_caller]
    pub(crate) fn of_nobody(keystone: &RealKeystone, server: &'a mut Server, more: &str) -> Self {
        // One worker has one pool, so that the next request takes the connection of the last.
        let yaml = format!(
            "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\", mode: self}}\n\
             server: {{workers: 1}}\n{more}",
            server.url(),
            keystone.url(),
        );
        let truth = BTreeMap::from([("x-identity-status".to_owned(), "Invalid".to_owned())]);
        let sidecar = Sidecar::start(&yaml);
        Self { sidecar, server, token: String::new(), truth, attacks: 0, counted: 0 }
    }

    /// Sends `bytes` over a connection of their own and takes every answer. Then an honest request
    /// goes the same way: who left something behind on the connection to the service, or lost an
    /// answer, is found out by it. Whatever the application saw, it saw the truth.
    #[track_caller]
    pub(crate) fn attack(&mut self, why: &str, bytes: impl AsRef<[u8]>) -> Outcome {
        let granted = self.granted();
        let mut client = Client::connect(self.sidecar.public);
        let bytes = bytes.as_ref();
        // Who has not answered by then waits for more, or is on a busy machine. It is the same to
        // all that is asserted of attacks that do not end with their connection.
        if !ends_its_connection(bytes) {
            client.stream().set_read_timeout(Some(PATIENCE)).unwrap();
        }
        // The proxy may close before it has read all of this.
        let _ = client.try_send(bytes);
        let mut answers: Vec<_> = answers(&mut client).collect();
        // Some attacks end in the middle of a body, as the proxy understands them.
        client.finish();
        answers.extend(self::answers(&mut client));
        self.attacks += 1;
        let seen = self.look(why);
        let granted = self.granted() - granted - 1;
        Outcome { answers, seen, granted }
    }

    /// Asks honestly, and returns what the application has seen before that.
    #[track_caller]
    fn look(&mut self, why: &str) -> Vec<Seen> {
        let path = self.server.probe();
        let mut client = Client::connect(self.sidecar.public);
        client.send(format!("GET {path} HTTP/1.1\r\nHost: s\r\n{}\r\n", self.token));
        let response = client.response();
        assert_eq!(response.status, 200, "{why}: the next request: {response:?}");
        let text = response.text();
        assert!(text.contains(&path), "{why}: another request's answer: {text}");
        let mut seen = self.server.since(&path);
        self.counted += seen.len();
        for request in &seen {
            assert!(!request.line.contains(LIE), "{why}: {}", request.line);
            assert_eq!(request.vouched_for(), self.truth, "{why}: {}", request.line);
        }
        let probe = seen.iter().position(|request| request.path == path);
        let probe = seen.remove(probe.expect("the probe was waited for"));
        assert_eq!(probe.method, "GET", "{why}");
        seen
    }

    /// How many requests Portcullis has let through so far.
    #[track_caller]
    fn granted(&self) -> usize {
        // A request is counted after its answer. The one worker has done so before it answers to
        // another that is not counted at all.
        exchange(self.sidecar.public, "no request\r\n\r\n");
        let metrics = self.sidecar.metrics();
        let decisions = metrics.iter().filter(|(name, _)| {
            ["allow", "defer"].iter().any(|decision| {
                name.starts_with(&format!(
                    "portcullis_auth_decisions_total{{decision=\"{decision}\""
                ))
            })
        });
        // Counters are whole numbers.
        let sum: f64 = decisions.map(|(_, count)| count).sum();
        format!("{sum}").parse().unwrap()
    }
}

impl Outcome {
    /// Every request that was granted was answered, and is one that the application counted.
    #[track_caller]
    pub(crate) fn assert_counted(&self, why: &str) {
        let passed = self.passed();
        assert_eq!(self.seen.len(), self.granted, "{why}: {:?}\n{:?}", self.seen, self.answers);
        assert_eq!(self.seen.len(), passed, "{why}: {:?}\n{:?}", self.seen, self.answers);
    }

    /// The same, but what was broken off in the middle need not have been counted, or answered.
    #[track_caller]
    pub(crate) fn assert_counted_at_most(&self, why: &str) {
        let passed = self.passed();
        assert!(self.seen.len() <= self.granted, "{why}: {:?}\n{:?}", self.seen, self.answers);
        assert!(passed <= self.seen.len(), "{why}: {:?}\n{:?}", self.seen, self.answers);
    }

    pub(crate) fn passed(&self) -> usize {
        self.answers.iter().filter(|answer| answer.status == 200).count()
    }
}

/// Whether the connection ends with the first request, whatever comes of it.
fn ends_its_connection(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let (head, _) = text.split_once("\r\n\r\n").unwrap_or_default();
    head.contains("\r\nConnection: close") || head.contains(" HTTP/1.0\r\n")
}

fn answers(client: &mut Client) -> impl Iterator<Item = Response> {
    std::iter::from_fn(|| client.try_response(false).ok())
}
