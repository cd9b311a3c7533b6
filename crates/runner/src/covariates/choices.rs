//! Held-out edges and what competes with them: each end of an edge, and all nodes that it has no known edge to.

use aevb_data::graph::Graph;
use aevb_data::graph::heuristics::{CommonRow, CommonSums};
use aevb_data::shuffle::permutation;

use super::Structure;
use super::conditional::Choice;
use crate::error::Result;
use crate::pair_scores::PairScores;
use crate::random::{Purpose, Streams};

/// Edges are taken until their ends have so many candidates, of all or with a common neighbour; but this many at least.
const MOST_CANDIDATES: usize = 1 << 27;
const MOST_WITH_COMMON: usize = 1 << 23;
const FEWEST: usize = 200;
const MOST: usize = 2000;
/// Ends of hubs have so many candidates that fewer edges have to do.
const FEWEST_OF_HUBS: usize = 20;

/// Candidates without a common neighbour whose logits, and whose logarithms of degrees, are nearer than this are taken for their
/// mean: what is lost is a share of the square of it.
const BIN: f32 = 0.25;
const LOGITS: usize = 512;
const DEGREES: usize = 64;
/// Of these bins so many have a candidate, about, as runs on graphs of collaborations and of mails hold.
const USUAL_BINS: usize = 500;

/// The ends of some edges, and their candidates with a common neighbour.
#[derive(Clone, Debug)]
pub struct Choices {
    ends: Vec<End>,
    /// `[candidates, terms]` of all ends, one after the other.
    terms: Vec<f32>,
    width: usize,
    /// ln (1 + d) of each node, zeros where degrees are no covariates.
    degrees: Vec<f32>,
    /// Nodes that are linked in here are no candidates, but for an edge's own.
    known: Graph,
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
    pub fn of(structure: &Structure, edges: &[[u32; 2]], known: Graph, streams: Streams) -> Self {
        let nodes = known.nodes();
        let width = structure.width();
        let degrees = structure.log_degrees().into_iter().map(|degree| degree as f32).collect();
        let mut choices = Self { ends: Vec::new(), terms: Vec::new(), width, degrees, known };
        let count = u32::try_from(edges.len()).expect("no graph has 2^32 held-out edges");
        let order = permutation(count, &mut streams.generator(Purpose::CovariatePairs, 3));
        let most = most_edges(nodes);
        let mut row = structure.common().row();
        for (taken, place) in order.into_iter().take(most).enumerate() {
            if taken >= FEWEST_OF_HUBS && choices.terms.len() > MOST_WITH_COMMON * width {
                break;
            }
            let [i, j] = edges[place as usize];
            for pair in [[i, j], [j, i]] {
                choices.push(structure, &mut row, pair);
            }
        }
        choices
    }

    /// Bytes that those of so many edges hold, and what a fit makes of them beside, where an end has so many candidates with a common
    /// neighbour in the mean, and at most.
    pub fn bytes(terms: usize, nodes: usize, edges: usize, [mean, most]: [f64; 2]) -> [u64; 2] {
        let edges = edges.min(most_edges(nodes)) as f64;
        let enough = (MOST_WITH_COMMON as f64 + 2.0 * most).max(2.0 * mean * FEWEST_OF_HUBS as f64);
        let candidates = (2.0 * mean * edges).min(enough);
        let ends = if mean > 0.0 { candidates / mean } else { 2.0 * edges };
        let bins = nodes.min(USUAL_BINS) as f64;
        // A node and its terms; its logit and degree, and those of a bin with how many it has.
        [candidates * (4 + 4 * terms) as f64, candidates * 8.0 + ends * bins * 12.0].map(|bytes| bytes as u64)
    }

