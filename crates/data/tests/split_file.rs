//! `split.json` is believed only if it is a whole split of the very graph.

use aevb_data::ErrorKind;
use aevb_data::graph::{Graph, LinkSplit, SplitConfig};
use tempfile::TempDir;

/// A ring of 20 nodes with two chords: 22 edges.
fn graph() -> Graph {
    let ring = (0..20).map(|i| (i, (i + 1) % 20));
    Graph::from_edges(20, ring.chain([(0, 10), (5, 15)])).expect("a graph").0
}

fn split(graph: &Graph) -> LinkSplit {
    let config = SplitConfig { test: 0.2, validation: 0.1 };
    LinkSplit::draw(graph, &config, 0).expect("a split")
}

/// What `load` says about `split` once `tamper` has had its way.
fn error_of(tamper: impl FnOnce(&mut LinkSplit)) -> String {
    let graph = graph();
    let mut split = split(&graph);
    tamper(&mut split);
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("split.json");
    split.save(&path).expect("saved");
    let error = LinkSplit::load(&path, &graph).expect_err("tampered");
    error.to_string().replace(&path.display().to_string(), "split.json")
}

#[test]
fn a_split_of_another_graph_is_refused_with_advice() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("split.json");
    split(&graph()).save(&path).expect("saved");
    let other = graph().with_edges(&[[0, 1], [1, 2]]);
    let error = LinkSplit::load(&path, &other).expect_err("another graph");
    assert_eq!(error.kind, ErrorKind::Mismatch);
    assert_eq!(error.message, "the split belongs to another graph");
    assert!(error.hint().is_some());
}

#[test]
fn tampered_splits_are_refused() {
    type Tamper = fn(&mut LinkSplit);
    let table: [(Tamper, &str); 12] = [
        (|s| s.nodes = 21, "split.json, fingerprint: the split belongs to another graph"),
        (|s| s.fingerprint.clear(), "split.json, fingerprint: the split belongs to another graph"),
        (|s| s.train[3] = [4, 20], "split.json, train[3]: [4, 20] is outside a graph of 20 nodes"),
        (
            |s| s.test.non_edges[0] = [u32::MAX, 1],
            "split.json, test.non_edges[0]: [4294967295, 1] is outside a graph of 20 nodes",
        ),
        (|s| s.train[0] = [3, 8], "split.json, train[0]: [3, 8] is no edge of the graph"),
        (|s| s.train[0] = [1, 0], "split.json, train[0]: [1, 0] is not written with the smaller node first"),
        (|s| s.train[0] = [7, 7], "split.json, train[0]: [7, 7] is not written with the smaller node first"),
        (
            |s| s.validation.non_edges[1] = [0, 10],
            "split.json, validation.non_edges[1]: [0, 10] is an edge of the graph",
        ),
        (
            |s| {
                s.test.edges.pop();
            },
            "split.json, test: 3 edges, but 4 non-edges",
        ),
        (
            |s| {
                s.train.pop();
            },
            "split.json: 1 of the graph's edges are in no part of the split",
        ),
        (
            |s| {
                s.train = s.validation.edges.clone();
            },
            "split.json, train and validation.edges: ",
        ),
        (
            |s| s.validation.non_edges[0] = s.test.non_edges[0],
            "split.json, validation.non_edges and test.non_edges: ",
        ),
    ];
    for (tamper, expected) in table {
        let error = error_of(tamper);
        assert!(error.starts_with(expected), "{error}\nis not\n{expected}");
    }
}

#[test]
fn files_that_are_no_split_are_refused_with_their_place() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("split.json");
    let huge = format!("{{\"fingerprint\":\"{}\"}}", "0".repeat(200_000));
    let table: [(&[u8], &str); 9] = [
        (b"", "split.json, line 1, column 0: EOF while parsing a value"),
        (b"{\"fingerprint\":\"\",\n\"nodes\":", "split.json, line 2, column 8: EOF while parsing a value"),
        (b"[1, 2]", "split.json, line 1, column 2: invalid type: integer `1`, expected a string"),
        (b"{\"edges\": []}", "split.json, line 1, column 8: unknown field `edges`"),
        (b"{\"nodes\": -1}", "split.json, line 1, column 12: invalid value: integer `-1`"),
        (b"{\"train\": [[0, 4294967296]]}", "split.json, line 1, column 25: invalid value"),
        (b"{\"train\": [[0, 1, 2]]}", "split.json, line 1, column 19: "),
        (b"\xff\xfe", "split.json, line 1, column 1: expected value"),
        (huge.as_bytes(), "split.json: is larger than any split of this graph"),
    ];
    for (content, expected) in table {
        std::fs::write(&path, content).expect("written");
        let error = LinkSplit::load(&path, &graph()).expect_err("no split");
        assert_eq!(error.kind, ErrorKind::Malformed);
        let error = error.to_string().replace(&path.display().to_string(), "split.json");
        assert!(error.starts_with(expected), "{error}\nis not\n{expected}");
    }
    let deep = "[".repeat(60_000);
    std::fs::write(&path, deep).expect("written");
    assert!(LinkSplit::load(&path, &graph()).is_err());

    let missing = LinkSplit::load(folder.path().join("none.json"), &graph()).expect_err("no file");
    assert_eq!(missing.kind, ErrorKind::Io);
}

