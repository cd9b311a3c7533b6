//! What auto-encoders draw, by the real binary: rows of a table come in its own units and under its own names, pictures as
//! large as they are asked for.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

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

/// What a command that succeeds prints, and what it says on stderr.
#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> [String; 2] {
    let output = aevb(arguments, folder);
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
    assert!(output.status.success(), "aevb {arguments:?}: {err}");
    [out, err]
}

#[track_caller]
fn refuse(arguments: &[&str], expected: &str, folder: &Path) {
    let output = aevb(arguments, folder);
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.code() == Some(2) && text.contains(expected), "aevb {arguments:?}: {text}");
    assert!(text.contains("\nhint: "), "{text}");
}

/// Numbers from −1 to 1 that know nothing of each other: the mixing step of SplitMix64.
fn number(row: usize, column: usize) -> f64 {
    let mut bits = ((row as u64) << 8 | column as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// A column of names, one that never changes between two that do.
fn table(folder: &Path) {
    let row = |row: usize| format!("r{row},{:.3},7,{:.1}\n", 5.0 + number(row, 0), 1000.0 * number(row, 1));
    let rows: String = (0..200).map(row).collect();
    fs::write(folder.join("table.csv"), format!("name,height,same,\"weight, kg\"\n{rows}")).expect("written");
}

fn lines(path: impl AsRef<Path>, mark: char) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).expect("written");
    text.lines().map(|line| line.split(mark).map(str::to_owned).collect()).collect()
}

fn column(lines: &[Vec<String>], at: usize) -> Vec<f64> {
    lines[1..].iter().map(|line| line[at].parse().expect("a number")).collect()
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

#[test]
fn a_table_draws_rows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    table(folder);
    let train = ["train", "vae-table", "--quiet", "--device", "flex", "--out", "run"];
    let small =
        ["data.path=table.csv", "data.id=name", "train.epochs=40", "model.hidden=[8]", "model.latent=2"];
    let small: Vec<&str> = small.iter().flat_map(|set| ["--set", set]).collect();
    succeed(&[&train[..], &small].concat(), folder);

    let [printed, said] = succeed(&["sample", "run", "--count", "500"], folder);
    assert_eq!(printed, "run/samples.csv\n");
    assert!(said.contains("drawn from the model") && said.contains("column `same` never changed"), "{said}");
    succeed(&["sample", "run", "--count", "500", "--out", "again.tsv"], folder);
    succeed(&["sample", "run", "--count", "500", "--means", "--out", "means.tsv"], folder);
    let text = fs::read_to_string(folder.join("run/samples.csv")).expect("written");
    assert!(text.starts_with("height,same,\"weight, kg\"\n"), "{text}");
    let again = lines(folder.join("again.tsv"), '\t');
    assert_eq!(again[0], ["height", "same", "weight, kg"]);
    assert_eq!(text.lines().nth(1).expect("a row"), again[1].join(","));
    assert!(again[1..].iter().all(|row| row[1] == "7") && again.len() == 501);
    // Noise is noise: draws vary as the table does, and the means of p(x|z) hardly.
    let means = lines(folder.join("means.tsv"), '\t');
    for (at, expected) in [(0, 0.577), (2, 577.0)] {
        let (drawn, means) = (deviation(&column(&again, at)), deviation(&column(&means, at)));
        assert!((0.7..1.5).contains(&(drawn / expected)), "{at}: {drawn}");
        assert!(means < 0.7 * drawn, "{at}: {means} of {drawn}");
    }

    succeed(&["reconstruct", "run", "--count", "15", "--out", "both.csv"], folder);
    let text = fs::read_to_string(folder.join("both.csv")).expect("written");
    let header = "id,height,height_reconstructed,same,\"weight, kg\",\"weight, kg_reconstructed\"\n";
    assert!(text.starts_with(header), "{text}");
    let given = lines(folder.join("table.csv"), ',');
    let both = lines(folder.join("both.csv"), ',');
    assert_eq!(both.len(), 16);
    for row in &both[1..] {
        let place: usize = row[0][1..].parse().expect("r and a number");
        let number = |text: &str| text.parse::<f64>().expect("a number");
        // The values of the file itself, in its own units.
        assert_eq!(
            (number(&row[1]), number(&row[4])),
            (number(&given[place + 1][1]), number(&given[place + 1][3]))
        );
        assert!((number(&row[2]) - 5.0).abs() < 3.0 && row[3] == "7", "{row:?}");
    }

    succeed(&["interpolate", "run", "--from", "2", "--to", "4", "--steps", "5"], folder);
    let way = lines(folder.join("run/interpolation.csv"), ',');
    assert_eq!(way[0][..3], ["share_of_the_way", "height", "same"]);
    assert_eq!(column(&way, 0), [0.0, 0.25, 0.5, 0.75, 1.0]);
    // Its ends are the reconstructions of the rows.
    assert_eq!((&way[1][1], &way[5][1]), (&both[3][2], &both[5][2]));

    for command in ["sample", "reconstruct", "interpolate"] {
        refuse(&[command, "run", "--out", "x.png"], "x.png: is named as a picture", folder);
        refuse(&[command, "run", "--out", "x.csv", "--scale", "2"], "--scale: is for pictures", folder);
    }
    assert!(!folder.join("x.png").exists() && !folder.join("x.csv").exists());

    // Scores as JSON have the numbers of the file.
    let [scores, _] = succeed(&["score", "run", "--json"], folder);
    let scores: Value = serde_json::from_str(&scores).expect("JSON");
    succeed(&["score", "run", "--out", "scores.csv"], folder);
    let file = lines(folder.join("scores.csv"), ',');
    assert_eq!(file[0][..3], ["id", "log_likelihood", "standard_error"]);
    assert_eq!(scores.as_array().map(Vec::len), Some(file.len() - 1));
    assert_eq!(scores[3]["id"], file[4][0].as_str());
    assert_eq!(scores[3]["log_likelihood"].as_f64(), file[4][1].parse().ok());
    refuse_conflict(&["score", "run", "--json", "--out", "y.csv"], folder);
    assert!(!folder.join("run/scores.csv").exists());
}

