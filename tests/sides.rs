//! Directed and bipartite graphs with the real binary: what is learnt, ranked and listed is between the sides alone, in the
//! direction that was asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn run(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    let command = command.args(arguments).current_dir(folder).env("XDG_RUNTIME_DIR", folder);
    command.output().expect("the binary starts")
}

/// What a command prints and what it says.
#[track_caller]
fn aevb(arguments: &[&str], folder: &Path) -> (String, String) {
    let output = run(arguments, folder);
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{arguments:?}: {told}");
    (String::from_utf8(output.stdout).expect("UTF-8"), told)
}

#[track_caller]
fn refused(arguments: &[&str], folder: &Path, message: &str) {
    let output = run(arguments, folder);
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(matches!(output.status.code(), Some(1 | 2)) && !told.contains("panicked"), "{told}");
    assert!(told.contains(message) && told.contains("hint: "), "{told}");
}

fn json(arguments: &[&str], folder: &Path) -> Value {
    serde_json::from_str(&aevb(arguments, folder).0).expect("JSON")
}

/// 40 people in a ring, who follow the next few and some that these follow: `p0` follows `p1`, and seldom the other way.
fn write_followers(folder: &Path) -> BTreeSet<(String, String)> {
    let steps = |node: usize| [1, 2, 3 + node % 3, 7 + node % 2].map(|step| (node + step) % 40);
    let mut edges: BTreeSet<_> = (0..40).flat_map(|node| steps(node).map(|to| (node, to))).collect();
    edges.extend((0..40).step_by(8).map(|node| ((node + 1) % 40, node)));
    let edges: BTreeSet<_> = edges.into_iter().map(|(i, j)| (format!("p{i}"), format!("p{j}"))).collect();
    write(folder, "followers.csv", "follower,followed", &edges);
    edges
}

/// 30 readers of 24 books, of whom every third mostly reads every third book.
fn write_readers(folder: &Path) -> BTreeSet<(String, String)> {
    let reads = |i: usize, j: usize| {
        if i % 3 == j % 3 { !(i * 5 + j).is_multiple_of(4) } else { (i * 7 + j * 3).is_multiple_of(19) }
    };
    let pairs = (0..30).flat_map(|i| (0..24).map(move |j| (i, j))).filter(|&(i, j)| reads(i, j));
    let edges: BTreeSet<_> = pairs.map(|(i, j)| (format!("r{i}"), format!("b{j}"))).collect();
    write(folder, "readers.csv", "source,target", &edges);
    edges
}

fn write(folder: &Path, name: &str, header: &str, edges: &BTreeSet<(String, String)>) {
    let lines: String = edges.iter().map(|(from, to)| format!("{from},{to}\n")).collect();
    fs::write(folder.join(name), format!("{header}\n{lines}")).expect("written");
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().expect("text")
}

const QUICK: [&str; 8] = [
    "--device",
    "flex",
    "--set",
    "train.epochs=12",
    "--set",
    "model.latent=8",
    "--set",
    "schedule.kind=constant",
];

fn train(edges: &str, flag: &str, out: &str, more: &[&str], folder: &Path) -> String {
    let given = ["train", "--edges", edges, flag, "--out", out];
    aevb(&[&given[..], &QUICK, more].concat(), folder).1
}

/// The rank of an end of each test edge by the scores of all pairs, and their mean reciprocal.
fn plain_mrr(
    scores: &BTreeMap<(String, String), f64>,
    edges: &BTreeSet<(String, String)>,
    test: &[(String, String)],
    of_target: bool,
) -> f64 {
    let rank = |edge: &(String, String)| {
        let competes = |pair: &(String, String)| {
            let shares_end = if of_target { pair.0 == edge.0 } else { pair.1 == edge.1 };
            shares_end && !edges.contains(pair)
        };
        scores.iter().filter(|(pair, _)| competes(pair)).fold(1.0, |rank, (_, &score)| {
            rank + f64::from(u8::from(score > scores[edge]))
                + 0.5 * f64::from(u8::from(score == scores[edge]))
        })
    };
    test.iter().map(|edge| 1.0 / rank(edge)).sum::<f64>() / test.len() as f64
}

