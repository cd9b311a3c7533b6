//! Against `tests/golden/ranking.json`, which NumPy and scikit-learn computed by brute force.

use std::collections::BTreeMap;

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{Graph, HeldOut, LinkSplit, Sides, SplitConfig};
use aevb_models::ranking::{AllPairs, InnerProducts};
use serde::Deserialize;

use super::*;
use crate::experiment::Part;
use crate::random::{Purpose, Streams};

#[derive(Deserialize)]
struct Golden {
    name: String,
    nodes: usize,
    latent: usize,
    train: Vec<[u32; 2]>,
    validation: Vec<[u32; 2]>,
    test: Vec<[u32; 2]>,
    non_edges: Vec<[u32; 2]>,
    embeddings: Vec<f32>,
    model: Wanted,
    #[serde(rename = "common-neighbours")]
    common_neighbours: Wanted,
    #[serde(rename = "preferential-attachment")]
    preferential_attachment: Wanted,
}

#[derive(Deserialize)]
struct Wanted {
    ranks: Vec<f64>,
    mrr: f64,
    hits: BTreeMap<u32, f64>,
    shared_hits: BTreeMap<u32, f64>,
    whole_graph_ap: f64,
}

impl Golden {
    fn graph_and_split(&self) -> (Graph, LinkSplit) {
        let edges = [&self.train[..], &self.validation, &self.test].concat();
        let graph = Graph::from_edges(self.nodes, edges.iter().map(|&[i, j]| (i, j))).expect("a graph").0;
        let split = LinkSplit {
            fingerprint: graph.fingerprint(),
            nodes: self.nodes,
            train: self.train.clone(),
            validation: HeldOut { edges: self.validation.clone(), non_edges: Vec::new() },
            test: HeldOut { edges: self.test.clone(), non_edges: self.non_edges.clone() },
        };
        (graph, split)
    }
}

fn golden() -> Vec<Golden> {
    serde_json::from_str(include_str!("../../../../tests/golden/ranking.json")).expect("the golden file")
}

#[track_caller]
fn close(what: &str, found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-12, "{what}: {found}, not {wanted}");
}

#[track_caller]
fn close_hits(what: &str, found: Hits, wanted: &BTreeMap<u32, f64>) {
    assert_eq!(wanted.keys().copied().collect::<Vec<_>>(), AT);
    for (found, (k, &wanted)) in found.values().into_iter().zip(wanted) {
        close(&format!("{what}@{k}"), found, wanted);
    }
}

#[test]
fn a_models_ranking_equals_brute_force() {
    let cases = golden();
    assert!(cases.len() > 5);
    for case in cases {
        let (graph, split) = case.graph_and_split();
        let scores =
            AllPairs::from(InnerProducts::new(&case.embeddings, [case.nodes, case.latent]).expect("finite"));
        let queries: Vec<[u32; 2]> = case.test.iter().flat_map(|&[i, j]| [[i, j], [j, i]]).collect();
        let what = &case.name;
        assert_eq!(scores.ranks(&queries, |source| graph.neighbours(source)), case.model.ranks, "{what}");
        let Ranking { mrr, hits } = filtered_ranking(&scores, &graph, &case.test).expect("an edge");
        close(&format!("{what}, MRR"), mrr, case.model.mrr);
        close_hits(&format!("{what}, Hits"), hits, &case.model.hits);
        close_hits(&format!("{what}, shared"), shared_hits(&scores, &split.test), &case.model.shared_hits);
        close(&format!("{what}, AP"), whole_graph_precision(&scores, &split), case.model.whole_graph_ap);
    }
}

