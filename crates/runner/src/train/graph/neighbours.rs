//! Some of the neighbours that a layer sums over, so that a step needs no more of the graph than its nodes' surroundings
//! (Hamilton, Ying & Leskovec 2017).

use std::collections::HashMap;

use aevb_data::graph::Graph;
use aevb_data::shuffle::distinct;
use rand::Rng;
use sprs::CsMatI;

use super::edge_mask::EdgeMask;

/// Draws the neighbours of a step.
pub(super) struct NeighbourSampler {
    /// The most neighbours of each node, from the last layer back to the first.
    fan_outs: Vec<usize>,
    /// Those of `A + I`, sums of weights, where no edge is hidden.
    degrees: Vec<f64>,
}

/// What the layers of a step see of the graph.
pub(super) struct Neighbourhood {
    /// Of each layer, the first first: rows of `Ã` with some of their entries, `[nodes after, nodes before]`. Those after the last
    /// one are the step's targets.
    pub layers: Vec<CsMatI<f64, u32>>,
    /// The nodes before the first layer, in order.
    pub nodes: Vec<u32>,
}

impl NeighbourSampler {
    /// `None` without fan-outs, where layers sum over all neighbours.
    pub fn new(fan_outs: &[usize], graph: &Graph) -> Option<Self> {
        let degree = |node| 1.0 + seen(graph, node, None).map(|(_, weight)| weight).sum::<f64>();
        let degrees = || (0..graph.nodes() as u32).map(degree).collect();
        (!fan_outs.is_empty()).then(|| Self { fan_outs: fan_outs.to_vec(), degrees: degrees() })
    }

    /// What the user should know of it.
    pub fn note(&self) -> String {
        format!(
            "train.neighbours = {:?} draws neighbours anew in each step: the sum of each layer is unbiased, but the objective, \
             which is not linear in it, is not; what is measured is of all neighbours",
            self.fan_outs
        )
    }

    /// The surroundings of some nodes in ascending order. Of each node in each layer as many different neighbours are drawn as the
    /// fan-out says, or as it has, all alike; each counts `Ã_ij` as often as there are neighbours to one drawn (Horvitz & Thompson
    /// 1952), and the node itself `Ã_ii`, so that the mean of `Â H` is `Ã H`. An edge that a mask hides is none.
    pub fn draw(
        &self,
        graph: &Graph,
        targets: Vec<u32>,
        mask: Option<&EdgeMask>,
        random: &mut impl Rng,
    ) -> Neighbourhood {
        let mut degrees = Degrees { graph, mask, whole: &self.degrees, found: HashMap::new() };
        let mut nodes = targets;
        let mut layers = Vec::with_capacity(self.fan_outs.len());
        for &fan_out in &self.fan_outs {
            let mut row = |&node: &u32| {
                let (drawn, share) = drawn(graph, node, mask, fan_out, random);
                let degree = degrees.of(node);
                let weigh = |(other, weight): (u32, f64)| {
                    (other, share * (weight / (degree * degrees.of(other)).sqrt()))
                };
                let mut row: Vec<(u32, f64)> = drawn.into_iter().map(weigh).collect();
                row.push((node, 1.0 / degree));
                row.sort_unstable_by_key(|&(node, _)| node);
                row
            };
            let rows: Vec<Vec<(u32, f64)>> = nodes.iter().map(&mut row).collect();
            let mut before: Vec<u32> = rows.iter().flatten().map(|&(node, _)| node).collect();
            before.sort_unstable();
            before.dedup();
            layers.push(matrix(&rows, &before));
            nodes = before;
        }
        layers.reverse();
        Neighbourhood { layers, nodes }
    }
}

/// Some of a node's neighbours with the weights of the edges to them, and how many there are to one drawn.
fn drawn(
    graph: &Graph,
    node: u32,
    mask: Option<&EdgeMask>,
    fan_out: usize,
    random: &mut impl Rng,
) -> (Vec<(u32, f64)>, f64) {
    let edges: Vec<(u32, f64)> = seen(graph, node, mask).collect();
    let count = edges.len();
    if count <= fan_out {
        return (edges, 1.0);
    }
    let places = distinct(fan_out, count as u32, random);
    (places.into_iter().map(|place| edges[place as usize]).collect(), count as f64 / fan_out as f64)
}

/// The neighbours of a node that a mask does not hide, each with the weight of the edge to it.
fn seen<'a>(
    graph: &'a Graph,
    node: u32,
    mask: Option<&'a EdgeMask>,
) -> impl Iterator<Item = (u32, f64)> + 'a {
    let weights = graph.weights(node);
    let edges = graph
        .neighbours(node)
        .iter()
        .enumerate()
        .map(move |(place, &other)| (other, weights.map_or(1.0, |weights| f64::from(weights[place]))));
    edges.filter(move |&(other, _)| mask.is_none_or(|mask| !mask.hides([node, other])))
}

/// Rows of entries in order, whose columns are some of these nodes.
fn matrix(rows: &[Vec<(u32, f64)>], nodes: &[u32]) -> CsMatI<f64, u32> {
    let (mut offsets, mut columns, mut values) = (vec![0], Vec::new(), Vec::new());
    for row in rows {
        for &(node, value) in row {
            columns.push(nodes.binary_search(&node).expect("an entry's node is before the layer") as u32);
            values.push(value);
        }
        offsets.push(columns.len() as u32);
    }
    CsMatI::new((rows.len(), nodes.len()), offsets, columns, values)
}

/// Those of `A + I` without the edges that a mask hides, each found when it is asked for.
struct Degrees<'a> {
    graph: &'a Graph,
    mask: Option<&'a EdgeMask>,
    whole: &'a [f64],
    found: HashMap<u32, f64>,
}

impl Degrees<'_> {
    fn of(&mut self, node: u32) -> f64 {
        let Some(mask) = self.mask else { return self.whole[node as usize] };
        let degree = || 1.0 + seen(self.graph, node, Some(mask)).map(|(_, weight)| weight).sum::<f64>();
        *self.found.entry(node).or_insert_with(degree)
    }
}

#[cfg(test)]
mod tests;
