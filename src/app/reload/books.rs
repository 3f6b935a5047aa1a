//! What is told of reloads: in the log, in metrics, and on `/config`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use prometheus::IntGauge;
use serde_json::{Value, json};

use crate::config::{Config, Effective};
use crate::identity::{Clock, UnixTime, write_timestamp};
use crate::label;
use crate::policy::Policy;
use crate::server::tls::Tls;
use crate::telemetry::{Counters, Label as _, MetricError, Quiet, Registry};

use super::Cause;

/// More problems than this are counted, not logged.
const MOST_LINES: usize = 20;

/// The same problems are logged again after so long.
const REPEAT_AFTER: Duration = Duration::from_secs(10);

label! {
    /// What came of reading the configuration again.
    Outcome as "result" {
        /// Another policy or other certificates are in force.
        Followed => "ok",
        /// Something is wrong; the old policy stays.
        Failed => "failed",
        /// The policy is the same.
        Unchanged => "unchanged",
    }
}

/// The books of one process.
pub(in super::super) struct Books {
    clock: Clock,
    reloads: Counters<Outcome>,
    successful: IntGauge,
    succeeded_at: IntGauge,
    restart_needed: IntGauge,
    warnings: IntGauge,
    /// Warnings that are neither the policy's nor the certificates', and so last as long as the
    /// process.
    lasting: usize,
    /// Those about the certificates in force.
    certificates: AtomicUsize,
    quiet: Quiet,
    state: ArcSwap<State>,
}

#[derive(Clone, Debug)]
struct State {
    effective: Effective,
    last: Option<(UnixTime, Outcome)>,
    succeeded: UnixTime,
    problems: Vec<String>,
    waiting: Vec<String>,
}

impl Books {
    /// Opens them with what the process starts with.
    pub(in super::super) fn new(
        registry: &Registry,
        clock: Clock,
        config: &Config,
        effective: Effective,
    ) -> Result<Self, MetricError> {
        let now = clock.now();
        let (problems, waiting) = (Vec::new(), Vec::new());
        let state = State { effective, last: None, succeeded: now, problems, waiting };
        let certificates = config.tls.as_ref().map_or(0, |tls| tls.warnings().len());
        let passing = certificates + config.policy.rules().notes().len();
        let books = Self {
            clock,
            reloads: registry.counters(
                "config_reloads_total",
                "How often the configuration was read again, by what came of it.",
            )?,
            successful: registry.gauge(
                "config_last_reload_successful",
                "Whether the configuration was valid when it was last read; 0 while an older \
                 policy is in force than was written.",
            )?,
            succeeded_at: registry.gauge(
                "config_last_reload_success_timestamp_seconds",
                "When the configuration was last read and valid.",
            )?,
            restart_needed: registry.gauge(
                "config_restart_needed",
                "Options that were changed and wait for the next start.",
            )?,
            warnings: registry.gauge(
                "config_warnings",
                "Settings in force that weaken security; the log names them at every start.",
            )?,
            lasting: config.warnings.len().saturating_sub(passing),
            certificates: AtomicUsize::new(certificates),
            quiet: Quiet::new(REPEAT_AFTER),
            state: ArcSwap::from_pointee(state),
        };
        books.successful.set(1);
        books.succeeded_at.set(seconds(now));
        books.warn_of(&config.policy);
        Ok(books)
    }

    /// The configuration in force.
    pub(super) fn effective(&self) -> Effective {
        self.state.load().effective.clone()
    }

    /// The same for people, and what came of the last reload.
    pub(in super::super) fn page(&self) -> Value {
        let State { effective, last, succeeded, problems, waiting } = &**self.state.load();
        let mut page = effective.to_json();
        let reload = json!({
            "last": last.map(|(at, _)| write_timestamp(at)),
            "result": last.map(|(_, outcome)| outcome.as_str()),
            "last_success": write_timestamp(*succeeded),
            "problems": problems,
            "restart_needed": waiting,
        });
        if let Value::Object(sections) = &mut page {
            sections.insert("reload".to_owned(), reload);
        }
        page
    }

    /// Another policy is in force.
    pub(super) fn followed(
        &self,
        cause: Cause,
        old: &Policy,
        new: &Policy,
        effective: Effective,
        waiting: Vec<String>,
    ) {
        let routes = if new.reads_paths() { new.routes().count() } else { 0 };
        let rules = new.rules().rules().count();
        tracing::info!(cause = cause.as_str(), routes, rules, "another policy is in force");
        let known: Vec<_> = old.rules().notes().iter().map(ToString::to_string).collect();
        for note in new.rules().notes().iter().map(ToString::to_string) {
            if !known.contains(&note) {
                tracing::warn!("policy: {note}");
            }
        }
        self.warn_of(new);
        self.succeeded(Outcome::Followed, effective, waiting);
    }

    /// Other certificates are shown from here on; what came of the reload as a whole is said later.
    pub(super) fn certified(&self, cause: Cause, tls: &Tls) {
        let certificates = tls.certificates().len();
        tracing::info!(cause = cause.as_str(), certificates, "other TLS files are in force");
        for warning in tls.warnings() {
            tracing::warn!("tls: {warning}");
        }
        let before = self.certificates.swap(tls.warnings().len(), Ordering::Relaxed);
        self.warnings.add(signed(tls.warnings().len()) - signed(before));
    }

    /// Nothing but certificates was another.
    pub(super) fn renewed(&self, effective: Effective, waiting: Vec<String>) {
        self.succeeded(Outcome::Followed, effective, waiting);
    }

    /// It was read and says the same as before.
    pub(super) fn unchanged(&self, cause: Cause, effective: Effective, waiting: Vec<String>) {
        tracing::info!(cause = cause.as_str(), "the configuration was read again; same policy");
        self.succeeded(Outcome::Unchanged, effective, waiting);
    }

    /// The old policy stays.
    pub(super) fn failed(&self, cause: Cause, problems: Vec<String>) {
        let old = self.state.load_full();
        let due = self.quiet.pass().is_some();
        if due || old.problems != problems {
            for problem in problems.iter().take(MOST_LINES) {
                let cause = cause.as_str();
                tracing::error!(cause, problem, "cannot follow the new configuration; mend it");
            }
            if let Some(more @ 1..) = problems.len().checked_sub(MOST_LINES) {
                tracing::error!(more, "cannot follow the new configuration; there is more");
            }
        }
        self.reloads.count(Outcome::Failed);
        self.successful.set(0);
        let last = Some((self.clock.now(), Outcome::Failed));
        self.state.store(Arc::new(State { last, problems, ..State::clone(&old) }));
    }

    fn succeeded(&self, outcome: Outcome, effective: Effective, waiting: Vec<String>) {
        let now = self.clock.now();
        if !waiting.is_empty() && self.state.load().waiting != waiting {
            let keys = waiting.join(", ");
            tracing::warn!(keys, "these changes take effect at the next start only");
        }
        self.restart_needed.set(signed(waiting.len()));
        self.reloads.count(outcome);
        self.successful.set(1);
        self.succeeded_at.set(seconds(now));
        let (last, problems) = (Some((now, outcome)), Vec::new());
        self.state.store(Arc::new(State { effective, last, succeeded: now, problems, waiting }));
    }

    fn warn_of(&self, policy: &Policy) {
        let certificates = self.certificates.load(Ordering::Relaxed);
        self.warnings.set(signed(self.lasting + certificates + policy.rules().notes().len()));
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn seconds(time: UnixTime) -> i64 {
    time.as_millis() / 1000
}
