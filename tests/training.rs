//! Trains with the real binary: the same numbers on every device, the same bits at any number of threads, and a folder
//! that holds what it says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

mod adapter;

const CONFIGS: [&str; 4] = ["vgae-cora", "gae-cora", "vgae-featureless-cora", "gae-featureless-cora"];

fn main() {
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let mut trials = vec![
        test("the_first_losses_agree_between_flex_and_ndarray", || first_losses_agree("ndarray")),
        test("the_first_losses_are_pytorchs", losses_are_pytorchs),
        test("one_and_two_threads_give_the_same_bytes", threads_give_the_same_bytes),
        test("a_run_folder_holds_what_the_run_printed", folder_holds_what_was_printed),
        test("an_evaluation_ranks_the_model_beside_the_heuristics", evaluation_ranks),
        test("a_split_can_be_used_again", split_can_be_used_again),
        test("repeated_runs_are_the_single_runs", repeated_runs_are_single_runs),
        test("a_loss_that_is_not_finite_stops_the_run", loss_not_finite),
        test("cora_fits_into_400_megabytes", memory_is_bounded),
        test("weights_of_another_model_are_refused", weights_of_another_model),
    ];
    #[cfg(unix)]
    trials.push(test("an_interrupt_leaves_the_weights_so_far", interrupt_leaves_weights));
    let name = "the_first_losses_agree_between_flex_and_wgpu";
    trials.push(adapter::trial(name, adapter::chosen(), |device, _| first_losses_agree(device)));
    // One at a time: each trains on every core, and the interrupted one must not be starved.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    command.args(arguments).current_dir(folder).output().expect("the binary starts")
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "aevb {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn read(path: PathBuf) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&read(path)).expect("JSON")
}

fn losses(run: &Path) -> Vec<f64> {
    let text = String::from_utf8(read(run.join("metrics.jsonl"))).expect("UTF-8");
    let line =
        |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["loss"].as_f64().expect("a number");
    text.lines().map(line).collect()
}

fn first_losses_agree(device: &str) {
    let folder = temporary();
    for config in CONFIGS {
        let train = |device: &str| {
            let out = format!("{config}-{}", device.replace(':', "-"));
            succeed(
                &["train", config, "--device", device, "--set", "train.epochs=20", "--out", &out],
                folder.path(),
            );
            losses(&folder.path().join(out))
        };
        let (expected, found) = (train("flex"), train(device));
        assert_eq!((expected.len(), found.len()), (20, 20));
        for (epoch, (expected, found)) in expected.iter().zip(&found).enumerate() {
            let difference = (found - expected).abs() / expected.abs();
            assert!(
                difference <= 1e-4,
                "{config}, epoch {}: {found} on {device}, {expected} on flex",
                epoch + 1
            );
        }
    }
}

/// The same edges held out, the same initial weights: `tests/golden/gae_torch.py` computes the losses in double precision.
fn losses_are_pytorchs() {
    let text = include_str!("golden/gae_torch.json");
    let golden: Value = serde_json::from_str(text).expect("the golden file");
    let runs = golden.as_array().expect("runs");
    assert_eq!(runs.len(), 8);
    let folder = temporary();
    for run in runs {
        let (config, seed) = (run["config"].as_str().expect("a name"), run["seed"].to_string());
        let values: Vec<&str> = run["set"]
            .as_array()
            .expect("values")
            .iter()
            .map(|value| value.as_str().expect("text"))
            .collect();
        let out = format!("{config}-{seed}-{}", values.join("-"));
        let set = ["--seed", &seed, "--device", "flex", "--set", "train.epochs=20", "--out", &out];
        let variant: Vec<&str> = values.iter().flat_map(|value| ["--set", value]).collect();
        succeed(&[&["train", config][..], &set, &variant].concat(), folder.path());
        let wanted =
            run["losses"].as_array().expect("losses").iter().map(|loss| loss.as_f64().expect("a number"));
        let found = losses(&folder.path().join(out));
        assert_eq!(found.len(), 20);
        for (epoch, (found, wanted)) in found.iter().zip(wanted).enumerate() {
            // Single precision here: Adam divides by the roots of small gradients, which magnifies their rounding.
            // Of a row near the origin the direction too.
            let allowed = if values.contains(&"model.normalize=true") { 1e-3 } else { 1e-4 };
            let difference = (found - wanted).abs() / wanted;
            assert!(
                difference < allowed,
                "{config} {values:?}, seed {seed}, epoch {}: {found}, not {wanted}",
                epoch + 1
            );
        }
    }
}

