//! `aevb reproduce links`, as a user calls it, on Cora.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(arguments)
        .current_dir(folder)
        // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
        .env("XDG_RUNTIME_DIR", folder)
        .env("AEVB_DATA", folder.join("data"))
        .output()
        .expect("the binary starts")
}

/// Runs of two epochs.
fn reproduce(only: &str, others: &[&str], folder: &Path) -> Output {
    let all = ["reproduce", "links", "--epochs", "2", "--only", only, "--device", "flex", "--out", "out"];
    aevb(&[&all[..], others].concat(), folder)
}

/// What a command prints and what it says.
#[track_caller]
fn told(output: &Output) -> (String, String) {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    (String::from_utf8_lossy(&output.stdout).into_owned(), told)
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).expect("it is there")
}

fn json(path: impl AsRef<Path>) -> Value {
    serde_json::from_str(&read(path)).expect("JSON")
}

#[test]
fn means_over_splits_stand_beside_heuristics_and_what_is_done_is_not_done_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let two = ["--splits", "2"];
    let (table, said) = told(&reproduce("cora-70,pubmed", &two, folder));
    let absent = folder.join("data/planetoid/ind.pubmed.x");
    let note = format!(
        "note: pubmed is left out: {} is not there; `aevb data fetch pubmed` fetches it\n",
        absent.display()
    );
    assert!(said.starts_with(&note), "{said}");
    assert!(said.contains("run 2 of 2: cora-70-links-hits-cora-1\n"), "{said}");
    assert!(table.starts_with("| run | ranked by | splits | shared Hits@100 |"), "{table}");
    assert_eq!(read(folder.join("out/table.md")), table);

    // The means of what the runs wrote, on as many edges as the protocol holds out.
    let results =
        [0, 1].map(|seed| json(folder.join(format!("out/cora-70-links-hits-cora-{seed}/result.json"))));
    let split = json(folder.join("out/cora-70-links-hits-cora-1/split.json"));
    let counts = ["validation", "test"].map(|part| split[part]["edges"].as_array().map_or(0, Vec::len));
    assert_eq!(counts, [527, 1055]);
    let mean = |of: &dyn Fn(&Value) -> f64| results.iter().map(of).sum::<f64>() / 2.0;
    let rows = json(folder.join("out/result.json"));
    let rows = rows["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 5);
    let number = |value: &Value| value.as_f64().expect("a number");
    let close = |found: &Value, expected: f64| {
        assert!((number(found) - expected).abs() < 1e-12, "{found} {expected}")
    };
    close(&rows[0]["shared_hits@100"]["mean"], mean(&|result| number(&result["shared_hits"]["100"])));
    close(&rows[0]["mrr"]["mean"], mean(&|result| number(&result["test"]["mrr"])));
    close(
        &rows[3]["shared_hits@100"]["mean"],
        mean(&|result| number(&result["heuristics"][2]["shared_hits"]["100"])),
    );
    close(&rows[3]["auc"]["mean"], mean(&|result| number(&result["heuristics"][2]["auc"])));
    assert_eq!([&rows[0]["ranked_by"], &rows[3]["ranked_by"]], ["`links-hits-cora`", "resource allocation"]);
    let csv = read(folder.join("out/links.csv"));
    assert!(csv.contains("\ncora-70-links-hits-cora,Cora,70/10/20,links-hits-cora,2,"), "{csv}");

    // The same command changes nothing, and one for fewer runs leaves none out.
    let weights =
        || fs::read(folder.join("out/cora-70-links-hits-cora-0/model.safetensors")).expect("weights");
    let before = weights();
    let (again, said) = told(&reproduce("cora-70-links-hits-cora-0", &["--json"], folder));
    assert_eq!(serde_json::from_str::<Value>(&again).expect("JSON"), json(folder.join("out/result.json")));
    assert!(said.starts_with("cora-70-links-hits-cora-0: done before\n"), "{said}");
    assert_eq!((weights(), read(folder.join("out/table.md"))), (before, table));

    // Neither are runs of other configurations mixed.
    let output = reproduce("cora-70", &["--splits", "3", "--threads", "1"], folder);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("holds a run of another configuration: threads is 0 there, and 1 is asked for"),
        "{said}"
    );
    assert!(!folder.join("out/cora-70-links-hits-cora-2").exists());
}

#[test]
fn the_preset_for_graphs_of_ones_own_chooses_its_inputs_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let (table, said) = told(&reproduce("cora-85", &["--splits", "1"], folder));
    assert!(said.contains("run 1 of 1: cora-85-links-0\n"), "{said}");
    assert!(table.starts_with("| run | ranked by | splits | AUC | AP | MRR | seconds | MB |\n"), "{table}");
    assert!(table.contains("\n| cora-85-links | `links` | 1 | "), "{table}");
    // The run has its choice, and is still the one that is asked for.
    assert!(!read(folder.join("out/cora-85-links-0/config.toml")).contains("choose_inputs = true"));
    let (again, said) = told(&reproduce("cora-85-links", &["--splits", "1"], folder));
    assert!(again == table && said.starts_with("cora-85-links-0: done before\n"), "{said}");
}

#[test]
fn what_is_not_there_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    for (only, expected) in [
        ("wordnet", "error: --only wordnet: names no run, and no group of them"),
        ("pubmed", "error: no run is left: the notes above say what each lacks"),
    ] {
        let output = reproduce(only, &[], folder);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected) && !folder.join("out").exists(), "{said}");
    }
}
