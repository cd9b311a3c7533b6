//! Which pairs of nodes a step of training sums over, where that is not all of them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use aevb_data::graph::Graph;
use aevb_data::shuffle::{distinct, permutation};
use aevb_models::vgae::{NonEdgeSample, OwnEdges, PairBlock, PairBlockConfig};
use burn::tensor::TensorCreationOptions;
use rand::RngExt;

use super::edge_mask::EdgeMask;
use super::non_edges;
use super::subgraph::{self, Subgraph};
use crate::experiment::{Block, BlockEdges, PairSum};
use crate::random::{Purpose, Streams};
use crate::train::shard::Shard;

/// Draws the pairs of a step.
#[derive(Debug)]
pub(super) struct PairSampler {
    way: Way,
    nodes: usize,
    /// The training graph, where a step's pairs follow from its edges.
    train: Option<Graph>,
    streams: Streams,
}

#[derive(Debug)]
enum Way {
    /// Each epoch takes every row once, in an order of its own, and a step's rows are a uniform draw.
    InOrder {
        block: Block,
        order: RefCell<Option<(u64, Vec<u32>)>>,
    },
    /// Rows are drawn with replacement, by their degrees.
    ByDegree {
        block: Block,
        cumulative: Vec<f64>,
    },
    NonEdges {
        per_node: usize,
    },
    /// Nodes are drawn without replacement, by their degrees.
    Subgraph {
        nodes: usize,
        shares: Vec<f64>,
    },
}

/// The pairs of a step.
#[derive(Clone)]
pub(super) enum StepPairs {
    Block(Box<PairBlock>),
    NonEdges(Box<NonEdgeSample>),
    Subgraph(Subgraph),
}

/// Rows with what each stands for, where that is not the same for all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DrawnRows {
    pub rows: Vec<u32>,
    pub weights: Option<Vec<f32>>,
}

impl PairSampler {
    /// Of a graph with so many nodes; `None` where a step sums over all pairs. The training graph is made only where the way
    /// asks for edges or degrees.
    pub fn new(sum: PairSum, nodes: usize, train: impl FnOnce() -> Graph, streams: Streams) -> Option<Self> {
        let (way, train) = match sum {
            PairSum::All => return None,
            PairSum::Block(block @ Block { alpha: None, .. }) => {
                let way = Way::InOrder { block, order: RefCell::default() };
                (way, (block.edges == BlockEdges::Rows).then(train))
            }
            PairSum::Block(block @ Block { alpha: Some(alpha), .. }) => {
                let train = train();
                let way = Way::ByDegree { block, cumulative: cumulative(&train, alpha) };
                (way, (block.edges == BlockEdges::Rows).then_some(train))
            }
            PairSum::NonEdges { per_node } => (Way::NonEdges { per_node }, Some(train())),
            PairSum::Subgraph { nodes, alpha } => {
                let train = train();
                (Way::Subgraph { nodes, shares: shares(&train, alpha).collect() }, Some(train))
            }
        };
        Some(Self { way, nodes, train, streams })
    }

    /// Those in which blocks take about as many rows as there are; one where a step has pairs of all nodes.
    pub fn steps_per_epoch(&self) -> usize {
        match &self.way {
            Way::InOrder { block, .. } | Way::ByDegree { block, .. } => self.nodes.div_ceil(block.rows),
            Way::Subgraph { nodes, .. } => self.nodes.div_ceil(*nodes),
            Way::NonEdges { .. } => 1,
        }
    }

    /// The training graph, where a step's pairs follow from its edges.
    pub fn train(&self) -> Option<&Graph> {
        self.train.as_ref()
    }

    /// What the user should know of the way.
    pub fn note(&self) -> Option<String> {
        matches!(self.way, Way::Subgraph { .. }).then(|| subgraph::NOTE.to_owned())
    }

    /// About how many nodes a step needs, where rows and columns say which; `None` where it needs all. Nor is it for subgraphs, whose
    /// nodes do not stand for all in a divergence.
    pub fn usual_targets(&self) -> Option<usize> {
        let targets = match &self.way {
            Way::NonEdges { .. } | Way::Subgraph { .. } => return None,
            Way::InOrder { block, .. } | Way::ByDegree { block, .. } => {
                let neighbours = 2 * self.train.as_ref()?.edge_count() / self.nodes;
                block.rows.saturating_mul(neighbours + 1).saturating_add(block.columns?)
            }
        };
        Some(targets.min(self.nodes))
    }

    /// The nodes whose latent vectors the pairs of a step are of, in order, and how often each counts in a sum over all nodes;
    /// `None` where they are of all nodes.
    pub fn targets(&self, step: u64) -> Option<BTreeMap<u32, f32>> {
        if matches!(self.way, Way::NonEdges { .. }) {
            return None;
        }
        let DrawnRows { rows, weights } = self.rows(step);
        let mut others = Vec::new();
        if let Way::InOrder { block, .. } | Way::ByDegree { block, .. } = &self.way {
            let train = self.train.as_ref()?;
            others = self.columns(block.columns?, step);
            others.extend(rows.iter().flat_map(|&row| train.neighbours(row)));
        }
        let alike = self.nodes as f32 / rows.len() as f32;
        let weight = |place: usize| weights.as_ref().map_or(alike, |weights| weights[place]);
        let rows = rows.into_iter().enumerate().map(|(place, row)| (row, weight(place)));
        Some(others.into_iter().map(|node| (node, 0.0)).chain(rows).collect())
    }

