//! Every source of randomness: a generator for each purpose and step, derived from one seed.
//!
//! Two are those of the Python stack, so that a run here can be compared with one there, step by step: initial weights
//! are PyTorch's after `torch.manual_seed(seed)`, and the edges that a graph's split holds out are drawn as by
//! `numpy.random.default_rng(seed)` (`LinkSplit::draw`). All else is drawn as follows.
//!
//! A generator is ChaCha8 with a key of 32 bytes, the seed (8, little-endian), the purpose's number (1) and zeros,
//! and with the step as its stream. Different (seed, purpose, step) give different (key, stream): no two
//! generators share their numbers, none depends on how far another has been read, and nothing needs saving.
//!
//! The same seed gives the same bits on every machine: normals are those of [`aevb_models::random`].

pub use aevb_models::random::standard_normals;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_mt::Mt;

/// What random numbers are for. The numbers are part of every result and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Purpose {
    /// The rows held out.
    Split = 1,
    /// The order of the data in an epoch.
    EpochOrder = 2,
    /// The noise ε of the reparameterised posterior.
    PosteriorNoise = 3,
    /// Pixels drawn as bits.
    Binarisation = 4,
    /// Samples of a trained model and of estimators.
    Sampling = 5,
    /// Draws of z that importance sampling weighs; a step is an image.
    ImportanceSampling = 6,
    /// Markov chains on the posterior of z; a step is a chain of an image.
    MarkovChain = 7,
    /// The noise through which an image is seen; a step is an image.
    Measurement = 8,
    /// The features' values and hidden units that a training step on a graph leaves out.
    Dropout = 9,
    /// The edges that a training step leaves out.
    EdgeDropout = 10,
    /// The held-out edges that are ranked where all would take too long; a step is a part.
    RankedEdges = 11,
    /// Draws that a divergence from a prior without a closed form is estimated by; a step is an image.
    Divergence = 12,
    /// The values of latent vectors that a training step's decoder does not see.
    LatentDropout = 13,
    /// The order in which an epoch's steps take the rows of all pairs; a step is an epoch.
    PairRows = 14,
    /// The directions by which a spectrum is sought.
    Spectrum = 15,
    /// The rows of a block that are drawn by their degrees.
    PairRowsByDegree = 16,
    /// The columns of a block.
    PairColumns = 17,
    /// Pairs without an edge that a training step sums over.
    NonEdges = 18,
    /// The edges that a training step hides from the encoder.
    EdgeMask = 19,
    /// The neighbours that the layers of a training step sum over.
    Neighbours = 20,
    /// The nodes whose exact partners tell how many an approximation finds.
    AskedNodes = 21,
    /// Which half of the validation edges the weights of covariates are fitted on.
    CovariateFolds = 24,
    /// The pairs without an edge that they are fitted on.
    CovariatePairs = 25,
    /// The examples that pseudo-inputs of a prior begin at.
    PriorStart = 30,
    /// The draws that means and deviations of a posterior without closed forms are taken over.
    PosteriorMoments = 31,
    /// The rows that centres of clusters begin at.
    Clusters = 40,
}

/// The generators of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The streams of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The generator for a purpose at a step.
    pub fn generator(&self, purpose: Purpose, step: u64) -> ChaCha8Rng {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8] = purpose as u8;
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(step);
        generator
    }

    /// The generator of the weights that a model begins with: PyTorch's after `torch.manual_seed(seed)`, which reads the
    /// lower 32 bits of the seed.
    pub fn initial_weights(&self) -> Mt {
        Mt::new(self.seed as u32)
    }
}

#[cfg(test)]
mod tests;