fn threads_give_the_same_bytes() {
    let folder = temporary();
    let by_rows =
        ["objective.pairs=rows", "objective.edges=rows", "model.latent=40", "model.latent_dropout=0.2"];
    for (config, epochs, sets) in [
        ("vgae-cora", 30, &[][..]),
        ("gae-featureless-cora", 30, &[]),
        ("vgae-normalized-cora", 30, &[]),
        ("vgae-dropout-cora", 30, &[]),
        ("vgae-biased-cora", 30, &[]),
        ("vgae-bilinear-cora", 30, &[]),
        ("vgae-cora", 30, &["model.decoder.kind=scaled"]),
        ("links", 3, &by_rows),
    ] {
        for device in ["flex", "ndarray"] {
            for threads in ["1", "2"] {
                let epochs = format!("train.epochs={epochs}");
                let sets = sets.iter().copied().chain([epochs.as_str()]).flat_map(|set| ["--set", set]);
                let arguments = ["train", config, "--device", device, "--threads", threads, "--out", threads];
                succeed(&arguments.into_iter().chain(sets).collect::<Vec<_>>(), folder.path());
            }
            for file in ["metrics.jsonl", "model.safetensors", "split.json"] {
                let bytes = |threads: &str| read(folder.path().join(threads).join(file));
                assert!(bytes("1") == bytes("2"), "{config} on {device}: {file} differs");
            }
            let evaluation = |threads: &str| {
                let printed = succeed(&["evaluate", threads, "--json"], folder.path());
                let mut evaluation: Value = serde_json::from_str(&printed).expect("JSON");
                // They name the run's folder.
                evaluation.as_object_mut().expect("an object").remove("cautions");
                evaluation
            };
            assert!(evaluation("1") == evaluation("2"), "{config} on {device}: the evaluation differs");
            for threads in ["1", "2"] {
                fs::remove_dir_all(folder.path().join(threads)).expect("removed");
            }
        }
    }
}

fn folder_holds_what_was_printed() {
    let folder = temporary();
    let arguments =
        ["train", "--device", "flex", "--seed", "5", "--set", "train.epochs=25", "--out", "run", "--json"];
    let printed: Value = serde_json::from_str(&succeed(&arguments, folder.path())).expect("JSON");
    let run = folder.path().join("run");
    assert_eq!(json(run.join("result.json")), printed);
    assert_eq!(
        (&printed["task"], &printed["seed"], &printed["epochs"]),
        (&"link-prediction".into(), &5.into(), &25.into())
    );
    assert!(printed["test"]["auc"].as_f64().expect("a number") > 0.7);
    assert_eq!(losses(&run).len(), 25);
    assert_eq!(json(run.join("environment.json"))["device"]["name"], "flex");
    // Cora's nodes are known by the ids of their papers.
    let nodes = String::from_utf8(read(run.join("nodes.txt"))).expect("UTF-8");
    assert_eq!((nodes.lines().count(), nodes.lines().next()), (2708, Some("1110563")));
    let again: Value =
        serde_json::from_str(&succeed(&["evaluate", "run", "--json"], folder.path())).expect("JSON");
    assert_eq!(again["test"], printed["test"]);
    assert_eq!(again["validation"], printed["validation"]);
    // The resolved configuration is a configuration, and repeats the run.
    succeed(&["train", "run/config.toml", "--out", "again"], folder.path());
    let weights = |run: &str| read(folder.path().join(run).join("model.safetensors"));
    assert!(weights("again") == weights("run"));
}

