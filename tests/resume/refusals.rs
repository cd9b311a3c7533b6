//! What cannot be gone on with, and what is said of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{SAME, VAE, VGAE, aevb, fail, read, stderr, succeed, temporary, train, training};

pub fn refused_changes() {
    let folder = temporary();
    let run = train(VGAE, &["train.epochs=3"], "run", folder.path());
    fs::remove_file(run.join("result.json")).expect("removed");
    let kept = SAME.map(|file| read(run.join(file)));
    for (set, key) in [
        ("optimizer.learning_rate=0.02", "optimizer.learning_rate is 0.02, and was 0.01 when the run began"),
        ("model.latent=5", "model.latent is 5, and was 4 when the run began"),
        ("seed=1", "seed is 1, and was 0 when the run began"),
        ("train.evaluate_every=1", "train.evaluate_every is 1, and was 10 when the run began"),
        ("split.seed=4", "split.seed is 4, and was absent when the run began"),
        ("objective.kind=elbo", "objective.kind is \"elbo\", and was \"kipf\" when the run began"),
    ] {
        let told = fail(2, &["resume", "run", "--set", set], folder.path());
        assert!(told.starts_with(&format!("error: run: {key}\nhint: a run may change device, ")), "{told}");
    }
    // Nor by way of the file, which its seal tells, or where there is none the checkpoint.
    let text = fs::read_to_string(run.join("config.toml")).expect("there");
    fs::write(run.join("config.toml"), text.replace("beta_1 = 0.9", "beta_1 = 0.8")).expect("written");
    assert!(fail(1, &["resume", "run"], folder.path()).contains("config.toml: is not what the run wrote"));
    fs::write(run.join("config.toml"), text).expect("written");
    fs::remove_file(run.join("SHA256SUMS")).expect("removed");
    let config = fs::read_to_string(run.join("config.toml")).expect("there");
    fs::write(run.join("config.toml"), config.replace("beta_1 = 0.9", "beta_1 = 0.8")).expect("written");
    let told = fail(2, &["resume", "run"], folder.path());
    assert!(
        told.starts_with("error: run: optimizer.beta_1 is 0.8, and was 0.9 when the run began\n"),
        "{told}"
    );
    assert_eq!(SAME.map(|file| read(run.join(file))), kept);
    assert!(fail(2, &["resume", "nowhere"], folder.path()).starts_with("error: nowhere: is no folder\n"));
}

pub fn other_data() {
    let folder = temporary();
    let edges = folder.path().join("own.csv");
    let ring: String = (0..40).map(|i| format!("{i},{}\n{i},{}\n", (i + 1) % 40, (i + 2) % 40)).collect();
    fs::write(&edges, &ring).expect("written");
    let own = [
        "data.edges=own.csv",
        "data.features=none",
        "train.epochs=3",
        "split.test=0.2",
        "split.validation=0.1",
    ];
    let run = train(VGAE, &own, "run", folder.path());
    fs::remove_file(run.join("result.json")).expect("removed");
    let kept = ["split.json", "config.toml", "metrics.jsonl"].map(|file| read(run.join(file)));
    fs::write(&edges, ring + "0,20\n").expect("written");
    let told = fail(2, &["resume", "run"], folder.path());
    assert!(told.contains("error: run: the data are not those that the run began with\nhint: "), "{told}");
    assert_eq!(["split.json", "config.toml", "metrics.jsonl"].map(|file| read(run.join(file))), kept);
}

/// Nothing of the run is written over, so that it can go on once its table is back.
pub fn other_table() {
    const FILES: [&str; 4] = ["data.json", "standardization.json", "config.toml", "metrics.jsonl"];
    let folder = temporary();
    let table = folder.path().join("t.csv");
    let rows =
        |count: usize| (0..count).map(|i| format!("{},{}\n", i % 13, (i * 7) % 11)).collect::<String>();
    fs::write(&table, rows(200)).expect("written");
    let run = train(&["vae-table"], &["data.path=t.csv", "train.epochs=3"], "run", folder.path());
    fs::remove_file(run.join("result.json")).expect("removed");
    let kept = FILES.map(|file| read(run.join(file)));
    fs::write(&table, rows(240)).expect("written");
    let told = fail(2, &["resume", "run"], folder.path());
    assert!(told.contains("error: run: the data are not those that the run began with\nhint: "), "{told}");
    assert_eq!(FILES.map(|file| read(run.join(file))), kept);
    fs::write(&table, rows(200)).expect("written");
    succeed(&["resume", "run"], folder.path());
    succeed(&["evaluate", "run"], folder.path());
}

