//! Priors that are learnt, by the real binary: each trains on digits that travel with the program, or on Cora, and whatever is
//! asked of a run with the standard prior is asked of theirs.

use std::fs;
use std::process::Output;

#[path = "digits_common.rs"]
mod common;

use common::{aevb, assert_ends_the_same, json, read, refused, succeed, temporary, train};

const MIXTURE: &str = "model.prior={kind='mixture', components=3}";
const VAMP: &str = "model.prior={kind='vamp', components=20}";
const FLOW: &str = "model.prior={kind='flow', layers=4, hidden=[8]}";

#[test]
fn each_prior_trains_and_answers_all_that_is_asked_of_it() {
    let folder = temporary();
    let folder = folder.path();
    let hasty = ["--starts", "2", "--warm-up", "20", "--draws", "10", "--leapfrog-steps", "3"];
    for (name, prior) in [("mixture", MIXTURE), ("vamp", VAMP), ("flow", FLOW)] {
        let (told, run) = train(folder, name, &[prior]);
        assert!(told.contains(&format!("the divergence from a `{name}` prior has no closed form")), "{told}");
        let result = json(&String::from_utf8(read(&run.join("result.json"))).expect("UTF-8"));
        let elbo = result["test"]["elbo"].as_f64().expect("a bound");
        // Nothing learnt is 784 ln 2 = 543 nats.
        assert!(elbo > -260.0, "{name}: {elbo}");
        let again = json(&succeed(&["evaluate", name, "--json"], folder).0);
        assert_eq!(again["test"], result["test"], "{name}");
        let asked = ["evaluate", name, "--samples", "50", "--images", "20", "--json"];
        let sampled = json(&succeed(&asked, folder).0);
        let of = |name: &str| sampled["test"][name].as_f64().expect("an estimate");
        // The same images and the same model: 50 samples come nearer to log p(x) than its bound does.
        assert!(of("nll") < -of("elbo"), "{name}: {sampled}");

        let chains = |command: &'static str, out: &'static str| {
            succeed(&[&[command, name, "--images", "2", "--out", out][..], &hasty].concat(), folder)
        };
        chains("posterior", "z.csv");
        chains("impute", "x");
        succeed(&["interpolate", name, "--out", "way.png"], folder);
        succeed(&["reconstruct", name, "--count", "5", "--out", "r.png"], folder);
        succeed(&["report", name], folder);
        assert!(run.join("report/manifold.png").exists(), "{name}");
        let page = String::from_utf8(read(&run.join("report/index.html"))).expect("UTF-8");
        assert!(page.contains("\"draws\":\"") && page.contains("id=\"from-prior\""), "{name}");
        succeed(&["export", name, "--format", "npz", "--out", "w.npz"], folder);
        let parameter = ["prior.mean", "prior.pseudo_inputs", "prior.couplings.0.scale.weight"]
            [["mixture", "vamp", "flow"].iter().position(|known| *known == name).expect("one of three")];
        let archive = read(&folder.join("w.npz"));
        let is_there = archive.windows(parameter.len()).any(|window| window == parameter.as_bytes());
        assert!(is_there, "{name}: no {parameter}");

        let sample = |out: &'static str, more: &[&str]| {
            succeed(
                &[&["sample", name, "--count", "9", "--scale", "1", "--out", out][..], more].concat(),
                folder,
            );
            read(&folder.join(out))
        };
        let usual = sample("s1.png", &[]);
        assert_eq!(usual, sample("s2.png", &["--temperature", "1"]), "{name}");
        assert_ne!(usual, sample("s3.png", &["--temperature", "0.5"]), "{name}");
        for file in ["z.csv", "x", "way.png", "r.png", "w.npz", "s1.png", "s2.png", "s3.png"] {
            let path = folder.join(file);
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("removed");
        }
    }
}

#[test]
fn a_run_that_goes_on_and_one_on_another_number_of_threads_end_the_same() {
    let folder = temporary();
    let folder = folder.path();
    for (name, prior) in [("mixture", MIXTURE), ("vamp", VAMP), ("flow", FLOW)] {
        assert_ends_the_same(folder, name, prior);
    }
}

#[test]
fn pseudo_inputs_begin_where_they_are_told_to() {
    let folder = temporary();
    let folder = folder.path();
    let still = ["train.epochs=1", "optimizer.learning_rate=1e-30"];
    let inputs = |out: &str, prior: &str| {
        train(folder, out, &[&still[..], &[prior]].concat());
        let export = format!("{out}.npz");
        succeed(&["export", out, "--format", "npz", "--out", &export], folder);
        let bytes = read(&folder.join(out).join("model.safetensors"));
        let file = safetensors::SafeTensors::deserialize(&bytes).expect("weights");
        let view = file.tensor("prior.pseudo_inputs").expect("pseudo-inputs");
        assert_eq!(view.shape(), [20, 784]);
        let (words, _) = view.data().as_chunks::<4>();
        words.iter().map(|word| f32::from_le_bytes(*word)).collect::<Vec<f32>>()
    };
    let data = inputs("data", VAMP);
    // Pixels of 256 levels.
    assert!(data.iter().all(|pixel| (pixel * 255.0 - (pixel * 255.0).round()).abs() < 1e-3));
    assert!(data.iter().filter(|&&pixel| pixel > 0.5).count() > 500);
    let mean = inputs("mean", "model.prior={kind='vamp', components=20, start='mean'}");
    let average = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    assert!((average(&mean) - average(&data)).abs() < 0.05, "{} and {}", average(&mean), average(&data));
    assert_ne!(mean[..784], mean[784..2 * 784], "noise tells them apart");
}