#[test]
fn a_heuristics_ranking_equals_brute_force() {
    // Where nothing is a non-edge there is no AUC either.
    for case in golden().iter().filter(|case| !case.non_edges.is_empty()) {
        let (graph, split) = case.graph_and_split();
        let train = split.train_graph(&graph);
        for (heuristic, wanted) in [
            (Heuristic::CommonNeighbours, &case.common_neighbours),
            (Heuristic::PreferentialAttachment, &case.preferential_attachment),
        ] {
            let row = heuristic_row(heuristic, &graph, &train, &split, &all(&split)).expect("a test edge");
            let what = format!("{}, {}", case.name, heuristic.name());
            close(&format!("{what}, MRR"), row.test.ranking.mrr, wanted.mrr);
            close_hits(&format!("{what}, Hits"), row.test.ranking.hits, &wanted.hits);
            close_hits(&format!("{what}, shared"), row.shared_hits, &wanted.shared_hits);
            let precision = heuristic_precision(heuristic, &graph, &train, &split).expect("cheap");
            close(&format!("{what}, AP"), precision, wanted.whole_graph_ap);
            let ranks = heuristics::heuristic_ranks(heuristic, &graph, &train, &case.test);
            assert_eq!(ranks, wanted.ranks, "{what}");
        }
    }
}

fn cora() -> (Graph, LinkSplit) {
    let graph = aevb_data::graph::cora();
    let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("Cora can be split");
    (graph, split)
}

/// All test edges of a split.
fn all(split: &LinkSplit) -> RankedEdges<'_> {
    Queries::unasked(Streams::new(0)).at_most(usize::MAX, &split.test.edges, Part::Test)
}

/// The ranks that [`Heuristic::scores`] gives, candidate by candidate.
#[test]
fn a_heuristics_row_is_that_of_its_pair_scores() {
    let (graph, mut split) = cora();
    split.test.edges.truncate(30);
    split.test.non_edges.truncate(30);
    let train = split.train_graph(&graph);
    for heuristic in Heuristic::of(&graph) {
        let row = heuristic_row(heuristic, &graph, &train, &split, &all(&split)).expect("test edges");
        let of_pairs = |pairs: &[[u32; 2]]| heuristic.scores(&train, pairs);
        let (edges, non_edges) = (of_pairs(&split.test.edges), of_pairs(&split.test.non_edges));
        let balanced = link_prediction(&edges, &non_edges).expect("finite");
        close(heuristic.name(), row.test.balanced.auc, balanced.auc);
        close(heuristic.name(), row.test.balanced.ap, balanced.ap);
        assert_eq!(row.shared_hits, Hits::against(&edges, &non_edges), "{heuristic:?}");
        let mut ranks = Vec::new();
        for &[i, j] in &split.test.edges {
            for (source, target) in [(i, j), (j, i)] {
                let candidates =
                    (0..graph.nodes() as u32).filter(|&node| node != source && !graph.has_edge(source, node));
                let pairs: Vec<[u32; 2]> =
                    std::iter::once(target).chain(candidates).map(|node| [source, node]).collect();
                let scores = of_pairs(&pairs);
                let (target, others) = scores.split_first().expect("a target");
                ranks.push(others.iter().fold(1.0, |rank, other| {
                    rank + f64::from(u8::from(other > target)) + 0.5 * f64::from(u8::from(other == target))
                }));
            }
        }
        let expected = Ranking::of(&ranks).expect("test edges");
        close(heuristic.name(), row.test.ranking.mrr, expected.mrr);
        assert_eq!(row.test.ranking.hits, expected.hits, "{heuristic:?}");
    }
}

/// All pairs of the graph without those that training and validation hold, as edges and non-edges of the test.
fn all_pairs(graph: &Graph, split: &LinkSplit) -> [Vec<[u32; 2]>; 2] {
    let nodes = graph.nodes() as u32;
    let pairs = (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| [i, j]));
    [split.test.edges.clone(), pairs.filter(|&[i, j]| !graph.has_edge(i, j)).collect()]
}

