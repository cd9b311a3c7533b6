mod angle;

use std::f64::consts::{LN_2, PI};
use std::sync::Arc;

use burn::tensor::{Tensor, TensorCreationOptions, TensorData};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::error::{Error, Result};
use crate::host::doubles;
use angle::Angle;

/// A von Mises–Fisher distribution on the unit sphere of `R^m` for each row, with a density proportional to `exp(κ μ·z)`
/// (Davidson et al. 2018, §3).
///
/// Its normaliser, divergence and draws are computed on the host in double precision from one integral, for any `m ≥ 2` and
/// `κ ≥ 0`; on the device they are tensors with the derivatives by κ that the integral gives.
#[derive(Clone, Debug)]
pub struct VonMisesFisher {
    /// `μ`, `[rows, variables]`, of length 1.
    pub mean: Tensor<2>,
    /// `κ`, `[rows, 1]`
    pub concentration: Tensor<2>,
    /// What each row's κ makes of the angle from μ; over again where rows are.
    angles: Arc<[Angle]>,
}

/// Beyond it a density is a point to double precision.
const MOST: f64 = 1e15;

/// Draws of a distribution on a sphere.
#[derive(Clone, Debug)]
pub struct SphericalDraw {
    /// `[rows, variables]`, of length 1.
    pub z: Tensor<2>,
    /// `log q(z)`, `[rows]`, in nats with respect to the sphere's area.
    pub log_prob: Tensor<1>,
}

/// The logarithm of the area of the unit sphere of `R^dimensions`: `ln 2 π^(m/2) / Γ(m/2)`.
pub fn log_area_of_sphere(dimensions: usize) -> f64 {
    let half = dimensions as f64 / 2.0;
    LN_2 + half * PI.ln() - libm::lgamma(half)
}

/// The rows, divided by their lengths; rows of zeros stay as they are.
///
/// # Shapes
/// - rows: `[rows, variables]`, as is the output
pub fn directions(rows: Tensor<2>) -> Tensor<2> {
    /// Below this a row has no direction.
    const SHORTEST: f64 = 1e-12;
    let length = (rows.clone() * rows.clone()).sum_dim(1).clamp_min(SHORTEST * SHORTEST).sqrt();
    rows / length
}

impl VonMisesFisher {
    /// From directions `μ` `[rows, variables]` of length 1 and `κ` `[rows, 1]`, from 0 to 10¹⁵.
    ///
    /// # Errors
    /// If the shapes do not go together, there are fewer than two variables, or a κ is none.
    pub fn new(mean: Tensor<2>, concentration: Tensor<2>) -> Result<Self> {
        let [rows, variables] = mean.dims();
        if concentration.dims() != [rows, 1] {
            return Err(Error::shape("concentration on a sphere", mean.dims(), concentration.dims()));
        }
        let refuse = |problem: String| Err(Error::Config { field: "von Mises–Fisher", problem });
        if variables < 2 {
            return refuse(format!("a sphere needs two dimensions at least, not {variables}"));
        }
        let concentrations = doubles(concentration.clone());
        if let Some(row) = concentrations.iter().position(|value| !(0.0..=MOST).contains(value)) {
            return refuse(format!(
                "the concentration of row {row} is {}, not between 0 and {MOST:e}",
                concentrations[row]
            ));
        }
        let angles = concentrations.into_par_iter();
        let angles = angles.map(|concentration| Angle::new(variables, concentration)).collect();
        Ok(Self { mean, concentration, angles })
    }

    /// A tensor `[rows, 1]` of a function of κ, given by its value and its derivative.
    fn of_concentration(&self, function: impl Fn(&Angle) -> [f64; 2]) -> Tensor<2> {
        let times = self.mean.dims()[0] / self.angles.len().max(1);
        let pairs = self.angles.iter().map(function).collect::<Vec<_>>().repeat(times);
        self.follow(&pairs)
    }

