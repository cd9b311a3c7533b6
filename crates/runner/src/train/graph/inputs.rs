//! What the encoder of a graph sees of its nodes where that is left open: their features, free embeddings, or both, whichever
//! ranks the validation edges best after a short training.

use aevb_data::graph::{Graph, LinkSplit};
use aevb_models::vgae::{MessagePassing, PropagationStart};
use burn::tensor::Device;

use super::{GraphModel, GraphTask, NonProbabilistic, Variational, draw, load, require_memory};
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::{Queries, ValidationEdges};
use crate::experiment::{Experiment, Features, GraphAutoencoder, GraphData, Task};
use crate::train::trainer;

/// The steps of a trial, and its latent dimensions at most: what ranks better in a few does so in many.
const STEPS: u64 = 50;
const WIDEST: usize = 128;
/// Fewer validation edges tell nothing of three inputs.
const FEWEST_EDGES: usize = 30;

/// What the encoder sees of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inputs {
    Features,
    FreeEmbeddings,
    Both,
}

impl Inputs {
    fn name(self) -> &'static str {
        match self {
            Self::Features => "features",
            Self::FreeEmbeddings => "free embeddings",
            Self::Both => "both",
        }
    }
}

/// An input, and how it did.
struct Trial {
    inputs: Inputs,
    data: GraphData,
    model: GraphAutoencoder,
    mrr: f64,
    standard_error: f64,
    parameters: usize,
}

/// The experiment with its inputs chosen, where it leaves them open, and what was chosen and why.
///
/// # Errors
/// If the data cannot be read or split, or the model cannot be trained.
pub(in crate::train) fn choose(
    experiment: Experiment,
    device: &Device,
) -> Result<(Experiment, Option<String>)> {
    let Task::Graph { data, split, model } = &experiment.task else { return Ok((experiment, None)) };
    if !model.encoder().choose_inputs {
        return Ok((experiment, None));
    }
    let with = |data: GraphData, model: GraphAutoencoder| {
        let task = Task::Graph { data, split: split.clone(), model };
        Experiment { task, ..experiment.clone() }
    };
    if data.features == Features::None {
        let chosen = with_free_embeddings(model);
        let without = without(model, &chosen);
        let told = (!without.is_empty()).then(|| format!("inputs: free embeddings{without}"));
        return Ok((with(data.clone(), chosen), told));
    }
    let graph = load(data)?.graph;
    let split = draw(split, experiment.split_seed(), &graph)?;
    let free = GraphData { features: Features::None, ..data.clone() };
    if graph.features().is_none() {
        let chosen = with_free_embeddings(model);
        let told =
            format!("inputs: free embeddings, as the graph has no features{}", without(model, &chosen));
        return Ok((with(free, chosen), Some(told)));
    }
    let edges = split.validation.edges.len();
    if edges < FEWEST_EDGES {
        let told = format!("inputs: features, as {edges} validation edges are too few to choose by");
        return Ok((with(data.clone(), with_inputs(model, Inputs::Features)), Some(told)));
    }
    let candidates = [Inputs::Features, Inputs::FreeEmbeddings, Inputs::Both].map(|inputs| {
        let data = if inputs == Inputs::FreeEmbeddings { free.clone() } else { data.clone() };
        (inputs, data, with_inputs(model, inputs))
    });
    let has_isolated = (0..graph.nodes() as u32).any(|node| graph.is_isolated(node));
    let mut trials = Vec::new();
    let mut left_out = String::new();
    for (inputs, data, model) in candidates {
        let name = inputs.name();
        if inputs == Inputs::FreeEmbeddings && has_isolated {
            left_out += &format!("; {name} say nothing of nodes without an edge");
            continue;
        }
        // What is chosen is trained at its full width.
        match require_memory(&experiment, &data, &model, (&graph, &split), device) {
            Err(error) if inputs == Inputs::Features => return Err(error),
            Err(_) => {
                left_out += &format!("; {name} would need more memory than is free");
                continue;
            }
            Ok(()) => {}
        }
        let tried = match &model {
            GraphAutoencoder::Vgae { .. } => {
                tried::<Variational>(&experiment, &data, &model, (&graph, &split), device)
            }
            GraphAutoencoder::Gae { .. } => {
                tried::<NonProbabilistic>(&experiment, &data, &model, (&graph, &split), device)
            }
        };
        let (mrr, standard_error, parameters) = tried.map_err(|error| of_trial(name, error))?;
        trials.push(Trial { inputs, data, model, mrr, standard_error, parameters });
    }
    let chosen = chosen(&trials);
    let told = told(&trials, chosen) + &left_out + &without(model, &chosen.model);
    Ok((with(chosen.data.clone(), chosen.model.clone()), Some(told)))
}

/// An error with the trial that it came from.
fn of_trial(name: &str, error: Error) -> Error {
    if error.kind == ErrorKind::Interrupted {
        return error;
    }
    let message = format!("model.choose_inputs, a trial with {name}: {}", error.message);
    Error { message, ..error }
}

/// A model of a graph without features, which keeps where it is told to begin.
fn with_free_embeddings(model: &GraphAutoencoder) -> GraphAutoencoder {
    let mut chosen = with_inputs(model, Inputs::FreeEmbeddings);
    if let (MessagePassing::Propagation { start: said, .. }, MessagePassing::Propagation { start, .. }) =
        (&model.encoder().encoder, &mut chosen.encoder_mut().encoder)
    {
        *start = *said;
    }
    chosen
}

