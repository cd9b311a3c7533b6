//! Trains auto-encoders of images with the real binary: the same losses on every device and as PyTorch's, the same bits at any number of threads, and what a trained model is used for.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

use common::{SMALL, aevb, fail, matlab, temporary};

mod adapter;
#[path = "images_common.rs"]
mod common;

fn main() {
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let mut trials = vec![
        test("the_first_losses_agree_between_flex_and_ndarray", || first_losses_agree("ndarray")),
        test("the_first_losses_are_those_of_pytorch", first_losses_are_those_of_pytorch),
        test("one_and_two_threads_give_the_same_bytes", threads_give_the_same_bytes),
        test("the_bytes_of_shards_are_the_same_at_one_and_two_threads", shards_give_bytes_of_their_own),
        test("another_seed_gives_other_numbers", another_seed),
        test("evaluate_repeats_the_result", evaluate_repeats_the_result),
        test("a_trained_vae_samples_reconstructs_interpolates_and_embeds", trained_model_is_used),
        test("a_plain_auto_encoder_has_no_bound_and_no_samples", plain_auto_encoder),
        test("every_likelihood_objective_and_optimizer_trains", everything_trains),
        test("gated_layers_train_and_are_no_computation_that_others_know", gated_layers),
        test("warm_up_and_beta_change_the_loss_and_not_its_terms", beta_weighs_the_divergence),
        test("repeated_runs_are_summarised", repeated_runs),
        test("images_are_inspected", images_are_inspected),
        test("a_paper_is_reproduced_and_what_is_done_is_not_done_again", reproduction),
    ];
    let name = "the_first_losses_agree_between_flex_and_wgpu";
    trials.push(adapter::trial(name, adapter::chosen(), |device, _| first_losses_agree(device)));
    // One at a time: each trains on every core.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "aevb {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Trains the small model into `out`.
#[track_caller]
fn train(folder: &Path, device: &str, out: &str, sets: &[&str]) -> PathBuf {
    let mut arguments = SMALL.to_vec();
    for set in sets {
        arguments.extend(["--set", set]);
    }
    arguments.extend(["--device", device, "--quiet", "--out", out]);
    succeed(&arguments, folder);
    folder.join(out)
}

fn read(path: PathBuf) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&read(path)).expect("JSON")
}

