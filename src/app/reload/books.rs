//! What is told of reloads: in the log, in metrics, and on `/config`.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use prometheus::IntGauge;
use serde_json::{Value, json};

use crate::config::{Config, Effective};
use crate::identity::{Clock, UnixTime, write_timestamp};
use crate::label;
use crate::telemetry::{Counters, Label as _, MetricError, Quiet, Registry};

use super::Cause;

/// More problems than this are counted, not logged.
const MOST_LINES: usize = 20;

/// The same problems are logged again after so long.
const REPEAT_AFTER: Duration = Duration::from_secs(10);

label! {
    /// What came of reading the configuration again.
    Outcome as "result" {
        /// Another configuration is in force.
        Followed => "ok",
        /// Something is wrong; the old one stays.
        Failed => "failed",
        /// There is nothing to follow.
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
    quiet: Quiet,
    state: ArcSwap<State>,
}

#[derive(Clone, Debug)]
struct State {
    effective: Effective,
    /// What weakens security, one sentence each.
    warnings: Vec<String>,
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
        let warnings = config.warnings.clone();
        let state = State { effective, warnings, last: None, succeeded: now, problems, waiting };
        let books = Self {
            clock,
            reloads: registry.counters(
                "config_reloads_total",
                "How often the configuration was read again, by what came of it.",
            )?,
            successful: registry.gauge(
                "config_last_reload_successful",
                "Whether the configuration was valid when it was last read; 0 while an older \
                 one is in force than was written.",
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
            quiet: Quiet::new(REPEAT_AFTER),
            state: ArcSwap::from_pointee(state),
        };
        books.successful.set(1);
        books.succeeded_at.set(seconds(now));
        books.warnings.set(signed(config.warnings.len()));
        Ok(books)
    }

    /// The configuration in force.
    pub(super) fn effective(&self) -> Effective {
        self.state.load().effective.clone()
    }

    /// The same for people, and what came of the last reload.
    pub(in super::super) fn page(&self) -> Value {
        let state = self.state.load();
        let State { effective, last, succeeded, problems, waiting, .. } = &**state;
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

    /// Another configuration is in force, as far as it can be.
    pub(super) fn followed(
        &self,
        cause: Cause,
        config: &Config,
        effective: Effective,
        waiting: Vec<String>,
    ) {
        let policy = &config.policy;
        let routes = if policy.reads_paths() { policy.routes().count() } else { 0 };
        let rules = policy.rules().rules().count();
        tracing::info!(cause = cause.as_str(), routes, rules, "another configuration is in force");
        let known = self.state.load_full();
        for warning in config.warnings.iter().filter(|warning| !known.warnings.contains(warning)) {
            tracing::warn!("{warning}");
        }
        self.warnings.set(signed(config.warnings.len()));
        let warnings = config.warnings.clone();
        self.state.store(Arc::new(State { warnings, ..State::clone(&known) }));
        self.succeeded(Outcome::Followed, effective, waiting);
    }

    /// It was read and says the same as before.
    pub(super) fn unchanged(&self, cause: Cause, effective: Effective, waiting: Vec<String>) {
        tracing::info!(
            cause = cause.as_str(),
            "the configuration was read again; nothing to follow"
        );
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
        let warnings = self.state.load().warnings.clone();
        let state = State { effective, warnings, last, succeeded: now, problems, waiting };
        self.state.store(Arc::new(state));
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn seconds(time: UnixTime) -> i64 {
    time.as_millis() / 1000
}
