//! Held-out edges and what competes with them: each end of an edge, and all nodes that it has no known edge to.

use aevb_data::graph::Graph;
use aevb_data::graph::heuristics::CommonSums;
use aevb_data::shuffle::permutation;

use super::Structure;
use super::conditional::Choice;
use crate::error::Result;
use crate::pair_scores::PairScores;
use crate::random::{Purpose, Streams};

/// Edges are taken until their ends have so many candidates, of all or with a common neighbour; but this many at least.
const MOST_CANDIDATES: usize = 1 << 27;
const MOST_WITH_COMMON: usize = 1 << 22;
const FEWEST: usize = 200;
const MOST: usize = 2000;

/// Candidates without a common neighbour whose logits, and whose logarithms of degrees, are nearer than this are taken for their
/// mean: what is lost is a share of the square of it.
const BIN: f32 = 0.25;

/// The ends of some edges, and their candidates with a common neighbour.
#[derive(Clone, Debug)]
pub struct Choices {
    ends: Vec<End>,
    /// `[candidates, terms]` of all ends, one after the other.
    terms: Vec<f32>,
    width: usize,
    /// ln (1 + d) of each node, zeros where degrees are no covariates.
    degrees: Vec<f32>,
}

#[derive(Clone, Debug)]
struct End {
    pair: [u32; 2],
    /// In ascending order.
    candidates: Vec<u32>,
    /// Where its terms begin.
    first: usize,
}

impl Choices {
    /// Those of edges, drawn where they are many; nodes that are linked in `known` are no candidates, but for the edge's own.
    pub fn of(structure: &Structure, edges: &[[u32; 2]], known: &Graph, streams: Streams) -> Self {
        let nodes = known.nodes();
        let width = structure.width();
        let degrees = structure.log_degrees().into_iter().map(|degree| degree as f32).collect();
        let mut choices = Self { ends: Vec::new(), terms: Vec::new(), width, degrees };
        let count = u32::try_from(edges.len()).expect("no graph has 2^32 held-out edges");
        let order = permutation(count, &mut streams.generator(Purpose::CovariatePairs, 3));
        let most = (MOST_CANDIDATES / (2 * nodes.max(1))).clamp(FEWEST, MOST);
        let mut row = structure.common().row();
        for (taken, place) in order.into_iter().take(most).enumerate() {
            if taken >= FEWEST && choices.terms.len() > MOST_WITH_COMMON * width {
                break;
            }
            let [i, j] = edges[place as usize];
            for pair in [[i, j], [j, i]] {
                choices.push(structure, &mut row, pair, known);
            }
        }
        choices
    }

    fn push(
        &mut self,
        structure: &Structure,
        row: &mut aevb_data::graph::heuristics::CommonRow,
        pair: [u32; 2],
        known: &Graph,
    ) {
        let [source, target] = pair;
        let mut found: Vec<(u32, CommonSums)> = Vec::new();
        structure.common().from_source(row, source, 0, |node, sums| {
            if node == target || !known.has_edge(source, node) {
                found.push((node, sums));
            }
        });
        found.sort_unstable_by_key(|&(node, _)| node);
        let first = self.terms.len();
        for (node, sums) in &found {
            structure.each_term([source, *node], sums, |term| self.terms.push(term as f32));
        }
        self.ends.push(End { pair, candidates: found.into_iter().map(|(node, _)| node).collect(), first });
    }

    /// With the logits of a model.
    ///
    /// # Errors
    /// If a latent vector is not finite.
    pub fn by(&self, model: &PairScores, known: &Graph) -> Result<Vec<Choice<'_>>> {
        let sources: Vec<u32> = self.ends.iter().map(|end| end.pair[0]).collect();
        let products = model.products()?.expect("covariates are of decoders whose logits are inner products");
        Ok(products.each_row(&sources, |place, logits| self.choice(&self.ends[place], logits, known)))
    }

    fn choice(&self, End { pair, candidates, first }: &End, logits: &[f32], known: &Graph) -> Choice<'_> {
        let &[source, target] = pair;
        let neighbours = known.neighbours(source);
        let of = |node: u32| [logits[node as usize], self.degrees[node as usize]];
        let mut others: Vec<[f32; 2]> = Vec::new();
        let (mut next_candidate, mut next_neighbour) = (0, 0);
        for node in 0..logits.len() as u32 {
            // Both lists ascend.
            let is_candidate = candidates.get(next_candidate) == Some(&node);
            let is_neighbour = neighbours.get(next_neighbour) == Some(&node);
            next_candidate += usize::from(is_candidate);
            next_neighbour += usize::from(is_neighbour);
            if !is_candidate && node != source && (!is_neighbour || node == target) {
                others.push(of(node));
            }
        }
        Choice {
            terms: &self.terms[*first..first + candidates.len() * self.width],
            logits: candidates.iter().map(|&node| of(node)).collect(),
            others: binned(others),
            chosen: (of(target), candidates.binary_search(&target).ok()),
        }
    }
}

/// Logits and degrees and how many there are of each, those near to each other as their mean.
fn binned(mut numbers: Vec<[f32; 2]>) -> Vec<([f32; 2], f32)> {
    let bin = |numbers: &[f32; 2]| numbers.map(|number| (number / BIN).floor());
    numbers.sort_unstable_by(|one, other| {
        let ([logit, degree], [next, of_next]) = (bin(one), bin(other));
        logit.total_cmp(&next).then(degree.total_cmp(&of_next)).then(one[0].total_cmp(&other[0]))
    });
    let bins = numbers.chunk_by(|one, next| bin(one) == bin(next));
    let mean = |alike: &[[f32; 2]]| {
        let mean =
            |of: usize| alike.iter().map(|numbers| f64::from(numbers[of])).sum::<f64>() / alike.len() as f64;
        ([mean(0) as f32, mean(1) as f32], alike.len() as f32)
    };
    bins.map(mean).collect()
}
