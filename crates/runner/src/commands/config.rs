//! `aevb config`: what a configuration comes to.

use std::fmt::Write;

use burn::tensor::Device;
use serde_json::json;

use crate::cli::{ConfigArguments, ConfigCommand};
use crate::error::Result;
use crate::experiment::{BUILT_IN, ConfigFile, Experiment};
use crate::own::{self, Before, Chosen};
use crate::{output, train};

pub(super) fn run(command: &ConfigCommand) -> Result<()> {
    match command {
        ConfigCommand::Show(arguments) => {
            let Chosen { experiment, told, .. } = read(arguments)?;
            told.iter().for_each(|line| output::message(line));
            output::print(&experiment.to_toml())
        }
        ConfigCommand::Check { config, data } => {
            let Chosen { file, experiment, told, .. } = read(config)?;
            told.iter().for_each(|line| output::message(line));
            if !data {
                return output::print(&format!("{}: valid\n", file.place));
            }
            experiment.require_files()?;
            // Whatever a device rounds, it trains on the same data.
            let lines = train::check(&train::pin_initial_weights(experiment)?, &Device::flex())?;
            lines.iter().for_each(|line| output::message(line));
            output::print(&format!("{}: valid, and its data are ready to be trained on\n", file.place))
        }
        ConfigCommand::List { json } => list(*json),
    }
}

/// The experiment that the arguments describe: of a configuration, or of data of the user's own.
pub(super) fn read(arguments: &ConfigArguments) -> Result<Chosen> {
    read_to_go_on(arguments, None)
}

/// The same, with what is kept of a run to go on from in place of what data of the user's own would get.
pub(super) fn read_to_go_on(arguments: &ConfigArguments, before: Option<&Before>) -> Result<Chosen> {
    let overrides = arguments.overrides()?;
    if let Some(chosen) = own::choose(arguments, &overrides, before)? {
        return Ok(chosen);
    }
    let file = ConfigFile::find(arguments.config.as_deref())?;
    let experiment = Experiment::read(&file, &overrides)?;
    Ok(Chosen { file, experiment, told: Vec::new(), name: None })
}

/// The built-in configurations, each with the first sentence of its file.
fn list(json: bool) -> Result<()> {
    let sets = BUILT_IN.map(|(name, text)| (name, about(text)));
    if json {
        let sets = sets.iter().map(|(name, about)| json!({"name": name, "about": about}));
        return output::print_json(&sets.collect::<Vec<_>>());
    }
    let width = sets.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, about) in sets {
        let _ = writeln!(text, "{name:<width$}  {about}");
    }
    output::print(&text)
}

/// The first sentence of the comment that a configuration begins with.
fn about(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    let comment = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    // Not after an abbreviation: a sentence goes on with a capital.
    let ends = comment.match_indices(". ").map(|(at, _)| at);
    let end = ends
        .into_iter()
        .find(|at| comment[at + 2..].starts_with(char::is_uppercase) && !comment[..*at].ends_with("et al"));
    comment[..end.unwrap_or(comment.len())].trim_end_matches('.').to_owned()
}
