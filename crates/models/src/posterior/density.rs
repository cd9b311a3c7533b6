use burn::tensor::Tensor;

use super::{AutoregressiveFlow, PlanarFlow};
use crate::distribution::DiagonalGaussian;
use crate::error::{Error, Result};
use crate::prior::PriorDensity;

/// `q(z|x)` of some rows: `z = f(z₀)` with `z₀` from the encoder's Gaussian `q₀` (Rezende & Mohamed, arXiv 1505.05770, eq. 13),
/// and `log q(z|x) = log q₀(z₀) − log |det ∂f/∂z₀|`.
#[derive(Clone, Debug)]
pub struct PosteriorDensity {
    /// `q₀`, `[rows, latent]`
    pub initial: DiagonalGaussian,
    /// `f`; where there is none, q is `q₀`.
    pub flow: Option<PosteriorFlow>,
}

/// An invertible map for each of some rows.
#[derive(Clone, Debug)]
pub enum PosteriorFlow {
    /// Planar layers.
    Planar(PlanarFlow),
    /// Gated autoregressive steps.
    InverseAutoregressive(AutoregressiveFlow),
}

/// What there is to ask of a flow.
pub(super) trait FlowTerms {
    /// `f(z₀)` and `log |det ∂f/∂z₀|`, for `z₀` `[rows, latent]`: `[rows, latent]` and `[rows]`, in nats.
    fn forward(&self, z: Tensor<2>) -> Result<(Tensor<2>, Tensor<1>)>;

    /// The same for its rows over again, `times` in all.
    fn repeat(&self, times: usize) -> PosteriorFlow;
}

/// Draws of q, with what their density is made of.
#[derive(Clone, Debug)]
pub struct PosteriorSample {
    /// The draws, `[rows, latent]`.
    pub z: Tensor<2>,
    initial: DiagonalGaussian,
    noise: Tensor<2>,
    log_determinant: Option<Tensor<1>>,
}

impl PosteriorFlow {
    fn terms(&self) -> &dyn FlowTerms {
        match self {
            Self::Planar(flow) => flow,
            Self::InverseAutoregressive(flow) => flow,
        }
    }
}

impl From<DiagonalGaussian> for PosteriorDensity {
    fn from(initial: DiagonalGaussian) -> Self {
        Self { initial, flow: None }
    }
}

impl PosteriorDensity {
    /// It as a Gaussian, where it is one.
    pub fn as_gaussian(&self) -> Option<&DiagonalGaussian> {
        self.flow.is_none().then_some(&self.initial)
    }

    /// The number of rows and of latent dimensions.
    pub fn dims(&self) -> [usize; 2] {
        self.initial.mean.dims()
    }

    /// `KL(q(z|x) ‖ p(z))` for each row, `[rows]`, in nats; `None` where it has no closed form, and what
    /// [`PosteriorSample`] says of draws takes its place.
    pub fn kl(&self, prior: &PriorDensity) -> Option<Tensor<1>> {
        self.as_gaussian().and_then(|gaussian| prior.kl(gaussian))
    }

    /// The same for each dimension of z, `[rows, latent]`; `None` where prior or posterior ties dimensions together.
    pub fn kl_per_dimension(&self, prior: &PriorDensity) -> Option<Tensor<2>> {
        self.as_gaussian().and_then(|gaussian| prior.kl_per_dimension(gaussian))
    }

    /// The same rows over again, `times` in all.
    #[must_use]
    pub fn repeat(&self, times: usize) -> Self {
        if times == 1 {
            return self.clone();
        }
        let flow = self.flow.as_ref().map(|flow| flow.terms().repeat(times));
        Self { initial: self.initial.repeat(times), flow }
    }

    /// Draws of z, differentiable by all that q is made of.
    ///
    /// # Shapes
    /// - noise: `ε` `[rows, latent]`, standard normal draws
    ///
    /// # Errors
    /// If the noise has another shape.
    pub fn rsample(&self, noise: Tensor<2>) -> Result<PosteriorSample> {
        let start = self.initial.rsample(noise.clone())?;
        let (z, log_determinant) = match &self.flow {
            None => (start, None),
            Some(flow) => {
                let (z, log_determinant) = flow.terms().forward(start)?;
                (z, Some(log_determinant))
            }
        };
        Ok(PosteriorSample { z, initial: self.initial.clone(), noise, log_determinant })
    }

    /// The mean and the standard deviation of z: those of the Gaussian, and of a flow, which has neither in closed form, those
    /// of its draws at this noise, of which every row takes all.
    ///
    /// # Shapes
    /// - noise: `[draws, latent]`, at least one draw; what has mean 0 and variance 1 in each dimension leaves those of a Gaussian as they are
    /// - output: `[rows, latent]` each
    ///
    /// # Errors
    /// If the noise has another width, or no rows.
    pub fn moments(&self, noise: &Tensor<2>) -> Result<[Tensor<2>; 2]> {
        let [rows, latent] = self.dims();
        let [draws, width] = noise.dims();
        if draws == 0 || width != latent {
            return Err(Error::shape("noise of the moments of a posterior", [rows, latent], noise.dims()));
        }
        if let Some(gaussian) = self.as_gaussian() {
            return Ok([gaussian.mean.clone(), gaussian.deviation()]);
        }
        // Squares about the middle: those about 0 would lose the variance of a narrow posterior that is far from it.
        let middle = self.rsample(self.initial.mean.zeros_like())?.z;
        let mut sums = [self.initial.mean.zeros_like(), self.initial.mean.zeros_like()];
        for draw in 0..draws {
            let noise = noise.clone().slice([draw..draw + 1, 0..latent]).repeat_dim(0, rows);
            let from_middle = self.rsample(noise)?.z - middle.clone();
            let [sum, squares] = sums;
            sums = [sum + from_middle.clone(), squares + from_middle.clone() * from_middle];
        }
        let [shift, square] = sums.map(|sum| sum * (1.0 / draws as f64));
        let variance = (square - shift.clone() * shift.clone()).clamp_min(0.0);
        Ok([middle + shift, variance.sqrt()])
    }
}

impl PosteriorSample {
    /// `log q(z|x)` at the draws, `[rows]`, in nats.
    ///
    /// # Errors
    /// If noise and posterior have different shapes.
    pub fn log_prob(&self) -> Result<Tensor<1>> {
        let initial = self.initial.log_prob_of_noise(self.noise.clone())?;
        Ok(self.less_determinant(initial))
    }

    /// `log q(z|x) − log p(z)` at the draws: estimator A's term (Kingma & Welling, arXiv 1312.6114, eq. 6), whose mean is the
    /// divergence; `[rows]`, in nats.
    ///
    /// # Errors
    /// If the prior is of another width.
    pub fn kl_at(&self, prior: &PriorDensity) -> Result<Tensor<1>> {
        Ok(self.log_prob()? - prior.log_prob(self.z.clone())?)
    }

    /// The same with the entropy of `q₀` in closed form, `−H(q₀) − log |det| − log p(z)`: its mean is the divergence too, and its
    /// gradient that of [`Self::kl_at`], in which the noise of `log q₀` has none; `[rows]`, in nats.
    ///
    /// # Errors
    /// If the prior is of another width.
    pub fn kl_beside_entropy(&self, prior: &PriorDensity) -> Result<Tensor<1>> {
        Ok(self.less_determinant(-self.initial.entropy()) - prior.log_prob(self.z.clone())?)
    }

    fn less_determinant(&self, of_initial: Tensor<1>) -> Tensor<1> {
        match &self.log_determinant {
            None => of_initial,
            Some(log_determinant) => of_initial - log_determinant.clone(),
        }
    }
}
