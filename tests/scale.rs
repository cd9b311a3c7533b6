//! `aevb reproduce scale`, as a user calls it, with small graphs in the place of large ones.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(arguments)
        .current_dir(folder)
        // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
        .env("XDG_RUNTIME_DIR", folder)
        .env("AEVB_DATA", folder.join("data"))
        .env("AEVB_UNCHECKED_DATA", "yes")
        .output()
        .expect("the binary starts")
}

/// What a command prints and what it says.
#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> (String, String) {
    let output = aevb(arguments, folder);
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{arguments:?}: {told}");
    (String::from_utf8(output.stdout).expect("UTF-8"), told)
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).expect("it is there")
}

/// A ring of nodes, each with a link to one of the next nine too: what lies near is linked.
fn write_ring(nodes: usize, path: &Path) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let lines = (0..nodes).map(|i| format!("{i} {}\n{i} {}\n", (i + 1) % nodes, (i + 2 + i % 8) % nodes));
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(lines.collect::<String>().as_bytes()).expect("packed");
    fs::write(path, packer.finish().expect("packed")).expect("written");
}

/// With so many epochs.
fn reproduce<'a>(epochs: &'a str, only: &'a str, others: &[&'a str]) -> Vec<&'a str> {
    let all = ["reproduce", "scale", "--epochs", epochs, "--only", only, "--device", "flex", "--out", "out"];
    [&all[..], others].concat()
}

#[test]
fn every_way_is_trained_and_what_is_done_is_not_done_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_ring(4200, &folder.join("data/graphs/snap/ca-AstroPh.txt.gz"));
    let (table, told) = succeed(&reproduce("1", "ca-astroph", &[]), folder);
    let ways = ["all", "rows", "blocks", "sampled", "subgraph", "masked", "neighbours"];
    assert!(told.contains("run 7 of 7: ca-astroph-neighbours-1\n"), "{told}");
    assert_eq!(read(folder.join("out/table.md")), table);
    let estimates = ["exact", "unbiased", "unbiased", "unbiased", "biased"];
    for (way, estimate) in ways.into_iter().zip(estimates) {
        assert!(table.contains(&format!("\n| ca-astroph-{way}-1 | {estimate} | 1 | ")), "{table}");
    }
    let csv = read(folder.join("out/scale.csv"));
    let result: Value = serde_json::from_str(&read(folder.join("out/result.json"))).expect("JSON");
    let rows = result["rows"].as_array().expect("rows");
    assert_eq!((rows.len(), csv.lines().count()), (7, 8));
    for (row, line) in rows.iter().zip(csv.lines().skip(1)) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!((cells.len(), cells[14]), (15, ""), "{line}");
        assert_eq!(cells[7].parse().ok(), row["validation_mrr"].as_f64(), "{line}");
        assert_eq!(cells[3], row["estimate"].as_str().expect("words"));
        assert_eq!(
            (cells[0], cells[2]),
            (row["run"].as_str().expect("a name"), row["way"].as_str().expect("a way"))
        );
        // What the run itself wrote.
        let run = folder.join("out").join(cells[0]);
        let own: Value = serde_json::from_str(&read(run.join("result.json"))).expect("JSON");
        let timing = read(run.join("timing.jsonl"));
        let seconds: f64 = timing
            .lines()
            .map(|line| {
                serde_json::from_str::<Value>(line).expect("JSON")["seconds"].as_f64().expect("a number")
            })
            .sum();
        for (place, value) in [
            (6, &Value::from(seconds)),
            (7, &own["validation_ranking"]["mrr"]),
            (8, &own["validation_ranking"]["standard_error"]["mrr"]),
            (9, &own["test"]["auc"]),
            (10, &own["test_standard_error"]["auc"]),
            (11, &own["test"]["ap"]),
            (12, &own["test"]["mrr"]),
            (13, &own["test_standard_error"]["mrr"]),
        ] {
            assert_eq!(cells[place].parse::<f64>().ok(), value.as_f64(), "{line}, {place}");
        }
        let [error_of_auc, error_of_mrr] =
            [10, 13].map(|place| cells[place].parse::<f64>().expect("a number"));
        assert!((0.001..0.05).contains(&error_of_auc) && (0.0..0.05).contains(&error_of_mrr), "{line}");
    }
    let svg = read(folder.join("out/scale.svg"));
    assert!(svg.starts_with("<svg ") && svg.contains("ca-AstroPh, 18 772 nodes: test MRR</text>"), "{svg}");
    assert_eq!(svg.matches("<g transform").count(), 2);

    // The same command changes nothing, and takes no other seconds; neither does one for fewer runs.
    let weights = fs::read(folder.join("out/ca-astroph-rows-1/model.safetensors")).expect("weights");
    let (again, told) = succeed(&reproduce("1", "ca-astroph-rows,ca-astroph-all", &["--json"]), folder);
    assert_eq!(serde_json::from_str::<Value>(&again).expect("JSON"), result);
    let written = "out: table.md, scale.csv, scale.svg and result.json are written";
    assert_eq!(told, format!("ca-astroph-all-1: done before\nca-astroph-rows-1: done before\n{written}\n"));
    assert_eq!((read(folder.join("out/table.md")), read(folder.join("out/scale.csv"))), (table, csv));
    assert_eq!(fs::read(folder.join("out/ca-astroph-rows-1/model.safetensors")).expect("weights"), weights);
}

