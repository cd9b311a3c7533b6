//! Exports what was learnt and imports it again, with the real binary; `exports.py` reads every export in Python. Without
//! a Python that has `requirements.txt` its tests are ignored, or fail where `CI=true`.

#[path = "python.rs"]
mod python;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use aevb::experiment::{ConfigFile, Experiment, Part};
use aevb::run_folder::RunFolder;
use aevb::{device, npy, train};
use burn::tensor::{Tensor, TensorData};
use libtest_mimic::{Arguments, Failed, Trial};

/// Runs on images: the names of their folders and what they are trained with.
const IMAGES: [(&str, &str, &[&str]); 5] = [
    ("vae-bernoulli-tanh", "vae-mnist-5k", &["model.hidden=[32]"]),
    (
        "vae-gaussian-softplus",
        "vae-mnist-5k",
        &["model.likelihood.kind=gaussian", "model.activation=softplus", "model.hidden=[32, 16]"],
    ),
    (
        "vae-fixed-relu",
        "vae-mnist-5k",
        &[
            "model.likelihood.kind=gaussian-fixed",
            "model.likelihood.mean=linear",
            "model.activation=relu",
            "model.hidden=[24]",
        ],
    ),
    (
        "vae-linear",
        "vae-mnist-5k",
        &[
            "model.likelihood.kind=gaussian",
            "model.likelihood.mean=linear",
            "model.likelihood.variance_floor=0.0",
            "model.hidden=[]",
        ],
    ),
    ("ae", "ae-mnist-5k", &["model.hidden=[32]"]),
];

/// Runs on Cora.
const GRAPHS: [(&str, &str, &[&str]); 10] = [
    ("vgae", "vgae-cora", &[]),
    ("gae-deep", "gae-cora", &["model.hidden=[32, 24]"]),
    ("vgae-featureless", "vgae-featureless-cora", &["model.hidden=[32, 24]"]),
    ("gae-featureless-linear", "gae-featureless-cora", &["model.hidden=[]"]),
    ("vgae-normalized", "vgae-normalized-cora", &[]),
    ("gae-propagation", "gae-cora", &["model.hidden=[]", "model.encoder.kind=propagation"]),
    (
        "vgae-propagation",
        "vgae-cora",
        &[
            "model.hidden=[]",
            "model.normalize=true",
            "model.encoder.kind=propagation",
            "model.encoder.hops=3",
            "model.encoder.embeddings=true",
        ],
    ),
    (
        "gae-normalized-linear",
        "gae-cora",
        &["model.normalize=true", "model.hidden=[]", "model.decoder.kind=biased"],
    ),
    ("vgae-normalized-after", "vgae-cora", &["model.normalize=after"]),
    (
        "gae-normalized-twice",
        "gae-cora",
        &["model.normalize=both", "model.hidden=[]", "model.encoder.kind=propagation"],
    ),
];

