//! `aevb compare` on runs that differ in their seeds, by the real binary: means, deviations and differences are those that
//! follow from the runs' own results, and files hold what the terminal shows.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
    command
        .args(arguments)
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .expect("the binary starts")
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
    assert!(output.status.success(), "aevb {arguments:?}: {err}");
    out
}

/// A ring of 40 nodes with chords.
fn graph(folder: &Path) {
    let edges: String =
        (0..40).flat_map(|i| [1, 2, 7].map(|step| format!("n{i} n{}\n", (i + step) % 40))).collect();
    fs::write(folder.join("edges.txt"), edges).expect("written");
}

#[track_caller]
fn train(folder: &Path, out: &str, more: &[&str]) {
    let begin = ["train", "vgae-cora", "--quiet", "--device", "flex", "--out", out];
    let data = ["--set", "data.edges=edges.txt", "--set", "data.features=none", "--set", "train.epochs=3"];
    succeed(&[&begin[..], &data, more].concat(), folder);
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The test AUC of a run.
fn auc(run: &Path) -> f64 {
    json(&fs::read_to_string(run.join("result.json")).expect("written"))["test"]["auc"]
        .as_f64()
        .expect("a number")
}

fn mean_and_deviation(values: &[f64]) -> [f64; 2] {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    [mean, (squares / (values.len() - 1) as f64).sqrt()]
}

#[track_caller]
fn close(value: &Value, expected: f64) {
    let found = value.as_f64().expect("a number");
    assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
}

#[test]
fn seeds_are_groups_and_groups_are_compared_seed_by_seed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    graph(folder);
    train(folder, "narrow", &["--repeat", "3", "--set", "model.latent=2"]);
    // The same seeds, of which one was not trained with the other width.
    for seed in ["1", "2", "5"] {
        train(folder, &format!("wide-{seed}"), &["--seed", seed, "--set", "model.latent=8"]);
    }
    let runs = ["narrow", "wide-1", "wide-2", "wide-5"];
    let compare = [&["compare"][..], &runs].concat();
    let told = json(&succeed(&[&compare[..], &["--json"]].concat(), folder));

    let narrow = [0, 1, 2].map(|seed| auc(&folder.join(format!("narrow/seed-{seed}"))));
    let wide = [1, 2, 5].map(|seed| auc(&folder.join(format!("wide-{seed}"))));
    let groups = told["groups"].as_array().expect("groups");
    assert_eq!(groups.len(), 2, "{told}");
    for (group, name, seeds, values) in [
        (&groups[0], "narrow", serde_json::json!([0, 1, 2]), narrow),
        (&groups[1], "wide-1 and 2 more", serde_json::json!([1, 2, 5]), wide),
    ] {
        assert_eq!((&group["group"], &group["seeds"]), (&name.into(), &seeds));
        let [mean, deviation] = mean_and_deviation(&values);
        close(&group["metrics"]["test.auc"]["mean"], mean);
        close(&group["metrics"]["test.auc"]["std"], deviation);
    }
    let difference = &told["differences"][0];
    assert_eq!(difference["method"], "paired");
    assert_eq!(difference["common_seeds"], serde_json::json!([1, 2]));
    let [mean, deviation] = mean_and_deviation(&[wide[0] - narrow[1], wide[1] - narrow[2]]);
    close(&difference["metrics"]["test.auc"]["mean"], mean);
    close(&difference["metrics"]["test.auc"]["standard_error"], deviation / 2f64.sqrt());

    let text = succeed(&compare, folder);
    let tables: Vec<&str> = text.split("\n\n").collect();
    assert_eq!(tables.len(), 3, "{text}");
    assert!(
        tables[1].starts_with("mean ± standard deviation  seeds ") && tables[1].contains("\nnarrow "),
        "{text}"
    );
    assert!(tables[2].contains("\nwide-1 and 2 more") && tables[2].contains("2 pairs"), "{text}");
    for file in ["all.csv", "all.md", "all.html"] {
        succeed(&[&compare[..], &["--out", file]].concat(), folder);
    }
    let csv = fs::read_to_string(folder.join("all.csv")).expect("written");
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines.len(), 1 + 6 + 2 + 1, "{csv}");
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{csv}");
    let at = lines[0].iter().position(|name| *name == "test.auc").expect("a column");
    assert_eq!(lines[0][at + 1], "test.auc.spread");
    assert_eq!(lines[1][at].parse::<f64>().expect("a number"), narrow[0]);
    assert_eq!(lines[9][..5], ["difference", "wide-1 and 2 more", "narrow", "paired", "2"]);
    close(&lines[9][at].parse::<f64>().expect("a number").into(), mean);
    let markdown = fs::read_to_string(folder.join("all.md")).expect("written");
    assert_eq!(markdown.matches("\n| --- | --:").count(), 3, "{markdown}");
    let page = fs::read_to_string(folder.join("all.html")).expect("written");
    assert!(page.contains("<h2>Differences ± standard errors</h2>") && page.contains("2 pairs"));
}

#[test]
fn other_splits_are_told_and_not_paired() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    graph(folder);
    train(folder, "a", &["--repeat", "2"]);
    train(folder, "b", &["--repeat", "3", "--set", "split.test=0.2"]);
    // A single run beside them is in no difference.
    train(folder, "c", &["--set", "model.latent=3"]);
    let told = json(&succeed(&["compare", "a", "b", "c", "--json"], folder));
    let difference = &told["differences"][0];
    assert_eq!(
        (&difference["method"], told["differences"].as_array().map(Vec::len)),
        (&"welch".into(), Some(1))
    );
    let of = |run: &str, seeds: u64| -> Vec<f64> {
        (0..seeds).map(|seed| auc(&folder.join(format!("{run}/seed-{seed}")))).collect()
    };
    let ([a, a_deviation], [b, b_deviation]) =
        (mean_and_deviation(&of("a", 2)), mean_and_deviation(&of("b", 3)));
    close(&difference["metrics"]["test.auc"]["mean"], b - a);
    let error = (a_deviation.powi(2) / 2.0 + b_deviation.powi(2) / 3.0).sqrt();
    close(&difference["metrics"]["test.auc"]["standard_error"], error);
    let text = succeed(&["compare", "a", "b", "c"], folder);
    assert!(text.contains("b and a: 2 of 2 seeds have other splits"), "{text}");
    assert!(text.contains("3 and 2 unpaired"), "{text}");

    // Single runs stay as they are.
    let single = succeed(&["compare", "c", "a/seed-0"], folder);
    assert_eq!(single.lines().count(), 3, "{single}");
    assert_eq!(
        json(&succeed(&["compare", "c", "a/seed-0", "--json"], folder))["groups"],
        serde_json::json!([])
    );
    let refused = aevb(&["compare", "a", "--out", "x.txt"], folder);
    assert_eq!(refused.status.code(), Some(2));
    // The same run twice counts once.
    let twice = succeed(&["compare", "a/seed-0", "a/seed-0", "a/seed-1"], folder);
    assert!(
        twice.contains("another run of seed 0 stands for it") && twice.contains("a/seed-0 and 2 more"),
        "{twice}"
    );
}
