//! What the end of training said of a run's model and the heuristics, which `aevb evaluate` says again.

use aevb_data::files::read_at_most;
use aevb_data::graph::LinkSplit;

use crate::evaluate::{lost, model_above_best, told_better};
use crate::result::RunResult;
use crate::run_folder::{RESULT, RunFolder};
use crate::shell;

const LARGEST: u64 = 1 << 24;

/// How the model ranks beside heuristics, as the run's own result has it.
pub(super) struct AtTraining {
    /// Why other links may be better than the model's.
    pub cautions: Vec<String>,
    /// How far the model is above or below the best heuristic; empty where it is not known.
    pub above: String,
}

impl AtTraining {
    /// That of a run; nothing where its result has none of it.
    pub fn of(folder: &RunFolder, split: &LinkSplit) -> Self {
        let bytes = read_at_most(folder.file(RESULT), LARGEST).unwrap_or_default();
        let Ok(RunResult { heuristics, validation_ranks, test, .. }) = serde_json::from_slice(&bytes) else {
            return Self { cautions: Vec::new(), above: String::new() };
        };
        let run = shell::path(folder.path());
        let lost = validation_ranks.and_then(|contest| lost(&contest, &run));
        let told_better = told_better(&heuristics, test.balanced, &split.test, &run);
        Self { cautions: lost.into_iter().chain(told_better).collect(), above: model_above_best(&heuristics) }
    }
}
