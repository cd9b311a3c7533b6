//! Against brute force: every score computed as its documentation says, every pair looked at.

use std::sync::atomic::{AtomicU64, Ordering};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::{Error, Sides};

const NODES: [usize; 8] = [1, 2, 7, 8, 127, 128, 130, 300];
const LATENTS: [usize; 6] = [0, 1, 3, 16, 64, 100];

/// Whole numbers, whose scores tie often, or floats in general.
fn embeddings(nodes: usize, latent: usize, whole: bool, random: &mut ChaCha8Rng) -> Vec<f32> {
    (0..nodes * latent)
        .map(|_| match whole {
            true => random.random_range(-2..=2) as f32,
            false => random.random::<f32>() * 2.0 - 1.0,
        })
        .collect()
}

/// Sorted neighbours of each node, on average about four, without loops.
fn graph(nodes: usize, random: &mut ChaCha8Rng) -> Vec<Vec<u32>> {
    let mut neighbours = vec![Vec::new(); nodes];
    for i in 0..nodes {
        for j in i + 1..nodes {
            if random.random::<f64>() < 4.0 / nodes as f64 {
                neighbours[i].push(j as u32);
                neighbours[j].push(i as u32);
            }
        }
    }
    neighbours
}

fn directed(neighbours: &[Vec<u32>]) -> Vec<[u32; 2]> {
    (0u32..).zip(neighbours).flat_map(|(i, list)| list.iter().map(move |&j| [i, j])).collect()
}

fn score(z: &[f32], latent: usize, i: usize, j: usize) -> f32 {
    (0..latent).fold(0.0, |x, k| z[i * latent + k].mul_add(z[j * latent + k], x))
}

fn brute_force_rank(z: &[f32], latent: usize, neighbours: &[Vec<u32>], [i, j]: [u32; 2]) -> f64 {
    let target = score(z, latent, i as usize, j as usize);
    let mut rank = 1.0;
    for other in (0..neighbours.len()).filter(|&other| other != i as usize) {
        if !neighbours[i as usize].contains(&(other as u32)) {
            let other = score(z, latent, i as usize, other);
            rank += f64::from(u8::from(other > target)) + 0.5 * f64::from(u8::from(other == target));
        }
    }
    rank
}

fn each_case(check: impl Fn(&str, &[f32], usize, usize, &[Vec<u32>], &mut ChaCha8Rng)) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for nodes in NODES {
        let neighbours = graph(nodes, &mut random);
        for latent in LATENTS {
            for whole in [true, false] {
                let z = embeddings(nodes, latent, whole, &mut random);
                check(
                    &format!("{nodes}×{latent}, whole: {whole}"),
                    &z,
                    nodes,
                    latent,
                    &neighbours,
                    &mut random,
                );
            }
        }
    }
}

#[test]
fn ranks_equal_brute_force() {
    each_case(|what, z, nodes, latent, neighbours, _| {
        let products = InnerProducts::new(z, [nodes, latent]).expect("finite");
        let queries = directed(neighbours);
        let ranks = products.ranks(&queries, |node| &neighbours[node as usize]);
        assert_eq!(ranks.len(), queries.len());
        for (query, rank) in queries.into_iter().zip(ranks) {
            assert_eq!(rank, brute_force_rank(z, latent, neighbours, query), "{what}: {query:?}");
        }
    });
}

#[test]
fn a_score_is_the_documented_chain_in_both_directions() {
    each_case(|what, z, nodes, latent, _, random| {
        let products = InnerProducts::new(z, [nodes, latent]).expect("finite");
        let mut node = || random.random_range(0..nodes as u32);
        let pairs: Vec<[u32; 2]> = (0..700).map(|_| [node(), node()]).collect();
        let reversed: Vec<[u32; 2]> = pairs.iter().map(|&[i, j]| [j, i]).collect();
        let expected: Vec<f32> =
            pairs.iter().map(|&[i, j]| score(z, latent, i as usize, j as usize)).collect();
        assert_eq!(products.scores(&pairs), expected, "{what}");
        assert_eq!(products.scores(&reversed), expected, "{what}");
    });
}

#[test]
fn pair_counts_equal_brute_force() {
    each_case(|what, z, nodes, latent, neighbours, _| {
        let products = InnerProducts::new(z, [nodes, latent]).expect("finite");
        let bins = Bins::new(products.scores(&directed(neighbours)));
        let mut expected = vec![0; bins.thresholds().len() + 1];
        for i in 0..nodes {
            for j in i + 1..nodes {
                let score = score(z, latent, i, j);
                expected[bins.thresholds().partition_point(|&threshold| threshold <= score)] += 1;
            }
        }
        assert_eq!(products.count_pairs(&bins, |_| ()), expected, "{what}");
    });
}