#[test]
fn graphs_have_mixtures_and_flows() {
    let folder = temporary();
    let folder = folder.path();
    for (name, prior) in [("mixture", MIXTURE), ("flow", FLOW)] {
        let sets = ["--set", prior, "--set", "train.epochs=30"];
        succeed(&[&["train", "vgae-cora", "--device", "flex", "--out", name][..], &sets].concat(), folder);
        let result = json(&String::from_utf8(read(&folder.join(name).join("result.json"))).expect("UTF-8"));
        assert!(result["test"]["auc"].as_f64().expect("an AUC") > 0.7, "{name}: {result}");
        let again = json(&succeed(&["evaluate", name, "--json"], folder).0);
        assert_eq!(again["test"], result["test"], "{name}");
        // Cora has 2708 papers of 7 fields.
        let clusters = &again["clusters"];
        assert_eq!((&clusters["rows"], &clusters["labels"]), (&2708.into(), &7.into()), "{name}");
        let names: Vec<_> =
            clusters["clusters"].as_array().expect("a list").iter().map(|of| &of["name"]).collect();
        let known = if name == "mixture" { &["mixture of 3", "k-means of 7"][..] } else { &["k-means of 7"] };
        assert_eq!(names, known, "{name}");
        let k_means = clusters["clusters"].as_array().expect("a list").last().expect("k-means");
        assert!(
            k_means["normalized_mutual_information"].as_f64().expect("a number") > 0.2,
            "{name}: {clusters}"
        );

        succeed(&["embed", name, "--out", "z.csv"], folder);
        let table = String::from_utf8(read(&folder.join("z.csv"))).expect("UTF-8");
        let has_components = table.starts_with("id,label,component,component_probability,z0,");
        assert_eq!(has_components, name == "mixture", "{}", table.lines().next().unwrap_or_default());
        if has_components {
            let of_row = |line: &str| line.split(',').nth(3).and_then(|cell| cell.parse::<f64>().ok());
            let probabilities: Option<Vec<f64>> = table.lines().skip(1).map(of_row).collect();
            // Of three components the likeliest has a third at least.
            assert!(probabilities.expect("numbers").iter().all(|share| (0.333..=1.0).contains(share)));
        }
        fs::remove_file(folder.join("z.csv")).expect("removed");
    }
}

#[test]
fn priors_that_cannot_be_are_refused_by_name() {
    let folder = temporary();
    let folder = folder.path();
    let refuse = |config: &str, sets: &[&str], message: &str| {
        let mut arguments = vec!["train", config, "--device", "flex", "--quiet", "--out", "run"];
        sets.iter().for_each(|set| arguments.extend(["--set", set]));
        refused(&arguments, message, folder);
    };
    refuse(
        "vgae-cora",
        &["model.prior.kind=vamp"],
        "model.prior.kind `vamp` puts pseudo-inputs through the encoder",
    );
    refuse(
        "vae-mnist-5k",
        &["model.prior.kind=flow", "model.latent=1"],
        "`flow` moves dimensions by each other",
    );
    refuse(
        "vae-mnist-5k",
        &["model.prior={kind='mixture', components=0}"],
        "model.prior.components must lie between 1 and",
    );
    refuse(
        "vae-mnist-5k",
        &["model.prior={kind='flow', layers=65}"],
        "model.prior.layers must lie between 1 and",
    );
    refuse(
        "vae-mnist-5k",
        &["model.prior={kind='flow', hidden=[0]}"],
        "model.prior.hidden widths lie between 1 and",
    );
    refuse("vae-mnist-5k", &["model.prior={kind='vamp', layers=3}"], "layers");
    refuse(
        "vae-mnist-5k",
        &["model.prior={kind='vamp', components=5000}"],
        "5000 inputs cannot begin at 4000 examples",
    );
    refuse("ae-mnist-5k", &["model.prior.kind=mixture"], "model.prior is not for an `ae`");
    assert_eq!(fs::read_dir(folder).expect("readable").count(), 0, "no run is left behind");
    train(folder, "run", &[MIXTURE, "train.epochs=1"]);
    for temperature in ["nan", "inf", "x"] {
        let Output { status, stderr, .. } = aevb(&["sample", "run", "--temperature", temperature], folder);
        assert_eq!(status.code(), Some(2), "{}", String::from_utf8_lossy(&stderr));
    }
}
