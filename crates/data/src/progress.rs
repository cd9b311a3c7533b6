//! Work that may take long, told to whoever listens while it is done.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What is being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// A file is read: what is counted are its bytes, packed where it is packed.
    Reading(PathBuf),
    /// So many edges are split.
    Splitting(usize),
}

/// Where a piece of work stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment<'a> {
    /// What is being done.
    pub task: &'a Task,
    /// The share of it that is done, in [0, 1], where that is known.
    pub done: Option<f64>,
    /// The time that it has taken so far.
    pub elapsed: Duration,
    /// Whether it has ended, done or not.
    pub has_ended: bool,
}

impl Moment<'_> {
    /// The time that is left if it goes on as it did.
    pub fn left(&self) -> Option<Duration> {
        let done = self.done.filter(|done| *done > 0.0)?;
        Some(self.elapsed.mul_f64((1.0 - done.min(1.0)) / done))
    }
}

type Listener = Box<dyn Fn(&Moment) + Send + Sync>;

static LISTENER: OnceLock<Listener> = OnceLock::new();

/// Has all work of this process that takes longer than a second told, some times a second, and its end. Who listens first
/// is the one that is told.
pub fn listen(listener: impl Fn(&Moment) + Send + Sync + 'static) {
    let _ = LISTENER.set(Box::new(listener));
}

/// A piece of work under way, which ends when this goes.
#[derive(Debug)]
pub(crate) struct Work {
    task: Task,
    /// How much there is to do, in any unit.
    of: u64,
    began: Instant,
    told: Option<Instant>,
}

impl Work {
    const SHORT: Duration = Duration::from_secs(1);
    const EVERY: Duration = Duration::from_millis(200);

    pub fn begin(task: Task, of: u64) -> Self {
        Self { task, of, began: Instant::now(), told: None }
    }

    /// So much of it is done.
    pub fn reached(&mut self, done: u64) {
        let (last, pause) = self.told.map_or((self.began, Self::SHORT), |told| (told, Self::EVERY));
        if last.elapsed() >= pause {
            self.told = Some(Instant::now());
            self.tell((self.of > 0).then_some(done as f64 / self.of as f64), false);
        }
    }

    fn tell(&self, done: Option<f64>, has_ended: bool) {
        if let Some(listener) = LISTENER.get() {
            listener(&Moment { task: &self.task, done, elapsed: self.began.elapsed(), has_ended });
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if self.told.is_some() {
            self.tell(None, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn short_work_is_not_told_and_long_work_is_until_it_ends() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = heard.clone();
        let ours = Task::Reading("long.tsv".into());
        let watched = ours.clone();
        listen(move |moment| {
            if *moment.task == watched {
                notes.lock().expect("no panic").push((moment.done, moment.has_ended));
            }
        });
        let mut work = Work::begin(ours.clone(), 8);
        work.reached(1);
        drop(work);
        assert!(heard.lock().expect("no panic").is_empty());
        let mut work = Work::begin(ours, 8);
        work.began = work.began.checked_sub(Duration::from_secs(2)).expect("the clock has run for long");
        work.reached(2);
        work.reached(4);
        drop(work);
        assert_eq!(*heard.lock().expect("no panic"), [(Some(0.25), false), (None, true)]);
    }

    #[test]
    fn what_is_left_follows_from_what_is_done() {
        let task = Task::Splitting(9);
        let moment = |done| Moment { task: &task, done, elapsed: Duration::from_secs(10), has_ended: false };
        assert_eq!(moment(Some(0.25)).left(), Some(Duration::from_secs(30)));
        assert_eq!(moment(Some(1.5)).left(), Some(Duration::ZERO));
        assert_eq!((moment(Some(0.0)).left(), moment(None).left()), (None, None));
    }
}
