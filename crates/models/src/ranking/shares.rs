//! Work in parts, of which each thread takes one after another.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

/// What `take` makes of what `open` begins, which each thread does once. Which parts come to which thread is not said.
pub(super) fn shares<T: Send>(
    parts: usize,
    open: impl Fn() -> T + Sync,
    take: impl Fn(&mut T, usize) + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let share = |_: usize| {
        let mut share = open();
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                return share;
            }
            take(&mut share, part);
        }
    };
    (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).map(share).collect()
}
