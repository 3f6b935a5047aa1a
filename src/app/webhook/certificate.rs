//! The certificate that the API server is shown, read again when its file has changed: whoever
//! renews it swaps the files of a mounted Secret under us.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::anyhow;
use tokio::signal::unix::Signal;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::config::Files;
use crate::identity::Clock;
use crate::label;
use crate::server::Shared;
use crate::server::tls::{Tls, Unusable};
use crate::telemetry::{Counters, MetricError, Registry};

use super::{Settings, TARGET};

label! {
    /// What came of reading the certificate again.
    Renewed as "result" {
        /// It cannot be used; the old one stays.
        Failed => "failed",
        /// It is shown from now on.
        Ok => "ok",
    }
}

/// Follows the files of the certificate.
pub(super) struct Renewal {
    settings: Settings,
    files: Files,
    renewed: Counters<Renewed>,
}

impl Renewal {
    /// Reads the certificate for the first time.
    ///
    /// # Errors
    /// When it cannot be used.
    pub(super) fn begin(settings: &Settings, registry: &Registry) -> anyhow::Result<(Self, Tls)> {
        let files = Files::of_material([settings.certificate.clone(), settings.key.clone()]);
        let tls = settings
            .tls(now())
            .map_err(|problems| anyhow!("--certificate-file, --key-file: {}", listed(&problems)))?;
        warn(&tls);
        let renewed = renewals(registry)?;
        Ok((Self { settings: settings.clone(), files, renewed }, tls))
    }

    /// Has `shared` show what stands in the files, whenever they have changed or SIGHUP comes; runs
    /// until cancelled. What cannot be used is complained about once, and the old one stays.
    pub(super) async fn run(mut self, shared: &Arc<Shared>, mut hangup: Signal) -> Infallible {
        loop {
            let asked = tokio::select! {
                Some(()) = hangup.recv() => true,
                () = sleep(self.settings.watch) => false,
            };
            let (settings, known) = (self.settings.clone(), self.files.clone());
            let look = move || {
                let seen = known.look_again();
                let changed = asked || seen != known;
                let tls = changed.then(|| settings.tls(now()));
                // Halfway through a swap, what was read may be neither the old nor the new one.
                (tls.filter(|_| seen.look_again() == seen), seen)
            };
            // A slow disk holds up nobody but this.
            let Ok((Some(tls), seen)) = spawn_blocking(look).await else { continue };
            self.files = seen;
            self.follow(shared, tls);
        }
    }

    fn follow(&self, shared: &Shared, tls: Result<Tls, Vec<Unusable>>) {
        match tls {
            Ok(tls) => {
                warn(&tls);
                // How many connections there may be is not followed.
                shared.follow(&self.settings.server(Some(tls), 0));
                self.renewed.count(Renewed::Ok);
                tracing::info!(
                    target: TARGET,
                    "the certificate was read again; new connections are shown it"
                );
            }
            Err(problems) => {
                self.renewed.count(Renewed::Failed);
                let problems = listed(&problems);
                tracing::error!(
                    target: TARGET,
                    problems,
                    "the new certificate cannot be used; the old one stays"
                );
            }
        }
    }
}

fn renewals(registry: &Registry) -> Result<Counters<Renewed>, MetricError> {
    registry.counters(
        "webhook_certificate_reloads_total",
        "How often the certificate was read again because its files had changed, by result.",
    )
}

fn warn(tls: &Tls) {
    for warning in tls.warnings() {
        tracing::warn!(target: TARGET, "{warning}");
    }
}

fn listed(problems: &[Unusable]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

/// In seconds since 1970.
fn now() -> i64 {
    Clock::system().now().as_millis() / 1000
}
