//! What a model scores pairs by, and what it is judged by on validation edges.

use aevb_data::graph::{Graph, HeldOut};

use crate::error::Result;
use crate::evaluate::{AT, Hits, LinkPrediction, link_prediction, shared_hits};
use crate::pair_scores::PairScores;

/// The scores of a model.
#[derive(Clone, Debug)]
pub struct ModelScores {
    /// Those of all pairs.
    pub all: PairScores,
    /// The validation edges, and scores into which none of them went: weights that were fitted to some validation edges are
    /// judged by others.
    pub judges: Vec<Judge>,
}

/// Held-out edges and non-edges, and the scores that they judge.
#[derive(Clone, Debug)]
pub struct Judge {
    /// In ascending order.
    pub held_out: HeldOut,
    /// The scores of a model.
    pub scores: PairScores,
}

impl ModelScores {
    /// Those that no validation edge went into.
    pub fn of(scores: PairScores, validation: &HeldOut) -> Self {
        Self { judges: vec![Judge { held_out: validation.clone(), scores: scores.clone() }], all: scores }
    }

    /// The inner products of rows, `[nodes, width]`.
    #[cfg(test)]
    pub fn of_rows(rows: &[f32], dims: [usize; 2], validation: &HeldOut) -> Self {
        Self::of(PairScores::of_rows(rows, dims), validation)
    }

    /// The validation edges that judge the model.
    pub fn judging(&self) -> HeldOut {
        let gather = |of: fn(&HeldOut) -> &[[u32; 2]]| {
            let mut pairs: Vec<[u32; 2]> =
                self.judges.iter().flat_map(|judge| of(&judge.held_out)).copied().collect();
            if self.judges.len() > 1 {
                pairs.sort_unstable();
            }
            pairs
        };
        HeldOut { edges: gather(|part| &part.edges), non_edges: gather(|part| &part.non_edges) }
    }

    /// How the judging edges are told from non-edges, the mean over judges as each edge counts: their scores have no common level.
    ///
    /// # Errors
    /// If a score is not finite, or there is no such edge.
    pub fn validation(&self) -> Result<LinkPrediction> {
        if let [Judge { held_out, scores }] = &self.judges[..] {
            return told(scores, held_out);
        }
        let [mut auc, mut ap, mut edges] = [0.0; 3];
        for Judge { held_out, scores } in &self.judges {
            let found = told(scores, held_out)?;
            let count = held_out.edges.len() as f64;
            (auc, ap, edges) = (auc + count * found.auc, ap + count * found.ap, edges + count);
        }
        Ok(LinkPrediction { auc: auc / edges, ap: ap / edges })
    }

    /// Hits@K of the judging edges against the non-edges that are held out with them, the mean over judges likewise.
    ///
    /// # Errors
    /// If a score is not finite.
    pub fn validation_hits(&self) -> Result<Hits> {
        if let [Judge { held_out, scores }] = &self.judges[..] {
            return Ok(shared_hits(&scores.all()?, held_out));
        }
        let mut sum = [0.0; AT.len()];
        let mut edges = 0.0;
        for Judge { held_out, scores } in &self.judges {
            let count = held_out.edges.len() as f64;
            let found = shared_hits(&scores.all()?, held_out).values();
            sum.iter_mut().zip(found).for_each(|(sum, found)| *sum += count * found);
            edges += count;
        }
        Ok(sum.map(|sum| sum / edges).into())
    }

    /// The ranks of both ends of some of the judging edges, one after the other, each among all nodes that its source has no
    /// edge to in `known`.
    ///
    /// # Errors
    /// If a latent vector is not finite.
    pub fn validation_ranks(&self, edges: &[[u32; 2]], known: &Graph) -> Result<Vec<f64>> {
        let mut ranks = vec![f64::NAN; 2 * edges.len()];
        for Judge { held_out, scores } in &self.judges {
            let is_judge = |edge| self.judges.len() == 1 || held_out.edges.binary_search(edge).is_ok();
            let places: Vec<usize> = (0..edges.len()).filter(|&place| is_judge(&edges[place])).collect();
            let queries = places.iter().map(|&place| edges[place]);
            let queries: Vec<[u32; 2]> = queries.flat_map(|[i, j]| [[i, j], [j, i]]).collect();
            let found = scores.all()?.ranks(&queries, |source| known.neighbours(source));
            for (place, found) in places.into_iter().zip(found.chunks_exact(2)) {
                ranks[2 * place..2 * place + 2].copy_from_slice(found);
            }
        }
        Ok(ranks)
    }
}

fn told(scores: &PairScores, held_out: &HeldOut) -> Result<LinkPrediction> {
    link_prediction(&scores.exact(&held_out.edges), &scores.exact(&held_out.non_edges))
}
