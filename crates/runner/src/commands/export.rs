//! `aevb export`: what a run learnt, in the formats of other programs.

use aevb_data::examples::Examples;

use super::moments;
use super::new_file::NewFile;
use super::opened::{self, OpenedRun};
use super::part_rows::PartRows;
use crate::cli::{ExportArguments, ExportContent, ExportFormat};
use crate::error::{Error, Result};
use crate::experiment::Task;
use crate::export::{self, Array, Arrays, Format, Part, Weights};
use crate::output;
use crate::train::{self, Encoded};

pub(super) fn run(arguments: &ExportArguments) -> Result<()> {
    let (folder, experiment) = opened::read(&arguments.run, None)?;
    let folder = opened::with_checkpoint(folder, arguments.checkpoint)?;
    if arguments.part.is_some() && arguments.what != ExportContent::Latents {
        return Err(Error::usage("--part: only latent vectors are those of a part of the data")
            .with_hint("take --what latents, or leave --part out"));
    }
    let (name, part) = match arguments.what {
        ExportContent::Weights => ("weights", Some(Part::Whole)),
        ExportContent::Encoder => ("encoder", Some(Part::Encoder)),
        ExportContent::Decoder => ("decoder", Some(Part::Decoder)),
        ExportContent::Latents => ("latents", None),
    };
    let (extension, format) = match arguments.format {
        ExportFormat::Safetensors => ("safetensors", Some(Format::Safetensors)),
        ExportFormat::Npz => ("npz", Some(Format::Npz)),
        ExportFormat::Onnx => ("onnx", None),
    };
    let path = arguments.out.clone().unwrap_or_else(|| folder.file(&format!("{name}.{extension}")));
    let outcome = NewFile::at(path)?;
    if let (Some(Part::Decoder), Some(refused)) = (part, export::no_decoder(&experiment.task)) {
        return Err(refused);
    }
    if let (Some(Part::Whole | Part::Decoder), Task::Graph { model, .. }) = (part, &experiment.task)
        && model.encoder().decoder.covariates.are_fitted()
    {
        output::message(
            "note: the weights of model.decoder.covariates are fitted when scores are asked for and are none of these; `aevb links` \
             has the scores",
        );
    }
    let content = match (part, format) {
        (Some(part), Some(format)) => {
            if part == Part::Encoder && train::feature_scales_of(&experiment, &folder)?.is_some() {
                output::message(
                    "note: the encoder was trained on standardised features, (value - mean) / deviation, by the run's \
                     standardization.json; --format onnx does so itself",
                );
            }
            export::arrays(&Weights::read(&folder.weights()?)?.part(part).into_arrays(), format)?
        }
        (Some(part), None) => {
            let scales = train::feature_scales_of(&experiment, &folder)?;
            export::onnx(Weights::read(&folder.weights()?)?, &experiment, part, scales.as_ref())?
        }
        (None, Some(format)) => export::arrays(&latents(arguments)?, format)?,
        (None, None) => {
            return Err(Error::usage("an ONNX file holds a computation, not latent vectors")
                .with_hint("take --format safetensors or npz, or --what encoder"));
        }
    };
    outcome.write(&content)
}

/// `mean`, `log_variance` where there is a posterior, and what tells the rows: `label`, `id` and, of all parts, `part`.
fn latents(arguments: &ExportArguments) -> Result<Arrays> {
    let run = opened::open(&arguments.run, arguments.device.as_deref())?;
    let OpenedRun { folder, experiment, device } = run.with_checkpoint(arguments.checkpoint)?;
    if let (Task::Graph { .. }, Some(_)) = (&experiment.task, arguments.part) {
        return Err(Error::usage("--part: the nodes of a graph have no parts").with_hint("leave it out"));
    }
    match &experiment.task {
        Task::Graph { .. } => {
            let (graph, encoded) = train::open_graph(&experiment, &device, &folder)?.latents()?;
            let ids = graph.names().map(|names| ("id".to_owned(), Array::Text(names.to_vec())));
            Ok(rows(encoded).into_iter().chain(ids).collect())
        }
        Task::Images { .. } | Task::Table { .. } => {
            let model = train::open_autoencoder(&experiment, &device, &folder)?;
            moments::tell(model.as_ref());
            let compute = |examples: &Examples| {
                let Encoded { mean, log_variance, .. } = model.encode(examples)?;
                Ok([mean].into_iter().chain(log_variance).collect())
            };
            let asked = arguments.part.unwrap_or_default();
            let PartRows { ids, numbers, parts, arrays, .. } =
                PartRows::of_part(model.as_ref(), asked, &compute)?;
            let named = ["mean", "log_variance"].into_iter().zip(arrays);
            let named = named.map(|(name, values)| (name.to_owned(), Array::rows(values, model.latent())));
            let labels = numbers.map(|numbers| ("label".to_owned(), Array::Bytes(numbers)));
            let texts = [("id", ids), ("part", parts)].into_iter();
            let texts = texts.filter_map(|(name, texts)| Some((name.to_owned(), Array::Text(texts?))));
            Ok(named.chain(labels).chain(texts).collect())
        }
    }
}

fn rows(encoded: Encoded) -> Arrays {
    let Encoded { width, mean, log_variance } = encoded;
    let arrays = [("mean", Some(mean)), ("log_variance", log_variance)];
    let arrays = arrays.into_iter().filter_map(|(name, values)| Some((name, values?)));
    arrays.map(|(name, values)| (name.to_owned(), Array::rows(values, width))).collect()
}
