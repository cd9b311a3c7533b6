//! Threads of the pool that do not fall asleep between the kernels of a training step.
//!
//! A step runs some twenty kernels of a tenth of a millisecond. A thread that finds nothing to do for a few microseconds
//! is put to sleep by `rayon`, and to wake it takes as long as half a kernel; OpenMP has its threads spin for that
//! reason.

use std::hint::spin_loop;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use rayon::Yield;

use crate::device;

/// More threads than these would get in each other's way as they look for work, and so would more than there are cores: in a
/// larger pool they sleep as they like.
const MOST_THREADS: usize = 16;
/// How long a step waits for sleepers, who take about half of this to wake.
const LONGEST_WAIT: Duration = Duration::from_micros(100);
/// How often a thread looks for work before it lets another process have its core.
const LOOKS: usize = 16;
/// How often it looks in vain before it gives up, a few milliseconds in all.
const MOST_LOOKS: usize = 1000;
/// Pauses between two looks, of some tens of nanoseconds each.
const PAUSES: usize = 50;

/// Whether threads are kept awake: two callers', each waiting for the other's step to end, would wait for ever.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Takes a step on `device`. Where that is the CPU and the caller a thread of the pool, the pool's other threads look for
/// work until the step is taken.
///
/// A thread looks for work only where it began to before the step did. One that came later could be in the middle of a
/// task of that step, in which it waited for another: the task would not go on before the step ended, and the step not end
/// before the task. Looking is given up after a while besides, as tasks of others than the step may be in the pool. The step
/// waits for no thread that comes late.
pub(crate) fn with_threads_awake<R>(device: &Device, step: impl FnOnce() -> R) -> R {
    let Some(caller) = rayon::current_thread_index() else { return step() };
    let threads = rayon::current_num_threads();
    if threads > most_threads() || !device::is_cpu(device) || TAKEN.swap(true, Ordering::AcqRel) {
        return step();
    }
    let state = Arc::new(State::default());
    // Dropped where the step panics, too.
    let _end = End(state.clone());
    let of_thread = state.clone();
    rayon::spawn_broadcast(move |context| {
        if context.index() != caller && !of_thread.begun.load(Ordering::Acquire) {
            of_thread.awake.fetch_add(1, Ordering::Release);
            look_for_work(&of_thread.ended);
        }
    });
    wait_for(&state.awake, threads - 1);
    state.begun.store(true, Ordering::Release);
    step()
}

fn most_threads() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS))
}

/// How far a step is.
#[derive(Default)]
struct State {
    /// How many threads look for work.
    awake: AtomicUsize,
    begun: AtomicBool,
    ended: AtomicBool,
}

/// Ends the step when it is dropped.
struct End(Arc<State>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.ended.store(true, Ordering::Release);
        TAKEN.store(false, Ordering::Release);
    }
}

fn wait_for(awake: &AtomicUsize, wanted: usize) {
    let start = Instant::now();
    while awake.load(Ordering::Acquire) < wanted && start.elapsed() < LONGEST_WAIT {
        spin_loop();
    }
}

fn look_for_work(ended: &AtomicBool) {
    let mut looks = 0;
    while looks < MOST_LOOKS && !ended.load(Ordering::Acquire) {
        if rayon::yield_now() == Some(Yield::Executed) {
            looks = 0;
            continue;
        }
        looks += 1;
        if looks.is_multiple_of(LOOKS) {
            thread::yield_now();
        } else {
            (0..PAUSES).for_each(|_| spin_loop());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use rayon::prelude::*;

    use super::*;

    fn sum_of(pool: &rayon::ThreadPool, numbers: u32) -> u32 {
        pool.install(|| {
            with_threads_awake(&Device::flex(), || (0..numbers).into_par_iter().with_max_len(1).sum())
        })
    }

    #[test]
    fn steps_side_by_side_and_inside_each_other_end() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        assert_eq!(sum_of(&pool, 100), 4950);
                    }
                });
            }
        });
        let nested = pool.install(|| with_threads_awake(&Device::flex(), || sum_of(&pool, 100)));
        assert_eq!(nested, 4950);
    }

    /// A thread that takes a task just before it is asked to look for work looks for it inside of that task.
    #[test]
    fn a_task_that_looks_for_work_in_the_middle_ends() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads");
        let ended = AtomicBool::new(false);
        pool.install(|| rayon::join(|| look_for_work(&ended), || look_for_work(&ended)));
        for _ in 0..20_000 {
            assert_eq!(sum_of(&pool, 8), 28);
        }
    }

    #[test]
    fn a_step_that_panics_lets_the_threads_go() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads");
        let panic = || with_threads_awake(&Device::flex(), || panic!("on purpose"));
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| pool.install(panic)));
        assert!(outcome.is_err());
        assert_eq!(sum_of(&pool, 10), 45);
    }

    #[test]
    fn outside_of_the_pool_a_step_is_just_taken() {
        assert_eq!(with_threads_awake(&Device::flex(), || 7), 7);
    }
}
