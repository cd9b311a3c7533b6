//! What scores all pairs, whichever way it does.

use super::bins::Bins;
use super::network::PairNetwork;
use super::scores::InnerProducts;
use super::top::ScoredPair;

/// The scores of all pairs of nodes, none of which is stored.
#[derive(Clone, Copy, Debug)]
pub enum AllPairs<'a> {
    /// By the inner products of rows.
    Products(InnerProducts<'a>),
    /// By a network, one by one.
    Network(&'a PairNetwork),
}

impl<'a> From<InnerProducts<'a>> for AllPairs<'a> {
    fn from(products: InnerProducts<'a>) -> Self {
        Self::Products(products)
    }
}

/// Asks whichever it is.
macro_rules! ask {
    ($all:expr, $scores:ident => $answer:expr) => {
        match $all {
            AllPairs::Products($scores) => $answer,
            AllPairs::Network($scores) => $answer,
        }
    };
}

impl AllPairs<'_> {
    /// How many inner products of latent vectors a score takes the multiplications of, 1 at least: what is to be scored within a
    /// time is counted so.
    pub fn cost(&self) -> u64 {
        match self {
            Self::Products(_) => 1,
            Self::Network(network) => {
                network.multiplications().div_ceil(network.latent().max(1)).max(1) as u64
            }
        }
    }

    /// What the scores of each of so many ends of edges with so many nodes take, in inner products.
    pub fn row_of(&self, nodes: usize, ends: usize) -> u64 {
        let corrected = match self {
            Self::Products(products) => {
                products.correction.map_or(0, |correction| correction.cost(ends as u64))
            }
            Self::Network(_) => 0,
        };
        self.cost().saturating_mul(nodes as u64).saturating_add(corrected)
    }

    /// As [`InnerProducts::scores`].
    ///
    /// # Panics
    /// If a pair names a node that is not there.
    pub fn scores(&self, pairs: &[[u32; 2]]) -> Vec<f32> {
        ask!(self, scores => scores.scores(pairs))
    }

    /// As [`InnerProducts::ranks`].
    ///
    /// # Panics
    /// If a node is not there.
    pub fn ranks<'g>(&self, queries: &[[u32; 2]], excluded: impl Fn(u32) -> &'g [u32] + Sync) -> Vec<f64> {
        ask!(self, scores => scores.ranks(queries, excluded))
    }

    /// As [`InnerProducts::best_pairs`].
    pub fn best_pairs<'g>(
        &self,
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
        done: impl Fn(u64) + Sync,
    ) -> Vec<ScoredPair> {
        ask!(self, scores => scores.best_pairs(count, excluded, done))
    }

    /// As [`InnerProducts::best_pairs_among`].
    pub fn best_pairs_among<'g, T: Send>(
        &self,
        count: usize,
        open: impl Fn() -> T + Sync,
        candidates: impl Fn(&mut T, u32, &mut Vec<u32>) + Sync,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<ScoredPair> {
        ask!(self, scores => scores.best_pairs_among(count, open, candidates, excluded))
    }

    /// As [`InnerProducts::best_partners`].
    ///
    /// # Panics
    /// If a source is no node.
    pub fn best_partners<'g>(
        &self,
        sources: &[u32],
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<Vec<ScoredPair>> {
        ask!(self, scores => scores.best_partners(sources, count, excluded))
    }

    /// As [`InnerProducts::count_pairs`].
    pub fn count_pairs(&self, bins: &Bins<f32>, done: impl Fn(u64) + Sync) -> Vec<u64> {
        ask!(self, scores => scores.count_pairs(bins, done))
    }

    /// As [`InnerProducts::count_pairs_among`].
    pub fn count_pairs_among<T: Send>(
        &self,
        bins: &Bins<f32>,
        open: impl Fn() -> T + Sync,
        candidates: impl Fn(&mut T, u32, &mut Vec<u32>) + Sync,
    ) -> Vec<u64> {
        ask!(self, scores => scores.count_pairs_among(bins, open, candidates))
    }

    /// How many pairs of nodes there are.
    pub fn pairs(&self) -> u64 {
        ask!(self, scores => scores.pairs())
    }

    /// What [`Self::best_pairs`] and [`Self::count_pairs`] do in all, as they count it.
    pub fn work(&self) -> u64 {
        match self {
            Self::Products(products) => products.work(),
            Self::Network(network) => network.pairs(),
        }
    }
}
