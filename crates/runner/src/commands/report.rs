//! `aevb report`: a run as a page to look at and play with.

use super::opened::{self, OpenedRun};
use super::{browser, next};
use crate::cli::ReportArguments;
use crate::error::Result;
use crate::report::Written;
use crate::run_folder::is_unfinished;
use crate::train::{Checkpoints, Which};
use crate::{output, report};

/// The folder of the page in a run.
const FOLDER: &str = "report";

pub(super) fn run(arguments: &ReportArguments) -> Result<()> {
    let opened = opened::open(&arguments.run, arguments.device.as_deref())?;
    // A run that is at work, or was cut short, is as far as its newest checkpoint: its weights may be of an earlier end.
    let is_cut_short = is_unfinished(opened.folder.path())
        && Checkpoints::of(&opened.folder).steps().is_ok_and(|steps| !steps.is_empty());
    let which = arguments.checkpoint.or(is_cut_short.then_some(Which::Latest));
    let OpenedRun { folder, experiment, device } = opened.with_checkpoint(which)?;
    let out = arguments.out.clone().unwrap_or_else(|| folder.file(FOLDER));
    let Written { page, notes } =
        report::write(&experiment, &device, &folder, &out, arguments.names.as_deref())?;
    notes.iter().for_each(|note| output::message(&format!("note: {note}")));
    output::print(&format!("{}\n", page.display()))?;
    if arguments.open && !browser::opens(&page) {
        output::message(&format!("note: no browser opened it: open {} in one", page.display()));
    } else if !arguments.open {
        next::after_report(&page);
    }
    Ok(())
}
