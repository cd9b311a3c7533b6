//! `aevb links`, as a user calls it: what ranks, what is left out, names, and probabilities that anybody can check.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn aevb(arguments: &[&str], folder: &Path, threads: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder)
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .expect("the binary starts")
}

/// What a command prints and what it says.
#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> (String, String) {
    let output = aevb(arguments, folder, "2");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{arguments:?}: {told}");
    (String::from_utf8(output.stdout).expect("UTF-8"), told)
}

#[track_caller]
fn fail(code: i32, arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder, "2");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(code), true), "{arguments:?}: {told}");
    told
}

fn train(folder: &Path, what: &[&str]) {
    let sets = ["--device", "flex", "-q", "--out", "run", "--set", "train.epochs=20"];
    succeed(&[&["train"], what, &sets].concat(), folder);
}

/// Twelve rooms of ten people who mostly know each other, in a ring; each knows one of the next room too.
fn write_rooms(folder: &Path) -> Vec<[usize; 2]> {
    let known = |i: usize, j: usize| {
        let is_friend = i / 10 == j / 10 && !(3 * i + 5 * j).is_multiple_of(7);
        is_friend || j == (i + 10) % 120
    };
    let pairs = (0..120).flat_map(|i| (0..120).map(move |j| [i, j]));
    let edges: Vec<[usize; 2]> = pairs.filter(|&[i, j]| i < j && (known(i, j) || known(j, i))).collect();
    let lines: String = edges.iter().map(|[i, j]| format!("p{i},p{j}\n")).collect();
    fs::write(folder.join("edges.csv"), format!("source,target\n{lines}")).expect("written");
    edges
}

fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

fn edges_of(split: &Value, part: &str) -> HashSet<[usize; 2]> {
    let edges = if part == "train" { &split["train"] } else { &split[part]["edges"] };
    let edges = edges.as_array().expect("edges").iter();
    edges.map(|edge| [0, 1].map(|end| edge[end].as_u64().expect("a node") as usize)).collect()
}

