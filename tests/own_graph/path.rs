//! The daily path: `aevb train FILE|FOLDER` looks, says what it took and why, and leaves a run that is called after the data.

use std::fs;
use std::path::Path;

use super::aevb;

/// Runs the program on the CPU, and gives its exit code and what it said.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = aevb(folder, arguments);
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

#[track_caller]
fn train(folder: &Path, arguments: &[&str]) -> String {
    let short = ["--device", "flex", "--set", "train.epochs=2", "--set", "train.evaluate_every=1"];
    let (code, said) = run(folder, &[&["train"], arguments, &short].concat());
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    said
}

/// Two rings of 40 whose nodes know the next three.
fn edges() -> String {
    let pairs = (0..80).flat_map(|i| (1..4).map(move |step| (i, i / 40 * 40 + (i + step) % 40)));
    let lines: String = pairs.map(|(i, j)| format!("n{i},n{j}\n")).collect();
    format!("from,to\n{lines}")
}

fn features() -> String {
    let rows: String = (0..80).map(|i| format!("n{i},{},{}\n", i / 40, (i * 7) % 5)).collect();
    format!("node,side,fifth\n{rows}")
}

/// Rows whose third column is the sum of the others.
fn table() -> String {
    let rows: String = (0..60_u32)
        .map(|i| {
            let (a, b) = (f64::from(i * 37 % 61) / 10.0, f64::from(i * 11 % 17) / 4.0);
            format!("{a},{b},{}\n", a + b)
        })
        .collect();
    format!("length,width,both\n{rows}")
}

#[test]
fn data_alone_are_enough_to_train() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("people.csv"), edges()).expect("written");
    fs::write(folder.join("sizes.csv"), table()).expect("written");

    let said = train(folder, &["people.csv"]);
    assert!(said.contains("people.csv: read as a graph, because its columns 'from' and 'to' name"), "{said}");
    assert!(
        said.contains("sizes for 80 nodes and 240 edges without features: ") && said.contains("--table"),
        "{said}"
    );
    assert!(said.contains("into runs/gae-people-0-1") && said.contains("next: `aevb links"), "{said}");
    let config = fs::read_to_string(folder.join("runs/gae-people-0-1/config.toml")).expect("kept");
    assert!(config.contains("weights = \"best\"") && config.contains("latent = 16"), "{config}");

    let said = train(folder, &["sizes.csv"]);
    assert!(said.contains("sizes.csv: read as a table, because "), "{said}");
    assert!(said.contains("into runs/vae-sizes-0-1") && said.contains("next: `aevb score"), "{said}");

    // Fewer epochs are evaluated as often.
    let shorter = ["sizes.csv", "--device", "flex", "-q", "--name", "short", "--set", "train.epochs=40"];
    assert_eq!(run(folder, &[&["train"], &shorter[..]].concat()).0, Some(0));
    let config = fs::read_to_string(folder.join("runs/short/config.toml")).expect("kept");
    assert!(config.contains("evaluate_every = 2\n"), "{config}");

    // What the user says goes over what the look says, and over the sizes.
    let said = train(folder, &["--table", "sizes.csv", "--set", "model.latent=1", "--name", "first"]);
    assert!(said.contains("model.latent = 1,") && said.contains("into runs/first"), "{said}");
    let (code, said) = run(folder, &["train", "sizes.csv", "--name", "first"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("runs/first: exists already\n") && said.contains("--force"), "{said}");
    let said = train(folder, &["sizes.csv", "--name", "first", "--force"]);
    assert!(said.contains("the run that was there is now runs/first.old"), "{said}");
    assert!(folder.join("runs/first.old/result.json").is_file());
    // What is refused once the data are read leaves the run where it was.
    let refused = ["train", "people.csv", "--name", "first", "--force", "--set", "split.validation=0.0001"];
    let (code, said) = run(folder, &refused);
    assert!(code == Some(2) && said.contains("split.validation: holds out no edge"), "{said}");
    assert!(folder.join("runs/first/result.json").is_file(), "{said}");
    assert!(!folder.join("runs/first.old2").exists() && !folder.join("runs/first.old-2").exists());
    fs::create_dir(folder.join("runs/mine")).expect("created");
    fs::write(folder.join("runs/mine/letter.txt"), "dear").expect("written");
    let (code, said) = run(folder, &["train", "sizes.csv", "--name", "mine", "--force"]);
    assert!(code == Some(2) && said.contains("is no run, so it is not moved"), "{said}");
}

#[test]
fn a_folder_of_edges_features_and_labels_is_a_graph() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::create_dir(folder.join("club")).expect("created");
    fs::write(folder.join("club/club_edges.csv"), edges()).expect("written");
    fs::write(folder.join("club/club_features.csv"), features()).expect("written");
    let labels: String = (0..80).map(|i| format!("n{i},{}\n", ["red", "blue"][i / 40])).collect();
    fs::write(folder.join("club/club_target.csv"), format!("node,class\n{labels}")).expect("written");
    let said = train(folder, &["club"]);
    assert!(said.contains("club: a graph, by the names of its files"), "{said}");
    assert!(said.contains("features are those of club/club_features.csv"), "{said}");
    assert!(said.contains("80 nodes, 240 edges and 2 features"), "{said}");
    let config = fs::read_to_string(folder.join("runs/gae-club-0-1/config.toml")).expect("kept");
    assert!(config.contains("club_target.csv"), "{config}");
    fs::create_dir(folder.join("empty")).expect("created");
    let (code, said) = run(folder, &["train", "empty"]);
    assert!(code == Some(1) && said.contains("the folder holds no picture and no other file"), "{said}");
}

