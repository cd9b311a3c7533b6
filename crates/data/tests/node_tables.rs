//! Tables of features and labels: which columns name nodes, hold classes or are features, where rows begin, and scales.

#[path = "common/node_files.rs"]
mod node_files;

use aevb_data::graph::{GraphFiles, LoadedGraph, NodeColumns, Standardize};
use node_files::{read, ring};

fn table(loaded: &LoadedGraph) -> Vec<Vec<f32>> {
    let dense = loaded.graph.features().expect("features").to_dense();
    dense.outer_iter().map(|row| row.to_vec()).collect()
}

#[test]
fn content_as_linqs_writes_it_is_features_and_labels() {
    let content = "31\t0\t1\t0\tTheory\n35\t1\t0\t0\tNets\n40\t0\t0\t1\tTheory\n1\t1\t1\t0\tNets\n";
    let edges = "31\t35\n35\t40\n40\t1\n";
    for labels in ["", "same"] {
        let loaded = read(edges, content, labels, |_| ()).expect("a graph");
        // By number: 1, 31, 35, 40.
        let expected = [[1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]];
        assert_eq!(table(&loaded), expected);
        let told = loaded.notes().iter().filter(|note| note.contains("column 5")).count();
        assert!(told > 0, "{:?}", loaded.notes());
    }
    let loaded = read(edges, content, content, |_| ()).expect("a graph");
    let labels = loaded.graph.labels().expect("labels");
    assert_eq!(labels.names, ["Nets", "Theory"]);
    assert_eq!(labels.class, [Some(0), Some(1), Some(0), Some(1)]);
}

/// Ids of their own in `id`, the graph's in `new_id`.
fn twitch() -> String {
    let rows = (0..20).map(|i| {
        let (partner, mature) = (["True", "False"][i % 2], ["False", "True"][i % 3 / 2]);
        format!("{},{},{mature},{},{partner},{}\n", 7000 + 13 * i, 100 + i * i, 5 * i + 1, (i * 7) % 20)
    });
    format!("id,days,mature,views,partner,new_id\n{}", rows.collect::<String>())
}

#[test]
fn labels_go_to_the_nodes_that_the_edges_know() {
    let error = read(&ring(0, 20), "", &twitch(), |_| ()).expect_err("two classes could be meant");
    assert!(error.message.contains("the column `mature` and the column `partner`"), "{error}");
    assert!(error.hint.contains("data.label"), "{}", error.hint);
    let label = |name: &str| {
        let nodes = NodeColumns { label: Some(name.to_owned()), ..NodeColumns::default() };
        read(&ring(0, 20), "", &twitch(), |files| files.nodes = nodes)
    };
    let loaded = label("mature").expect("a graph");
    let labels = loaded.graph.labels().expect("labels");
    assert_eq!((labels.names.len(), loaded.joined.labels_of_others), (2, 0));
    // Row i is of node 7 i modulo 20: row 2 of node 14.
    assert_eq!((labels.class[0], labels.class[14]), (Some(0), Some(1)));
    assert!(loaded.notes().iter().any(|note| note.contains("`new_id`") && note.contains("data.node")));
    let error = label("matur").expect_err("no such column");
    assert!(error.message.contains("`mature`"), "{error}");
    let nodes =
        NodeColumns { node: Some("id".into()), label: Some("mature".into()), ..NodeColumns::default() };
    assert!(read(&ring(0, 20), "", &twitch(), |files| files.nodes = nodes).is_err(), "ids of others");
    let nodes =
        NodeColumns { node: Some("nobody".into()), label: Some("mature".into()), ..NodeColumns::default() };
    let error = read(&ring(0, 20), "", &twitch(), |files| files.nodes = nodes).expect_err("no such column");
    assert_eq!(error.place, "data.node");
}

#[test]
fn the_only_column_of_few_words_is_the_class_and_noted() {
    let rows: String =
        (0..20).map(|i| format!("{i},{},{},{}\n", 30 + i, ["a", "b"][i % 2], 0.5 * i as f32)).collect();
    let loaded = read(&ring(0, 20), "", &format!("id,age,team,score\n{rows}"), |_| ()).expect("a graph");
    assert_eq!(loaded.graph.labels().expect("labels").names, ["a", "b"]);
    assert!(loaded.notes().iter().any(|note| note.contains("`team`")), "{:?}", loaded.notes());
}

