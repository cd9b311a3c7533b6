//! The binary's answers to what it cannot do: one line naming the place, a hint, the exit code, and nothing lost.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const ALL_KEYS: &str = "hint: `aevb config show` prints every key with a value it takes\n";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// How `aevb` ended and what it wrote.
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Outcome {
    fn is(&self, code: i32, stdout: &str, stderr: &str) {
        assert_eq!((self.code, self.stdout.as_str(), self.stderr.as_str()), (Some(code), stdout, stderr));
    }
}

/// Runs `aevb` in a folder.
fn aevb(folder: &Path, arguments: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_aevb"))
        // Graphics drivers complain on stderr where this is unset.
        .env("XDG_RUNTIME_DIR", folder)
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Outcome { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The names of what is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("readable");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Trains with a configuration that must be refused, and checks that nothing else was done.
fn refused(toml: &str, arguments: &[&str], stderr: &str) {
    let folder = folder();
    fs::write(folder.path().join("c.toml"), toml).expect("written");
    let all = [&["train", "c.toml", "--device", "flex"], arguments].concat();
    aevb(folder.path(), &all).is(2, "", stderr);
    assert_eq!(names(folder.path()), ["c.toml"]);
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    refused(
        "[model]\nlatnet = 8\n",
        &[],
        "error: c.toml:2:1: unknown key `model.latnet`\n\
         hint: did you mean `latent`? [model] takes: kind, hidden, latent, normalize, encoder, choose_inputs, dropout, latent_dropout, edge_dropout, decoder, prior\n",
    );
    refused(
        "",
        &["--set", "train.epoch=3"],
        "error: --set train.epoch=3: unknown key `train.epoch`\n\
         hint: did you mean `epochs`? [train] takes: epochs, evaluate_every, batch_size, shards, neighbours, \
         checkpoint_every, keep_checkpoints, best_metric, weights, patience, check_memory, initial_weights, \
         initial_weights_sha256\n",
    );
}

#[test]
fn a_wrong_type_is_refused_with_its_line() {
    refused(
        "seed = 1\n[train]\nepochs = \"many\"\n",
        &[],
        &format!(
            "error: c.toml:3:10: train.epochs must be a whole number of at least 0, not string \"many\"\n{ALL_KEYS}"
        ),
    );
    refused(
        "",
        &["--set", "train.epochs=many"],
        &format!(
            "error: --set train.epochs=many: train.epochs must be a whole number of at least 0, not string \"many\"\n\
             {ALL_KEYS}"
        ),
    );
}

#[test]
fn values_that_cannot_be_meant_are_refused() {
    refused(
        "[model]\nlatent = 0\n",
        &[],
        "error: c.toml:2:10: model.latent must lie between 1 and 65536\nhint: the paper uses 16\n",
    );
    refused(
        "[split]\nvalidation = 0.5\ntest = 0.5\n",
        &[],
        "error: c.toml:3:8: split.test leaves no edge to train on, as validation + test is 1 or more\n\
         hint: the two fractions together must stay below 1\n",
    );
    refused(
        "",
        &["--set", "objective.kind=nll"],
        "error: --set objective.kind=nll: objective.kind `nll` has no KL term, which a `vgae` needs\n\
         hint: for `vgae`: kipf or elbo; for `gae`: kipf or nll\n",
    );
}

#[test]
fn an_unknown_data_set_is_refused_with_the_known_ones() {
    refused(
        "[data]\nname = \"corra\"\n",
        &[],
        "error: c.toml:2:8: data.name `corra` names no graph\n\
         hint: the graphs are cora, cora-planetoid, citeseer, pubmed, ca-astroph, email-enron\n",
    );
    let folder = folder();
    let Outcome { code, stdout, stderr } = aevb(folder.path(), &["data", "inspect", "corra"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.starts_with("error: corra: ") && stderr.contains("\nhint: there are cora, "), "{stderr}");
}

#[test]
fn a_missing_configuration_is_refused() {
    let folder = folder();
    let Outcome { code, stdout, stderr } = aevb(folder.path(), &["train", "missing.toml"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    let expected = "error: missing.toml: No such file or directory (os error 2)\n\
                    hint: name data of your own, a TOML file, or a configuration that `aevb config list` prints\n";
    assert_eq!(stderr, expected);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn unknown_and_missing_devices_are_refused_with_those_there_are() {
    let folder = folder();
    for (device, error) in [
        ("gpu", "error: --device gpu: device `gpu` is unknown\nhint: here there are: flex, ndarray"),
        (
            "cuda",
            "error: device `cuda:0`: this program was built without cuda\nhint: build it by \
             `cargo build --release --workspace --features aevb/cuda`",
        ),
        ("wgpu:99", "error: device `wgpu:99`: there is no such device\nhint: here there are: flex, ndarray"),
    ] {
        let Outcome { code, stdout, stderr } = aevb(folder.path(), &["train", "--device", device]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert!(stderr.starts_with(error), "{stderr}");
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn an_existing_output_folder_is_never_touched() {
    let folder = folder();
    let out = folder.path().join("out");
    fs::create_dir(&out).expect("new");
    fs::write(out.join("config.toml"), "mine").expect("written");
    aevb(folder.path(), &["train", "--device", "flex", "--quiet", "--out", "out"]).is(
        2,
        "",
        "error: out: holds a run that has not ended\nhint: `aevb resume out` goes on with it\n",
    );
    assert_eq!(names(&out), ["config.toml"]);
    assert_eq!(fs::read_to_string(out.join("config.toml")).expect("still there"), "mine");
}

#[test]
fn a_split_that_cannot_be_used_is_refused_and_leaves_no_folder() {
    let folder = folder();
    let split = |content: &str| fs::write(folder.path().join("s.json"), content).expect("written");
    let train = || {
        let arguments = ["train", "--device", "flex", "--quiet", "--split", "s.json", "--out", "out"];
        let Outcome { code, stdout, stderr } = aevb(folder.path(), &arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert!(stderr.starts_with("error: ") && stderr.contains("s.json"), "{stderr}");
        assert!(!folder.path().join("out").exists());
        stderr
    };
    let missing = train();
    assert!(missing.contains("No such file"), "{missing}");
    split("{\"nodes\": ");
    train();
    let part = "{\"edges\": [], \"non_edges\": []}";
    split(&format!(
        "{{\"fingerprint\": \"0\", \"nodes\": 2, \"train\": [[0, 1]], \"validation\": {part}, \"test\": {part}}}"
    ));
    let other = train();
    assert!(other.contains("another graph") && other.contains("hint: "), "{other}");
}

#[test]
fn a_folder_that_is_no_run_cannot_be_evaluated() {
    let folder = folder();
    let hint = "hint: a run is a folder that `aevb train` made, such as runs/vgae-cora-0-1\n";
    aevb(folder.path(), &["evaluate", "missing"]).is(2, "", &format!("error: missing: is no folder\n{hint}"));
    aevb(folder.path(), &["evaluate", "."]).is(2, "", &format!("error: .: holds no config.toml\n{hint}"));
}

#[test]
fn the_shown_configuration_is_complete_and_reads_back_the_same() {
    let folder = folder();
    let shown = aevb(folder.path(), &["config", "show", "--set", "train.epochs=7"]).stdout;
    assert!(shown.contains("epochs = 7\n"), "{shown}");
    fs::write(folder.path().join("c.toml"), &shown).expect("written");
    aevb(folder.path(), &["config", "show", "c.toml"]).is(0, &shown, "");
    aevb(folder.path(), &["config", "check", "c.toml"]).is(0, "c.toml: valid\n", "");
    aevb(folder.path(), &["config", "check", "gae-cora"]).is(0, "gae-cora (built in): valid\n", "");
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let folder = folder();
    for arguments in [&["dance"][..], &["train", "--repeat", "0"], &["train", "--seed", "x"], &[]] {
        let outcome = aevb(folder.path(), arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    }
    aevb(folder.path(), &["train", "--set", "latent"]).is(
        2,
        "",
        "error: --set latent: there is no `=`\n\
         hint: write --set SECTION.KEY=VALUE, for example --set train.epochs=50\n",
    );
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(["config", "show"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary");
    drop(child.stdout.take());
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_file_that_is_not_the_catalogs_is_refused_by_name() {
    let folder = folder();
    let place = folder.path().join("graphs/snap/ca-AstroPh.txt.gz");
    fs::create_dir_all(place.parent().expect("a parent")).expect("created");
    fs::write(&place, "alice\tbob\nbob\tcarol\n").expect("written");
    for arguments in [
        &["data", "inspect", "ca-astroph", "--data-dir", "."][..],
        &["data", "fetch", "ca-astroph", "--data-dir", "."],
        &["train", "--device", "flex", "-q", "--set", "data.name=ca-astroph", "--data-dir", "."],
    ] {
        let outcome = aevb(folder.path(), arguments);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        assert!(
            outcome.stderr.starts_with("error: ./graphs/snap/ca-AstroPh.txt.gz: SHA-256 is "),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains("\nhint: move the file away"), "{}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 2, "{}", outcome.stderr);
    }
    assert_eq!(fs::read_to_string(&place).expect("still there"), "alice\tbob\nbob\tcarol\n");
}

#[test]
fn a_folder_of_several_runs_names_one_of_them() {
    let folder = folder();
    let arguments =
        ["train", "--device", "flex", "-q", "--set", "train.epochs=1", "--repeat", "2", "--seed", "7"];
    assert_eq!(aevb(folder.path(), &[&arguments[..], &["--out", "runs"]].concat()).code, Some(0));
    let expected = "error: runs: holds several runs\nhint: name one of them, such as runs/seed-7\n";
    aevb(folder.path(), &["evaluate", "runs"]).is(2, "", expected);
}

#[test]
fn bench_prints_a_line_of_json_for_each_measurement() {
    let folder = folder();
    let size = ["--nodes", "60", "--latent", "16,3"];
    let arguments =
        [&["bench", "spmm", "pairwise", "rows", "step", "--device", "flex", "--json"], &size[..]].concat();
    let Outcome { code, stdout, stderr } = aevb(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{stderr}");
    let lines: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let kernels = [
        ("spmm", "forward", 32),
        ("spmm", "forward+backward", 32),
        ("pairwise", "forward+backward", 16),
        ("pairwise", "forward+backward", 3),
        ("rows", "forward+backward", 16),
        ("rows", "forward+backward", 3),
        ("step", "training", 16),
        ("step", "training", 3),
    ];
    assert_eq!(lines.len(), kernels.len());
    for ((kernel, pass, width), line) in kernels.into_iter().zip(&lines) {
        assert_eq!((line["kernel"].as_str(), line["pass"].as_str()), (Some(kernel), Some(pass)));
        let of_pairs = ["pairwise", "rows"].contains(&kernel);
        let rate = if kernel == "spmm" { "gigabytes_per_second" } else { "nanoseconds_per_pair" };
        assert!(line[rate].as_f64().expect("a rate") > 0.0);
        let time = |which: &str| line["milliseconds"][which].as_f64().expect("a time");
        assert!(time("lowest") <= time("median") && time("median") <= time("highest"), "{line}");
        assert_eq!((line["nodes"].as_u64(), line["nonzeros"].is_u64()), (Some(60), !of_pairs));
        assert_eq!(line["matrix_product"]["share"].is_f64(), of_pairs);
        assert_eq!(line["width"].as_u64(), Some(width));
        assert!(line["peak_memory_bytes"].is_u64() && line["first_milliseconds"].is_f64(), "{line}");
        assert_eq!(line["device"].as_str(), Some("flex this CPU, by Burn's flex"));
    }
}

#[test]
fn a_bench_of_more_than_fits_is_refused() {
    let folder = folder();
    for arguments in [
        &["pairwise", "--nodes", "100000000", "--latent", "4096"][..],
        &["spmm", "--nodes", "10", "--edges", "1000000000"],
        &["spmm", "--nodes", "10", "--threads", "5000"],
        &["spmm", "--nodes", "0"],
    ] {
        let Outcome { code, stdout, stderr } =
            aevb(folder.path(), &[&["bench", "--device", "flex"], arguments].concat());
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains("error: "), "{stderr}");
    }
}
