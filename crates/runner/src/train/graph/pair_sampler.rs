//! Which pairs of nodes a step of training sums over, where that is not all of them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use aevb_data::graph::{Graph, Sides};
use aevb_data::shuffle::{below, distinct, permutation};
use aevb_models::vgae::{NonEdgeSample, OwnEdges, PairBlock, PairBlockConfig};
use burn::tensor::TensorCreationOptions;

use super::edge_mask::EdgeMask;
use super::non_edges;
use super::subgraph::{self, Subgraph};
use crate::experiment::{Block, PairSum};
use crate::pair_scores::sides_of;
use crate::random::{Purpose, Streams};
use crate::train::degree_shares;
use crate::train::shard::Shard;

/// Draws the pairs of a step.
#[derive(Debug)]
pub(super) struct PairSampler {
    sum: PairSum,
    way: Way,
    nodes: usize,
    /// The sides that pairs are between: rows are of the first, and columns of the second.
    sides: Option<Sides>,
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
        /// Sums of the shares of a node and of those before it, in whole parts.
        cumulative: Vec<u64>,
        mean_degree: f64,
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

/// The nodes that a step draws.
#[derive(Debug)]
pub(super) struct DrawnNodes {
    step: u64,
    /// None where pairs are of all nodes.
    pub rows: Option<DrawnRows>,
    columns: Option<Vec<u32>>,
}

/// Rows with what each stands for, where that is not the same for all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DrawnRows {
    pub rows: Vec<u32>,
    pub weights: Option<Vec<f32>>,
}

impl StepPairs {
    /// Whether the sum over edges is over their own.
    pub fn have_own_edges(&self) -> bool {
        match self {
            Self::Block(block) => block.has_own_edges(),
            Self::Subgraph(_) => true,
            Self::NonEdges(_) => false,
        }
    }
}

impl PairSampler {
    /// Of a graph with so many nodes; `None` where a step sums over all pairs. The training graph is made only where the way
    /// asks for edges or degrees.
    pub fn new(
        sum: PairSum,
        (nodes, sides): (usize, Option<Sides>),
        train: impl FnOnce() -> Graph,
        streams: Streams,
    ) -> Option<Self> {
        let [rows, columns] = sides.map_or([nodes; 2], |sides| [sides.left, sides.right]);
        let sum = sum.within(rows, columns);
        let train = (sum.needs_training_graph() || sum.alpha().is_some()).then(train);
        let degrees = || {
            let train = train.as_ref().map(|train| degrees(train, rows));
            train.expect("those that are drawn by are those of the training graph")
        };
        let way = match sum {
            PairSum::All => return None,
            PairSum::Block(block) => match block.alpha {
                None => Way::InOrder { block, order: RefCell::default() },
                Some(alpha) => Way::ByDegree {
                    block,
                    cumulative: cumulative(degree_shares::in_parts(degrees(), alpha)),
                    mean_degree: degree_shares::mean_degree(degrees(), alpha),
                },
            },
            PairSum::NonEdges { per_node } => Way::NonEdges { per_node },
            PairSum::Subgraph { nodes, alpha } => {
                let shares = degrees().map(|degree| degree_shares::share(degree, alpha)).collect();
                Way::Subgraph { nodes, shares }
            }
        };
        Some(Self { sum, way, nodes, sides, train: train.filter(|_| sum.needs_training_graph()), streams })
    }

    /// The nodes that rows are drawn from.
    fn row_nodes(&self) -> usize {
        self.sides.map_or(self.nodes, |sides| sides.left)
    }