fn main() {
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let mut trials = vec![
        test("weights_go_out_and_in_again_to_the_bit", round_trip),
        test("a_run_notes_the_file_it_began_with", run_notes_its_file),
        test("a_state_dict_of_pytorch_begins_a_run", state_dict_begins_a_run),
        test("what_no_file_can_hold_is_refused", refused_exports),
        test("weights_that_do_not_fit_are_refused", refused_weights),
    ];
    trials.push(in_python("python_reproduces_encoders_and_decoders", exports_agree));
    trials.push(in_python("python_notices_a_wrong_output", wrong_output_is_noticed));
    // One at a time: each trains on every core.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

/// A test that is ignored where nothing can read the exports, or fails where `CI=true`.
fn in_python(name: &str, run: fn(&Path)) -> Trial {
    let python = python::python("numpy, onnx, onnxruntime, safetensors, tomllib");
    let required = std::env::var("CI").is_ok_and(|value| value == "true");
    let ignored = python.is_none() && !required;
    let trial = Trial::test(name, move || match python {
        Some(python) => {
            run(&python);
            Ok(())
        }
        None => Err(Failed::from("no Python with tests/requirements.txt: AEVB_PYTHON may name one")),
    });
    trial.with_ignored_flag(ignored)
}

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    command
        .env("XDG_RUNTIME_DIR", folder)
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary starts")
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "aevb {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A request that cannot be met: one line of error, one of hint, exit code 2.
#[track_caller]
fn refused(arguments: &[&str], folder: &Path, message: &str) {
    let output = aevb(arguments, folder);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {stderr}");
    let lines: Vec<&str> = stderr.lines().collect();
    let [error, hint] = lines[..] else { panic!("{arguments:?}: an error and a hint, not {stderr}") };
    assert!(error.starts_with("error: ") && hint.starts_with("hint: "), "{arguments:?}: {stderr}");
    assert!(error.contains(message), "{error} does not say: {message}");
}

#[track_caller]
fn train(folder: &Path, out: &str, config: &str, sets: &[&str]) -> PathBuf {
    let mut arguments = vec!["train", config, "--device", "flex", "--quiet", "--out", out];
    for set in sets {
        arguments.extend(["--set", set]);
    }
    succeed(&arguments, folder);
    folder.join(out)
}

fn export(folder: &Path, run: &str, what: &str, format: &str) {
    succeed(&["export", run, "--what", what, "--format", format, "--device", "flex"], folder);
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A step so small that no weight changes.
const STANDSTILL: &str = "[optimizer]\nkind = \"sgd\"\nlearning_rate = 1e-38\n[train]\nepochs = 1\n";
const SMALL_VAE: &str = "[data]\nkind = \"images\"\n[model]\nkind = \"vae\"\nhidden = [16]\nlatent = 2\n\
                         [objective]\nkind = \"sgvb\"\n";

fn round_trip() {
    let folder = temporary();
    let folder = folder.path();
    for (name, model) in [("vae", SMALL_VAE), ("vgae", ""), ("none", "[data]\nfeatures = \"none\"\n")] {
        let (from, config) = (format!("{name}-from"), format!("{name}.toml"));
        fs::write(folder.join(&config), format!("{model}{STANDSTILL}")).expect("written");
        train(folder, &from, &config, &["optimizer.kind=adam", "optimizer.learning_rate=0.01"]);
        export(folder, &from, "weights", "safetensors");
        let exported = folder.join(&from).join("weights.safetensors");
        let (into, other) = (format!("{name}-into"), format!("{name}-other"));
        let begin = ["train", &config, "--device", "flex", "--quiet", "--seed", "5", "--out"];
        succeed(&[&begin[..], &[&other]].concat(), folder);
        let weights = ["--initial-weights", exported.to_str().expect("UTF-8")];
        succeed(&[&begin[..], &[&into], &weights].concat(), folder);
        let model = |run: &str| read(folder.join(run).join("model.safetensors"));
        assert_eq!(model(&into), model(&from), "{name}");
        assert_eq!(read(&exported), model(&from), "{name}");
        assert_ne!(model(&other), model(&from), "{name}");
    }
}

fn run_notes_its_file() {
    let folder = temporary();
    let folder = folder.path();
    let first = train(folder, "first", "gae-cora", &["train.epochs=2"]);
    let weights = ["train", "gae-cora", "--device", "flex", "--quiet", "--set", "train.epochs=2"];
    let initial = "train.initial_weights=first/model.safetensors";
    succeed(&[&weights[..], &["--out", "second", "--set", initial]].concat(), folder);
    let config = String::from_utf8(read(folder.join("second/config.toml"))).expect("UTF-8");
    let path = first.join("model.safetensors");
    assert!(config.contains(&format!("initial_weights = {:?}", path.to_str().expect("UTF-8"))), "{config}");
    assert!(config.contains("initial_weights_sha256 = \""), "{config}");
    // The resolved configuration trains the same model again, until the file is another.
    let again = |out: &'static str| ["train", "second/config.toml", "--quiet", "--out", out];
    succeed(&again("third"), folder);
    let model = |run: &str| read(folder.join(run).join("model.safetensors"));
    assert_eq!(model("second"), model("third"));
    assert_ne!(model("first"), model("second"));
    fs::copy(folder.join("second/model.safetensors"), &path).expect("copied");
    refused(&again("fourth"), folder, "its SHA-256 is");
    assert!(!folder.join("fourth").exists());
}

/// A ring of 12 nodes with chords, and the weights of `golden/state_dict.py` in both layouts.
fn state_dict_begins_a_run() {
    let folder = temporary();
    let folder = folder.path();
    let edges = (0..12).flat_map(|node| [(node, (node + 1) % 12), (node, (node + 3) % 12)]);
    let edges: String = edges.map(|(i, j)| format!("{i} {j}\n")).collect();
    let config = format!(
        "[data]\nedges = \"ring.txt\"\nfeatures = \"none\"\n[model]\nkind = \"gae\"\nhidden = [3]\nlatent = 2\n{STANDSTILL}"
    );
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    for (name, content) in [("ring.txt", edges.as_bytes()), ("gae.toml", config.as_bytes())] {
        fs::write(folder.join(name), content).expect("written");
    }
    let model = |file: &str| {
        let file = golden.join(file);
        let out = file.extension().and_then(|extension| extension.to_str()).expect("an extension");
        let begin = ["train", "gae.toml", "--device", "flex", "--quiet", "--out", out, "--initial-weights"];
        succeed(&[&begin[..], &[file.to_str().expect("UTF-8")]].concat(), folder);
        read(folder.join(out).join("model.safetensors"))
    };
    let from_pytorch = model("state_dict_gae.pt");
    assert_eq!(from_pytorch, model("state_dict_gae.safetensors"));
    // The numbers come last in both files, and the file is padded to the same place.
    let golden = read(golden.join("state_dict_gae.safetensors"));
    assert!(from_pytorch.ends_with(&golden[golden.len() - 4 * (12 * 3 + 3 * 2)..]));
}

fn refused_exports() {
    let folder = temporary();
    let folder = folder.path();
    train(folder, "gae", "gae-cora", &["train.epochs=1"]);
    fs::write(folder.join("vae.toml"), format!("{SMALL_VAE}{STANDSTILL}")).expect("written");
    train(folder, "vae", "vae.toml", &[]);
    let refuse = |arguments: &[&str], message: &str| {
        refused(&[&["export"], arguments].concat(), folder, message);
    };
    refuse(&["gae", "--format", "onnx"], "an ONNX file holds a computation");
    refuse(&["gae", "--format", "onnx", "--what", "latents"], "an ONNX file holds a computation");
    for format in ["safetensors", "npz", "onnx"] {
        refuse(&["gae", "--what", "decoder", "--format", format], "the decoder of a gae has no weights");
    }
    refuse(&["gae", "--what", "latents", "--part", "test"], "the nodes of a graph have no parts");
    refuse(&["vae", "--part", "test"], "only latent vectors are those of a part");
    refuse(&["nothing"], "nothing: is no folder");
    refuse(&["vae", "--out", "no/such/folder/x"], "no/such/folder");
    export(folder, "vae", "encoder", "onnx");
    refuse(&["vae", "--what", "encoder", "--format", "onnx"], "encoder.onnx: exists already");
    // The weights of another model under this configuration: found out where they are computed with.
    fs::copy(folder.join("gae/model.safetensors"), folder.join("vae/model.safetensors")).expect("copied");
    fs::remove_file(folder.join("vae/SHA256SUMS")).expect("the seal");
    for what in ["encoder", "decoder"] {
        let arguments = ["export", "vae", "--what", what, "--format", "onnx", "--out", "x.onnx"];
        let output = aevb(&arguments, folder);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("lacks ") && stderr.contains("another configuration"), "{stderr}");
    }
}

fn refused_weights() {
    let folder = temporary();
    let folder = folder.path();
    fs::write(folder.join("vae.toml"), format!("{SMALL_VAE}{STANDSTILL}")).expect("written");
    train(folder, "vae", "vae.toml", &[]);
    fs::write(folder.join("empty.pt"), "").expect("written");
    let refuse = |file: &str, sets: &[&str], message: &str| {
        let begin = ["train", "vae.toml", "--device", "flex", "--quiet", "--out", "out", "--initial-weights"];
        refused(&[&begin[..], &[file], sets].concat(), folder, message);
        assert!(!folder.join("out").exists(), "nothing is left of a run without a step");
    };
    refuse("no/such.pt", &[], "no/such.pt");
    refuse("empty.pt", &[], "is neither a safetensors file");
    refuse(".", &[], "is a folder");
    let weights = "vae/model.safetensors";
    refuse(weights, &["--set", "model.hidden=[17]"], "is F32 [784, 16], not F32 [784, 17]");
    refuse(weights, &["--set", "model.hidden=[]"], "is F32 [16, 2], not F32 [784, 2]");
    refuse(weights, &["--set", "model.hidden=[16, 16]"], "lacks encoder.hidden.layers.1.weight");
    refuse(
        weights,
        &["--set", "model.kind=ae", "--set", "objective.kind=nll"],
        "lacks hidden.layers.0.weight",
    );
    refuse(weights, &["--set", "train.initial_weights_sha256=xyz"], "must be the SHA-256");
}

/// Everything that a run can be exported as.
fn export_all(folder: &Path, run: &str, parts: &[&str]) {
    for what in [&["weights", "latents"], parts].concat() {
        export(folder, run, what, "npz");
        export(folder, run, what, "safetensors");
    }
    for what in parts {
        export(folder, run, what, "onnx");
    }
}

/// Trains on images and exports all, with what the decoder itself computes of the latent vectors.
fn images(folder: &Path, name: &str, config: &str, sets: &[&str]) {
    let run = train(folder, name, config, &[&["train.epochs=1", "model.latent=4"], sets].concat());
    export_all(folder, name, &["encoder", "decoder"]);
    let file = ConfigFile::find(Some(&run.join("config.toml"))).expect("a run's own");
    let experiment = Experiment::read(&file, &[]).expect("valid");
    let device = device::resolve(&experiment.device).expect("flex").device;
    let model = train::open_autoencoder(&experiment, &device, &RunFolder::open(&run).expect("a run"))
        .expect("trained");
    let z = model.embed(model.examples(Part::Test).expect("there are test images")).expect("they fit");
    let z = Tensor::from_data(TensorData::new(z, [500, 4]), &device);
    let write = |name: &str, values: Tensor<2>| {
        let values = values.into_data().try_into_vec::<f32>().expect("everything is F32");
        fs::write(run.join(format!("decoder-{name}.npy")), npy::file(&values, 784)).expect("written");
    };
    let observation = model.decoder().forward(z).expect("it fits");
    write("mean", observation.mean());
    let heads = observation.likelihood.heads(784).into_iter().zip(observation.parameters);
    heads
        .filter(|(head, _)| head.parameter != "mean")
        .for_each(|(head, values)| write(head.parameter, values));
}

fn run_python(python: &Path, folder: &Path, runs: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/exports.py");
    Command::new(python).arg(script).args(runs).current_dir(folder).output().expect("Python starts")
}

fn exports_agree(python: &Path) {
    let folder = temporary();
    for (name, config, sets) in IMAGES {
        images(folder.path(), name, config, sets);
    }
    for (name, config, sets) in GRAPHS {
        train(folder.path(), name, config, &[&["train.epochs=5"], sets].concat());
        export_all(folder.path(), name, &["encoder"]);
    }
    let runs: Vec<&str> = IMAGES.iter().chain(&GRAPHS).map(|(name, ..)| *name).collect();
    let output = run_python(python, folder.path(), &runs);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout.contains(&format!("{} runs", runs.len())), "{stdout}{stderr}");
}

/// A difference of twice what is allowed.
fn wrong_output_is_noticed(python: &Path) {
    let folder = temporary();
    let (name, config, sets) = IMAGES[0];
    images(folder.path(), name, config, sets);
    assert!(run_python(python, folder.path(), &[name]).status.success());
    let path = folder.path().join(name).join("decoder-logits.npy");
    let mut logits = read(&path);
    let last = logits.last_chunk_mut::<4>().expect("a number");
    let value = f32::from_le_bytes(*last);
    *last = (value + 2e-5 * value.abs().max(1.0)).to_le_bytes();
    fs::write(&path, logits).expect("written");
    let output = run_python(python, folder.path(), &[name]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && stderr.contains("logits differs by"), "{stderr}");
}