#[test]
fn links_come_by_whatever_ranks_better() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_rooms(folder);
    train(folder, &["--set", "data.edges=edges.csv", "--set", "data.features=none"]);
    let (auto, told) = succeed(&["links", "run", "--top", "20", "--exclude-known"], folder);
    assert!(told.contains("note: held_out_probability is of all pairs that score so"), "{told}");
    let [choice] = told.lines().filter(|line| !line.starts_with("note: ")).collect::<Vec<_>>()[..] else {
        panic!("{told}")
    };
    assert!(
        choice.starts_with("by ") && choice.contains("(MRR ") && choice.contains(" % against "),
        "{told}"
    );
    let name = choice.strip_prefix("by ").and_then(|line| line.split_once(',')).expect("a name").0;
    let by = match name {
        "the model" => "model".to_owned(),
        heuristic => heuristic.to_lowercase().replace([' ', '–'], "-"),
    };
    let (asked, silent) = succeed(&["links", "run", "--top", "20", "--exclude-known", "--by", &by], folder);
    assert_eq!(asked, auto);
    assert!(!silent.contains("MRR"), "{silent}");

    // Common neighbours on the training graph, counted here.
    let split: Value =
        serde_json::from_slice(&fs::read(folder.join("run/split.json")).expect("a split")).expect("JSON");
    let edges = edges_of(&split, "train");
    let names = fs::read_to_string(folder.join("run/nodes.txt")).expect("names");
    let names: Vec<&str> = names.lines().collect();
    let is_edge = |i: usize, j: usize| edges.contains(&[i.min(j), i.max(j)]);
    let mut expected: Vec<(usize, usize, usize)> = Vec::new();
    for i in 0..names.len() {
        for j in i + 1..names.len() {
            let common = (0..names.len()).filter(|&w| is_edge(i, w) && is_edge(w, j)).count();
            if common > 0 && !is_edge(i, j) {
                expected.push((common, i, j));
            }
        }
    }
    expected.sort_by_key(|&(common, i, j)| (std::cmp::Reverse(common), i, j));
    let arguments = ["links", "run", "--by", "common-neighbours", "--exclude-training", "--top", "100000"];
    let (all, told) = succeed(&arguments, folder);
    let all = rows(&all);
    assert_eq!(all.len(), expected.len());
    assert!(told.contains(&format!("{} links are all that there are", all.len())), "{told}");
    for (row, (common, i, j)) in all.iter().zip(expected) {
        assert_eq!((row[0], row[1], row[3]), (names[i], names[j], &common.to_string()[..]));
    }
    // So few edges make nothing sure, and that is said.
    let validation = edges_of(&split, "validation").len();
    assert!(validation < 50);
    let few = format!("{validation} validation edges are too few for probabilities. --calibration says");
    assert!(told.contains(&few), "{told}");
    let probabilities: Vec<f64> = all.iter().map(|row| row[2].parse().expect("a probability")).collect();
    assert!(probabilities.is_sorted_by(|one, next| one >= next));
    assert!(probabilities[0] < 0.99 && probabilities[0] > 0.0, "{}", probabilities[0]);
    let (one, _) =
        succeed(&["links", "run", "--by", "personalised-pagerank", "--for", "p3", "--top", "4"], folder);
    assert!(rows(&one).len() == 4 && rows(&one).iter().all(|row| row[0] == "p3"), "{one}");

    // A training edge is not held out.
    let (known, told) = succeed(&["links", "run", "--by", "common-neighbours", "--top", "50"], folder);
    assert!(rows(&known).iter().any(|row| row[2].is_empty() && row[4] == "true"), "{known}");
    assert!(told.contains("of these 50 links are edges that the graph has; --exclude-known"), "{told}");

    let limited = ["links", "run", "--by", "model", "--exclude-known", "--top", "30", "--most-per-node", "2"];
    let (limited, told) = succeed(&limited, folder);
    let limited = rows(&limited);
    assert_eq!(limited.len(), 30);
    assert!(!told.contains("--most-per-node"), "{told}");
    for name in &names {
        assert!(limited.iter().filter(|row| row[0] == *name || row[1] == *name).count() <= 2);
    }
    // With one link each, 120 people make sixty pairs at most.
    let (paired, told) =
        succeed(&["links", "run", "--by", "model", "--top", "70", "--most-per-node", "1"], folder);
    let leaves =
        format!("--most-per-node 1 leaves {} links, fewer than the 70 of --top", paired.lines().count() - 1);
    assert!(paired.lines().count() - 1 == 60 && told.contains(&leaves), "{told}");
    // On one thread and on three.
    for by in ["model", "adamic-adar", "preferential-attachment"] {
        let arguments = ["links", "run", "--by", by, "--top", "500", "--exclude-training"];
        let [one, three] = ["1", "3"].map(|threads| aevb(&arguments, folder, threads).stdout);
        assert!(one == three && one.len() > 5000, "{by}");
    }
}

#[test]
fn ids_have_names_beside_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_rooms(folder);
    train(folder, &["--set", "data.edges=edges.csv", "--set", "data.features=none"]);
    let people: String = (0..119).map(|i| format!("p{i},\"Person {i}, room {}\",{i}\n", i / 10)).collect();
    fs::write(folder.join("people.csv"), format!("id,name,age\n{people}p500,Nobody,1\n")).expect("written");
    let arguments = ["links", "run", "--by", "model", "--top", "5", "--json", "--names"];
    let (links, told) = succeed(&[&arguments[..], &["people.csv"]].concat(), folder);
    assert!(told.contains("has no name for 1 of 120 nodes, such as `p119`"), "{told}");
    assert!(told.contains("1 of its names are of no node"), "{told}");
    let links: Value = serde_json::from_str(&links).expect("JSON");
    for link in links.as_array().expect("a list") {
        let id = link["source"].as_str().expect("an id").trim_start_matches('p');
        let name = link["source_name"].as_str().expect("a name");
        assert!(name.is_empty() || name.starts_with(&format!("Person {id}, ")), "{link}");
    }
    let (links, _) = succeed(&[&arguments[..], &["people.csv:age"]].concat(), folder);
    let links: Value = serde_json::from_str(&links).expect("JSON");
    let age = links[0]["source_name"].as_str().expect("an age");
    assert_eq!(links[0]["source"], format!("p{age}"));
    let (links, told) = succeed(&[&arguments[..], &["people.csv:id"]].concat(), folder);
    assert!(told.contains("has no name for 1 of 120 nodes, such as `p119`"), "{told}");
    let links: Value = serde_json::from_str(&links).expect("JSON");
    for link in links.as_array().expect("a list") {
        assert!(link["target"] == "p119" || link["target_name"] == link["target"], "{link}");
    }
    assert!(fail(2, &["links", "run", "--names", "nobody.csv"], folder).contains("nobody.csv: no such file"));
    // A table with names is read back as pairs of ids.
    let written = ["links", "run", "--top", "15", "--names", "people.csv", "--out", "links.csv"];
    succeed(&written, folder);
    let again = ["links", "run", "--pairs", "links.csv", "--names", "people.csv"];
    let (again, _) = succeed(&again, folder);
    assert_eq!(again, fs::read_to_string(folder.join("links.csv")).expect("written"));
}

