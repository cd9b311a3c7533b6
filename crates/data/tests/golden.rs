//! Against other programs on the same graphs: NetworkX, and NumPy's draw of a split. The scripts lie beside
//! their answers in `tests/golden`.

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{Graph, LinkSplit, SplitConfig};
use serde::Deserialize;
use serde::de::DeserializeOwned;

static HEURISTICS: &str = include_str!("../../../tests/golden/heuristics.json");
static LINK_SPLIT: &str = include_str!("../../../tests/golden/link_split.json");

#[derive(Deserialize)]
struct Golden<T> {
    nodes: usize,
    edges: Vec<(u32, u32)>,
    #[serde(flatten)]
    wanted: T,
}

fn read<T: DeserializeOwned>(json: &str) -> (Graph, T) {
    let golden: Golden<T> = serde_json::from_str(json).expect("golden values");
    (Graph::from_edges(golden.nodes, golden.edges).expect("a graph").0, golden.wanted)
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Scores {
    common_neighbours: Vec<f64>,
    adamic_adar: Vec<f64>,
    resource_allocation: Vec<f64>,
    preferential_attachment: Vec<f64>,
    personalised_page_rank: Vec<f64>,
}

/// Both programs sum a few doubles in another order; both PageRanks stop at a residual below 1e-9.
#[test]
fn heuristics_score_as_networkx_does() {
    let (graph, wanted) = read::<Scores>(HEURISTICS);
    let nodes = graph.nodes() as u32;
    let pairs: Vec<[u32; 2]> = (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| [i, j])).collect();
    for heuristic in Heuristic::of(&graph) {
        let (wanted, tolerance) = match heuristic {
            Heuristic::CommonNeighbours => (&wanted.common_neighbours, 0.0),
            Heuristic::AdamicAdar => (&wanted.adamic_adar, 1e-12),
            Heuristic::ResourceAllocation => (&wanted.resource_allocation, 1e-12),
            Heuristic::PreferentialAttachment => (&wanted.preferential_attachment, 0.0),
            Heuristic::PersonalisedPageRank => (&wanted.personalised_page_rank, 1e-8),
            Heuristic::ThreePaths | Heuristic::L3 | Heuristic::ThreeStepAllocation => {
                panic!("they are of bipartite graphs")
            }
        };
        let scores = heuristic.scores(&graph, &pairs);
        assert_eq!((scores.len(), wanted.len()), (pairs.len(), pairs.len()));
        for ((score, wanted), pair) in scores.iter().zip(wanted).zip(&pairs) {
            assert!((score - wanted).abs() <= tolerance, "{heuristic:?} of {pair:?}: {score}, not {wanted}");
        }
    }
}

#[test]
fn a_score_depends_on_neither_direction_order_nor_company() {
    let (graph, _) = read::<Scores>(HEURISTICS);
    let pairs = [[4, 19], [0, 1], [20, 22], [7, 8], [0, 1], [3, 21]];
    for heuristic in Heuristic::of(&graph) {
        let together = heuristic.scores(&graph, &pairs);
        for ([i, j], score) in pairs.into_iter().zip(together) {
            let alone = heuristic.scores(&graph, &[[j, i]])[0];
            assert!((alone - score).abs() < 1e-8, "{heuristic:?} of [{i}, {j}]: {score}, alone {alone}");
        }
        assert!(heuristic.scores(&graph, &[]).is_empty());
    }
}

#[derive(Deserialize)]
struct Splits {
    splits: Vec<Parts>,
}

#[derive(Deserialize)]
struct Parts {
    seed: u64,
    train: Vec<[u32; 2]>,
    validation: [Vec<[u32; 2]>; 2],
    test: [Vec<[u32; 2]>; 2],
}

#[test]
fn a_split_is_the_one_that_numpy_draws() {
    let (graph, wanted) = read::<Splits>(LINK_SPLIT);
    let config = SplitConfig { test: 0.2, validation: 0.1 };
    assert!(wanted.splits.len() >= 3);
    for wanted in wanted.splits {
        let split = LinkSplit::draw(&graph, &config, wanted.seed).expect("a split");
        assert_eq!(split.train, wanted.train, "seed {}", wanted.seed);
        assert_eq!([split.validation.edges, split.validation.non_edges], wanted.validation);
        assert_eq!([split.test.edges, split.test.non_edges], wanted.test);
    }
}

/// A hub, pieces of their own and nodes without edges are among the golden graph's nodes.
#[test]
fn rows_from_sources_hold_the_scores_of_pairs() {
    let (graph, _) = read::<Scores>(HEURISTICS);
    let nodes = graph.nodes() as u32;
    // More than PageRank's block, in no order, and one of them twice.
    let sources: Vec<u32> = (0..nodes).rev().chain([4]).collect();
    for heuristic in Heuristic::of(&graph) {
        let rows = heuristic.from_sources(&graph, &sources, |source, row| (source, row.to_vec()));
        assert_eq!(rows.iter().map(|(source, _)| *source).collect::<Vec<_>>(), sources);
        for (source, row) in rows {
            let pairs: Vec<[u32; 2]> =
                (0..nodes).filter(|&node| node != source).map(|node| [source, node]).collect();
            let scores = heuristic.scores(&graph, &pairs);
            assert_eq!((row.len(), row[source as usize]), (graph.nodes(), 0.0));
            for ([_, node], score) in pairs.into_iter().zip(scores) {
                assert_eq!(row[node as usize], score, "{heuristic:?} of [{source}, {node}]");
            }
        }
    }
    assert!(Heuristic::CommonNeighbours.from_sources(&graph, &[], |_, _| ()).is_empty());
}
