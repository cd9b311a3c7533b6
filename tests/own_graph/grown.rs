//! New nodes of a graph that has grown, beside the same graph written whole as another one.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{aevb, succeed};

/// Two rings of 30 people with an income and the ring as features, of which the first is far from the scale of the other.
fn write_people(folder: &Path) {
    let mut edges = "source,target\n".to_owned();
    let mut features = "id,income,ring\n".to_owned();
    for person in 0..60 {
        for step in [1, 2, 7] {
            writeln!(edges, "p{person},p{}", person / 30 * 30 + (person + step) % 30).expect("text");
        }
        writeln!(features, "p{person},{},{}", 20_000 + 631 * (person * 17 % 60), person / 30).expect("text");
    }
    fs::write(folder.join("edges.csv"), edges).expect("written");
    fs::write(folder.join("features.csv"), features).expect("written");
}

/// Three new people, one of whom knows new ones alone; two of the known ones meet, and an edge and a loop are too many.
const NEW_EDGES: &str = "source,target\nnew a,p3\nnew a,p4\nnew b,p3\nnew b,new c\nnew a,p3\np5,p5\np1,p40\n";
const NEW_FEATURES: &str = "id,income,ring\nnew a,31000,0\nnew b,52000,1\nnew c,28000,0\n";

fn train(folder: &Path, features: &str, more: &[&str]) {
    let features = format!("data.features={features}");
    let begin = ["train", "--device", "flex", "-q", "--set", "data.edges=edges.csv", "--set", &features];
    succeed(&[&begin[..], &["--set", "train.epochs=20", "--out", "run"], more].concat(), folder);
}

/// What a command that succeeds says beside its result.
#[track_caller]
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = aevb(folder, arguments);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    stderr
}

#[track_caller]
fn refused(folder: &Path, arguments: &[&str], expected: &str) {
    let output = aevb(folder, arguments);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.code() == Some(2) && stderr.contains(expected), "{arguments:?}: {stderr}");
    assert!(stderr.lines().count() == 2 && stderr.contains("\nhint: "), "{stderr}");
}

/// The vectors of a table without labels, by id.
fn vectors(folder: &Path, name: &str) -> HashMap<String, Vec<f32>> {
    let text = fs::read_to_string(folder.join(name)).expect("written");
    let rows = text.lines().skip(1).map(|line| {
        let (id, values) = line.split_once(',').expect("columns");
        (id.to_owned(), values.split(',').map(|value| value.parse().expect("a number")).collect())
    });
    rows.collect()
}

/// That nodes are where another graph has them, but for rounding.
#[track_caller]
fn assert_same(found: &HashMap<String, Vec<f32>>, whole: &HashMap<String, Vec<f32>>) {
    for (id, vector) in found {
        for (one, other) in vector.iter().zip(&whole[id]) {
            assert!((one - other).abs() <= 1e-5 * other.abs().max(1.0), "{id}: {one} and {other}");
        }
    }
}

/// Places the nodes of a whole graph, of these edges and of those that are new.
fn place_whole(folder: &Path, own: &str, features: &str, out: &str) -> HashMap<String, Vec<f32>> {
    let new = NEW_EDGES.strip_prefix("source,target\n").expect("a header");
    fs::write(folder.join("whole.csv"), format!("{own}{new}")).expect("written");
    fs::write(folder.join("whole-features.csv"), features).expect("written");
    let files = ["--edges", "whole.csv", "--features", "whole-features.csv", "--known", "other"];
    succeed(&[&["embed", "run", "--out", out][..], &files].concat(), folder);
    vectors(folder, out)
}

