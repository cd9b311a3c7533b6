//! Data that take long to read or to split, shown on a terminal while they are.

use std::sync::Mutex;

use aevb_data::progress::{self, Moment, Task};
use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use crate::progress::is_terminal;

/// Shows a bar on stderr, where that is a terminal, while data are read or split for longer than a second.
pub fn show() {
    if !is_terminal() {
        return;
    }
    let shown: Mutex<Option<ProgressBar>> = Mutex::default();
    progress::listen(move |moment| {
        let Ok(mut shown) = shown.lock() else { return };
        if moment.has_ended {
            shown.take().iter().for_each(ProgressBar::finish_and_clear);
            return;
        }
        let bar = shown.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{prefix} {wide_bar} {msg}");
            ProgressBar::new(STEPS).with_style(style.expect("the template is well formed"))
        });
        bar.set_prefix(what(moment.task));
        bar.set_position((moment.done.unwrap_or(0.0) * STEPS as f64) as u64);
        bar.set_message(how_far(moment));
    });
}

/// What a bar can tell apart.
const STEPS: u64 = 1000;

fn what(task: &Task) -> String {
    match task {
        Task::Reading(path) => {
            format!("reading {}", path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
        }
        Task::Splitting(edges) => format!("splitting {} edges", HumanCount(*edges as u64)),
    }
}

fn how_far(moment: &Moment) -> String {
    let share = moment.done.map_or_else(String::new, |done| format!("{:.0} %", 100.0 * done.min(1.0)));
    let left = moment.left().map_or_else(String::new, |left| format!("  {:#} left", HumanDuration(left)));
    share + &left
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bar_says_what_is_done_how_far_and_what_is_left() {
        assert_eq!(what(&Task::Reading("a/edges.tsv".into())), "reading edges.tsv");
        assert_eq!(what(&Task::Splitting(100_000_000)), "splitting 100,000,000 edges");
        let task = Task::Splitting(9);
        let moment = |done| Moment { task: &task, done, elapsed: Duration::from_secs(10), has_ended: false };
        assert_eq!(how_far(&moment(Some(0.25))), "25 %  30s left");
        assert_eq!(how_far(&moment(None)), "");
    }
}
