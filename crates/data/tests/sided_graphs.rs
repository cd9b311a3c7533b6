//! Directed and bipartite graphs: read, split and scored as they are asked for.

use std::path::Path;

use aevb_data::graph::heuristics::{BestPair, Heuristic};
use aevb_data::graph::{
    Bipartite, FileFormat, Graph, GraphFiles, GraphStatistics, LinkSplit, LoadedGraph, SideKind, Sides,
    SplitConfig,
};
use aevb_data::{Error, Result};
use proptest::prelude::*;

fn read(files: &[(&str, &str)], change: impl FnOnce(&mut GraphFiles, &Path)) -> Result<LoadedGraph> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let mut graph = GraphFiles::from_edges(&folder.path().join(files[0].0));
    change(&mut graph, folder.path());
    graph.read()
}

fn directed(text: &str) -> Result<LoadedGraph> {
    read(&[("edges.csv", text)], |files, _| files.reading.directed = true)
}

fn bipartite(text: &str) -> Result<LoadedGraph> {
    read(&[("edges.csv", text)], |files, _| files.reading.bipartite = Bipartite::Sides)
}

/// Edges by the names of their ends, from the first side to the second.
fn named(graph: &Graph) -> Vec<String> {
    graph.edges().map(|[i, j]| format!("{} {}", graph.name(i), graph.name(j))).collect()
}

#[track_caller]
fn refused(result: Result<LoadedGraph>, message: &str, hint: &str) {
    let Error { place, message: found, hint: advice, .. } = result.expect_err(message);
    let found = format!("{place}: {found}");
    assert!(found.contains(message), "{found}");
    assert!(advice.contains(hint), "{advice}");
}

#[test]
fn a_directed_list_keeps_its_direction() {
    let text = "source,target,weight\na,b,2\nb,a,3\na,c,4\na,c,5\nc,c,9\nc,c,9\nb,c,1\n";
    let loaded = directed(text).expect("read");
    let graph = &loaded.graph;
    assert_eq!(graph.sides(), Some(Sides::directed(3)));
    assert_eq!((graph.nodes(), graph.own_nodes(), graph.names().map(<[_]>::len)), (6, 3, Some(3)));
    assert_eq!(named(graph), ["a b", "a c", "b a", "b c"]);
    assert_eq!(
        graph.edges().map(|[i, j]| graph.weight(i, j)).collect::<Vec<_>>(),
        [2.0, 5.0, 3.0, 1.0].map(Some)
    );
    let counts = loaded.entries;
    assert_eq!(
        (counts.entries, counts.duplicates, counts.reversed, counts.self_entries, counts.loops),
        (7, 2, 0, 2, 1)
    );
    assert_eq!(loaded.first_edges[1].weight, Some(3.0));
    let statistics = GraphStatistics::of(&loaded);
    assert_eq!(
        (statistics.nodes, statistics.edges, statistics.max_degree, statistics.components),
        (3, 4, 2, 1)
    );
    // Each pair of different nodes is there in both directions.
    assert_eq!((graph.pairs(), statistics.split.positive_weight), (6, (9.0 - 4.0) / 4.0));
    assert_eq!(graph.without_sides().edges().count(), 3);
}

#[test]
fn features_and_labels_are_of_both_roles_of_a_node() {
    let files = [
        ("edges.csv", "a,b\nb,c\n"),
        ("features.csv", "node,x,y\na,1,0\nb,0,2\nc,3,4\nd,5,6\n"),
        ("labels.csv", "node,class\na,red\nc,blue\n"),
    ];
    let loaded = read(&files, |files, folder| {
        files.reading.directed = true;
        files.features = Some(folder.join("features.csv"));
        files.labels = Some(folder.join("labels.csv"));
    });
    let loaded = loaded.expect("read");
    let graph = &loaded.graph;
    let row = |node: usize| graph.features().expect("features").outer_view(node).expect("a row").to_owned();
    assert_eq!(graph.nodes(), 8);
    for node in 0..4 {
        assert_eq!((row(node), loaded.has_features[node]), (row(node + 4), loaded.has_features[node + 4]));
    }
    let labels = graph.labels().expect("labels");
    assert_eq!(labels.class[..4], labels.class[4..]);
    let plain = graph.without_sides();
    assert_eq!((plain.nodes(), plain.features().map(|rows| rows.rows())), (4, Some(4)));
    assert!(loaded.notes().iter().any(|note| note.starts_with("1 node has no edge")), "{:?}", loaded.notes());
}

