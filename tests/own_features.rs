//! Features, labels, splits and settings as people have them, from the files to what the program prints.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn aevb(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .expect("the binary starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn succeed(folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = aevb(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

/// Runs the command that `data inspect` printed in a shell, a short training on the CPU.
#[track_caller]
fn run_printed(folder: &Path, inspected: &str, out: &str, more: &str) {
    let command =
        inspected.lines().find_map(|line| line.strip_prefix("command     aevb ")).expect("a command");
    let program = env!("CARGO_BIN_EXE_aevb");
    let script = format!("'{program}' {command} --set train.epochs=2 --device flex -q --out {out} {more}");
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .expect("sh starts");
    assert!(output.status.success(), "{script}: {}", text(&output.stderr));
}

/// Two groups of 40 nodes with many edges inside and few between, numbered from `first`.
fn groups(first: usize) -> String {
    let pairs = (0..80).flat_map(|i| (1..8).map(move |step| (i, i / 40 * 40 + (i + step * step) % 40)));
    let lines: String =
        pairs.filter(|(i, j)| i != j).map(|(i, j)| format!("{},{}\n", first + i, first + j)).collect();
    format!("source,target\n{lines}{},{}\n", first, first + 41)
}

/// Years and incomes, which differ between the groups.
fn raw() -> String {
    let row = |i: usize| {
        let (year, income) = (1960 + i / 40 * 30 + i % 7, 30_000 + i / 40 * 50_000 + 997 * (i % 11));
        format!("{i},{year},{income},{}\n", i % 3)
    };
    format!("id,year,income,children\n{}", (0..80).map(row).collect::<String>())
}

#[test]
fn years_and_incomes_are_standardised_and_new_nodes_by_the_same_scales() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("edges.csv"), groups(0)).expect("written");
    fs::write(folder.join("raw.csv"), raw()).expect("written");
    let train =
        ["train", "--device", "flex", "--set", "data.edges=edges.csv", "--set", "data.features=raw.csv"];
    for kind in ["vgae", "gae"] {
        let model = format!("model.kind={kind}");
        let objective = if kind == "gae" { "objective.kind=nll" } else { "objective.kind=elbo" };
        let more = ["--set", &model, "--set", objective, "--set", "train.epochs=100", "--out", kind];
        let (stdout, stderr) = succeed(folder, &[&train[..], &more].concat());
        assert!(stderr.matches("data.standardize=never").count() == 1, "{stderr}");
        assert!(stderr.contains("features: a table, whose nodes are named by the column `id`"), "{stderr}");
        let result: Value =
            serde_json::from_slice(&fs::read(folder.join(kind).join("result.json")).expect("there"))
                .expect("JSON");
        let auc = result["test"]["auc"].as_f64().expect("an AUC");
        assert!(auc > 0.7, "{kind}: {auc}\n{stdout}");
        let split: Value =
            serde_json::from_slice(&fs::read(folder.join(kind).join("split.json")).expect("there"))
                .expect("JSON");
        assert!(split["notes"][0].as_str().expect("a note").contains("standardised"), "{split}");
    }
    // The same nodes as those of another graph are where they were, though few rows would have other means.
    succeed(folder, &["embed", "vgae", "--all-edges", "--out", "own.csv"]);
    let other = ["embed", "vgae", "--edges", "edges.csv", "--features", "raw.csv", "--known", "other"];
    succeed(folder, &[&other[..], &["--out", "other.csv"]].concat());
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("written");
    assert_eq!(read("own.csv"), read("other.csv"));
    // A split with notes is a split.
    let again = ["--split", "vgae/split.json", "--set", "train.epochs=1", "--out", "again", "-q"];
    succeed(folder, &[&train[..], &again].concat());
    // Left as they are, they are blamed, and no learning rate.
    let raw = ["--set", "data.standardize=never", "--out", "raw"];
    let output = aevb(folder, &[&train[..], &raw].concat());
    let stderr = text(&output.stderr);
    assert!(!output.status.success() && stderr.contains("data.standardize=always"), "{stderr}");
    // What is exported says so, or does so.
    let (_, stderr) = succeed(folder, &["export", "vgae", "--what", "encoder", "--format", "npz"]);
    assert!(stderr.contains("standardization.json"), "{stderr}");
    succeed(folder, &["export", "vgae", "--what", "encoder", "--format", "onnx"]);
    let onnx = fs::read(folder.join("vgae/encoder.onnx")).expect("written");
    assert!(onnx.windows(21).any(|bytes| bytes == b"features.standardized"), "no scales in the file");
}

