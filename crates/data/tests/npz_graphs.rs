//! Graphs in one `.npz`, by the names that gnn-benchmark, PyTorch Geometric and people give the arrays.

use std::io::Write;
use std::path::PathBuf;

use aevb_data::graph::{GraphFiles, LoadedGraph, Weights};
use flate2::Crc;
use tempfile::TempDir;

fn npy(descr: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), elements].concat()
}

fn integers(shape: &str, values: &[i64]) -> Vec<u8> {
    npy("<i8", shape, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
}

fn floats(shape: &str, values: &[f32]) -> Vec<u8> {
    npy("<f4", shape, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
}

/// A stored archive.
fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut file, mut list) = (Vec::new(), Vec::new());
    for (name, content) in arrays {
        let (name, size) = (format!("{name}.npy"), (content.len() as u32).to_le_bytes());
        let mut sum = Crc::new();
        sum.update(content);
        let fields = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &sum.sum().to_le_bytes(),
            &size,
            &size,
            &(name.len() as u16).to_le_bytes(),
        ]
        .concat();
        let offset = (file.len() as u32).to_le_bytes();
        list.extend([b"PK\x01\x02\x14\x00", &fields[..], &[0; 12], &offset, name.as_bytes()].concat());
        file.extend([b"PK\x03\x04", &fields[..], &[0, 0], name.as_bytes(), content].concat());
    }
    let count = (arrays.len() as u16).to_le_bytes();
    let end = [&(list.len() as u32).to_le_bytes()[..], &(file.len() as u32).to_le_bytes(), &[0, 0]].concat();
    [&file[..], &list, b"PK\x05\x06\0\0\0\0", &count, &count, &end].concat()
}

struct Folder(TempDir);

impl Folder {
    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::File::create(&path).expect("made").write_all(content).expect("written");
        path
    }
}

/// The same archive for edges, features and labels.
fn all_of(arrays: &[(&str, Vec<u8>)], weights: Weights) -> aevb_data::Result<LoadedGraph> {
    let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
    let path = folder.write("graph.npz", &npz(arrays));
    let files = GraphFiles {
        features: Some(path.clone()),
        labels: Some(path.clone()),
        weights,
        ..GraphFiles::from_edges(&path)
    };
    files.read()
}

fn table(loaded: &LoadedGraph) -> Vec<Vec<f32>> {
    let dense = loaded.graph.features().expect("features").to_dense();
    dense.outer_iter().map(|row| row.to_vec()).collect()
}

/// 0–1, 1–2, 2–3, in pieces whose names begin with `adj` and `attr`.
fn pieces(adj: &str, attr: &str) -> Vec<(String, Vec<u8>)> {
    let named = |prefix: &str, part: &str| format!("{prefix}{part}");
    vec![
        (named(adj, "data"), floats("(3,)", &[1.0; 3])),
        (named(adj, "indices"), integers("(3,)", &[1, 2, 3])),
        (named(adj, "indptr"), integers("(5,)", &[0, 1, 2, 3, 3])),
        (named(adj, "shape"), integers("(2,)", &[4, 4])),
        (named(attr, "data"), floats("(3,)", &[1.0, 1.0, 2.0])),
        (named(attr, "indices"), integers("(3,)", &[0, 2, 1])),
        (named(attr, "indptr"), integers("(5,)", &[0, 1, 1, 2, 3])),
        (named(attr, "shape"), integers("(2,)", &[4, 3])),
        ("labels".into(), npy("|i1", "(4,)", &[1, 0, 1, 1])),
        (
            "class_names".into(),
            npy("<U3", "(2,)", &"redsky".chars().flat_map(|c| (c as u32).to_le_bytes()).collect::<Vec<_>>()),
        ),
    ]
}

#[test]
fn a_graph_in_pieces_is_edges_features_and_labels() {
    for (adj, attr) in [("adj_", "attr_"), ("adj_matrix.", "attr_matrix.")] {
        let arrays = pieces(adj, attr);
        let arrays: Vec<(&str, Vec<u8>)> =
            arrays.iter().map(|(name, bytes)| (&**name, bytes.clone())).collect();
        let loaded = all_of(&arrays, Weights::Auto).expect("a graph");
        assert_eq!(loaded.graph.edges().collect::<Vec<_>>(), [[0, 1], [1, 2], [2, 3]], "{adj}");
        assert_eq!(table(&loaded), [[1.0, 0.0, 0.0], [0.0; 3], [0.0, 0.0, 1.0], [0.0, 2.0, 0.0]]);
        let labels = loaded.graph.labels().expect("labels");
        assert_eq!(labels.names, ["red", "sky"]);
        assert_eq!(labels.class, [Some(1), Some(0), Some(1), Some(1)]);
        assert!(!loaded.graph.is_weighted() && loaded.guesses.is_empty(), "{:?}", loaded.guesses);
    }
}

