//! Tables as people have them, by the real binary: what is guessed is said once on stderr and kept with the run, other tables
//! of the same kind are scored, and training that learnt nothing says so.

use std::fmt::Write;
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
fn fail(arguments: &[&str], expected: &str, folder: &Path) {
    let output = aevb(arguments, folder);
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.code() == Some(1) && text.contains(expected), "aevb {arguments:?}: {text}");
    assert!(text.contains("\nhint: ") && !text.contains("panicked"), "{text}");
}

/// Trains a small model of a table, and gives what was said.
#[track_caller]
fn train(file: &str, run: &str, more: &[&str], folder: &Path) -> String {
    let path = format!("data.path={file}");
    let begin =
        ["train", "vae-table", "--device", "flex", "--out", run, "--set", &path, "--set", "train.epochs=3"];
    let small = ["--set", "model.hidden=[8]", "--set", "model.latent=2"];
    succeed(&[&begin[..], &small, more].concat(), folder)[1].clone()
}

fn notes(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("note: ")).collect()
}

fn json(path: impl AsRef<Path>) -> Value {
    serde_json::from_slice(&fs::read(path).expect("written")).expect("JSON")
}

/// Numbers from −1 to 1 that know nothing of each other: the mixing step of SplitMix64.
fn number(row: usize, column: usize) -> f64 {
    let mut bits = ((row as u64) << 8 | column as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

fn rows(count: usize, width: usize, first: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for row in 0..count {
        let cells: Vec<String> = (0..width).map(|column| format!("{:.4}", number(row, column))).collect();
        writeln!(text, "{}{}", first(row), cells.join(",")).expect("text");
    }
    text
}

#[test]
fn names_and_indices_are_told_once_and_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let body = rows(80, 3, |_| String::new());
    let indexed = rows(80, 3, |row| format!("{row},"));
    fs::write(folder.join("index.csv"), format!(",2018,2019,2020\n{indexed}")).expect("written");
    fs::write(folder.join("clean.csv"), format!("2018,2019,2020\n{body}")).expect("written");
    fs::write(folder.join("letters.csv"), format!("a,b,c\n{body}")).expect("written");
    let said = train("index.csv", "run", &[], folder);
    assert!(
        said.contains("index.csv: 80 rows, 3 columns named by the first row: `2018`, `2019`, `2020`\n"),
        "{said}"
    );
    assert!(said.contains(&format!("index.csv: the first row is {}", number(0, 0))), "{said}");
    for option in ["data.header=no", "data.index=keep"] {
        assert_eq!(notes(&said).iter().filter(|note| note.contains(option)).count(), 1, "{said}");
    }
    let kept = json(folder.join("run/data.json"));
    assert_eq!(kept["notes"].as_array().expect("notes").len(), 2, "{kept}");
    let standardization = json(folder.join("run/standardization.json"));
    assert_eq!(standardization["columns"], serde_json::json!(["2018", "2019", "2020"]));
    assert_eq!(standardization["left_out"][0]["why"], "index");
    // The same rows with an index or without.
    let scores = |file: &str| {
        let out = format!("{file}.scores.csv");
        let [_, said] = succeed(&["score", "run", file, "--out", &out], folder);
        let text = fs::read_to_string(folder.join(out)).expect("written");
        (said, text)
    };
    let ((said, with), (silent, without)) = (scores("index.csv"), scores("clean.csv"));
    assert_eq!(with, without);
    assert!(said.contains("note: ") && !silent.contains("note: "), "{said}{silent}");
    fail(&["score", "run", "letters.csv", "--out", "x.csv"], "`2018`, `2019`, `2020` not there", folder);
    succeed(&["evaluate", "run"], folder);

    let inspected = succeed(&["data", "inspect", "index.csv", "--kind", "table"], folder)[0].clone();
    assert!(inspected.contains("\nrows        80\ncolumns     3, named by the first row\n"), "{inspected}");
    assert_eq!(inspected.lines().filter(|line| line.starts_with("note ")).count(), 2, "{inspected}");
    let overruled = [
        "data",
        "inspect",
        "clean.csv",
        "--kind",
        "table",
        "--header",
        "no",
        "--decimal",
        ".",
        "--index",
        "keep",
    ];
    let inspected = succeed(&overruled, folder)[0].clone();
    assert!(inspected.contains("\nrows        81\n"), "{inspected}");
    let command =
        inspected.lines().last().expect("lines").split_once("aevb ").expect("a command").1.to_owned();
    for option in ["data.header=no", "data.index=keep", "data.decimal=."] {
        assert!(command.contains(option), "{command}");
    }
    let mut words: Vec<&str> = command.split(' ').collect();
    words.extend(["--out", "pasted", "--set", "train.epochs=1", "--device", "flex"]);
    succeed(&words, folder);
    // Clean tables have nothing to say but what was seen.
    let said = train("letters.csv", "clean", &[], folder);
    assert!(
        notes(&said).iter().all(|note| note.contains("latent dimension") || note.contains("was learnt")),
        "{said}"
    );
    assert!(json(folder.join("clean/data.json")).get("notes").is_none());
    let said = train("letters.csv", "quiet", &["--quiet"], folder);
    assert_eq!(said, "");
    let unknown =
        ["train", "vae-table", "--set", "data.path=letters.csv", "--set", "data.decimal=;", "--out", "x"];
    let output = aevb(&unknown, folder);
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.code() == Some(2) && told.contains("data.decimal"), "{told}");
}

