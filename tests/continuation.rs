//! `aevb train --continue-from RUN`, by the real binary: rows of the first weights are found by the names of features, nodes
//! and columns, what is new is drawn, and the new run does not need the old one any more.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use safetensors::SafeTensors;

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
    command
        .args(arguments)
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .expect("the binary starts")
}

/// Trains, and gives what was said on stderr.
#[track_caller]
fn train(config: &str, out: &str, sets: &[&str], more: &[&str], folder: &Path) -> String {
    let begin = ["train", config, "--device", "flex", "--out", out];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let output = aevb(&[&begin[..], &sets, more].concat(), folder);
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{out}: {text}");
    text
}

#[track_caller]
fn refuse(config: &str, sets: &[&str], from: &str, expected: &str, folder: &Path) {
    let begin = ["train", config, "--device", "flex", "--out", "refused", "--continue-from", from];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let output = aevb(&[&begin[..], &sets].concat(), folder);
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.code() == Some(2) && text.contains(expected), "{text}");
    assert!(text.contains("\nhint: ") && !folder.join("refused").exists(), "{text}");
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    fs::read(path).expect("written")
}

/// The rows of a matrix, or the values of a vector.
fn rows(file: &[u8], name: &str) -> Vec<Vec<u8>> {
    let file = SafeTensors::deserialize(file).expect("safetensors");
    let view = file.tensor(name).expect(name);
    let size = view.data().len() / view.shape()[0];
    view.data().chunks_exact(size).map(<[u8]>::to_vec).collect()
}

/// A ring of so many nodes with chords, and words for each; `order` says in which order words stand.
fn graph(folder: &Path, stem: &str, nodes: usize, words: &[&str]) {
    let ring = |step: usize| (0..nodes).map(move |i| format!("n{i} n{}\n", (i + step) % nodes));
    let edges: String = ring(1).chain(ring(3)).chain(ring(8)).collect();
    fs::write(folder.join(format!("{stem}.txt")), edges).expect("written");
    let mut table = format!("node,{}\n", words.join(","));
    for node in 0..nodes {
        let has = |word: &str| {
            usize::from(
                (node * 7 + word.len()).is_multiple_of(3) || word.as_bytes()[0] as usize % 11 == node % 11,
            )
        };
        let cells: Vec<String> = words.iter().map(|word| has(word).to_string()).collect();
        writeln!(table, "n{node},{}", cells.join(",")).expect("text");
    }
    fs::write(folder.join(format!("{stem}.csv")), table).expect("written");
}

const SMALL: [&str; 3] = ["train.epochs=4", "model.hidden=[6]", "model.latent=3"];

#[test]
fn features_are_found_by_name_and_the_old_run_is_not_needed_any_more() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let words = ["apple", "bean", "corn", "date", "elder"];
    graph(folder, "old", 40, &words);
    graph(folder, "new", 44, &["elder", "fig", "corn", "bean", "apple", "grape"]);
    let data = |stem: &str| [format!("data.edges={stem}.txt"), format!("data.features={stem}.csv")];
    let (old, new) = (data("old"), data("new"));
    let old: Vec<&str> = old.iter().map(String::as_str).chain(SMALL).collect();
    let new: Vec<&str> = new.iter().map(String::as_str).chain(SMALL).collect();
    train("vgae-cora", "a", &old, &[], folder);

    // On the same data, the weights are those.
    let said = train("vgae-cora", "same", &old, &["--continue-from", "a"], folder);
    assert!(said.contains("all 5 features are those of a\n") && !said.contains("trained on"), "{said}");
    assert_eq!(
        read(folder.join("same/initial-weights.safetensors")),
        read(folder.join("a/model.safetensors"))
    );

    let said = train("vgae-cora", "b", &new, &["--continue-from", "a", "--seed", "1"], folder);
    assert!(said.contains("4 of 6 features are those of a, 2 are new; 1 of a is gone\n"), "{said}");
    assert!(said.contains("note: a trained on ") && said.contains("edges that this run holds out"), "{said}");
    let (first, last) =
        (read(folder.join("b/initial-weights.safetensors")), read(folder.join("a/model.safetensors")));
    let (now, then) = (rows(&first, "hidden.0.weight"), rows(&last, "hidden.0.weight"));
    for (place, before) in [(0, 4), (2, 2), (3, 1), (4, 0)] {
        assert_eq!(now[place], then[before], "{place}");
    }
    // The new words have what the run would have drawn without the old one.
    train(
        "vgae-cora",
        "drawn",
        &[&new[..], &["train.epochs=1", "optimizer.learning_rate=1e-30"]].concat(),
        &["--seed", "1"],
        folder,
    );
    let drawn = rows(&read(folder.join("drawn/model.safetensors")), "hidden.0.weight");
    assert_eq!([&now[1], &now[5]], [&drawn[1], &drawn[5]]);
    assert_eq!(rows(&first, "mean.weight"), rows(&last, "mean.weight"));

    // Its own configuration trains it again, to the byte, when the old run is gone.
    fs::remove_dir_all(folder.join("a")).expect("removed");
    train("b/config.toml", "again", &[], &[], folder);
    assert_eq!(read(folder.join("again/model.safetensors")), read(folder.join("b/model.safetensors")));
    assert_eq!(read(folder.join("again/metrics.jsonl")), read(folder.join("b/metrics.jsonl")));
    let longer = aevb(&["resume", "b", "--set", "train.epochs=6"], folder);
    assert!(longer.status.success(), "{}", String::from_utf8_lossy(&longer.stderr));
}

