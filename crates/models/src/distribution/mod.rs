//! Distributions whose parameters are tensors, one row a datapoint: log-densities and divergences in nats per row,
//! and reparameterised samples.

mod bernoulli;
mod gaussian;
mod mixture;
mod von_mises_fisher;

pub use bernoulli::Bernoulli;
pub use gaussian::{DiagonalGaussian, IsotropicGaussian, standard_normal_log_prob};
pub use mixture::GaussianMixture;
pub use von_mises_fisher::{SphericalDraw, VonMisesFisher, directions, log_area_of_sphere};
