//! The double itself: what tests and the development server hold in their hands.

mod administration;
mod issue;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::calls::{Calls, Log, Seen};
use crate::fault::{Canned, Fault, Plan};
use crate::profile::Profile;
use crate::state::{NoSuch, State};
use crate::world::World;

pub use issue::{Issue, Scope};

/// An identity service in memory. Clones are the same service.
#[derive(Clone)]
pub struct Double(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    faults: Mutex<Plan>,
    log: Log,
}

/// Names a fault, so that it can be healed alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultId(u64);

impl Double {
    /// Upstream Keystone with this world.
    pub fn new(world: World) -> Self {
        Self::with_profile(world, Profile::keystone())
    }

    /// Any service with this world.
    pub fn with_profile(world: World, profile: Profile) -> Self {
        Self(Arc::new(Inner {
            state: Mutex::new(State::new(world, profile)),
            faults: Mutex::default(),
            log: Log::new(),
        }))
    }

    /// Makes validations of `token` answer 200 with exactly this body, whoever asks.
    pub fn forge(&self, token: &str, body: &Value) {
        self.forge_raw(token, Canned::json(200, body).header("X-Subject-Token", token));
    }

    /// Makes validations of `token` answer exactly this, whoever asks.
    pub fn forge_raw(&self, token: &str, answer: Canned) {
        self.state().forged.insert(token.to_owned(), answer);
    }

    /// Makes validations of `token` answer with a body that another Keystone once sent, as it would:
    /// to those who may ask, without the catalogue where it is declined, and past its `expires_at`
    /// or with access rules only to those who ask for such tokens.
    pub fn replay(&self, token: &str, body: &Value) {
        self.state().recorded.insert(token.to_owned(), body.clone());
    }

    /// Puts a fault in force until it is used up or healed.
    pub fn fail(&self, fault: Fault) -> FaultId {
        FaultId(self.faults().add(fault))
    }

    /// Ends one fault; requests it already holds stay held.
    pub fn heal_one(&self, fault: FaultId) {
        self.faults().remove(fault.0);
    }

    /// Ends all faults; requests they already hold stay held.
    pub fn heal(&self) {
        self.faults().clear();
    }

    /// Moves the double's clock forward, and with it every expiry and rate limit. Times in tokens
    /// made afterwards are ahead of the system's.
    pub fn advance(&self, by: Duration) {
        self.state().clock.advance(by);
    }

    /// How often it was asked what since the start or the last reset.
    pub fn calls(&self) -> Calls {
        self.0.log.calls()
    }

    /// Waits until the counts fulfil a condition, and gives them. Waits for ever if they never
    /// do: callers put a deadline around it.
    pub async fn until(&self, condition: impl FnMut(&Calls) -> bool + Send) -> Calls {
        let mut calls = self.0.log.watch();
        let now = calls.wait_for(condition).await.map(|calls| *calls);
        now.unwrap_or_else(|_| self.calls())
    }

    /// The requests received since the start or the last reset, oldest first: the latest 1,000,
    /// or fewer when they are large.
    pub fn requests(&self) -> Vec<Seen> {
        self.0.log.requests()
    }

    /// Sets all counts to zero and forgets the requests.
    pub fn reset_calls(&self) {
        self.0.log.reset();
    }

    /// The world as it is now, with all ids filled in.
    pub fn world(&self) -> World {
        self.state().world.clone()
    }

    /// Changes the service's habits.
    pub fn adjust(&self, change: impl FnOnce(&mut Profile)) {
        change(&mut self.state().profile);
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Plan> {
        self.0.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn log(&self) -> &Log {
        &self.0.log
    }
}

impl fmt::Debug for Double {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Double").field("calls", &self.calls()).finish_non_exhaustive()
    }
}

/// Stops a test that names what its world does not hold: going on would test something else.
#[track_caller]
#[allow(clippy::panic, reason = "a wrong name is a mistake in the test that has to end it")]
fn refuse(missing: &NoSuch) -> ! {
    panic!("the double knows no {} {:?}", missing.kind, missing.name)
}
