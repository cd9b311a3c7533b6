//! A word on stderr from work that takes long.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::output;

/// Silence for so long is no cause for worry.
const PATIENCE: Duration = Duration::from_secs(10);

/// Counts equal steps, from any thread, and tells now and then how far they are.
pub(super) struct Steps {
    name: &'static str,
    total: usize,
    state: Mutex<State>,
}

struct State {
    done: usize,
    begun: Instant,
    told: Instant,
}

impl Steps {
    pub(super) fn new(name: &'static str, total: usize) -> Self {
        let now = Instant::now();
        Self { name, total, state: Mutex::new(State { done: 0, begun: now, told: now }) }
    }

    pub(super) fn done_one(&self) {
        self.done(1);
    }

    pub(super) fn done(&self, steps: usize) {
        let mut state = self.state.lock().expect("no thread panicked");
        state.done += steps;
        if state.told.elapsed() >= PATIENCE {
            state.told = Instant::now();
            let left =
                state.begun.elapsed().as_secs_f64() / state.done as f64 * (self.total - state.done) as f64;
            let (name, done, total) = (self.name, state.done, self.total);
            output::message(&format!("{name}: {done} of {total} nodes, about {left:.0} s left"));
        }
    }
}
