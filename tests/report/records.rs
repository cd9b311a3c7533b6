use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::chromium::Chromium;
use super::{keep_screenshot, no_complaints, settle, succeed, temporary};

/// A Python that has TensorBoard.
pub fn python() -> Option<PathBuf> {
    crate::python::python("tensorboard")
}

pub fn tensorboard_reads() {
    let script = "import json, sys\n\
                  from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n\
                  events = EventAccumulator(sys.argv[1]).Reload()\n\
                  tags = events.Tags()['scalars']\n\
                  print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags}))\n";
    let folder = temporary();
    let train =
        ["train", "--set", "train.epochs=20", "--quiet", "--tensorboard", "--device", "flex", "--out", "run"];
    let often = ["--set", "train.checkpoint_every=10 epochs"];
    succeed(&[&train[..], &often].concat(), folder.path());
    let run = folder.path().join("run");
    // Epochs that are trained again after a kill stand there once.
    fs::remove_dir_all(run.join("checkpoints/step-20")).expect("a checkpoint");
    fs::remove_file(run.join("result.json")).expect("the run's end");
    succeed(&["resume", "run", "--quiet"], folder.path());
    assert_eq!(fs::read_dir(run.join("tensorboard")).expect("files").count(), 2);
    let python = python().expect("a Python with tensorboard");
    let output =
        Command::new(python).args(["-c", script]).arg(run.join("tensorboard")).output().expect("starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let events: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let metrics = fs::read_to_string(run.join("metrics.jsonl")).expect("metrics");
    let lines: Vec<Value> = metrics.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let tags = ["train/loss", "train/reconstruction", "train/kl", "validation/auc", "validation/ap"];
    assert_eq!(events.as_object().map(serde_json::Map::len), Some(tags.len()), "{events}");
    for tag in tags {
        let (part, name) = tag.split_once('/').expect("two words");
        let expected: Vec<(u64, f64)> = lines
            .iter()
            .filter_map(|line| {
                let value = if part == "train" { &line[name] } else { &line[part][name] };
                Some((line["epoch"].as_u64()?, value.as_f64()?))
            })
            .collect();
        let found: Vec<(u64, f64)> = serde_json::from_value(events[tag].clone()).expect("steps and values");
        assert!(found.len() >= 2 && found.len() == expected.len(), "{tag}: {found:?}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!(
                found.0 == expected.0 && (found.1 - expected.1).abs() < 1e-6,
                "{tag}: {found:?} {expected:?}"
            );
        }
    }
}

pub fn compared_runs_are_a_page() {
    let folder = temporary();
    for (out, latent) in [("small", "model.latent=4"), ("large", "model.latent=16")] {
        let train = [
            "train",
            "--set",
            latent,
            "--set",
            "train.epochs=20",
            "--quiet",
            "--device",
            "flex",
            "--out",
            out,
        ];
        succeed(&train, folder.path());
    }
    let table = succeed(&["compare", "small", "large", "--out", "both.html"], folder.path());
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(
        lines[0].starts_with("run    model.latent  validation AUC  test AUC  test AP  test MRR"),
        "{table}"
    );
    assert!(
        lines[1].starts_with("small             4") && lines[2].starts_with("large            16"),
        "{table}"
    );
    succeed(&["compare", "small", "large", "--out", "auc.svg"], folder.path());
    let svg = fs::read_to_string(folder.path().join("auc.svg")).expect("written");
    assert!(svg.starts_with("<svg") && svg.matches("data-series=").count() == 2, "{svg}");
    let json: Value = serde_json::from_str(&succeed(&["compare", "small", "large", "--json"], folder.path()))
        .expect("JSON");
    assert_eq!(json["runs"][1]["config"]["model.latent"], "16");
    assert_eq!(json["runs"][0]["metrics"].as_array().map(Vec::len), Some(20));
    let mut browser = Chromium::open(&folder.path().join("both.html"), [1200, 900], true);
    // At a point of a curve stands its value.
    let place = browser.evaluate(
        "(() => { const line = document.querySelector('svg.chart [data-series]'); \
         const point = line.points.getItem(0).matrixTransform(line.getScreenCTM()); return [point.x, point.y]; })()",
    );
    let at = |axis: usize| place[axis].as_f64().expect("a number");
    browser.mouse("mouseMoved", [at(0), at(1)], false);
    settle(&mut browser);
    let tip = browser.evaluate("document.querySelector('svg.chart g .label').textContent");
    let tip = tip.as_str().expect("text");
    assert!(tip.starts_with("small: ") || tip.starts_with("large: "), "{tip}");
    // Arrow keys go along the curves, and from one to the other.
    let after = |keys: &str| {
        format!(
            "(() => {{ const chart = document.querySelector('svg.chart[tabindex]'); chart.focus(); \
             for (const key of {keys}) chart.dispatchEvent(new KeyboardEvent('keydown', {{ key }})); \
             return chart.querySelector('g > .label').textContent; }})()"
        )
    };
    let first = browser.evaluate(&after("['Escape', 'ArrowRight']"));
    let next = browser.evaluate(&after("['ArrowRight']"));
    let other = browser.evaluate(&after("['ArrowUp']"));
    let name = |tip: &Value| tip.as_str().and_then(|tip| tip.split(": ").next()).map(str::to_owned);
    assert!(
        first != next && name(&first) == name(&next) && name(&next) != name(&other),
        "{first}, {next}, {other}"
    );
    keep_screenshot(&mut browser, "compare.png");
    no_complaints(&browser);
}

