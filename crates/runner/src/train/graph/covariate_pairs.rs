//! The pairs with a common neighbour whose terms a step of training adds for the sake of the decoder's covariates.

use aevb_data::graph::Graph;
use aevb_data::graph::heuristics::CommonSums;
use aevb_models::vgae::{CovariatePairs, CovariateSum};
use burn::tensor::Device;

use super::edge_mask::EdgeMask;
use super::pair_sampler::DrawnRows;
use crate::covariates::{Structure, partners, share_of_partners};
use crate::error::{Error, Result};
use crate::experiment::PairSum;
use crate::train::degree_shares;

/// With more pairs than this a step would take gigabytes.
const MOST_PAIRS: f64 = (1_u64 << 24) as f64;

/// The covariates of a model that learns their weights.
pub(super) struct StepCovariates {
    structure: Structure,
    train: Graph,
    /// The pairs without an edge, where a step is of all; those of each row, where it is of some.
    others: Option<CovariatePairs>,
    /// The edges with a common neighbour, and these on the device, where a step is of all.
    edges: Option<(Vec<[u32; 2]>, CovariatePairs)>,
    device: Device,
}

/// How many pairs with a common neighbour a step has in the mean, by these edges of a graph: about, as some nodes are looked at.
pub(in crate::train) fn pairs_of_step(
    graph: &Graph,
    edges: impl Iterator<Item = [u32; 2]> + Clone,
    sum: PairSum,
) -> f64 {
    let nodes = graph.nodes();
    let mut degrees = vec![0; nodes];
    edges.clone().flatten().for_each(|node| degrees[node as usize] += 1);
    let partners = partners(nodes, edges).into_iter().map(f64::from);
    let rows = match sum {
        PairSum::Block(block) => block.rows.min(nodes) as f64,
        // Each pair once.
        PairSum::All | PairSum::NonEdges { .. } | PairSum::Subgraph { .. } => 0.5 * nodes as f64,
    };
    let everyone: Vec<u32> = (0..nodes as u32).collect();
    let rows = rows * share_of_partners(graph, &everyone);
    rows * degree_shares::mean(degrees.into_iter().zip(partners), sum.alpha().unwrap_or(0.0))
}

/// Pairs as they are gathered.
#[derive(Default)]
struct Gathered {
    pairs: Vec<[u32; 2]>,
    terms: Vec<f32>,
    counts: Vec<f32>,
}

impl StepCovariates {
    /// Of steps that sum over all pairs, or over so many of them.
    ///
    /// # Errors
    /// If these are too many.
    pub fn of(structure: Structure, sum: PairSum, device: &Device) -> Result<Self> {
        let train = structure.common().graph().clone();
        let nodes = train.nodes();
        let pairs = pairs_of_step(&train, train.edges(), sum);
        if pairs > MOST_PAIRS {
            return Err(Error::usage(format!(
                "model.decoder.covariates: a step would go through {:.0} million pairs with a common neighbour",
                pairs / 1e6
            ))
            .with_hint(
                "set model.decoder.covariate_weights = \"validation\", which goes through a sample; or objective.pairs = \
                 \"rows\", with fewer objective.rows",
            ));
        }
        let mut covariates = Self { structure, train, others: None, edges: None, device: device.clone() };
        let is_by_rows = matches!(sum, PairSum::Block(_));
        let has_own_edges = sum.has_own_edges();
        if !is_by_rows || !has_own_edges {
            let all = (0..nodes as u32).map(|node| (node, 2.0));
            let (others, edges) = covariates.gather(all, true, None, !is_by_rows);
            let pairs = edges.pairs.clone();
            covariates.edges = Some((pairs, covariates.on_device(edges)?));
            if !is_by_rows {
                covariates.others = Some(covariates.on_device(others)?);
            }
        }
        Ok(covariates)
    }

