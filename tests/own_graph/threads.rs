use std::fs;

use serde_json::Value;

use super::{friends, succeed};

/// Files are read before the configuration says on how many threads.
#[test]
fn a_list_of_plain_rows_is_trained_on_with_as_many_threads_as_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let rows: String =
        (0..3000).map(|i| format!("{i}\t{}\n{i}\t{}\n", (i + 1) % 3000, (i + 7) % 3000)).collect();
    fs::write(folder.join("ring.tsv"), rows).expect("written");
    fs::write(folder.join("friends.csv"), friends()).expect("written");
    for (file, threads) in [("ring.tsv", 2_u64), ("friends.csv", 3)] {
        let sizes = ["--set", "train.epochs=1", "--set", "model.latent=4", "--device", "flex", "--quiet"];
        let run = format!("run-{threads}");
        let asked = ["train", file, "--threads", &threads.to_string(), "--out", &run];
        succeed(&[&asked[..], &sizes].concat(), folder);
        let environment = fs::read(folder.join(run).join("environment.json")).expect("written");
        let environment: Value = serde_json::from_slice(&environment).expect("JSON");
        assert_eq!(environment["threads"].as_u64(), Some(threads), "{environment}");
    }
}
