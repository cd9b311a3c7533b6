//! Where memory or numbers end: each command works or ends with one line and a hint, and never with a backtrace.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// How `aevb` ended under a limit of its addresses in kibibytes, where there is one, and what it said on stderr.
fn aevb(limit: Option<u64>, arguments: &str, folder: &Path) -> (Option<i32>, String) {
    let limit = limit.map_or(String::new(), |limit| format!("ulimit -v {limit}; "));
    let output = Command::new("sh")
        .args(["-c", &format!("{limit}exec \"$0\" {arguments}"), env!("CARGO_BIN_EXE_aevb")])
        // Graphics drivers complain on stderr where it is unset.
        .env("XDG_RUNTIME_DIR", folder)
        .current_dir(folder)
        .output()
        .expect("a shell");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The error and the hint, which are the last two lines.
fn told(stderr: &str) -> Option<(&str, &str)> {
    let mut lines = stderr.lines().rev();
    let (hint, error) = (lines.next()?.strip_prefix("hint: ")?, lines.next()?.strip_prefix("error: ")?);
    Some((error, hint))
}

#[test]
fn little_memory_ends_in_one_line_or_is_enough() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("edges.csv"), "a,b\nb,c\nc,a\n").expect("written");
    let train = "train --device flex --set train.epochs=2 --out";
    let mut ended = Vec::new();
    for limit in [60_000, 100_000, 150_000, 200_000, 300_000, 500_000, 1_000_000, 2_000_000] {
        let run = format!("run-{limit}");
        let commands = [
            "data inspect edges.csv".to_owned(),
            "devices".to_owned(),
            format!("{train} {run}"),
            format!("evaluate {run}"),
        ];
        for command in commands {
            if command.starts_with("evaluate") && !folder.join(&run).join("result.json").exists() {
                continue;
            }
            let (code, stderr) = aevb(Some(limit), &command, folder);
            let what = format!("{command} under {limit} kB: {code:?}: {stderr}");
            assert!(!stderr.contains("panicked") && !stderr.contains("backtrace"), "{what}");
            match code {
                Some(0) => {}
                Some(1 | 2) => assert!(told(&stderr).is_some(), "{what}"),
                // The system's loader could not begin.
                Some(127) | None => assert!(limit <= 100_000, "{what}"),
                _ => panic!("{what}"),
            }
            ended.push((limit, code == Some(0)));
        }
    }
    // The limits are ones that matter, and not all.
    assert!(ended.iter().any(|(_, is_done)| !is_done), "{ended:?}");
    assert!(ended.iter().filter(|(limit, _)| *limit >= 1_000_000).all(|(_, is_done)| *is_done), "{ended:?}");
}

#[test]
fn what_a_small_file_becomes_is_told_before() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    // A matrix of 40 million zeros that are edges, in some 40 KB of gzip, in a format that announces nothing.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..1_000_000 {
        packer.write_all(b"0 1\n1 2\n0 1\n1 2\n0 1\n1 2\n").expect("packed");
    }
    fs::write(folder.join("edges.txt.gz"), packer.finish().expect("packed")).expect("written");
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (50000000, 2)}\n";
    let mut array = b"\x93NUMPY\x01\x00".to_vec();
    array.extend((header.len() as u16).to_le_bytes());
    array.extend(header.as_bytes());
    let file = fs::File::create(folder.join("edges.npy")).expect("made");
    (&file).write_all(&array).expect("written");
    // Zeros without end take no place on the disk.
    file.set_len(array.len() as u64 + 100_000_000).expect("long");
    for (limit, file, problem) in [
        (600_000, "edges.npy", "a graph of 50000000 edges would take 2.0 GB of memory, and "),
        (200_000, "edges.npy", "an array of [50000000, 2] would take 100.0 MB of memory, and "),
        (150_000, "edges.txt.gz", ""),
    ] {
        let (code, stderr) = aevb(Some(limit), &format!("data inspect {file}"), folder);
        let (error, _) = told(&stderr).unwrap_or_else(|| panic!("{file}: {code:?}: {stderr}"));
        // What announces nothing is told where it finds no room.
        let is_named = error.contains(file) || (problem.is_empty() && error.contains("memory has run out"));
        assert!(code == Some(1) && is_named && error.contains(problem), "{stderr}");
    }
}

#[test]
fn huge_features_are_named_where_the_loss_is_not_finite() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let edges: String = (0..40).map(|node| format!("n{node},n{}\n", (node + 1) % 40)).collect();
    let income = |node| if node == 7 { "1e37" } else { "1" };
    let rows: String = (0..40).map(|node| format!("n{node},0,{}\n", income(node))).collect();
    fs::write(folder.join("edges.csv"), edges).expect("written");
    fs::write(folder.join("features.csv"), format!("node,age,income\n{rows}")).expect("written");
    let train = "train --device flex --set data.edges=edges.csv --set data.features=features.csv \
                 --set data.standardize=never --out run";
    let (code, stderr) = aevb(None, train, folder);
    let (error, hint) = told(&stderr).unwrap_or_else(|| panic!("{stderr}"));
    assert!(code == Some(1) && error.contains("not finite"), "{stderr}");
    assert!(hint.contains("the largest feature is 1e37, `income` of node `n7`"), "{stderr}");

    // What is no number at all is refused by its place.
    fs::write(folder.join("features.csv"), format!("node,age,income\n{}", rows.replace("1e37", "inf")))
        .expect("written");
    let (code, stderr) = aevb(None, &train.replace("run", "run2"), folder);
    assert!(code == Some(1) && stderr.contains("features.csv, line 9: `inf` in column `income`"), "{stderr}");
}

#[test]
fn a_huge_value_of_a_held_out_row_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let rows: String = (0..60).map(|row| format!("{},{}\n", row % 7, row % 5)).collect();
    // Whatever part the last row falls into, its value is what is to blame.
    fs::write(folder.join("table.csv"), format!("x,y\n{rows}3,1e38\n")).expect("written");
    let mut named = 0;
    for seed in 0..4 {
        let train = format!(
            "train vae-table --device flex --seed {seed} --set data.path=table.csv --set train.epochs=2 --out run{seed}"
        );
        let (code, stderr) = aevb(None, &train, folder);
        if code == Some(0) {
            continue;
        }
        let (error, hint) = told(&stderr).unwrap_or_else(|| panic!("{stderr}"));
        let is_named = error.contains("column `y`") || hint.contains("`y` of row `60`");
        assert!(code == Some(1) && is_named, "{stderr}");
        named += 1;
    }
    assert!(named > 0, "no seed holds it out");
}