#[test]
fn probabilities_can_be_checked_by_anybody() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    // As people train on edges of their own.
    let edges: String = aevb_data::graph::cora().edges().map(|[i, j]| format!("{i},{j}\n")).collect();
    fs::write(folder.join("cora.csv"), format!("source,target\n{edges}")).expect("written");
    train(folder, &["cora.csv"]);
    let arguments = ["links", "run", "--by", "model", "--exclude-training", "--top", "790"];
    let (best, told) = succeed(&arguments, folder);
    assert_eq!(told, "");
    assert!(best.starts_with("source,target,held_out_probability,score,known\n"), "{best}");
    let rows = rows(&best);
    let told: Vec<(f64, bool)> =
        rows.iter().map(|row| (row[2].parse().expect("a probability"), row[4] == "true")).collect();
    assert!(told.is_sorted_by(|(one, _), (next, _)| one >= next) && told[0].0 < 0.9, "{told:?}");
    let error: f64 = told
        .chunks(79)
        .map(|bin| {
            let mean = bin.iter().map(|(probability, _)| probability).sum::<f64>() / 79.0;
            let share = bin.iter().filter(|(_, known)| *known).count() as f64 / 79.0;
            (mean - share).abs() / 10.0
        })
        .sum();
    let (printed, _) = succeed(&["links", "run", "--by", "model", "--calibration", "--json"], folder);
    let printed: Value = serde_json::from_str(&printed).expect("JSON");
    let of_program = printed["of_held_out"]["error"].as_f64().expect("an error");
    assert!((error - of_program).abs() < 1e-6 && error <= 0.05, "{error} {of_program}");
    assert_eq!((&printed["by"], &printed["held_out_edges"]), (&"the model".into(), &790.into()));
    let (text, _) = succeed(&["links", "run", "--calibration", "--by", "auto"], folder);
    assert!(text.contains(" over 10 bins of the best 790 pairs without a training edge"), "{text}");

    // Pairs along all edges are not calibrated.
    let arguments = ["links", "run", "--by", "model", "--all-edges", "--top", "3", "--exclude-known"];
    let (all, told) = succeed(&arguments, folder);
    assert!(all.starts_with("source,target,score,known\n"), "{all}");
    assert!(told.starts_with("note: along all edges") && told.contains("no probabilities"), "{told}");
}

#[test]
fn questions_that_mean_nothing_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_rooms(folder);
    train(folder, &["--set", "data.edges=edges.csv", "--set", "data.features=none"]);
    fs::write(folder.join("pairs.csv"), "source,target\np1,p2\np3,p3\n").expect("written");
    let told = fail(1, &["links", "run", "--pairs", "pairs.csv"], folder);
    assert!(told.contains("pairs.csv, pair 2: `p3` with itself"), "{told}");
    for refused in [
        &["--exclude-known", "--exclude-training"][..],
        &["--for", "p1", "--most-per-node", "2"],
        &["--pairs", "pairs.csv", "--exclude-training"],
        &["--pairs", "pairs.csv", "--most-per-node", "2"],
        &["--calibration", "--top", "3"],
        &["--calibration", "--all-edges"],
        &["--calibration", "--out", "x.csv"],
        &["--most-per-node", "0"],
        &["--by", "luck"],
    ] {
        fail(2, &[&["links", "run"], refused].concat(), folder);
    }
}