#[test]
fn constants_and_rare_flags_keep_no_run_from_its_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let mut text = "unit,flag,a,b\n".to_owned();
    for row in 0..60 {
        writeln!(text, "7,{},{:.4},{:.4}", u8::from(row == 30), number(row, 0), number(row, 1))
            .expect("text");
    }
    fs::write(folder.join("rare.csv"), &text).expect("written");
    let inspected = succeed(&["data", "inspect", "rare.csv", "--kind", "table"], folder)[0].clone();
    assert!(inspected.contains("note        column `unit` has one value in all rows"), "{inspected}");
    let said = train("rare.csv", "run", &["--repeat", "10"], folder);
    let widths: Vec<u64> = (0..10)
        .map(|seed| {
            json(folder.join(format!("run/seed-{seed}/result.json")))["columns"].as_u64().expect("columns")
        })
        .collect();
    // One row in five is held out.
    assert!(widths.contains(&2) && widths.contains(&3), "{widths:?}");
    assert!(said.contains("note: the runs learnt from 2 to 3 columns"), "{said}");
    let seed = widths.iter().position(|width| *width == 2).expect("one");
    let run = format!("run/seed-{seed}");
    succeed(&["evaluate", &run], folder);
    let [_, said] = succeed(&["score", &run, "rare.csv", "--out", "scores.csv"], folder);
    assert!(said.contains("`flag` in 1 rows"), "{said}");
    succeed(&["report", &run], folder);
    fs::write(folder.join("same.csv"), "a,b\n".to_owned() + &"1,2\n".repeat(20)).expect("written");
    fail(&["train", "vae-table", "--set", "data.path=same.csv", "--out", "x"], "never change", folder);
}

#[test]
fn what_was_not_learnt_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("few.csv"), "a,b\n1,2\n2,3\n3,5\n").expect("written");
    fail(
        &["train", "vae-table", "--set", "data.path=few.csv", "--out", "x"],
        "3 rows are too few to learn from",
        folder,
    );
    fs::write(folder.join("short.csv"), format!("a,b\n{}", rows(20, 2, |_| String::new()))).expect("written");
    let said = train("short.csv", "short", &[], folder);
    assert!(said.contains("2 rows validate and 2 test, of 20"), "{said}");
    // A divergence that counts a thousandfold leaves nothing to the codes.
    fs::write(folder.join("noise.csv"), format!("a,b,c\n{}", rows(200, 3, |_| String::new())))
        .expect("written");
    let said =
        train("noise.csv", "noise", &["--set", "objective.beta=1000", "--set", "train.epochs=60"], folder);
    assert!(said.contains("note: nothing was learnt: "), "{said}");
    let result = json(folder.join("noise/result.json"));
    assert!(result["notes"][0].as_str().expect("a note").starts_with("nothing was learnt"), "{result}");
    // Noise has columns, and nothing between them.
    let said = train("noise.csv", "unbiased", &[], folder);
    assert!(said.contains("note: nothing was learnt"), "{said}");
    // A row that is known to be tested on, as the split is the seed's, becomes unlike all others.
    let named = format!("name,a,b\n{}", rows(200, 2, |row| format!("r{row},")));
    fs::write(folder.join("heavy.csv"), &named).expect("written");
    let options = ["--set", "data.id=name", "--set", "train.epochs=20"];
    let said = train("heavy.csv", "calm", &options, folder);
    assert!(!said.contains("is carried by few"), "{said}");
    succeed(&["embed", "calm", "--out", "tested.csv"], folder);
    let tested = fs::read_to_string(folder.join("tested.csv")).expect("written");
    let strange = tested.lines().nth(1).and_then(|line| line.split(',').next()).expect("a row").to_owned();
    let heavy = named.lines().map(|line| match line.split(',').next() {
        Some(name) if name == strange => format!("{name},5000,-5000\n"),
        _ => format!("{line}\n"),
    });
    fs::write(folder.join("heavy.csv"), heavy.collect::<String>()).expect("written");
    let said = train("heavy.csv", "heavy", &options, folder);
    let carried: Vec<&str> =
        notes(&said).into_iter().filter(|note| note.contains("is carried by few")).collect();
    let [note] = carried[..] else { panic!("one note: {said}") };
    assert!(
        note.starts_with("note: the test bound") && note.ends_with(&format!(" without `{strange}`")),
        "{note}"
    );
}