/// As after a kill in the middle of a line.
pub fn cut_off_run_is_shown() {
    let folder = temporary();
    let train =
        ["train", "vae-mnist-5k", "--set", "train.epochs=3", "--set", "train.checkpoint_every=1 epochs"];
    let rest = [
        "--set",
        "model.latent=2",
        "--set",
        "model.hidden=[16]",
        "--device",
        "flex",
        "--quiet",
        "--out",
        "run",
    ];
    succeed(&[&train[..], &rest].concat(), folder.path());
    let run = folder.path().join("run");
    for gone in ["model.safetensors", "result.json", "SHA256SUMS"] {
        fs::remove_file(run.join(gone)).expect("was there");
    }
    let lines = fs::read_to_string(run.join("metrics.jsonl")).expect("written");
    fs::write(run.join("metrics.jsonl"), &lines[..lines.len() - 20]).expect("cut");
    succeed(&["report", "run"], folder.path());
    let page = fs::read_to_string(run.join("report/index.html")).expect("written");
    assert!(page.contains("the run has not ended") && page.contains("training images seen"));
    assert!(page.contains("VAE after 3 of 3 epochs, the checkpoint of step 120"));
}

/// What is written of a checkpoint is its own, and not what the run came to later.
pub fn checkpoint_has_its_own_numbers() {
    let folder = temporary();
    let train =
        ["train", "vae-mnist-5k", "--set", "train.epochs=3", "--set", "train.checkpoint_every=1 epochs"];
    let keep = [
        "--set",
        "train.keep_checkpoints=3",
        "--set",
        "model.hidden=[16]",
        "--set",
        "train.evaluate_every=1",
    ];
    succeed(&[&train[..], &keep, &["--device", "flex", "--quiet", "--out", "run"]].concat(), folder.path());
    let bound = |arguments: &[&str]| {
        let json: Value = serde_json::from_str(&succeed(arguments, folder.path())).expect("JSON");
        format!("<td class=\"number\">{:.2}</td>", json["test"]["elbo"].as_f64().expect("a bound"))
    };
    let (first, last) =
        (bound(&["evaluate", "run", "--json", "--checkpoint", "40"]), bound(&["evaluate", "run", "--json"]));
    let page = |arguments: &[&str]| {
        succeed(&[&["report", "run"], arguments].concat(), folder.path());
        fs::read_to_string(folder.path().join("run/report/index.html")).expect("written")
    };
    let early = page(&["--checkpoint", "40"]);
    assert!(early.contains("VAE after 1 epoch, the checkpoint of step 40"));
    assert!(early.contains(&first) && !early.contains(&last), "the bounds of another model");
    let end = page(&[]);
    // Cut short again after an end, it is as far as its newest checkpoint, and not its weights of that end.
    let step = folder.path().join("run/checkpoints/step-120");
    fs::rename(&step, folder.path().join("away")).expect("moved");
    fs::rename(folder.path().join("run/result.json"), folder.path().join("result.json")).expect("moved");
    assert!(page(&[]).contains("VAE after 2 of 3 epochs, the checkpoint of step 80"));
    fs::rename(folder.path().join("away"), &step).expect("moved");
    fs::rename(folder.path().join("result.json"), folder.path().join("run/result.json")).expect("moved");
    assert!(end.contains("VAE after 3 epochs, seed 0") && end.contains(&last) && !end.contains(&first));
}

/// A probability of pixels and a density are drawn apart, and runs of one name by longer ones.
pub fn unlike_runs_are_told_apart() {
    let folder = temporary();
    let train = |out: &str, set: &str| {
        let small = ["train.epochs=2", "train.evaluate_every=1", "model.hidden=[16]", set];
        let sets: Vec<&str> = small.iter().flat_map(|set| ["--set", set]).collect();
        let rest = ["--device", "flex", "--quiet", "--out", out];
        succeed(&[&["train", "vae-mnist-5k"], &sets[..], &rest].concat(), folder.path());
    };
    train("pixels/run", "model.latent=2");
    train("density/run", "model.likelihood={kind='gaussian-fixed'}");
    let table = succeed(&["compare", "pixels/run", "density/run", "--out", "both.html"], folder.path());
    assert!(table.contains("\npixels/run ") && table.contains("\ndensity/run "), "{table}");
    let page = fs::read_to_string(folder.path().join("both.html")).expect("written");
    let charts: Vec<&str> =
        page.split("<title>").skip(1).filter_map(|rest| rest.split("</title>").next()).collect();
    let bounds: Vec<_> = charts.iter().filter(|title| title.starts_with("validation bound")).collect();
    assert_eq!(bounds.len(), 2, "{charts:?}");
    assert!(bounds.iter().any(|title| title.ends_with("densities")), "{charts:?}");
    assert!(page.contains("loss (nats per image)"));
}