/// The files beside the runs.
fn tables(folder: &Path) -> Vec<String> {
    ["table.md", "scale.csv", "scale.svg", "result.json"]
        .map(|file| read(folder.join("out").join(file)))
        .into()
}

#[test]
fn a_run_is_neither_left_out_of_the_files_nor_mixed_with_other_runs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_ring(300, &folder.join("data/graphs/snap/ca-AstroPh.txt.gz"));
    succeed(&reproduce("1", "ca-astroph-all", &[]), folder);
    let before = tables(folder);
    let asked = |others: &[&'static str]| reproduce("1", "ca-astroph-sampled", others);
    let refused = |code: i32, arguments: &[&str], problem: &str| {
        let output = aevb(arguments, folder);
        let told = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(problem), "{told}");
        // Nothing was trained, and nothing that was written is gone.
        assert!(!folder.join("out/ca-astroph-sampled-1").exists(), "{told}");
        assert_eq!(tables(folder), before);
        told
    };
    let holds = "error: out/ca-astroph-all-1: holds a run of another configuration: ";
    let told = refused(2, &asked(&["--seed", "1"]), &format!("{holds}seed is 0 there, and 1 is asked for"));
    assert!(told.contains("choose another --out, or remove that run"), "{told}");
    refused(2, &asked(&["--threads", "1"]), &format!("{holds}threads is 0 there, and 1 is asked for"));
    let elsewhere: Vec<&str> = asked(&[])
        .into_iter()
        .map(|argument| if argument == "flex" { "ndarray" } else { argument })
        .collect();
    refused(2, &elsewhere, &format!("{holds}device is \"flex\" there, and \"ndarray\" is asked for"));
    let metrics = folder.join("out/ca-astroph-all-1/metrics.jsonl");
    let sound = read(&metrics);
    fs::write(&metrics, format!("{sound}\n")).expect("written");
    refused(1, &asked(&[]), "out/ca-astroph-all-1/metrics.jsonl: is not what the run wrote");
    fs::write(&metrics, sound).expect("written");

    let (table, _) = succeed(&reproduce("1", "ca-astroph-sampled", &[]), folder);
    assert!(
        ["all", "sampled"].iter().all(|way| table.contains(&format!("\n| ca-astroph-{way}-1 | "))),
        "{table}"
    );
    let rows = before[1].lines().nth(1).expect("a row");
    assert!(tables(folder)[1].contains(rows), "{table}");
}

#[test]
fn a_graph_that_is_not_there_is_named_and_the_others_are_trained() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_ring(300, &folder.join("data/graphs/large/cnr-2000.txt.gz"));
    let (table, told) = succeed(&reproduce("4", "pubmed,cnr-2000-sampled,cnr-2000-all", &[]), folder);
    let [long, absent] = told.lines().filter(|line| line.contains("left out")).collect::<Vec<_>>()[..] else {
        panic!("{told}")
    };
    assert!(
        long.starts_with("note: cnr-2000-all-4 is left out: its sums over all pairs take about ")
            && long.ends_with(" minutes of two cores; --long takes them too"),
        "{long}"
    );
    let file = folder.join("data/planetoid/ind.pubmed.x");
    assert_eq!(
        absent,
        format!(
            "note: pubmed is left out: {} is not there; `aevb data fetch pubmed` fetches it",
            file.display()
        )
    );
    assert!(told.contains("run 1 of 1: cnr-2000-sampled-4\n"), "{told}");
    assert!(table.contains("\n| cnr-2000-sampled-4 | unbiased | 4 | "), "{table}");

    // On a small file even all pairs are done at once.
    let (table, _) = succeed(&reproduce("4", "cnr-2000-all", &["--long"]), folder);
    assert!(
        table.contains("\n| cnr-2000-all-4 | exact | 4 | ") && table.contains("cnr-2000-sampled-4"),
        "{table}"
    );

    let output = aevb(&["reproduce", "scale", "--only", "pubmed", "--out", "none"], folder);
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("error: no run is left: ") && !folder.join("none").exists(), "{told}");
    let output = aevb(&reproduce("4", "road", &[]), folder);
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(
        told.starts_with("error: --only road: names no run") && told.contains("pubmed-all-4, "),
        "{told}"
    );
}
