//! Everything that changes while a double runs, behind one lock.

mod issue;
mod revocation;

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::clock::Clock;
use crate::fault::Canned;
use crate::profile::{Profile, RateLimit};
use crate::token::Tokens;
use crate::world::World;

pub(crate) use issue::{Mint, NoSuch};
pub(crate) use revocation::Event;

/// The memory of a double.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    /// Answers to validations of certain tokens, prepared by a test.
    pub(crate) forged: HashMap<String, Canned>,
    /// Bodies that describe certain tokens, as another Keystone once did.
    pub(crate) recorded: HashMap<String, Value>,
    pub(crate) events: Vec<Event>,
    pub(crate) profile: Profile,
    window: Window,
}

impl State {
    pub(crate) fn new(mut world: World, profile: Profile) -> Self {
        world.complete();
        Self {
            world,
            clock: Clock::default(),
            tokens: Tokens::default(),
            forged: HashMap::new(),
            recorded: HashMap::new(),
            events: Vec::new(),
            profile,
            window: Window::default(),
        }
    }

    /// Counts a validation; gives the limit that it exceeds, if any.
    pub(crate) fn exceeded(&mut self) -> Option<RateLimit> {
        let limit = self.profile.rate_limit.as_ref()?;
        let now = self.clock.now();
        if now.as_second() >= self.window.start.as_second().saturating_add(60) {
            self.window = Window { start: now, count: 0 };
        }
        self.window.count = self.window.count.saturating_add(1);
        (self.window.count > limit.per_minute).then(|| limit.clone())
    }
}

/// The minute in which validations are counted; it starts with the first one.
#[derive(Default)]
struct Window {
    start: Timestamp,
    count: u32,
}