    /// Those in which blocks take about as many rows as there are; one where a step has pairs of all nodes.
    pub fn steps_per_epoch(&self) -> usize {
        match &self.way {
            Way::InOrder { block, .. } | Way::ByDegree { block, .. } => self.row_nodes().div_ceil(block.rows),
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
        let (block, degree) = match &self.way {
            Way::NonEdges { .. } | Way::Subgraph { .. } => return None,
            Way::InOrder { block, .. } => {
                let ends = if self.sides.is_some() { 1.0 } else { 2.0 };
                (block, ends * self.train.as_ref()?.edge_count() as f64 / self.row_nodes() as f64)
            }
            Way::ByDegree { block, mean_degree, .. } => (block, *mean_degree),
        };
        let columns = block.columns.filter(|_| self.sum.needs_some_nodes())?;
        let targets = block.rows as f64 * (1.0 + degree) + columns as f64;
        Some((targets as usize).min(self.nodes))
    }

    /// The nodes of a step: what [`Self::targets`] and [`Self::pairs`] are of.
    pub fn draw(&self, step: u64) -> DrawnNodes {
        let columns = match self.sum {
            PairSum::Block(block) => block.columns.map(|count| self.columns(count, step)),
            _ => None,
        };
        let rows = !matches!(self.sum, PairSum::NonEdges { .. });
        DrawnNodes { step, rows: rows.then(|| self.rows(step)), columns }
    }

    /// The nodes whose latent vectors the pairs of a step are of, in order, and how often each counts in a sum over all nodes;
    /// `None` where they are of all nodes.
    pub fn targets(&self, drawn: &DrawnNodes) -> Option<BTreeMap<u32, f32>> {
        let DrawnRows { rows, weights } = drawn.rows.as_ref().filter(|_| self.sum.needs_some_nodes())?;
        let mut others = Vec::new();
        if let (Some(columns), Some(train)) = (&drawn.columns, &self.train) {
            others.extend(columns);
            others.extend(rows.iter().flat_map(|&row| train.neighbours(row)));
        }
        // What a row's pair with itself is of, where nodes have two roles.
        others.extend(rows.iter().filter_map(|&row| self.sides.and_then(|sides| sides.twin(row))));
        let alike = self.row_nodes() as f32 / rows.len() as f32;
        let weight = |place: usize| weights.as_ref().map_or(alike, |weights| weights[place]);
        let rows = rows.iter().enumerate().map(|(place, &row)| (row, weight(place)));
        // Rows are of one side alone, and columns stand for the other.
        let columns = self.sides.zip(drawn.columns.as_ref()).map(|(sides, columns)| {
            let alike = sides.right as f32 / columns.len() as f32;
            columns.iter().map(move |&column| (column, alike))
        });
        let others = others.into_iter().map(|node| (node, 0.0));
        Some(others.chain(columns.into_iter().flatten()).chain(rows).collect())
    }

    /// The pairs of a step on a device, or with another float type there; edges are learnt as a mask has them.
    pub fn pairs(
        &self,
        drawn: &DrawnNodes,
        mask: Option<&EdgeMask>,
        options: impl Into<TensorCreationOptions>,
    ) -> aevb_models::Result<StepPairs> {
        match (&self.way, &drawn.rows) {
            (Way::InOrder { .. } | Way::ByDegree { .. }, Some(rows)) => {
                let block = self.block(rows, drawn.columns.as_deref(), mask, options.into())?;
                Ok(StepPairs::Block(Box::new(block)))
            }
            (Way::Subgraph { .. }, Some(rows)) => {
                let train = self.train.as_ref().expect("a subgraph has edges");
                Ok(StepPairs::Subgraph(Subgraph::of(train, rows.rows.clone(), mask)))
            }
            (&Way::NonEdges { per_node }, _) => {
                let train = self.train.as_ref().expect("non-edges are told from edges");
                let mut random = self.streams.generator(Purpose::NonEdges, drawn.step);
                let (pairs, weights) = non_edges::draw(train, per_node, &mut random);
                let sample = NonEdgeSample::new(self.nodes, &pairs, weights, options)?;
                Ok(StepPairs::NonEdges(Box::new(sample)))
            }
            (_, None) => panic!("rows are drawn"),
        }
    }

    fn block(
        &self,
        DrawnRows { rows, weights }: &DrawnRows,
        columns: Option<&[u32]>,
        mask: Option<&EdgeMask>,
        options: TensorCreationOptions,
    ) -> aevb_models::Result<PairBlock> {
        let neighbours = |node| self.train.as_ref().map_or(&[][..], |train| train.neighbours(node));
        let learnt = mask.map(|mask| |pair| mask.learnt(pair));
        let own_edges = OwnEdges {
            neighbours: &neighbours,
            learnt: learnt.as_ref().map(|learnt| learnt as &dyn Fn([u32; 2]) -> f32),
        };
        let config = PairBlockConfig {
            nodes: self.nodes,
            sides: self.sides.map(sides_of),
            rows,
            row_weights: weights.as_deref(),
            columns,
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
                let range = Shard { step, index, of }.range(self.row_nodes());
                DrawnRows { rows: order[range].to_vec(), weights: None }
            }
            Way::ByDegree { block, cumulative, .. } => {
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
        let nodes = u32::try_from(self.row_nodes()).expect("a graph has fewer than 2^32 nodes");
        permutation(nodes, &mut self.streams.generator(Purpose::PairRows, epoch))
    }

    /// So many different nodes, uniformly.
    fn columns(&self, count: usize, step: u64) -> Vec<u32> {
        let (first, nodes) = self.sides.map_or((0, self.nodes), |sides| (sides.left, sides.right));
        let nodes = u32::try_from(nodes).expect("a graph has fewer than 2^32 nodes");
        let drawn = distinct(count, nodes, &mut self.streams.generator(Purpose::PairColumns, step));
        drawn.into_iter().map(|node| node + first as u32).collect()
    }
}

fn degrees(graph: &Graph, nodes: usize) -> impl Iterator<Item = usize> + Clone {
    (0..nodes as u32).map(|node| graph.degree(node))
}

fn cumulative(parts: impl Iterator<Item = u64>) -> Vec<u64> {
    let add = |sum: &mut u64, parts: u64| {
        *sum += parts;
        Some(*sum)
    };
    parts.scan(0, add).collect()
}

/// So many draws with replacement. A row that is drawn m times stands for m/(n p), p being how likely a draw is this row.
fn by_degree(cumulative: &[u64], draws: usize, random: &mut impl rand::Rng) -> DrawnRows {
    let total = *cumulative.last().expect("a graph has nodes");
    let mut times = BTreeMap::new();
    for _ in 0..draws {
        let draw = below(total, random);
        let row = cumulative.partition_point(|&sum| sum <= draw);
        *times.entry(row).or_insert(0_u32) += 1;
    }
    let weight = |(&row, &times): (&usize, &u32)| {
        let before = if row == 0 { 0 } else { cumulative[row - 1] };
        let share = (cumulative[row] - before) as f64 / total as f64;
        (f64::from(times) / (draws as f64 * share)) as f32
    };
    DrawnRows {
        rows: times.keys().map(|&row| row as u32).collect(),
        weights: Some(times.iter().map(weight).collect()),
    }
}

#[cfg(test)]
mod tests;
