use std::fs;
use std::path::Path;

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
    fs::write(folder.join("turned.csv"), "b,name,a\n-1.8,strange,0.9\n").expect("written");
    succeed(&["score", "run", "turned.csv", "--out", "turned-scores.csv"], folder);
    let turned = column(&text(folder.join("turned-scores.csv")), "bound")[0];
    assert!((turned - column(&csv, "bound")[20]).abs() < 3.0, "{turned} is far from {csv}");
    fs::write(folder.join("wrong.csv"), "name,a,c\nx,1,2\n").expect("written");
    fail(1, &["score", "run", "wrong.csv", "--out", "x.csv"], "wrong.csv: columns", folder);
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
    let end = weights.len();
    weights[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(path, weights).expect("written");
    fail(
        1,
        &["score", "run", "other.csv", "--out", "broken.csv"],
        "the model's likelihood is not a number",
        folder,
    );
    assert!(!folder.join("broken.csv").exists());
}
