//! What some pairs of nodes score beside their inner products.

use std::fmt::Debug;

use pulp::{Simd, WithSimd};

use super::bins::Bins;
use super::counts::add;
use super::scores::{InnerProducts, inner_product};
use super::shares::shares;
use super::top::{Best, CHUNK};

/// Adds a number to the scores of some pairs, the same to that of `[i, j]` as to that of `[j, i]`, and of no node with itself.
pub trait Correction: Debug + Sync {
    /// The number of a pair of distinct nodes; `None` where it has none.
    fn of_pair(&self, pair: [u32; 2]) -> Option<f32>;

    /// What [`Self::of_source`] takes for an end of an edge in the mean, in inner products.
    fn cost(&self) -> u64;

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

    /// The numbers of a source with some nodes, `[nodes]`: 0 where there is none.
    pub(super) fn corrections(&self, source: u32, nodes: &[u32], found: &mut Vec<(u32, f32)>) -> Vec<f32> {
        let Some(correction) = self.correction else { return vec![0.0; nodes.len()] };
        found.clear();
        correction.of_source(source, nodes.iter().copied().min().unwrap_or_default(), found);
        found.sort_unstable_by_key(|&(node, _)| node);
        let number = |node: &u32| found.binary_search_by_key(node, |&(other, _)| other);
        nodes.iter().map(|node| number(node).map_or(0.0, |place| found[place].1)).collect()
    }

    /// Takes what pairs with a number were counted for by their inner products, and counts them by their scores.
    pub(super) fn count_corrected(&self, bins: &Bins<f32>, counts: &mut [u64]) {
        let Some(correction) = self.correction else { return };
        let arch = pulp::Arch::new();
        let open = || (Vec::new(), [vec![0_u64; counts.len()], vec![0_u64; counts.len()]]);
        let moved = shares(self.nodes.div_ceil(CHUNK), open, |(found, [left, come]), chunk| {
            for source in chunk * CHUNK..((chunk + 1) * CHUNK).min(self.nodes) {
                found.clear();
                correction.of_source(source as u32, source as u32 + 1, found);
                arch.dispatch(Visit {
                    products: *self,
                    source: source as u32,
                    found,
                    visit: |_, [product, score]: [f32; 2]| {
                        left[bins.bin(product)] += 1;
                        come[bins.bin(score)] += 1;
                    },
                });
            }
        });
        let mut all_left = vec![0; counts.len()];
        for (_, [left, come]) in moved {
            add(&mut all_left, &left);
            add(counts, &come);
        }
        counts.iter_mut().zip(all_left).for_each(|(count, left)| *count -= left);
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
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const LATENT: usize = 3;

    /// A number for one pair in seven, below and above 0, and some that are 0.
    #[derive(Debug)]
    struct Sevenths(u32);

    impl Correction for Sevenths {
        fn cost(&self) -> u64 {
            1
        }

        fn of_pair(&self, [i, j]: [u32; 2]) -> Option<f32> {
            let sum = i * j + i + j;
            sum.is_multiple_of(7).then_some((sum % 5) as f32 - 2.0)
        }

        fn of_source(&self, source: u32, least: u32, found: &mut Vec<(u32, f32)>) {
            let number = |node| Some((node, self.of_pair([source, node])?));
            found.extend((least..self.0).rev().filter(|&node| node != source).filter_map(number));
        }
    }

    fn score(z: &[f32], [i, j]: [u32; 2]) -> f32 {
        let row = |node: u32| &z[node as usize * LATENT..][..LATENT];
        inner_product(row(i), row(j)) + Sevenths(0).of_pair([i, j]).unwrap_or_default()
    }

    #[test]
    fn ranks_best_pairs_and_counts_are_those_of_corrected_scores() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        for nodes in [1_u32, 2, 8, 130, 300] {
            // Whole numbers, so that many scores tie.
            let z: Vec<f32> =
                (0..nodes as usize * LATENT).map(|_| random.random_range(-2..=2) as f32).collect();
            let correction = Sevenths(nodes);
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
                check("all", products.best_pairs(count, excluded, |_| ()), sorted(&is_wanted, &all));
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
            assert_eq!(products.count_pairs(&bins, |_| ()), count(&|_| true));
            let near = count(&|[i, j]| (i + j).is_multiple_of(2));
            assert_eq!(products.count_pairs_among(&bins, || (), name), near);
        }
    }
}