pub fn newer_version() {
    let folder = temporary();
    let run = train(VGAE, &["train.epochs=2"], "run", folder.path());
    fs::remove_file(run.join("result.json")).expect("removed");
    let state = run.join("checkpoints/step-2/state.json");
    let text = fs::read_to_string(&state).expect("there").replace("\"format\": 1", "\"format\": 99");
    fs::write(&state, text).expect("written");
    // Damaged, as far as anyone can tell ...
    let told = succeed(&["resume", "run"], folder.path());
    assert!(told.contains("step-2 is damaged") && told.contains("from the beginning"), "{told}");
    // ... and with its checksum of a version to come.
    fs::remove_file(run.join("result.json")).expect("removed");
    let text = fs::read_to_string(&state).expect("there").replace("\"format\": 1", "\"format\": 99");
    fs::write(&state, text).expect("written");
    let sums =
        Command::new("sha256sum").arg("state.json").current_dir(state.parent().expect("a folder")).output();
    fs::write(state.with_file_name("SHA256SUMS"), sums.expect("sha256sum runs").stdout).expect("written");
    let told = fail(2, &["resume", "run"], folder.path());
    assert!(told.contains("step-2: has format 99, which a newer version of aevb wrote\n"), "{told}");
}

pub fn ended() {
    let folder = temporary();
    let run = train(VGAE, &["train.epochs=2"], "run", folder.path());
    let kept = SAME.map(|file| read(run.join(file)));
    let output = aevb(&["resume", "run", "--json"], folder.path());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stderr(&output).starts_with("run: has ended; --set train.epochs=N would train on"),
        "{}",
        stderr(&output)
    );
    assert_eq!(output.stdout, read(run.join("result.json")));
    assert_eq!(SAME.map(|file| read(run.join(file))), kept);
    // Without a checkpoint there is nothing to train on from, and a run that has ended is not begun again.
    fs::remove_dir_all(run.join("checkpoints")).expect("removed");
    let told = fail(2, &["resume", "run", "--set", "train.epochs=4"], folder.path());
    assert!(told.starts_with("error: run: has no sound checkpoint to train on from\n"), "{told}");
    assert_eq!(SAME.map(|file| read(run.join(file))), kept);
}

/// Whatever is missing, a refused resume leaves every byte as it was.
pub fn nothing_changes_before_it_goes_on() {
    fn content(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path()) {
            if entry.is_dir() {
                files.insert(entry.clone(), Vec::new());
                content(&entry, files);
            } else {
                files.insert(entry.clone(), read(entry));
            }
        }
    }
    let all = |folder: &Path| {
        let mut files = BTreeMap::new();
        content(folder, &mut files);
        files
    };
    let folder = temporary();
    let run = train(VGAE, &["train.epochs=3"], "run", folder.path());
    for file in ["metrics.jsonl", "timing.jsonl"] {
        let path = run.join(file);
        let kept = read(path.clone());
        let damages: [(&str, &dyn Fn()); 3] = [
            ("missing", &|| fs::remove_file(&path).expect("removed")),
            ("a byte short of two lines", &|| fs::write(&path, &kept[..kept.len() / 2]).expect("written")),
            ("a folder", &|| {
                fs::remove_file(&path).expect("removed");
                fs::create_dir(&path).expect("made");
            }),
        ];
        for (what, damage) in damages {
            damage();
            let before = all(&run);
            let told = fail(1, &["resume", "run", "--set", "train.epochs=5"], folder.path());
            assert!(
                told.contains(&format!("error: run/{file}: ")) && told.contains("hint: "),
                "{what}: {told}"
            );
            assert!(all(&run) == before, "{file}, {what}: something changed");
            let _ = fs::remove_dir(&path);
            fs::write(&path, &kept).expect("written");
        }
    }
    succeed(&["resume", "run", "--set", "train.epochs=5"], folder.path());
}

pub fn cut_short_is_offered() {
    let folder = temporary();
    let run = train(VGAE, &["train.epochs=1"], "runs/vgae-cora-0-1", folder.path());
    fs::remove_file(run.join("result.json")).expect("removed");
    let told = succeed(&["train", "--device", "flex", "--set", "train.epochs=1"], folder.path());
    let expected = "runs/vgae-cora-0-1 was cut short: `aevb resume runs/vgae-cora-0-1` would go on with it\n";
    assert!(told.starts_with(expected), "{told}");
    let told = fail(2, &training(VGAE, &[], "runs/vgae-cora-0-1"), folder.path());
    assert!(told.ends_with(
        "holds a run that has not ended\nhint: `aevb resume runs/vgae-cora-0-1` goes on with it\n"
    ));
}

pub fn too_much_memory() {
    let folder = temporary();
    let huge = ["model.hidden=[65536,65536,65536]"];
    for (config, kind) in [("vgae-cora", VGAE), ("vae-mnist-5k", VAE)] {
        let told = fail(2, &training(&kind[..1], &huge, config), folder.path());
        assert!(told.starts_with("error: training would hold about "), "{told}");
        assert!(told.contains("weights, gradients and moments alone "), "{told}");
        assert!(
            told.contains("\nhint: make model.hidden or model.latent smaller, or set train.check_memory"),
            "{told}"
        );
        assert!(!folder.path().join(config).exists());
    }
    train(VGAE, &["train.epochs=1", "train.check_memory=false"], "run", folder.path());
}
