//! Graphs of one's own in every format that is read, and files that go together by their nodes' names.

use std::io::Write;
use std::path::PathBuf;

use aevb_data::graph::{FileFormat, GraphFiles, KnownFeatures, LoadedGraph, Weights, read_pairs};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    }

    /// Files of these contents; an empty one is left out.
    fn files(&self, edges: (&str, &[u8]), features: (&str, &[u8]), labels: (&str, &[u8])) -> GraphFiles {
        let write = |(name, content): (&str, &[u8])| (!content.is_empty()).then(|| self.write(name, content));
        GraphFiles {
            features: write(features),
            labels: write(labels),
            ..GraphFiles::from_edges(&self.write(edges.0, edges.1))
        }
    }
}

fn read(edges: (&str, &[u8]), features: (&str, &[u8])) -> LoadedGraph {
    Folder::new().files(edges, features, ("", b"")).read().expect("a graph")
}

fn names(loaded: &LoadedGraph) -> Vec<&str> {
    loaded.graph.names().expect("names").iter().map(String::as_str).collect()
}

/// The features as a dense table.
fn table(loaded: &LoadedGraph) -> Vec<Vec<f32>> {
    let dense = loaded.graph.features().expect("features").to_dense();
    dense.outer_iter().map(|row| row.to_vec()).collect()
}

fn golden(section: &str) -> Vec<(String, Vec<u8>)> {
    let json: Value =
        serde_json::from_str(include_str!("../../../tests/golden/numpy_files.json")).expect("JSON");
    let files = json[section].as_object().expect("files").iter();
    let bytes = |hex: &str| {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
    };
    files.map(|(name, hex)| (name.clone(), bytes(hex.as_str().expect("text")))).collect()
}

#[test]
fn numpy_and_scipy_write_one_graph() {
    for (name, content) in golden("edges") {
        let loaded = read((&name, &content), ("", b""));
        assert_eq!(names(&loaded), ["0", "1", "2", "4"], "{name}");
        assert_eq!(loaded.graph.edges().collect::<Vec<_>>(), [[0, 1], [0, 3], [1, 2]], "{name}");
        assert!(!loaded.graph.is_weighted(), "{name}");
    }
    for (name, content) in golden("adjacency") {
        let loaded = read((&name, &content), ("", b""));
        let first = usize::from(name.ends_with(".mtx"));
        let expected: Vec<String> = (first..first + 5).map(|node| node.to_string()).collect();
        assert_eq!(names(&loaded), expected, "{name}");
        assert_eq!(loaded.graph.edges().collect::<Vec<_>>(), [[0, 1], [0, 4], [1, 2]], "{name}");
        assert!(!loaded.graph.is_weighted(), "{name}");
    }
    for (name, content) in golden("weighted") {
        let loaded = read((&name, &content), ("", b""));
        let last = loaded.graph.nodes() as u32 - 1;
        let weight = |i, j| loaded.graph.weight(i, j);
        assert!(loaded.graph.is_weighted(), "{name}");
        assert_eq!(
            (weight(0, 1), weight(1, 2), weight(last, 0)),
            (Some(0.5), Some(1.0), Some(2.0)),
            "{name}"
        );
        assert_eq!((weight(2, 1), weight(0, 0)), (Some(1.0), None), "{name}");
    }
}

#[test]
fn numpy_and_scipy_write_one_table_of_features() {
    let expected = [[0.0, 1.5, 0.0], [0.0; 3], [2.0, 0.0, -3.0], [0.0, 0.0, 1.0], [0.25, 0.0, 0.0]];
    for (name, content) in golden("features") {
        let loaded = read(("edges", b"0 1\n1 2\n4 0\n"), (&name, &content));
        assert_eq!(names(&loaded), ["0", "1", "2", "3", "4"], "{name}");
        assert_eq!(table(&loaded), expected, "{name}");
        assert_eq!((loaded.joined.feature_rows, loaded.joined.only_in_features), (5, 1), "{name}");
    }
    // Matrix Market counts from 1, and so does what goes with it.
    let [edges] =
        &golden("adjacency").into_iter().filter(|(name, _)| name == "pattern.mtx").collect::<Vec<_>>()[..]
    else {
        panic!("one file")
    };
    for (name, content) in golden("features").into_iter().filter(|(name, _)| name != "ids.npz") {
        let loaded = read((&edges.0, &edges.1), (&name, &content));
        assert_eq!(names(&loaded), ["1", "2", "3", "4", "5"], "{name}");
        assert_eq!(table(&loaded), expected, "{name}");
    }
}