#[test]
fn a_direction_that_tells_nothing_is_noted() {
    let notes = directed("a,b\nb,a\nb,c\nc,b\n").expect("read").notes();
    assert!(notes.iter().any(|note| note.starts_with("every edge is listed both ways")), "{notes:?}");
    assert!(directed("a,b\nb,a\nb,c\n").expect("read").notes().is_empty());
}

#[test]
fn the_columns_of_a_bipartite_list_are_its_sides() {
    let graph = bipartite("user,item\nu2,i1\nu1,i2\nu2,i2\nu3,i1\n").expect("read").graph;
    assert_eq!(graph.sides(), Some(Sides::bipartite(3, 2)));
    assert_eq!(named(&graph), ["u2 i1", "u2 i2", "u1 i2", "u3 i1"]);
    assert_eq!(graph.pairs(), 6);
    // Numbers are in their order on each side.
    let graph = bipartite("9,100\n7,300\n9,200\n").expect("read").graph;
    assert_eq!(graph.names().expect("names"), ["7", "9", "100", "200", "300"]);
}

#[test]
fn numbers_in_both_columns_are_of_two_kinds_and_words_are_refused() {
    let loaded = bipartite("1,1\n1,2\n2,1\n").expect("read");
    assert_eq!(named(&loaded.graph), ["left:1 right:1", "left:1 right:2", "left:2 right:1"]);
    assert!(loaded.notes()[0].starts_with("2 numbers stand in both columns"), "{:?}", loaded.notes());
    let headed = bipartite("user,item\n1,1\n1,2\n2,1\n").expect("read");
    assert_eq!(named(&headed.graph), named(&loaded.graph));
    refused(bipartite("a,b\nc,d\nd,e\n"), "edge `d` – `e`: `d` stands in both columns", "data.bipartite=yes");
    refused(bipartite("a,a\nc,d\n"), "edge `a` – `a`: `a` stands in both columns", "first column");
    let konect = bipartite("% bip unweighted\n1 1\n1 2\n2 1\n").expect("read").graph;
    assert_eq!((konect.sides(), konect.name(0)), (Some(Sides::bipartite(2, 2)), "left:1".into()));
}

#[test]
fn a_node_without_a_side_is_refused() {
    let files = [("edges.csv", "a,x\nb,y\n"), ("features.csv", "node,f\na,1\nb,2\nx,3\ny,4\nz,5\n")];
    let loaded = read(&files, |files, folder| {
        files.reading.bipartite = Bipartite::Sides;
        files.features = Some(folder.join("features.csv"));
    });
    refused(loaded, "no edge names `z`, so that its side is not known", "leave nodes without an edge out");
}

#[test]
fn sides_are_asked_for_and_a_list_that_looks_so_is_told() {
    let text: String = (0..90).map(|row| format!("u{},i{}\n", row % 9, row % 11)).collect();
    let loaded = read(&[("edges.csv", &text)], |_, _| ()).expect("read");
    assert_eq!(loaded.graph.sides(), None);
    let is_told =
        |loaded: &LoadedGraph| loaded.notes().iter().any(|note| note.contains("data.bipartite=true"));
    assert!(is_told(&loaded), "{:?}", loaded.notes());
    assert!(!is_told(&bipartite(&text).expect("read")));
    let no = read(&[("edges.csv", &text)], |files, _| files.reading.bipartite = Bipartite::No);
    assert!(!is_told(&no.expect("read")));
    let mixed = read(&[("edges.csv", &format!("{text}i3,u1\n"))], |_, _| ()).expect("read");
    assert!(!is_told(&mixed));
}