/// Compares the run's ranks with those of the scores that `links` prints for all pairs there are.
#[track_caller]
fn ranks_are_those_of_all_pairs(
    run: &str,
    edges: &BTreeSet<(String, String)>,
    pairs: &[(String, String)],
    sides: [&str; 2],
    folder: &Path,
) {
    let lines: String = pairs.iter().map(|(from, to)| format!("{from},{to}\n")).collect();
    fs::write(folder.join("pairs.csv"), format!("from,to\n{lines}")).expect("written");
    let rows = json(&["links", run, "--by", "model", "--pairs", "pairs.csv", "--json"], folder);
    let rows = rows.as_array().expect("rows");
    assert_eq!(rows.len(), pairs.len());
    let mut scores = BTreeMap::new();
    for (row, pair) in rows.iter().zip(pairs) {
        assert_eq!((text(row, "source"), text(row, "target")), (&pair.0[..], &pair.1[..]));
        assert_eq!(row["known"].as_bool(), Some(edges.contains(pair)), "{row}");
        scores.insert(pair.clone(), row["score"].as_f64().expect("a number"));
    }
    let split: Value =
        serde_json::from_slice(&fs::read(folder.join(run).join("split.json")).expect("read")).expect("JSON");
    let nodes = fs::read_to_string(folder.join(run).join("nodes.txt")).expect("read");
    let nodes: Vec<&str> = nodes.lines().map(|name| name.rsplit(':').next().expect("a name")).collect();
    let name = |node: &Value| nodes[node.as_u64().expect("a number") as usize].to_owned();
    let test: Vec<(String, String)> = split["test"]["edges"]
        .as_array()
        .expect("edges")
        .iter()
        .map(|edge| (name(&edge[0]), name(&edge[1])))
        .collect();
    assert!(test.len() >= 10 && test.iter().all(|edge| edges.contains(edge)));
    for part in ["validation", "test"] {
        for pair in split[part]["non_edges"].as_array().expect("pairs") {
            let pair = (name(&pair[0]), name(&pair[1]));
            assert!(scores.contains_key(&pair) && !edges.contains(&pair), "{pair:?}");
        }
    }
    let result: Value =
        serde_json::from_slice(&fs::read(folder.join(run).join("result.json")).expect("read")).expect("JSON");
    let by_side = &result["test_by_side"];
    let mut mean = 0.0;
    for (side, of_target) in sides.into_iter().zip([true, false]) {
        let expected = plain_mrr(&scores, edges, &test, of_target);
        let found = by_side[side]["mrr"].as_f64().expect("a number");
        assert!((found - expected).abs() < 1e-9, "{side}: {found} is not {expected}");
        mean += found / 2.0;
    }
    assert!((result["test"]["mrr"].as_f64().expect("a number") - mean).abs() < 1e-9);
    let evaluated = json(&["evaluate", run, "--json"], folder);
    assert_eq!(evaluated["test_by_side"], *by_side);
    assert_eq!(evaluated["absent_pairs"].as_u64(), Some((pairs.len() - edges.len()) as u64));
}

