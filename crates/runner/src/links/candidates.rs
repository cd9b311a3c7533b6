//! The pairs that a model scores to find its links.

use aevb_models::ranking::{AllPairs, Bins, ScoredPair};
use rand::RngExt;

use super::two_hop::{Seen, TwoHop};
use super::{Forecast, Link};
use crate::evaluate::Summary;
use crate::random::{Purpose, Streams};

/// What two hops go through.
const OF_NEIGHBOURS: &str = "pairs of neighbours of a node";

/// The pairs that a model scores to find its links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Candidates {
    /// Every pair of nodes: exact
    #[default]
    All,
    /// Pairs with a common neighbour among the edges that messages pass along: fast on large sparse graphs, and links between
    /// nodes further apart are missed
    TwoHop,
}

/// The nodes whose best partners are sought among all nodes as well.
const ASKED: usize = 500;

/// The partners of each that should have been found.
const PARTNERS: usize = 10;

impl TwoHop<'_> {
    /// As [`Scorer::best_pairs`](super::Scorer::best_pairs), of the pairs with a common neighbour alone.
    pub fn best_pairs<'g>(
        &self,
        products: &AllPairs<'_>,
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<Link> {
        let forecast = Forecast::of("scoring", self.pairs(), OF_NEIGHBOURS);
        let open = || (self.open(), 0);
        let best = products.best_pairs_among(count, open, self.candidates(&forecast), excluded).into_iter();
        best.map(|best| Link { pair: best.pair, score: best.score.into() }).collect()
    }

    /// How many of the pairs with a common neighbour reach exactly `b` of the ascending, distinct scores, for `b` from 0 to
    /// their number.
    pub(super) fn count_pairs(&self, products: &AllPairs<'_>, thresholds: &[f64]) -> Vec<u64> {
        let bins = Bins::new(thresholds.iter().map(|&score| score as f32).collect());
        let forecast = Forecast::of("counting", self.pairs(), OF_NEIGHBOURS);
        products.count_pairs_among(&bins, || (self.open(), 0), self.candidates(&forecast))
    }

    /// Names the nodes after each source that have a common neighbour with it, and tells what is done.
    fn candidates(&self, forecast: &Forecast) -> impl Fn(&mut (Seen, u64), u32, &mut Vec<u32>) {
        move |(seen, gone), source, others| {
            *gone += self.name(seen, source, source + 1, others);
            // Telling it of every node would have the threads wait for each other.
            if *gone >= 1 << 20 {
                forecast.done(std::mem::take(gone));
            }
        }
    }

    /// What share of the best partners of some nodes, drawn by the seed, have a common neighbour with it, in a sentence; `None`
    /// where none of them has a partner.
    pub fn recall<'g>(
        &self,
        products: &AllPairs<'_>,
        nodes: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
        streams: Streams,
    ) -> Option<String> {
        let shares = self.shares(products, nodes, excluded, streams);
        let summary = Summary::of(&shares)?;
        let error = summary.standard_error(shares.len());
        let error = error.map(|error| format!(" ± {:.1}", 100.0 * error)).unwrap_or_default();
        Some(format!(
            "recall of two-hop: {:.1}{error} % of the {PARTNERS} best partners of each of {} nodes, drawn by the seed, have a \
             common neighbour with it; --candidates all misses none",
            100.0 * summary.mean,
            shares.len()
        ))
    }

    /// The share for each node that has a partner.
    fn shares<'g>(
        &self,
        products: &AllPairs<'_>,
        nodes: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
        streams: Streams,
    ) -> Vec<f64> {
        let mut random = streams.generator(Purpose::AskedNodes, 0);
        let mut asked: Vec<u32> = match nodes <= ASKED {
            true => (0..nodes as u32).collect(),
            false => (0..ASKED).map(|_| random.random_range(0..nodes as u32)).collect(),
        };
        asked.sort_unstable();
        asked.dedup();
        let (mut seen, mut others) = (self.open(), Vec::new());
        let exact = products.best_partners(&asked, PARTNERS, excluded);
        let share = |(&source, exact): (&u32, &Vec<_>)| {
            others.clear();
            self.name(&mut seen, source, 0, &mut others);
            others.sort_unstable();
            let is_found = |best: &&ScoredPair| others.binary_search(&best.pair[1]).is_ok();
            let found = exact.iter().filter(is_found).count();
            (!exact.is_empty()).then(|| found as f64 / exact.len() as f64)
        };
        asked.iter().zip(&exact).filter_map(share).collect()
    }
}

