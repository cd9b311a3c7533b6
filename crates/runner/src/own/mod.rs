//! Data of the user's own, named in place of a configuration: what they hold, the preset that suits them, and its sizes.

mod links;
mod look;
mod sizes;

use std::fmt::Display;
use std::path::Path;

use aevb_data::kind::{Guess, Kind};
use aevb_models::vgae::MessagePassing;

use crate::cli::ConfigArguments;
use crate::error::{Error, Result};
use crate::experiment::{ConfigFile, Experiment, Features, GraphAutoencoder, Override, Task};
use crate::train::Shape;

/// The configurations for data of the user's own: a graph, a table, images.
pub const PRESETS: [&str; 3] = [LINKS, "vae-table", "vae-images"];

/// The configurations of a graph that take their sizes from it, whichever it is.
const LINKS: &str = "links";
const GRAPH_CONVOLUTIONS: &str = "vgae-graph";

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

/// What a run that goes on keeps of the one before, whatever the data have become.
pub struct Before {
    overrides: Vec<Override>,
    preset: Option<&'static str>,
}

impl Before {
    /// Of a run's task, which is said to come from there.
    pub fn of(task: &Task, from: impl Display) -> Self {
        let model = Override::model(task, format!("the model of {from}"));
        let Task::Graph { data, model: graph_model, .. } = task else {
            return Self { overrides: vec![model], preset: None };
        };
        let encoder = &graph_model.encoder().encoder;
        let is_linear =
            matches!(graph_model, GraphAutoencoder::Gae { .. }) && *encoder != MessagePassing::default();
        let free = (is_linear && data.features == Features::None)
            .then(|| Override::kept("data.features", "\"none\"", format!("the embeddings of {from}")));
        Self {
            overrides: std::iter::once(model).chain(free).collect(),
            preset: Some(if is_linear { LINKS } else { GRAPH_CONVOLUTIONS }),
        }
    }
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

/// Chooses for the data that the arguments name; `None` where they name a configuration, or nothing. `before` is a run to go
/// on from.
///
/// # Errors
/// [`Usage`](crate::error::ErrorKind::Usage) where data are named twice or are of no kind that is known, or as
/// [`Experiment::read`]; and where the data cannot be read.
pub fn choose(
    arguments: &ConfigArguments,
    overrides: &[Override],
    before: Option<&Before>,
) -> Result<Option<Chosen>> {
    let own = &arguments.own;
    let named = arguments.config.as_deref();
    let is_configuration = named.is_some_and(ConfigFile::is_configuration);
    if named.is_some() && !is_configuration && !named.is_some_and(Path::exists) {
        return Ok(None);
    }
    let flags = look::flags(own);
    let sized = match is_configuration {
        true => named_preset(&ConfigFile::find(named)?, !flags.is_empty()),
        false => None,
    };
    let found = match (named, is_configuration, sized) {
        (Some(path), false, _) => look::at(path, own)?,
        (Some(_), true, Some(preset)) => look::of_preset(preset, own)?,
        (Some(_), true, None) => return with_configuration(arguments, &flags, overrides),
        (None, ..) if flags.is_empty() => return Ok(None),
        (None, ..) => look::by_flags(own)?,
    };
    let usual = match found.kind {
        Kind::Graph => before.and_then(|before| before.preset).unwrap_or(LINKS),
        Kind::Table | Kind::Images => preset(found.kind),
    };
    let name = sized.unwrap_or(usual);
    let file = ConfigFile::named(name)?;
    // What is said of sizes may need those that follow from the data.
    let of_data = overrides.iter().filter(|given| given.is_in("data")).cloned();
    let data: Vec<Override> = found.data.iter().cloned().chain(of_data).collect();
    let first = Experiment::read(&file, &data)?;
    first.require_files()?;
    let sizes = sizes::of(&first, name, overrides).map_err(|error| match &found.others {
        Some(others) => error.and_hint(others),
        None => error,
    })?;
    let kept = before.map_or(&[][..], |before| &before.overrides);
    let given = [&found.data[..], &sizes.overrides, kept, overrides].concat();
    let is_of_kind = |given: &Override| {
        ["model.kind", "model.hidden", "model.encoder.kind", "objective.kind"]
            .iter()
            .any(|key| given.is_of(key))
    };
    let mut experiment = Experiment::read(&file, &given).map_err(|error| {
        if name == LINKS && overrides.iter().any(is_of_kind) {
            let hint = format!("`aevb train {GRAPH_CONVOLUTIONS} …` has graph convolutions and a posterior");
            return error.and_hint(hint);
        }
        error
    })?;
    if !overrides.iter().any(|given| given.is_of("train.evaluate_every")) {
        // Of fewer epochs than were chosen a best one is still to be found.
        let train = &mut experiment.train;
        train.evaluate_every = train.evaluate_every.min((train.epochs / 20).max(1));
    }
    let mut told = found.told;
    let are_left_out = kept.iter().any(|kept| kept.is_in("data"));
    let has_features = |found: &Override| found.is_of("data.features") && found.plain_text() != "none";
    if are_left_out && found.data.iter().any(has_features) {
        let note = "note: the features are left out, as the run to go on from has free embeddings alone";
        told.push(note.to_owned());
    }
    told.extend(sizes.note.clone());
    told.push(sizes.told(&experiment));
    Ok(Some(Chosen { file, experiment, told, name: found.name }))
}

/// The preset whose sizes follow from a graph, where a configuration is one. That of graph convolutions has no graph of the
/// catalog to take them from.
fn named_preset(file: &ConfigFile, has_data: bool) -> Option<&'static str> {
    let presets = [(LINKS, true), (GRAPH_CONVOLUTIONS, has_data)];
    let named = presets.into_iter().find(|&(preset, has_graph)| has_graph && file.is_built_in(preset));
    named.map(|(preset, _)| preset)
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
    let preset = preset(kind);
    let said = arguments.overrides()?;
    let without_features = match shape {
        Shape::Graph { features: 0, .. } => vec![Override::size("data.features", "\"none\"")],
        _ => Vec::new(),
    };
    let sizes = sizes::overrides(shape, preset, &said);
    let given = [without_features, look::flags(&arguments.own), sizes, said].concat();
    Experiment::read(&ConfigFile::named(preset)?, &given)
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