fn evaluation_ranks() {
    let folder = temporary();
    let arguments = ["train", "--device", "flex", "--set", "train.epochs=25", "--out", "run"];
    let trained = succeed(&arguments, folder.path());
    let ranks = trained.lines().nth(2).expect("a third line");
    assert!(ranks.starts_with("            MRR ") && ranks.contains(" %  Hits@1/3/10/50/100 "), "{trained}");
    let text = succeed(&["evaluate", "run", "--heuristics", "all"], folder.path());
    let metrics: Vec<&str> = trained.lines().take(3).collect();
    assert!(text.starts_with(&metrics.join("\n")), "{text}");
    let evaluate = |list: &str| -> Value {
        let arguments = ["evaluate", "run", "--json", "--heuristics", list];
        serde_json::from_str(&succeed(&arguments, folder.path())).expect("JSON")
    };
    let json = evaluate("all");
    let heuristics = json["heuristics"].as_array().expect("rows");
    assert_eq!(heuristics.len(), 6);
    heuristics_stand_beside(&trained, &run_result(folder.path()), heuristics);
    let names = |json: &Value| -> Vec<String> {
        let rows = json["heuristics"].as_array().expect("rows").iter();
        rows.map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
    };
    let few = evaluate("random,adamic-adar,adamic-adar");
    assert_eq!(names(&few), ["Adamic–Adar", "random"]);
    assert_eq!(few["heuristics"][0], json["heuristics"][1]);
    assert_eq!(names(&evaluate("none")), [""; 0]);
    let usual: Value =
        serde_json::from_str(&succeed(&["evaluate", "run", "--json"], folder.path())).expect("JSON");
    assert_eq!(names(&usual).len(), 5);
    assert!(!names(&usual).contains(&"personalised PageRank".to_owned()));
    for wrong in [&["--heuristics", "katz"][..], &["--heuristics", "all", "--model-only"]] {
        assert_eq!(aevb(&[&["evaluate", "run"], wrong].concat(), folder.path()).status.code(), Some(2));
    }
    assert_eq!((&json["edges"], &json["non_edges"]), (&527.into(), &527.into()));
    assert_eq!(json["absent_pairs"], 2708 * 2707 / 2 - 5278);
    let percent = |value: &Value| format!("{:.2}", 100.0 * value.as_f64().expect("a number"));
    for row in heuristics.iter().chain([&json]) {
        let name = row["name"].as_str().expect("a name");
        let (test, shared) = (&row["test"], &row["shared_hits"]);
        let hits = |hits: &Value| ["1", "3", "10", "50", "100"].map(|k| percent(&hits[k]));
        let mut lines = text.lines().filter(|line| line.starts_with(name));
        let mut cells = || -> Vec<String> {
            let line = lines.next().expect("a line in each table");
            line[name.len()..].split_whitespace().map(str::to_owned).collect()
        };
        assert_eq!(cells(), [&[percent(&test["auc"]), percent(&test["ap"])], &hits(shared)[..]].concat());
        let mut expected = [&[percent(&test["mrr"])], &hits(&test["hits"])[..]].concat();
        expected.extend(row["whole_graph_ap"].as_f64().map(|ap| format!("{:.4}", 100.0 * ap)));
        assert_eq!(cells(), expected);
    }
    let alone: Value =
        serde_json::from_str(&succeed(&["evaluate", "run", "--model-only", "--json"], folder.path()))
            .expect("JSON");
    assert_eq!((&alone["test"], &alone["heuristics"]), (&json["test"], &Value::Array(Vec::new())));
}

fn run_result(folder: &Path) -> Value {
    json(folder.join("run/result.json"))
}

/// The rows at the end of training are those of an evaluation, in a table that says the same.
fn heuristics_stand_beside(trained: &str, result: &Value, evaluated: &[Value]) {
    let number = |value: &Value| value.as_f64().expect("a number");
    let rows = result["heuristics"].as_array().expect("rows");
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["common neighbours", "Adamic–Adar", "resource allocation", "preferential attachment"]);
    for row in rows {
        let same = evaluated.iter().find(|other| other["name"] == row["name"]).expect("the same");
        for metric in ["auc", "ap", "mrr"] {
            let (here, there) = (number(&row[metric]), number(&same["test"][metric]));
            assert!((here - there).abs() < 1e-12, "{metric}: {here} {there}");
        }
        assert_eq!(row["hits"], same["test"]["hits"]);
        let line = trained.lines().find(|line| line.starts_with(row["name"].as_str().expect("a name")));
        let cells: Vec<&str> = line.expect("a line").split_whitespace().collect();
        assert!(cells.contains(&format!("{:.2}", 100.0 * number(&row["mrr"])).as_str()), "{cells:?}");
    }
    // 25 epochs do not learn what neighbours in common say.
    let ranks = &result["validation_ranks"];
    assert_eq!((&ranks["edges"], &ranks["of"]), (&263.into(), &263.into()));
    let best = ranks["heuristics"].as_array().expect("rows").iter();
    let best = best.max_by(|a, b| number(&a["mrr"]).total_cmp(&number(&b["mrr"]))).expect("a row");
    let loses = number(&best["mrr"]) > number(&ranks["model"]);
    let command = format!("`aevb links run --by {}`", best["name"].as_str().expect("a name"));
    assert_eq!(trained.contains(&command), loses, "{trained}");
}

fn split_can_be_used_again() {
    let folder = temporary();
    let train = |seed: &str, extra: &[&str]| {
        let arguments =
            ["train", "--device", "flex", "--set", "train.epochs=1", "--seed", seed, "--out", seed];
        succeed(&[&arguments[..], extra].concat(), folder.path());
        read(folder.path().join(seed).join("split.json"))
    };
    let first = train("1", &[]);
    assert!(train("2", &[]) != first);
    assert!(train("3", &["--split", "1/split.json"]) == first);
    assert!(train("4", &["--set", "split.seed=1"]) == first);
}