#[cfg(test)]
mod tests {
    use aevb_data::graph::{LinkSplit, SplitConfig, cora};
    use aevb_models::ranking::InnerProducts;

    use super::*;
    use crate::links::{Calibration, Reliability, Scorer};
    use crate::random::standard_normals;

    /// Cora's nodes, those that are linked alike.
    fn latents(graph: &aevb_data::graph::Graph) -> Vec<f32> {
        let nodes = graph.nodes();
        let drawn = standard_normals(&mut Streams::new(2).generator(Purpose::Sampling, 0), nodes * 6);
        let mut z = drawn.clone();
        for [i, j] in graph.edges() {
            for [to, from] in [[i, j], [j, i]] {
                for k in 0..6 {
                    z[to as usize * 6 + k] += drawn[from as usize * 6 + k];
                }
            }
        }
        z
    }

    #[test]
    fn the_best_pairs_are_those_of_all_that_have_a_common_neighbour() {
        let graph = cora();
        let z = latents(&graph);
        let products = AllPairs::from(InnerProducts::new(&z, [graph.nodes(), 6]).expect("finite"));
        let two_hop = TwoHop::of(&graph);
        let excluded = |node: u32| graph.neighbours(node);
        let has_common = |[i, j]: [u32; 2]| graph.neighbours(i).iter().any(|&node| graph.has_edge(node, j));
        let all = Scorer::Model(products).best_pairs(20_000, excluded);
        let expected: Vec<Link> = all.iter().copied().filter(|link| has_common(link.pair)).collect();
        assert!(expected.len() > 100, "{}", expected.len());
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| two_hop.best_pairs(&products, expected.len(), excluded))
        };
        assert_eq!((on(1) == expected, on(3) == expected), (true, true));
        // Recall of the same answer, as it is measured and as it is.
        let shares = two_hop.shares(&products, graph.nodes(), excluded, Streams::new(0));
        assert_eq!(shares, two_hop.shares(&products, graph.nodes(), excluded, Streams::new(0)));
        let everyone: Vec<u32> = (0..graph.nodes() as u32).collect();
        let partners = products.best_partners(&everyone, PARTNERS, excluded).into_iter().flatten();
        let found: Vec<bool> = partners.map(|best| has_common(best.pair)).collect();
        let recall = found.iter().filter(|found| **found).count() as f64 / found.len() as f64;
        let measured = Summary::of(&shares).expect("nodes");
        let error = measured.standard_error(shares.len()).expect("nodes");
        assert!((0.05..0.95).contains(&recall), "{recall}");
        assert!((measured.mean - recall).abs() < 4.0 * error, "{measured:?} {recall}");
        let told = two_hop.recall(&products, graph.nodes(), excluded, Streams::new(0)).expect("partners");
        assert!(told.starts_with(&format!("recall of two-hop: {:.1} ± ", 100.0 * measured.mean)), "{told}");
    }

    #[test]
    fn probabilities_are_right_among_the_candidates() {
        let graph = cora();
        for seed in 0..3 {
            let split = LinkSplit::draw(&graph, &SplitConfig::default(), seed).expect("a split");
            let train = split.train_graph(&graph);
            let z = latents(&train);
            let products = AllPairs::from(InnerProducts::new(&z, [graph.nodes(), 6]).expect("finite"));
            let two_hop = TwoHop::of(&train);
            let calibration = Calibration::among(&two_hop, &products, &split, &split.validation.edges)
                .expect("validation edges");
            let candidates = two_hop.best_pairs(&products, usize::MAX, |node| train.neighbours(node));
            let told: Vec<(f64, bool)> = candidates
                .iter()
                .map(|link| (calibration.probability(link.score), graph.has_edge(link.pair[0], link.pair[1])))
                .collect();
            let reliability = Reliability::of(&told[..790]);
            assert!(reliability.error <= 0.05, "{seed}: {reliability:?}");
            // As many are held out as the probabilities add up to, and a common neighbour says more than all pairs know.
            let expected: f64 = told.iter().map(|(probability, _)| probability).sum();
            let held_out = told.iter().filter(|(_, held_out)| *held_out).count() as f64;
            assert!((expected / held_out - 1.0).abs() < 0.15, "{seed}: {expected} {held_out}");
            let of_all = Calibration::of(&Scorer::Model(products), &split, &split.validation.edges)
                .expect("validation edges");
            assert!(calibration.probability(0.0) > 5.0 * of_all.probability(0.0), "{seed}");
        }
    }
}
