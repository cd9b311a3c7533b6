//! `[model]` and `[objective]` of an auto-encoder of images or of the rows of a table.

use aevb_data::binarize::Binarization;
use aevb_models::nn::Activation;
use aevb_models::vae::{Estimator, Likelihood, PixelMean, Prior};
use serde::{Deserialize, Serialize};

use super::graph_encoder::check_widths;
use super::read::Invalid;

/// A fully connected auto-encoder of images or of rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImageModel {
    /// The width of each hidden layer of the encoder, from the pixels on; the decoder has the same in reverse.
    pub hidden: Vec<usize>,
    /// The dimension of the latent space.
    pub latent: usize,
    /// What follows each hidden layer.
    pub activation: Activation,
    /// The distribution of the first weights.
    pub initial_weights: InitialWeights,
    /// The family of p(x|z).
    pub likelihood: LikelihoodConfig,
    /// The prior p(z); absent for a plain auto-encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior: Option<PriorConfig>,
}

/// The family of p(x|z), by kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields, rename_all = "kebab-case")]
pub enum LikelihoodConfig {
    // Serde lets unknown keys pass in a variant without braces.
    /// Binary pixels, or grey ones as means.
    Bernoulli {},
    /// Real pixels with learned means and variances.
    Gaussian {
        /// Where the means lie: `sigmoid` is [0, 1].
        #[serde(default)]
        mean: PixelMean,
        /// The least variance: σ² = exp(output) + floor.
        #[serde(default = "variance_floor")]
        variance_floor: f64,
    },
    /// Real pixels with learned means.
    GaussianFixed {
        /// Where the means lie: `sigmoid` is [0, 1].
        #[serde(default)]
        mean: PixelMean,
        /// The variance of every pixel.
        #[serde(default = "variance")]
        variance: f64,
    },
}

/// Pixels of 256 levels are known to a variance of (1/255)²/12, about 1e-6.
fn variance_floor() -> f64 {
    1e-6
}

fn variance() -> f64 {
    1.0
}

/// The distribution of the first weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InitialWeights {
    /// U(−b, b) with b = √(6/(inputs + outputs)); biases 0.
    Glorot,
    /// N(0, 0.01²), biases too, as in arXiv 1312.6114.
    Normal,
    /// U(−1/√inputs, 1/√inputs), biases too, the numbers themselves those of PyTorch's `nn.Linear` after
    /// `torch.manual_seed(seed)`.
    #[default]
    Pytorch,
}

/// The prior p(z), by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields, rename_all = "kebab-case")]
pub enum PriorConfig {
    /// N(0, I).
    StandardNormal {},
}

/// The stochastic gradient variational Bayes objective.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SgvbObjective {
    /// `a` or `b`, equations 6 and 7 of arXiv 1312.6114.
    pub estimator: Estimator,
    /// L, the samples of z a datapoint.
    pub samples: usize,
    /// What the divergence is multiplied by; 1 is the bound.
    pub beta: f64,
    /// Over so many epochs the divergence's factor rises from 0 to beta, step by step.
    pub kl_warm_up_epochs: usize,
    /// Adds the prior N(0, I) over the decoder's parameters: −‖θ‖²/(2N) a datapoint.
    pub map: bool,
}

/// The importance-weighted bound of arXiv 1509.00519, equation 8.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IwaeObjective {
    /// K, the samples of z a datapoint; 1 is the variational bound.
    pub samples: usize,
}

impl Default for ImageModel {
    fn default() -> Self {
        Self {
            hidden: vec![500],
            latent: 20,
            activation: Activation::Tanh,
            initial_weights: InitialWeights::Pytorch,
            likelihood: LikelihoodConfig::Bernoulli {},
            prior: None,
        }
    }
}

impl Default for SgvbObjective {
    fn default() -> Self {
        Self { estimator: Estimator::B, samples: 1, beta: 1.0, kl_warm_up_epochs: 0, map: false }
    }
}

impl Default for IwaeObjective {
    fn default() -> Self {
        Self { samples: 5 }
    }
}

impl ImageModel {
    /// The model of a VAE, whose prior has a default.
    pub(super) fn with_prior(self) -> Self {
        Self { prior: self.prior.or(Some(PriorConfig::StandardNormal {})), ..self }
    }

