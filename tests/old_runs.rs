//! Runs that an earlier version wrote open, evaluate as it did and go on as they would have there: `tests/golden/runs` has
//! three, made by its `make.sh`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Eighty steps at the most, on another processor than that of the golden runs.
const TOLERANCE: f64 = 1e-3;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/runs")
}

#[track_caller]
fn aevb(arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(arguments)
        .current_dir(folder)
        // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .expect("the binary starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::write(to, fs::read(entry.path()).expect("read")).expect("written");
        }
    }
}

/// A copy of a run, without what it came to when it was resumed.
fn run(name: &str, folder: &Path) {
    let run = folder.join(name);
    copy(&golden().join(name), &run);
    fs::remove_file(run.join("resumed.jsonl")).expect("it was copied");
}

fn last_line(text: &str) -> Value {
    serde_json::from_str(text.trim_end().lines().last().expect("a line")).expect("JSON")
}

/// All numbers of `known` are in `found`, nearly so.
#[track_caller]
fn assert_near(found: &Value, known: &Value, place: &str) {
    match known {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, known)| assert_near(&found[key], known, &format!("{place}.{key}")));
        }
        Value::Number(_) => {
            let [found, known] = [found, known].map(|value| value.as_f64().expect(place));
            let difference = (found - known).abs();
            assert!(difference <= TOLERANCE * known.abs(), "{place}: {found}, not {known}");
        }
        _ => assert_eq!(found, known, "{place}"),
    }
}

/// Evaluates a run and resumes it.
#[track_caller]
fn check(name: &str, epochs: usize, folder: &Path) {
    let result = fs::read_to_string(golden().join(name).join("result.json")).expect("read");
    let result: Value = serde_json::from_str(&result).expect("JSON");
    let evaluated: Value = serde_json::from_str(&aevb(&["evaluate", name, "--json"], folder)).expect("JSON");
    for part in ["validation", "test"] {
        assert_near(&evaluated[part], &result[part], &format!("{name}: {part}"));
    }
    let epochs = format!("train.epochs={epochs}");
    aevb(&["resume", name, "--set", &epochs, "--quiet"], folder);
    let read = |path: PathBuf| last_line(&fs::read_to_string(path).expect("read"));
    let known = read(golden().join(name).join("resumed.jsonl"));
    assert_near(&read(folder.join(name).join("metrics.jsonl")), &known, &format!("{name}: resumed"));
}

#[test]
fn a_run_on_images_opens_evaluates_and_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    run("vae-mnist-5k", folder.path());
    check("vae-mnist-5k", 2, folder.path());
}

#[test]
fn a_run_on_a_graph_opens_evaluates_and_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    run("vgae-cora", folder.path());
    check("vgae-cora", 8, folder.path());
}

/// Whoever compares epochs as ever, or not at all, finds the same numbers in `metrics.jsonl` and no others.
#[test]
fn a_configuration_of_then_writes_the_lines_that_it_wrote() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let golden = golden().join("vgae-cora");
    let config = golden.join("config.toml");
    aevb(&["train", config.to_str().expect("UTF-8"), "--quiet", "--out", "run"], folder.path());
    let lines = |path: PathBuf| -> Vec<Value> {
        let text = fs::read_to_string(path).expect("read");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let (found, known) =
        (lines(folder.path().join("run/metrics.jsonl")), lines(golden.join("metrics.jsonl")));
    assert_eq!(found.len(), known.len());
    let keys = |value: &Value| value.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    for (found, known) in found.iter().zip(&known) {
        assert_near(found, known, "metrics.jsonl");
        assert_eq!(keys(found), keys(known));
        assert_eq!(keys(&found["validation"]), keys(&known["validation"]));
    }
}

#[test]
fn a_run_on_a_table_opens_evaluates_and_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    run("vae-table", path);
    let table = path.join("vae-table/table.csv");
    for (file, sums) in [
        ("config.toml", "SHA256SUMS"),
        ("checkpoints/step-2/state.json", "checkpoints/step-2/SHA256SUMS"),
        ("checkpoints/step-4/state.json", "checkpoints/step-4/SHA256SUMS"),
    ] {
        let (file, sums) = (path.join("vae-table").join(file), path.join("vae-table").join(sums));
        let text = fs::read_to_string(&file).expect("read");
        let text = text.replace("/data/table.csv", table.to_str().expect("UTF-8"));
        fs::write(&file, &text).expect("written");
        // The seal is of the file with the table's place in it.
        let sum: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let name = file.file_name().expect("a file").to_str().expect("UTF-8").to_owned();
        let lines = fs::read_to_string(&sums).expect("read");
        let lines = lines.lines().map(|line| match line.ends_with(&name) {
            true => format!("{sum}  {name}\n"),
            false => format!("{line}\n"),
        });
        fs::write(&sums, lines.collect::<String>()).expect("written");
    }
    check("vae-table", 8, path);
}
