//! What a trained VAE says of images: how likely each is, what its latent vector was, and what is missing from it.
//!
//! Random numbers are drawn for each image, and each chain, by itself: they depend on the part that the image is of, on its
//! number there and on the seed alone. The last bits of a matrix product depend on its number of rows too, and a chain carries them on, so the
//! same request gives the same bits, while another number of images gives other draws of the same posteriors.

mod asked;
mod chains;
mod comparison;
mod imputation;
mod likelihood;
mod measured;
mod mixing;
mod posterior;
mod work;

pub use asked::Asked;
pub use chains::ChainSettings;
pub use comparison::{Comparison, compare};
pub use imputation::{Imputation, impute};
pub use likelihood::{ImageLikelihood, LikelihoodEstimator, Marginal, likelihoods, summarize};
pub use measured::{ImputationTask, Side};
pub use mixing::Mixing;
pub use posterior::{LatentPosterior, posteriors};

/// Fewer effective samples than these tell little.
pub const FEWEST: f64 = 10.0;

/// Rows of so many values that are on the device at once, so that memory does not follow the size of images.
fn rows_at_once(width: usize) -> usize {
    const VALUES: usize = 2_000_000;
    (VALUES / width.max(1)).max(1)
}