#[test]
fn two_hop_links_are_those_of_all_pairs_that_have_a_common_neighbour() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_rooms(folder);
    train(folder, &["--set", "data.edges=edges.csv", "--set", "data.features=none"]);
    let split: Value =
        serde_json::from_slice(&fs::read(folder.join("run/split.json")).expect("a split")).expect("JSON");
    let names = fs::read_to_string(folder.join("run/nodes.txt")).expect("names");
    let names: Vec<&str> = names.lines().collect();
    let links = |more: &[&str], threads| {
        let what = ["links", "run", "--by", "model", "--exclude-training", "--top", "10000"];
        let output = aevb(&[&what, more].concat(), folder, threads);
        let [text, told] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
        assert!(output.status.success(), "{told}");
        (text, told)
    };
    let without_probability = |text: &str| -> Vec<Vec<String>> {
        let owned = |row: Vec<&str>| row.into_iter().map(str::to_owned).collect::<Vec<_>>();
        rows(text).into_iter().map(|row| owned([&row[..2], &row[row.len() - 2..]].concat())).collect()
    };
    let (all, _) = links(&[], "2");
    assert_eq!(links(&["--candidates", "all"], "2").0, all);
    for (more, parts) in [(&[][..], &["train"][..]), (&["--all-edges"], &["train", "validation", "test"])] {
        let edges: HashSet<[usize; 2]> = parts.iter().flat_map(|part| edges_of(&split, part)).collect();
        let is_edge = |i: usize, j: usize| edges.contains(&[i.min(j), i.max(j)]);
        let place = |name: &str| names.iter().position(|known| *known == name).expect("a node");
        let has_common = |row: &Vec<String>| {
            let [i, j] = [&row[0], &row[1]].map(|name| place(name));
            (0..names.len()).any(|w| is_edge(i, w) && is_edge(w, j))
        };
        let all = without_probability(&links(more, "2").0);
        let (found, told) = links(&[more, &["--candidates", "two-hop"]].concat(), "1");
        assert_eq!(links(&[more, &["--candidates", "two-hop"]].concat(), "3"), (found.clone(), told.clone()));
        let expected: Vec<_> = all.into_iter().filter(has_common).collect();
        assert!(expected.len() > 100, "{}", expected.len());
        assert_eq!(without_probability(&found), expected);
        assert!(told.contains("recall of two-hop: ") && told.contains("each of 120 nodes"), "{told}");
        assert_eq!(found.contains("held_out_probability"), more.is_empty());
    }
    let told = fail(2, &["links", "run", "--by", "adamic-adar", "--candidates", "two-hop"], folder);
    assert!(
        told.contains("--candidates: is of the pairs that a model scores") && told.contains("--by model")
    );
    let told = fail(2, &["links", "run", "--candidates", "three-hop"], folder);
    assert!(told.contains("three-hop") && told.contains("two-hop"), "{told}");
    fail(2, &["links", "run", "--candidates", "two-hop", "--for", "p3"], folder);
}

#[test]
fn why_there_are_no_probabilities_is_told_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    // Of two sides: nodes with a common neighbour are on the same one, and no edge is.
    let pairs = (0..20).flat_map(|i| (0..20).map(move |j| [i, j]));
    let edges = pairs.filter(|[i, j]| (7 * i + 3 * j) % 5 < 2);
    let lines: String = edges.map(|[i, j]| format!("a{i},b{j}\n")).collect();
    fs::write(folder.join("edges.csv"), format!("source,target\n{lines}")).expect("written");
    train(folder, &["--set", "data.edges=edges.csv", "--set", "data.features=none"]);
    let links = |candidates| {
        let asked = ["links", "run", "--by", "model", "--exclude-training", "--top", "5", "--candidates"];
        succeed(&[&asked[..], &[candidates]].concat(), folder)
    };
    let (found, told) = links("two-hop");
    let reason =
        "note: there are no probabilities: of 8 validation edges none has ends with a common neighbour";
    assert!(told.contains(reason) && !told.contains("held out"), "{told}");
    assert_eq!((found.lines().count(), found.contains("held_out_probability")), (6, false), "{found}");
    let (found, told) = links("all");
    assert!(found.contains("held_out_probability") && !told.contains("no probabilities"), "{told}");
}

