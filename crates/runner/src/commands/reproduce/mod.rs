//! `aevb reproduce`: a paper's results, made again.

mod image_bounds;
mod iwae;
mod kept_likelihoods;
mod link_prediction;
mod links;
mod runs;
mod scale;

use std::fs;
use std::path::Path;

use aevb_data::files::is_temporary;

use crate::cli::ReproduceCommand;
use crate::error::{Error, Result};
use crate::run_folder::RESULT;

pub(super) fn run(command: &ReproduceCommand) -> Result<()> {
    match command {
        ReproduceCommand::Vgae(arguments) => link_prediction::run(arguments),
        ReproduceCommand::Aevb(arguments) => image_bounds::run(arguments),
        ReproduceCommand::Iwae(arguments) => iwae::run(arguments),
        ReproduceCommand::Links(arguments) => links::run(arguments),
        ReproduceCommand::Scale(arguments) => scale::run(arguments),
    }
}

/// Makes the folder of a reproduction, or takes an earlier one's: all in it has a name that reproductions give, and its table,
/// where there is one, is one of theirs.
fn own_folder(out: &Path, runs: &[&str]) -> Result<()> {
    const WRITTEN: [&str; 7] =
        ["table.md", RESULT, "curves.csv", "likelihoods.csv", "links.csv", "scale.csv", "scale.svg"];
    fs::create_dir_all(out).map_err(|error| Error::io(out, error).as_usage())?;
    let entries = fs::read_dir(out).map_err(|error| Error::io(out, error).as_usage())?;
    let is_known =
        |name: &str| runs.contains(&name) || WRITTEN.contains(&name) || is_temporary(name.as_ref());
    let are_known = entries.flatten().all(|entry| entry.file_name().to_str().is_some_and(is_known));
    let table = out.join("table.md");
    if are_known
        && (!table.exists() || fs::read_to_string(table).is_ok_and(|text| text.starts_with("| run |")))
    {
        return Ok(());
    }
    Err(Error::usage(format!("{}: holds files that are no reproduction's", out.display()))
        .with_hint("choose a new folder as --out, or that of an earlier reproduction"))
}