#[test]
fn a_table_has_a_test_set_and_labels_beside_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let [own, test] = [(0, 60), (60, 69)].map(|(first, end)| {
        let cells = |row: usize| [0, 1, 2].map(|column| format!("{:.4}", number(row, column))).join(",");
        (first..end).map(|row| format!("row {row},{}\n", cells(row))).collect::<String>()
    });
    fs::write(folder.join("own.csv"), format!("who,a,b,c\n{own}")).expect("written");
    // The columns in another order.
    let test: String = test
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|cells| format!("{},{},{},{}\n", cells[3], cells[0], cells[2], cells[1]))
        .collect();
    fs::write(folder.join("test.csv"), format!("c,who,b,a\n{test}")).expect("written");
    let class = |row: usize| ["red", "blue"][row % 2];
    let labels: String = (0..60).map(|row| format!("row {row};{}\n", class(row))).collect();
    fs::write(folder.join("labels.csv"), format!("who;colour\n{labels}")).expect("written");
    let sets = ["--set", "data.id=who", "--set", "data.test=test.csv", "--set", "data.labels=labels.csv"];
    let said = train("own.csv", "run", &sets, folder);
    assert!(
        said.contains("test.csv: 9 rows test; of ") && said.contains("own.csv, 6 validate, drawn at random"),
        "{said}"
    );
    assert!(
        said.contains("note: data.test has no labels; data.test_labels names a file of them\n"),
        "{said}"
    );
    let text = |name: &str| fs::read_to_string(folder.join(name)).expect("written");
    succeed(&["embed", "run", "--part", "all", "--out", "all.csv"], folder);
    let all = text("all.csv");
    let rows: Vec<Vec<&str>> = all.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 69);
    for (at, row) in rows.iter().enumerate() {
        let (label, is_test) = if at < 60 { (class(at), false) } else { ("", true) };
        assert_eq!((row[0], row[1], row[2] == "test"), (&*format!("row {at}"), label, is_test), "{row:?}");
    }
    // Placed as other files, the rows are where they are as parts.
    for (file, rows) in [("own.csv", &rows[..60]), ("test.csv", &rows[60..])] {
        let out = format!("placed-{file}");
        succeed(&["embed", "run", file, "--out", &out], folder);
        let placed = text(&out);
        for (placed, row) in placed.lines().skip(1).zip(rows) {
            let placed: Vec<&str> = placed.split(',').collect();
            assert_eq!((placed[0], &placed[1..]), (row[0], &row[3..]), "{file}");
        }
    }
    fs::write(folder.join("test.csv"), "who,a,b\nx,1,2\n").expect("written");
    let begin = ["train", "vae-table", "--device", "flex", "--out", "other", "--set", "data.path=own.csv"];
    fail(&[&begin[..], &sets].concat(), "columns: `c` not there", folder);
}

#[test]
fn more_shards_than_rows_are_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("t.csv"), "x,y\n".to_owned() + &rows(20, 2, |_| String::new()))
        .expect("written");
    let said = train("t.csv", "run", &["--set", "train.shards=50"], folder.path());
    assert!(
        said.contains("note: train.shards = 50, and a step has 16 rows: each is a shard of its own"),
        "{said}"
    );
    let said = train("t.csv", "few", &["--set", "train.shards=16"], folder.path());
    assert!(!said.contains("train.shards"), "{said}");
}