    /// The likelihood with its constants.
    pub fn likelihood(&self) -> Likelihood {
        match self.likelihood {
            LikelihoodConfig::Bernoulli {} => Likelihood::Bernoulli,
            LikelihoodConfig::Gaussian { mean, variance_floor } => {
                Likelihood::Gaussian { mean, variance_floor }
            }
            LikelihoodConfig::GaussianFixed { mean, variance } => {
                Likelihood::GaussianFixed { mean, variance }
            }
        }
    }

    /// The prior; a plain auto-encoder, which has none, is given the default.
    pub fn prior(&self) -> Prior {
        match self.prior {
            Some(PriorConfig::StandardNormal {}) | None => Prior::StandardNormal,
        }
    }

    pub(super) fn check_for_images(&self, binarization: Binarization) -> Result<(), Invalid> {
        self.check_widths()?;
        self.check_constants()?;
        Invalid::unless(
            binarization == Binarization::Grey
                || !matches!(self.likelihood, LikelihoodConfig::Gaussian { .. }),
            "model.likelihood.kind",
            &format!("`gaussian` has no use for {binarization} pixels, whose variance it learns to be 0"),
            "take bernoulli, or data.binarization = \"grey\"",
        )
    }

    pub(super) fn check_for_table(&self) -> Result<(), Invalid> {
        self.check_widths()?;
        let mean = match self.likelihood {
            LikelihoodConfig::Bernoulli {} => {
                return Err(Invalid::new(
                    "model.likelihood.kind",
                    "`bernoulli` is for pixels, and a table has none",
                    "take likelihood.kind = \"gaussian\" with likelihood.mean = \"linear\"",
                ));
            }
            LikelihoodConfig::Gaussian { mean, .. } | LikelihoodConfig::GaussianFixed { mean, .. } => mean,
        };
        Invalid::unless(
            mean != PixelMean::Sigmoid,
            "model.likelihood.mean",
            "`sigmoid` is for pixels, and the columns of a table go beyond [0, 1]",
            "take likelihood.mean = \"linear\"",
        )?;
        self.check_constants()
    }

    fn check_widths(&self) -> Result<(), Invalid> {
        check_widths(&self.hidden, self.latent, "the paper uses [500]", "the paper uses 20")
    }

    fn check_constants(&self) -> Result<(), Invalid> {
        match self.likelihood {
            LikelihoodConfig::Bernoulli {} => Ok(()),
            LikelihoodConfig::Gaussian { variance_floor, .. } => Invalid::unless(
                variance_floor == 0.0 || is_constant(variance_floor),
                "model.likelihood.variance_floor",
                &format!("must be 0 or lie {CONSTANTS}"),
                "pixels of 256 levels are known to a variance of 1e-6",
            ),
            LikelihoodConfig::GaussianFixed { variance, .. } => Invalid::unless(
                is_constant(variance),
                "model.likelihood.variance",
                &format!("must lie {CONSTANTS}"),
                "try 1.0",
            ),
        }
    }

    /// A plain auto-encoder has no prior to choose.
    pub(super) fn check_no_prior(&self) -> Result<(), Invalid> {
        Invalid::unless(
            self.prior.is_none(),
            "model.prior",
            "is not for an `ae`, which has none",
            "leave it out, or take model.kind = \"vae\"",
        )
    }
}

fn check_samples(samples: usize, hint: &str) -> Result<(), Invalid> {
    const MOST_SAMPLES: usize = 10_000;
    Invalid::unless(
        (1..=MOST_SAMPLES).contains(&samples),
        "objective.samples",
        &format!("must lie between 1 and {MOST_SAMPLES}"),
        hint,
    )
}

impl IwaeObjective {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        check_samples(self.samples, "the paper uses 1, 5 and 50 with batches of 20")
    }
}

const CONSTANTS: &str = "between 1e-30 and 1e30";

/// Whether arithmetic in single precision can use the number.
fn is_constant(x: f64) -> bool {
    (1e-30..=1e30).contains(&x)
}

impl SgvbObjective {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        check_samples(self.samples, "the paper uses 1 with batches of 100")?;
        Invalid::unless(
            self.beta == 0.0 || is_constant(self.beta),
            "objective.beta",
            &format!("must be 0 or lie {CONSTANTS}"),
            "1 is the bound",
        )?;
        Invalid::unless(
            self.kl_warm_up_epochs <= super::training::LONGEST,
            "objective.kl_warm_up_epochs",
            &format!("must be at most {}", super::training::LONGEST),
            "0 is no warm-up",
        )
    }
}