    /// The pairs of a step on a device, or with another float type there; edges are learnt as a mask has them.
    pub fn step(
        &self,
        step: u64,
        mask: Option<&EdgeMask>,
        options: impl Into<TensorCreationOptions>,
    ) -> aevb_models::Result<StepPairs> {
        match &self.way {
            Way::InOrder { block, .. } | Way::ByDegree { block, .. } => {
                self.block(block, step, mask, options.into()).map(Box::new).map(StepPairs::Block)
            }
            &Way::NonEdges { per_node } => {
                let train = self.train.as_ref().expect("non-edges are told from edges");
                let mut random = self.streams.generator(Purpose::NonEdges, step);
                let (pairs, weights) = non_edges::draw(train, per_node, &mut random);
                let sample = NonEdgeSample::new(self.nodes, &pairs, weights, options)?;
                Ok(StepPairs::NonEdges(Box::new(sample)))
            }
            Way::Subgraph { .. } => {
                let train = self.train.as_ref().expect("a subgraph has edges");
                Ok(StepPairs::Subgraph(Subgraph::of(train, self.rows(step).rows, mask)))
            }
        }
    }

    fn block(
        &self,
        block: &Block,
        step: u64,
        mask: Option<&EdgeMask>,
        options: TensorCreationOptions,
    ) -> aevb_models::Result<PairBlock> {
        let DrawnRows { rows, weights } = self.rows(step);
        let columns = block.columns.map(|count| self.columns(count, step));
        let neighbours = |node| self.train.as_ref().map_or(&[][..], |train| train.neighbours(node));
        let learnt = mask.map(|mask| |pair| mask.learnt(pair));
        let own_edges = OwnEdges {
            neighbours: &neighbours,
            learnt: learnt.as_ref().map(|learnt| learnt as &dyn Fn([u32; 2]) -> f32),
        };
        let config = PairBlockConfig {
            nodes: self.nodes,
            rows: &rows,
            row_weights: weights.as_deref(),
            columns: columns.as_deref(),
            own_edges: self.train.is_some().then_some(own_edges),
        };
        config.init(options)
    }

    /// The rows of a step.
    ///
    /// # Panics
    /// If a step takes pairs of all nodes.
    pub fn rows(&self, step: u64) -> DrawnRows {
        match &self.way {
            Way::InOrder { order, .. } => {
                let of = self.steps_per_epoch();
                let (epoch, index) = (step / of as u64, (step % of as u64) as usize);
                let mut kept = order.borrow_mut();
                let (_, order) = match kept.take() {
                    Some(of_epoch) if of_epoch.0 == epoch => kept.insert(of_epoch),
                    _ => kept.insert((epoch, self.order(epoch))),
                };
                let range = Shard { step, index, of }.range(self.nodes);
                DrawnRows { rows: order[range].to_vec(), weights: None }
            }
            Way::ByDegree { block, cumulative } => {
                let mut random = self.streams.generator(Purpose::PairRowsByDegree, step);
                by_degree(cumulative, block.rows, &mut random)
            }
            Way::Subgraph { nodes, shares } => {
                let mut random = self.streams.generator(Purpose::PairRowsByDegree, step);
                DrawnRows { rows: subgraph::draw(shares, *nodes, &mut random), weights: None }
            }
            Way::NonEdges { .. } => panic!("a step has pairs of all nodes"),
        }
    }

    fn order(&self, epoch: u64) -> Vec<u32> {
        let nodes = u32::try_from(self.nodes).expect("a graph has fewer than 2^32 nodes");
        permutation(nodes, &mut self.streams.generator(Purpose::PairRows, epoch))
    }

    /// So many different nodes, uniformly.
    fn columns(&self, count: usize, step: u64) -> Vec<u32> {
        let nodes = u32::try_from(self.nodes).expect("a graph has fewer than 2^32 nodes");
        distinct(count, nodes, &mut self.streams.generator(Purpose::PairColumns, step))
    }
}

/// `(d_i + 1)^α`: a node without an edge is drawn too, or the estimate would be none of its pairs.
fn shares(train: &Graph, alpha: f64) -> impl Iterator<Item = f64> {
    (0..train.nodes() as u32).map(move |node| (train.degree(node) as f64 + 1.0).powf(alpha))
}

/// `Σ_{k≤i} (d_k + 1)^α`
fn cumulative(train: &Graph, alpha: f64) -> Vec<f64> {
    let add = |sum: &mut f64, share: f64| {
        *sum += share;
        Some(*sum)
    };
    shares(train, alpha).scan(0.0, add).collect()
}

/// So many draws with replacement. A row that is drawn m times stands for m/(n p), p being how likely a draw is this row.
fn by_degree(cumulative: &[f64], draws: usize, random: &mut impl rand::Rng) -> DrawnRows {
    let total = *cumulative.last().expect("a graph has nodes");
    let mut times = BTreeMap::new();
    for _ in 0..draws {
        let draw = random.random::<f64>() * total;
        let row = cumulative.partition_point(|&sum| sum <= draw).min(cumulative.len() - 1);
        *times.entry(row).or_insert(0_u32) += 1;
    }
    let weight = |(&row, &times): (&usize, &u32)| {
        let below = if row == 0 { 0.0 } else { cumulative[row - 1] };
        let share = (cumulative[row] - below) / total;
        (f64::from(times) / (draws as f64 * share)) as f32
    };
    DrawnRows {
        rows: times.keys().map(|&row| row as u32).collect(),
        weights: Some(times.iter().map(weight).collect()),
    }
}

#[cfg(test)]
mod tests;
