//! Structural covariates: φ_ij = w₀ + Σ_k w_k c_k(i, j) for a pair of nodes with a common neighbour in the training graph, and 0
//! for any other, beside the decoder's logit.
//!
//! φ depends on the graph, so what a model with covariates has is a conditional pseudo-likelihood: each pair's probability given
//! the other training edges. Of an edge itself φ says the same whether it is there or not, but for `degrees`: its two nodes are
//! no common neighbours of each other. Held-out edges are no part of it.

mod balanced;
mod choices;
mod conditional;
mod correction;
mod fit;
mod folds;
mod newton;
mod ranked_among;
mod sample;
mod size;
mod start;
mod weighing;

use std::sync::Arc;

use aevb_data::graph::Graph;
use aevb_data::graph::heuristics::{CommonNeighbours, CommonSums};

pub use conditional::Weights;
pub use correction::StructuralCorrection;
pub use fit::{FittedCovariates, seen};
pub use folds::Folds;
pub use ranked_among::RankedAmong;
pub use size::{bytes_of_fit, partners, share_of_partners};
pub use start::Start;
pub use weighing::Weighing;

use crate::experiment::Covariate;
use crate::pair_scores::PairScores;

/// The covariates of the pairs of a graph.
#[derive(Clone, Debug)]
pub struct Structure {
    common: Arc<CommonNeighbours>,
    names: Vec<Covariate>,
}

impl Structure {
    /// Those of a graph: the training graph, where anything is to be learnt or measured.
    pub fn of(graph: Graph, names: &[Covariate]) -> Self {
        let common = CommonNeighbours::of(graph);
        let has_links = names.contains(&Covariate::LocalCommunity);
        let common = if has_links { common.counting_links() } else { common };
        Self { common: Arc::new(common), names: names.to_vec() }
    }

    /// The same covariates of another graph.
    #[must_use]
    pub fn of_another(&self, graph: Graph) -> Self {
        Self::of(graph, &self.names)
    }

    /// The common neighbours.
    pub fn common(&self) -> &CommonNeighbours {
        &self.common
    }

    /// The numbers of terms of φ, w₀ among them.
    pub fn terms(names: &[Covariate]) -> usize {
        1 + names.iter().map(|name| if *name == Covariate::Degrees { 2 } else { 1 }).sum::<usize>()
    }

    /// As [`Self::terms`], of these covariates.
    fn width(&self) -> usize {
        Self::terms(&self.names)
    }

    /// The scores of a model's logits and these covariates, by such weights.
    fn weigh(&self, logits: &PairScores, Weights { scale, degrees, covariates }: &Weights) -> PairScores {
        let of_nodes: Vec<f64> = self.log_degrees().into_iter().map(|degree| degrees * degree).collect();
        let correction = StructuralCorrection::new(self.clone(), covariates.clone());
        logits.weighed(*scale, &of_nodes).corrected_by(Arc::new(correction))
    }

    /// ln (1 + d) of each node, where degrees are among the covariates, and else zeros.
    pub fn log_degrees(&self) -> Vec<f64> {
        let graph = self.common.graph();
        let has_degrees = self.names.contains(&Covariate::Degrees);
        let of = |node| if has_degrees { (graph.degree(node) as f64).ln_1p() } else { 0.0 };
        (0..graph.nodes() as u32).map(of).collect()
    }

    /// Calls `visit` with what each weight is of, 1 for w₀ first.
    pub fn each_term(&self, [i, j]: [u32; 2], sums: &CommonSums, mut visit: impl FnMut(f64)) {
        visit(1.0);
        for name in &self.names {
            match name {
                Covariate::ResourceAllocation => visit(sums.resource_allocation.ln()),
                Covariate::CommonNeighbours => visit(f64::from(sums.count).ln()),
                Covariate::AdamicAdar => visit(sums.adamic_adar.ln()),
                Covariate::RootAllocation => visit(sums.root_allocation.ln()),
                Covariate::LocalCommunity => visit(f64::from(sums.links).ln_1p()),
                Covariate::Degrees => {
                    let graph = self.common.graph();
                    let [of_i, of_j] = [i, j].map(|node| (graph.degree(node) as f64).ln_1p());
                    visit(of_i + of_j);
                    visit((of_i - of_j).abs());
                }
            }
        }
    }
}