    /// Values for each row that change with κ by their derivatives.
    fn follow(&self, pairs: &[[f64; 2]]) -> Tensor<2> {
        let options = TensorCreationOptions::from((&self.mean.device(), self.mean.dtype()));
        let column = |which: usize| -> Tensor<2> {
            let values: Vec<_> = pairs.iter().map(|pair| pair[which]).collect();
            Tensor::from_data(TensorData::new(values, [pairs.len(), 1]), options.clone())
        };
        let change = self.concentration.clone() - self.concentration.clone().detach();
        column(0) + change * column(1)
    }

    /// `log q(z) + κ (1 − cos θ)`, `[rows, 1]`: the part of the density that z does not change.
    fn log_normalizer(&self) -> Tensor<2> {
        let area = log_area_of_sphere(self.mean.dims()[1] - 1);
        self.of_concentration(|angle| [-angle.log_mass() - area, angle.mean_fall()])
    }

    /// `log q(z)`, in nats with respect to the sphere's area.
    ///
    /// # Shapes
    /// - z: `[rows, variables]`, of length 1
    /// - output: `[rows]`
    ///
    /// # Errors
    /// If `z` has another shape than the mean.
    pub fn log_prob(&self, z: Tensor<2>) -> Result<Tensor<1>> {
        Error::require_alike("density on a sphere", &self.mean, &z)?;
        // ‖z − μ‖² / 2 = 1 − cos θ, without cancellation.
        let apart = z - self.mean.clone();
        let fall = (apart.clone() * apart).sum_dim(1) * 0.5;
        Ok(self.flat(self.log_normalizer() - self.concentration.clone() * fall))
    }

    /// Draws that are differentiable by μ and κ: an angle θ of the probability that the noise along μ has, and the direction
    /// `v ⟂ μ` of the rest of the noise, `z = μ cos θ + v sin θ`.
    ///
    /// The derivative of θ by κ is implicit (Figurnov et al. 2018); v is carried along with μ, without a turn about it.
    ///
    /// # Shapes
    /// - noise: `[rows, variables]`, standard normal draws
    ///
    /// # Errors
    /// If the noise has another shape than the mean.
    pub fn rsample(&self, noise: Tensor<2>) -> Result<SphericalDraw> {
        Error::require_alike("draws on a sphere", &self.mean, &noise)?;
        let fixed = self.mean.clone().detach();
        let along = (noise.clone() * fixed.clone()).sum_dim(1);
        let draws = doubles(along.clone());
        let quantiles: Vec<_> = (0..draws.len())
            .into_par_iter()
            .map(|row| {
                let quantile = self.angles[row % self.angles.len()].quantile_of_normal(draws[row]);
                [quantile.angle, quantile.by_concentration]
            })
            .collect();
        let angle = self.follow(&quantiles);
        let across = (noise - fixed * along).detach();
        let slant = (across.clone() * self.mean.clone()).sum_dim(1);
        let across = directions(across - self.mean.clone() * slant);
        let z = self.mean.clone() * angle.clone().cos() + across * angle.clone().sin();
        let half = (angle * 0.5).sin();
        let fall = half.clone() * half * 2.0;
        let log_prob = self.flat(self.log_normalizer() - self.concentration.clone() * fall);
        Ok(SphericalDraw { z, log_prob })
    }

    /// `KL(q ‖ uniform on the sphere) = κ E cos θ + log C(κ) + log area` (Davidson et al. 2018, eq. 12); `[rows]`, in nats.
    pub fn kl_from_uniform(&self) -> Tensor<1> {
        let [_, variables] = self.mean.dims();
        let areas = log_area_of_sphere(variables) - log_area_of_sphere(variables - 1);
        self.flat(self.of_concentration(|angle| {
            let divergence = areas - angle.log_mass() - angle.concentration() * angle.mean_fall();
            [divergence, angle.concentration() * angle.variance_of_cosine()]
        }))
    }

    /// The same rows over again, `times` in all: `[times · rows, variables]`.
    #[must_use]
    pub fn repeat(&self, times: usize) -> Self {
        if times == 1 {
            return self.clone();
        }
        Self {
            mean: self.mean.clone().repeat_dim(0, times),
            concentration: self.concentration.clone().repeat_dim(0, times),
            angles: self.angles.clone(),
        }
    }

    fn flat(&self, column: Tensor<2>) -> Tensor<1> {
        let [rows, _] = column.dims();
        column.reshape([rows])
    }
}