#[test]
fn a_directed_graph_is_ranked_and_listed_in_its_direction() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let edges = write_followers(folder);
    let told = train("followers.csv", "--directed", "run", &[], folder);
    assert!(told.contains("sizes for 40 nodes, each a source and a target, and 165 edges"), "{told}");
    assert!(told.contains("targets by their sources") || !told.is_empty());
    let people: Vec<String> = (0..40).map(|node| format!("p{node}")).collect();
    let all: Vec<(String, String)> = people
        .iter()
        .flat_map(|from| people.iter().map(move |to| (from.clone(), to.clone())))
        .filter(|(from, to)| from != to)
        .collect();
    ranks_are_those_of_all_pairs("run", &edges, &all, ["targets", "sources"], folder);

    // The best links are those of all pairs, and what is known is so in this direction.
    let rows = json(&["links", "run", "--by", "model", "--top", "2000", "--json"], folder);
    let rows = rows.as_array().expect("rows");
    assert_eq!(rows.len(), all.len());
    let pair = |row: &Value| (text(row, "source").to_owned(), text(row, "target").to_owned());
    assert!(rows.iter().all(|row| row["known"].as_bool() == Some(edges.contains(&pair(row)))));
    assert_eq!(rows.iter().map(pair).collect::<BTreeSet<_>>().len(), all.len());
    let score = |from: &str, to: &str| {
        let row = rows.iter().find(|row| text(row, "source") == from && text(row, "target") == to);
        row.expect("a pair")["score"].as_f64().expect("a number")
    };
    assert_ne!(score("p0", "p1"), score("p1", "p0"));
    let known = rows.iter().take(60).filter(|row| row["known"] == true).count();
    assert!(known >= 40, "{known} of the best 60 are edges");

    // Of a node its targets, and its sources.
    let rows = json(&["links", "run", "--by", "model", "--for", "p3", "--top", "4", "--json"], folder);
    let of: Vec<_> = rows.as_array().expect("rows").iter().map(pair).collect();
    assert!(
        of.len() == 8
            && of[..4].iter().all(|pair| pair.0 == "p3")
            && of[4..].iter().all(|pair| pair.1 == "p3")
    );
    for by in ["common-neighbours", "resource-allocation", "preferential-attachment"] {
        let rows = json(&["links", "run", "--by", by, "--top", "30", "--exclude-known", "--json"], folder);
        let rows = rows.as_array().expect("rows");
        assert!(
            !rows.is_empty()
                && rows.iter().all(|row| !edges.contains(&pair(row)) && pair(row).0 != pair(row).1)
        );
    }
    let two_hop = json(
        &[
            "links",
            "run",
            "--by",
            "model",
            "--candidates",
            "two-hop",
            "--top",
            "20",
            "--exclude-training",
            "--json",
        ],
        folder,
    );
    assert!(!two_hop.as_array().expect("rows").is_empty());
    refused(&["links", "run", "--by", "personalised-pagerank"], folder, "tells nothing of the direction");
    refused(&["links", "run", "--by", "three-paths"], folder, "tells nothing of the direction");

    // A row a node, with both vectors.
    aevb(&["embed", "run", "--out", "z.csv"], folder);
    let table = fs::read_to_string(folder.join("z.csv")).expect("read");
    let header = table.lines().next().expect("a header");
    assert!(header.starts_with("id,source_z0,source_z1,") && header.ends_with(",target_z7"), "{header}");
    assert_eq!(table.lines().count(), 41);
    aevb(&["report", "run"], folder);
    let page = fs::read_to_string(folder.join("run/report/index.html")).expect("read");
    assert!(page.contains("40 nodes of 8 latent dimensions as the source and as many as the target"));
    aevb(&["export", "run", "--what", "latents", "--format", "npz", "--out", "z.npz"], folder);
    aevb(&["export", "run", "--what", "encoder", "--format", "onnx", "--out", "e.onnx"], folder);
    let nodes = fs::read_to_string(folder.join("run/nodes.txt")).expect("read");
    assert!(
        nodes.starts_with("source:p0\n") && nodes.contains("\ntarget:p39\n") && nodes.lines().count() == 80
    );
    refused(&["embed", "run", "followers.csv"], folder, "directed or bipartite");
}