#[test]
fn labels_of_every_form() {
    let forms = golden("labels").into_iter().chain([
        ("labels.csv".to_owned(), b"id,name,target\n4,x,2\n0,x,0\n1,x,1\n2,x,1\n3,x,0\n".to_vec()),
        ("labels.tsv".to_owned(), b"0\t0\n1\t1\n2\t1\n3\t0\n4\t2\n".to_vec()),
        ("pandas.csv".to_owned(), b",0\n0,a\n1,b\n2,b\n3,a\n4,c\n".to_vec()),
        ("column.csv".to_owned(), b"0,label\n1,target\n2,target\n3,label\n4,z\n".to_vec()),
        ("class first.csv".to_owned(), b"label,node\na,0\nb,1\nb,2\na,3\nc,4\n".to_vec()),
        ("unknown.csv".to_owned(), b"user,group\n0,a\n1,b\n2,b\n3,a\n4,c\n".to_vec()),
        ("page.csv".to_owned(), b"id,page_type\n0,a\n1,b\n2,b\n3,a\n4,c\n".to_vec()),
    ]);
    for (name, content) in forms {
        let folder = Folder::new();
        let features = b"{\"0\":[0],\"1\":[],\"2\":[],\"3\":[],\"4\":[]}";
        let files = folder.files(("edges", b"0 1\n1 2\n4 0\n"), ("f.json", features), (&name, &content));
        let loaded = files.read().expect("a graph");
        let labels = loaded.graph.labels().expect("labels");
        assert_eq!(labels.class, [Some(0), Some(1), Some(1), Some(0), Some(2)], "{name}");
        assert_eq!(labels.names.len(), 3, "{name}");
        assert_eq!((loaded.joined.label_rows, loaded.joined.labels_of_others), (5, 0), "{name}");
    }
}

#[test]
fn arrays_of_labels_are_one_label_a_node() {
    // PyTorch Geometric calls labels `y`, so that file is read.
    let refused = golden("labels_refused").into_iter().filter(|(name, _)| name != "which.npz");
    for (name, content) in refused {
        let folder = Folder::new();
        let files = folder.files(("edges", b"0 1\n1 2\n"), ("", b""), (&name, &content));
        let error = files.read().expect_err("not one label a node");
        assert!(
            error.message.contains("labels") || error.message.contains("no list of 3 names"),
            "{name}: {error}"
        );
        assert!(!error.hint.is_empty(), "{name}: {error}");
    }
    let named = golden("labels_named");
    let [(name, content)] = &named[..] else { panic!("one file") };
    let folder = Folder::new();
    let files = folder.files(("edges", b"anna ben\nben carl\n"), ("", b""), (name, content));
    let labels = files.read().expect("a graph").graph.labels().expect("labels").clone();
    assert_eq!(
        (labels.class, labels.names),
        (vec![Some(1), Some(0), None], vec!["blue".into(), "red".into()])
    );
}