#[test]
fn indices_and_second_ids_are_no_features() {
    let rows: String = (0..20).map(|i| format!("{i},{},{},{}.5\n", 900 + i, (i * 3) % 20, i % 4)).collect();
    let features = format!(",id,new_id,height\n{rows}");
    let loaded = read(&ring(0, 20), &features, "", |_| ()).expect("a graph");
    assert_eq!(loaded.graph.feature_names().expect("names"), ["height"]);
    // Row 7 is of node 1.
    assert_eq!((table(&loaded)[1][0], loaded.joined.feature_rows), (3.5, 20));
}

#[test]
fn a_first_row_with_a_missing_value_is_no_header() {
    let error = read("a,b\nb,c\n", "a,1,?\nb,2,3\nc,3,4\n", "", |_| ()).expect_err("a missing value");
    assert!(error.message.contains("a missing value") && error.place.ends_with("line 1"), "{error}");
}

fn npy(values: &[f32]) -> Vec<u8> {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, 1), }}\n", values.len());
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &bytes].concat()
}

#[test]
fn rows_from_0_beside_ids_from_1_are_told() {
    let rows = |edges: &str, count: u8, first: Option<u64>| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [edges_path, path] = ["e.csv", "f.npy"].map(|name| folder.path().join(name));
        std::fs::write(&edges_path, edges).expect("written");
        std::fs::write(&path, npy(&(0..count).map(f32::from).collect::<Vec<_>>())).expect("written");
        let nodes = NodeColumns { first, ..NodeColumns::default() };
        GraphFiles { features: Some(path), nodes, ..GraphFiles::from_edges(&edges_path) }.read()
    };
    let of = |loaded: &LoadedGraph, node: &str| {
        let names = loaded.graph.names().expect("names");
        table(loaded)[names.iter().position(|name| name == node).expect("a node")][0]
    };
    // Node 10 has no edge: which node the first row is of cannot be told.
    let loaded = rows(&ring(1, 9), 10, None).expect("a graph");
    assert!(loaded.notes()[0].contains("no edge names node 0"), "{:?}", loaded.notes());
    assert_eq!(of(&loaded, "1"), 1.0);
    let loaded = rows(&ring(1, 9), 10, Some(1)).expect("a graph");
    assert!(!loaded.notes().iter().any(|note| note.contains("node 0")), "{:?}", loaded.notes());
    assert_eq!((of(&loaded, "1"), of(&loaded, "10"), loaded.graph.nodes()), (0.0, 9.0, 10));
    // Node 10 has one: rows begin with node 1.
    let loaded = rows(&ring(1, 10), 10, None).expect("a graph");
    assert!(loaded.notes()[0].contains("data.first_node=0"), "{:?}", loaded.notes());
    assert_eq!((of(&loaded, "1"), of(&loaded, "10")), (0.0, 9.0));
    assert!(rows(&ring(1, 10), 10, Some(0)).is_err());
    let clean = rows(&ring(0, 10), 10, None).expect("a graph");
    assert!(clean.notes().is_empty(), "{:?}", clean.notes());
    let named = read(&ring(1, 9), &(0..9).map(|i| format!("{i},0.5\n")).collect::<String>(), "", |_| ());
    let notes = named.expect("a graph").notes();
    assert!(notes.iter().any(|note| note.contains("name a node 0")), "{notes:?}");
    let refused = read(&ring(0, 9), "", "", |files| files.nodes.first = Some(1)).expect_err("no rows");
    assert_eq!(refused.place, "data.first_node");
}