#[test]
fn a_toy_graph_is_told_what_to_hold_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let ring: String = (0..15).map(|i| format!("{i},{}\n", (i + 1) % 15)).collect();
    let five = "0,1\n1,2\n2,3\n3,4\n4,0\n".to_owned();
    for (name, edges) in [("ring.csv", &ring), ("five.csv", &five)] {
        fs::write(folder.join(name), format!("source,target\n{edges}")).expect("written");
        let (inspected, _) = succeed(folder, &["data", "inspect", name]);
        assert!(inspected.contains("hold out none; split.validation="), "{inspected}");
        run_printed(folder, &inspected, &format!("run-{name}"), "");
        let result = fs::read_to_string(folder.join(format!("run-{name}/result.json"))).expect("there");
        assert!(result.contains("metrics of so few pairs"), "{result}");
        let (evaluated, _) = succeed(folder, &["evaluate", &format!("run-{name}"), "--model-only"]);
        assert!(evaluated.contains("caution     metrics of so few pairs"), "{evaluated}");
        let edges = format!("data.edges={name}");
        let output =
            aevb(folder, &["train", "--set", &edges, "--set", "data.features=none", "--device", "flex"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("hint: split.validation="), "{}", text(&output.stderr));
    }
    fs::write(folder.join("one.csv"), "source,target\n0,1\n").expect("written");
    let (inspected, _) = succeed(folder, &["data", "inspect", "one.csv"]);
    assert!(inspected.contains("at least 3 edges are needed"), "{inspected}");
}

#[test]
fn a_setting_takes_text_that_looks_like_something_else_and_printed_commands_work() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let row = |i: usize| format!("r{i},{},{}.25,{}\n", i % 5, i % 7, (i * i) % 11);
    let rows: String = (0..60).map(row).collect();
    let names = [
        "2024-05-01",
        "2024",
        "1_1_1",
        "true",
        "two words, 50% & 'more' [1]",
        r"C:\data\new\table.csv",
        "\"q\"",
        "12:30:00",
    ];
    for (number, name) in names.into_iter().enumerate() {
        // The column is called as the file is.
        let quoted = name.replace('"', "\"\"");
        fs::write(folder.join(name), format!("\"{quoted}\",a,b,c\n{rows}")).expect("written");
        let (inspected, _) = succeed(folder, &["data", "inspect", name, "--kind", "table", "--id", name]);
        run_printed(
            folder,
            &inspected,
            &format!("run{number}"),
            "--set model.hidden='[4]' --set model.latent=1",
        );
        fs::write(folder.join(name), groups(0)).expect("written");
        let (inspected, _) = succeed(folder, &["data", "inspect", name]);
        run_printed(folder, &inspected, &format!("graph{number}"), "");
    }
    let taken = aevb(folder, &["train", "--out", "run0"]);
    assert!(text(&taken.stderr).contains("exists already"), "{}", text(&taken.stderr));
}

#[test]
fn features_and_labels_are_shown_as_they_were_understood() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("edges.csv"), groups(0)).expect("written");
    let content: String =
        (0..80).map(|i| format!("{i}\t{}\t1\t{}\n", i % 2, ["left", "right"][i / 40])).collect();
    fs::write(folder.join("a.content"), content).expect("written");
    let inspect = ["data", "inspect", "edges.csv", "--features", "a.content", "--labels", "a.content"];
    let (inspected, _) = succeed(folder, &inspect);
    assert!(
        inspected.contains("features    2, ") && inspected.contains("classes     left, right"),
        "{inspected}"
    );
    let first = "read        features: a table, whose nodes are named by column 1, without a header; the first row, of `0`,";
    assert!(inspected.contains(first) && inspected.contains("says `left`"), "{inspected}");
    let json: Value =
        serde_json::from_str(&succeed(folder, &[&inspect[..], &["--json"]].concat()).0).expect("JSON");
    assert_eq!(json["readings"].as_array().map(Vec::len), Some(2));
    run_printed(folder, &inspected, "run", "");
    let wide: String = (0..80).map(|i| format!("{},{i},{},{}\n", 500 + i, i % 3, i % 2)).collect();
    fs::write(folder.join("labels.csv"), format!("id,new_id,age,team\n{wide}")).expect("written");
    let inspect = ["data", "inspect", "edges.csv", "--labels", "labels.csv"];
    let refused = text(&aevb(folder, &inspect).stderr);
    assert!(
        refused.contains("`age`") && refused.contains("`team`") && refused.contains("--label"),
        "{refused}"
    );
    let (inspected, _) = succeed(folder, &[&inspect[..], &["--label", "team"]].concat());
    assert!(
        inspected.contains("note        labels.csv: nodes are named by the column `new_id`"),
        "{inspected}"
    );
    assert!(inspected.contains("--set data.label=team"), "{inspected}");
    run_printed(folder, &inspected, "labelled", "");
}
