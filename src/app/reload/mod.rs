//! Another configuration without a restart: on SIGHUP, and when a file that it was read from has
//! changed.
//!
//! The whole configuration is read again, and what of a valid one can be followed is followed: the
//! policy, how clients are served, and how Keystone and other servers prove who they are. Whatever is wrong, everything stays, and the log, the metrics
//! and `/config` say why.

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
use crate::front::{self, Upstreams};
use crate::keystone::Keystone;
use crate::remote::Remote;
use crate::{server, upstream};

pub(super) use books::Books;

use reading::{look, read};

/// How long a change must have been at rest before it is read, where that is not looked at more
/// often anyway: half a file can be a valid one.
const REST: Duration = Duration::from_millis(500);

/// Reads the configuration again, and knows what is in force.
pub(super) struct Reload {
    sources: Sources,
    parts: Followers,
    /// What the process was started with.
    started: Effective,
    /// What the policy in force was read from.
    in_force: Files,
    /// The last that was read, whatever came of it.
    seen: Files,
    watch: Option<Duration>,
}

/// Those who can follow another configuration, and the books of that.
#[derive(Clone)]
pub(super) struct Followers {
    pub(super) door: Arc<front::Shared>,
    pub(super) server: Arc<server::Shared>,
    pub(super) services: upstream::Metrics,
    pub(super) keystone: Arc<Keystone>,
    pub(super) remote: Arc<Remote>,
    pub(super) books: Arc<Books>,
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
        parts: Followers,
    ) -> Self {
        let (in_force, watch) = (files.clone(), config.watch);
        Self { sources, parts, started, in_force, seen: files, watch }
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
            let old = self.parts.door.policy();
            refusal::of(&old, &loaded.config.policy)?;
            let problems = self.parts.server.cannot_follow(&loaded.config.server);
            if problems.is_empty() { Ok(loaded) } else { Err(problems) }
        });
        match refused {
            Ok(loaded) => self.take(cause, loaded).await,
            Err(problems) => self.parts.books.failed(cause, problems),
        }
    }

    /// Follows what can be followed, if it is another.
    async fn take(&mut self, cause: Cause, loaded: Loaded) {
        let Loaded { config, effective, files } = loaded;
        let waiting = self.started.awaiting_restart(&effective);
        let in_force = self.started.following(&effective);
        let same = files.hold_the_same_as(&self.in_force)
            && self.parts.books.effective().is_followed_as(&effective);
        self.watch = config.watch;
        if same {
            self.parts.books.unchanged(cause, in_force, waiting);
            return;
        }
        let (parts, config) = (self.parts.clone(), Arc::new(config));
        let followed = Arc::clone(&config);
        // The books of thousands of routes take a while to open.
        match spawn_blocking(move || parts.follow(&followed)).await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => return self.parts.books.failed(cause, vec![problem]),
            Err(_) => {
                return self.parts.books.failed(cause, vec![reading::PANICKED.to_owned()]);
            }
        }
        self.in_force = files;
        self.parts.books.followed(cause, &config, in_force, waiting);
    }
}

impl Followers {
    /// Follows a valid configuration. Whoever can refuse it is asked first.
    fn follow(&self, config: &Config) -> Result<(), String> {
        let Config { upstream, upstreams, policy, .. } = config;
        let known = self.door.upstreams();
        let services = Upstreams::new(upstream, upstreams, &self.services, Some(&known))
            .map_err(|error| error.to_string())?;
        self.keystone.can_follow(&config.keystone).map_err(|error| error.to_string())?;
        self.door
            .follow(&config.front, &config.admission, Arc::clone(policy), services)
            .map_err(|error| error.to_string())?;
        self.server.follow(&config.server);
        self.keystone.follow(&config.keystone);
        self.remote.follow(config.remote.clone());
        Ok(())
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