fn lines(run: &Path) -> Vec<Value> {
    let text = String::from_utf8(read(run.join("metrics.jsonl"))).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Twenty steps of all the training images each.
fn first_losses_agree(device: &str) {
    let folder = temporary();
    let losses = |device: &str| -> Vec<f64> {
        let sets = ["train.batch_size=4000", "train.epochs=20", "train.evaluate_every=0"];
        let run = train(folder.path(), device, &device.replace(':', "-"), &sets);
        lines(&run).iter().map(|line| number(&line["loss"])).collect()
    };
    let (expected, found) = (losses("flex"), losses(device));
    assert_eq!((expected.len(), found.len()), (20, 20));
    for (step, (expected, found)) in expected.iter().zip(&found).enumerate() {
        let difference = (found - expected).abs() / expected.abs();
        assert!(difference <= 1e-4, "step {}: {found} on {device}, {expected} on flex", step + 1);
    }
}

/// The twin of `tests/golden/vae_torch.py` has the same weights, batches, noise and drawn pixels in double precision.
fn first_losses_are_those_of_pytorch() {
    let folder = temporary();
    let golden: Value = serde_json::from_str(include_str!("golden/vae_torch.json")).expect("the golden file");
    for (number, case) in golden.as_array().expect("cases").iter().enumerate() {
        let seed = format!("seed={}", case["seed"]);
        let mut sets =
            vec![seed.as_str(), "train.batch_size=2000", "train.epochs=10", "train.evaluate_every=0"];
        sets.extend(case["sets"].as_array().expect("a list").iter().map(|set| set.as_str().expect("a set")));
        let found = lines(&train(folder.path(), "flex", &number.to_string(), &sets));
        let expected = case["losses"].as_array().expect("losses");
        assert_eq!(found.len(), expected.len());
        for (line, expected) in found.iter().zip(expected) {
            let (loss, expected) = (self::number(&line["loss"]), self::number(expected));
            assert!((loss - expected).abs() <= 1e-5 * expected, "{sets:?}: {line} is not {expected}");
        }
    }
}

fn threads_give_the_same_bytes() {
    let folder = temporary();
    for device in ["flex", "ndarray"] {
        for binarization in ["grey", "dynamic"] {
            let run = |threads: &str| {
                let sets = [&format!("threads={threads}"), &format!("data.binarization={binarization}")];
                let out = format!("{device}-{binarization}-{threads}");
                train(
                    folder.path(),
                    device,
                    &out,
                    &[&sets.map(|set| set.as_str())[..], &["model.hidden=[500]"]].concat(),
                )
            };
            let (one, two) = (run("1"), run("2"));
            for file in ["metrics.jsonl", "model.safetensors"] {
                let same = read(one.join(file)) == read(two.join(file));
                assert!(same, "{binarization} on {device}: {file} differs");
            }
        }
    }
}

fn shards_give_bytes_of_their_own() {
    let folder = temporary();
    let run = |out: &str, sets: &[&str]| {
        let run = train(folder.path(), "flex", out, &[&["model.hidden=[500]"], sets].concat());
        ["metrics.jsonl", "model.safetensors"].map(|file| read(run.join(file)))
    };
    let one = run("one", &["train.shards=3", "threads=1"]);
    assert!(one == run("two", &["train.shards=3", "threads=2"]), "the threads show");
    assert!(one != run("whole", &[]), "the shards do not show");
}

fn another_seed() {
    let folder = temporary();
    let (first, second) =
        (train(folder.path(), "flex", "0", &[]), train(folder.path(), "flex", "1", &["seed=1"]));
    assert_ne!(number(&lines(&first)[0]["loss"]), number(&lines(&second)[0]["loss"]));
}

fn evaluate_repeats_the_result() {
    let folder = temporary();
    let run = train(folder.path(), "flex", "run", &["data.binarization=dynamic"]);
    let result = json(run.join("result.json"));
    assert_eq!((&result["task"], &result["binarization"]), (&"density".into(), &"dynamic".into()));
    let test = &result["test"];
    let sum = number(&test["elbo"]) + number(&test["reconstruction"]) + number(&test["kl"]);
    assert!(sum.abs() < 1e-9 && number(&test["kl"]) > 0.0 && number(&test["elbo"]) < -50.0, "{test}");
    let printed: Value =
        serde_json::from_str(&succeed(&["evaluate", "run", "--json"], folder.path())).expect("JSON");
    assert_eq!((&printed["test"], &printed["validation"]), (test, &result["validation"]));
    assert!(succeed(&["evaluate", "run"], folder.path()).contains("dynamic"));
    assert_eq!(lines(&run)[1]["validation"]["elbo"], result["validation"]["elbo"]);
}

fn trained_model_is_used() {
    let folder = temporary();
    let run = train(folder.path(), "flex", "run", &[]);
    let is_png = |name: &str| read(run.join(name)).starts_with(b"\x89PNG\r\n\x1a\n");
    let out = |arguments: &[&str]| succeed(arguments, folder.path());
    assert_eq!(out(&["sample", "run", "--count", "9"]), "run/samples.png\n");
    out(&["sample", "run", "--count", "9", "--seed", "1", "--out", "run/other.png"]);
    out(&["sample", "run", "--count", "9", "--out", "run/same.png"]);
    assert!(is_png("samples.png") && read(run.join("samples.png")) != read(run.join("other.png")));
    assert_eq!(read(run.join("samples.png")), read(run.join("same.png")));
    out(&["reconstruct", "run", "--count", "13", "--part", "validation"]);
    out(&["interpolate", "run", "--from", "3", "--to", "499", "--steps", "7"]);
    assert!(is_png("reconstructions.png") && is_png("interpolation.png"));
    out(&["embed", "run"]);
    let header = String::from_utf8_lossy(&read(run.join("latents.npy"))[10..128]).into_owned();
    assert!(header.contains("'shape': (500, 4)"), "{header}");
    out(&["embed", "run", "--out", "run/latents.csv"]);
    let table = String::from_utf8(read(run.join("latents.csv"))).expect("UTF-8");
    assert!(table.starts_with("label,z0,z1,z2,z3,std0,std1,std2,std3\n") && table.lines().count() == 501);
    let last: Vec<f32> = table
        .lines()
        .last()
        .expect("a row")
        .split(',')
        .skip(1)
        .take(4)
        .map(|z| z.parse().expect("a number"))
        .collect();
    let npy = read(run.join("latents.npy"));
    let bytes: Vec<u8> = last.iter().flat_map(|z| z.to_le_bytes()).collect();
    assert!(npy.ends_with(&bytes), "{last:?}");
    let (error, _) = fail(2, &["sample", "run"], folder.path());
    assert!(error.contains("samples.png: exists already"), "{error}");
    let (error, _) = fail(2, &["interpolate", "run", "--to", "500", "--out", "x.png"], folder.path());
    assert!(error.contains("image 500: there are 500"), "{error}");
    let (error, _) = fail(2, &["embed", "run", "--out", "x.txt"], folder.path());
    assert!(error.contains("unknown format"), "{error}");
}

fn plain_auto_encoder() {
    let folder = temporary();
    let sets = ["--set", "model.hidden=[32]", "--set", "train.epochs=2", "--device", "flex", "--quiet"];
    succeed(&[&["train", "ae-mnist-5k", "--out", "run"][..], &sets].concat(), folder.path());
    let test = &json(folder.path().join("run/result.json"))["test"];
    assert!(test.get("elbo").is_none() && test.get("kl").is_none() && number(&test["reconstruction"]) > 0.0);
    let (error, _) = fail(2, &["sample", "run"], folder.path());
    assert!(error.contains("no prior"), "{error}");
    succeed(&["reconstruct", "run"], folder.path());
}

fn everything_trains() {
    let folder = temporary();
    let cases: [&[&str]; 8] = [
        &["model.likelihood={kind=\"gaussian\"}", "model.activation=softplus"],
        &["model.likelihood={kind=\"gaussian-fixed\", variance=0.1, mean=\"linear\"}"],
        &["objective.estimator=a", "objective.samples=3"],
        &["objective.map=true", "model.initial_weights=normal"],
        &["model.activation=relu", "model.hidden=[32, 16]"],
        &["data.binarization=threshold", "data.train=all", "data.curve=test"],
        &["train.batch_size=300"],
        &["model.hidden=[]"],
    ];
    for (number, sets) in cases.iter().enumerate() {
        let run = train(folder.path(), "flex", &number.to_string(), sets);
        let (first, last) = (&lines(&run)[0], &lines(&run)[1]);
        assert!(self::number(&last["loss"]) < self::number(&first["loss"]), "{sets:?}: {first} {last}");
    }
    for optimizer in ["adamw", "adagrad", "sgd"] {
        let config = folder.path().join(format!("{optimizer}.toml"));
        let text = format!(
            "[data]\nkind = \"images\"\n[model]\nkind = \"vae\"\nhidden = [32]\n[objective]\nkind = \"sgvb\"\n\
             [optimizer]\nkind = \"{optimizer}\"\n[train]\nepochs = 2\n"
        );
        fs::write(&config, text).expect("written");
        let arguments =
            ["train", config.to_str().expect("UTF-8"), "--device", "flex", "--quiet", "--out", optimizer];
        succeed(&arguments, folder.path());
        let lines = lines(&folder.path().join(optimizer));
        assert!(number(&lines[1]["loss"]) < number(&lines[0]["loss"]), "{optimizer}: {lines:?}");
    }
}

fn beta_weighs_the_divergence() {
    let folder = temporary();
    let first = |out: &str, sets: &[&str]| {
        // One step an epoch, so that the first epoch is the first step, before any weight has changed.
        let sets = [sets, &["train.batch_size=4000", "train.epochs=1"]].concat();
        lines(&train(folder.path(), "flex", out, &sets)).remove(0)
    };
    let plain = first("plain", &[]);
    for (out, sets, factor) in [
        ("beta", &["objective.beta=4.0"][..], 4.0),
        ("warm", &["objective.kl_warm_up_epochs=4"], 0.25),
        ("none", &["objective.beta=0.0"], 0.0),
    ] {
        let line = first(out, sets);
        assert_eq!((&line["kl"], &line["reconstruction"]), (&plain["kl"], &plain["reconstruction"]));
        let expected = number(&plain["reconstruction"]) + factor * number(&plain["kl"]);
        assert!((number(&line["loss"]) - expected).abs() < 1e-4 * expected, "{out}: {line}");
    }
}

fn repeated_runs() {
    let folder = temporary();
    succeed(
        &[&SMALL[..], &["--repeat", "2", "--device", "flex", "--quiet", "--out", "runs"]].concat(),
        folder.path(),
    );
    let result = json(folder.path().join("runs/result.json"));
    let elbo = |run: usize| number(&result["runs"][run]["test"]["elbo"]);
    assert_eq!(number(&result["mean"]["test"]["elbo"]), (elbo(0) + elbo(1)) / 2.0);
    assert!(number(&result["std"]["test"]["elbo"]) > 0.0);
    let single = json(folder.path().join("runs/seed-1/result.json"));
    assert_eq!(number(&single["test"]["elbo"]), elbo(1));
}

fn images_are_inspected() {
    let folder = temporary();
    let text = succeed(&["data", "inspect", "mnist-5k"], folder.path());
    assert!(text.contains("\nimages      5000 of 28 x 28 pixels\npixels      grey, from 0 to 255"), "{text}");
    assert!(
        text.contains("\nlabels      0: 500, 1: 500,") && text.contains("4000 train, 500 validation"),
        "{text}"
    );
    let json: Value =
        serde_json::from_str(&succeed(&["data", "inspect", "mnist-5k", "--json"], folder.path()))
            .expect("JSON");
    assert_eq!((&json["images"], &json["labels"]["9"]), (&5000.into(), &500.into()));
    let (error, hint) = fail(1, &["data", "inspect", "frey"], folder.path());
    assert!(error.contains("frey_rawface.mat") && hint.contains("aevb data fetch frey"), "{error} {hint}");
}

/// 410 images of one colour stand for Frey Face.
fn reproduction() {
    let folder = temporary();
    let face = folder.path().join("data/freyface/frey_rawface.mat");
    fs::create_dir_all(face.parent().expect("a folder")).expect("made");
    fs::write(&face, matlab(b"IM", 14, 9, b"ff", 410)).expect("written");
    let reproduce = |epochs: &'static str| {
        [
            "reproduce",
            "aevb",
            "--only",
            "frey-2,frey-5",
            "--epochs",
            epochs,
            "--device",
            "flex",
            "--out",
            "out",
        ]
    };
    let table = succeed(&reproduce("2"), folder.path());
    let out = folder.path().join("out");
    assert_eq!(String::from_utf8(read(out.join("table.md"))).expect("UTF-8"), table);
    for run in ["frey-2", "frey-5"] {
        assert!(table.contains(&format!("\n| {run} | grey | ")), "{table}");
        assert!(out.join(run).join("model.safetensors").is_file());
    }
    let row = &json(out.join("result.json"))["rows"][0];
    assert_eq!(
        (&row["run"], &row["pytorch"], &row["result"]["epochs"]),
        (&"frey-2".into(), &854.0.into(), &2.into())
    );
    let curves = String::from_utf8(read(out.join("curves.csv"))).expect("UTF-8");
    let last: Vec<&str> = curves.lines().last().expect("five lines").split(',').collect();
    assert_eq!((curves.lines().count(), &last[..3]), (5, &["frey-5", "grey", "20"][..]));
    let bound = number(&json(out.join("result.json"))["rows"][1]["result"]["test"]["elbo"]);
    assert_eq!(last[4].parse::<f64>().expect("a number"), bound);

    let weights = read(out.join("frey-2/model.safetensors"));
    let again = aevb(&reproduce("2"), folder.path());
    assert_eq!(String::from_utf8(again.stdout).expect("UTF-8"), table);
    assert_eq!(String::from_utf8(again.stderr).expect("UTF-8"), "frey-2: done before\nfrey-5: done before\n");
    assert_eq!(read(out.join("frey-2/model.safetensors")), weights);
    let (error, _) = fail(2, &reproduce("1"), folder.path());
    assert!(error.contains("out/frey-2: holds a run of another configuration"), "{error}");
    // Of runs that are not asked for too: the table has them.
    let mut others = reproduce("2");
    others[3] = "frey-10";
    let (error, _) = fail(2, &[&others[..], &["--threads", "1"]].concat(), folder.path());
    assert!(error.contains("out/frey-2: holds a run of another configuration: threads is 0"), "{error}");
    assert_eq!(String::from_utf8(read(out.join("table.md"))).expect("UTF-8"), table);
    let (error, hint) = fail(2, &["reproduce", "aevb", "--only", "mnist"], folder.path());
    assert!(error.contains("--only mnist") && hint.contains("figure-2-mnist-200"), "{error} {hint}");
}

fn gated_layers() {
    let folder = temporary();
    let folder = folder.path();
    let run = train(folder, "flex", "run", &["model.activation=gated"]);
    let result: Value =
        serde_json::from_slice(&fs::read(run.join("result.json")).expect("written")).expect("JSON");
    // Nothing learnt is 784 ln 2 = 543 nats.
    assert!(result["test"]["elbo"].as_f64().expect("a bound") > -260.0, "{result}");
    succeed(&["export", "run", "--what", "encoder", "--format", "npz", "--out", "e.npz"], folder);
    let archive = fs::read(folder.join("e.npz")).expect("written");
    let name = b"encoder.hidden.gates.0.weight";
    assert!(archive.windows(name.len()).any(|window| window == name));
    for what in ["encoder", "decoder"] {
        let arguments = ["export", "run", "--what", what, "--format", "onnx", "--out", "m.onnx"];
        let (error, _) = fail(2, &arguments, folder);
        assert!(error.contains("this body is not written as a computation"), "{error}");
    }
    succeed(&["report", "run"], folder);
    let page = fs::read_to_string(run.join("report/index.html")).expect("written");
    assert!(page.contains("The page cannot decode here"), "it knows dense layers alone");
}