#[test]
fn a_first_row_of_data_is_no_header() {
    let loaded =
        read(("e.csv", b"anna,ben\nben,carl\nanna,carl\n"), ("f.csv", b"anna,0,1\nben,1,0\ncarl,1,1\n"));
    assert_eq!(table(&loaded), [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
    let loaded = read(("e.csv", b"id,ben\nben,carl\nid,carl\n"), ("f.csv", b"id,5,1\nben,1,0\ncarl,1,1\n"));
    assert_eq!(table(&loaded), [[5.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
}

#[test]
fn labels_tell_a_header_from_an_edge() {
    let read = |labels: &[u8]| {
        let folder = Folder::new();
        folder
            .files(("e.csv", b"ego,alter\nanna,ben\n"), ("", b""), ("l.csv", labels))
            .read()
            .expect("a graph")
    };
    let loaded = read(b"person,team\nanna,a\nben,b\n");
    assert_eq!((names(&loaded), loaded.joined.labels_of_others), (vec!["anna", "ben"], 0));
    assert_eq!(names(&read(b"ego,a\nanna,a\n")), ["ego", "alter", "anna", "ben"]);
}

#[test]
fn features_of_one_name_are_refused() {
    let folder = Folder::new();
    let files = folder.files(("e.csv", b"a,b\n"), ("f.csv", b"node,x,y,x\na,1,2,3\nb,4,5,6\n"), ("", b""));
    let error = files.read().expect_err("two columns called x");
    assert_eq!(
        (error.place.ends_with("f.csv, line 1"), &*error.message),
        (true, "two columns are called `x`")
    );
}

#[test]
fn files_that_number_from_0_do_not_go_with_matrix_market() {
    let matrix = b"%%MatrixMarket matrix coordinate pattern general\n3 3 2\n1 2\n2 3\n";
    let folder = Folder::new();
    for (features, labels) in [(&b"0,5\n1,6\n2,7\n"[..], &b""[..]), (b"", b"0,a\n1,b\n2,a\n")] {
        let files = folder.files(("e.mtx", matrix), ("f.csv", features), ("l.csv", labels));
        let error = files.read().expect_err("off by one");
        assert!(error.message.contains("`0`") && error.message.contains("1 to 3"), "{error}");
    }
    let loaded = read(("e.mtx", matrix), ("f.csv", b"1,5\n2,6\n3,7\n"));
    assert_eq!(table(&loaded), [[5.0], [6.0], [7.0]]);
}

#[test]
fn one_table_of_features_is_read_from_every_form_of_text() {
    let expected = [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]];
    let forms: [(&str, &str); 14] = [
        ("musae.json", "{\"a\": [1], \"b\": [0, 2], \"c\": []}"),
        ("repeated.json", "{\"a\": [1, 1], \"b\": [2, 0], \"c\": []}"),
        ("dense.json", "{\"a\": [0, 1, 0], \"b\": [1, 0, 1], \"c\": [0, 0, 0]}"),
        (
            "floats.json",
            "\u{feff}\n{\"a\": [0.0, 1, 0], \"b\": [1.0, 0, 1e0], \"c\": [0, 0, 0]}"
                .trim_start_matches('\u{feff}'),
        ),
        ("headless.csv", "a,0,1,0\nb,1,0,1\nc,0,0,0\n"),
        ("header.csv", "node,x,y,z\na,0,1,0\nb,1,0,1\nc,0,0,0\n"),
        ("pandas.csv", ",0,1,2\na,0,1,0\nb,1,0,1\nc,0,0,0\n"),
        ("counted.csv", "user,0,1,2\na,0,1,0\nb,1,0,1\nc,0,0,0\n"),
        ("last.csv", "x,y,z,node_id\n0,1,0,a\n1,0,1,b\n0,0,0,c\n"),
        ("tabs.tsv", "# made by hand\nid\tx\ty\tz\nb\t1\t0\t1\na\t0\t1\t0\nc\t0\t0\t0\n"),
        ("marked.json", "\u{feff}{\"a\": [1], \"b\": [0, 2], \"c\": []}"),
        ("spaces.txt", "a 0 1 0\nb  1 0  1\nc 0 0 0\n"),
        ("long.csv", "node_id,feature_id\nb,0\na,1\nb,2\n"),
        ("values.csv", "node,feature,value\nb,0,1\na,1,1.0\nb,2,1\nc,2,0\n"),
    ];
    for (name, content) in forms {
        for packed in [false, true] {
            let content = if packed { gzip(content.as_bytes()) } else { content.into() };
            let loaded = read(("edges.csv", b"a,b\nb,c\n"), (name, &content));
            assert_eq!(names(&loaded), ["a", "b", "c"], "{name}");
            assert_eq!(table(&loaded), expected, "{name}");
        }
    }
}

#[test]
fn nodes_of_one_file_alone_are_nodes_and_are_counted() {
    let edges = b"from,to\nzoe,anna\nanna,zoe\nben,anna\nben,ben\n";
    let features = b"node,height\nanna,1.5\ncarl,2\nben,1\n";
    let labels = b"node,label\nanna,red\nzoe,\ndora,blue\ncarl,blue\n";
    let folder = Folder::new();
    let loaded =
        folder.files(("e.csv", edges), ("f.csv", features), ("l.csv", labels)).read().expect("a graph");
    assert_eq!(names(&loaded), ["zoe", "anna", "ben", "carl"]);
    assert_eq!(table(&loaded), [[0.0], [1.5], [1.0], [2.0]]);
    let joined = loaded.joined;
    assert_eq!((joined.feature_rows, joined.without_features, joined.only_in_features), (3, 1, 1));
    assert_eq!((joined.label_rows, joined.without_label, joined.labels_of_others), (4, 2, 1));
    let labels = loaded.graph.labels().expect("labels");
    assert_eq!((&labels.class[..], labels.names.len()), (&[None, Some(1), None, Some(0)][..], 2));
    assert_eq!(
        loaded.notes(),
        [
            "the graph is read as undirected: 1 edge is listed both ways, 1 one way; data.directed=true keeps the direction",
            "1 node has no edge; it is placed by its features alone",
            "1 node has no row of features; its are zeros",
            "2 nodes have no label",
            "1 label is of a node that is not in the graph; ignored",
        ]
    );
}

#[test]
fn features_tell_a_header_from_an_edge() {
    let features = b"{\"anna\": [0], \"ben\": [1], \"carl\": [2], \"user_a\": [3], \"user_b\": [4]}";
    let loaded = read(("e.csv", b"ego,alter\nanna,ben\nben,carl\n"), ("f.json", features));
    assert_eq!((loaded.graph.edge_count(), loaded.joined.without_features), (2, 0));
    let loaded = read(("e.csv", b"user_a,user_b\nanna,ben\nben,carl\n"), ("f.json", features));
    assert_eq!((loaded.graph.edge_count(), names(&loaded)[0]), (3, "user_a"));
}

#[test]
fn numbers_are_in_their_order_whatever_file_names_them() {
    let loaded =
        read(("e.csv", b"10,2\n2,7\n"), ("f.json", b"{\"30\": [0], \"2\": [1], \"7\": [], \"0\": []}"));
    assert_eq!(names(&loaded), ["0", "2", "7", "10", "30"]);
    assert_eq!(table(&loaded), [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]);
}

#[test]
fn weights_are_taken_where_a_header_or_a_setting_says_so() {
    let weight = |content: &[u8], weights| {
        let folder = Folder::new();
        let files = GraphFiles { weights, ..folder.files(("e.csv", content), ("", b""), ("", b"")) };
        files.read().map(|loaded| loaded.graph.weight(0, 1).expect("an edge"))
    };
    let named = b"u,v,weight\n0,1,2\n1,0,3\n0,1,1\n1,1,9\n";
    assert_eq!(weight(named, Weights::Auto), Ok(3.0));
    assert_eq!(weight(named, Weights::None), Ok(1.0));
    assert_eq!(weight(b"u,v,year\n0,1,1999\n", Weights::Auto), Ok(1.0));
    assert_eq!(weight(b"u,v,year\n0,1,1999\n", Weights::ThirdColumn), Ok(1999.0));
    assert_eq!(weight(b"0 1 0.5\n1 2 4\n", Weights::ThirdColumn), Ok(0.5));
    assert_eq!(weight(b"a b 0.5\nb c 4\n", Weights::ThirdColumn), Ok(0.5));
    assert_eq!(weight(b"a b strength\nb c 4\n", Weights::ThirdColumn), Ok(4.0));
    for bad in ["0", "-1", "nan", "inf", "x", ""] {
        let content = format!("u,v,weight\n0,1,1\n1,2,{bad}\n");
        let error = weight(content.as_bytes(), Weights::Auto).expect_err("no weight");
        assert!(error.place.ends_with("e.csv, line 3"), "{error}");
        assert!(weight(content.as_bytes(), Weights::None).is_ok());
    }
}

#[test]
fn a_format_can_be_named() {
    let folder = Folder::new();
    let content = b"{\"a\": [1], \"b\": [2], \"c\": [0]}";
    let files = folder.files(("e.csv", b"a,b\nb,c\n"), ("f.json", content), ("", b""));
    assert_eq!(table(&files.read().expect("indices"))[0], [0.0, 1.0, 0.0]);
    let files = GraphFiles { features_format: Some(FileFormat::JsonValues), ..files };
    assert_eq!(table(&files.read().expect("values")), [[1.0], [2.0], [0.0]]);
    // `%%MatrixMarket` is a comment to a list of edges.
    let edges = b"%%MatrixMarket matrix coordinate pattern general\n3 3 2\n1 2\n2 3\n";
    let files = folder.files(("e.mtx", edges), ("", b""), ("", b""));
    assert_eq!(files.read().expect("a matrix").graph.edge_count(), 2);
    let files = GraphFiles { edges_format: Some(FileFormat::Csv), ..files };
    let list = files.read().expect("a list");
    assert_eq!((list.entries.entries, list.guesses.len()), (2, 1), "{:?}", list.guesses);
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(content).expect("packed");
    packer.finish().expect("packed")
}

/// A name as people give one, which a CSV file may have to quote.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![any::<u32>().prop_map(|number| number.to_string()), "[a-zA-Zäß#%][-a-z0-9_., \";#]{0,8}[a-z]"]
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

proptest! {
    /// Whatever the names, a list written with quotes has the very edges that were meant.
    #[test]
    fn edge_lists_are_read_as_they_were_written(
        pairs in prop::collection::vec((name(), name()), 1..40),
        header in any::<bool>(),
        comma in any::<bool>(),
        packed in any::<bool>(),
    ) {
        let mark = if comma { "," } else { "\t" };
        let mut text = if header { format!("source{mark}target\n") } else { String::new() };
        for (from, to) in &pairs {
            text += &format!("{}{mark}{}\r\n", quoted(from), quoted(to));
        }
        // A first line of two words before numbers is a header, as the documentation says.
        let word = |name: &String| name.parse::<u64>().is_err();
        prop_assume!(header || !(word(&pairs[0].0) && word(&pairs[0].1)));
        // Neither are the words for missing values nodes.
        let missing = ["nan", "NaN", "NAN", "NA", "N/A", "n/a", "#N/A", "<NA>", "None", "null", "NULL", "?", "-", "--", "\\N"];
        prop_assume!(!pairs.iter().any(|(a, b)| missing.contains(&a.as_str()) || missing.contains(&b.as_str())));
        let content = if packed { gzip(text.as_bytes()) } else { text.into_bytes() };
        let loaded = read(("edges", &content), ("", b""));
        let id = |node: u32| loaded.graph.name(node).into_owned();
        let mut found: Vec<[String; 2]> = loaded.graph.edges().map(|[i, j]| [id(i), id(j)]).collect();
        let mut meant: Vec<[String; 2]> = pairs.iter().filter(|(a, b)| a != b).map(|(a, b)| [a.clone(), b.clone()]).collect();
        for list in [&mut found, &mut meant] {
            list.iter_mut().for_each(|pair| pair.sort());
            list.sort();
            list.dedup();
        }
        prop_assert_eq!(found, meant);
        let nodes: std::collections::BTreeSet<&String> = pairs.iter().flat_map(|(a, b)| [a, b]).collect();
        prop_assert_eq!(loaded.graph.nodes(), nodes.len());
    }

    /// A table of features means the same as JSON of indices, as CSV and as one feature a line.
    #[test]
    fn features_are_read_as_they_were_written(
        rows in prop::collection::btree_map("[a-z]{1,6}", prop::collection::btree_set(0_u32..30, 0..10), 2..12),
        values in any::<bool>(),
    ) {
        let nodes: Vec<&String> = rows.keys().collect();
        let edges: String = nodes.windows(2).map(|pair| format!("{} {}\n", pair[0], pair[1])).collect();
        // The header keeps the first line from being taken for one.
        let edges = format!("source target\n{edges}");
        let width = rows.values().flatten().max().map_or(0, |last| *last as usize + 1);
        prop_assume!(width > 0);
        // These say that there is no node.
        prop_assume!(!rows.keys().any(|name| ["nan", "null"].contains(&name.as_str())));
        let value = |column: u32| if values { (column as f32 + 1.0) * 0.37 } else { 1.0 };
        let expected: Vec<Vec<f32>> = rows.values().map(|row| {
            (0..width as u32).map(|column| if row.contains(&column) { value(column) } else { 0.0 }).collect()
        }).collect();
        let dense = |row: &[f32]| row.iter().map(f32::to_string).collect::<Vec<_>>();
        let csv: String = rows.keys().zip(&expected).map(|(node, row)| format!("{node},{}\n", dense(row).join(","))).collect();
        let names: Vec<String> = (0..width).map(|column| format!("f{column}")).collect();
        let csv = format!("node,{}\n{csv}", names.join(","));
        let json: Vec<String> = rows.iter().map(|(node, row)| format!("\"{node}\":{:?}", row.iter().collect::<Vec<_>>())).collect();
        let json_values: Vec<String> = rows.keys().zip(&expected).map(|(node, row)| format!("\"{node}\":[{}]", dense(row).join(","))).collect();
        let folder = Folder::new();
        let read = |name: &str, content: String, format| {
            let files = folder.files(("e.txt", edges.as_bytes()), (name, content.as_bytes()), ("", b""));
            GraphFiles { features_format: format, ..files }.read().expect("a graph")
        };
        prop_assert_eq!(table(&read("f.csv", csv, None)), expected.clone());
        prop_assert_eq!(table(&read("v.json", format!("{{{}}}", json_values.join(",")), Some(FileFormat::JsonValues))), expected.clone());
        if !values {
            prop_assert_eq!(table(&read("f.json", format!("{{{}}}", json.join(", \n")), Some(FileFormat::Json))), expected);
        }
    }
}

#[test]
fn features_are_brought_in_line_with_those_of_a_model() {
    let folder = Folder::new();
    let known = |count, names: Option<&[&str]>| {
        let names = names.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        Some(KnownFeatures { count, names, scales: None })
    };
    let read = |name: &str, content: &[u8], known_features| {
        let files = folder.files(("e.csv", b"a,b\n"), (name, content), ("", b""));
        GraphFiles { known_features, ..files }.read()
    };
    let csv = b"node,z,x,new\na,3,1,9\nb,6,4,9\n".as_slice();
    let loaded = read("f.csv", csv, known(3, Some(&["x", "y", "z"]))).expect("two of three");
    assert_eq!(table(&loaded), [[1.0, 0.0, 3.0], [4.0, 0.0, 6.0]]);
    assert_eq!((loaded.joined.unknown_features, loaded.joined.missing_features), (1, 1));
    // Without names on both sides the places count.
    assert_eq!(table(&read("f.csv", csv, known(3, None)).expect("three"))[0], [3.0, 1.0, 9.0]);
    let error = read("f.csv", csv, known(2, None)).expect_err("one too many");
    assert!(error.message.contains("3 features, where the model was trained on 2"), "{error}");
    assert!(read("f.csv", csv, known(4, None)).is_err());
    assert!(read("f.csv", csv, known(1, Some(&["w"]))).is_err());
    // Lists of features do not tell how many there are.
    let json = b"{\"a\": [0], \"b\": [2]}";
    assert_eq!(
        table(&read("f.json", json, known(5, None)).expect("fewer")),
        [[1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0]]
    );
    assert!(read("f.json", json, known(2, None)).is_err());
}

#[test]
fn pairs_keep_their_order_and_names() {
    let folder = Folder::new();
    let read = |text: &str, known: bool| read_pairs(folder.write("p.csv", text), &|_| known).expect("pairs");
    let pairs = read("source,target\nzoe,anna\nben,zoe\nzoe,anna\n", false);
    assert_eq!(pairs.names, ["zoe", "anna", "ben"]);
    assert_eq!(pairs.pairs, [(0, 1), (2, 0), (0, 1)]);
    assert_eq!(read("u,v\n", true).pairs, [(0, 1)]);
    assert_eq!(read("nobody,x\nzoe,anna\n", false).pairs.len(), 2);
}