#[track_caller]
fn refuse_conflict(arguments: &[&str], folder: &Path) {
    let output = aevb(arguments, folder);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(text.contains("cannot be used with"), "{text}");
}

/// Width and height of a PNG.
fn size(path: impl AsRef<Path>) -> [u32; 2] {
    let bytes = fs::read(path).expect("written");
    let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    [side(16), side(20)]
}

#[test]
fn pictures_are_as_large_as_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    // 60 images of 8 x 8 pixels: npy, version 1.
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (60, 8, 8), }";
    let header = format!("{header:<117}\n");
    let mut file =
        [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes()].concat();
    file.extend((0..60 * 64).map(|at| if number(at / 64, at % 64) > 0.0 { 255u8 } else { 0 }));
    fs::write(folder.join("images.npy"), file).expect("written");
    let train = ["train", "vae-mnist-5k", "--quiet", "--device", "flex", "--out", "run"];
    let small = ["data.path=images.npy", "train.epochs=1", "model.hidden=[8]", "model.latent=2"];
    let small: Vec<&str> = small.iter().flat_map(|set| ["--set", set]).collect();
    succeed(&[&train[..], &small].concat(), folder);
    // 4 x 4 images of 8 pixels with gaps of 2: 42 pixels a side.
    succeed(&["sample", "run", "--count", "16", "--scale", "1", "--out", "1.png"], folder);
    succeed(&["sample", "run", "--count", "16", "--scale", "4", "--out", "4.png"], folder);
    succeed(&["sample", "run", "--count", "16", "--out", "default.png"], folder);
    let sizes = ["1.png", "4.png", "default.png"].map(|name| size(folder.join(name)));
    assert_eq!(sizes, [[42, 42], [168, 168], [1008, 1008]]);
    succeed(&["reconstruct", "run", "--count", "3", "--scale", "2"], folder);
    assert_eq!(size(folder.join("run/reconstructions.png")), [204, 44]);
    succeed(&["interpolate", "run", "--steps", "4", "--scale", "3"], folder);
    assert_eq!(size(folder.join("run/interpolation.png")), [126, 36]);
    refuse(&["sample", "run", "--out", "x.csv"], "x.csv: is named as a table", folder);
    refuse(&["sample", "run", "--out", "x.png", "--means"], "--means: is for tables", folder);
    refuse(&["sample", "run", "--out", "x.png", "--count", "10001"], "10000 images at the most", folder);
    refuse(&["sample", "run", "--out", "x.png", "--count", "10000", "--scale", "64"], "is too large", folder);
}
