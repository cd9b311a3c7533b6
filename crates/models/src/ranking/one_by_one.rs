//! Ranks, counts and best pairs of scores that have no factors: by rows of scores, of which a thread holds one.

use rayon::prelude::*;

use super::bins::Bins;
use super::network::PairNetwork;
use super::shares::shares;
use super::top::{Best, CHUNK, ScoredPair, best_of_shares, pairs_of};

impl PairNetwork {
    /// As [`InnerProducts::ranks`](super::InnerProducts::ranks).
    ///
    /// # Panics
    /// If a node is not there.
    pub fn ranks<'g>(&self, queries: &[[u32; 2]], excluded: impl Fn(u32) -> &'g [u32] + Sync) -> Vec<f64> {
        // A source has one row of scores, however many targets it has.
        let mut order: Vec<usize> = (0..queries.len()).collect();
        order.sort_unstable_by_key(|&query| queries[query][0]);
        let of_source: Vec<&[usize]> = order.chunk_by(|&a, &b| queries[a][0] == queries[b][0]).collect();
        let ranked = of_source.into_par_iter().flat_map_iter(|group| {
            let (source, mut row) = (queries[group[0]][0], Vec::new());
            self.with_others(source, 0..self.nodes as u32, &mut row);
            let target = |query: usize| row[queries[query][1] as usize];
            let rank = |&query: &usize| {
                let score = target(query);
                let above = |others: &mut dyn Iterator<Item = f32>| {
                    others.fold([0_u64; 2], |[greater, equal], other| {
                        [greater + u64::from(other > score), equal + u64::from(other == score)]
                    })
                };
                let [greater, equal] = above(&mut row.iter().copied());
                let others = excluded(source).iter().chain([&source]);
                let [no_greater, no_equal] = above(&mut others.map(|&node| row[node as usize]));
                // Exact: a half is kept.
                (query, 1.0 + (greater - no_greater) as f64 + (equal - no_equal) as f64 / 2.0)
            };
            group.iter().map(rank).collect::<Vec<_>>()
        });
        let mut ranks = vec![0.0; queries.len()];
        ranked.collect::<Vec<_>>().into_iter().for_each(|(query, rank)| ranks[query] = rank);
        ranks
    }

    /// As [`InnerProducts::best_pairs`](super::InnerProducts::best_pairs).
    pub fn best_pairs<'g>(
        &self,
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
        done: impl Fn(u64) + Sync,
    ) -> Vec<ScoredPair> {
        let greater = |_: &mut (), source: u32, others: &mut Vec<u32>| {
            others.extend(source + 1..self.nodes as u32);
            done(others.len() as u64);
        };
        self.best_pairs_among(count, || (), greater, excluded)
    }

    /// As [`InnerProducts::best_pairs_among`](super::InnerProducts::best_pairs_among).
    pub fn best_pairs_among<'g, T: Send>(
        &self,
        count: usize,
        open: impl Fn() -> T + Sync,
        candidates: impl Fn(&mut T, u32, &mut Vec<u32>) + Sync,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<ScoredPair> {
        let open = || (open(), Vec::new(), Vec::new());
        let parts = self.nodes.div_ceil(CHUNK);
        best_of_shares(Best::new(count), parts, open, |(state, others, scores), best, chunk| {
            for source in self.chunk(chunk) {
                others.clear();
                candidates(state, source, others);
                self.with_others(source, others.iter().copied(), scores);
                self.offer(source, others, scores, &excluded, best);
            }
        })
    }

    /// As [`InnerProducts::best_partners`](super::InnerProducts::best_partners).
    ///
    /// # Panics
    /// If a source is no node.
    pub fn best_partners<'g>(
        &self,
        sources: &[u32],
        count: usize,
        excluded: impl Fn(u32) -> &'g [u32] + Sync,
    ) -> Vec<Vec<ScoredPair>> {
        let partners = |&source: &u32| {
            let others: Vec<u32> = (0..self.nodes as u32).filter(|&node| node != source).collect();
            let (mut scores, mut best) = (Vec::new(), Best::new(count));
            self.with_others(source, others.iter().copied(), &mut scores);
            self.offer(source, &others, &scores, &excluded, &mut best);
            best.sorted()
        };
        sources.par_iter().map(partners).collect()
    }

    /// As [`InnerProducts::count_pairs`](super::InnerProducts::count_pairs).
    pub fn count_pairs(&self, bins: &Bins<f32>, done: impl Fn(u64) + Sync) -> Vec<u64> {
        let greater = |_: &mut (), source: u32, others: &mut Vec<u32>| {
            others.extend(source + 1..self.nodes as u32);
            done(others.len() as u64);
        };
        self.count_pairs_among(bins, || (), greater)
    }

    /// As [`InnerProducts::count_pairs_among`](super::InnerProducts::count_pairs_among).
    pub fn count_pairs_among<T: Send>(
        &self,
        bins: &Bins<f32>,
        open: impl Fn() -> T + Sync,
        candidates: impl Fn(&mut T, u32, &mut Vec<u32>) + Sync,
    ) -> Vec<u64> {
        let zeros = || vec![0_u64; bins.thresholds().len() + 1];
        let open = || (open(), Vec::new(), Vec::new(), zeros());
        let parts = self.nodes.div_ceil(CHUNK);
        let shares = shares(parts, open, |(state, others, scores, counts), chunk| {
            for source in self.chunk(chunk) {
                others.clear();
                candidates(state, source, others);
                self.with_others(source, others.iter().copied(), scores);
                scores.iter().for_each(|&score| counts[bins.bin(score)] += 1);
            }
        });
        shares.into_iter().fold(zeros(), |mut sum, (_, _, _, counts)| {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            sum
        })
    }

    /// How many pairs of nodes there are.
    pub fn pairs(&self) -> u64 {
        pairs_of(self.nodes)
    }

    fn chunk(&self, chunk: usize) -> std::ops::Range<u32> {
        (chunk * CHUNK) as u32..((chunk + 1) * CHUNK).min(self.nodes) as u32
    }

    fn offer<'g>(
        &self,
        source: u32,
        others: &[u32],
        scores: &[f32],
        excluded: &impl Fn(u32) -> &'g [u32],
        best: &mut Best,
    ) {
        for (&node, &score) in others.iter().zip(scores) {
            if best.may_take(score) && excluded(source).binary_search(&node).is_err() {
                best.offer(ScoredPair { score, pair: [source, node] });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::super::network::PairNetworkLayer;
    use super::*;
    use crate::nn::Activation;

    const NODES: usize = 150;

    /// A network whose scores are small whole numbers, exact and often the same, or one whose scores are not.
    fn network(is_exact: bool, activation: Activation) -> PairNetwork {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut draw = |count: usize| -> Vec<f32> {
            let number = |_| {
                if is_exact { random.random_range(-1..2) as f32 } else { random.random_range(-1.0..1.0) }
            };
            (0..count).map(number).collect()
        };
        let layers = [[3, 17], [17, 4]]
            .map(|[inputs, outputs]| PairNetworkLayer::new(&draw(inputs * outputs), &draw(outputs)));
        PairNetwork::new(draw(NODES * 3), [NODES, 3], layers.into(), activation, draw(4), 0.5)
            .expect("finite")
    }

    fn all() -> Vec<[u32; 2]> {
        let nodes = NODES as u32;
        (0..nodes).flat_map(|i| (0..nodes).map(move |j| [i, j])).collect()
    }

    #[test]
    fn scores_are_those_of_double_precision_and_the_same_from_both_ends_and_in_any_company() {
        for activation in [Activation::Relu, Activation::Tanh, Activation::Softplus] {
            let network = network(false, activation);
            let pairs = all();
            let scores = network.scores(&pairs);
            let largest = scores.iter().fold(0.0_f32, |largest, score| largest.max(score.abs()));
            for (score, exact) in scores.iter().zip(network.exact(&pairs)) {
                assert!((f64::from(*score) - exact).abs() < 2e-6 * f64::from(largest), "{score} {exact}");
            }
            for (&[i, j], score) in pairs.iter().zip(&scores) {
                assert_eq!(*score, scores[j as usize * NODES + i as usize]);
                assert_eq!(network.scores(&[[i, j]]), [*score]);
            }
        }
    }

    #[test]
    fn ranks_counts_and_best_pairs_are_those_of_all_scores() {
        let network = network(true, Activation::Relu);
        let scores = network.scores(&all());
        let score = |i: u32, j: u32| scores[i as usize * NODES + j as usize];
        let excluded: Vec<Vec<u32>> = (0..NODES as u32)
            .map(|node| (0..NODES as u32).filter(|other| node != *other && (node + other) % 7 == 0).collect())
            .collect();
        let of = |node: u32| &excluded[node as usize][..];
        let queries: Vec<[u32; 2]> = [3, 5, 3, 149, 0]
            .map(|source: u32| [source, of(source)[0]])
            .into_iter()
            .chain([[3, of(3)[1]]])
            .collect();
        let plain = |&[source, target]: &[u32; 2]| {
            let others = (0..NODES as u32).filter(|other| *other != source && !of(source).contains(other));
            let mark = score(source, target);
            others.fold(1.0, |rank, other| match score(source, other) {
                score if score > mark => rank + 1.0,
                score if score == mark => rank + 0.5,
                _ => rank,
            })
        };
        assert_eq!(network.ranks(&queries, of), queries.iter().map(plain).collect::<Vec<f64>>());

        let mut pairs: Vec<ScoredPair> = all()
            .into_iter()
            .filter(|&[i, j]| i < j && !of(i).contains(&j))
            .map(|[i, j]| ScoredPair { score: score(i, j), pair: [i, j] })
            .collect();
        pairs.sort_unstable();
        pairs.truncate(400);
        let done = std::sync::atomic::AtomicU64::new(0);
        let add = |count| {
            done.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
        };
        assert_eq!(network.best_pairs(400, of, add), pairs);
        assert_eq!(done.into_inner(), network.pairs());
        let partners = network.best_partners(&[7, 2], 9, of);
        for (source, found) in [7, 2].into_iter().zip(partners) {
            let others = (0..NODES as u32).filter(|other| *other != source && !of(source).contains(other));
            let mut expected: Vec<ScoredPair> = others
                .map(|other| ScoredPair { score: score(source, other), pair: [source, other] })
                .collect();
            expected.sort_unstable();
            assert_eq!(found, expected[..9]);
        }

        let bins = Bins::new(vec![-3.5, 0.5, 1.5, 4.5]);
        let mut counts = vec![0; 5];
        all().iter().filter(|[i, j]| i < j).for_each(|&[i, j]| counts[bins.bin(score(i, j))] += 1);
        assert_eq!(network.count_pairs(&bins, |_| ()), counts);
    }

    #[test]
    fn vectors_whose_scores_overflow_are_refused() {
        let of = |z: Vec<f32>| {
            let layer = PairNetworkLayer::new(&[1e10, 1.0], &[0.0]);
            PairNetwork::new(z, [2, 2], vec![layer], Activation::Relu, vec![1.0], 0.0)
        };
        let problem = |z: Vec<f32>| of(z).expect_err("refused").to_string();
        assert_eq!(problem(vec![1.0, 0.0, f32::NAN, 1.0]), "the latent vector of node 1 is not finite");
        let long = problem(vec![0.0, 0.0, 1e15, 1.0]);
        assert_eq!(long, "the latent vector of node 1 is so long that scores overflow");
        assert!(of(vec![1.0, 2.0, 3.0, 4.0]).is_ok());
    }
}