#[test]
fn large_features_are_standardised_and_words_are_not() {
    let rows =
        |value: &dyn Fn(usize) -> String| (0..20).map(|i| format!("{i},{}\n", value(i))).collect::<String>();
    let raw = format!("id,year,flag\n{}", rows(&|i| format!("{},{}", 1990 + i, usize::from(i == 3))));
    let loaded = read(&ring(0, 20), &raw, "", |_| ()).expect("a graph");
    assert!(loaded.notes()[0].contains("data.standardize=never"), "{:?}", loaded.notes());
    let scales = loaded.scales.as_ref().expect("standardised");
    // Of 0, …, 19 the mean is 9.5 and the variance (20² − 1) / 12.
    assert!((scales.mean[0] - 1999.5).abs() < 1e-9 && (scales.deviation[0] - 33.25_f64.sqrt()).abs() < 1e-9);
    assert_eq!((scales.mean[1], scales.deviation[1]), (0.0, 1.0), "a flag that is mostly 0 stays");
    let table_of = |loaded: &LoadedGraph| table(loaded);
    assert!((f64::from(table_of(&loaded)[0][0]) + 9.5 / 33.25_f64.sqrt()).abs() < 1e-6);
    assert_eq!(table_of(&loaded)[3][1], 1.0);
    let never =
        read(&ring(0, 20), &raw, "", |files| files.standardize = Standardize::Never).expect("a graph");
    assert_eq!((table_of(&never)[0][0], never.scales), (1990.0, None));
    let words = [
        rows(&|i| format!("{},{},0,0", usize::from(i % 7 == 0) * 40, i % 3)),
        rows(&|i| format!("{},0.02,0,0,0", if i % 5 == 0 { 7.3 } else { 0.0 })),
        rows(&|i| (0..20).map(|j| usize::from(i == j).to_string()).collect::<Vec<_>>().join(",")),
    ];
    for words in words {
        let loaded = read(&ring(0, 20), &words, "", |_| ()).expect("a graph");
        assert!(loaded.scales.is_none() && loaded.notes().is_empty(), "{:?}", loaded.notes());
        let always = read(&ring(0, 20), &words, "", |files| files.standardize = Standardize::Always);
        assert!(always.expect("a graph").scales.is_some());
    }
    let times = rows(&|i| format!("{},{}", 1_700_000_000 + i, i));
    let loaded = read(&ring(0, 20), &times, "", |_| ()).expect("a graph");
    assert!(loaded.notes().iter().any(|note| note.contains("single precision")), "{:?}", loaded.notes());
}

/// A node without a row has the mean of all, and a column that never changes says nothing.
#[test]
fn nodes_without_a_row_are_as_the_mean() {
    let rows: String = (0..19).map(|i| format!("{i},{},500\n", 1000 * i)).collect();
    let loaded = read(&ring(0, 20), &rows, "", |_| ()).expect("a graph");
    assert_eq!(table(&loaded)[19], [0.0, 0.0]);
    assert!(table(&loaded).iter().all(|row| row[1] == 0.0));
    assert!(loaded.notes()[0].contains("1 of them never change"), "{:?}", loaded.notes());
}

/// As TU collections have them: nodes count from 1 in the edges, and line `i` of the other files is node `i`.
#[test]
fn lines_without_nodes_are_those_of_the_nodes_in_order() {
    let edges = "1, 2\n2, 1\n2, 3\n3, 2\n";
    let features = "0.5, -1\n0.25, 2\n1e-3, 3.5\n";
    let loaded = read(edges, features, "7\n8\n7\n", |_| ()).expect("a graph");
    assert_eq!(table(&loaded), [[0.5, -1.0], [0.25, 2.0], [1e-3, 3.5]]);
    let labels = loaded.graph.labels().expect("labels");
    assert_eq!(
        (labels.names.clone(), labels.class.clone()),
        (vec!["7".into(), "8".into()], vec![Some(0), Some(1), Some(0)])
    );
    for told in
        ["features.csv: it has numbers with a fraction", "labels.csv: it has one column", "first_node=0"]
    {
        assert!(loaded.notes().iter().any(|note| note.contains(told)), "{told}: {:?}", loaded.notes());
    }
    // Whole numbers too, that may be ids: the name tells.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [edges_path, path] = ["DS_A.txt", "DS_node_attributes.txt"].map(|name| folder.path().join(name));
    std::fs::write(&edges_path, edges).expect("written");
    std::fs::write(&path, "3, 9\n1, 8\n2, 7\n").expect("written");
    let files = GraphFiles { features: Some(path), ..GraphFiles::from_edges(&edges_path) };
    assert_eq!(table(&files.read().expect("a graph")), [[3.0, 9.0], [1.0, 8.0], [2.0, 7.0]]);
    let headed = read(edges, "", "class\nred\nblue\nred\n", |_| ()).expect("a graph");
    assert_eq!(headed.graph.labels().expect("labels").names, ["blue", "red"]);
    // Where nodes have names, lines without are of none of them.
    assert!(read("a,b\nb,c\n", features, "", |_| ()).is_err());
    assert!(read("a,b\nb,c\n", "", "7\n8\n7\n", |_| ()).is_err());
}

fn classes(loaded: &LoadedGraph) -> (Vec<&str>, Vec<Option<u16>>) {
    let labels = loaded.graph.labels().expect("labels");
    (labels.names.iter().map(String::as_str).collect(), labels.class.clone())
}