fn repeated_runs_are_single_runs() {
    let folder = temporary();
    let common = ["--device", "flex", "--set", "train.epochs=5", "--json"];
    let train = |arguments: &[&str]| -> Value {
        serde_json::from_str(&succeed(&[&["train"][..], arguments, &common].concat(), folder.path()))
            .expect("JSON")
    };
    let repeated = train(&["--repeat", "3", "--out", "three"]);
    let single = train(&["--seed", "2", "--out", "single"]);
    assert_eq!(repeated["runs"].as_array().expect("runs").len(), 3);
    assert_eq!(repeated["runs"][2]["test"], single["test"]);
    let aucs: Vec<f64> =
        (0..3).map(|run| repeated["runs"][run]["test"]["auc"].as_f64().expect("a number")).collect();
    let mean = aucs.iter().sum::<f64>() / 3.0;
    let std = (aucs.iter().map(|auc| (auc - mean).powi(2)).sum::<f64>() / 2.0).sqrt();
    let close = |value: &Value, expected: f64| (value.as_f64().expect("a number") - expected).abs() < 1e-12;
    let mrrs = (0..3).map(|run| repeated["runs"][run]["heuristics"][2]["mrr"].as_f64().expect("a number"));
    assert_eq!(repeated["heuristics"].as_array().expect("rows").len(), 4);
    assert!(close(&repeated["heuristics"][2]["mrr"], mrrs.sum::<f64>() / 3.0));
    assert!(close(&repeated["mean"]["test"]["auc"], mean) && close(&repeated["std"]["test"]["auc"], std));
}

fn loss_not_finite() {
    let folder = temporary();
    let output = aevb(
        &["train", "--device", "flex", "--set", "optimizer.learning_rate=1e30", "--out", "run", "--quiet"],
        folder.path(),
    );
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.starts_with("error: step 2: the loss is not finite: reconstruction "), "{stderr}");
    assert!(
        stderr.contains("kl ") && stderr.contains("hint: try a smaller optimizer.learning_rate"),
        "{stderr}"
    );
}

fn memory_is_bounded() {
    let folder = temporary();
    let result: Value =
        serde_json::from_str(&succeed(&["train", "--device", "flex", "--json"], folder.path()))
            .expect("JSON");
    if let Some(bytes) = result["peak_memory_bytes"].as_u64() {
        assert!(bytes < 400_000_000, "{bytes} bytes");
    }
}

fn weights_of_another_model() {
    let folder = temporary();
    let epochs = ["--device", "flex", "--set", "train.epochs=1", "--out"];
    succeed(&[&["train", "gae-cora"][..], &epochs, &["gae"]].concat(), folder.path());
    succeed(&[&["train", "vgae-cora"][..], &epochs, &["vgae"]].concat(), folder.path());
    for (from, to) in [("gae", "vgae"), ("vgae", "gae")] {
        let kept = read(folder.path().join(to).join("model.safetensors"));
        fs::copy(
            folder.path().join(from).join("model.safetensors"),
            folder.path().join(to).join("model.safetensors"),
        )
        .expect("copied");
        // With its seal the run would name the file, whatever it holds.
        fs::remove_file(folder.path().join(to).join("SHA256SUMS")).expect("the seal");
        let output = aevb(&["evaluate", to], folder.path());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(
            stderr.contains("model.safetensors: ") && stderr.contains("another configuration"),
            "{stderr}"
        );
        fs::write(folder.path().join(to).join("model.safetensors"), kept).expect("written");
    }
    fs::write(folder.path().join("gae/model.safetensors"), b"\xff\xff\xff\xff\xff\xff\xff\x7f{}")
        .expect("written");
    assert_eq!(aevb(&["evaluate", "gae"], folder.path()).status.code(), Some(1));
}

#[cfg(unix)]
fn interrupt_leaves_weights() {
    use std::time::Duration;

    let folder = temporary();
    let mut training = Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(["train", "--device", "flex", "--set", "train.epochs=100000", "--out", "run", "--quiet"])
        .current_dir(folder.path())
        .spawn()
        .expect("the binary starts");
    let metrics = folder.path().join("run/metrics.jsonl");
    while !fs::read(&metrics).is_ok_and(|lines| lines.len() > 100) {
        assert!(training.try_wait().expect("a child").is_none(), "training ended by itself");
        std::thread::sleep(Duration::from_millis(20));
    }
    let kill = Command::new("kill").args(["-INT", &training.id().to_string()]).status();
    assert!(kill.expect("kill runs").success());
    assert_eq!(training.wait().expect("a child").code(), Some(130));
    succeed(&["evaluate", "run"], folder.path());
}
