//! What a trained VAE says of images: how likely each is, what its latent vector was, and what is missing from it.
//!
//! Random numbers are drawn for each image, and each chain, by itself: what is said of an image depends on its number
//! in the data and on the seed, and on nothing that is computed beside it.

mod chains;
mod imputation;
mod likelihood;
mod posterior;

pub use chains::ChainSettings;
pub use imputation::{Comparison, Imputation, Side, Task, compare, impute};
pub use likelihood::{Estimator, ImageLikelihood, Marginal, likelihoods, summarize};
pub use posterior::{LatentPosterior, posteriors};

/// R̂ above which chains are said not to mix (Gelman & Rubin 1992).
pub const MIXED: f64 = 1.1;