#[test]
fn nodes_are_found_by_name_and_have_their_biases() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    graph(folder, "old", 40, &["a"]);
    let text = fs::read_to_string(folder.join("old.txt")).expect("written");
    // The nodes' order is that of the file, and the new ones come first.
    fs::write(folder.join("new.txt"), format!("m0 m1\nm1 n3\nm0 n5\n{text}")).expect("written");
    let sets = ["data.features=none", "model.decoder.kind=biased"];
    let with = |edges: &'static str| [&[edges][..], &sets, &SMALL].concat();
    train("vgae-cora", "a", &with("data.edges=old.txt"), &[], folder);
    let said = train("vgae-cora", "b", &with("data.edges=new.txt"), &["--continue-from", "a"], folder);
    assert!(said.contains("40 of 42 nodes are those of a, 2 are new\n"), "{said}");
    let (first, last) =
        (read(folder.join("b/initial-weights.safetensors")), read(folder.join("a/model.safetensors")));
    let names = |run: &str| -> Vec<String> {
        let text = fs::read_to_string(folder.join(run).join("nodes.txt")).expect("written");
        text.lines().map(str::to_owned).collect()
    };
    let (now, then) = (names("b"), names("a"));
    for tensor in ["hidden.0.weight", "decoder.bias"] {
        let (new, old) = (rows(&first, tensor), rows(&last, tensor));
        assert_eq!((new.len(), old.len()), (42, 40));
        for (place, name) in now.iter().enumerate() {
            match then.iter().position(|known| known == name) {
                Some(before) => assert_eq!(new[place], old[before], "{tensor} of {name}"),
                None => assert!(!old.contains(&new[place]), "{tensor} of {name}"),
            }
        }
    }
    // A bias begins at 0.
    let new = now.iter().position(|name| name == "m0").expect("a node");
    assert_eq!(rows(&first, "decoder.bias")[new], [0; 4]);
}

#[test]
fn columns_are_found_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let cell = |row: usize, column: usize| (row * (31 + 17 * column)) % 101;
    let write = |name: &str, header: &str, rows: usize, columns: &[usize]| {
        let row = |row: usize| {
            let cells: Vec<String> = columns.iter().map(|&column| cell(row, column).to_string()).collect();
            cells.join(",") + "\n"
        };
        fs::write(folder.join(name), format!("{header}\n{}", (0..rows).map(row).collect::<String>()))
            .expect("written");
    };
    write("old.csv", "a,b,c", 101, &[0, 1, 2]);
    write("new.csv", "c,d,a", 101, &[2, 3, 0]);
    train("vae-table", "run", &[&["data.path=old.csv"][..], &SMALL].concat(), &[], folder);
    let said = train(
        "vae-table",
        "more",
        &[&["data.path=new.csv"][..], &SMALL].concat(),
        &["--continue-from", "run"],
        folder,
    );
    assert!(said.contains("2 of 3 columns are those of run, 1 is new; 1 of run is gone\n"), "{said}");
    assert!(said.contains("note: run may have trained on what this run holds out"), "{said}");
    let (first, last) =
        (read(folder.join("more/initial-weights.safetensors")), read(folder.join("run/model.safetensors")));
    let [now, then] = [&first, &last].map(|file| rows(file, "encoder.hidden.layers.0.weight"));
    assert_eq!([&now[0], &now[2]], [&then[2], &then[0]]);
    assert!(!then.contains(&now[1]));
    let [now, then] = [&first, &last].map(|file| rows(file, "decoder.output.bias"));
    assert_eq!([&now[0], &now[2]], [&then[2], &then[0]]);
    let [now, then] = [&first, &last].map(|file| rows(file, "decoder.output.weight"));
    for (now, then) in now.iter().zip(&then) {
        assert_eq!([&now[..4], &now[8..]], [&then[8..], &then[..4]]);
    }

    // What does not go with it is refused before a folder is made.
    let of = |sets: &[&'static str]| [&["data.path=new.csv"][..], &SMALL, sets].concat();
    refuse(
        "vae-table",
        &of(&["model.hidden=[7]"]),
        "run",
        "decoder.hidden.layers.0.bias is F32 [6], and F32 [7] here",
        folder,
    );
    refuse(
        "ae-table",
        &of(&[]),
        "run",
        "run: a run of `vae` on a table, and this is one of `ae` on a table",
        folder,
    );
    refuse("vae-table", &of(&[]), "absent", "absent: is no folder", folder);
    write("others.csv", "x,y,z", 101, &[0, 1, 2]);
    refuse(
        "vae-table",
        &[&["data.path=others.csv"][..], &SMALL].concat(),
        "run",
        "none of its 3 columns is one of this run's",
        folder,
    );
}