#[test]
fn ranks_of_a_sample_say_so_everywhere() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_rooms(folder);
    let result = |run: &str| -> Value {
        let text = fs::read(folder.join(run).join("result.json")).expect("a result");
        serde_json::from_slice(&text).expect("JSON")
    };
    let own = ["--set", "data.edges=edges.csv", "--set", "data.features=none"];
    train(folder, &own);
    let whole = result("run");
    assert!(whole.get("test_sample").is_none() && whole.get("model_on_sample").is_none(), "{whole}");
    let of = edges_of(
        &serde_json::from_slice(&fs::read(folder.join("run/split.json")).expect("a split")).expect("JSON"),
        "test",
    );
    fs::rename(folder.join("run"), folder.join("whole")).expect("renamed");

    train(folder, &[&own[..], &["--set", "evaluate.queries=10"]].concat());
    let sampled = result("run");
    assert_eq!(sampled["test_sample"]["edges"], 10);
    assert_eq!(sampled["test_sample"]["of"], of.len());
    assert!(sampled["test_sample"]["standard_error"]["mrr"].as_f64().is_some_and(|error| error > 0.0));
    assert_eq!(sampled["heuristics"][0]["sampled"], 10);
    assert_eq!(sampled["model_on_sample"]["mrr"], sampled["test"]["mrr"]);
    assert_eq!(
        (&sampled["test"]["auc"], &sampled["validation"]["auc"]),
        (&whole["test"]["auc"], &whole["validation"]["auc"])
    );
    assert_ne!(sampled["test"]["mrr"], whole["test"]["mrr"]);
    assert_eq!(sampled["validation_ranks"]["edges"], 10);

    // A run is measured again on as many edges as one likes, and as in its configuration where nothing is said.
    let evaluate = |run: &str, more: &[&str]| -> Value {
        let (text, _) = succeed(&[&["evaluate", run, "--json"], more].concat(), folder);
        serde_json::from_str(&text).expect("JSON")
    };
    for (run, more) in [("run", &[][..]), ("whole", &["--queries", "10"])] {
        let found = evaluate(run, more);
        assert_eq!(found["test_sample"], sampled["test_sample"], "{run}");
        assert_eq!(found["test"]["mrr"], sampled["test"]["mrr"], "{run}");
        assert_eq!((&found["sampled"], &found["heuristics"][1]["sampled"]), (&10.into(), &10.into()));
        assert!(found["whole_graph_ap"].is_null() && found["heuristics"][0]["whole_graph_ap"].is_null());
    }
    for (run, more) in [("whole", &[][..]), ("run", &["--queries", "1000000"])] {
        let found = evaluate(run, more);
        assert_eq!((found.get("test_sample"), found.get("sampled")), (None, None), "{run}");
        assert_eq!(found["test"], whole["test"], "{run}");
        assert!(found["whole_graph_ap"].is_f64());
    }
    let (text, told) = succeed(&["evaluate", "whole", "--queries", "10", "--heuristics", "all"], folder);
    let sample = format!("of a sample of 10 of {} test edges", of.len());
    assert!(
        text.contains(&format!(" %, {sample}\n")) && text.contains(&format!("each end of an edge {sample} "))
    );
    assert!(told.contains("the average precision among all pairs is left out"), "{told}");
    assert!(told.contains("personalised PageRank is left out") && !text.contains("PageRank"), "{told}");
    for wrong in ["0", "-1", "many"] {
        fail(2, &["evaluate", "run", "--queries", wrong], folder);
        let set = format!("evaluate.queries={wrong}");
        let told = fail(2, &[&["train", "--set", &set], &own[..]].concat(), folder);
        assert!(told.contains("evaluate.queries"), "{told}");
    }
}
