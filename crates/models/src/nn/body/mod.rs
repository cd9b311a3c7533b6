//! The hidden part of an encoder or a decoder, from the data or the latent vectors to what the heads start from.
//!
//! A body is a file of its own with a configuration that implements [`BodyPlan`] and a module, and a variant of each enum
//! here.

mod gated;
mod mlp;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

pub use gated::Gated;
use gated::GatedPlan;
pub use mlp::{Mlp, MlpConfig};

use super::data_shape::DataShape;
use super::hidden_activation::HiddenActivation;
use super::initial_weights::InitialWeights;
use super::parameter_shape::ParameterShape;
use crate::error::Result;

/// Which body an auto-encoder has. The widths of hidden layers and their activation are the model's, whatever its body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum BodyConfig {
    // Serde lets unknown keys pass in a variant without braces.
    /// A multi-layer perceptron.
    Mlp {},
}

/// A body.
#[derive(Module, Debug)]
pub enum Body {
    /// A multi-layer perceptron.
    Mlp(Mlp),
    /// One whose layers have gates.
    Gated(Gated),
}

/// What a body is built for.
#[derive(Clone, Copy, Debug)]
pub struct BodySizes<'a> {
    /// The shape of x.
    pub data: DataShape,
    /// The widths of the encoder's hidden layers, from x on; a decoder has them in reverse.
    pub hidden: &'a [usize],
    /// The number of latent dimensions, which a decoder starts from.
    pub latent: usize,
    /// What follows every hidden layer.
    pub activation: HiddenActivation,
}

impl BodySizes<'_> {
    fn encoder_widths(&self) -> Vec<usize> {
        std::iter::once(self.data.values()).chain(self.hidden.iter().copied()).collect()
    }

    fn decoder_widths(&self) -> Vec<usize> {
        std::iter::once(self.latent).chain(self.hidden.iter().rev().copied()).collect()
    }

    /// Dense layers of these widths, the first of which is that of the input.
    fn dense(&self, widths: Vec<usize>) -> Box<dyn BodyPlan> {
        match self.activation.function() {
            Some(activation) => Box::new(MlpConfig { widths, activation }),
            None => Box::new(GatedPlan { widths }),
        }
    }
}

/// What comes out of a body: `[rows · positions, width]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyOutput {
    /// The width that a head starts from, at each position.
    pub width: usize,
    /// 1 where a head sees all of a row at once; the number of pixels where it is applied to each.
    pub positions: usize,
}

/// A body for given sizes, before it has weights.
pub trait BodyPlan {
    /// Its parameters, in the order of its fields. `path` is its place in the model.
    fn layers(&self, path: &str) -> Vec<ParameterShape>;

    /// How many values each of its layers puts out for a row.
    fn activations(&self) -> Vec<usize>;

    /// What comes out of it; of an encoder's body one position.
    fn output(&self) -> BodyOutput;

    /// The body itself, with weights from `weights`, layer by layer.
    ///
    /// # Errors
    /// If a width is zero, or the data's shape is none that the body takes.
    fn init(&self, path: &str, weights: &mut dyn InitialWeights, device: &Device) -> Result<Body>;

    /// The same as a multi-layer perceptron, for formats that write nothing else; `None` where it is none.
    fn as_mlp(&self) -> Option<&MlpConfig> {
        None
    }
}

/// A body that is planned for its place in a model.
pub struct PlacedBody {
    /// The place.
    pub path: &'static str,
    /// What it will be.
    pub plan: Box<dyn BodyPlan>,
}

impl PlacedBody {
    /// Its parameters, in the order of its fields.
    pub fn layers(&self) -> Vec<ParameterShape> {
        self.plan.layers(self.path)
    }

    /// As [`BodyPlan::init`].
    ///
    /// # Errors
    /// Likewise.
    pub fn init(&self, weights: &mut dyn InitialWeights, device: &Device) -> Result<Body> {
        self.plan.init(self.path, weights, device)
    }
}

impl Default for BodyConfig {
    fn default() -> Self {
        Self::Mlp {}
    }
}

impl BodyConfig {
    /// The body of an encoder.
    pub fn encoder(&self, sizes: BodySizes<'_>) -> Box<dyn BodyPlan> {
        match self {
            Self::Mlp {} => sizes.dense(sizes.encoder_widths()),
        }
    }

    /// The body of a decoder.
    pub fn decoder(&self, sizes: BodySizes<'_>) -> Box<dyn BodyPlan> {
        match self {
            Self::Mlp {} => sizes.dense(sizes.decoder_widths()),
        }
    }
}

impl Body {
    /// The last hidden layer.
    ///
    /// # Shapes
    /// - x: `[rows, inputs]`: the values of x, or latent dimensions
    /// - output: `[rows · positions, width]`, as [`BodyOutput`] has it
    ///
    /// # Errors
    /// If `x` has another width.
    pub fn forward(&self, x: Tensor<2>) -> Result<Tensor<2>> {
        match self {
            Self::Mlp(body) => body.forward(x),
            Self::Gated(body) => body.forward(x),
        }
    }

    /// The same as a multi-layer perceptron, for programs that know nothing else; `None` where it is none.
    pub fn as_mlp(&self) -> Option<&Mlp> {
        match self {
            Self::Mlp(body) => Some(body),
            Self::Gated(_) => None,
        }
    }
}