#[test]
fn precision_among_all_pairs_equals_that_of_every_score_sorted() {
    let (graph, split) = cora();
    let [edges, non_edges] = all_pairs(&graph, &split);
    let z = crate::random::standard_normals(
        &mut Streams::new(2).generator(Purpose::Sampling, 0),
        graph.nodes() * 5,
    );
    let scores = AllPairs::from(InnerProducts::new(&z, [graph.nodes(), 5]).expect("finite"));
    let expected = link_prediction(&scores.scores(&edges), &scores.scores(&non_edges)).expect("finite").ap;
    close("normal", whole_graph_precision(&scores, &split), expected);

    let case = &golden()[1];
    let (graph, split) = case.graph_and_split();
    let train = split.train_graph(&graph);
    let [edges, non_edges] = all_pairs(&graph, &split);
    for heuristic in Heuristic::of(&graph) {
        let of_pairs = |pairs: &[[u32; 2]]| heuristic.scores(&train, pairs);
        let expected = link_prediction(&of_pairs(&edges), &of_pairs(&non_edges)).expect("finite").ap;
        match heuristic_precision(heuristic, &graph, &train, &split) {
            Some(found) => close(heuristic.name(), found, expected),
            None => assert_eq!(heuristic, Heuristic::PersonalisedPageRank),
        }
    }
}

#[test]
fn a_heuristics_ranks_of_a_sample_are_those_of_its_edges() {
    let (graph, split) = cora();
    let train = split.train_graph(&graph);
    let ranked = Queries::no_more_than(40, Streams::new(3)).by_model(
        &split.test.edges,
        |_| graph.nodes() as u64,
        Part::Test,
    );
    let mut sample = split.clone();
    sample.test.edges = ranked.edges.to_vec();
    for heuristic in contestants(&graph) {
        let row = |split: &LinkSplit, ranked: &RankedEdges<'_>| {
            heuristic_row(heuristic, &graph, &train, split, ranked).expect("test edges")
        };
        let found = row(&split, &ranked);
        let of_these = row(&sample, &all(&sample)).test.ranking;
        close(heuristic.name(), found.test.ranking.mrr, of_these.mrr);
        assert_eq!(found.test.ranking.hits, of_these.hits, "{heuristic:?}");
        // The other metrics are of all test edges.
        let whole = row(&split, &all(&split));
        assert_eq!((found.test.balanced, found.shared_hits), (whole.test.balanced, whole.shared_hits));
        assert_eq!((found.sampled, whole.sampled), (Some(40), None));
    }
}

#[test]
fn chance_ranks_uniformly() {
    let (graph, split) = cora();
    let random = || Streams::new(1).generator(Purpose::Sampling, 0);
    let row = random_row(&graph, &split, &all(&split), random()).expect("test edges");
    assert_eq!(row, random_row(&graph, &split, &all(&split), random()).expect("test edges"));
    // Expected: about 100 of 2705 ranks, and H(2705)/2705 = 0.0031; 1054 ranks are drawn.
    assert!((0.02..0.06).contains(&row.test.ranking.hits.at_100), "{row:?}");
    assert!((0.0005..0.02).contains(&row.test.ranking.mrr), "{row:?}");
}

#[test]
fn ranks_are_summarised_as_defined() {
    let ranking = Ranking::of(&[1.0, 1.5, 4.0, 100.0]).expect("ranks");
    close("MRR", ranking.mrr, (1.0 + 1.0 / 1.5 + 0.25 + 0.01) / 4.0);
    assert_eq!(ranking.hits.values(), [0.25, 0.5, 0.75, 0.75, 1.0]);
    assert!(Ranking::of(&[]).is_none());
    assert_eq!(
        serde_json::to_string(&ranking.hits).expect("JSON"),
        r#"{"1":0.25,"3":0.5,"10":0.75,"50":0.75,"100":1.0}"#
    );
}

#[test]
fn a_hit_among_shared_negatives_is_strictly_above() {
    assert_eq!(
        Hits::against(&[2.0, 1.0, 0.0], &[1.0, 0.5, -0.0]).values(),
        [1.0 / 3.0, 2.0 / 3.0, 1.0, 1.0, 1.0]
    );
    assert_eq!(Hits::against(&[-1.0f32], &[]).values(), [1.0; 5]);
}

