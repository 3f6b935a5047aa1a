//! Another policy and other certificates without a restart: on SIGHUP, and when a file that they
//! were read from has changed.
//!
//! The whole configuration is read again, and of a valid one policy and certificates are followed.
//! Whatever is wrong, the old ones stay, and the log, the metrics and `/config` say why.

mod books;
mod reading;
mod refusal;

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::Signal;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::config::{Config, Effective, Files, Loaded, Sources};
use crate::policy::Policy;
use crate::server::tls::Tls;
use crate::{front, server};

pub(super) use books::Books;

use reading::{look, read};

/// How long a change must have been at rest before it is read, where that is not looked at more
/// often anyway: half a file can be a valid one.
const REST: Duration = Duration::from_millis(500);

/// Reads the configuration again, and knows what is in force.
pub(super) struct Reload {
    sources: Sources,
    door: Arc<front::Shared>,
    server: Arc<server::Shared>,
    books: Arc<Books>,
    /// What the process was started with.
    started: Effective,
    /// The named services that it can reach.
    upstreams: Vec<String>,
    /// What is in force was read from these.
    in_force: Files,
    /// The last that was read, whatever came of it.
    seen: Files,
    watch: Option<Duration>,
}

/// Why the configuration is read again.
#[derive(Clone, Copy, Debug)]
enum Cause {
    /// A file has changed.
    Files,
    /// SIGHUP.
    Signal,
}

impl Reload {
    /// Begins with what the process was started with.
    pub(super) fn new(
        sources: Sources,
        files: Files,
        config: &Config,
        started: Effective,
        (door, server): (Arc<front::Shared>, Arc<server::Shared>),
        books: Arc<Books>,
    ) -> Self {
        let upstreams = config.upstreams.iter().map(|(name, _)| name.clone()).collect();
        let (in_force, watch) = (files.clone(), config.watch);
        Self { sources, door, server, books, started, upstreams, in_force, seen: files, watch }
    }

    /// Reads again whenever there is cause to; runs until cancelled, which leaves a whole policy
    /// in force, the old one or the new.
    pub(super) async fn run(mut self, mut hangup: Signal) -> Infallible {
        loop {
            let cause = tokio::select! {
                Some(()) = hangup.recv() => Cause::Signal,
                () = self.changed() => Cause::Files,
            };
            self.reload(cause).await;
        }
    }

    /// Waits until a file has changed and come to rest.
    async fn changed(&self) {
        let Some(interval) = self.watch else { return pending().await };
        loop {
            sleep(interval).await;
            let mut now = look(&self.seen).await;
            if now == self.seen {
                continue;
            }
            loop {
                sleep(interval.min(REST)).await;
                let later = look(&now).await;
                if later == now {
                    return;
                }
                now = later;
            }
        }
    }

    async fn reload(&mut self, cause: Cause) {
        let (files, loaded) = read(&self.sources).await;
        self.seen = files;
        let refused = loaded.and_then(|loaded| {
            let old = self.door.policy();
            refusal::of(&old, &loaded.config.policy, &self.upstreams)?;
            refusal::of_tls(self.server.terminator(), loaded.config.tls.as_ref())?;
            Ok((old, loaded))
        });
        match refused {
            Ok((old, loaded)) => self.take(cause, &old, loaded).await,
            Err(problems) => self.books.failed(cause, problems),
        }
    }

    /// Follows what can be followed, as far as it is another.
    async fn take(&mut self, cause: Cause, old: &Policy, loaded: Loaded) {
        let Loaded { config, effective, files } = loaded;
        let same_tls = files.have_the_tls_of(&self.in_force)
            && self.books.effective().has_the_tls_of(&effective);
        let waiting = self.started.awaiting_restart(&effective);
        let in_force = self.started.following(&effective);
        let same = files.have_the_policy_of(&self.in_force)
            && self.books.effective().has_the_policy_of(&effective);
        self.watch = config.watch;
        let tls = config.tls.clone().filter(|_| !same_tls);
        if same {
            self.in_force = files;
            match tls {
                Some(tls) => {
                    self.follow_tls(cause, tls);
                    self.books.renewed(in_force, waiting);
                }
                None => self.books.unchanged(cause, in_force, waiting),
            }
            return;
        }
        let (door, policy) = (Arc::clone(&self.door), Arc::clone(&config.policy));
        // The books of thousands of routes take a while to open.
        if spawn_blocking(move || door.follow(policy)).await.is_err() {
            self.books.failed(cause, vec![reading::PANICKED.to_owned()]);
            return;
        }
        self.in_force = files;
        if let Some(tls) = tls {
            self.follow_tls(cause, tls);
        }
        self.books.followed(cause, old, &config.policy, in_force, waiting);
    }

    /// Shows clients that come from now on other certificates.
    fn follow_tls(&self, cause: Cause, tls: Tls) {
        let Some(terminator) = self.server.terminator() else { return };
        self.books.certified(cause, &tls);
        terminator.follow(tls);
    }
}

impl Cause {
    fn as_str(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Signal => "SIGHUP",
        }
    }
}