/// A model whose inputs are said, without what is for others.
fn with_inputs(model: &GraphAutoencoder, inputs: Inputs) -> GraphAutoencoder {
    let mut model = model.clone();
    let encoder = model.encoder_mut();
    encoder.choose_inputs = false;
    match inputs {
        // What features say is spread over all latent dimensions, and `model.dropout` thins it out.
        Inputs::Features | Inputs::Both => encoder.latent_dropout = 0.0,
        Inputs::FreeEmbeddings => encoder.dropout = 0.0,
    }
    if let MessagePassing::Propagation { embeddings, start, .. } = &mut encoder.encoder {
        *embeddings = inputs == Inputs::Both;
        if inputs == Inputs::FreeEmbeddings {
            *start = PropagationStart::Random;
        }
    }
    model
}

/// What a choice of the inputs took away, in words.
fn without(before: &GraphAutoencoder, after: &GraphAutoencoder) -> String {
    let (before, after) = (before.encoder(), after.encoder());
    let of_features = "which is for features";
    let lost = [
        (before.dropout > after.dropout, "model.dropout", of_features),
        (before.encoder.spectral_hops() > after.encoder.spectral_hops(), "model.encoder.start", of_features),
        (
            before.latent_dropout > after.latent_dropout,
            "model.latent_dropout",
            "which is for free embeddings alone",
        ),
    ];
    let lost = lost.iter().filter(|(is_lost, ..)| *is_lost);
    lost.map(|(_, key, why)| format!("; without {key}, {why}")).collect()
}

/// The validation MRR after a short training, its standard error, and the number of parameters.
fn tried<M: GraphModel>(
    experiment: &Experiment,
    data: &GraphData,
    model: &GraphAutoencoder,
    (graph, split): (&Graph, &LinkSplit),
    device: &Device,
) -> Result<(f64, f64, usize)> {
    let mut model = model.clone();
    let encoder = model.encoder_mut();
    encoder.latent = encoder.latent.min(WIDEST);
    let task = GraphTask::<M>::with_split(experiment.seed, data, &model, graph, split.clone(), device)?
        .with_passed_features()?;
    let trained = trainer::briefly(&task, experiment, STEPS)?;
    let (_, scores) = task.embedding(&trained)?;
    let ranking = ValidationEdges::of(split, &scores, Queries::of(experiment)).rank(&scores)?;
    let parameters = burn::module::Module::num_params(&trained);
    Ok((ranking.ranking.mrr, ranking.standard_error.mrr, parameters))
}

/// The smallest within a standard error of the best.
fn chosen(trials: &[Trial]) -> &Trial {
    let best = trials
        .iter()
        .max_by(|one, other| one.mrr.total_cmp(&other.mrr))
        .expect("features are tried at least");
    let is_as_good = |trial: &&Trial| trial.mrr >= best.mrr - best.standard_error;
    trials.iter().filter(is_as_good).min_by_key(|trial| trial.parameters).expect("the best is as good")
}

fn told(trials: &[Trial], chosen: &Trial) -> String {
    let percent = |value: f64| format!("{:.2}", 100.0 * value);
    let all: Vec<String> = trials
        .iter()
        .map(|trial| {
            format!("{} {} ± {} %", trial.inputs.name(), percent(trial.mrr), percent(trial.standard_error))
        })
        .collect();
    format!(
        "inputs: {}, the smallest within a standard error of the best validation MRR after {STEPS} steps ({}); \
         --set model.choose_inputs=false takes the features",
        chosen.inputs.name(),
        all.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ConfigFile, Override};

    fn trial(inputs: Inputs, mrr: f64, parameters: usize) -> Trial {
        let experiment = Experiment::read(&ConfigFile::named("gae-cora").expect("built in"), &[]);
        let Task::Graph { data, model, .. } = experiment.expect("valid").task else { panic!("a graph") };
        Trial { inputs, data, model, mrr, standard_error: 0.01, parameters }
    }

    #[test]
    fn the_smallest_that_is_as_good_is_chosen() {
        let of = |mrr: [f64; 3]| {
            let [features, free, both] = mrr;
            let trials = [
                trial(Inputs::Features, features, 10),
                trial(Inputs::FreeEmbeddings, free, 20),
                trial(Inputs::Both, both, 30),
            ];
            chosen(&trials).inputs.name()
        };
        assert_eq!(of([0.20, 0.19, 0.205]), "features");
        assert_eq!(of([0.09, 0.28, 0.285]), "free embeddings");
        assert_eq!(of([0.09, 0.20, 0.22]), "both");
        assert_eq!(of([0.2, 0.3, 0.1]), "free embeddings");
    }

    /// What a run of several has chosen, the next look at the configuration of all has too.
    #[test]
    fn what_was_chosen_is_taken_for_another_run() {
        for (sets, is_told) in [
            (&["model.latent=8", "model.latent_dropout=0.2"][..], true),
            (&["data.features=none", "model.latent_dropout=0.2"][..], false),
        ] {
            let sets: Vec<_> = sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
            let file = ConfigFile::named("links").expect("built in");
            let open = Experiment::read(&file, &sets).expect("valid");
            let (chosen, told) = choose(open.clone(), &Device::flex()).expect("Cora is there");
            assert_ne!(chosen.to_toml(), open.to_toml());
            assert_eq!(open.with_inputs_of(&chosen).to_toml(), chosen.to_toml());
            assert_eq!(told.is_some_and(|told| told.contains("; without model.latent_dropout")), is_told);
        }
    }
}
