//! What tests share that train small models of the digits which travel with the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

pub fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
    command.env("XDG_RUNTIME_DIR", folder);
    command.args(arguments).current_dir(folder).output().expect("the binary starts")
}

#[track_caller]
pub fn succeed(arguments: &[&str], folder: &Path) -> (String, String) {
    let Output { status, stdout, stderr } = aevb(arguments, folder);
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
    assert!(status.success(), "aevb {arguments:?}: {stderr}");
    (stdout, stderr)
}

#[track_caller]
pub fn refused(arguments: &[&str], message: &str, folder: &Path) {
    let Output { status, stderr, .. } = aevb(arguments, folder);
    let stderr = String::from_utf8(stderr).expect("UTF-8");
    assert_eq!(status.code(), Some(2), "{arguments:?}: {stderr}");
    let lines: Vec<&str> = stderr.lines().collect();
    let [error, hint] = lines[..] else { panic!("{arguments:?}: an error and a hint, not {stderr}") };
    assert!(error.starts_with("error: ") && hint.starts_with("hint: "), "{arguments:?}: {stderr}");
    assert!(error.contains(message), "{error} does not say: {message}");
}

/// Trains a small model of digits; what it said, and its folder.
#[track_caller]
pub fn train(folder: &Path, out: &str, sets: &[&str]) -> (String, PathBuf) {
    let small = ["model.hidden=[32]", "model.latent=2", "train.epochs=3", "data.binarization=dynamic"];
    let mut arguments = vec!["train", "vae-mnist-5k", "--device", "flex", "--out", out];
    for set in small.iter().chain(sets) {
        arguments.extend(["--set", set]);
    }
    (succeed(&arguments, folder).1, folder.join(out))
}

pub fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A run that is stopped after an epoch and goes on, and one on another number of threads, end with the bits of an undisturbed one.
#[track_caller]
pub fn assert_ends_the_same(folder: &Path, name: &str, set: &str) {
    let (_, whole) = train(folder, &format!("{name}-whole"), &[set, "threads=1"]);
    let (_, two) = train(folder, &format!("{name}-two"), &[set, "threads=2"]);
    let (_, run) = train(folder, name, &[set, "train.epochs=1"]);
    succeed(&["resume", name, "--set", "train.epochs=3"], folder);
    for file in ["model.safetensors", "metrics.jsonl"] {
        assert!(read(&whole.join(file)) == read(&two.join(file)), "{name}: {file} by 1 and 2 threads");
        assert!(read(&whole.join(file)) == read(&run.join(file)), "{name}: {file} of a run that went on");
    }
}
