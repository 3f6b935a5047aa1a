//! What reached the double: counts, and the latest requests.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, Method, request};
use tokio::sync::watch;

use crate::fault::Operation;

/// How often the double was asked what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// `GET` and `HEAD` of `/v3/auth/tokens`.
    pub validations: u64,
    /// `POST` of `/v3/auth/tokens`.
    pub logins: u64,
    /// `DELETE` of `/v3/auth/tokens`.
    pub revocations: u64,
    /// `GET` of `/v3/OS-REVOKE/events`.
    pub events: u64,
    /// `GET` of `/` and `/v3`.
    pub discoveries: u64,
    /// Requests of any kind.
    pub total: u64,
    /// Connections accepted.
    pub connections: u64,
    /// Validations that arrived and are not answered yet.
    pub validations_in_flight: u64,
    /// The most of them at any one time.
    pub most_validations_in_flight: u64,
}

/// A request as it was received.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: Method,
    /// The path, undecoded.
    pub path: String,
    /// The query without its question mark; empty when there was none.
    pub query: String,
    /// All header fields. Those that hold tokens are not printed.
    pub headers: HeaderMap,
}

impl Seen {
    /// The first value of a header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The counters and the latest requests.
pub(crate) struct Log {
    calls: watch::Sender<Calls>,
    latest: Mutex<Latest>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { calls: watch::Sender::new(Calls::default()), latest: Mutex::default() }
    }

    /// Counts a connection.
    pub(crate) fn connected(&self) {
        self.calls.send_modify(|calls| calls.connections += 1);
    }

    /// Counts a request and remembers it; it is in flight until the answer is dropped.
    pub(crate) fn arrived(&self, operation: Operation, head: &request::Parts) -> InFlight<'_> {
        self.latest().push(Seen {
            method: head.method.clone(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: with_tokens_hidden(&head.headers),
        });
        self.calls.send_modify(|calls| calls.count(operation));
        InFlight { log: self, operation }
    }

    pub(crate) fn calls(&self) -> Calls {
        *self.calls.borrow()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Calls> {
        self.calls.subscribe()
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.latest().seen.iter().cloned().collect()
    }

    /// Starts counting anew; what is in flight stays so.
    pub(crate) fn reset(&self) {
        *self.latest() = Latest::default();
        self.calls.send_modify(|calls| {
            let flying = calls.validations_in_flight;
            *calls = Calls {
                validations_in_flight: flying,
                most_validations_in_flight: flying,
                ..Calls::default()
            };
        });
    }

    fn latest(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Calls {
    fn count(&mut self, operation: Operation) {
        self.total += 1;
        match operation {
            Operation::Validate => {
                self.validations += 1;
                self.validations_in_flight += 1;
                self.most_validations_in_flight =
                    self.most_validations_in_flight.max(self.validations_in_flight);
            }
            Operation::Login => self.logins += 1,
            Operation::Revoke => self.revocations += 1,
            Operation::Events => self.events += 1,
            Operation::Discover => self.discoveries += 1,
            Operation::Any => {}
        }
    }
}

/// Held while a request is being answered.
pub(crate) struct InFlight<'a> {
    log: &'a Log,
    operation: Operation,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        if self.operation == Operation::Validate {
            self.log.calls.send_modify(|calls| calls.validations_in_flight -= 1);
        }
    }
}

/// The latest requests, few enough and small enough to be kept.
#[derive(Default)]
struct Latest {
    seen: VecDeque<Seen>,
    bytes: usize,
}

impl Latest {
    fn push(&mut self, seen: Seen) {
        self.bytes += weight(&seen);
        self.seen.push_back(seen);
        while self.seen.len() > MOST_REQUESTS || (self.bytes > MOST_BYTES && self.seen.len() > 1) {
            let oldest = self.seen.pop_front();
            self.bytes -= oldest.as_ref().map_or(0, weight);
        }
    }
}

fn weight(seen: &Seen) -> usize {
    let headers = seen.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    seen.path.len() + seen.query.len() + headers.sum::<usize>()
}

fn with_tokens_hidden(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for (name, value) in &mut headers {
        value.set_sensitive(name.as_str().ends_with("-token") || name == "authorization");
    }
    headers
}

const MOST_REQUESTS: usize = 1000;
const MOST_BYTES: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};

    use super::{Latest, MOST_BYTES, Seen};

    #[test]
    fn large_requests_are_forgotten_before_they_fill_the_memory() {
        let mut headers = HeaderMap::new();
        headers.insert("x-auth-token", HeaderValue::from_static(LONG));
        let seen = Seen { method: Method::GET, path: "/".into(), query: String::new(), headers };
        let mut latest = Latest::default();
        for _ in 0..600 {
            latest.push(seen.clone());
        }
        assert!(latest.bytes <= MOST_BYTES);
        assert!(latest.seen.len() > 200);
    }

    const LONG: &str = match str::from_utf8(&[b'x'; 64 * 1024]) {
        Ok(text) => text,
        Err(_) => "",
    };
}
