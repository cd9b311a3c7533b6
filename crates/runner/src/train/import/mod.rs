//! First weights from a file: a safetensors file under our own names, or a PyTorch state dict. `FORMATS.md` documents
//! names and layouts.

mod pickle;
mod state_dict;

use std::path::Path;

use ::safetensors::tensor::SafeTensors;
use aevb_data::files::read_at_most;
use aevb_data::hash;
use burn::module::Module;

use self::state_dict::StateDict;
use super::trainable::Trainable;
use super::weights::{self, Source};
use crate::error::{Error, Result};
use crate::experiment::Experiment;
use crate::seal::Seal;

/// The experiment with the checksum of its file of first weights, so that a run knows what it began with.
///
/// # Errors
/// If the file cannot be read, or is another than the one that the configuration was noted with.
pub fn pin_initial_weights(mut experiment: Experiment) -> Result<Experiment> {
    if let Some(path) = &experiment.train.initial_weights {
        let found =
            hash::sha256_of_file(path).map_err(|error| Error::from(error).as_usage().with_hint(HINT))?;
        require_checksum(path, experiment.train.initial_weights_sha256.as_deref(), &found)?;
        Seal::check_file(path).map_err(Error::as_usage)?;
        experiment.train.initial_weights_sha256 = Some(found);
    }
    Ok(experiment)
}

/// The model of a task before the first step: as drawn, or with the weights that the experiment names.
pub(super) fn first_model<T: Trainable>(task: &T, experiment: &Experiment) -> Result<T::Model> {
    let model = task.initial_model()?;
    match &experiment.train.initial_weights {
        None => Ok(model),
        Some(path) => load(model, path, experiment.train.initial_weights_sha256.as_deref()),
    }
}

const HINT: &str = "train.initial_weights names a safetensors file, such as a run's model.safetensors, or a PyTorch state dict";

/// The model with its weights replaced by those of a file.
///
/// # Errors
/// If the file has another checksum than expected, is neither a safetensors file nor a state dict, or lacks a weight,
/// or has one of another shape or type, one too many, or one that is not finite.
fn load<M: Module>(model: M, path: &Path, sha256: Option<&str>) -> Result<M> {
    const HEADERS: u64 = 1 << 20;
    // Room for double precision, so that it is refused by its name.
    let limit = 8 * model.num_params() as u64 + HEADERS;
    let file = read_at_most(path, limit).map_err(|error| {
        let hint = "the model of this configuration is smaller: save its weights alone";
        Error::from(error).as_usage().with_hint(hint)
    })?;
    require_checksum(path, sha256, &hash::sha256(&file))?;
    let refused =
        |problem, hint: &str| Error::usage(format!("{}: {problem}", path.display())).with_hint(hint);
    if file.starts_with(b"PK\x03\x04") {
        let hint = "it is what torch.save(model.state_dict(), FILE) writes, of float32 tensors by the names of \
                    FORMATS.md, matrices [outputs, inputs] as in nn.Linear";
        StateDict::read(&file)
            .and_then(|source| assign(model, &source))
            .map_err(|problem| refused(problem, hint))
    } else if file.starts_with(&[0x80, 2]) {
        let hint = "save it again by PyTorch 1.6 or later";
        Err(refused("is a pickle as PyTorch wrote them before version 1.6".into(), hint))
    } else {
        let hint = "it is a safetensors file of F32 tensors by the names of FORMATS.md, matrices [inputs, outputs], \
                    which is the transpose of nn.Linear's";
        let source = SafeTensors::deserialize(&file)
            .map_err(|error| format!("is neither a safetensors file ({error}) nor a PyTorch state dict"));
        source.and_then(|source| assign(model, &source)).map_err(|problem| refused(problem, hint))
    }
}

/// A run cannot begin with what is not a number.
fn assign<M: Module>(model: M, source: &dyn Source) -> Result<M, String> {
    struct Finite<'a>(&'a dyn Source);
    impl Source for Finite<'_> {
        fn names(&self) -> Vec<String> {
            self.0.names()
        }

        fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
            let values = self.0.values(name, shape)?;
            match values.iter().find(|value| !value.is_finite()) {
                None => Ok(values),
                Some(value) => Err(format!("{name} holds {value}")),
            }
        }
    }
    weights::assign(model, &Finite(source))
}

fn require_checksum(path: &Path, expected: Option<&str>, found: &str) -> Result<()> {
    match expected {
        Some(expected) if expected != found => {
            let problem = format!("{}: its SHA-256 is {found}, not {expected}", path.display());
            Err(Error::usage(problem).with_hint(
                "the file was changed since the configuration was noted; to take it as it is, remove \
                 train.initial_weights_sha256",
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
