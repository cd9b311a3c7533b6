//! Posteriors that are flows, by the real binary: each trains on digits that travel with the program, and whatever is asked of a
//! run with a Gaussian posterior is asked of theirs, or refused by name.

use std::fs;

#[path = "digits_common.rs"]
mod common;

use common::{assert_ends_the_same, json, read, refused, succeed, temporary, train};

const PLANAR: &str = "model.posterior={kind='planar', layers=3}";
const AUTOREGRESSIVE: &str = "model.posterior={kind='inverse-autoregressive', layers=2, hidden=[16]}";
const BOTH: [(&str, &str); 2] = [("planar", PLANAR), ("inverse-autoregressive", AUTOREGRESSIVE)];

#[test]
fn each_posterior_trains_and_answers_all_that_is_asked_of_it() {
    let folder = temporary();
    let folder = folder.path();
    let hasty = ["--starts", "2", "--warm-up", "20", "--draws", "10", "--leapfrog-steps", "3"];
    for (name, posterior) in BOTH {
        let (told, run) = train(folder, name, &[posterior]);
        let divergence = format!("the divergence of the `{name}` posterior has no closed form");
        assert!(told.contains(&divergence), "{told}");
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
        assert_eq!(of("active_units"), 2.0, "{name}: {sampled}");

        succeed(&["score", name, "--samples", "20", "--out", "s.csv"], folder);
        let chains = |command: &'static str, out: &'static str| {
            succeed(&[&[command, name, "--images", "2", "--out", out][..], &hasty].concat(), folder)
        };
        chains("posterior", "z.csv");
        chains("impute", "x");
        succeed(&["sample", name, "--count", "9", "--out", "s.png"], folder);
        let moments =
            format!("64 draws of q(z|x), the same for every example: the `{name}` posterior has neither");
        for (command, out) in [("interpolate", "way.png"), ("reconstruct", "r.png"), ("embed", "e.csv")] {
            let (_, told) = succeed(&[command, name, "--out", out], folder);
            assert!(told.contains(&moments), "{command}: {told}");
        }
        succeed(&["embed", name, "--out", "e2.csv"], folder);
        assert_eq!(read(&folder.join("e.csv")), read(&folder.join("e2.csv")), "{name}");
        let (_, told) = succeed(&["report", name], folder);
        assert!(told.contains(&moments), "{told}");
        let page = String::from_utf8(read(&run.join("report/index.html"))).expect("UTF-8");
        assert!(page.contains("The means and deviations are those of 64 draws"), "{name}");

        let latents = ["export", name, "--what", "latents", "--format", "npz", "--out", "l.npz"];
        let (_, told) = succeed(&latents, folder);
        assert!(told.contains(&moments), "{told}");
        for (what, is_there) in [("weights", true), ("encoder", true), ("decoder", false)] {
            succeed(&["export", name, "--what", what, "--format", "npz", "--out", "w.npz"], folder);
            let archive = read(&folder.join("w.npz"));
            let parameter =
                if name == "planar" { "posterior.layers.2.u.weight" } else { "posterior.steps.1.gate.bias" };
            let found = archive.windows(parameter.len()).any(|window| window == parameter.as_bytes());
            assert_eq!(found, is_there, "{name}, {what}: {parameter}");
            fs::remove_file(folder.join("w.npz")).expect("removed");
        }
        let encoder = ["export", name, "--what", "encoder", "--out", "e.onnx", "--format", "onnx"];
        refused(&encoder, &format!("the `{name}` posterior is not written as a computation"), folder);
        succeed(&["export", name, "--what", "decoder", "--format", "onnx", "--out", "d.onnx"], folder);
        let files =
            ["s.csv", "z.csv", "x", "s.png", "way.png", "r.png", "e.csv", "e2.csv", "l.npz", "d.onnx"];
        for path in files.map(|file| folder.join(file)) {
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("removed");
        }
    }
}

#[test]
fn a_run_that_goes_on_and_one_on_another_number_of_threads_end_the_same() {
    let folder = temporary();
    let folder = folder.path();
    for (name, posterior) in BOTH {
        assert_ends_the_same(folder, name, posterior);
    }
}

