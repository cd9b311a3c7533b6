use std::fs;
use std::path::Path;

use aevb_data::hash::sha256;

use super::{column, fail, read, succeed, temporary, text};

pub fn rows_are_scored() {
    let folder = temporary();
    let folder = folder.path();
    // The second column is twice the first but for a little; the last row of the other table breaks that rule.
    let row = |i: usize| {
        let x = ((i * 37) % 101) as f64 / 50.0 - 1.0;
        format!("r{i},{x},{}\n", 2.0 * x + ((i * 13) % 7) as f64 / 50.0)
    };
    let table = |rows: std::ops::Range<usize>| "name,a,b\n".to_owned() + &rows.map(row).collect::<String>();
    fs::write(folder.join("table.csv"), table(0..400)).expect("written");
    fs::write(folder.join("other.csv"), table(400..420) + "strange,0.9,-1.8\n").expect("written");
    let sets = ["data.path=table.csv", "data.id=name", "train.epochs=60"].map(|set| ["--set", set]).concat();
    let begin = ["train", "vae-table", "--device", "flex", "--quiet", "--out", "run"];
    succeed(&[&begin[..], &sets].concat(), folder);
    succeed(&["score", "run", "other.csv", "--out", "scores.csv"], folder);
    let csv = text(folder.join("scores.csv"));
    assert!(csv.starts_with("id,log_likelihood,") && csv.lines().count() == 22, "{csv}");
    let likelihoods = column(&csv, "log_likelihood");
    let (strange, others) = likelihoods.split_last().expect("rows");
    assert!(others.iter().all(|other| *other > strange + 3.0), "{csv}");
    // Columns are found by name.
    let first = row(400);
    let [name, a, b] = first.trim().split(',').collect::<Vec<_>>()[..] else { panic!("three columns") };
    fs::write(folder.join("turned.csv"), format!("b,name,a\n{b},{name},{a}\n")).expect("written");
    succeed(&["score", "run", "turned.csv", "--out", "turned-scores.csv"], folder);
    let turned = column(&text(folder.join("turned-scores.csv")), "bound")[0];
    assert!((turned - column(&csv, "bound")[0]).abs() < 1e-4, "{turned} is far from {csv}");
    // An array has no names: its columns are those of the run, and its rows have numbers.
    let array = aevb::npy::file(&[a, b].map(|value| value.parse().expect("a number")), 2);
    fs::write(folder.join("array.npy"), array).expect("written");
    succeed(&["score", "run", "array.npy", "--out", "array.csv"], folder);
    let scores = text(folder.join("array.csv"));
    assert!(scores.contains("\n0,"), "{scores}");
    assert!((column(&scores, "bound")[0] - turned).abs() < 1e-4, "{scores} is far from {turned}");
    // The run itself knows how it standardised: its table may have gone, or grown.
    let grown = table(0..400) + &table(400..420).replacen("name,a,b\n", "", 1);
    for now in [Some(grown), None] {
        let path = folder.join("table.csv");
        match now {
            Some(grown) => fs::write(path, grown).expect("written"),
            None => fs::remove_file(path).expect("removed"),
        }
        fs::remove_file(folder.join("scores.csv")).expect("removed");
        succeed(&["score", "run", "other.csv", "--out", "scores.csv"], folder);
        assert_eq!(text(folder.join("scores.csv")), csv);
        let problem =
            if folder.join("table.csv").exists() { "not those that the run trained on" } else { "table.csv" };
        fail(1, &["evaluate", "run"], problem, folder);
    }
    let standardization = read(folder.join("run/standardization.json"));
    fs::write(folder.join("run/standardization.json"), "{").expect("written");
    fail(1, &["score", "run", "other.csv", "--out", "x.csv"], "standardization.json", folder);
    fs::write(folder.join("run/standardization.json"), standardization).expect("written");
    fs::write(folder.join("wrong.csv"), "name,a,c\nx,1,2\n").expect("written");
    fail(1, &["score", "run", "wrong.csv", "--out", "x.csv"], "wrong.csv, columns", folder);
    // So far that no sample tells more than another.
    fs::write(folder.join("farther.csv"), "name,a,b\nfar,1e5,3\n").expect("written");
    succeed(&["score", "run", "farther.csv", "--out", "farther-scores.csv"], folder);
    let farther = text(folder.join("farther-scores.csv"));
    assert!(farther.contains(",inf,0,-") && column(&farther, "log_likelihood")[0] < -1e8, "{farther}");
    // Farther than an f32 can tell: no likelihood at all, and no certainty of it.
    fs::write(folder.join("far.csv"), "name,a,b\nfar,1e30,3\n").expect("written");
    succeed(&["score", "run", "far.csv", "--out", "far-scores.csv"], folder);
    assert!(
        text(folder.join("far-scores.csv")).contains("\nfar,-inf,inf,0,"),
        "{}",
        text(folder.join("far-scores.csv"))
    );
    broken_weights_are_told(folder);
    fail(2, &["impute", "run"], "run: a run on a table", folder);
}

/// A run whose weights are not numbers has no scores.
fn broken_weights_are_told(folder: &Path) {
    let path = folder.join("run/model.safetensors");
    let mut weights = read(path.clone());
    let sound = sha256(&weights);
    let end = weights.len();
    weights[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    // Sealed as the run's own, or the file would be named for having changed.
    let seal = folder.join("run/SHA256SUMS");
    let sealed = text(seal.clone()).replace(&sound, &sha256(&weights));
    fs::write(seal, sealed).expect("written");
    fs::write(path, weights).expect("written");
    fail(
        1,
        &["score", "run", "other.csv", "--out", "broken.csv"],
        "the model's likelihood is not a number",
        folder,
    );
    assert!(!folder.join("broken.csv").exists());
}