fn pyg(more: &[(&'static str, Vec<u8>)]) -> Vec<(&'static str, Vec<u8>)> {
    let base = [
        ("x", floats("(4, 2)", &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.5, 0.0])),
        ("edge_index", integers("(2, 3)", &[0, 1, 2, 1, 2, 3])),
        ("y", integers("(4,)", &[0, 1, 1, 0])),
    ];
    base.into_iter().chain(more.iter().cloned()).collect()
}

#[test]
fn the_names_of_pytorch_geometric_are_known() {
    let loaded = all_of(&pyg(&[]), Weights::Auto).expect("a graph");
    assert_eq!(loaded.graph.edges().collect::<Vec<_>>(), [[0, 1], [1, 2], [2, 3]]);
    assert_eq!((table(&loaded)[3].clone(), loaded.graph.is_weighted()), (vec![0.5, 0.0], false));
    assert_eq!(loaded.readings[0].1.split(';').next(), Some("the array `x` of float32"));
    for name in ["edge_weight", "edge_attr"] {
        let loaded =
            all_of(&pyg(&[(name, floats("(3, 1)", &[2.0, 1.0, 0.5]))]), Weights::Auto).expect("weights");
        assert_eq!((loaded.graph.weight(0, 1), loaded.graph.weight(2, 3)), (Some(2.0), Some(0.5)), "{name}");
    }
    let wrong = pyg(&[("edge_weight", floats("(3,)", &[2.0, -1.0, 0.5]))]);
    let error = all_of(&wrong, Weights::Auto).expect_err("a negative weight");
    assert!(error.place.ends_with("array `edge_weight`, edge 1"), "{error}");
    assert!(all_of(&wrong, Weights::None).is_ok());
    // Two edges in two rows: of sources and of targets.
    let two = [
        ("edge_index", integers("(2, 2)", &[0, 1, 1, 2])),
        ("x", floats("(3, 1)", &[1.0, 2.0, 3.0])),
        ("y", integers("(3,)", &[0, 1, 1])),
    ];
    let loaded = all_of(&two, Weights::Auto).expect("a graph");
    assert_eq!(loaded.graph.edges().collect::<Vec<_>>(), [[0, 1], [1, 2]]);
}

#[test]
fn half_floats_and_matrices_by_hand_are_read_and_objects_are_not() {
    let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
    let edges = folder.write("edges.csv", b"0,1\n1,2\n2,3\n");
    let read = |name: &str, content: &[u8]| {
        let features = Some(folder.write(name, content));
        GraphFiles { features, ..GraphFiles::from_edges(&edges) }.read()
    };
    // 1, −2, 2⁻²⁴ and 65504.
    let halves: Vec<u8> =
        [0x3c00_u16, 0xc000, 0x0001, 0x7bff].iter().flat_map(|bits| bits.to_le_bytes()).collect();
    let files = GraphFiles {
        features: Some(folder.write("half.npy", &npy("<f2", "(4, 1)", &halves))),
        standardize: aevb_data::graph::Standardize::Never,
        ..GraphFiles::from_edges(&edges)
    };
    assert_eq!(table(&files.read().expect("halves")), [[1.0], [-2.0], [5.960_464_5e-8], [65504.0]]);
    let by_hand = [
        ("data", floats("(2,)", &[1.0, 3.0])),
        ("indices", integers("(2,)", &[1, 0])),
        ("indptr", integers("(5,)", &[0, 1, 1, 1, 2])),
        ("shape", integers("(2,)", &[4, 2])),
    ];
    let loaded = read("hand.npz", &npz(&by_hand)).expect("CSR");
    assert_eq!(table(&loaded), [[0.0, 1.0], [0.0, 0.0], [0.0, 0.0], [3.0, 0.0]]);
    let error = read("objects.npy", &npy("|O", "(2, 2)", b"\x80\x04....")).expect_err("objects");
    let told = format!("{error} {}", error.hint);
    assert!(told.contains("Python objects") && told.contains("allow_pickle=True"), "{told}");
}

/// A path of four nodes as pairs, with weights and numbers of nodes beside them.
fn path_of_four(more: &[(&str, Vec<u8>)], weights: Weights) -> aevb_data::Result<LoadedGraph> {
    let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
    let arrays = [&[("edge_index", integers("(2, 3)", &[0, 1, 2, 1, 2, 3]))], more].concat();
    let path = folder.write("dense.npz", &npz(&arrays));
    GraphFiles { weights, ..GraphFiles::from_edges(&path) }.read()
}

#[test]
fn weights_of_another_length_are_told_or_refused() {
    let fit = [("edge_weight", floats("(3,)", &[2.0, 3.0, 4.0]))];
    let short = [("edge_weight", floats("(2,)", &[2.0, 3.0]))];
    for weights in [Weights::Auto, Weights::ThirdColumn] {
        let loaded = path_of_four(&fit, weights).expect("read");
        assert_eq!((loaded.graph.weight(0, 1), loaded.graph.weight(2, 3)), (Some(2.0), Some(4.0)));
    }
    let loaded = path_of_four(&short, Weights::Auto).expect("read");
    assert!(!loaded.graph.is_weighted() && loaded.graph.edge_count() == 3);
    let notes = loaded.notes();
    assert!(
        notes.iter().any(|note| note.contains("`edge_weight` of [2]") && note.contains("is not read")),
        "{notes:?}"
    );
    let error = path_of_four(&short, Weights::ThirdColumn).expect_err("a weight is lacking");
    assert!(error.message.contains("holds no number for each of 3 edges"), "{error}");
    assert!(path_of_four(&short, Weights::None).expect("read").notes().is_empty());
    assert!(path_of_four(&[], Weights::ThirdColumn).is_err(), "there are none");
}

#[test]
fn nodes_without_an_edge_are_counted_by_num_nodes() {
    let nodes = |count: i64| {
        let more = [("num_nodes", integers("()", &[count]))];
        path_of_four(&more, Weights::Auto).expect("read").graph.nodes()
    };
    assert_eq!((nodes(4), nodes(6), nodes(2)), (4, 6, 4));
}
