//! How much work was done, counted for tests: time says something else on every machine.

use std::cell::Cell;

thread_local! {
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// Notes steps of work.
pub(super) fn take(steps: usize) {
    TAKEN.set(TAKEN.get() + steps);
}

/// How many steps something takes.
pub(super) fn of(work: impl FnOnce()) -> usize {
    let before = TAKEN.get();
    work();
    TAKEN.get() - before
}
