//! Data of the user's own, named in place of a configuration: what they hold, the preset that suits them, and its sizes.

mod links;
mod look;
mod sizes;

use std::fmt::Display;
use std::path::Path;

use aevb_data::kind::{Guess, Kind};

use crate::cli::ConfigArguments;
use crate::error::{Error, Result};
use crate::experiment::{ConfigFile, Experiment, Override};
use crate::train::Shape;

/// The configurations for data of the user's own: a graph, a table, images.
pub const PRESETS: [&str; 3] = ["vgae-graph", "vae-table", "vae-images"];

/// The configuration of a graph that takes its sizes from it, whichever it is.
const LINKS: &str = "links";

/// What was chosen for data of the user's own.
pub struct Chosen {
    /// The preset.
    pub file: ConfigFile,
    /// The preset with the data, their sizes and what the user replaced.
    pub experiment: Experiment,
    /// What was found and chosen, and how to say otherwise, a line each.
    pub told: Vec<String>,
    /// What to call the data, where that is not the name of their file.
    pub name: Option<String>,
}

/// What data were taken for and why, in a line; and the options that say otherwise, those of a graph, of a table and of
/// images being given.
pub fn told(data: impl Display, guess: &Guess, [graph, table, images]: [&str; 3]) -> (String, String) {
    let Guess { kind, why, is_doubtful } = guess;
    let (name, one, other) = match kind {
        Kind::Graph => ("a graph", table, images),
        Kind::Table => ("a table", graph, images),
        Kind::Images => ("images", graph, table),
    };
    let note = if *is_doubtful { "note: " } else { "" };
    let told = format!("{note}{data}: read as {name}, because {why}; {one} or {other} says otherwise");
    (told, format!("it was read as {name}, because {why}: {one} or {other} says otherwise"))
}

/// The preset of a kind of data.
pub fn preset(kind: Kind) -> &'static str {
    let [graph, table, images] = PRESETS;
    match kind {
        Kind::Graph => graph,
        Kind::Table => table,
        Kind::Images => images,
    }
}

/// Chooses for the data that the arguments name; `None` where they name a configuration, or nothing. `model` is that of a
/// run to go on from.
///
/// # Errors
/// [`Usage`](crate::error::ErrorKind::Usage) where data are named twice or are of no kind that is known, or as
/// [`Experiment::read`]; and where the data cannot be read.
pub fn choose(
    arguments: &ConfigArguments,
    overrides: &[Override],
    model: Option<&Override>,
) -> Result<Option<Chosen>> {
    let own = &arguments.own;
    let named = arguments.config.as_deref();
    let is_configuration = named.is_some_and(ConfigFile::is_configuration);
    if named.is_some() && !is_configuration && !named.is_some_and(Path::exists) {
        return Ok(None);
    }
    let flags = look::flags(own);
    let is_links = is_configuration && ConfigFile::find(named)?.is_built_in(LINKS);
    let found = match (named, is_configuration) {
        (Some(path), false) => look::at(path, own)?,
        (Some(_), true) if is_links => look::of_preset(own)?,
        (Some(_), true) => return with_configuration(arguments, &flags, overrides),
        (None, _) if flags.is_empty() => return Ok(None),
        (None, _) => look::by_flags(own)?,
    };
    let file = ConfigFile::named(if is_links { LINKS } else { preset(found.kind) })?;
    // What is said of sizes may need those that follow from the data.
    let of_data = overrides.iter().filter(|given| given.is_in("data")).cloned();
    let data: Vec<Override> = found.data.iter().cloned().chain(of_data).collect();
    let first = Experiment::read(&file, &data)?;
    first.require_files()?;
    let sizes = sizes::of(&first, is_links).map_err(|error| match &found.others {
        Some(others) => error.and_hint(others),
        None => error,
    })?;
    // A model that goes on keeps its sizes, whatever the data have become.
    let model: Vec<Override> = model.into_iter().cloned().collect();
    let given = [&found.data[..], &sizes.overrides, &model, overrides].concat();
    let mut experiment = Experiment::read(&file, &given)?;
    if !overrides.iter().any(|given| given.is_of("train.evaluate_every")) {
        // Of fewer epochs than were chosen a best one is still to be found.
        let train = &mut experiment.train;
        train.evaluate_every = train.evaluate_every.min((train.epochs / 20).max(1));
    }
    let mut told = found.told;
    told.push(sizes.told(&experiment));
    Ok(Some(Chosen { file, experiment, told, name: found.name }))
}

/// The preset with the data that flags name, for data of a known shape.
///
/// # Errors
/// As [`Experiment::read`].
pub fn of_shape(arguments: &ConfigArguments, shape: Shape) -> Result<Experiment> {
    let kind = match shape {
        Shape::Graph { .. } => Kind::Graph,
        Shape::Table { .. } => Kind::Table,
        Shape::Images { .. } => Kind::Images,
    };
    let given = [look::flags(&arguments.own), sizes::overrides(shape), arguments.overrides()?].concat();
    Experiment::read(&ConfigFile::named(preset(kind))?, &given)
}

/// A configuration that is told its data by flags keeps its sizes.
fn with_configuration(
    arguments: &ConfigArguments,
    flags: &[Override],
    overrides: &[Override],
) -> Result<Option<Chosen>> {
    if flags.is_empty() {
        return Ok(None);
    }
    let file = ConfigFile::find(arguments.config.as_deref())?;
    let experiment = Experiment::read(&file, &[flags, overrides].concat()).map_err(|error| {
        let wanted = look::kind_of_flags(&arguments.own).map_or("", preset);
        error.or_hint(format!("`aevb train` with the flags alone takes {wanted}, the preset for such data"))
    })?;
    Ok(Some(Chosen { file, experiment, told: Vec::new(), name: None }))
}

/// Refuses a second file for what is one.
fn twice(path: &Path, flag: &str) -> Error {
    Error::usage(format!("{}: the data are named twice, here and by {flag}", path.display()))
        .with_hint("name them once")
}
