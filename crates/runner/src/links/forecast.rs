//! How long work on many pairs takes, told on stderr once a little of it is done, and how far it is.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{Graph, SideKind};

use crate::output;

/// Work for so long tells how fast it goes.
const TRIAL: Duration = Duration::from_secs(1);

/// What ends sooner is not worth a word.
const PATIENCE: Duration = Duration::from_secs(20);

/// The time between two words.
const PAUSE: Duration = Duration::from_secs(30);

/// Pairs of neighbours of a node that take seconds.
const MANY: u64 = 2_000_000_000;

/// Nodes that a heuristic is tried on at most.
const TRIED: usize = 1000;

/// Counts what is done, from any thread, and tells how long it takes.
pub struct Forecast {
    /// What is done, such as `scoring`.
    work: &'static str,
    /// What it is done to, such as `pairs of nodes`.
    of: &'static str,
    /// How many these are.
    count: u64,
    /// What is done to them in all, in whatever is counted.
    total: u64,
    state: Mutex<State>,
}

struct State {
    done: u64,
    /// When the first part was done, and how much it was: it tells little, as memory is still cold.
    begun: Option<(Instant, u64)>,
    told: Option<Instant>,
}

impl Forecast {
    /// Work that begins now.
    pub fn of(work: &'static str, count: u64, of: &'static str) -> Self {
        Self { work, of, count, total: count, state: Mutex::new(State { done: 0, begun: None, told: None }) }
    }

    /// The same work, where so much more than one of each is done.
    #[must_use]
    pub fn of_work(self, total: u64) -> Self {
        Self { total, ..self }
    }

    /// So much more is done.
    pub fn done(&self, more: u64) {
        let mut state = self.state.lock().expect("no thread panicked");
        state.done += more;
        let done = state.done;
        let (begun, first) = *state.begun.get_or_insert((Instant::now(), done));
        let (since, left) = (done - first, self.total.saturating_sub(done));
        let waited = state.told.map(|told| told.elapsed());
        if let Some(line) = self.line([since, left], begun.elapsed(), waited) {
            output::message(&line);
            state.told = Some(Instant::now());
        }
    }

    /// What there is to say when so much was done in a time, so much is left and the last word is so long ago.
    fn line(&self, [since, left]: [u64; 2], elapsed: Duration, waited: Option<Duration>) -> Option<String> {
        let Self { work, of, count, total, .. } = self;
        if since == 0 || left == 0 || elapsed < TRIAL {
            return None;
        }
        let seconds = |amount: u64| elapsed.as_secs_f64() * amount as f64 / since as f64;
        match waited {
            None if seconds(*total) < PATIENCE.as_secs_f64() => None,
            None => {
                let (whole, count) = (in_words(seconds(*total)), count_in_words(*count));
                Some(format!("{work} {count} {of} takes about {whole}; Ctrl-C ends it"))
            }
            Some(waited) if waited < PAUSE => None,
            Some(_) => {
                let share = 100.0 * (total - left) as f64 / *total as f64;
                Some(format!("{work}: {share:.0} % done, about {} left", in_words(seconds(left))))
            }
        }
    }
}

/// Tells how long a heuristic takes for all pairs, where it counts common neighbours and nodes with many neighbours make that
/// long: it is tried on some nodes.
pub(super) fn tell_of_heuristic(heuristic: Heuristic, graph: &Graph) {
    if matches!(heuristic, Heuristic::PreferentialAttachment | Heuristic::PersonalisedPageRank) {
        return;
    }
    let degree = |node: u32| graph.degree(node) as u64;
    let nodes = graph.sides().map_or(graph.nodes(), |sides| sides.left) as u32;
    let is_bipartite = graph.sides().is_some_and(|sides| sides.kind == SideKind::Bipartite);
    let around = |node: u32| -> u64 {
        graph.neighbours(node).iter().map(|&common| degree(graph.onward(common))).sum()
    };
    // Paths of three edges go on from there, along each edge once at most.
    let beyond = |node: u32| {
        if is_bipartite { (degree(node) * around(node)).min(graph.edge_count() as u64) } else { 0 }
    };
    let total: u64 = match graph.sides() {
        None => (0..nodes).map(|node| degree(node) * degree(node).saturating_sub(1) / 2).sum(),
        Some(_) => (0..nodes).map(|node| around(node) + beyond(node)).sum(),
    };
    if total < MANY {
        return;
    }
    let cost = |node: u32| around(node) + beyond(node);
    let (mut tried, mut pairs) = (Vec::new(), 0);
    for node in (0..nodes).step_by((nodes as usize).div_ceil(TRIED)) {
        tried.push(node);
        pairs += cost(node);
        if pairs > MANY / 10 {
            break;
        }
    }
    let begun = Instant::now();
    heuristic.best_partners(graph, &tried, 1, |_| &[]);
    let seconds = begun.elapsed().as_secs_f64() * total as f64 / pairs.max(1) as f64;
    if seconds >= PATIENCE.as_secs_f64() {
        let (name, total, time) = (heuristic.name(), count_in_words(total), in_words(seconds));
        output::message(&format!("{name} of {total} pairs of neighbours takes about {time}; Ctrl-C ends it"));
    }
}

