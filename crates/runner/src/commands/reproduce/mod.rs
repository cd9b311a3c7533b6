//! `aevb reproduce`: a paper's results, made again.

mod image_bounds;
mod iwae;
mod kept_likelihoods;
mod link_prediction;

use std::fs;
use std::path::Path;

use crate::cli::ReproduceCommand;
use crate::error::{Error, Result};
use crate::run_folder::CONFIG;

pub(super) fn run(command: &ReproduceCommand) -> Result<()> {
    match command {
        ReproduceCommand::Vgae(arguments) => link_prediction::run(arguments),
        ReproduceCommand::Aevb(arguments) => image_bounds::run(arguments),
        ReproduceCommand::Iwae(arguments) => iwae::run(arguments),
    }
}

/// Makes the folder of a reproduction, or takes an earlier one's: that holds one of its runs, or nothing.
fn own_folder(out: &Path, runs: &[&str]) -> Result<()> {
    fs::create_dir_all(out).map_err(|error| Error::io(out, error).as_usage())?;
    let holds_files = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if holds_files && !runs.iter().any(|run| out.join(run).join(CONFIG).is_file()) {
        return Err(Error::usage(format!("{}: holds files that are no reproduction's", out.display()))
            .with_hint("choose a new folder as --out, or that of an earlier reproduction"));
    }
    Ok(())
}
