//! What some pairs of nodes score beside their inner products.

use std::fmt::Debug;
use std::ops::Range;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::bins::Bins;
use super::counts::add;
use super::scores::{InnerProducts, inner_product};
use super::shares::shares;
use super::top::{Best, CHUNK};

/// Adds a number to the scores of some pairs, the same to that of `[i, j]` as to that of `[j, i]`, and of no node with itself.
pub trait Correction: Debug + Sync {
    /// The number of a pair of distinct nodes; `None` where it has none.
    fn of_pair(&self, pair: [u32; 2]) -> Option<f32>;

    /// What [`Self::of_source`] takes for each of so many ends of edges in the mean, in inner products, where a source is asked for
    /// once.
    fn cost(&self, ends: u64) -> u64;

    /// What it takes for a source and nodes from `least` on, likewise.
    fn cost_of_source(&self, source: u32, least: u32) -> u64;

    /// What [`Self::of_pair`] takes, likewise.
    fn cost_of_pair(&self, pair: [u32; 2]) -> u64;

    /// Adds to `found` each node from `least` on whose pair with the source has a number, and that number, once and in no
    /// order that is said.
    fn of_source(&self, source: u32, least: u32, found: &mut Vec<(u32, f32)>);
}

impl<'a> InnerProducts<'a> {
    /// The same whose scores have a number added to them.
    #[must_use]
    pub fn corrected_by(self, correction: &'a dyn Correction) -> Self {
        Self { correction: Some(correction), ..self }
    }

    /// What [`Self::best_pairs`] and [`Self::count_pairs`] take, in inner products: one a pair, and what is added to some.
    pub fn work(&self) -> u64 {
        let of_source = |source: u32| self.cost_of_source(source);
        self.pairs().saturating_add((0..self.nodes as u32).into_par_iter().map(of_source).sum())
    }

    /// What the numbers of a source with all nodes after it take, in inner products.
    pub(super) fn cost_of_source(&self, source: u32) -> u64 {
        self.correction.map_or(0, |correction| correction.cost_of_source(source, source + 1))
    }

    /// The numbers of a source with some nodes, `[nodes]`: 0 where there is none. They are found pair by pair where that takes less,
    /// as of few nodes near a hub.
    pub(super) fn corrections(&self, source: u32, nodes: &[u32], found: &mut Vec<(u32, f32)>) -> Vec<f32> {
        let Some(correction) = self.correction else { return vec![0.0; nodes.len()] };
        let Some(least) = nodes.iter().copied().min() else { return Vec::new() };
        let one_by_one = nodes.iter().map(|&node| correction.cost_of_pair([source, node])).sum::<u64>();
        if one_by_one < correction.cost_of_source(source, least) {
            let number = |&node: &u32| correction.of_pair([source, node]).unwrap_or_default();
            return nodes.iter().map(number).collect();
        }
        found.clear();
        correction.of_source(source, least, found);
        found.sort_unstable_by_key(|&(node, _)| node);
        let number = |node: &u32| found.binary_search_by_key(node, |&(other, _)| other);
        nodes.iter().map(|node| number(node).map_or(0.0, |place| found[place].1)).collect()
    }

    /// Takes what pairs with a number were counted for by their inner products, and counts them by their scores. Calls `done` with
    /// what that took.
    pub(super) fn count_corrected(&self, bins: &Bins<f32>, counts: &mut [u64], done: impl Fn(u64) + Sync) {
        let Some(correction) = self.correction else { return };
        let arch = pulp::Arch::new();
        let open = || (Vec::new(), [vec![0_u64; counts.len()], vec![0_u64; counts.len()]]);
        let moved = shares(self.nodes.div_ceil(CHUNK), open, |(found, [left, come]), chunk| {
            for source in self.chunk(chunk) {
                found.clear();
                correction.of_source(source, source + 1, found);
                arch.dispatch(Visit {
                    products: *self,
                    source,
                    found,
                    visit: |_, [product, score]: [f32; 2]| {
                        left[bins.bin(product)] += 1;
                        come[bins.bin(score)] += 1;
                    },
                });
            }
            done(self.cost_of_chunk(chunk));
        });
        let mut all_left = vec![0; counts.len()];
        for (_, [left, come]) in moved {
            add(&mut all_left, &left);
            add(counts, &come);
        }
        counts.iter_mut().zip(all_left).for_each(|(count, left)| *count -= left);
    }

    /// What the numbers of a chunk of sources take.
    pub(super) fn cost_of_chunk(&self, chunk: usize) -> u64 {
        self.chunk(chunk).map(|source| self.cost_of_source(source)).sum()
    }

    /// The nodes that a thread takes at once.
    pub(super) fn chunk(&self, chunk: usize) -> Range<u32> {
        let first = chunk * CHUNK;
        first as u32..(first + CHUNK).min(self.nodes) as u32
    }