#[test]
fn new_nodes_are_placed_as_in_the_whole_graph() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_people(folder);
    train(folder, "features.csv", &[]);
    fs::write(folder.join("new.csv"), NEW_EDGES).expect("written");
    fs::write(folder.join("new-features.csv"), NEW_FEATURES).expect("written");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("there");
    let new_rows = NEW_FEATURES.strip_prefix("id,income,ring\n").expect("a header");
    let all_features = format!("{}{new_rows}", read("features.csv"));

    let embed = ["embed", "run", "new.csv", "--features", "new-features.csv"];
    let notes = said(folder, &[&embed[..], &["--all-edges", "--out", "all.csv"]].concat());
    for note in [
        "note: 3 new nodes, with 3 edges to 2 known nodes and 1 edge among themselves\n",
        "note: 1 edge is listed more than once, and counted once\n",
        "note: 1 edge is of a node to itself, and left out\n",
        "note: 1 edge between known nodes: messages pass along 0 of them anyway, and along 1 here only\n",
    ] {
        assert!(notes.contains(note), "{notes}");
    }
    assert!(!notes.contains("no row of features") && !notes.contains("no edge"), "{notes}");
    let all = vectors(folder, "all.csv");
    let ids: Vec<String> = read("all.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().expect("an id").to_owned())
        .collect();
    assert_eq!(ids, ["new a", "new b", "new c"]);
    let whole = place_whole(folder, &read("edges.csv"), &all_features, "whole-all.csv");
    assert_eq!(whole.len(), 63);
    assert_same(&all, &whole);

    // By default messages pass along the training edges alone, as when the run is measured.
    succeed(&[&embed[..], &["--out", "training.csv"]].concat(), folder);
    let training = vectors(folder, "training.csv");
    let split: Value = serde_json::from_str(&read("run/split.json")).expect("JSON");
    let names: Vec<String> = read("run/nodes.txt").lines().map(str::to_owned).collect();
    let mut own = "source,target\n".to_owned();
    for edge in split["train"].as_array().expect("edges") {
        let end = |at: usize| &names[edge[at].as_u64().expect("a node") as usize];
        writeln!(own, "{},{}", end(0), end(1)).expect("text");
    }
    let whole = place_whole(folder, &own, &all_features, "whole-training.csv");
    assert_same(&training, &whole);
    assert!(training != all, "the held-out edges make no difference");

    // Known nodes that are named again are placed again, with the features that are given for them.
    fs::write(folder.join("changed.csv"), format!("{NEW_FEATURES}p3,90000,1\n")).expect("written");
    let again =
        ["embed", "run", "new.csv", "--features", "changed.csv", "--known", "again", "--out", "again.csv"];
    let notes = said(folder, &again);
    assert!(notes.contains("among themselves; 5 known nodes placed again\n"), "{notes}");
    let again = vectors(folder, "again.csv");
    assert_eq!(again.len(), 8);
    let others: String = all_features
        .lines()
        .filter(|line| !line.starts_with("p3,"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_same(&again, &place_whole(folder, &own, &format!("{others}p3,90000,1\n"), "whole-again.csv"));
    let keep =
        ["embed", "run", "new.csv", "--features", "changed.csv", "--known", "keep", "--out", "keep.csv"];
    succeed(&keep, folder);
    assert_eq!(vectors(folder, "keep.csv"), training);
}

#[test]
fn who_nodes_are_is_asked_where_it_cannot_be_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_people(folder);
    train(folder, "features.csv", &[]);
    fs::write(folder.join("new.csv"), NEW_EDGES).expect("written");
    fs::write(folder.join("some.csv"), "id,income,ring\nnew a,31000,0\n").expect("written");
    fs::write(folder.join("both.csv"), format!("{NEW_FEATURES}p3,90000,1\n")).expect("written");
    let embed = |file: &'static str, more: &[&'static str]| {
        [&["embed", "run", file, "--out", "z.csv"][..], more].concat()
    };
    let who = "the run has nodes of the names of all 60: who are they?";
    refused(folder, &embed("edges.csv", &["--features", "features.csv"]), who);
    refused(folder, &embed("edges.csv", &[]), who);
    refused(folder, &embed("edges.csv", &["--known", "keep"]), "has no new node: the run knows all 60");
    let both = "both.csv: has features of nodes that the run has too: `p3` has its own";
    refused(folder, &embed("new.csv", &["--features", "both.csv"]), both);
    refused(folder, &embed("new.csv", &[]), "`new a`, `new b`, `new c` have no features");
    refused(folder, &embed("new.csv", &["--features", "some.csv"]), "`new b`, `new c` have no features");
    refused(
        folder,
        &embed("new.csv", &["--known", "other"]),
        "another graph than the run's, which cannot be placed without features",
    );
    for option in ["--zero-features", "--features=some.csv", "--known=again"] {
        refused(folder, &["embed", "run", "--out", "z.csv", option], "are of the files of other nodes");
    }
    assert_eq!(aevb(folder, &["embed", "run", "new.csv", "--part", "all"]).status.code(), Some(2));
    let notes = said(folder, &embed("new.csv", &["--zero-features"]));
    assert!(notes.contains("note: 3 new nodes have no row of features; theirs are zeros\n"), "{notes}");
    // Another graph with other names is one without a question, which is told.
    fs::write(folder.join("far.csv"), "x,y\ny,z\n").expect("written");
    fs::write(folder.join("far-features.csv"), "id,income,ring\nx,1,0\ny,2,1\nz,30000,1\n").expect("written");
    let far = ["embed", "run", "far.csv", "--features", "far-features.csv", "--out", "far-z.csv"];
    let told = "note: no node of far.csv is one of the run's: it is placed as another graph\n";
    assert!(said(folder, &far).contains(told));
}

#[test]
fn a_model_without_features_knows_its_own_nodes_only() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_people(folder);
    train(folder, "none", &[]);
    fs::write(folder.join("new.csv"), NEW_EDGES).expect("written");
    let new = "knows its nodes by name alone, and no others; `new a`, `new b`, `new c` are not among them";
    refused(folder, &["embed", "run", "new.csv", "--out", "z.csv"], new);
    // Known nodes with a further edge: only what that edge reaches moves.
    fs::write(folder.join("met.csv"), "p1,p40\np2,p40\n").expect("written");
    succeed(&["embed", "run", "met.csv", "--known", "again", "--out", "met-z.csv"], folder);
    succeed(&["embed", "run", "--out", "own.csv"], folder);
    let (met, own) = (vectors(folder, "met-z.csv"), vectors(folder, "own.csv"));
    assert_eq!((met.len(), own.len()), (3, 60));
    assert!(met.iter().all(|(id, vector)| own[id] != *vector), "{met:?}");
}
