//! The tunnels that are open, and when each must end.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::identity::{Clock, Identity, UnixTime};
use crate::telemetry::{MetricError, Registry};

use super::WebSockets;
use super::metrics::{Direction, Ended, Metrics};
use super::story::Story;

/// The tunnels that are open, whichever worker has them.
pub struct Tunnels {
    clock: Clock,
    metrics: Metrics,
    open: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    latest: u64,
    /// How often somebody has ended some.
    endings: u64,
    by_number: HashMap<u64, Entry>,
}

/// How many times tunnels had been ended when a request for one came.
#[derive(Clone, Copy, Debug)]
pub(in crate::front) struct Moment(u64);

struct Entry {
    user: Option<Arc<Identity>>,
    end: Arc<Notify>,
}

impl Tunnels {
    /// None yet.
    ///
    /// # Errors
    /// When its metrics are declared already.
    pub fn new(clock: Clock, registry: &Registry) -> Result<Self, MetricError> {
        let metrics = Metrics::register(registry)?;
        Ok(Self { clock, metrics, open: Mutex::default() })
    }

    /// Ends those whose user `is_meant`, as on a revocation, and returns how many there are.
    /// Tunnels of public routes have no user.
    pub fn end_where(&self, is_meant: impl Fn(Option<&Identity>) -> bool) -> usize {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.endings += 1;
        let meant = open.by_number.values().filter(|entry| is_meant(entry.user.as_deref()));
        meant.inspect(|entry| entry.end.notify_one()).count()
    }

    /// Now, for a request that is about to be decided.
    pub(in crate::front) fn moment(&self) -> Moment {
        Moment(self.open.lock().unwrap_or_else(PoisonError::into_inner).endings)
    }

    /// Another one, which lasts as long as `user`'s token, and no longer than `settings` allow. Its
    /// end is logged with `story`, if there is one.
    ///
    /// It ends at once where others were ended since the `moment` that it was asked for: who its user
    /// is was not known then, and what Keystone said of the token may be from before a revocation.
    pub(super) fn open(
        self: &Arc<Self>,
        moment: Moment,
        user: Option<Arc<Identity>>,
        settings: WebSockets,
        story: Option<Box<Story>>,
    ) -> Open {
        let expires = user.as_deref().map(Identity::expires_at);
        let end = Arc::new(Notify::new());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if user.is_some() && open.endings != moment.0 {
            end.notify_one();
        }
        open.latest += 1;
        let number = open.latest;
        open.by_number.insert(number, Entry { user, end: Arc::clone(&end) });
        self.metrics.open.inc();
        Open { tunnels: Arc::clone(self), number, expires, settings, end, story }
    }
}

/// One that is open. It is counted until this is dropped.
pub(super) struct Open {
    tunnels: Arc<Tunnels>,
    number: u64,
    expires: Option<UnixTime>,
    settings: WebSockets,
    end: Arc<Notify>,
    story: Option<Box<Story>>,
}

/// The clock may be set; it is looked at this often.
const GLANCE: Duration = Duration::from_secs(30);

impl Open {
    pub(super) fn idle_timeout(&self) -> Duration {
        self.settings.idle_timeout
    }

    /// Waits until it must end. Cancel-safe.
    pub(super) async fn ends(&self) -> Ended {
        let expired = async {
            let Some(expires) = self.expires else { return pending().await };
            loop {
                let left = self.tunnels.clock.now().until(expires);
                if left.is_zero() {
                    return sleep(self.settings.grace).await;
                }
                sleep(left.min(GLANCE)).await;
            }
        };
        let lasted = async {
            match self.settings.max_lifetime {
                Some(longest) => sleep(longest).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = self.end.notified() => Ended::Revoked,
            () = expired => Ended::Expired,
            () = lasted => Ended::Lifetime,
        }
    }

    /// It has ended.
    pub(super) fn ended(&self, why: Ended, up: u64, down: u64) {
        let Metrics { ended, bytes, .. } = &self.tunnels.metrics;
        ended.count(why);
        bytes.add(Direction::Up, up);
        bytes.add(Direction::Down, down);
        if let Some(story) = &self.story {
            story.end(why, up, down);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.tunnels.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.by_number.remove(&self.number);
        self.tunnels.metrics.open.dec();
    }
}
