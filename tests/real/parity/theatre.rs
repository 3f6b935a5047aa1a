//! Where cases are played: one pair of twins for each setting with the real Keystone.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;

use super::case::{Case, Happening, Step, bytes};
use super::exchange::Seen;
use super::middleware::Middleware;
use super::purse::Purse;
use super::setting::{Asked, Setting};
use super::stage::Stage;
use super::tally::{Exchange, Tally};
use super::twins::Twins;
use crate::keystone::RealKeystone;

/// Everything that cases share.
pub(crate) struct Theatre {
    middleware: Rc<Middleware>,
    purse: Purse,
    twins: BTreeMap<Setting, Twins>,
}

impl Theatre {
    pub(crate) fn open(keystone: &RealKeystone) -> Self {
        let middleware = Rc::new(Middleware::start(Path::new(keystone.fact("/dir"))));
        let mut purse = Purse::default();
        purse.ripen(keystone);
        Self { middleware, purse, twins: BTreeMap::new() }
    }

    /// Plays a case with the real Keystone.
    pub(crate) fn play(&mut self, case: &Case, keystone: &RealKeystone, tally: &mut Tally) {
        let Self { middleware, purse, twins } = self;
        judge(case, tally, || {
            let twins = twins.entry(case.setting.clone()).or_insert_with(|| {
                Twins::start(middleware, &case.setting, Asked::Real(keystone.url()))
            });
            let mut exchanges = Vec::new();
            for step in &case.steps {
                let Step::Ask(text) = step else { panic!("the real Keystone knows no troubles") };
                let request = bytes(text, &mut |name| purse.token(keystone, name));
                let (mut here, mut there) = (twins.ask_here(&request), twins.ask_there(&request));
                for side in [&mut here, &mut there] {
                    side.reached.iter_mut().for_each(Seen::order_roles);
                }
                exchanges.push(Exchange::new(&request, here, there));
            }
            exchanges
        });
    }

    /// Plays a case with a double of its own, to which things may happen.
    pub(crate) fn play_with_double(&self, case: &Case, tally: &mut Tally) {
        judge(case, tally, || {
            let stage = Stage::set(&case.setting);
            let url = format!("{}/v3", stage.keystone.url());
            let twins = Twins::start(&self.middleware, &case.setting, Asked::Double(&url));
            let (mut exchanges, mut happened) = (Vec::new(), Vec::new());
            for step in &case.steps {
                match step {
                    Step::Ask(text) => {
                        let request = bytes(text, &mut |name| stage.token(name));
                        let here = twins.ask_here(&request);
                        // What happens a number of times happens to each side so often.
                        if !happened.is_empty() {
                            stage.keystone.heal();
                        }
                        happened.drain(..).for_each(|happens: &Happening| happens(&stage.keystone));
                        exchanges.push(Exchange::new(&request, here, twins.ask_there(&request)));
                    }
                    Step::Then(happens) => {
                        happens(&stage.keystone);
                        happened.push(happens);
                    }
                }
            }
            exchanges
        });
    }
}

/// A case that panics is one more that is unexplained, and hides no other.
fn judge(case: &Case, tally: &mut Tally, play: impl FnOnce() -> Vec<Exchange>) {
    match catch_unwind(AssertUnwindSafe(play)) {
        Ok(exchanges) => tally.judge(case, &exchanges),
        Err(_) => tally.fail(case),
    }
}
