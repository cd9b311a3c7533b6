//! Where pictures are placed: each part of a run's own, all in the order of their file, and others; with labels and test
//! pictures in files beside the pictures.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use super::{aevb, fail, succeed};

/// An array of bytes.
fn array(shape: &str, bytes: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}), }}");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), bytes].concat()
}

/// So many pictures of 2 x 3 pixels from a number on, no two of them alike.
fn pictures(first: usize, count: usize) -> Vec<u8> {
    let pixels = (first * 6..(first + count) * 6)
        .map(|pixel| if pixel % 6 == 0 { (pixel / 6) as u8 } else { (pixel * 37 % 256) as u8 });
    array(&format!("{count}, 2, 3"), &pixels.collect::<Vec<_>>())
}

fn label(picture: usize) -> u8 {
    (picture * picture % 7) as u8
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    fs::write(folder.join(name), content).expect("written");
}

/// Trains a small model, and gives what was said.
fn train(folder: &Path, run: &str, sets: &[&str]) -> String {
    let mut arguments = vec!["train", "vae-mnist-5k", "--device", "flex", "--out", run];
    let small = ["model.hidden=[8]", "model.latent=2", "train.epochs=2", "data.path=images.npy"];
    for set in small.iter().chain(sets) {
        arguments.extend(["--set", set]);
    }
    succeed(&arguments, folder).1
}

/// The rows of a table by the id, and the ids in their order.
fn table(folder: &Path, name: &str) -> (Vec<String>, HashMap<String, String>) {
    let text = fs::read_to_string(folder.join(name)).expect("written");
    let rows: Vec<(String, String)> = text
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').expect("columns"))
        .map(|(id, rest)| (id.to_owned(), rest.to_owned()))
        .collect();
    (rows.iter().map(|(id, _)| id.clone()).collect(), rows.into_iter().collect())
}