#[test]
fn the_best_pairs_equal_brute_force() {
    each_case(|what, z, nodes, latent, neighbours, _| {
        let products = InnerProducts::new(z, [nodes, latent]).expect("finite");
        let pair =
            |i: usize, j: usize| ScoredPair { score: score(z, latent, i, j), pair: [i as u32, j as u32] };
        let none = |_: u32| -> &[u32] { &[] };
        let known = |node: u32| -> &[u32] { &neighbours[node as usize] };
        let mut all: Vec<ScoredPair> =
            (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| pair(i, j))).collect();
        all.sort();
        let unknown: Vec<ScoredPair> =
            all.iter().copied().filter(|best| !known(best.pair[0]).contains(&best.pair[1])).collect();
        for count in [0, 1, 10, 1000, usize::MAX] {
            assert_eq!(
                products.best_pairs(count, none, |_| ()),
                all[..all.len().min(count)],
                "{what}, {count}"
            );
            let best = products.best_pairs(count, known, |_| ());
            assert_eq!(best, unknown[..unknown.len().min(count)], "{what}, {count}");
        }
        let sources: Vec<u32> = (0..nodes as u32).rev().collect();
        for count in [1, 5] {
            let best = products.best_partners(&sources, count, known);
            for (&source, best) in sources.iter().zip(best) {
                let others = (0..nodes as u32).filter(|j| *j != source && !known(source).contains(j));
                let mut expected: Vec<_> = others.map(|j| pair(source as usize, j as usize)).collect();
                expected.sort();
                expected.truncate(count);
                assert_eq!(best, expected, "{what}, node {source}");
            }
        }
    });
}

/// As decoders with parameters make them; the score of `[i, j]` is that of the left row `i` and the right row `j`.
#[test]
fn left_and_right_rows_may_differ() {
    each_case(|what, left, nodes, latent, neighbours, random| {
        let right = embeddings(nodes, latent, what.ends_with("true"), random);
        let products = InnerProducts::between(left, &right, [nodes, latent]).expect("finite");
        let score = |i: usize, j: usize| {
            (0..latent).fold(0.0_f32, |x, k| left[i * latent + k].mul_add(right[j * latent + k], x))
        };
        let pairs: Vec<[u32; 2]> =
            (0..nodes as u32).flat_map(|i| (i + 1..nodes as u32).map(move |j| [i, j])).collect();
        let scores: Vec<f32> = pairs.iter().map(|&[i, j]| score(i as usize, j as usize)).collect();
        assert_eq!(products.scores(&pairs), scores, "{what}");
        let bins = Bins::new(vec![-0.25, 0.5]);
        let counts = products.count_pairs(&bins, |_| ());
        let reach = |least: f32| scores.iter().filter(|&&score| score >= least).count() as u64;
        assert_eq!((counts[1] + counts[2], counts[2]), (reach(-0.25), reach(0.5)), "{what}");
        let mut best: Vec<ScoredPair> =
            pairs.iter().zip(&scores).map(|(&pair, &score)| ScoredPair { score, pair }).collect();
        best.sort();
        best.truncate(5);
        assert_eq!(products.best_pairs(5, |_| &[], |_| ()), best, "{what}");
        let source = (nodes - 1) as u32;
        let mut best: Vec<ScoredPair> = (0..source)
            .map(|node| ScoredPair { score: score(source as usize, node as usize), pair: [source, node] })
            .collect();
        best.sort();
        best.truncate(5);
        assert_eq!(products.best_partners(&[source], 5, |_| &[]), [best], "{what}");
        let queries = directed(neighbours);
        let ranks = products.ranks(&queries, |source| &neighbours[source as usize]);
        for (&[i, j], rank) in queries.iter().zip(ranks) {
            let (i, j) = (i as usize, j as usize);
            let others = (0..nodes).filter(|&other| other != i && !neighbours[i].contains(&(other as u32)));
            let expected = others.fold(1.0, |rank, other| match score(i, other).total_cmp(&score(i, j)) {
                std::cmp::Ordering::Greater => rank + 1.0,
                std::cmp::Ordering::Equal => rank + 0.5,
                std::cmp::Ordering::Less => rank,
            });
            assert_eq!(rank, expected, "{what}: {i} {j}");
        }
    });
}

