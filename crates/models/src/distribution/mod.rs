//! Distributions whose parameters are tensors, one row a datapoint: log-densities and divergences in nats per row,
//! and reparameterised samples.

mod bernoulli;
mod gaussian;

pub use bernoulli::Bernoulli;
pub use gaussian::{DiagonalGaussian, IsotropicGaussian, standard_normal_log_prob};
