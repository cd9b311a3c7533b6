//! The real binary, as a user meets it.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use burn::tensor::Device;

use super::Check;

pub const CHECKS: &[Check] = &[
    ("a_learning_rate_of_a_million_ends_with_the_step", learning_rate),
    ("features_that_overflow_end_at_the_first_step", overflow),
];

/// Trains in vain; the number of the step that the error names.
#[track_caller]
fn step_of_failure(arguments: &[&str], device: &str, folder: &Path) -> u64 {
    let output = Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(["train", "--quiet", "--device", device, "--out", "run"])
        .args(arguments)
        .env("XDG_RUNTIME_DIR", folder)
        .current_dir(folder)
        .output()
        .expect("the binary starts");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
    let lines: Vec<&str> = stderr.lines().collect();
    let [error, hint] = lines[..] else { panic!("{arguments:?}: an error and a hint, not {stderr}") };
    assert!(error.contains(" not finite") && hint.starts_with("hint: "), "{stderr}");
    let step = error.strip_prefix("error: step ").and_then(|rest| rest.split(':').next());
    let step = step.and_then(|step| step.parse().ok()).unwrap_or_else(|| panic!("no step: {stderr}"));
    // Without a first epoch there is nothing to keep, and no folder.
    if folder.join("run").exists() {
        fs::remove_dir_all(folder.join("run")).expect("removed");
    }
    step
}

fn learning_rate(name: &str, _device: &Device) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let step = |arguments: &[&str]| {
        let huge = ["--set", "optimizer.learning_rate=1e6", "--set", "train.epochs=20"];
        step_of_failure(&[arguments, &huge].concat(), name, folder.path())
    };
    // The weights of the first update are first seen at the second step.
    let graph = step(&["vgae-cora"]);
    assert!((2..20).contains(&graph), "step {graph}");
    // Its loss stays finite, but Adam would divide by infinity and never move again.
    let autoencoder = step(&["gae-cora"]);
    assert!((2..20).contains(&autoencoder), "step {autoencoder}");
    // In the middle of the first epoch, of 40 steps.
    let digits = step(&["vae-mnist-5k", "--set", "model.hidden=[32]", "--set", "model.latent=4"]);
    assert!((2..40).contains(&digits), "step {digits}");
}

fn overflow(name: &str, _device: &Device) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut edges, mut features) = ("from,to\n".to_owned(), "node,a,b\n".to_owned());
    for node in 0..40 {
        let _ = writeln!(edges, "{node},{}\n{node},{}", (node + 1) % 40, (node + 7) % 40);
        let _ = writeln!(features, "{node},3e38,{}", if node % 2 == 0 { "3e38" } else { "-3e38" });
    }
    fs::write(folder.path().join("edges.csv"), edges).expect("written");
    fs::write(folder.path().join("features.csv"), features).expect("written");
    // At one scale they would be no larger than others.
    let data = [
        "--set",
        "data.edges=edges.csv",
        "--set",
        "data.features=features.csv",
        "--set",
        "data.standardize=never",
    ];
    let arguments = [&["vgae-cora"][..], &data, &["--set", "train.epochs=2"]].concat();
    assert_eq!(step_of_failure(&arguments, name, folder.path()), 1);
}