/// A toy graph with sides, with its training edges and test pairs.
fn toy(sides: Sides, train: &[[u32; 2]], test: HeldOut) -> (Graph, Graph, LinkSplit) {
    let edges = train.iter().chain(&test.edges).map(|&[i, j]| (i, j));
    let graph = Graph::from_edges(sides.left + sides.right, edges).expect("a graph").0;
    let graph = graph.with_sides(sides).expect("between sides");
    let split = LinkSplit {
        fingerprint: graph.fingerprint(),
        nodes: graph.nodes(),
        train: train.to_vec(),
        validation: HeldOut::default(),
        test,
    };
    (split.train_graph(&graph), graph, split)
}

/// Five nodes with 0 → 1 → 2, 0 → 3 → 2 and 1 → 4; 0 → 2 and 2 → 0 are held out, beside 0 → 4 and 4 → 1, which are no edges. A node
/// as a target has 5 added to its number.
#[test]
fn a_directed_toy_graph_has_the_ranks_that_are_counted_by_hand() {
    let train = [[0, 6], [0, 8], [1, 7], [1, 9], [3, 7]];
    let test = HeldOut { edges: vec![[0, 7], [2, 5]], non_edges: vec![[0, 9], [4, 6]] };
    let (train, graph, split) = toy(Sides::directed(5), &train, test);
    let of = |heuristic| heuristic_row(heuristic, &graph, &train, &split, &all(&split)).expect("test edges");
    // Between 0 and 2 lie 1 and 3, between 0 and 4 lies 1. The targets that 0 has no edge to are 2 and 4, the sources that have
    // none to 2 are 0 and 4; nothing goes out of 2 or comes to 0, so that four nodes tie with each other.
    let common = of(Heuristic::CommonNeighbours);
    close("MRR", common.test.ranking.mrr, (1.0 + 1.0 + 1.0 / 2.5 + 1.0 / 2.5) / 4.0);
    // Scores 2 and 0 against 1 and 0: 2 beats both, 0 loses to 1 and ties.
    close("AUC", common.test.balanced.auc, 2.5 / 4.0);
    // Without direction 1 and 3 would be common neighbours of 2 and 0 as well.
    let undirected = graph.without_sides();
    assert_eq!(Heuristic::CommonNeighbours.scores(&undirected, &[[2, 0]]), [2.0]);
    // 1 has two edges out and one in: 1 / ln 3, and 3 one each: 1 / ln 2.
    let of_pair = |heuristic: Heuristic, pair| heuristic.scores(&train, &[pair])[0];
    let adamic_adar = 1.0 / 3.0_f64.ln() + 1.0 / 2.0_f64.ln();
    assert!((of_pair(Heuristic::AdamicAdar, [0, 7]) - adamic_adar).abs() < 1e-9);
    assert!((of_pair(Heuristic::ResourceAllocation, [0, 7]) - (1.0 / 3.0 + 1.0 / 2.0)).abs() < 1e-9);
    // Two edges out of 0, two into 2.
    let attachment = of(Heuristic::PreferentialAttachment);
    assert_eq!(of_pair(Heuristic::PreferentialAttachment, [0, 7]), 4.0);
    close("MRR", attachment.test.ranking.mrr, (1.0 + 1.0 + 1.0 / 2.5 + 1.0 / 2.5) / 4.0);

    // Source vectors 1 to 5, target vectors 1, -1, 2, 0 and 1.
    let z = [1.0, 2.0, 3.0, 4.0, 5.0, 1.0, -1.0, 2.0, 0.0, 1.0];
    let sides = aevb_models::Sides { left: 5, right: 5, are_roles: true };
    let scores = InnerProducts::new(&z, [10, 1]).expect("finite").with_sides(Some(sides));
    let scores = AllPairs::from(scores.expect("ten nodes"));
    // 0 → 2 has 2: above 0 → 4 with 1; below 4 → 2 with 10. 2 → 0 has 3: level with 2 → 4, and above 1 and 3; below 3 → 0 and 4 → 0.
    let ranked = test_ranking(&scores, &graph, &all(&split)).expect("edges");
    close("MRR", ranked.ranking.mrr, (1.0 + 0.5 + 1.0 / 1.5 + 1.0 / 3.0) / 4.0);
    let Some(RankingBySide::Directed { targets, sources }) = ranked.by_side else { panic!("it is directed") };
    close("targets", targets.mrr, (1.0 + 1.0 / 1.5) / 2.0);
    close("sources", sources.mrr, (0.5 + 1.0 / 3.0) / 2.0);
    // Of the 13 pairs without an edge 4 → 0 (5) and 4 → 2 (10), 4 → 3 (0), 3 → 0 (4), 1 → 0 (2), 2 → 4 (3), 3 → 4 (4) …
    let absent: Vec<[u32; 2]> = (0..5)
        .flat_map(|i| (5..10).map(move |j| [i, j]))
        .filter(|&[i, j]| j != i + 5 && !graph.has_edge(i, j))
        .collect();
    assert_eq!(absent.len() as u64, graph.pairs() - graph.edge_count() as u64);
    let precision =
        link_prediction(&scores.scores(&split.test.edges), &scores.scores(&absent)).expect("finite").ap;
    close("AP", whole_graph_precision(&scores, &split), precision);
    for heuristic in Heuristic::of(&graph) {
        let of_pairs = |pairs: &[[u32; 2]]| heuristic.scores(&train, pairs);
        let precision = link_prediction(&of_pairs(&split.test.edges), &of_pairs(&absent)).expect("finite").ap;
        close(
            heuristic.name(),
            heuristic_precision(heuristic, &graph, &train, &split).expect("counted"),
            precision,
        );
    }
}

