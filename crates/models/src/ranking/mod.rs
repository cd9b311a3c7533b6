//! Exact ranks of pairs among all pairs of nodes, and the best of them, by the tiles of [`pairwise`](crate::pairwise): no
//! score is stored.
//!
//! A pair's score is the inner product of two rows, its latent vectors or what a decoder makes of them, so the scores of N
//! nodes are N² numbers that each come, are counted and go. Counts are whole numbers and ties are exact: the same pair
//! `[i, j]` has the same score, bit for bit, wherever it is computed; that of `[j, i]` may be rounded otherwise where left and
//! right rows differ. Some pairs may have a number added to their score, see [`Correction`]. Everything here runs on the host,
//! whichever device the embeddings come from, in O((N + pairs)·d) memory, and gives the same result at any number of threads. What
//! a network makes of two rows is scored pair by pair in place of tiles, with the same answers to the same questions:
//! [`AllPairs`] is either.

mod all_pairs;
mod bins;
mod correction;
mod counts;
mod network;
mod one_by_one;
mod ranks;
mod rows;
mod scores;
mod shares;
mod top;

pub use all_pairs::AllPairs;
pub use bins::Bins;
pub use correction::Correction;
pub use network::{PairNetwork, PairNetworkLayer};
pub use scores::InnerProducts;
pub use top::ScoredPair;

#[cfg(test)]
mod tests;