    /// Those of a step whose rows are these, or all.
    ///
    /// # Errors
    /// If they cannot be brought to the device.
    pub fn of_step(
        &self,
        rows: Option<&DrawnRows>,
        mask: Option<&EdgeMask>,
    ) -> aevb_models::Result<CovariateSum> {
        let of_rows = rows.filter(|_| self.others.is_none()).map(|DrawnRows { rows, weights }| {
            let alike = self.train.nodes() as f32 / rows.len() as f32;
            let weight = |place: usize| weights.as_ref().map_or(alike, |weights| weights[place]);
            let rows = rows.iter().enumerate().map(|(place, &row)| (row, weight(place)));
            self.gather(rows, false, mask, true)
        });
        let (others, own_edges) = of_rows.map_or((None, None), |(others, edges)| (Some(others), Some(edges)));
        let edges = match (&self.edges, mask) {
            (None, _) => self.on_device(own_edges.expect("a step of rows has their edges"))?,
            (Some((_, edges)), None) => edges.clone(),
            (Some((pairs, edges)), Some(mask)) => {
                let counts = pairs.iter().map(|&edge| 2.0 * mask.learnt(edge)).collect();
                edges.with_counts(counts, &self.device)?
            }
        };
        let others = match (others, &self.others) {
            (Some(others), _) => self.on_device(others)?,
            (None, Some(others)) => others.clone(),
            (None, None) => panic!("a step has rows, or all pairs"),
        };
        Ok(CovariateSum { others, edges })
    }

    /// The pairs of sources with a common neighbour that are no edges, if `with_others`, and those that are; of two sources once
    /// where `once`.
    fn gather(
        &self,
        sources: impl Iterator<Item = (u32, f32)>,
        once: bool,
        mask: Option<&EdgeMask>,
        with_others: bool,
    ) -> (Gathered, Gathered) {
        let common = self.structure.common();
        let mut row = common.row();
        let (mut others, mut edges) = (Gathered::default(), Gathered::default());
        let mut found = Vec::new();
        for (source, count) in sources {
            let least = if once { source + 1 } else { 0 };
            common.of_source(&mut row, source, least, |node, sums| found.push((node, sums)));
            for (node, sums) in found.drain(..) {
                let pair = [source, node];
                if self.train.has_edge(source, node) {
                    let learnt = mask.map_or(1.0, |mask| mask.learnt(pair));
                    edges.push(&self.structure, pair, &sums, count * learnt);
                } else if with_others {
                    others.push(&self.structure, pair, &sums, count);
                }
            }
        }
        (others, edges)
    }

    fn on_device(&self, Gathered { pairs, terms, counts }: Gathered) -> aevb_models::Result<CovariatePairs> {
        CovariatePairs::new(self.train.nodes(), &pairs, terms, counts, &self.device)
    }
}

impl Gathered {
    fn push(&mut self, structure: &Structure, pair: [u32; 2], sums: &CommonSums, count: f32) {
        self.pairs.push(pair);
        structure.each_term(pair, sums, |term| self.terms.push(term as f32));
        self.counts.push(count);
    }
}

#[cfg(test)]
mod tests {
    use aevb_models::vgae::{Diagonal, EdgeWeighting, GraphLikelihood, InnerProduct, PairDecoder, PairForm};
    use burn::module::Param;
    use burn::tensor::{Tensor, TensorData};

    use super::*;
    use crate::experiment::{Block, BlockEdges, Covariate};
    use crate::random::{Purpose, Streams, standard_normals};

    const LATENT: usize = 4;

