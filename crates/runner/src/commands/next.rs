//! One line after a command, for people: what to do next.

use std::path::Path;

use crate::experiment::{Autoencoder, Experiment, Task};
use crate::{output, shell};

/// After a run has ended, or several by `--repeat`.
pub(super) fn after_training(experiment: &Experiment, run: &Path, is_repeated: bool) {
    let run = shell::path(run);
    if is_repeated {
        return say(&format!("`aevb compare {run}` sets the runs beside each other"));
    }
    let what = match &experiment.task {
        Task::Graph { .. } => {
            format!("`aevb links {run} --exclude-known` lists the likeliest links that the graph lacks")
        }
        Task::Images { model: Autoencoder::Ae { .. }, .. }
        | Task::Table { model: Autoencoder::Ae { .. }, .. } => {
            format!("`aevb reconstruct {run}` sets what was learnt beside the data")
        }
        Task::Images { .. } => format!("`aevb sample {run}` draws new images"),
        Task::Table { .. } => format!("`aevb score {run}` says how likely each row is"),
    };
    say(&format!("{what}, `aevb report {run} --open` shows the run"));
}

/// After a run on a graph was measured again.
pub(super) fn after_evaluation(run: &Path) {
    let run = shell::path(run);
    say(&format!(
        "`aevb links {run} --by auto --exclude-known` lists links by whichever ranks the validation edges best"
    ));
}

/// After a trained auto-encoder has drawn something, or was measured again.
pub(super) fn after_drawing(run: &Path) {
    say(&format!("`aevb report {} --open` lets you move through the latent space by hand", shell::path(run)));
}

/// After a page was written.
pub(super) fn after_report(page: &Path) {
    say(&format!("open {} in a browser, or give --open", page.display()));
}

/// After latent vectors were written.
pub(super) fn after_embedding(files: &[&Path]) {
    let names: Vec<String> = files.iter().map(|file| shell::path(file)).collect();
    let first = files.first().and_then(|file| file.extension()).unwrap_or_default();
    let how = match first.to_str() {
        Some("npy") => "numpy.load in Python reads the array",
        Some("csv" | "tsv") => "pandas.read_csv in Python reads the table",
        _ => "any program that knows the format reads it",
    };
    say(&format!("{} written; {how}", names.join(", ")));
}

fn say(text: &str) {
    output::message(&format!("next: {text}"));
}