    /// Offers the pairs of a source with a number, those of nodes from `least` on.
    pub(super) fn offer_corrected<'g>(
        &self,
        source: u32,
        least: u32,
        excluded: impl Fn(u32) -> &'g [u32],
        found: &mut Vec<(u32, f32)>,
        best: &mut Best,
    ) {
        let Some(correction) = self.correction else { return };
        found.clear();
        correction.of_source(source, least, found);
        let excluded = excluded(source);
        pulp::Arch::new().dispatch(Visit {
            products: *self,
            source,
            found,
            visit: |node, [_, score]: [f32; 2]| best.consider(score, [source, node], excluded),
        });
    }
}

/// Calls `visit` with each node that was found, its inner product with the source and its score.
pub(super) struct Visit<'a, F> {
    pub products: InnerProducts<'a>,
    pub source: u32,
    pub found: &'a [(u32, f32)],
    pub visit: F,
}

impl<F: FnMut(u32, [f32; 2])> WithSimd for Visit<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { products, source, found, mut visit } = self;
        let row = products.left_row(source);
        for &(node, number) in found {
            let product = inner_product(row, products.right_row(node));
            visit(node, [product, product + number]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const LATENT: usize = 3;

    /// A number for one pair in seven, below and above 0, and some that are 0.
    #[derive(Debug)]
    struct Sevenths {
        nodes: u32,
        /// What a pair takes where its source takes as much as there are nodes.
        cost_of_pair: u64,
    }

    impl Correction for Sevenths {
        fn cost(&self, _: u64) -> u64 {
            1
        }

        fn cost_of_source(&self, _: u32, least: u32) -> u64 {
            (self.nodes - least).into()
        }

        fn cost_of_pair(&self, _: [u32; 2]) -> u64 {
            self.cost_of_pair
        }

        fn of_pair(&self, [i, j]: [u32; 2]) -> Option<f32> {
            let sum = i * j + i + j;
            sum.is_multiple_of(7).then_some((sum % 5) as f32 - 2.0)
        }

        fn of_source(&self, source: u32, least: u32, found: &mut Vec<(u32, f32)>) {
            let number = |node| Some((node, self.of_pair([source, node])?));
            found.extend((least..self.nodes).rev().filter(|&node| node != source).filter_map(number));
        }
    }

    fn score(z: &[f32], [i, j]: [u32; 2]) -> f32 {
        let row = |node: u32| &z[node as usize * LATENT..][..LATENT];
        inner_product(row(i), row(j))
            + Sevenths { nodes: 0, cost_of_pair: 0 }.of_pair([i, j]).unwrap_or_default()
    }

    /// The same, and how many sources were asked for.
    #[derive(Debug)]
    struct Asked(Sevenths, AtomicU64);

    impl Correction for Asked {
        fn cost(&self, ends: u64) -> u64 {
            self.0.cost(ends)
        }

        fn cost_of_source(&self, source: u32, least: u32) -> u64 {
            self.0.cost_of_source(source, least)
        }

        fn cost_of_pair(&self, pair: [u32; 2]) -> u64 {
            self.0.cost_of_pair(pair)
        }

        fn of_pair(&self, pair: [u32; 2]) -> Option<f32> {
            self.0.of_pair(pair)
        }

        fn of_source(&self, source: u32, least: u32, found: &mut Vec<(u32, f32)>) {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.of_source(source, least, found);
        }
    }

    #[test]
    fn a_source_is_asked_for_once_whatever_the_order_of_its_targets() {
        const NODES: u32 = 130;
        let z: Vec<f32> = (0..NODES as usize * LATENT).map(|place| (place % 5) as f32).collect();
        let correction = Asked(Sevenths { nodes: NODES, cost_of_pair: 3 }, AtomicU64::new(0));
        let products = InnerProducts::new(&z, [NODES as usize, LATENT]).expect("finite");
        let products = products.corrected_by(&correction);
        // Each of 12 sources in turn, and each target in the list of its source.
        let queries: Vec<[u32; 2]> = (0..108).map(|place| [place % 12, 12 + place]).collect();
        let known: Vec<Vec<u32>> =
            (0..12).map(|source| (0..9).map(|turn| 12 + source + 12 * turn).collect()).collect();
        let ranks = products.ranks(&queries, |source| &known[source as usize]);
        assert_eq!(correction.1.load(Ordering::Relaxed), 12);
        for (query, rank) in queries.iter().zip(ranks) {
            assert_eq!(products.ranks(&[*query], |source| &known[source as usize]), [rank]);
        }
    }

    #[test]
    fn ranks_best_pairs_and_counts_are_those_of_corrected_scores() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        for nodes in [1_u32, 2, 8, 130, 300] {
            // Whole numbers, so that many scores tie.
            let z: Vec<f32> =
                (0..nodes as usize * LATENT).map(|_| random.random_range(-2..=2) as f32).collect();
            let correction = Sevenths { nodes, cost_of_pair: 3 };
            let products = InnerProducts::new(&z, [nodes as usize, LATENT]).expect("finite");
            let products = products.corrected_by(&correction);
            let near = |node: u32| [node / 2, node / 3 + 1, nodes - 1];
            let excluded: Vec<Vec<u32>> = (0..nodes)
                .map(|node| {
                    let mut others: Vec<u32> =
                        near(node).into_iter().filter(|&other| other != node && other < nodes).collect();
                    others.sort_unstable();
                    others.dedup();
                    others
                })
                .collect();
            let is_left_out = |[i, j]: [u32; 2]| excluded[i as usize].contains(&j);
            let all: Vec<[u32; 2]> = (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| [i, j])).collect();
            let expected: Vec<f32> = all.iter().map(|&pair| score(&z, pair)).collect();
            assert_eq!(products.scores(&all), expected);

            let queries: Vec<[u32; 2]> =
                (0..nodes).flat_map(|i| excluded[i as usize].iter().map(move |&j| [i, j])).collect();
            let rank = |&[source, target]: &[u32; 2]| {
                let candidates = (0..nodes).filter(|&node| node != source && !is_left_out([source, node]));
                let target = score(&z, [source, target]);
                candidates.fold(1.0, |rank, node| {
                    let other = score(&z, [source, node]);
                    rank + f64::from(u8::from(other > target)) + 0.5 * f64::from(u8::from(other == target))
                })
            };
            let ranks: Vec<f64> = queries.iter().map(rank).collect();
            assert_eq!(products.ranks(&queries, |node| &excluded[node as usize]), ranks);

            let sorted = |of: &dyn Fn([u32; 2]) -> bool, pairs: &[[u32; 2]]| {
                let mut best: Vec<[u32; 2]> = pairs.iter().copied().filter(|&pair| of(pair)).collect();
                best.sort_by(|&a, &b| score(&z, b).total_cmp(&score(&z, a)).then(a.cmp(&b)));
                best
            };
            let is_wanted = |pair| !is_left_out(pair);
            let is_near = |[i, j]: [u32; 2]| is_wanted([i, j]) && (i + j).is_multiple_of(2);
            let name = |(): &mut (), i: u32, others: &mut Vec<u32>| {
                others.extend((i + 1..nodes).filter(|j| (i + j).is_multiple_of(2)));
            };
            for count in [0, 1, 10, 100_000] {
                let check = |what: &str, best: Vec<super::super::ScoredPair>, mut expected: Vec<[u32; 2]>| {
                    expected.truncate(count);
                    let found: Vec<[u32; 2]> = best.iter().map(|best| best.pair).collect();
                    assert_eq!(found, expected, "{what}, {nodes} nodes, {count}");
                    assert!(best.iter().all(|best| best.score == score(&z, best.pair)));
                };
                let excluded = |node: u32| &excluded[node as usize][..];
                let done = AtomicU64::new(0);
                let add = |work| {
                    done.fetch_add(work, Ordering::Relaxed);
                };
                check("all", products.best_pairs(count, excluded, add), sorted(&is_wanted, &all));
                // Each pair once, and what its number takes.
                assert_eq!(done.into_inner(), 2 * all.len() as u64);
                assert_eq!(products.work(), 2 * all.len() as u64);
                let among = products.best_pairs_among(count, || (), name, excluded);
                check("among", among, sorted(&is_near, &all));
                for (source, best) in
                    (0..nodes).zip(products.best_partners(&(0..nodes).collect::<Vec<_>>(), count, excluded))
                {
                    let partners: Vec<[u32; 2]> =
                        (0..nodes).filter(|&node| node != source).map(|node| [source, node]).collect();
                    check("partners", best, sorted(&is_wanted, &partners));
                }
            }

            let bins = Bins::new(vec![-3.0, -1.0, 0.0, 2.0, 5.0]);
            let count = |of: &dyn Fn([u32; 2]) -> bool| {
                let mut counts = vec![0; 6];
                all.iter().filter(|&&pair| of(pair)).for_each(|&pair| counts[bins.bin(score(&z, pair))] += 1);
                counts
            };
            let done = AtomicU64::new(0);
            let add = |work| {
                done.fetch_add(work, Ordering::Relaxed);
            };
            assert_eq!(products.count_pairs(&bins, add), count(&|_| true));
            assert_eq!(done.into_inner(), products.work());
            let near = count(&|[i, j]| (i + j).is_multiple_of(2));
            assert_eq!(products.count_pairs_among(&bins, || (), name), near);
        }
    }
}
