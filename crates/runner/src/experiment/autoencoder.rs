//! `[model]` and `[objective]` of an auto-encoder of images or of the rows of a table.

use aevb_models::nn::{BodyConfig, DataShape, HiddenActivation};
use aevb_models::posterior::PosteriorConfig;
use aevb_models::prior::PriorConfig;
use aevb_models::vae::{AutoencoderConfig, Estimator, Likelihood, Unsuitable, ValueKind};
use serde::{Deserialize, Serialize};

use super::graph::is_default;
use super::read::Invalid;
use super::sound::{check_widths, unsound};

/// An auto-encoder of images or of rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Networks {
    /// The width of each hidden layer of the encoder, from the pixels on; the decoder has the same in reverse.
    pub hidden: Vec<usize>,
    /// The dimension of the latent space.
    pub latent: usize,
    /// What follows each hidden layer.
    pub activation: HiddenActivation,
    /// The distribution of the first weights.
    pub initial_weights: WeightDistribution,
    /// What the hidden layers are.
    #[serde(skip_serializing_if = "is_default")]
    pub body: BodyConfig,
    /// The family of p(x|z).
    pub likelihood: Likelihood,
    /// The prior p(z); absent for a plain auto-encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior: Option<PriorConfig>,
    /// What q(z|x) has beyond the encoder's Gaussian; absent for a plain auto-encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posterior: Option<PosteriorConfig>,
}

/// The distribution of the first weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightDistribution {
    /// U(−b, b) with b = √(6/(inputs + outputs)); biases 0.
    Glorot,
    /// N(0, 0.01²), biases too, as in arXiv 1312.6114.
    Normal,
    /// U(−1/√inputs, 1/√inputs), biases too, the numbers themselves those of PyTorch's `nn.Linear` after
    /// `torch.manual_seed(seed)`.
    #[default]
    Pytorch,
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

impl Default for Networks {
    fn default() -> Self {
        Self {
            hidden: vec![500],
            latent: 20,
            activation: HiddenActivation::Tanh,
            initial_weights: WeightDistribution::Pytorch,
            body: BodyConfig::default(),
            likelihood: Likelihood::default(),
            prior: None,
            posterior: None,
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

impl Networks {
    /// The model of a VAE, whose prior and posterior have defaults.
    pub(super) fn of_vae(self) -> Self {
        let (prior, posterior) = (self.prior.unwrap_or_default(), self.posterior.unwrap_or_default());
        Self { prior: Some(prior), posterior: Some(posterior), ..self }
    }

    /// Whether the prior of a VAE is `N(0, I)`.
    pub fn has_standard_prior(&self) -> bool {
        self.prior.as_ref().is_none_or(PriorConfig::is_standard_normal)
    }

    /// The posterior of a VAE that is a flow, whose mean, deviation and divergence have no closed form.
    pub fn flow_posterior(&self) -> Option<&PosteriorConfig> {
        self.posterior.as_ref().filter(|posterior| !posterior.is_gaussian())
    }

    /// What estimator B does where the divergence of the posterior from the prior has no closed form.
    pub fn estimated(&self) -> Option<String> {
        if let Some(posterior) = self.flow_posterior() {
            return Some(format!(
                "the divergence of the `{}` posterior has no closed form: estimator B takes the entropy of the Gaussian that it begins \
                 with, and the flow's determinant and log p(z) at the draws of z",
                posterior.name()
            ));
        }
        let prior = self.prior.as_ref().filter(|prior| !prior.is_standard_normal())?;
        Some(format!(
            "the divergence from a `{}` prior has no closed form: estimator B takes that of the posterior's entropy, and log p(z) at \
             the draws of z",
            prior.name()
        ))
    }

    /// The models' own configuration, for data of a shape; a plain auto-encoder, which has neither prior nor posterior, is given the
    /// defaults.
    pub fn config(&self, data: DataShape) -> AutoencoderConfig {
        let Self { hidden, latent, activation, body, likelihood, prior, posterior, .. } = self.clone();
        AutoencoderConfig::new(data, hidden, latent, activation, likelihood)
            .with_body(body)
            .with_prior(prior.unwrap_or_default())
            .with_posterior(posterior.unwrap_or_default())
    }

    /// Makes sure that it is one for such values of x.
    pub(super) fn check(&self, values: ValueKind) -> Result<(), Invalid> {
        check_widths(&self.hidden, self.latent, "the paper uses [500]", "the paper uses 20")?;
        let mut priors = self.prior.iter();
        let checked = priors.try_for_each(|prior| prior.check(self.latent, true));
        checked.map_err(|error| unsound("prior", &error))?;
        let posterior = self
            .posterior
            .as_ref()
            .map(|posterior| posterior.check(self.latent, &self.prior.clone().unwrap_or_default()));
        posterior.unwrap_or(Ok(())).map_err(|error| unsound("posterior", &error))?;
        self.likelihood.check(values).map_err(|Unsuitable { key, problem, hint }| {
            Invalid::new(format!("model.likelihood.{key}"), &problem, hint)
        })
    }

    /// A plain auto-encoder has no prior and no posterior to choose.
    pub(super) fn check_is_plain(&self) -> Result<(), Invalid> {
        let hint = "leave it out, or take model.kind = \"vae\"";
        Invalid::unless(self.prior.is_none(), "model.prior", "is not for an `ae`, which has none", hint)?;
        Invalid::unless(
            self.posterior.is_none(),
            "model.posterior",
            "is not for an `ae`, which has none",
            hint,
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

impl SgvbObjective {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        check_samples(self.samples, "the paper uses 1 with batches of 100")?;
        Invalid::unless(
            self.beta == 0.0 || (1e-30..=1e30).contains(&self.beta),
            "objective.beta",
            "must be 0 or lie between 1e-30 and 1e30",
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