#[test]
fn what_is_mistyped_brings_the_nearest_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("people.csv"), edges()).expect("written");
    for (arguments, expected) in [
        (&["train", "poeple.csv"][..], "did you mean `people.csv`?"),
        (&["train", "vgae-citeser"], "did you mean `vgae-citeseer`?"),
        (&["train", "pubmed"], "did you mean `vgae-pubmed`"),
        (&["train", "people.csv", "--set", "model.latnet=3"], "did you mean `latent`?"),
        (&["train", "people.csv", "--set", "model.kind=vge"], "did you mean `vgae`?"),
        (
            &["train", "people.csv", "--set", "data.source=form", "--set", "data.target=to"],
            "did you mean `from`?",
        ),
        (&["train", "people.csv", "--edges", "people.csv"], "the data are named twice"),
        (&["train", "--features", "people.csv"], "add --edges FILE"),
    ] {
        let (code, said) = run(folder, arguments);
        assert!(code != Some(0) && said.contains(expected), "{arguments:?}: {said}");
    }
    let wrong = ["train", "people.csv", "--set", "model.latnet=3", "--set", "optimizer.rate=1"];
    let (_, said) = run(folder, &wrong);
    assert_eq!(said.matches("error: ").count(), 2, "{said}");
    assert!(!folder.join("runs").exists());
}

#[test]
fn a_check_with_data_applies_what_training_applies() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("people.csv"), edges()).expect("written");
    fs::write(folder.join("few.csv"), "a,b\n1.5,2\n2.5,1\n0.5,3\n").expect("written");
    let output = aevb(folder, &["config", "check", "people.csv", "--data"]);
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(printed, "links (built in): valid, and its data are ready to be trained on\n");
    for arguments in [&["config", "check", "few.csv", "--data"][..], &["train", "few.csv"]] {
        let (code, said) = run(folder, arguments);
        assert!(code == Some(1) && said.contains("few.csv: 3 rows are too few"), "{arguments:?}: {said}");
    }
    let output = aevb(folder, &["data", "inspect", "people.csv"]);
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(!printed.contains("training refuses"), "{printed}");
    let output = aevb(folder, &["data", "inspect", "few.csv"]);
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        printed.contains("note        training refuses this: ")
            && printed.contains("few.csv: 3 rows are too few"),
        "{printed}"
    );
    let output = aevb(folder, &["config", "list"]);
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(printed.lines().any(|line| line.starts_with("links ") && line.contains("a graph of your own")));
}

#[test]
fn a_run_that_goes_on_keeps_its_inputs_and_its_kind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::create_dir(folder.join("data")).expect("created");
    fs::write(folder.join("data/edges.csv"), edges()).expect("written");
    fs::write(folder.join("people.csv"), edges()).expect("written");
    fs::write(folder.join("features.csv"), features()).expect("written");
    train(folder, &["people.csv", "--name", "free"]);
    fs::copy(folder.join("features.csv"), folder.join("data/features.csv")).expect("copied");
    let said = train(folder, &["data", "--continue-from", "runs/free", "--name", "again"]);
    assert!(said.contains("note: the features are left out, as the run to go on from has free"), "{said}");
    let named = ["people.csv", "--features", "features.csv", "--continue-from", "runs/free"];
    assert!(train(folder, &named).contains("note: the features are left out"));
    assert!(!train(folder, &["people.csv", "--continue-from", "runs/free"]).contains("left out"));

    train(folder, &["vgae-graph", "--edges", "people.csv", "--name", "unsure"]);
    let said = train(folder, &["people.csv", "--continue-from", "runs/unsure", "--name", "unsure-2"]);
    assert!(said.contains("vgae-graph (built in)"), "{said}");
    let linear = ["--set", "model.encoder.kind=propagation", "--set", "model.hidden=[]"];
    train(folder, &[&["vgae-graph", "--edges", "people.csv", "--name", "linear"], &linear[..]].concat());
    train(folder, &["people.csv", "--continue-from", "runs/linear", "--name", "linear-2"]);
}

#[test]
fn what_links_cannot_do_another_preset_can() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("people.csv"), edges()).expect("written");
    for set in ["model.hidden=[32]", "model.encoder.kind=convolution", "model.kind=vgae"] {
        let (code, said) = run(folder, &["train", "people.csv", "--set", set]);
        assert!(
            code == Some(2) && said.contains("`aevb train vgae-graph …` has graph convolutions"),
            "{said}"
        );
    }
    let (code, _) = run(folder, &["config", "show", "vgae-graph"]);
    assert_eq!(code, Some(0));
}

#[test]
fn what_a_continued_run_may_know_is_kept_with_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("people.csv"), edges()).expect("written");
    fs::write(folder.join("more.csv"), edges() + "n0,new\nnew,n3\n").expect("written");
    train(folder, &["people.csv", "--name", "first"]);
    // One node more would have other sizes, were they not those of the run.
    let said =
        train(folder, &["more.csv", "--continue-from", "runs/first", "--name", "second", "--seed", "1"]);
    assert!(said.contains("edges that this run holds out"), "{said}");
    let result = fs::read_to_string(folder.join("runs/second/result.json")).expect("kept");
    assert!(result.contains("edges that this run holds out"), "{result}");
    let (code, said) = run(folder, &["links", "runs/second", "--top", "3"]);
    assert!(code == Some(0) && said.contains("edges that this run holds out"), "{said}");
}

#[test]
fn files_that_are_missing_are_told_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let (code, said) =
        run(folder, &["train", "--edges", "no.csv", "--features", "none.json", "--labels", "not.csv"]);
    assert_eq!((code, said.matches("there is no such file").count()), (Some(2), 3), "{said}");
}
