//! Longer runs, earlier checkpoints, early ends, and several runs at once.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::{
    VAE, VGAE, aevb, assert_same, checkpoints, command, fail, json, lines, read, signal, stderr, succeed,
    temporary, train, training, wait_until,
};

pub fn more_epochs() {
    let folder = temporary();
    for (name, config, short, long) in [("vae", VAE, 1, 3), ("vgae", VGAE, 13, 37)] {
        let epochs = |epochs: u32| format!("train.epochs={epochs}");
        let (short, long) = (epochs(short), epochs(long));
        let every = "train.evaluate_every=10";
        let whole = train(config, &[&long, every], &format!("{name}-whole"), folder.path());
        let run = train(config, &[&short, every], name, folder.path());
        succeed(&["resume", name, "--set", &long], folder.path());
        assert_same(&whole, &run);
        assert_eq!(read(whole.join("config.toml")), read(run.join("config.toml")));
    }
    let told = fail(2, &["resume", "vgae", "--set", "train.epochs=5"], folder.path());
    assert!(told.starts_with("error: train.epochs = 5: the run is in epoch 37\n"), "{told}");
    // The total is part of a cosine.
    train(VGAE, &["schedule.kind=cosine", "train.epochs=5"], "cosine", folder.path());
    let told = succeed(&["resume", "cosine", "--set", "train.epochs=8"], folder.path());
    assert!(told.contains("the steps so far followed a schedule for another train.epochs\n"), "{told}");
}

pub fn damaged_checkpoint() {
    let folder = temporary();
    let whole = train(VGAE, &[], "whole", folder.path());
    for file in ["model.safetensors", "optimizer.safetensors", "state.json", "SHA256SUMS"] {
        let run = train(VGAE, &["train.checkpoint_every=20 epochs"], "run", folder.path());
        assert_eq!(checkpoints(&run), [40, 60]);
        fs::remove_file(run.join("result.json")).expect("removed");
        let path = run.join("checkpoints/step-60").join(file);
        let mut content = read(path.clone());
        let middle = content.len() / 2;
        content[middle] ^= 16;
        fs::write(&path, content).expect("written");
        let told = succeed(&["resume", "run"], folder.path());
        // A damaged list of checksums is told by the file that it no longer fits.
        let first = told.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("run: checkpoint step-60 is damaged and left out: ") && first.contains(file),
            "{told}"
        );
        assert!(told.contains("run: goes on after step 40, in epoch 40 of 60"), "{told}");
        assert_same(&whole, &run);
        assert_eq!(checkpoints(&run), [40, 60]);
        assert!(run.join("checkpoints/damaged-step-60").is_dir());
        fs::remove_dir_all(&run).expect("removed");
    }
}

pub fn in_shards() {
    let folder = temporary();
    let sets = ["train.shards=3", "train.checkpoint_every=7 steps"];
    let whole = train(VAE, &sets, "whole", folder.path());
    let run = train(VAE, &sets, "run", folder.path());
    // Within the third epoch, whose sums are carried over.
    assert_eq!(checkpoints(&run), [56, 60]);
    fs::remove_dir_all(run.join("checkpoints/step-60")).expect("removed");
    fs::remove_file(run.join("result.json")).expect("removed");
    let told = fail(2, &["resume", "run", "--set", "train.shards=2"], folder.path());
    assert!(told.contains("train.shards"), "{told}");
    succeed(&["resume", "run"], folder.path());
    assert_same(&whole, &run);
}

pub fn early_stopping() {
    let folder = temporary();
    let sets = [
        "schedule.kind=step",
        "schedule.every_epochs=15",
        "schedule.factor=0.5",
        "schedule.warm_up_epochs=7",
        "optimizer.learning_rate=0.1",
        "train.epochs=2000",
        "train.evaluate_every=2",
        "train.best_metric=auc",
        "train.patience=12",
        "train.checkpoint_every=never",
    ];
    let whole = train(VGAE, &sets, "whole", folder.path());
    let evaluations: Vec<(u64, f64)> = lines(&whole)
        .iter()
        .filter_map(|line| Some((line["epoch"].as_u64()?, line["validation"]["auc"].as_f64()?)))
        .collect();
    let (mut best, mut auc) = evaluations[0];
    for &(epoch, value) in &evaluations[1..] {
        if value > auc {
            (best, auc) = (epoch, value);
        }
    }
    let last = lines(&whole).len() as u64;
    assert!(last < 2000 && last == best + 24, "stopped after {last} epochs, 12 evaluations after {best}");
    assert_eq!(json(whole.join("result.json"))["epochs"], last);
    let kept = checkpoints(&whole);
    assert!(kept.contains(&best) && kept.last() == Some(&last) && kept.len() <= 3, "{kept:?}");
    let evaluate = |which: &str| -> f64 {
        let arguments = ["evaluate", "whole", "--model-only", "--json", "--checkpoint", which];
        let output = aevb(&arguments, folder.path());
        let report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
        report["validation"]["auc"].as_f64().expect("a number")
    };
    assert_eq!(evaluate("best"), auc);
    assert_eq!(evaluate(&best.to_string()), auc);
    assert_eq!(evaluate("latest"), evaluations.last().expect("evaluated").1);

    // Interrupted once and again, it stops where it did.
    let mut child = command(&training(VGAE, &sets, "run"), folder.path()).spawn().expect("it starts");
    let run = folder.path().join("run");
    for epochs in [5, best as usize - 1] {
        wait_until(&mut child, "some epochs", || lines(&run).len() >= epochs);
        signal(&child, "-INT");
        let status = child.wait().expect("a child");
        assert!(matches!(status.code(), Some(130 | 0)), "{status}");
        child = command(&["resume", "run"], folder.path()).stderr(Stdio::piped()).spawn().expect("it starts");
    }
    let output = child.wait_with_output().expect("a child");
    let (told, waited) = (stderr(&output), format!("stopped after epoch {last} of 2000: 12 evaluations"));
    assert!(output.status.success() && (told.contains(&waited) || told.contains("has ended")), "{told}");
    assert_same(&whole, &run);
    assert_eq!(read(whole.join("checkpoints/best")).len(), read(run.join("checkpoints/best")).len());
    // More patience is more epochs.
    succeed(&["resume", "run", "--set", "train.patience=13"], folder.path());
    assert!(lines(&run).len() as u64 >= last + 2);
}