#[test]
fn notes_are_for_people_and_change_no_split() {
    let folder = TempDir::new().expect("a temporary folder");
    let [path, plain] = ["split.json", "plain.json"].map(|name| folder.path().join(name));
    let split = split(&graph());
    let notes = ["rows are \"guessed\"\n".to_owned(), "ö".repeat(1_000_000)];
    std::fs::write(&path, split.to_text(&notes)).expect("saved");
    let read = LinkSplit::load(&path, &graph()).expect("loaded");
    assert_eq!((read.digest(), &read), (split.digest(), &split));
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).expect("there")).expect("JSON");
    assert_eq!(json["notes"][0], notes[0].as_str());
    // Without notes the file is as it was before there were any.
    split.save(&plain).expect("saved");
    split.save(&path).expect("saved");
    assert_eq!(std::fs::read(plain).expect("there"), std::fs::read(path).expect("there"));
}

#[test]
fn an_indented_split_is_still_a_split() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("split.json");
    let split = split(&graph());
    std::fs::write(&path, serde_json::to_string_pretty(&split).expect("json")).expect("written");
    assert_eq!(LinkSplit::load(&path, &graph()).expect("loaded"), split);
}

/// A ring of 10 000 nodes with chords: 1 010 000 edges.
fn large() -> Graph {
    let nodes = 10_000;
    let chords = (0..nodes).flat_map(|i| (1..=101).map(move |step| (i, (i + step) % nodes)));
    Graph::from_edges(nodes as usize, chords).expect("a graph").0
}

#[test]
fn a_large_graphs_training_edges_are_those_that_are_not_listed() {
    let folder = TempDir::new().expect("a temporary folder");
    let [path, listed] = ["split.json", "listed.json"].map(|name| folder.path().join(name));
    let graph = large();
    let split = split(&graph);
    split.save(&path).expect("saved");
    // As an earlier version wrote it.
    std::fs::write(&listed, serde_json::to_string(&split).expect("JSON")).expect("written");
    assert!(3 * path.metadata().expect("there").len() < 2 * listed.metadata().expect("there").len());
    let read = LinkSplit::load(&path, &graph).expect("loaded");
    assert!(read == split && LinkSplit::load(&listed, &graph).expect("loaded") == split);
    assert_eq!(read.digest(), split.digest());

    let error_of = |tamper: &dyn Fn(&mut serde_json::Value)| {
        let mut json = serde_json::from_slice(&std::fs::read(&path).expect("there")).expect("JSON");
        tamper(&mut json);
        let tampered = folder.path().join("tampered.json");
        std::fs::write(&tampered, json.to_string()).expect("written");
        LinkSplit::load(&tampered, &graph).expect_err("tampered").to_string()
    };
    let first = split.train[0];
    let moved = error_of(&|json| json["test"]["edges"][0] = serde_json::json!(first));
    assert!(moved.ends_with("train_sha256: is not that of the graph's other edges"), "{moved}");
    let twice = error_of(&|json| json["test"]["edges"][0] = json["test"]["edges"][1].clone());
    assert!(twice.ends_with("occurs twice"), "{twice}");
    let none = error_of(&|json| json["test"]["edges"][0] = serde_json::json!([0, 5000]));
    assert!(none.ends_with("is no edge of the graph"), "{none}");
}

#[test]
fn the_digest_is_that_of_the_file() {
    let split = split(&graph());
    assert_eq!(split.digest(), aevb_data::hash::sha256(split.to_text(&[]).as_bytes()));
    // The same numbers by way of another writer.
    let json: serde_json::Value = serde_json::from_str(&split.to_text(&[])).expect("JSON");
    assert_eq!(json, serde_json::to_value(&split).expect("JSON"));
}
