//! What a run learnt, for other programs: `safetensors`, NumPy's `.npz`, and ONNX. `FORMATS.md` documents names and
//! layouts.
//!
//! Weights are read from the run's own file and need neither device nor data. [`Weights`] holds them by name; [`onnx()`]
//! makes of them, and of the model's configuration, the computation of the encoder or the decoder.

mod arrays;
mod npz;
mod onnx;
mod protobuf;
mod safetensors;
mod weights;

pub use arrays::{Array, Arrays};
pub use weights::{Part, Weights};

use aevb_data::graph::FeatureScales;

use crate::error::{Error, Result};
use crate::experiment::{Autoencoder, Experiment, Features, GraphAutoencoder, Task};

/// A format for arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A `.safetensors` file.
    Safetensors,
    /// NumPy's `.npz`: an array a name.
    Npz,
}

/// A file of these arrays.
///
/// # Errors
/// If the format cannot hold as much.
pub fn arrays(arrays: &Arrays, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Safetensors => Ok(safetensors::file(arrays)),
        Format::Npz => npz::file(arrays),
    }
}

/// An ONNX model (opset 18) of a part of an experiment's model. Features of nodes that the run brought to one scale by
/// these `scales` are brought to it in there.
///
/// # Errors
/// If the part computes nothing, or the weights are those of another configuration.
pub fn onnx(
    weights: Weights,
    experiment: &Experiment,
    part: Part,
    scales: Option<&FeatureScales>,
) -> Result<Vec<u8>> {
    match (&experiment.task, part) {
        (_, Part::Whole) => {
            Err(Error::usage("an ONNX file holds a computation: the encoder's or the decoder's")
                .with_hint("take --what encoder or decoder, or --format safetensors or npz"))
        }
        (Task::Images { model, .. } | Task::Table { model, .. }, Part::Encoder) => {
            onnx::encoder(weights, model.networks(), matches!(model, Autoencoder::Vae { .. }))
        }
        (Task::Images { model, .. } | Task::Table { model, .. }, Part::Decoder) => {
            onnx::decoder(weights, model.networks(), matches!(model, Autoencoder::Vae { .. }))
        }
        (Task::Graph { data, model, .. }, Part::Encoder) => {
            let variational = matches!(model, GraphAutoencoder::Vgae { .. });
            let featureless = data.features == Features::None;
            onnx::graph_encoder(&weights.part(part), model.encoder(), variational, featureless, scales)
        }
        (task @ Task::Graph { .. }, Part::Decoder) => Err(no_decoder(task).unwrap_or_else(|| {
            Error::usage("a decoder of pairs of nodes is not written as a computation")
                .with_hint("take --format safetensors or npz; FORMATS.md says what to do with its weights")
        })),
    }
}

/// Why there is no decoder to write of a graph's model, where it has no weights.
pub fn no_decoder(task: &Task) -> Option<Error> {
    let Task::Graph { model, .. } = task else { return None };
    let decoder = model.encoder().decoder.form.kind();
    let has_joint_weights = model.encoder().decoder.covariates.learnt_weights() > 0;
    (decoder.weights.is_empty() && !has_joint_weights).then(|| {
        let kind = task.model_kind();
        Error::usage(format!("the decoder of a {kind} has no weights: it is `{}`", decoder.name)).with_hint(
            format!(
                "take --what latents: the probability of a link is {}{}",
                decoder.link.formula(&decoder.logit),
                match model.encoder().decoder.covariates.names.is_empty() {
                    true => "",
                    false => ", before model.decoder.covariates",
                }
            ),
        )
    })
}
