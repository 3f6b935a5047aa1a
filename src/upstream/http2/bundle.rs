//! The HTTP/2 connections of one worker, and their strands: what one request uses of one.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync;
use tokio::time::timeout;

use crate::dial::{DialError, Multiplexing, SharedSender, multiplex};
use crate::telemetry::Stopwatch;
use crate::upstream::age;
use crate::upstream::error::UpstreamError;
use crate::upstream::request_body::RequestBody;
use crate::upstream::station::{Place, Station};

/// The connections of one worker. There are as many as the requests under way need, most often
/// one.
pub(in crate::upstream) struct Bundle {
    cables: Mutex<Vec<Arc<Cable>>>,
    /// Held while one is opened, so that those who come meanwhile wait for it instead of opening
    /// more.
    opening: sync::Mutex<()>,
    bounds: Multiplexing,
    patience: Duration,
    idle_timeout: Duration,
}

/// Whether a connection was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    New,
    Old,
}

impl Bundle {
    pub(in crate::upstream) fn new(
        bounds: Multiplexing,
        patience: Duration,
        idle_timeout: Duration,
    ) -> Self {
        let (cables, opening) = (Mutex::default(), sync::Mutex::default());
        Self { cables, opening, bounds, patience, idle_timeout }
    }

    /// Another one with the same bounds.
    pub(in crate::upstream) fn empty(&self) -> Self {
        Self::new(self.bounds, self.patience, self.idle_timeout)
    }

    /// Lets go of connections that have been idle too long or that have ended.
    pub(in crate::upstream) fn sweep(&self) {
        self.cables().retain(|cable| cable.is_alive() && !cable.is_idle_for(self.idle_timeout));
    }

    /// A place on a connection that has room, or on a new one.
    pub(super) async fn strand(&self, place: &Place) -> Result<(Strand, Age), UpstreamError> {
        if let Some(strand) = self.free() {
            return Ok((strand, Age::Old));
        }
        let station = place.station();
        // Cancelling lets the next one open it.
        let Ok(_opening) = timeout(self.patience, self.opening.lock()).await else {
            let address = station.dialer.endpoint().address.clone();
            return Err(DialError::Deadline { address, limit: self.patience }.into());
        };
        if let Some(strand) = self.free() {
            return Ok((strand, Age::New));
        }
        // Each of them would stay until it has been idle for long, and there is one for each request.
        self.cables().retain(|cable| !cable.is_in_vain());
        let cable = Arc::new(self.open(station).await?);
        let strand = Strand::new(Arc::clone(&cable));
        self.cables().push(cable);
        Ok((strand, Age::New))
    }

    fn free(&self) -> Option<Strand> {
        let cables = self.cables();
        cables.iter().find(|cable| cable.has_room()).map(|cable| Strand::new(Arc::clone(cable)))
    }

    async fn open(&self, station: &Station) -> Result<Cable, DialError> {
        let watch = Stopwatch::start();
        let stream = station.dialer.connect().await?;
        let address = &station.dialer.endpoint().address;
        let sender = multiplex(stream, address, self.bounds).await?;
        station.metrics.connects.observe(watch.elapsed().as_secs_f64());
        Ok(Cable {
            sender,
            max_streams: usize::try_from(self.bounds.max_streams).unwrap_or(usize::MAX),
            strands: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
            age: age::Age::new(station.settings.max_age),
            idle: Mutex::new(watch),
        })
    }

    fn cables(&self) -> MutexGuard<'_, Vec<Arc<Cable>>> {
        self.cables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection.
struct Cable {
    sender: SharedSender<RequestBody>,
    max_streams: usize,
    /// How many requests use it.
    strands: AtomicUsize,
    /// It has told that it takes no more.
    retired: AtomicBool,
    age: age::Age,
    /// Since when none does, if none does.
    idle: Mutex<Stopwatch>,
}

impl Cable {
    fn is_alive(&self) -> bool {
        let retired = self.retired.load(Ordering::Relaxed) || self.age.is_over();
        !retired && self.sender.is_ready()
    }

    fn has_room(&self) -> bool {
        let used = self.strands.load(Ordering::Relaxed);
        self.is_alive() && used < self.max_streams.min(self.sender.max_streams())
    }

    /// Whether nobody uses it, and the service takes nothing over it now.
    fn is_in_vain(&self) -> bool {
        self.strands.load(Ordering::Relaxed) == 0 && self.sender.max_streams() == 0
    }

    fn is_idle_for(&self, time: Duration) -> bool {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        self.strands.load(Ordering::Relaxed) == 0 && idle.elapsed() >= time
    }
}

/// What one request uses of a connection.
pub(super) struct Strand(Arc<Cable>);

impl Strand {
    fn new(cable: Arc<Cable>) -> Self {
        cable.strands.fetch_add(1, Ordering::Relaxed);
        Self(cable)
    }

    /// What requests are sent with.
    pub(super) fn sender(&self) -> SharedSender<RequestBody> {
        self.0.sender.clone()
    }

    /// Keeps other requests off the connection; those on it go on.
    pub(super) fn retire(&self) {
        self.0.retired.store(true, Ordering::Relaxed);
    }
}

impl Drop for Strand {
    fn drop(&mut self) {
        if self.0.strands.fetch_sub(1, Ordering::Relaxed) == 1 {
            *self.0.idle.lock().unwrap_or_else(PoisonError::into_inner) = Stopwatch::start();
        }
    }
}
