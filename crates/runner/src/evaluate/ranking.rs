//! Metrics of ranks: how high a held-out edge stands among what it competes with.
//!
//! *Filtered per source*: each end of an edge ranks the other among all nodes that it has no edge to, in training,
//! validation or test; ties count half. Where validation edges are ranked, a test edge is as good as none. *Shared negatives*,
//! as the Open Graph Benchmark (Hu et al., 2020) does: each edge against one common set of non-edges. *Whole graph*: average
//! precision over all pairs, at the graph's own sparsity.

use aevb_models::ranking::Bins;
use num_traits::{AsPrimitive, Float};
use serde::{Deserialize, Serialize};

use super::summary::standard_error;

/// The ranks K of Hits@K.
pub const AT: [u32; 5] = [1, 3, 10, 50, 100];

/// Hits@K: the share of edges among the first K, for each K of [`AT`]; fractions in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hits {
    /// Hits@1.
    #[serde(rename = "1")]
    pub at_1: f64,
    /// Hits@3.
    #[serde(rename = "3")]
    pub at_3: f64,
    /// Hits@10.
    #[serde(rename = "10")]
    pub at_10: f64,
    /// Hits@50.
    #[serde(rename = "50")]
    pub at_50: f64,
    /// Hits@100.
    #[serde(rename = "100")]
    pub at_100: f64,
}

/// Metrics of ranks, fractions in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Mean reciprocal rank.
    pub mrr: f64,
    /// The share of ranks that are at most K.
    pub hits: Hits,
}

impl From<[f64; AT.len()]> for Hits {
    fn from([at_1, at_3, at_10, at_50, at_100]: [f64; AT.len()]) -> Self {
        Self { at_1, at_3, at_10, at_50, at_100 }
    }
}

impl Hits {
    /// The shares in the order of [`AT`].
    pub fn values(&self) -> [f64; AT.len()] {
        [self.at_1, self.at_3, self.at_10, self.at_50, self.at_100]
    }

    /// The share of edges that score strictly above the K-th highest of the shared non-edges. Among fewer than K
    /// non-edges every edge is a hit. Scores are finite, and there is an edge.
    pub fn against<T: Copy + Into<f64>>(edges: &[T], non_edges: &[T]) -> Self {
        let mut highest: Vec<f64> = non_edges.iter().map(|&score| score.into()).collect();
        highest.sort_unstable_by(|a, b| b.total_cmp(a));
        let share = |k: u32| match highest.get(k as usize - 1) {
            Some(&kth) => {
                edges.iter().filter(|&&score| score.into() > kth).count() as f64 / edges.len() as f64
            }
            None => 1.0,
        };
        AT.map(share).into()
    }
}

impl Ranking {
    /// Summarises ranks, of which the best is 1; `None` where there are none.
    pub fn of(ranks: &[f64]) -> Option<Self> {
        if ranks.is_empty() {
            return None;
        }
        let count = ranks.len() as f64;
        let within = |k: u32| ranks.iter().filter(|&&rank| rank <= f64::from(k)).count() as f64 / count;
        Some(Self {
            mrr: ranks.iter().map(|rank| 1.0 / rank).sum::<f64>() / count,
            hits: AT.map(within).into(),
        })
    }

    /// The standard errors of what [`Self::of`] makes of the two ranks of each edge, one after the other, which are no two
    /// observations. There is an edge.
    pub(super) fn standard_errors(ranks: &[f64]) -> Self {
        let error_of = |of_rank: &dyn Fn(f64) -> f64| {
            let of_edge = |ends: &[f64]| ends.iter().map(|&rank| of_rank(rank)).sum::<f64>() / 2.0;
            standard_error(&ranks.chunks_exact(2).map(of_edge).collect::<Vec<_>>())
        };
        let is_within = |k: u32| move |rank: f64| f64::from(u8::from(rank <= f64::from(k)));
        Self { mrr: error_of(&f64::recip), hits: AT.map(|k| error_of(&is_within(k))).into() }
    }

    /// MRR and Hits@K in percent, each with its standard error, for a reader.
    pub(super) fn with_errors(&self, standard_error: &Self) -> String {
        let percent = |value: f64| 100.0 * value;
        let hits = self.hits.values().into_iter().zip(standard_error.hits.values());
        let hits: Vec<String> =
            hits.map(|(share, error)| format!("{:.2} ± {:.2}", percent(share), percent(error))).collect();
        format!(
            "MRR {:>6.2} ± {:.2} %  Hits@{} {} %",
            percent(self.mrr),
            percent(standard_error.mrr),
            AT.map(|k| k.to_string()).join("/"),
            hits.join(" / "),
        )
    }
}

/// Average precision of the edges that score `test` among them and all pairs without an edge, given the bins between
/// those scores, how many of all pairs are in each, and the scores of the pairs that have an edge.
pub fn precision_among_all_pairs<T: Float + AsPrimitive<u32>>(
    bins: &Bins<T>,
    mut pairs: Vec<u64>,
    with_edge: impl IntoIterator<Item = T>,
    test: &[T],
) -> f64 {
    for score in with_edge {
        pairs[bins.bin(score)] -= 1;
    }
    let mut edges = vec![0; pairs.len()];
    for &score in test {
        edges[bins.bin(score)] += 1;
    }
    average_precision(&edges, &pairs)
}

/// Average precision as scikit-learn defines it, from the edges and non-edges in each bin of scores. A bin begins at
/// the score of an edge and holds none of another score, apart from the lowest, which may hold non-edges only.
fn average_precision(edges: &[u64], non_edges: &[u64]) -> f64 {
    let (mut edges_above, mut all_above, mut precision) = (0, 0, 0.0);
    for (&edges, &non_edges) in edges.iter().zip(non_edges).rev() {
        edges_above += edges;
        all_above += edges + non_edges;
        if edges > 0 {
            precision += edges as f64 * (edges_above as f64 / all_above as f64);
        }
    }
    precision / edges_above as f64
}
