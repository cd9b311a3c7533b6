use burn::module::Module;
use burn::tensor::Device;

use super::loss::Loss;
use super::shard::Shard;
use crate::error::Result;
use crate::evaluate::ValidationMetric;
use crate::progress::Unit;

/// What is trained: a model, its loss and its validation metrics.
pub trait Trainable {
    /// The model, a Burn module.
    type Model: Module;

    /// What the metrics of [`Trainable::validate`] are measured in.
    const UNIT: Unit;

    /// Where it is trained.
    fn device(&self) -> &Device;

    /// The model before the first step, the same for the same seed on every device.
    ///
    /// # Errors
    /// If no such model can be made.
    fn initial_model(&self) -> Result<Self::Model>;

    /// A model of the same shape for weights that are loaded, whatever its own.
    ///
    /// # Errors
    /// Likewise.
    fn template(&self) -> Result<Self::Model> {
        self.initial_model()
    }

    /// Whether that model already says something of the data, so that training has to do better.
    fn has_informed_start(&self) -> bool {
        false
    }

    /// The number of steps in an epoch.
    fn steps_per_epoch(&self) -> usize;

    /// The shards that step `step`, counted from 0, is worked in, at least 1. Each has a loss of its own, and their sum is
    /// what the step goes down.
    fn shards(&self, _step: u64) -> usize {
        1
    }

    /// The loss of a shard and its terms. Where it is not the whole step, the loss says what it is [out of](Loss::out_of): else the
    /// step goes down the sum of the shards' losses, and their mean is what is reported.
    ///
    /// # Errors
    /// If the shapes of model and data do not go together.
    fn loss(&self, model: &Self::Model, shard: Shard) -> Result<Loss>;

    /// Metrics, taken while training on data that is not trained on: validation's, unless [`Trainable::watched`]
    /// says otherwise. None where there is no such data.
    ///
    /// # Errors
    /// If the model's output is not finite.
    fn validate(&self, model: &Self::Model) -> Result<Vec<ValidationMetric>>;

    /// The largest value that the model is given, in words, where it is so large that no learning rate may help.
    fn largest_value(&self) -> Option<String> {
        None
    }

    /// What tells these data from all others, the part that trains and those that do not.
    fn fingerprint(&self) -> String;

    /// The files of the run's folder that say what the data are, by name, with their content.
    fn description(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }

    /// The name of the data that [`Trainable::validate`] looks at.
    fn watched(&self) -> &'static str {
        "validation"
    }
}