/// Of every other pair, in an order that is not that of the nodes.
#[test]
fn the_best_among_candidates_equal_brute_force() {
    each_case(|what, z, nodes, latent, neighbours, _| {
        let products = InnerProducts::new(z, [nodes, latent]).expect("finite");
        let is_candidate = |i: u32, j: u32| i < j && (3 * i + 5 * j) % 7 < 3;
        let candidates = |calls: &mut usize, source: u32, others: &mut Vec<u32>| {
            *calls += 1;
            assert!(others.is_empty());
            others.extend((0..nodes as u32).rev().filter(|&node| is_candidate(source, node)));
        };
        let known = |node: u32| -> &[u32] { &neighbours[node as usize] };
        let all = products.best_pairs(usize::MAX, known, |_| ()).into_iter();
        let expected: Vec<ScoredPair> = all.filter(|best| is_candidate(best.pair[0], best.pair[1])).collect();
        for count in [0, 1, 10, usize::MAX] {
            let best = products.best_pairs_among(count, || 0, candidates, known);
            assert_eq!(best, expected[..expected.len().min(count)], "{what}, {count}");
        }
        let bins = Bins::new(products.scores(&directed(neighbours)));
        let all = products.best_pairs(usize::MAX, |_| &[], |_| ()).into_iter();
        let mut expected = vec![0; bins.thresholds().len() + 1];
        for best in all.filter(|best| is_candidate(best.pair[0], best.pair[1])) {
            expected[bins.thresholds().partition_point(|&threshold| threshold <= best.score)] += 1;
        }
        assert_eq!(products.count_pairs_among(&bins, || 0, candidates), expected, "{what}");
    });
}

#[test]
fn every_pair_is_told_as_done() {
    for nodes in [0, 1, 2, 127, 128, 129, 300] {
        let z: Vec<f32> = (0..nodes * 2).map(|value| value as f32).collect();
        let products = InnerProducts::new(&z, [nodes, 2]).expect("finite");
        let add = |sum: &AtomicU64, pairs| {
            sum.fetch_add(pairs, Ordering::Relaxed);
        };
        let [scored, counted] = [const { AtomicU64::new(0) }; 2];
        products.best_pairs(1, |_| &[], |pairs| add(&scored, pairs));
        products.count_pairs(&Bins::new(Vec::new()), |pairs| add(&counted, pairs));
        let all = (nodes * nodes.saturating_sub(1) / 2) as u64;
        assert_eq!((products.pairs(), scored.into_inner(), counted.into_inner()), (all, all, all), "{nodes}");
    }
}

#[test]
fn where_all_others_are_excluded_the_target_is_first() {
    let everyone_but = |node: u32| -> &[u32] { [&[1, 2][..], &[0, 2], &[0, 1]][node as usize] };
    let products = InnerProducts::new(&[1.0, -1.0, 2.0], [3, 1]).expect("finite");
    assert_eq!(products.ranks(&[[0, 1], [1, 0], [2, 1]], everyone_but), [1.0; 3]);
    assert!(products.ranks(&[], everyone_but).is_empty());
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let (nodes, latent) = (700, 5);
    let neighbours = graph(nodes, &mut random);
    let z = embeddings(nodes, latent, false, &mut random);
    let products = InnerProducts::new(&z, [nodes, latent]).expect("finite");
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let queries = directed(&neighbours);
            let scores = products.scores(&queries);
            let counts = products.count_pairs(&Bins::new(scores.clone()), |_| ());
            let best = products.best_pairs(100, |node| &neighbours[node as usize], |_| ());
            (products.ranks(&queries, |node| &neighbours[node as usize]), scores, counts, best)
        })
    };
    let one = on(1);
    assert!(one == on(2) && one == on(3));
}

#[test]
fn vectors_that_cannot_be_ranked_are_refused() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let error = InnerProducts::new(&[0.0, 1.0, 2.0, value], [2, 2]).expect_err("not finite");
        assert_eq!(error, Error::Embedding { node: 1, problem: "is not finite" });
        assert_eq!(error.to_string(), "the latent vector of node 1 is not finite");
    }
    let error = InnerProducts::new(&[1e19, 0.0, 1e18, 1e18], [2, 2]).expect_err("too long");
    assert_eq!(error, Error::Embedding { node: 0, problem: "is so long that inner products overflow" });
    assert!(matches!(InnerProducts::new(&[0.0; 5], [2, 2]), Err(Error::Shape { .. })));
    assert!(matches!(InnerProducts::new(&[0.0; 5], [usize::MAX, 2]), Err(Error::Shape { .. })));
    let none = InnerProducts::new(&[], [0, 16]).expect("no node");
    assert_eq!(none.count_pairs(&Bins::new(Vec::new()), |_| ()), [0]);
}

#[test]
fn rows_are_the_scores_of_all_pairs_of_their_sources() {
    each_case(|what, z, nodes, latent, _, _| {
        let products = InnerProducts::new(z, [nodes, latent]).expect("finite");
        let sources: Vec<u32> = (0..nodes as u32).rev().step_by(2).collect();
        let rows = products.each_row(&sources, |place, row| (sources[place], row.to_vec()));
        assert_eq!(rows.len(), sources.len());
        for (&source, (of, row)) in sources.iter().zip(rows) {
            let pairs: Vec<[u32; 2]> = (0..nodes as u32).map(|node| [source, node]).collect();
            assert_eq!((of, row), (source, products.scores(&pairs)), "{what}");
        }
    });
}