#[test]
fn formats_say_which_way_or_are_refused() {
    let matrix = "%%MatrixMarket matrix coordinate pattern general\n3 3 3\n1 2\n3 1\n2 3\n";
    let of = |name: &str, text: &str, is_directed: bool| {
        read(&[(name, text)], |files, _| match is_directed {
            true => files.reading.directed = true,
            false => files.reading.bipartite = Bipartite::Sides,
        })
    };
    assert_eq!(named(&of("m.mtx", matrix, true).expect("read").graph), ["1 2", "2 3", "3 1"]);
    let sided = of("m.mtx", matrix, false).expect("read").graph;
    assert_eq!(named(&sided), ["left:1 right:2", "left:2 right:3", "left:3 right:1"]);
    let wide = "%%MatrixMarket matrix coordinate pattern general\n2 3 4\n1 2\n2 1\n2 3\n1 1\n";
    assert_eq!(of("m.mtx", wide, false).expect("read").graph.sides(), Some(Sides::bipartite(2, 3)));
    refused(of("m.mtx", wide, true), "a matrix of 2 x 3, no adjacency", "data.bipartite=true");
    let symmetric = "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 1\n";
    refused(
        of("m.mtx", symmetric, true),
        "a symmetric matrix, whose edges have no direction",
        "leave it out",
    );
    refused(of("m.mtx", symmetric, false), "is a symmetric matrix", "general");
    refused(of("g.graph", "3 2\n2\n1 3\n2\n", true), "METIS's format", "list of edges");
    let list = read(&[("g.txt", "a b c\nb c d e\n")], |files, _| {
        files.edges_format = Some(FileFormat::AdjacencyList);
        files.reading.directed = true;
    });
    assert_eq!(named(&list.expect("read").graph), ["a b", "a c", "b c", "b d", "b e"]);
    let list = read(&[("g.txt", "a b c\nb c d e\n")], |files, _| {
        files.edges_format = Some(FileFormat::AdjacencyList);
        files.reading.bipartite = Bipartite::Sides;
    });
    refused(list, "an adjacency, a node a line, which data.bipartite is not read from", "two columns");
}

/// A graph with sides that is drawn, and its kind.
fn any_sided() -> impl Strategy<Value = Graph> {
    (any::<bool>(), 2_usize..14, 2_usize..14, prop::collection::vec(any::<[u32; 2]>(), 6..120)).prop_map(
        |(is_directed, left, right, pairs)| {
            let sides = if is_directed { Sides::directed(left) } else { Sides::bipartite(left, right) };
            let (left, right) = (sides.left as u32, sides.right as u32);
            let edges = pairs.into_iter().map(|[i, j]| (i % left, left + j % right));
            let edges = edges.filter(|&(i, j)| sides.is_pair(i, j));
            Graph::from_edges(sides.left + sides.right, edges)
                .expect("a graph")
                .0
                .with_sides(sides)
                .expect("sides")
        },
    )
}