pub fn repeated_runs() {
    let folder = temporary();
    let repeat = |out| [&training(VGAE, &["train.epochs=300"], out)[..], &["--repeat", "3"]].concat();
    succeed(&repeat("whole"), folder.path());
    let mut child = command(&repeat("run"), folder.path()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (whole, run) = (folder.path().join("whole"), folder.path().join("run"));
    wait_until(&mut child, "the second run", || lines(&run.join("seed-1")).len() > 5);
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("a child");
    assert_eq!(output.status.code(), Some(130));
    assert!(stderr(&output).ends_with("hint: `aevb resume run` goes on\n"), "{}", stderr(&output));
    let told = fail(2, &["resume", "run", "--set", "train.epochs=4"], folder.path());
    assert!(told.contains("run: holds several runs, whose train.epochs stays"), "{told}");
    succeed(&["resume", "run"], folder.path());
    for seed in ["seed-0", "seed-1", "seed-2"] {
        assert_same(&whole.join(seed), &run.join(seed));
    }
    // The results of the runs that had ended are read from their files, and a number may lose its last bit there.
    let mean = |run: &Path| json(run.join("result.json"))["mean"]["test"]["auc"].as_f64().expect("a number");
    assert!((mean(&whole) - mean(&run)).abs() < 1e-15, "{} {}", mean(&whole), mean(&run));
    assert!(succeed(&["resume", "run"], folder.path()).contains("run: has ended"));
}

pub fn reproduction() {
    let folder = temporary();
    let faces = folder.path().join("data/freyface/frey_rawface.mat");
    fs::create_dir_all(faces.parent().expect("a folder")).expect("made");
    fs::write(&faces, frey_faces()).expect("written");
    let reproduce = |out| {
        ["reproduce", "aevb", "--only", "frey-2,frey-5", "--epochs", "60", "--device", "flex", "--out", out]
    };
    succeed(&reproduce("whole"), folder.path());
    let mut child =
        command(&reproduce("out"), folder.path()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
    wait_until(&mut child, "the second run", || lines(&out.join("frey-5")).len() > 5);
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("a child");
    assert_eq!(output.status.code(), Some(130));
    assert!(stderr(&output).ends_with("hint: the same command goes on from there\n"), "{}", stderr(&output));
    let told = succeed(&reproduce("out"), folder.path());
    assert!(
        told.starts_with("frey-2: done before\n") && told.contains("frey-5: goes on after step "),
        "{told}"
    );
    for run in ["frey-2", "frey-5"] {
        assert_same(&whole.join(run), &out.join(run));
    }
    assert_eq!(read(whole.join("table.md")), read(out.join("table.md")));
    // Fewer runs are asked for, and the rows of the others stay.
    let only_one =
        ["reproduce", "aevb", "--only", "frey-2", "--epochs", "60", "--device", "flex", "--out", "out"];
    succeed(&only_one, folder.path());
    assert_eq!(read(whole.join("table.md")), read(out.join("table.md")));
}

/// 410 faces of noise in a MATLAB file of level 4: no frame is that of a film, and the reader does not mind.
fn frey_faces() -> Vec<u8> {
    let (pixels, faces) = (560u32, 410u32);
    let element = |kind: u32, content: &[u8]| -> Vec<u8> {
        let mut bytes = [kind.to_le_bytes(), (content.len() as u32).to_le_bytes()].concat();
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    };
    let mut state = 1u32;
    let noise: Vec<u8> = (0..pixels * faces)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let flags = [9u32.to_le_bytes(), 0u32.to_le_bytes()].concat();
    let sizes = [pixels.to_le_bytes(), faces.to_le_bytes()].concat();
    let matrix = [element(6, &flags), element(5, &sizes), element(1, b"ff"), element(2, &noise)].concat();
    let mut file = vec![b' '; 124];
    file.extend([0x00, 0x01, b'I', b'M']);
    file.extend(element(14, &matrix));
    file
}
