//! What covariates hold, before anything of it is there.

use aevb_data::graph::{Graph, LinkSplit};
use aevb_data::memory;

use super::Structure;
use super::choices::Choices;
use super::fit::{Fitted, fitted};
use crate::error::Result;
use crate::experiment::{Covariate, Covariates};

/// Bytes of a node's sums in a row, of which each thread has one, with what was found and where its list of common neighbours lies.
const SUMMED: u64 = 64;
/// Bytes of a walk from a source where the edges between common neighbours are counted: a place in the list of these and, at most, one
/// of such an edge.
const LISTED: u64 = 8;

/// Numbers of a row beside those of a latent vector: biases and ones, and what weights add.
const BESIDE_LATENT: usize = 4;

/// Nodes of which partners are counted, and walks that this may take.
const COUNTED: usize = 200;
const MOST_WALKS: u64 = 4 << 20;

/// How many nodes have a common neighbour with each node of a graph with these edges: no more than walks of two edges lead to.
pub fn partners(nodes: usize, edges: impl Iterator<Item = [u32; 2]> + Clone) -> Vec<u32> {
    let others = nodes.saturating_sub(1) as u64;
    let partners = |walks: u64| u32::try_from(walks.min(others)).expect("nodes have 32 bits");
    walks(nodes, edges).into_iter().map(partners).collect()
}

/// How many walks of two edges lead from each node to others.
fn walks(nodes: usize, edges: impl Iterator<Item = [u32; 2]> + Clone) -> Vec<u64> {
    let mut degrees = vec![0_u64; nodes];
    edges.clone().flatten().for_each(|node| degrees[node as usize] += 1);
    let mut walks = vec![0; nodes];
    for [i, j] in edges {
        for [from, over] in [[i, j], [j, i]] {
            walks[from as usize] += degrees[over as usize] - 1;
        }
    }
    walks
}

/// The share of [`partners`] that there are, as walks meet: counted for some of these nodes of a graph.
pub fn share_of_partners(graph: &Graph, nodes: &[u32]) -> f64 {
    let others = graph.nodes().saturating_sub(1) as u64;
    // By the number of the visit: a source may come twice.
    let mut seen = vec![0; graph.nodes()];
    let (mut walked, mut found, mut bound) = (0, 0_u64, 0_u64);
    // An odd step: of edges one after the other every second end may be a hub.
    for (visit, &source) in (1_u32..).zip(nodes.iter().step_by(nodes.len().div_ceil(COUNTED) | 1)) {
        let mut walks = 0;
        seen[source as usize] = visit;
        for &common in graph.neighbours(source) {
            walks += graph.degree(common) as u64 - 1;
            for &other in graph.neighbours(common) {
                found += u64::from(std::mem::replace(&mut seen[other as usize], visit) != visit);
            }
        }
        bound += walks.min(others);
        walked += walks;
        if walked > MOST_WALKS {
            break;
        }
    }
    if bound == 0 { 1.0 } else { found as f64 / bound as f64 }
}

/// Bytes that are held for weights that are fitted to edges of a split: their candidates, graphs, and the rows of latent vectors of
/// this length as they are weighed. 0 where none are fitted.
pub fn bytes_of_fit(covariates: &Covariates, graph: &Graph, split: &LinkSplit, latent: usize) -> u64 {
    let Some(Fitted { edges, count, fits }) = fitted(covariates, split) else { return 0 };
    let nodes = split.nodes as u64;
    let ends = edges.as_flattened();
    let partners = partners(split.nodes, split.train.iter().copied());
    let share = share_of_partners(graph, ends);
    let of_ends = || ends.iter().map(|&node| share * f64::from(partners[node as usize]));
    let mean = of_ends().sum::<f64>() / ends.len().max(1) as f64;
    let most = of_ends().fold(0.0, f64::max);
    let [held, fit] = Choices::bytes(Structure::terms(&covariates.names), split.nodes, count, [mean, most]);
    let graph = 8 * nodes + 8 * split.train.len() as u64;
    // Left and right rows; where each half has weights of its own, those of both together, too.
    let weighed = if fits == 1 { 1 } else { 3 };
    let rows = weighed * 2 * nodes * 4 * (latent + BESIDE_LATENT) as u64;
    let threads = rayon::current_num_threads() as u64;
    fits * (held + fit + graph) + graph + rows + threads * (nodes * SUMMED + lists(covariates, split))
}

