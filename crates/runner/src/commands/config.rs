//! `aevb config`: what a configuration comes to.

use crate::cli::{ConfigArguments, ConfigCommand};
use crate::error::Result;
use crate::experiment::{ConfigFile, Experiment};
use crate::output;

pub(super) fn run(command: &ConfigCommand) -> Result<()> {
    match command {
        ConfigCommand::Show(arguments) => output::print(&read(arguments)?.1.to_toml()),
        ConfigCommand::Check(arguments) => {
            let (file, _) = read(arguments)?;
            output::print(&format!("{}: valid\n", file.place))
        }
    }
}

/// The file and the experiment it describes.
pub(super) fn read(arguments: &ConfigArguments) -> Result<(ConfigFile, Experiment)> {
    let overrides = arguments.overrides()?;
    let file = ConfigFile::find(arguments.config.as_deref())?;
    let experiment = Experiment::read(&file, &overrides)?;
    Ok((file, experiment))
}