/// A score by its definition.
fn plain(heuristic: Heuristic, graph: &Graph, i: u32, j: u32) -> f64 {
    let is_directed = graph.sides().is_some_and(|sides| sides.kind == SideKind::Directed);
    let nodes = graph.own_nodes() as u32;
    let (i, j) = (i.min(j), i.max(j));
    // Of a directed graph, whether there is an edge from one node to another by their own numbers.
    let has = |from: u32, to: u32| graph.has_edge(from, to + nodes);
    let degree = |w: u32| {
        (0..nodes).map(|other| usize::from(has(w, other)) + usize::from(has(other, w))).sum::<usize>()
    };
    let over = |weight: &dyn Fn(f64) -> f64| {
        let mut sum = 0.0;
        if is_directed {
            for w in (0..nodes).filter(|&w| has(i, w) && has(w, j - nodes)) {
                sum += weight(degree(w) as f64);
            }
        } else {
            for v in (0..nodes).filter(|&v| graph.has_edge(i, v)) {
                for u in (0..nodes).filter(|&u| graph.has_edge(v, u) && graph.has_edge(u, j)) {
                    sum += weight(graph.degree(v) as f64) * weight(graph.degree(u) as f64);
                }
            }
        }
        sum
    };
    match heuristic {
        Heuristic::CommonNeighbours | Heuristic::ThreePaths => over(&|_| 1.0),
        Heuristic::AdamicAdar => over(&|degree| 1.0 / degree.ln()),
        Heuristic::ResourceAllocation | Heuristic::ThreeStepAllocation => over(&|degree| 1.0 / degree),
        Heuristic::L3 => over(&|degree| 1.0 / degree.sqrt()),
        Heuristic::PreferentialAttachment => graph.degree(i) as f64 * graph.degree(j) as f64,
        Heuristic::PersonalisedPageRank => unreachable!("it is not tried"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn no_pair_of_a_split_is_within_a_side(graph in any_sided(), seed in any::<u64>()) {
        let config = SplitConfig { test: 0.2, validation: 0.2 };
        let Ok(split) = LinkSplit::draw(&graph, &config, seed) else {
            let (test, validation) = config.counts(graph.edge_count());
            let free = graph.pairs() - graph.edge_count() as u64;
            prop_assert!((test + validation) as u64 > free || test + validation >= graph.edge_count());
            return Ok(());
        };
        let sides = graph.sides().expect("sides");
        for part in [&split.validation, &split.test] {
            prop_assert_eq!(part.edges.len(), part.non_edges.len());
            for &[i, j] in part.non_edges.iter().chain(&part.edges) {
                prop_assert!(i < j && sides.is_pair(i, j));
            }
            prop_assert!(part.non_edges.iter().all(|&[i, j]| !graph.has_edge(i, j)));
        }
        prop_assert_eq!(split.train_graph(&graph).sides(), Some(sides));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("split.json");
        split.save(&path).expect("saved");
        prop_assert_eq!(LinkSplit::load(&path, &graph).expect("loaded"), split.clone());
        let within = [0, 1];
        let mut wrong = split;
        if let Some(pair) = wrong.test.non_edges.first_mut() {
            *pair = within;
            wrong.save(&path).expect("saved");
            let error = LinkSplit::load(&path, &graph).expect_err("within a side").to_string();
            prop_assert!(error.contains("is a pair within a side of the graph"), "{}", error);
        }
    }

    #[test]
    fn heuristics_are_what_their_definitions_say(graph in any_sided()) {
        let sides = graph.sides().expect("sides");
        let nodes = graph.nodes() as u32;
        let pairs: Vec<[u32; 2]> = (0..nodes)
            .flat_map(|i| (i + 1..nodes).map(move |j| [i, j]))
            .filter(|&[i, j]| sides.is_pair(i, j))
            .collect();
        prop_assert_eq!(pairs.len() as u64, graph.pairs());
        let everyone: Vec<u32> = (0..nodes).collect();
        for heuristic in Heuristic::of(&graph) {
            if heuristic == Heuristic::PersonalisedPageRank {
                continue;
            }
            let scores = heuristic.scores(&graph, &pairs);
            for (&[i, j], &score) in pairs.iter().zip(&scores) {
                let expected = plain(heuristic, &graph, i, j);
                prop_assert!((score - expected).abs() < 1e-9 * (1.0 + expected), "{heuristic:?}: {score} {expected}");
            }
            let rows = heuristic.from_sources(&graph, &everyone, |_, row| row.to_vec());
            for (&[i, j], &score) in pairs.iter().zip(&scores) {
                for (from, to) in [(i, j), (j, i)] {
                    let found = rows[from as usize][to as usize];
                    prop_assert!((found - score).abs() < 1e-9 * (1.0 + score), "{heuristic:?}: {found} {score}");
                }
            }
            let known = |node: u32| graph.neighbours(node);
            let mut best: Vec<BestPair> =
                pairs.iter().zip(&scores).map(|(&pair, &score)| BestPair { score, pair }).collect();
            best.retain(|best| best.score > 0.0 && !graph.has_edge(best.pair[0], best.pair[1]));
            best.sort();
            for count in [3, usize::MAX] {
                let found = heuristic.best_pairs(&graph, count, known);
                prop_assert_eq!(&found[..], &best[..count.min(best.len())], "{:?}", heuristic);
            }
            let partners = heuristic.best_partners(&graph, &everyone, usize::MAX, known);
            let count: usize = partners.iter().map(Vec::len).sum();
            prop_assert_eq!(count, 2 * best.len(), "{:?}", heuristic);
            prop_assert!(partners.iter().flatten().all(|best| sides.is_pair(best.pair[0], best.pair[1])));
        }
        let products: u64 = Heuristic::degree_products(&graph).iter().map(|(_, pairs)| pairs).sum();
        let linked = pairs.iter().filter(|[i, j]| graph.degree(*i) * graph.degree(*j) > 0).count();
        prop_assert_eq!(products, linked as u64);
    }
}

/// u1–x–u2–y is the one path of three edges from u1 to y; u2 has two items and x two users.
#[test]
fn paths_of_three_edges_are_counted_by_hand() {
    let graph = bipartite("u1,x\nu2,x\nu2,y\nu3,z\n").expect("read").graph;
    let score = |heuristic: Heuristic, from: u32, to: u32| heuristic.scores(&graph, &[[from, to]])[0];
    let [u1, y, z] =
        ["u1", "y", "z"].map(|name| (0..6).find(|&node| graph.name(node) == name).expect("there"));
    assert_eq!(score(Heuristic::ThreePaths, u1, y), 1.0);
    assert!((score(Heuristic::L3, u1, y) - 0.5).abs() < 1e-9);
    assert_eq!(score(Heuristic::ThreeStepAllocation, u1, y), 0.25);
    assert_eq!(score(Heuristic::ThreePaths, u1, z), 0.0);
    assert_eq!(score(Heuristic::CommonNeighbours, u1, y), 0.0);
}
