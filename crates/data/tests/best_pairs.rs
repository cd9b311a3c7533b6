//! The pairs that a heuristic scores highest, against every score sorted.

use aevb_data::graph::heuristics::{BestPair, Heuristic};
use aevb_data::graph::{Graph, cora, power_law_pairs};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn power_law(nodes: u32, pairs: usize) -> Graph {
    let pairs = power_law_pairs(nodes, pairs, &mut ChaCha8Rng::seed_from_u64(7));
    Graph::from_edges(nodes as usize, pairs).expect("a graph").0
}

fn graphs() -> Vec<Graph> {
    let of = |nodes, edges: &[(u32, u32)]| Graph::from_edges(nodes, edges.to_vec()).expect("a graph").0;
    vec![
        of(0, &[]),
        of(1, &[]),
        of(5, &[(0, 1)]),
        of(6, &[(0, 1), (0, 2), (0, 3), (0, 4)]),
        of(4, &[(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]),
        power_law(60, 200),
        power_law(150, 300),
    ]
}

/// All pairs that score above 0, the best first.
fn all(heuristic: Heuristic, graph: &Graph, pairs: Vec<[u32; 2]>) -> Vec<BestPair> {
    let scores = heuristic.scores(graph, &pairs);
    let mut all: Vec<BestPair> =
        pairs.into_iter().zip(scores).map(|(pair, score)| BestPair { score, pair }).collect();
    all.retain(|best| best.score > 0.0);
    all.sort();
    all
}

#[test]
fn the_best_pairs_are_those_of_every_score_sorted() {
    for graph in graphs() {
        let nodes = graph.nodes() as u32;
        let none = |_: u32| -> &[u32] { &[] };
        let known = |node: u32| graph.neighbours(node);
        for heuristic in Heuristic::of(&graph) {
            let pairs = (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| [i, j])).collect();
            let all = all(heuristic, &graph, pairs);
            let unknown: Vec<BestPair> =
                all.iter().copied().filter(|best| !graph.has_edge(best.pair[0], best.pair[1])).collect();
            for count in [0, 1, 7, 100, usize::MAX] {
                let best = heuristic.best_pairs(&graph, count, none);
                assert_eq!(best, all[..count.min(all.len())], "{heuristic:?}, {nodes} nodes, {count}");
                let best = heuristic.best_pairs(&graph, count, known);
                assert_eq!(best, unknown[..count.min(unknown.len())], "{heuristic:?}, {nodes}, {count}");
            }
            let mut folded = heuristic
                .fold_pairs(&graph, Vec::new, |found, pair, score| found.push(BestPair { score, pair }))
                .concat();
            folded.sort();
            assert_eq!(folded, all, "{heuristic:?}, {nodes}");
        }
        let mut products = std::collections::BTreeMap::new();
        for best in Heuristic::PreferentialAttachment.best_pairs(&graph, usize::MAX, none) {
            *products.entry(best.score as u64).or_insert(0) += 1;
        }
        let products: Vec<(f64, u64)> =
            products.into_iter().map(|(product, pairs)| (product as f64, pairs)).collect();
        assert_eq!(Heuristic::degree_products(&graph), products);
    }
}

#[test]
fn the_best_partners_are_those_of_every_score_sorted() {
    for graph in graphs().into_iter().filter(|graph| graph.nodes() > 1) {
        let nodes = graph.nodes() as u32;
        let sources: Vec<u32> = (0..nodes).rev().collect();
        for heuristic in Heuristic::of(&graph) {
            for count in [1, 5] {
                let best = heuristic.best_partners(&graph, &sources, count, |node| graph.neighbours(node));
                for (&source, best) in sources.iter().zip(best) {
                    let others = (0..nodes).filter(|&j| j != source && !graph.has_edge(source, j));
                    let mut expected = all(heuristic, &graph, others.map(|j| [source, j]).collect());
                    expected.truncate(count);
                    assert_eq!(best, expected, "{heuristic:?}, node {source} of {nodes}");
                }
            }
        }
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let graph = cora();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let best = |heuristic: Heuristic| heuristic.best_pairs(&graph, 500, |node| graph.neighbours(node));
        pool.install(|| Heuristic::ALL[..3].iter().map(|&heuristic| best(heuristic)).collect::<Vec<_>>())
    };
    let one = on(1);
    assert!(one == on(2) && one == on(3));
}