#[test]
fn all_else_begins_as_it_does_without_a_flow() {
    let folder = temporary();
    let folder = folder.path();
    let still =
        ["train.epochs=1", "optimizer.learning_rate=1e-30", "model.prior={kind='mixture', components=3}"];
    let tensors = |out: &str, sets: &[&str]| {
        let (_, run) = train(folder, out, &[&still[..], sets].concat());
        let bytes = read(&run.join("model.safetensors"));
        let file = safetensors::SafeTensors::deserialize(&bytes).expect("weights");
        let values = |bytes: &[u8]| {
            let (words, _) = bytes.as_chunks::<4>();
            // A rate of 1e-30 still moves what begins as 0.
            words.iter().map(|word| f32::from_le_bytes(*word) + 1.0).collect::<Vec<_>>()
        };
        let tensors = file.tensors().into_iter().map(|(name, view)| (name, values(view.data())));
        tensors.collect::<std::collections::BTreeMap<_, _>>()
    };
    let plain = tensors("plain", &[]);
    for (name, posterior) in BOTH {
        let found = tensors(name, &[posterior]);
        assert!(plain.iter().all(|(tensor, values)| found.get(tensor) == Some(values)), "{name}");
        assert!(found.len() > plain.len() && found.keys().any(|tensor| tensor.starts_with("posterior.")));
    }
}

#[test]
fn a_flow_goes_with_learnt_priors_and_other_objectives() {
    let folder = temporary();
    let folder = folder.path();
    let runs: [(&str, &[&str]); 3] = [
        ("prior", &["model.prior={kind='flow', layers=2, hidden=[8]}"]),
        ("iwae", &["objective={kind='iwae', samples=3}"]),
        ("a", &["objective.estimator=a", "train.shards=3"]),
    ];
    for (name, posterior) in BOTH {
        for (kind, sets) in runs {
            let out = format!("{name}-{kind}");
            let (told, _) = train(folder, &out, &[&["train.epochs=1", posterior][..], sets].concat());
            let is_told = told.contains("estimator B takes the entropy of the Gaussian that it begins with");
            assert_eq!(is_told, kind == "prior", "{out}: {told}");
            succeed(&["evaluate", &out, "--samples", "5", "--images", "10"], folder);
        }
    }
}

#[test]
fn posteriors_that_cannot_be_are_refused_by_name() {
    let folder = temporary();
    let folder = folder.path();
    let refuse = |config: &str, sets: &[&str], message: &str| {
        let mut arguments = vec!["train", config, "--device", "flex", "--quiet", "--out", "run"];
        sets.iter().for_each(|set| arguments.extend(["--set", set]));
        refused(&arguments, message, folder);
    };
    let vamp = "model.prior.kind=vamp";
    refuse(
        "vae-mnist-5k",
        &[PLANAR, vamp],
        "model.posterior.kind `planar` knows its density at its own draws alone",
    );
    refuse("vae-mnist-5k", &[AUTOREGRESSIVE, vamp], "a `vamp` prior asks for it anywhere");
    let cases = [
        ("{kind='planar', layers=0}", "model.posterior.layers must lie between 1 and"),
        ("{kind='inverse-autoregressive', layers=1000}", "model.posterior.layers must lie between 1 and"),
        ("{kind='inverse-autoregressive', hidden=[]}", "model.posterior.hidden must have between 1 and"),
        ("{kind='inverse-autoregressive', hidden=[8, 0]}", "model.posterior.hidden widths lie between 1 and"),
        ("{kind='planar', hidden=[3]}", "unknown key `model.posterior.hidden`"),
        ("{kind='sylvester'}", "sylvester"),
    ];
    for (posterior, message) in cases {
        refuse("vae-mnist-5k", &[&format!("model.posterior={posterior}")], message);
    }
    refuse("ae-mnist-5k", &["model.posterior.kind=planar"], "model.posterior is not for an `ae`");
    refuse("vgae-cora", &["model.posterior.kind=planar"], "posterior");
    assert_eq!(fs::read_dir(folder).expect("readable").count(), 0, "no run is left behind");
}