    /// Each row comes once, so what blocks of rows say is in the mean what all pairs say, with a mask and without.
    #[test]
    fn blocks_of_rows_have_the_terms_of_all_pairs_in_the_mean() {
        let graph = aevb_data::graph::cora();
        let edges: Vec<[u32; 2]> = graph.edges().take(700).collect();
        let train = graph.with_edges(&edges);
        let nodes = train.nodes();
        let device = Device::flex();
        let names = [Covariate::ResourceAllocation, Covariate::Degrees];
        let structure = Structure::of(train, &names);
        let z = standard_normals(&mut Streams::new(3).generator(Purpose::Sampling, 0), nodes * LATENT);
        let z = Tensor::<2>::from_data(TensorData::new(z, [nodes, LATENT]), &device);
        let decoder = PairDecoder {
            covariates: Some(Param::from_tensor(Tensor::from_floats([0.5, 0.2, -0.1, 0.3], &device))),
            ..PairDecoder::from(PairForm::InnerProduct(InnerProduct))
        };
        let likelihood =
            GraphLikelihood::with_diagonal(nodes, &edges, EdgeWeighting::Nats, Diagonal::LeftOut, &device);
        let likelihood = likelihood.expect("a likelihood");
        let value = |covariates: &StepCovariates, rows: Option<&DrawnRows>, mask: Option<&EdgeMask>| -> f64 {
            let sum = covariates.of_step(rows, mask).expect("on the device");
            let loss = likelihood.of_covariates(&decoder, z.clone(), &sum).expect("shapes");
            loss.into_data().try_into_vec::<f32>().expect("F32")[0].into()
        };
        let mask = EdgeMask::draw(0.4, &mut Streams::new(4).generator(Purpose::EdgeMask, 0));
        let of = |sum| StepCovariates::of(structure.clone(), sum, &device).expect("few pairs");
        let block = |edges| PairSum::Block(Block { rows: 1000, columns: None, edges, alpha: None });
        for mask in [None, Some(&mask)] {
            let whole = value(&of(PairSum::All), None, mask);
            assert!(whole.abs() > 0.01);
            for edges in [BlockEdges::Rows, BlockEdges::All] {
                let covariates = of(block(edges));
                let rows: Vec<u32> = (0..nodes as u32).collect();
                let mean: f64 = rows
                    .chunks(1000)
                    .map(|rows| {
                        let share = rows.len() as f64 / nodes as f64;
                        let rows = DrawnRows { rows: rows.to_vec(), weights: None };
                        share * value(&covariates, Some(&rows), mask)
                    })
                    .sum();
                assert!((mean - whole).abs() < 1e-4 * whole.abs(), "{mean} {whole}");
            }
        }
    }

    #[test]
    fn too_many_pairs_are_refused() {
        let star = (1..6000).map(|leaf| (0, leaf));
        let (graph, _) = Graph::from_edges(6000, star).expect("a graph");
        let structure = Structure::of(graph, &[Covariate::CommonNeighbours]);
        let Err(error) = StepCovariates::of(structure, PairSum::All, &Device::flex()) else {
            panic!("too many")
        };
        assert!(error.message.contains("18 million pairs"), "{}", error.message);
    }

    /// The pairs of a row count as often as it is drawn, and those of hubs are many.
    #[test]
    fn rows_that_are_drawn_by_their_degrees_have_more_pairs() {
        let graph = aevb_data::graph::cora();
        let of = |alpha| {
            let block = Block { rows: 100, columns: None, edges: BlockEdges::Rows, alpha };
            pairs_of_step(&graph, graph.edges(), PairSum::Block(block))
        };
        let whole = pairs_of_step(&graph, graph.edges(), PairSum::All);
        let share = 2.0 * 100.0 / graph.nodes() as f64;
        assert!((of(None) - share * whole).abs() < 1e-9 * whole);
        assert!(of(Some(1.0)) > 1.5 * of(None) && of(Some(-1.0)) < of(None));
        let listed = StepCovariates::of(
            Structure::of(graph.clone(), &[Covariate::CommonNeighbours]),
            PairSum::All,
            &Device::flex(),
        );
        let (others, edges) =
            listed.expect("few").gather((0..2708).map(|node| (node, 2.0)), true, None, true);
        let listed = (others.pairs.len() + edges.pairs.len()) as f64;
        assert!((whole / listed - 1.0).abs() < 0.1, "{listed} {whole}");
    }
}