/// Bytes of a row's lists of common neighbours and the edges between them, where these are counted.
fn lists(covariates: &Covariates, split: &LinkSplit) -> u64 {
    if !covariates.names.contains(&Covariate::LocalCommunity) {
        return 0;
    }
    // The walks back to the source are in its list, too: no more than the walks to others where there is a list at all.
    let most = walks(split.nodes, split.train.iter().copied()).into_iter().max();
    LISTED * most.unwrap_or_default()
}

/// Refuses weights for which there is no room.
///
/// # Errors
/// With what they take.
pub fn require_fit(covariates: &Covariates, graph: &Graph, split: &LinkSplit, latent: usize) -> Result<()> {
    let bytes = bytes_of_fit(covariates, graph, split, latent);
    Ok(memory::require("model.decoder.covariates", "what their weights are fitted to", bytes)?)
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::{SplitConfig, cora};

    use super::*;
    use crate::experiment::CovariateWeights;

    #[test]
    fn no_node_has_more_partners_than_are_said() {
        let graph = cora();
        let bound = partners(graph.nodes(), graph.edges());
        let structure = Structure::of(graph.clone(), &[Covariate::CommonNeighbours]);
        let mut row = structure.common().row();
        let (mut all, mut most) = (0, 0);
        for node in 0..graph.nodes() as u32 {
            let mut found = 0_u32;
            structure.common().of_source(&mut row, node, 0, |_, _| found += 1);
            assert!(found <= bound[node as usize], "{node}");
            (all, most) = (all + found, most + bound[node as usize]);
        }
        assert!(all < most && most < 2 * all, "{all} {most}");
        let everyone: Vec<u32> = (0..graph.nodes() as u32).collect();
        let share = share_of_partners(&graph, &everyone);
        assert!((share * f64::from(most) / f64::from(all) - 1.0).abs() < 0.1, "{share} {all} {most}");
        // A star: every leaf has all others, and the hub has none.
        assert_eq!(partners(4, [[0, 1], [0, 2], [0, 3]].into_iter()), [0, 2, 2, 2]);
        // Two triangles with an edge in common: more walks than nodes.
        assert_eq!(partners(4, [[0, 1], [0, 2], [1, 2], [1, 3], [2, 3]].into_iter()), [3, 3, 3, 3]);
    }

    #[test]
    fn fits_hold_more_with_more_edges_and_nothing_where_there_are_none() {
        let graph = cora();
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("it can be split");
        let of = |names: &[Covariate], weights| {
            bytes_of_fit(&Covariates { names: names.to_vec(), weights }, &graph, &split, 256)
        };
        let names = [Covariate::CommonNeighbours, Covariate::Degrees];
        assert_eq!(of(&[], CovariateWeights::Validation), 0);
        assert_eq!(of(&names, CovariateWeights::Joint), 0);
        // Three weighed copies of left and right rows, as halves are crossed, and one.
        let copies = 2 * 2708 * 4 * 260;
        let [validation, training] =
            [CovariateWeights::Validation, CovariateWeights::Training].map(|weights| of(&names, weights));
        assert!(validation > 3 * copies && training > copies && validation > training + 2 * copies);
        assert!(of(&names[..1], CovariateWeights::Validation) < validation);
        // A hub of n leaves, each linked with the next: its row has a list of 2 (n − 1) walks, a thread each.
        let n = 1000;
        let wheel = (1..=n).map(|leaf| (0, leaf)).chain((1..n).map(|leaf| (leaf, leaf + 1)));
        let (graph, _) = Graph::from_edges(1 + n as usize, wheel).expect("a graph");
        let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("it can be split");
        let of = |names: &[Covariate]| {
            let covariates = Covariates { names: names.to_vec(), weights: CovariateWeights::Validation };
            bytes_of_fit(&covariates, &graph, &split, 16)
        };
        let lists = of(&[Covariate::LocalCommunity]) - of(&[Covariate::CommonNeighbours]);
        let walks = u64::from(n) * rayon::current_num_threads() as u64;
        assert!((LISTED * walks / 2..=2 * LISTED * walks).contains(&lists), "{lists} {walks}");
    }
}