/// Against brute force over the pairs between two sides, which are of different nodes or of one kind in two roles.
#[test]
fn pairs_between_sides_equal_brute_force() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for (left, right, are_roles) in
        [(1, 1, false), (5, 130, false), (130, 5, false), (64, 64, true), (131, 131, true), (2, 2, true)]
    {
        let nodes = left + right;
        let sides = Sides { left, right, are_roles };
        for (latent, whole) in [(3, true), (16, false)] {
            let what = format!("{sides:?}, {whole}");
            let [z, w] = [0; 2].map(|_| embeddings(nodes, latent, whole, &mut random));
            let products = InnerProducts::between(&z, &w, [nodes, latent]).expect("finite");
            let products = products.with_sides(Some(sides)).expect("as many nodes");
            let score = |i: u32, j: u32| {
                let row = |z: &[f32], node: u32| z[node as usize * latent..][..latent].to_vec();
                row(&z, i).iter().zip(row(&w, j)).fold(0.0_f32, |x, (a, b)| a.mul_add(b, x))
            };
            let is_left = |node: u32| (node as usize) < left;
            let is_pair =
                |i: u32, j: u32| is_left(i) != is_left(j) && !(are_roles && i.abs_diff(j) as usize == left);
            let mut neighbours = vec![Vec::new(); nodes];
            let pairs: Vec<[u32; 2]> = (0..nodes as u32)
                .flat_map(|i| (i + 1..nodes as u32).map(move |j| [i, j]))
                .filter(|&[i, j]| is_pair(i, j))
                .collect();
            for &[i, j] in &pairs {
                if random.random::<f64>() < 4.0 / nodes as f64 {
                    neighbours[i as usize].push(j);
                    neighbours[j as usize].push(i);
                }
            }
            let known = |node: u32| -> &[u32] { &neighbours[node as usize] };
            assert_eq!(products.pairs(), pairs.len() as u64, "{what}");

            let queries = directed(&neighbours);
            for (&[i, j], rank) in queries.iter().zip(products.ranks(&queries, known)) {
                let others = (0..nodes as u32).filter(|&node| is_pair(i, node) && !known(i).contains(&node));
                let expected = others.fold(1.0, |rank, node| {
                    rank + f64::from(u8::from(score(i, node) > score(i, j)))
                        + 0.5 * f64::from(u8::from(score(i, node) == score(i, j)))
                });
                assert_eq!(rank, expected, "{what}: {i} {j}");
            }

            let mut all: Vec<ScoredPair> =
                pairs.iter().map(|&pair| ScoredPair { score: score(pair[0], pair[1]), pair }).collect();
            all.sort();
            let unknown: Vec<ScoredPair> =
                all.iter().copied().filter(|best| !known(best.pair[0]).contains(&best.pair[1])).collect();
            for count in [0, 1, 10, usize::MAX] {
                let done = AtomicU64::new(0);
                let add = |pairs: u64| {
                    done.fetch_add(pairs, Ordering::Relaxed);
                };
                let best = products.best_pairs(count, known, add);
                assert_eq!(best, unknown[..unknown.len().min(count)], "{what}, {count}");
                assert_eq!(done.into_inner(), products.pairs(), "{what}");
            }
            let bins = Bins::new(all.iter().step_by(7).map(|best| best.score).collect());
            let mut expected = vec![0; bins.thresholds().len() + 1];
            for best in &all {
                expected[bins.thresholds().partition_point(|&threshold| threshold <= best.score)] += 1;
            }
            assert_eq!(products.count_pairs(&bins, |_| ()), expected, "{what}");

            let sources: Vec<u32> = (0..nodes as u32).rev().collect();
            for (&source, best) in sources.iter().zip(products.best_partners(&sources, 4, known)) {
                let others =
                    (0..nodes as u32).filter(|&node| is_pair(source, node) && !known(source).contains(&node));
                let mut expected: Vec<ScoredPair> = others
                    .map(|node| ScoredPair { score: score(source, node), pair: [source, node] })
                    .collect();
                expected.sort();
                expected.truncate(4);
                assert_eq!(best, expected, "{what}, node {source}");
            }
        }
    }
    let products = InnerProducts::new(&[1.0; 5], [5, 1]).expect("finite");
    let wrong = Sides { left: 2, right: 2, are_roles: true };
    assert!(matches!(products.with_sides(Some(wrong)), Err(Error::Shape { .. })));
}