/// A number in two digits: `53 billion`.
pub(super) fn count_in_words(count: u64) -> String {
    let scaled = |by: f64, name: &str| {
        let count = count as f64 / by;
        if count < 9.95 { format!("{count:.1} {name}") } else { format!("{count:.0} {name}") }
    };
    match count {
        0..10_000_000 => count.to_string(),
        10_000_000..1_000_000_000 => scaled(1e6, "million"),
        1_000_000_000..1_000_000_000_000 => scaled(1e9, "billion"),
        _ => scaled(1e12, "trillion"),
    }
}

/// A time as it is said: `14 minutes`.
fn in_words(seconds: f64) -> String {
    match seconds {
        ..90.0 => format!("{seconds:.0} s"),
        90.0..5400.0 => format!("{:.0} minutes", seconds / 60.0),
        5400.0..172_800.0 => format!("{:.1} hours", seconds / 3600.0),
        _ => format!("{:.0} days", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_work_is_told_once_a_little_is_done_and_then_now_and_then() {
        let forecast = Forecast::of("scoring", 53_000_000_000, "pairs of nodes");
        let line = |done: u64, seconds: u64, waited: Option<u64>| {
            let left = 53_000_000_000 - done;
            forecast.line([done, left], Duration::from_secs(seconds), waited.map(Duration::from_secs))
        };
        let told = line(126_190_476, 2, None).expect("it takes long");
        assert_eq!(told, "scoring 53 billion pairs of nodes takes about 14 minutes; Ctrl-C ends it");
        assert_eq!((line(0, 5, None), line(1_000_000_000, 0, None)), (None, None));
        // 53 s / 4 = 13 s: too little to be told, and work that is done has no more to say.
        assert_eq!((line(4_000_000_000, 1, None), line(53_000_000_000, 100, Some(50))), (None, None));
        assert_eq!(line(10_000_000_000, 100, Some(29)), None);
        let told = line(10_000_000_000, 100, Some(30)).expect("it is time");
        assert_eq!(told, "scoring: 19 % done, about 7 minutes left");
    }

    /// A third of the work on the pairs, and as much as on all of them beside it.
    #[test]
    fn work_that_is_no_pair_takes_its_time() {
        let forecast = Forecast::of("scoring", 30_000_000_000, "pairs of nodes").of_work(60_000_000_000);
        let told = forecast.line([10_000_000_000, 50_000_000_000], Duration::from_secs(10), None);
        assert_eq!(
            told.expect("a minute"),
            "scoring 30 billion pairs of nodes takes about 60 s; Ctrl-C ends it"
        );
    }

    #[test]
    fn numbers_and_times_are_said_in_two_digits() {
        let counts = [999, 12_345_678, 1_234_567_890, 53_000_000_000, 12_500_000_000_000];
        let told = ["999", "12 million", "1.2 billion", "53 billion", "12 trillion"];
        assert_eq!(counts.map(count_in_words), told);
        let times = [20.4, 89.0, 100.0, 5300.0, 9000.0, 500_000.0];
        assert_eq!(times.map(in_words), ["20 s", "89 s", "2 minutes", "88 minutes", "2.5 hours", "6 days"]);
    }
}
