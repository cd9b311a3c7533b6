//! What each command does.

mod at_training;
mod bench;
mod browser;
mod chains;
mod clusters;
mod compare;
mod config;
mod continuation;
mod data;
mod devices;
mod embed;
mod evaluate;
mod export;
mod images;
mod impute;
mod inspect;
mod links;
mod moments;
mod new_file;
mod next;
mod opened;
mod part_rows;
mod posterior;
mod report;
mod reproduce;
mod resume;
mod rows;
mod score;
mod train;

use crate::cli::{Arguments, Command};
use crate::data_folder;
use crate::error::Result;
use crate::{long_work, table};

/// Does what the command line asks for.
///
/// # Errors
///
/// Whatever kept it from being done, with the exit code to end on.
pub fn run(arguments: Arguments) -> Result<()> {
    data_folder::choose(arguments.data_dir);
    if arguments.safe_csv {
        table::write_safely();
    }
    let is_quiet = match &arguments.command {
        Command::Train(arguments) => arguments.quiet,
        Command::Resume(arguments) => arguments.quiet,
        _ => false,
    };
    if !is_quiet {
        long_work::show();
    }
    match arguments.command {
        Command::Train(arguments) => train::run(&arguments),
        Command::Resume(arguments) => resume::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Sample(arguments) => {
            images::sample(&arguments).inspect(|()| next::after_drawing(&arguments.run.run))
        }
        Command::Reconstruct(arguments) => {
            images::reconstruct(&arguments).inspect(|()| next::after_drawing(&arguments.run.run))
        }
        Command::Interpolate(arguments) => {
            images::interpolate(&arguments).inspect(|()| next::after_drawing(&arguments.run.run))
        }
        Command::Embed(arguments) => embed::run(&arguments),
        Command::Links(arguments) => links::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Posterior(arguments) => posterior::run(&arguments),
        Command::Impute(arguments) => impute::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Reproduce(arguments) => reproduce::run(&arguments),
        Command::Devices(arguments) => devices::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Config(command) => config::run(&command),
        Command::Data(command) => data::run(&command),
    }
}