    fn push(&mut self, structure: &Structure, row: &mut CommonRow, pair: [u32; 2]) {
        let [source, target] = pair;
        let known = &self.known;
        let mut found: Vec<(u32, CommonSums)> = Vec::new();
        structure.common().of_source(row, source, 0, |node, sums| {
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
    pub fn by(&self, model: &PairScores) -> Result<Vec<Choice<'_>>> {
        let sources: Vec<u32> = self.ends.iter().map(|end| end.pair[0]).collect();
        let products = model.products()?.expect("covariates are of decoders whose logits are inner products");
        Ok(products.each_row(&sources, |place, logits| self.choice(&self.ends[place], logits)))
    }

    fn choice(&self, End { pair, candidates, first }: &End, logits: &[f32]) -> Choice<'_> {
        let &[source, target] = pair;
        let of = |node: u32| [logits[node as usize], self.degrees[node as usize]];
        let mut candidates_left = candidates.iter().copied().peekable();
        let mut neighbours_left = self.known.neighbours(source).iter().copied().peekable();
        // Both lists ascend, as the nodes do.
        let is_other = |node: &u32| {
            let is_candidate = candidates_left.next_if_eq(node).is_some();
            let is_neighbour = neighbours_left.next_if_eq(node).is_some();
            !is_candidate && *node != source && (!is_neighbour || *node == target)
        };
        let range = logits.iter().fold([f32::INFINITY, f32::NEG_INFINITY], |[lowest, highest], &logit| {
            [lowest.min(logit), highest.max(logit)]
        });
        let others = binned((0..logits.len() as u32).filter(is_other).map(of), range);
        Choice {
            terms: &self.terms[*first..first + candidates.len() * self.width],
            logits: candidates.iter().map(|&node| of(node)).collect(),
            others,
            chosen: (of(target), candidates.binary_search(&target).ok()),
            share: 1.0 / self.known.degree(source).max(1) as f64,
        }
    }
}

/// Edges that are taken of a graph with so many nodes, at most.
fn most_edges(nodes: usize) -> usize {
    (MOST_CANDIDATES / (2 * nodes.max(1))).clamp(FEWEST, MOST)
}

/// Logits and degrees and how many there are of each, those near to each other as their mean.
fn binned(numbers: impl Iterator<Item = [f32; 2]>, [lowest, highest]: [f32; 2]) -> Vec<([f32; 2], f32)> {
    // Wider where logits are far apart.
    let width = BIN.max((highest - lowest) / LOGITS as f32);
    let bin = |[logit, degree]: [f32; 2]| {
        let of = |number: f32, bins: usize| (number as usize).min(bins - 1);
        of((logit - lowest) / width, LOGITS) * DEGREES + of(degree / BIN, DEGREES)
    };
    let mut sums = vec![[0.0_f64; 3]; LOGITS * DEGREES];
    for numbers in numbers {
        let [logits, degrees, count] = &mut sums[bin(numbers)];
        *logits += f64::from(numbers[0]);
        *degrees += f64::from(numbers[1]);
        *count += 1.0;
    }
    let found = sums.into_iter().filter(|[.., count]| *count > 0.0);
    let mean = |[logits, degrees, count]: [f64; 3]| {
        ([(logits / count) as f32, (degrees / count) as f32], count as f32)
    };
    found.map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covariates::{partners, share_of_partners};
    use crate::experiment::Covariate;

    #[test]
    fn bins_have_the_mean_and_the_number_of_what_is_near() {
        let numbers = [[0.1, 1.0], [0.2, 1.2], [0.3, 1.0], [-0.1, 1.0], [0.1, 1.3]];
        let sorted = |range| {
            let mut found = binned(numbers.into_iter(), range);
            found.sort_by(|(one, _), (other, _)| {
                one[0].total_cmp(&other[0]).then(one[1].total_cmp(&other[1]))
            });
            found
        };
        let close = |(found, count): ([f32; 2], f32), expected: [f32; 2], of: f32| {
            let is_close = (found[0] - expected[0]).abs() < 1e-6 && (found[1] - expected[1]).abs() < 1e-6;
            assert!(is_close && count == of, "{found:?} {count}");
        };
        let found = sorted([-0.25, 0.75]);
        assert_eq!(found.len(), 4);
        close(found[0], [-0.1, 1.0], 1.0);
        close(found[1], [0.1, 1.3], 1.0);
        close(found[2], [0.15, 1.1], 2.0);
        close(found[3], [0.3, 1.0], 1.0);
        // Where logits lie as far apart as this, a bin has all of them.
        let found = sorted([-0.25, 511.75]);
        assert_eq!(found.len(), 2);
        close(found[0], [0.1, 1.3], 1.0);
        close(found[1], [0.125, 1.05], 4.0);
    }

    /// What the lists of edges' ends and of a fit to them hold, where all are taken and where there are too many.
    #[test]
    fn what_they_hold_is_foreseen() {
        let hub = (2..3000).flat_map(|leaf| [(0, leaf), (1, leaf)]);
        let star = Graph::from_edges(3000, hub).expect("a graph").0;
        for graph in [aevb_data::graph::cora(), star] {
            let (nodes, edges): (usize, Vec<[u32; 2]>) = (graph.nodes(), graph.edges().collect());
            let structure = Structure::of(graph.clone(), &[Covariate::CommonNeighbours, Covariate::Degrees]);
            let choices = Choices::of(&structure, &edges, graph.clone(), Streams::new(0));
            let rows: Vec<f32> = (0..nodes * 2).map(|number| (number % 7) as f32).collect();
            let model = PairScores::of_rows(&rows, [nodes, 2]);
            let fit = choices.by(&model).expect("finite");
            let of_end = |end: &End| 4 * end.candidates.len();
            let of_choice = |choice: &Choice<'_>| 8 * choice.logits.len() + 12 * choice.others.len();
            let held = 4 * choices.terms.len()
                + choices.ends.iter().map(of_end).sum::<usize>()
                + fit.iter().map(of_choice).sum::<usize>();
            let partners = partners(nodes, graph.edges());
            let ends = edges.as_flattened();
            let share = share_of_partners(&graph, ends);
            let of_ends = || ends.iter().map(|&node| share * f64::from(partners[node as usize]));
            let mean = of_ends().sum::<f64>() / (2 * edges.len()) as f64;
            let most = of_ends().fold(0.0, f64::max);
            let foreseen = Choices::bytes(structure.width(), nodes, edges.len(), [mean, most]);
            let foreseen: u64 = foreseen.iter().sum();
            let ratio = foreseen as f64 / held as f64;
            assert!((1.0..4.0).contains(&ratio), "{ratio}: {foreseen} {held}");
        }
    }
}
