//! The published graphs, against numbers that NumPy and SciPy computed from the same files.

use std::path::Path;

use aevb_data::catalog;
use aevb_data::download::{DownloadConfig, Fetched};
use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{
    EdgeCounts, FileCounts, Graph, GraphStatistics, LinkSplit, LoadedGraph, SplitConfig, cora,
    read_edge_list, read_planetoid,
};
use libtest_mimic::Trial;

mod common;

type Test = (&'static str, fn(&Path));

fn main() -> std::process::ExitCode {
    let planetoid: [Test; 7] = [
        ("cora_has_its_published_statistics", cora_has_its_published_statistics),
        ("citeseer_has_its_published_statistics", citeseer_has_its_published_statistics),
        ("pubmed_has_its_published_statistics", pubmed_has_its_published_statistics),
        ("embedded_cora_is_planetoids_node_by_node", embedded_cora_is_planetoids_node_by_node),
        ("citeseers_missing_test_rows_keep_their_edges", citeseers_missing_test_rows_keep_their_edges),
        ("splits_have_the_counts_of_the_protocol", splits_have_the_counts_of_the_protocol),
        ("leaked_test_edges_are_noticed", leaked_test_edges_are_noticed),
    ];
    let snap: [Test; 2] = [
        ("ca_astroph_has_its_published_statistics", ca_astroph_has_its_published_statistics),
        ("email_enron_has_its_published_statistics", email_enron_has_its_published_statistics),
    ];
    let trial = |folder: &'static str| move |(name, test): Test| common::with_data(name, folder, test);
    let embedded = Trial::test("embedded_cora_has_its_published_statistics", || {
        assert_citations(&GraphStatistics::of(&LoadedGraph::cora()), &CORA);
        Ok(())
    });
    let trials: Vec<Trial> = planetoid
        .into_iter()
        .map(trial("planetoid"))
        .chain(snap.into_iter().map(trial("graphs/snap")))
        .chain([
            embedded,
            common::with_data("every_file_of_the_catalog_is_there_and_right", ".", catalog_is_right),
        ])
        .collect();
    common::run(trials)
}

/// The published columns that every graph has.
struct Published {
    entries: EdgeCounts,
    distinct_entries: usize,
    nodes: usize,
    edges: usize,
    edges_with_loops: usize,
    isolated: usize,
    components: (usize, usize),
    max_degree: usize,
}

fn assert_graph(statistics: &GraphStatistics, published: &Published) {
    assert_eq!(statistics.entries, published.entries);
    assert_eq!(statistics.distinct_entries, published.distinct_entries);
    assert_eq!(statistics.nodes, published.nodes);
    assert_eq!(statistics.edges, published.edges);
    assert_eq!(statistics.edges_with_loops, published.edges_with_loops);
    assert_eq!(statistics.isolated, published.isolated);
    assert_eq!((statistics.components, statistics.largest_component), published.components);
    assert_eq!(statistics.max_degree, published.max_degree);
}

/// The published columns of the citation networks besides.
struct Citations {
    max_degree_node: u32,
    neighbours: [&'static [u32]; 2],
    features: [usize; 2],
    values: (f32, f32, f64),
    max_in_row: usize,
    zeros: [usize; 2],
    per_class: &'static [usize],
    without: usize,
    first_classes: [u16; 10],
    split: [usize; 3],
    positive_weight: f64,
    norm: f64,
    normalised: (usize, f64, f64),
    sha256: [&'static str; 5],
}

fn assert_citations(statistics: &GraphStatistics, published: &Citations) {
    assert_eq!(statistics.max_degree_node, published.max_degree_node);
    assert_eq!(statistics.neighbours_of_first, published.neighbours[0]);
    assert_eq!(statistics.neighbours_of_last, published.neighbours[1]);

    let features = statistics.features.as_ref().expect("features");
    assert_eq!([features.columns, features.nonzeros], published.features);
    let (min, max, sum) = published.values;
    assert!((features.min - min).abs() < 1e-9 && (features.max - max).abs() < 1e-7, "{features:?}");
    assert!((features.sum - sum).abs() < 1e-4, "{features:?}");
    assert_eq!(features.max_in_row, published.max_in_row);
    assert_eq!([features.zero_rows, features.zero_columns], published.zeros);

    let labels = statistics.labels.as_ref().expect("labels");
    assert_eq!((labels.nodes.as_slice(), labels.without), (published.per_class, published.without));
    assert_eq!(labels.first, published.first_classes.map(Some));

    let split = &statistics.split;
    assert_eq!([split.test, split.validation, split.train], published.split);
    assert!((split.positive_weight - published.positive_weight).abs() < 1e-9, "{split:?}");
    assert!((split.norm - published.norm).abs() < 1e-9, "{split:?}");

    let (nonzeros, sum, trace) = published.normalised;
    assert_eq!(statistics.normalised_nonzeros, nonzeros);
    assert!((statistics.normalised_sum - sum).abs() < 1e-7, "{}", statistics.normalised_sum);
    assert!((statistics.normalised_trace - trace).abs() < 1e-7, "{}", statistics.normalised_trace);

    let hashes = &statistics.sha256;
    assert_eq!(hashes.edges, published.sha256[0]);
    let rest = [&hashes.feature_indptr, &hashes.feature_indices, &hashes.feature_data, &hashes.labels];
    assert_eq!(rest.map(|hash| hash.as_deref().expect("a hash")), published.sha256[1..]);
}

fn assert_files(
    statistics: &GraphStatistics,
    rows: [usize; 3],
    nonzeros: [usize; 3],
    test: (usize, u32, u32, u32),
) {
    let FileCounts::Planetoid(files) = &statistics.files else { panic!("{:?}", statistics.files) };
    assert_eq!((files.rows, files.nonzeros), (rows, nonzeros));
    assert_eq!((files.test_lines, files.test_min, files.test_max, files.test_first), test);
}

const CORA: Citations = Citations {
    max_degree_node: 1358,
    neighbours: [&[633, 1862, 2582], &[165, 598, 1473, 2706]],
    features: [1433, 49216],
    values: (1.0, 1.0, 49216.0),
    max_in_row: 30,
    zeros: [0, 1],
    per_class: &[351, 217, 418, 818, 426, 298, 180],
    without: 0,
    first_classes: [3, 4, 4, 0, 3, 2, 0, 3, 3, 2],
    split: [527, 263, 4488],
    positive_weight: 815.9857397504,
    norm: 0.5006127558,
    normalised: (13264, 2505.33927051, 745.55897407),
    sha256: [
        "75e53a6dd7ff2ead7b2fcc3e31e6319debdb33f5537eeb24054e16535cfa277e",
        "b62808e7a686a808d671be25edbe692b4adeb9b95c8684351d84fd9e12f7919a",
        "e927312de3e1a5175c8ba21df70bbed22073bee54aa47725312ffb695e9ca83f",
        "b6b21f88e97b941a18346653f17d13084c3e07e19e3a7f7b101cebff366e5eb9",
        "1abd151ea244b2a84fccb0acae08d6b3bb90418c42adce4dd36afbed0a3edb3a",
    ],
};

fn cora_has_its_published_statistics(folder: &Path) {
    let statistics = GraphStatistics::of(&read_planetoid(folder, "cora").expect("Cora"));
    assert_graph(
        &statistics,
        &Published {
            entries: EdgeCounts {
                entries: 10858,
                duplicates: 302,
                reversed: 5278,
                self_entries: 0,
                loops: 0,
            },
            distinct_entries: 10556,
            nodes: 2708,
            edges: 5278,
            edges_with_loops: 5278,
            isolated: 0,
            components: (78, 2485),
            max_degree: 168,
        },
    );
    assert_citations(&statistics, &CORA);
    assert_files(&statistics, [140, 1708, 1000], [2647, 31261, 17955], (1000, 1708, 2707, 2692));
}

fn citeseer_has_its_published_statistics(folder: &Path) {
    let statistics = GraphStatistics::of(&read_planetoid(folder, "citeseer").expect("Citeseer"));
    assert_graph(
        &statistics,
        &Published {
            entries: EdgeCounts {
                entries: 9464,
                duplicates: 236,
                reversed: 4552,
                self_entries: 248,
                loops: 124,
            },
            distinct_entries: 9228,
            nodes: 3327,
            edges: 4552,
            edges_with_loops: 4676,
            isolated: 48,
            components: (438, 2120),
            max_degree: 99,
        },
    );
    assert_citations(
        &statistics,
        &Citations {
            max_degree_node: 1422,
            neighbours: [&[628], &[33]],
            features: [3703, 105165],
            values: (1.0, 1.0, 105165.0),
            max_in_row: 54,
            zeros: [15, 0],
            per_class: &[249, 590, 668, 701, 596, 508],
            without: 15,
            first_classes: [3, 1, 5, 5, 3, 1, 3, 0, 3, 5],
            split: [455, 227, 3870],
            positive_weight: 1429.0941860465,
            norm: 0.5003498720,
            normalised: (12431, 3187.47825646, 1195.96508994),
            sha256: [
                "1a689c95807a38c60f4ac5ed7a8a8f4565e9b5084b83d8ce62fa1e452e0c71cf",
                "8ed82a019c207b0296f9c935bd5effcfaa650523f274b7b66b2411adf3dad67f",
                "ff98c0b675a82ab2c6aa4aa1044891dc2e7262a4e55b7debb1708c0442c1a127",
                "87679e6ef9e1f917a26e01caaff206b1083be17db182caa97bc02b81d3be5ce6",
                "41c96f7075a12540cee6fd6ba39412463a694b7d46f8f4439d6554410835a96a",
            ],
        },
    );
    assert_files(&statistics, [120, 2312, 1000], [3778, 73173, 31992], (1000, 2312, 3326, 2488));
}

fn pubmed_has_its_published_statistics(folder: &Path) {
    let statistics = GraphStatistics::of(&read_planetoid(folder, "pubmed").expect("Pubmed"));
    assert_graph(
        &statistics,
        &Published {
            entries: EdgeCounts {
                entries: 88676,
                duplicates: 25,
                reversed: 44324,
                self_entries: 6,
                loops: 3,
            },
            distinct_entries: 88651,
            nodes: 19717,
            edges: 44324,
            edges_with_loops: 44327,
            isolated: 0,
            components: (1, 19717),
            max_degree: 171,
        },
    );
    assert_citations(
        &statistics,
        &Citations {
            max_degree_node: 11450,
            neighbours: [&[1378, 1544, 6092, 7636, 14442], &[16030]],
            features: [500, 988031],
            values: (0.0012468166, 1.2633097, 38716.2951),
            max_in_row: 122,
            zeros: [0, 0],
            per_class: &[4103, 7739, 7875],
            without: 0,
            first_classes: [1, 1, 0, 2, 1, 2, 2, 1, 2, 1],
            split: [4432, 2216, 37676],
            positive_weight: 5158.2537557066,
            norm: 0.5000969320,
            normalised: (108365, 16352.81538967, 6693.46161005),
            sha256: [
                "bb00685e25e15de27f397579309b12ca25a58fc7531d757ec6aeffd58c9ce054",
                "8a838f2848610dd2df3a966fefc77d67ab8476cbe63ee2f7a1afde74527f0e38",
                "0cc27053e7293a4a7152063864e71dff35d6a33e55367cb035abc2cffb7497c8",
                "aca3d28c20a8de88c19079030467b00b8852739e796f936d90b79f4c08c11b8d",
                "398422b8746d66fcc51d03aa1a3ecc43abdb06d4e3fb3307009219913f7adb1d",
            ],
        },
    );
    assert_files(&statistics, [60, 18717, 1000], [2819, 937891, 50140], (1000, 18717, 19716, 18747));
}

fn ca_astroph_has_its_published_statistics(folder: &Path) {
    let loaded = read_edge_list(folder.join("ca-AstroPh.txt.gz")).expect("ca-AstroPh");
    let statistics = GraphStatistics::of(&loaded);
    assert_graph(
        &statistics,
        &Published {
            entries: EdgeCounts {
                entries: 396160,
                duplicates: 0,
                reversed: 198050,
                self_entries: 60,
                loops: 60,
            },
            distinct_entries: 396160,
            nodes: 18772,
            edges: 198050,
            edges_with_loops: 198110,
            isolated: 1,
            components: (290, 17903),
            max_degree: 504,
        },
    );
    assert_text(&statistics, "bd3e40ba69bfccc0b3d8a0b14f877ae6d034b841b7b782955963df0b402d5db7");
    let names = loaded.graph.names().expect("names");
    assert_eq!((names[0].as_str(), names[18771].as_str()), ("3", "133279"));
}

fn email_enron_has_its_published_statistics(folder: &Path) {
    let loaded = read_edge_list(folder.join("email-Enron.txt.gz")).expect("email-Enron");
    let statistics = GraphStatistics::of(&loaded);
    assert_graph(
        &statistics,
        &Published {
            entries: EdgeCounts {
                entries: 367662,
                duplicates: 0,
                reversed: 183831,
                self_entries: 0,
                loops: 0,
            },
            distinct_entries: 367662,
            nodes: 36692,
            edges: 183831,
            edges_with_loops: 183831,
            isolated: 0,
            components: (1065, 33696),
            max_degree: 1383,
        },
    );
    assert_text(&statistics, "ea392d7a4cc24e0d43c16b078939e92aeb2950b6bbb14605dd31856a27273a82");
}

fn assert_text(statistics: &GraphStatistics, sha256: &str) {
    let FileCounts::EdgeList(file) = &statistics.files else { panic!("{:?}", statistics.files) };
    assert_eq!((file.sha256.as_str(), file.comments, file.header), (sha256, 4, false));
    assert_eq!(file.lines, file.comments + statistics.entries.entries);
}

fn embedded_cora_is_planetoids_node_by_node(folder: &Path) {
    let planetoid = read_planetoid(folder, "cora").expect("Cora").graph;
    let embedded = cora();
    assert_eq!(embedded.nodes(), planetoid.nodes());
    let (words, wanted) = (embedded.features().expect("words"), planetoid.features().expect("words"));
    assert_eq!(words.shape(), wanted.shape());
    let (labels, wanted_labels) = (embedded.labels().expect("labels"), planetoid.labels().expect("labels"));
    for node in 0..planetoid.nodes() {
        assert_eq!(embedded.neighbours(node as u32), planetoid.neighbours(node as u32), "node {node}");
        assert_eq!(words.outer_view(node), wanted.outer_view(node), "node {node}");
        assert_eq!(labels.class[node], wanted_labels.class[node], "node {node}");
    }
    // So a split of one is a split of the other.
    assert_eq!(embedded.fingerprint(), planetoid.fingerprint());
}

fn citeseers_missing_test_rows_keep_their_edges(folder: &Path) {
    let LoadedGraph { graph, files, .. } = read_planetoid(folder, "citeseer").expect("Citeseer");
    let FileCounts::Planetoid(files) = files else { panic!("{files:?}") };
    let missing = [2407, 2489, 2553, 2682, 2781, 2953, 3042, 3063, 3212, 3214, 3250, 3292, 3305, 3306, 3309];
    assert_eq!(files.missing, missing);
    let (features, labels) = (graph.features().expect("features"), graph.labels().expect("labels"));
    for node in missing {
        assert_eq!(features.outer_view(node as usize).expect("a row").nnz(), 0);
        assert_eq!(labels.class[node as usize], None);
        assert_eq!(graph.degree(node), if node == 3212 { 2 } else { 1 });
    }
}

fn graph(folder: &Path, name: &str) -> Graph {
    read_planetoid(folder, name).expect("a graph").graph
}

fn splits_have_the_counts_of_the_protocol(folder: &Path) {
    let table = [("cora", [527, 263, 4488]), ("citeseer", [455, 227, 3870]), ("pubmed", [4432, 2216, 37676])];
    for (name, [test, validation, train]) in table {
        let graph = graph(folder, name);
        for seed in 0..3 {
            let split = LinkSplit::draw(&graph, &SplitConfig::default(), seed).expect("a split");
            assert_eq!((split.test.edges.len(), split.test.non_edges.len()), (test, test));
            assert_eq!(
                (split.validation.edges.len(), split.validation.non_edges.len()),
                (validation, validation)
            );
            assert_eq!(split.train.len(), train);

            let mut pairs: Vec<[u32; 2]> = [&split.train, &split.validation.edges, &split.test.edges]
                .into_iter()
                .chain([&split.validation.non_edges, &split.test.non_edges])
                .flatten()
                .map(|[i, j]| [*i.min(j), *i.max(j)])
                .collect();
            let count = pairs.len();
            pairs.sort_unstable();
            pairs.dedup();
            assert_eq!(pairs.len(), count, "a pair of {name} is in two parts, in one direction or the other");
            let absent = split.validation.non_edges.iter().chain(&split.test.non_edges);
            assert!(absent.clone().all(|[i, j]| i != j && !graph.has_edge(*i, *j)));
        }
    }
}

/// A leak shows as edges that the training graph must not have, and as better scores of common neighbours; a split file
/// with one is refused.
fn leaked_test_edges_are_noticed(folder: &Path) {
    let graph = graph(folder, "cora");
    let split = LinkSplit::draw(&graph, &SplitConfig::default(), 0).expect("a split");
    let leaks = |train: &Graph| split.test.edges.iter().filter(|[i, j]| train.has_edge(*i, *j)).count();
    let honest = split.train_graph(&graph);
    let leaking = {
        let mut edges = split.train.clone();
        edges.extend(&split.test.edges);
        graph.with_edges(&edges)
    };
    assert_eq!((leaks(&honest), leaks(&leaking)), (0, 527));
    let score =
        |train: &Graph| Heuristic::CommonNeighbours.scores(train, &split.test.edges).iter().sum::<f64>();
    assert!(score(&leaking) > score(&honest), "{} and {}", score(&leaking), score(&honest));

    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("split.json");
    let mut leaked = split.clone();
    leaked.train.extend(&split.test.edges);
    leaked.save(&path).expect("saved");
    let error = LinkSplit::load(&path, &graph).expect_err("a leak");
    assert!(error.place.ends_with("train and test.edges"), "{error}");
}

/// Fetching what is there compares checksums and asks nobody.
fn catalog_is_right(data_dir: &Path) {
    for set in catalog::all() {
        let missing: Vec<&str> = set.missing(data_dir).iter().map(|file| file.name).collect();
        assert!(missing.is_empty(), "{} lacks {missing:?}", set.name);
        let config = DownloadConfig::default();
        let fetched = set.fetch(data_dir, &config, &mut |file, _| panic!("{} is asked for", file.name));
        assert_eq!(fetched.expect("right"), vec![Fetched::Present; set.files.len()], "{}", set.name);
        assert_eq!(set.load_graph(data_dir).is_ok(), set.is_graph(), "{}", set.name);
    }
}
