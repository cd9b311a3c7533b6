//! φ of pairs, for the ranking of all pairs: rows are made from the graph when they are asked for, and none is kept.

use std::fmt;
use std::sync::Mutex;

use aevb_data::graph::heuristics::{CommonRow, CommonSums};
use aevb_models::ranking::Correction;

use super::Structure;

/// Inner products in a tile that take as long as a step from a node to another, about.
const NUMBERS: u64 = 4;

/// φ by weights that are known.
pub struct StructuralCorrection {
    structure: Structure,
    /// w₀ and the others.
    weights: Vec<f64>,
    /// What a source takes, the mean over ends of edges, and all together.
    cost: u64,
    all: u64,
    /// Rows that no thread uses at the moment.
    rows: Mutex<Vec<CommonRow>>,
}

impl StructuralCorrection {
    /// By the weights of the structure's terms.
    pub fn new(structure: Structure, weights: Vec<f64>) -> Self {
        let graph = structure.common().graph();
        // Each end of an edge goes through the neighbours of its neighbours, one by one, which takes longer than a product in a tile.
        let (mut all, mut of_ends) = (0_u64, 0_u64);
        for node in 0..graph.nodes() as u32 {
            let steps = NUMBERS * structure.common().steps_of_source(node, 0);
            all = all.saturating_add(steps);
            of_ends = of_ends.saturating_add(steps.saturating_mul(graph.degree(node) as u64));
        }
        let cost = of_ends / (2 * graph.edge_count() as u64).max(1);
        Self { structure, weights, cost, all, rows: Mutex::default() }
    }

    /// φ in double precision, 0 without a common neighbour.
    pub fn exact(&self, pair: [u32; 2]) -> f64 {
        self.structure.common().of_pair(pair).map_or(0.0, |sums| self.number(pair, &sums))
    }

    fn number(&self, pair: [u32; 2], sums: &CommonSums) -> f64 {
        let mut weights = self.weights.iter();
        let mut number = 0.0;
        self.structure.each_term(pair, sums, |term| {
            number += weights.next().expect("a weight for each term") * term;
        });
        number
    }
}

impl fmt::Debug for StructuralCorrection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StructuralCorrection").field("weights", &self.weights).finish_non_exhaustive()
    }
}

impl Correction for StructuralCorrection {
    fn of_pair(&self, pair: [u32; 2]) -> Option<f32> {
        self.structure.common().of_pair(pair).map(|sums| self.number(pair, &sums) as f32)
    }

    fn cost(&self, ends: u64) -> u64 {
        /// Queries of one source that are ranked with its sums as they are, at least; the next have them found again.
        const TOGETHER: u64 = 128;
        self.cost.min(self.all.div_ceil(ends.max(1)).saturating_add(self.cost / TOGETHER))
    }

    fn cost_of_source(&self, source: u32, least: u32) -> u64 {
        NUMBERS * self.structure.common().steps_of_source(source, least)
    }

    fn cost_of_pair(&self, pair: [u32; 2]) -> u64 {
        NUMBERS * self.structure.common().steps_of_pair(pair)
    }

    fn of_source(&self, source: u32, least: u32, found: &mut Vec<(u32, f32)>) {
        let free = self.rows.lock().expect("no thread panicked").pop();
        let mut row = free.unwrap_or_else(|| self.structure.common().row());
        self.structure.common().of_source(&mut row, source, least, |other, sums| {
            found.push((other, self.number([source, other], &sums) as f32));
        });
        self.rows.lock().expect("no thread panicked").push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Covariate;

    #[test]
    fn all_sources_together_go_through_each_pair_of_neighbours_once() {
        let graph = aevb_data::graph::cora();
        let edges = graph.edge_count() as u64;
        let nodes = graph.nodes() as u32;
        let degrees: Vec<u64> = (0..nodes).map(|node| graph.degree(node) as u64).collect();
        let correction = StructuralCorrection::new(
            Structure::of(graph.clone(), &[Covariate::CommonNeighbours]),
            vec![1.0, 0.5],
        );
        let all: u64 = (0..nodes).map(|source| correction.cost_of_source(source, source + 1)).sum();
        assert_eq!(all, NUMBERS * degrees.iter().map(|degree| degree * (degree - 1) / 2).sum::<u64>());
        // A pair takes as long whichever of the two comes first, and less where one has few neighbours.
        let [hub, leaf] = [1, 0].map(|is_most| {
            let by_degree = |node: &u32| degrees[*node as usize];
            if is_most == 1 { (0..nodes).max_by_key(by_degree) } else { (0..nodes).min_by_key(by_degree) }
        });
        let [hub, leaf] = [hub, leaf].map(|node| node.expect("there are nodes"));
        let cost = |pair| correction.cost_of_pair(pair);
        assert_eq!(cost([hub, leaf]), cost([leaf, hub]));
        assert!(cost([leaf, hub]) < correction.cost_of_source(hub, 0));
        // Edges between common neighbours are counted beside all that.
        let counting =
            StructuralCorrection::new(Structure::of(graph, &[Covariate::LocalCommunity]), vec![1.0, 0.5]);
        assert!(counting.cost(1) >= 3 * correction.cost(1));
        // Few ends are of sources of their own; of many, hubs have more than one.
        let all: u64 = (0..nodes).map(|source| counting.cost_of_source(source, 0)).sum();
        let ends = 2 * edges;
        assert!(counting.cost(1) == counting.cost(2) && counting.cost(ends) < counting.cost(1));
        assert_eq!(counting.cost(ends), all.div_ceil(ends) + counting.cost(1) / 128);
        assert!(counting.cost_of_source(hub, 0) > 3 * correction.cost_of_source(hub, 0));
        assert!(counting.cost_of_pair([hub, hub]) > 2 * cost([hub, hub]));
    }
}