#[test]
fn a_bipartite_graph_is_ranked_and_listed_between_its_sides() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let edges = write_readers(folder);
    let told = train("readers.csv", "--bipartite", "run", &["--set", "objective.pairs=sampled"], folder);
    assert!(told.contains("sizes for 30 and 24 nodes of two kinds and"), "{told}");
    let all: Vec<(String, String)> =
        (0..30).flat_map(|i| (0..24).map(move |j| (format!("r{i}"), format!("b{j}")))).collect();
    ranks_are_those_of_all_pairs("run", &edges, &all, ["right", "left"], folder);
    for by in [
        "model",
        "three-paths",
        "l3",
        "three-step-allocation",
        "preferential-attachment",
        "personalised-pagerank",
    ] {
        let rows = json(&["links", "run", "--by", by, "--top", "1000", "--json"], folder);
        for row in rows.as_array().expect("rows") {
            assert!(
                text(row, "source").starts_with('r') && text(row, "target").starts_with('b'),
                "{by}: {row}"
            );
        }
        let rows = json(&["links", "run", "--by", by, "--for", "b3", "--top", "5", "--json"], folder);
        let rows = rows.as_array().expect("rows");
        assert!(!rows.is_empty() && rows.iter().all(|row| text(row, "target") == "b3"), "{by}");
    }
    fs::write(folder.join("two.csv"), "b1,r2\nr1,r2\n").expect("written");
    let output = run(&["links", "run", "--by", "model", "--pairs", "two.csv"], folder);
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!output.status.success() && told.contains("pair 2: `r1` and `r2` are of one side"), "{told}");
    refused(
        &["links", "run", "--by", "common-neighbours"],
        folder,
        "is 0 for every pair of a bipartite graph",
    );
    refused(
        &["links", "run", "--by", "model", "--candidates", "two-hop"],
        folder,
        "have no common neighbour",
    );
    aevb(&["report", "run"], folder);
    aevb(&["links", "run", "--calibration"], folder);
}

#[test]
fn runs_with_sides_go_on_to_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write_followers(folder);
    write_readers(folder);
    let blocks = [
        "--set",
        "objective.pairs=blocks",
        "--set",
        "objective.edges=rows",
        "--set",
        "objective.rows=10",
        "--set",
        "objective.columns=12",
    ];
    for (edges, flag) in [("followers.csv", "--directed"), ("readers.csv", "--bipartite")] {
        train(edges, flag, "whole", &[&blocks[..], &["--threads", "2"]].concat(), folder);
        train(
            edges,
            flag,
            "half",
            &[&blocks[..], &["--set", "train.epochs=8", "--threads", "1"]].concat(),
            folder,
        );
        aevb(&["resume", "half", "--set", "train.epochs=12"], folder);
        let weights = |run: &str| fs::read(folder.join(run).join("model.safetensors")).expect("read");
        assert!(weights("whole") == weights("half"), "{flag}");
        aevb(&["evaluate", "half", "--model-only"], folder);
        for run in ["whole", "half"] {
            fs::remove_dir_all(folder.join(run)).expect("removed");
        }
    }
}

#[test]
fn what_is_for_undirected_graphs_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write_followers(folder);
    let with =
        |set: &'static str| ["train", "--edges", "followers.csv", "--directed", "--out", "run", "--set", set];
    refused(
        &with("objective.pairs=subgraph"),
        folder,
        "objective.pairs: \"subgraph\" is of graphs without sides",
    );
    refused(&with("data.bipartite=true"), folder, "data.directed");
    refused(&["train", "gae-cora", "--set", "data.directed=true"], folder, "data.directed");
    fs::write(folder.join("g.graph"), "3 2\n2\n1 3\n2\n").expect("written");
    refused(&["train", "--edges", "g.graph", "--directed"], folder, "METIS's format");
    refused(&["train", "--edges", "followers.csv", "--bipartite"], folder, "stands in both columns");
    let (inspected, _) = aevb(&["data", "inspect", "followers.csv", "--directed"], folder);
    assert!(
        inspected.contains("nodes       40, each a source and a target, 0 of them isolated"),
        "{inspected}"
    );
    assert!(inspected.contains("aevb train --edges followers.csv --directed\n"), "{inspected}");
}
