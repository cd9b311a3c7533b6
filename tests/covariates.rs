//! Structural covariates in runs, with the real binary: all commands have the same scores, runs go on, and what is not meant is
//! refused by name.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use safetensors::SafeTensors;
use serde_json::Value;

const NAMES: &str =
    r#"model.decoder.covariates=["resource-allocation", "common-neighbours", "adamic-adar", "degrees"]"#;
const SMALL: [&str; 5] = [
    "model.choose_inputs=false",
    "model.latent=16",
    "train.evaluate_every=2",
    "schedule.kind=constant",
    "train.checkpoint_every=2 epochs",
];

fn run(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    command.args(arguments).current_dir(folder).env("XDG_RUNTIME_DIR", folder).output().expect("it starts")
}

#[track_caller]
fn aevb(arguments: &[&str], folder: &Path) -> String {
    let output = run(arguments, folder);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Trains the preset on Cora, and leaves the run in a folder.
#[track_caller]
fn train(out: &str, sets: &[&str], folder: &Path) {
    let mut arguments = vec!["train", "links", "--set", "data.name=cora", "--device", "flex", "--out", out];
    SMALL.iter().chain(sets).for_each(|set| arguments.extend(["--set", set]));
    aevb(&arguments, folder);
}

#[track_caller]
fn refused(sets: &[&str], folder: &Path) -> String {
    let mut arguments = vec!["train", "links", "--device", "flex", "--out", "refused"];
    sets.iter().for_each(|set| arguments.extend(["--set", set]));
    let output = run(&arguments, folder);
    assert_eq!(output.status.code(), Some(2), "{sets:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

fn json(bytes: impl AsRef<[u8]>) -> Value {
    serde_json::from_slice(bytes.as_ref()).expect("JSON")
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

#[test]
fn commands_have_the_scores_of_training_and_runs_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for weights in ["joint", "training", "validation"] {
        let set = format!("model.decoder.covariate_weights={weights}");
        let sets = |epochs| [NAMES, &set, epochs].map(str::to_owned);
        let whole = sets("train.epochs=6");
        train("whole", &whole.each_ref().map(String::as_str), folder);
        let result = json(read(folder.join("whole/result.json")));

        let evaluated = json(aevb(&["evaluate", "whole", "--heuristics", "none", "--json"], folder));
        for key in ["test", "validation", "validation_ranking"] {
            assert_eq!(evaluated[key], result[key], "{weights}: {key}");
        }

        // The best links have the scores that are asked for by name.
        let best = aevb(&["links", "whole", "--top", "20", "--exclude-known"], folder);
        let rows: Vec<Vec<&str>> = best.lines().skip(1).map(|line| line.split(',').collect()).collect();
        assert_eq!(rows.len(), 20);
        let pairs: String = rows.iter().map(|row| format!("{},{}\n", row[0], row[1])).collect();
        fs::write(folder.join("pairs.csv"), format!("source,target\n{pairs}")).expect("written");
        let named = aevb(&["links", "whole", "--pairs", "pairs.csv"], folder);
        for (row, line) in rows.iter().zip(named.lines().skip(1)) {
            let line: Vec<&str> = line.split(',').collect();
            assert_eq!((&row[..2], row[3]), (&line[..2], line[3]), "{weights}");
        }
        // Along all edges scores are others.
        let along_all = aevb(&["links", "whole", "--top", "20", "--exclude-known", "--all-edges"], folder);
        assert!(along_all.lines().count() == 21 && along_all != best);
        aevb(&["report", "whole"], folder);

        let file = read(folder.join("whole/model.safetensors"));
        let tensors = SafeTensors::deserialize(&file).expect("safetensors");
        let learnt = tensors.tensor("decoder.covariates").map(|weights| weights.shape().to_vec());
        assert_eq!(learnt.ok(), (weights == "joint").then(|| vec![6]), "{weights}");

        let half = sets("train.epochs=4");
        train("resumed", &half.each_ref().map(String::as_str), folder);
        aevb(&["resume", "resumed", "--set", "train.epochs=6", "--device", "flex"], folder);
        assert!(read(folder.join("resumed/model.safetensors")) == file, "{weights}: other bits");
        let resumed = json(read(folder.join("resumed/result.json")));
        assert_eq!((&resumed["test"], &resumed["validation"]), (&result["test"], &result["validation"]));
        for run in ["whole", "resumed"] {
            fs::remove_dir_all(folder.join(run)).expect("removed");
        }
    }
}

#[test]
fn what_is_not_meant_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let joint = "model.decoder.covariate_weights=joint";
    let mlp = [NAMES, "data.name=cora", "model.decoder.kind=mlp", "objective.pairs=sampled"];
    for (sets, told) in [
        (
            &mlp[..],
            "model.decoder.covariates go with a decoder whose logits are inner products, and `mlp` has none",
        ),
        (
            &[NAMES, "data.name=cora", "model.decoder.kind=bernoulli-poisson"],
            "and `bernoulli-poisson` has none",
        ),
        (&[NAMES, "data.name=cora", joint, "objective.pairs=subgraph"], "needs all pairs of a row"),
        (&["data.name=cora", "model.decoder.covariates=[\"degrees\", \"degrees\"]"], "names one twice"),
        (&["data.name=cora", "model.decoder.covariates=[\"katz\"]"], "katz"),
    ] {
        let message = refused(sets, folder);
        assert!(message.contains(told), "{message}");
    }
    let edges: String = (0..40).flat_map(|i| [1, 3].map(|by| format!("{i},{}\n", (i + by) % 40))).collect();
    fs::write(folder.join("edges.csv"), edges).expect("written");
    let message =
        refused(&[NAMES, "data.edges=edges.csv", "data.directed=true", "data.features=none"], folder);
    assert!(
        message.contains("model.decoder.covariates: are not made for directed or bipartite graphs"),
        "{message}"
    );
    // Unasked, a directed graph goes without.
    let directed = ["train", "edges.csv", "--edges", "edges.csv"];
    assert_eq!(run(&directed, folder).status.code(), Some(2), "named twice");
    aevb(&["train", "edges.csv", "--directed", "--device", "flex", "--out", "directed"], folder);
    let config = String::from_utf8(read(folder.join("directed/config.toml"))).expect("UTF-8");
    assert!(!config.contains("covariates"), "{config}");
}