/// Three readers a, b and c of four books: a and b read 0, b reads 1, c reads 2; that a reads 1 is held out, beside that c reads 3.
#[test]
fn a_bipartite_toy_graph_has_the_ranks_that_are_counted_by_hand() {
    let train = [[0, 3], [1, 3], [1, 4], [2, 5]];
    let test = HeldOut { edges: vec![[0, 4]], non_edges: vec![[2, 6]] };
    let (train, graph, split) = toy(Sides::bipartite(3, 4), &train, test);
    assert_eq!(graph.pairs(), 12);
    // The one path from a to book 1 is by book 0 and b. Books 2 and 3 are of no other path from a, and c of none to book 1.
    let of = |heuristic| heuristic_row(heuristic, &graph, &train, &split, &all(&split)).expect("a test edge");
    let paths = of(Heuristic::ThreePaths);
    assert_eq!((paths.test.ranking.mrr, paths.test.balanced.auc), (1.0, 1.0));
    // Degrees 1 · 1 of a and book 1. Books 2 and 3 have 1 and 0: it is level with one, and before the other; c has 1, too.
    let attachment = of(Heuristic::PreferentialAttachment);
    close("MRR", attachment.test.ranking.mrr, (1.0 / 1.5 + 1.0 / 1.5) / 2.0);
    // a and b would be ranked among all seven nodes without sides, and b before book 1 by common neighbours.
    let z = [1.0, 2.0, 3.0, 9.0, 1.0, 2.0, -1.0];
    let sides = aevb_models::Sides { left: 3, right: 4, are_roles: false };
    let scores = InnerProducts::new(&z, [7, 1]).expect("finite").with_sides(Some(sides));
    let scores = AllPairs::from(scores.expect("seven nodes"));
    // Of a: book 1 has 1, book 2 has 2, book 3 -1. Of book 1: a has 1 and c has 3; b is its reader.
    let ranked = test_ranking(&scores, &graph, &all(&split)).expect("edges");
    assert_eq!(
        ranked.by_side.map(|by_side| match by_side {
            RankingBySide::Bipartite { right, left } => [right.mrr, left.mrr],
            RankingBySide::Directed { .. } => panic!("it is not"),
        }),
        Some([0.5, 0.5])
    );
    assert_eq!(shared_hits(&scores, &split.test).at_1, 1.0);
}