#[test]
fn every_part_is_placed_with_its_labels() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write(folder, "images.npy", pictures(0, 40));
    write(folder, "labels.npy", array("40,", &(0..40).map(label).collect::<Vec<_>>()));
    train(folder, "run", &["data.labels=labels.npy"]);
    let (_, said) = succeed(&["embed", "run", "--out", "default.csv"], folder);
    assert!(
        said.starts_with("the test part, 4 images; --part all, train or validation places others\n"),
        "{said}"
    );
    let mut parts = HashMap::new();
    for (part, count) in [("train", 32), ("validation", 4), ("test", 4)] {
        let out = format!("{part}.csv");
        let (_, said) = succeed(&["embed", "run", "--part", part, "--out", &out], folder);
        assert!(said.starts_with("next: ") && said.lines().count() == 1, "{said}");
        let (ids, rows) = table(folder, &out);
        assert_eq!(ids.len(), count);
        for (id, row) in rows {
            let (said, latent) = row.split_once(',').expect("a label");
            assert_eq!(said, label(id.parse().expect("a number")).to_string());
            parts.insert(id, format!("{said},{part},{latent}"));
        }
    }
    assert_eq!(table(folder, "default.csv"), table(folder, "test.csv"));
    succeed(&["embed", "run", "--part", "all", "--out", "all.csv"], folder);
    let text = fs::read_to_string(folder.join("all.csv")).expect("written");
    assert!(text.starts_with("id,label,part,z0,z1,std0,std1\n"), "{text}");
    let (ids, rows) = table(folder, "all.csv");
    assert_eq!(ids, (0..40).map(|id| id.to_string()).collect::<Vec<_>>());
    assert_eq!(rows, parts);

    // Arrays have the same beside them, a line each.
    succeed(&["embed", "run", "--part", "all", "--out", "all.npy"], folder);
    let lines = |name: &str| {
        fs::read_to_string(folder.join(name)).expect("written").lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let column = |at: usize| {
        text.lines()
            .skip(1)
            .map(|line| line.split(',').nth(at).expect("a column").to_owned())
            .collect::<Vec<_>>()
    };
    for (at, name) in ["all.ids.txt", "all.labels.txt", "all.parts.txt"].into_iter().enumerate() {
        assert_eq!(lines(name), column(at), "{name}");
    }
    succeed(&["export", "run", "--what", "latents", "--part", "all", "--format", "npz"], folder);

    // The file itself, placed as any other, is where its parts are.
    let (_, said) =
        succeed(&["embed", "run", "images.npy", "--labels", "labels.npy", "--out", "file.csv"], folder);
    assert!(!said.contains("the test part"), "{said}");
    let without_part = |row: &String| {
        row.splitn(3, ',')
            .enumerate()
            .filter(|(at, _)| *at != 1)
            .map(|(_, cell)| cell.to_owned())
            .collect::<Vec<_>>()
            .join(",")
    };
    let (_, placed) = table(folder, "file.csv");
    assert_eq!(placed, rows.iter().map(|(id, row)| (id.clone(), without_part(row))).collect());
    succeed(&["embed", "run", "images.npy", "--out", "bare.csv"], folder);
    let bare = fs::read_to_string(folder.join("bare.csv")).expect("written");
    assert!(bare.starts_with("id,z0,z1,std0,std1\n") && bare.lines().count() == 41, "{bare}");

    for (arguments, expected) in [
        (&["embed", "run", "--labels", "labels.npy", "--out", "x.csv"][..], "--labels: are those of FILE"),
        (
            &["embed", "run", "images.npy", "--known", "again", "--out", "x.csv"],
            "the run is not one on a graph",
        ),
    ] {
        let error = fail(2, arguments, folder);
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(aevb(&["embed", "run", "images.npy", "--part", "all"], folder).status.code(), Some(2));
    write(folder, "wide.npy", array("2, 2, 4", &[7; 16]));
    let error = fail(1, &["embed", "run", "wide.npy", "--out", "x.csv"], folder);
    assert!(error.contains("wide.npy: images of 2 x 4 pixels, not of 2 x 3"), "{error}");
}

#[test]
fn a_test_set_of_its_own_tests() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write(folder, "images.npy", pictures(0, 40));
    write(folder, "test.npy", pictures(40, 6));
    let classes = ["cat", "dog", "axolotl"];
    let text: String = (0..40).rev().map(|image| format!("{image},{}\n", classes[image % 2])).collect();
    write(folder, "labels.csv", format!("id,label\n{text}"));
    write(
        folder,
        "test-labels.txt",
        (0..6).map(|image| format!("{}\n", classes[image % 3])).collect::<String>(),
    );
    let files = ["data.labels=labels.csv", "data.test=test.npy", "data.test_labels=test-labels.txt"];
    let said = train(folder, "run", &files);
    let line = said.lines().find(|line| line.contains("6 images test")).expect("said");
    assert!(
        line.contains("test.npy: 6 images test; of ")
            && line.ends_with("images.npy, 4 validate, drawn at random"),
        "{line}"
    );
    let read = |name: &str| table(folder, name);
    succeed(&["embed", "run", "--out", "test.csv"], folder);
    let (ids, rows) = read("test.csv");
    assert_eq!(ids, ["0", "1", "2", "3", "4", "5"]);
    for (id, row) in &rows {
        assert!(
            row.starts_with(&format!("{},", classes[id.parse::<usize>().expect("a number") % 3])),
            "{row}"
        );
    }
    succeed(&["embed", "run", "test.npy", "--labels", "test-labels.txt", "--out", "placed.csv"], folder);
    assert_eq!(read("placed.csv"), read("test.csv"));
    succeed(&["embed", "run", "--part", "all", "--out", "all.csv"], folder);
    let all = fs::read_to_string(folder.join("all.csv")).expect("written");
    let cells: Vec<Vec<&str>> = all.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(cells.len(), 46);
    for (at, row) in cells[..40].iter().enumerate() {
        assert!(row[0] == at.to_string() && row[1] == classes[at % 2] && row[2] != "test", "{row:?}");
    }
    assert!(cells[40..].iter().all(|row| row[2] == "test"), "{all}");
    assert_eq!(cells[..40].iter().map(|row| row[2]).collect::<BTreeSet<_>>(), ["train", "validation"].into());
    // Both files belong to the data, their labels too.
    succeed(&["evaluate", "run"], folder);
    let changed = [
        ("test.npy", pictures(41, 6)),
        ("test-labels.txt", b"cat\ncat\ncat\ncat\ncat\ncat\n".to_vec()),
        ("labels.csv", (0..40).map(|image| format!("{image},cat\n")).collect::<String>().into_bytes()),
    ];
    for (name, content) in changed {
        let before = fs::read(folder.join(name)).expect("there");
        write(folder, name, content);
        let error = fail(1, &["evaluate", "run"], folder);
        assert!(error.contains("the data are not those that the run trained on"), "{name}: {error}");
        write(folder, name, before);
    }
    succeed(&["evaluate", "run"], folder);
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write(folder, "images.npy", pictures(0, 40));
    write(folder, "small.npy", array("6, 2, 2", &[9; 24]));
    write(folder, "short.npy", array("39,", &[1; 39]));
    write(folder, "short.txt", "cat\n".repeat(39));
    write(folder, "none.txt", format!("{}NA\n", "cat\n".repeat(39)));
    write(folder, "lacking.csv", (0..37).map(|image| format!("{image},cat\n")).collect::<String>());
    write(folder, "strange.csv", "a,cat\nb,dog\n");
    write(folder, "many.csv", (0..40).map(|image| format!("{image},cat,3\n")).collect::<String>());
    let cases = [
        ("data.labels=short.npy", 1, "short.npy: the array is [39], and there are 40 images"),
        ("data.labels=short.txt", 1, "short.txt: 39 labels for 40 images or rows"),
        ("data.labels=none.txt", 1, "none.txt: `NA` of `39` is no label"),
        ("data.labels=lacking.csv", 1, "lacking.csv: no label of 3 of 40: `37`, `38`, `39`"),
        ("data.labels=strange.csv", 1, "strange.csv: no column names the images or rows, such as `0`"),
        ("data.labels=many.csv", 1, "many.csv: 3 columns, of which none alone is called `label` or `class`"),
        ("data.labels=images.npy", 1, "images.npy: the array is [40, 2, 3]"),
        ("data.labels=missing.npy", 1, "missing.npy"),
        ("data.labels=", 2, "data.labels must name a file"),
        ("data.test=small.npy", 1, "small.npy: images of 2 x 2 pixels, not of 2 x 3"),
        ("data.test_labels=short.npy", 2, "data.test_labels means something only beside data.test"),
    ];
    for (set, code, expected) in cases {
        let train = [
            "train",
            "vae-mnist-5k",
            "-q",
            "--device",
            "flex",
            "--set",
            "data.path=images.npy",
            "--set",
            set,
        ];
        let error = fail(code, &[&train[..], &["--out", "run"]].concat(), folder);
        assert!(error.contains(expected), "{set}: {error}");
    }
    let alone =
        ["train", "vae-mnist-5k", "--device", "flex", "--set", "data.labels=short.npy", "--out", "run"];
    assert!(fail(2, &alone, folder).contains("data.labels means something only beside data.path"));
}