#[test]
fn missing_labels_are_no_classes() {
    let labels = "id,label\n0,a\n1,NA\n2,b\n3,nan\n4,\n5,?\n6,none\n";
    let loaded = read(&ring(0, 7), "", labels, |_| ()).expect("a graph");
    let class = vec![Some(0), None, Some(1), None, None, None, Some(2)];
    assert_eq!(classes(&loaded), (vec!["a", "b", "none"], class));
    let told = loaded.notes().iter().any(|note| {
        note.ends_with(
            "`NA`, `nan`, `?` in 3 rows are taken for a missing label; a class that is called so needs another name",
        )
    });
    assert!(told, "{:?}", loaded.notes());
    let loaded = read(&ring(0, 3), "", "id,label\n0,2\n1,10\n2,NaN\n", |_| ()).expect("a graph");
    assert_eq!(classes(&loaded), (vec!["2", "10"], vec![Some(0), Some(1), None]));
}

#[test]
fn a_row_that_stands_alone_is_told_from_a_header() {
    let loaded = read("p,q\nq,r\n", "", "r,a\n", |_| ()).expect("a node's label");
    assert_eq!(classes(&loaded).0, ["a"]);
    for (features, labels) in [("", "s,a\n"), ("s,a\n", "")] {
        let error = read("p,q\nq,r\n", features, labels, |_| ()).expect_err("one row");
        assert!(error.message.contains(": its only row is taken for the names of the columns"), "{error}");
        assert!(
            error.hint().expect("a hint").contains("put another above it that names the columns"),
            "{error}"
        );
    }
}

#[test]
fn tables_as_r_writes_them_have_a_header_one_column_short() {
    let edges = "a b\nb c\n";
    let features = "\"c1\" \"c2\"\n\"a\" 1 2\n\"b\" 3 4\n\"c\" 5 6\n";
    let labels = "\"class\"\n\"a\" \"x\"\n\"b\" \"y\"\n\"c\" \"x\"\n";
    let loaded = read(edges, features, labels, |_| ()).expect("a graph");
    assert_eq!(table(&loaded), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    assert_eq!(classes(&loaded), (vec!["x", "y"], vec![Some(0), Some(1), Some(0)]));
    // pandas' to_string numbers the columns.
    let loaded = read("0 1\n1 2\n", "0 1\n0 1 2\n1 3 4\n2 5 6\n", "", |_| ()).expect("a graph");
    assert_eq!(table(&loaded), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let error = read("0 1\n1 2\n", "0 7\n1 3 4\n2 5 6\n", "", |_| ()).expect_err("a value is lacking");
    assert!(error.message.contains("3 columns, where the first row has 2"), "{error}");
}

#[test]
fn decimal_commas_in_features_are_called_so() {
    for features in ["id;f1;f2\na;1,5;2,5\nb;3,5;4\nc;1;1\n", "id;f1;f2\na;1;2,5\nb;3;4,5\nc;1;1,5\n"] {
        let error = read("a b\nb c\n", features, "", |_| ()).expect_err("a comma");
        assert!(error.message.contains("has a decimal comma, where a point is read"), "{error}");
    }
}

/// Ids of another numbering are no feature: without a header, nothing tells them from one but that they all differ.
#[test]
fn foreign_ids_without_a_header_are_no_feature() {
    let rows: String = (0..7).map(|at| format!("{},0.5,{at}\n", 47_389 + 13 * at)).collect();
    let error = read(&ring(0, 7), &rows, "", |_| ()).expect_err("other ids");
    assert!(error.message.contains("no node of the edges"), "{error}");
    // Values that come again, and values with fractions, are features.
    let rows: String = (0..7).map(|at| format!("{},0.5\n", 47_389 + at % 3)).collect();
    assert_eq!(table(&read(&ring(0, 7), &rows, "", |_| ()).expect("counts"))[1].len(), 2);
}

#[test]
fn one_node_without_a_row_or_a_label_is_told_in_the_singular() {
    let (features, labels) = ("id,f\n0,1\n1,2\n2,3\n", "id,label\n0,a\n1,b\n2,a\n9,b\n");
    let notes = read(&ring(0, 4), features, labels, |_| ()).expect("a graph").notes();
    for told in [
        "1 node has no row of features; its are zeros",
        "1 node has no label",
        "1 label is of a node that is not",
    ] {
        assert!(notes.iter().any(|note| note.contains(told)), "{told}: {notes:?}");
    }
    let (features, labels) = ("id,f\n0,1\n1,2\n", "id,label\n0,a\n1,b\n");
    let notes = read(&ring(0, 4), features, labels, |_| ()).expect("a graph").notes();
    for told in ["2 nodes have no row of features; theirs are zeros", "2 nodes have no label"] {
        assert!(notes.iter().any(|note| note.contains(told)), "{told}: {notes:?}");
    }
}
