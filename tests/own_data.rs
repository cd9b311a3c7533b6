//! Files of one's own in, answers out: graphs with features and labels, embeddings, links, other graphs with the same
//! features, pictures and tables; and that pandas and NumPy read what is written.

#[path = "python.rs"]
mod python;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() {
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let mut trials = vec![
        test("files_become_links_under_their_own_ids", files_become_links),
        test("the_best_links_of_cora_are_those_of_brute_force", best_links_are_those_of_brute_force),
        test("a_graph_is_placed_by_its_files_as_by_its_run", other_graphs_are_placed),
        test("weights_of_edges_change_what_is_learnt", weights_count),
        test("what_cannot_be_asked_of_a_run_is_refused", refused_questions),
        test("malformed_files_are_refused_in_one_line", malformed_files),
        test("pictures_and_tables_are_trained_on_and_embedded", pictures_and_tables),
    ];
    let python = python::python("numpy, pandas");
    let required = std::env::var("CI").is_ok_and(|value| value == "true");
    let ignored = python.is_none() && !required;
    let reads = Trial::test("pandas_and_numpy_read_the_outputs", move || match python {
        Some(python) => {
            python_reads_outputs(&python);
            Ok(())
        }
        None => Err(Failed::from("no Python with tests/requirements.txt: AEVB_PYTHON may name one")),
    });
    trials.push(reads.with_ignored_flag(ignored));
    // One at a time: each trains on every core.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .expect("the binary starts")
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The error's line; a hint must follow, and nothing else.
#[track_caller]
fn fail(code: i32, arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(code), &[][..]),
        "{arguments:?}: {stderr}"
    );
    let [error, hint] = stderr.lines().collect::<Vec<_>>()[..] else { panic!("{arguments:?}: {stderr}") };
    assert!(error.starts_with("error: ") && hint.starts_with("hint: "), "{stderr}");
    error.to_owned()
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Three rings of 30 people; `name` says what a person is called. A person's features are the ring and a habit.
fn write_people(folder: &Path, name: fn(usize) -> String) {
    let quoted = |person: usize| format!("\"{}\"", name(person).replace('"', "\"\""));
    let ring = |person: usize, step: usize| person / 30 * 30 + (person + step) % 30;
    let pairs = (0..90).flat_map(|person| [1, 2, 5].map(|step| [person, ring(person, step)]));
    let edges: String = pairs.map(|[i, j]| format!("{},{}\n", quoted(i), quoted(j))).collect();
    fs::write(folder.join("edges.csv"), format!("source,target\n{edges}")).expect("written");
    let features = |person: usize| (name(person), Value::from(vec![person / 30, 3 + person % 7]));
    let features: serde_json::Map<String, Value> = (0..90).map(features).collect();
    fs::write(folder.join("features.json"), Value::Object(features).to_string()).expect("written");
    let labels: String = (0..90).map(|person| format!("{},ring {}\n", quoted(person), person / 30)).collect();
    fs::write(folder.join("labels.csv"), format!("node,label\n{labels}")).expect("written");
}

const TRAIN: [&str; 12] = [
    "train",
    "--device",
    "flex",
    "-q",
    "--set",
    "data.edges=edges.csv",
    "--set",
    "data.features=features.json",
    "--set",
    "data.labels=labels.csv",
    "--set",
    "train.epochs=5",
];

fn train(folder: &Path, more: &[&str]) -> String {
    succeed(&[&TRAIN[..], &["--out", "run"], more].concat(), folder)
}

fn word(person: usize) -> String {
    format!("person \"{person}\", ä")
}

fn files_become_links() {
    for name in [|person: usize| person.to_string(), word] {
        let folder = temporary();
        let folder = folder.path();
        write_people(folder, name);
        let inspect =
            ["data", "inspect", "edges.csv", "--features", "features.json", "--labels", "labels.csv"];
        let text = succeed(&inspect, folder);
        assert!(text.contains("nodes       90, 0 of them isolated"), "{text}");
        assert!(
            text.contains("features    10, 180 nonzeros; 90 rows") && text.contains("classes     ring 0, "),
            "{text}"
        );
        assert!(text.contains("command     aevb train --edges edges.csv"), "{text}");
        let json: Value =
            serde_json::from_str(&succeed(&[&inspect[..], &["--json"]].concat(), folder)).expect("JSON");
        assert_eq!(json["training"]["parameters"], 10 * 16 + 1 + 3 + 1 + 1 + 90 + 1);

        train(folder, &[]);
        let links: Value = serde_json::from_str(&succeed(
            &["links", "run", "--by", "model", "--top", "50", "--exclude-known", "--json"],
            folder,
        ))
        .expect("JSON");
        let links = links.as_array().expect("a list");
        let names: Vec<String> = (0..90).map(name).collect();
        let is_name = |value: &Value| names.iter().any(|name| *value == name.as_str());
        assert_eq!(links.len(), 50);
        for link in links {
            assert!(is_name(&link["source"]) && is_name(&link["target"]) && link["known"] == false, "{link}");
            assert!(link["spread"].as_f64().is_some_and(|spread| spread > 0.0), "{link}");
        }
        let scores: Vec<f64> = links.iter().map(|link| link["score"].as_f64().expect("a score")).collect();
        assert!(scores.is_sorted_by(|one, next| one >= next), "{scores:?}");

        // Without --exclude-known, edges of the graph are among them and say so.
        let all = succeed(&["links", "run", "--by", "model", "--top", "4005"], folder);
        assert_eq!(all.lines().filter(|line| line.ends_with(",true")).count(), 270);
        assert_eq!(all.lines().count(), 4006);
        let of_one = succeed(&["links", "run", "--for", &name(7), "--top", "3"], folder);
        assert_eq!(of_one.lines().count(), 4, "{of_one}");
        fs::write(folder.join("some.txt"), format!("{}\n\n{}\n", name(3), name(80))).expect("written");
        let of_some =
            succeed(&["links", "run", "--for", "some.txt", "--top", "4", "--exclude-known"], folder);
        assert_eq!(of_some.lines().count(), 9, "{of_some}");
        // Given pairs come back in their order.
        assert_eq!(
            succeed(&["links", "run", "--pairs", "edges.csv", "--out", "pairs.tsv"], folder),
            "pairs.tsv\n"
        );
        let pairs = fs::read_to_string(folder.join("pairs.tsv")).expect("written");
        assert_eq!(pairs.lines().count(), 271);
        assert!(pairs.lines().skip(1).all(|line| line.ends_with("\ttrue")), "{pairs}");
    }
}

/// A table of a command, by commas, whose fields have none inside.
fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn best_links_are_those_of_brute_force() {
    let folder = temporary();
    let folder = folder.path();
    succeed(
        &["train", "vgae-cora", "--device", "flex", "-q", "--set", "train.epochs=20", "--out", "run"],
        folder,
    );
    succeed(&["embed", "run", "--out", "z.csv"], folder);
    let z: Vec<(String, Vec<f32>)> = rows(&fs::read_to_string(folder.join("z.csv")).expect("written"))
        .into_iter()
        .map(|row| {
            (row[0].clone(), row[2..18].iter().map(|value| value.parse().expect("a number")).collect())
        })
        .collect();
    assert_eq!(z.len(), 2708);
    let mut best = Vec::new();
    for (i, (source, one)) in z.iter().enumerate() {
        for (target, other) in &z[i + 1..] {
            let score = one.iter().zip(other).fold(0.0_f32, |sum, (&a, &b)| a.mul_add(b, sum));
            best.push((score, source, target));
        }
    }
    // Stable, so that equal scores stay in the order of pairs.
    best.sort_by(|one, other| other.0.total_cmp(&one.0));
    let links = rows(&succeed(&["links", "run", "--top", "1000"], folder));
    assert_eq!(links.len(), 1000);
    for (link, (score, source, target)) in links.iter().zip(best) {
        assert_eq!((&link[0], &link[1], link[3].parse()), (source, target, Ok(score)));
    }
}

fn other_graphs_are_placed() {
    let folder = temporary();
    let folder = folder.path();
    write_people(folder, word);
    train(folder, &[]);
    succeed(&["embed", "run", "--all-edges", "--out", "own.csv"], folder);
    let embed = ["embed", "run", "--edges", "edges.csv", "--features", "features.json", "--known", "other"];
    succeed(&[&embed[..], &["--labels", "labels.csv", "--out", "same.csv"]].concat(), folder);
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("written");
    assert_eq!(read("own.csv"), read("same.csv"));
    assert!(read("own.csv").starts_with("id,label,z0,"), "{}", read("own.csv"));
    succeed(&["embed", "run", "--out", "trained.csv"], folder);
    assert_ne!(read("own.csv"), read("trained.csv"));

    // Two new people, one of whom knows nobody.
    fs::write(folder.join("new.csv"), "a,b\nb,c\n").expect("written");
    fs::write(folder.join("new.json"), "{\"a\": [0, 3], \"b\": [1], \"c\": [2], \"d\": [0, 4]}")
        .expect("written");
    let output =
        aevb(&["embed", "run", "--edges", "new.csv", "--features", "new.json", "--out", "new.tsv"], folder);
    let notes = String::from_utf8(output.stderr).expect("UTF-8");
    let told = "note: no node of new.csv is one of the run's: it is placed as another graph\n\
                note: 1 node has no edge; it is placed by its features alone\n";
    assert_eq!(
        notes.strip_suffix("next: new.tsv written; pandas.read_csv in Python reads the table\n"),
        Some(told)
    );
    let new = read("new.tsv");
    assert_eq!(
        new.lines().map(|line| line.split('\t').next().expect("an id")).collect::<Vec<_>>(),
        ["id", "a", "b", "c", "d"]
    );

    fs::write(folder.join("wide.json"), "{\"a\": [0, 10], \"b\": []}").expect("written");
    let wide = ["embed", "run", "--edges", "new.csv", "--features", "wide.json", "--out", "x.csv"];
    let error = fail(1, &wide, folder);
    assert!(error.ends_with("wide.json: 11 features, where the model was trained on 10"), "{error}");
}

fn weights_count() {
    let folder = temporary();
    let folder = folder.path();
    write_people(folder, |person| person.to_string());
    let plain = train(folder, &[]);
    let edges = fs::read_to_string(folder.join("edges.csv")).expect("written");
    let weighted = |weight: fn(usize) -> f64| -> String {
        let lines = edges.lines().enumerate().skip(1);
        let lines: String = lines.map(|(row, line)| format!("{line},{}\n", weight(row))).collect();
        format!("source,target,weight\n{lines}")
    };
    let run = |text: String, more: &[&str], out: &str| {
        fs::write(folder.join("weighted.csv"), text).expect("written");
        let sets = ["--set", "data.edges=weighted.csv", "--out", out];
        let result = succeed(&[&TRAIN[..], &sets, more].concat(), folder);
        (result, fs::read(folder.join(out).join("model.safetensors")).expect("weights"))
    };
    let trained = |out: &str| fs::read(folder.join(out).join("model.safetensors")).expect("weights");
    let (result, ones) = run(weighted(|_| 1.0), &[], "ones");
    // A caution may name the run.
    assert!(
        result.replace(" ones ", " run ") == plain && ones == trained("run"),
        "{result} in place of {plain}"
    );
    let (_, others) = run(weighted(|row| 1.0 + (row % 5) as f64), &[], "others");
    assert!(others != ones);
    let (_, ignored) =
        run(weighted(|row| 1.0 + (row % 5) as f64), &["--set", "data.weights=none"], "ignored");
    assert!(ignored == ones);
}

fn refused_questions() {
    let folder = temporary();
    let folder = folder.path();
    write_people(folder, word);
    train(folder, &["--set", "data.features=none"]);
    let error = fail(2, &["embed", "run", "--edges", "edges.csv", "--features", "features.json"], folder);
    assert!(error.contains("the model knows its nodes by name alone"), "{error}");
    let error = fail(1, &["links", "run", "--for", "nobody"], folder);
    assert_eq!(error, "error: no node is called `nobody`");
    fs::write(folder.join("some.txt"), format!("{}\nnobody\n", word(1))).expect("written");
    let error = fail(1, &["links", "run", "--for", "some.txt"], folder);
    assert_eq!(error, "error: some.txt, line 2: no node is called `nobody`");
    fs::write(folder.join("pairs.csv"), "source,target\nnobody,x\n").expect("written");
    let error = fail(1, &["links", "run", "--pairs", "pairs.csv"], folder);
    assert_eq!(error, "error: pairs.csv, pair 1: no node is called `nobody`");
    assert!(fail(2, &["embed", "run", "--out", "z.parquet"], folder).contains("of unknown format"));
    assert!(fail(2, &["links", "run", "--out", "z.npy"], folder).contains("of unknown format"));
    fs::write(folder.join("z.csv"), "mine").expect("written");
    assert!(fail(2, &["links", "run", "--out", "z.csv"], folder).contains("exists already"));
    assert!(fail(2, &["embed", "run", "--out", "z.csv"], folder).contains("exists already"));
    assert_eq!(fs::read_to_string(folder.join("z.csv")).expect("still there"), "mine");
}

fn malformed_files() {
    let folder = temporary();
    let folder = folder.path();
    fs::write(folder.join("edges"), "0 1\n1 2\n2 0\n").expect("written");
    let cases: [(&str, &[u8], &str); 41] = [
        ("edges", b"", "holds no edge"),
        ("edges", b"# nothing\n", "holds no edge"),
        ("edges", b"0\n1\n", ", line 1: one column"),
        ("edges", b"0,1\n2,\n", ", line 2: an empty column"),
        ("edges", b"0 1\n-2 1\n", ", line 2: node -2 is negative"),
        ("edges", b"0,1\n\"2,3\n", ", line 2: a quote that does not end"),
        ("edges", b"0 1\n\xff 2\n", ", line 2: byte 1 of the line is not UTF-8"),
        ("edges", b"0 1\na\x1b[2J b\n", "is a control character"),
        ("edges", b"u,v,weight\n0,1,-3\n", ", line 2: `-3` in column 3 is no weight"),
        ("edges", b"u,v,weight\n0,1,nan\n", ", line 2: `nan` in column 3 is no weight"),
        ("edges", b"{\"0\": [1]}", "is JSON, where edges are wanted"),
        ("edges", b"PAR1\x15...", "is Parquet, which this program was built without"),
        ("edges", b"\x89HDF\r\n\x1a\n", "is HDF5, which is not read here"),
        ("edges", b"\x80\x04\x95", "is a pickle, which is not read here"),
        ("edges", b"\x1f\x8b\x08\x00", ""),
        ("edges", b"\x93NUMPY\x01\x00", "ends within the array"),
        ("edges", b"\x93NUMPY\x01\x00\x02\x00{}", "the header lacks 'descr'"),
        ("edges", b"PK\x03\x04", "is cut short"),
        (
            "edges",
            b"%%MatrixMarket matrix coordinate complex general\n",
            ", line 1: values of the kind complex",
        ),
        (
            "edges",
            b"%%MatrixMarket matrix coordinate pattern general\n3 3 2\n1 2\n",
            "ends after 1 of 2 entries",
        ),
        (
            "edges",
            b"%%MatrixMarket matrix coordinate pattern general\n3 3 1\n1 4\n",
            ", line 3: no row and column",
        ),
        ("features", b"", "holds no features"),
        ("features", b"0\n1\n", ", line 1: one column"),
        ("features", b"node,a\n0,1\n0,2\n", ", line 3: node `0` has a row already"),
        ("features", b"node,a,b\n0,1\n", ", line 2: 2 columns, where the first row has 3"),
        ("features", b"node,a\n0,\n", ", line 2: a missing value in column `a`"),
        ("features", b"node,a\n0,red\n", ", line 2: `red` in column `a` is no number"),
        ("features", b"node,a\n0,1e99\n", ", line 2: `1e99` in column `a` is no finite number"),
        ("features", b"node,a\nx,1\n", "names no node of the edges, such as `x`"),
        ("features", b"{\"0\": [1]", ", line 1, column 9: EOF"),
        ("features", b"{\"0\": [1], \"0\": [2]}", "node `0` has a list already"),
        ("features", b"{\"0\": [\"red\"]}", "expected a number"),
        ("features", b"{\"0\": [99999999]}", ", node `0`: 99999999 is no feature"),
        ("features", b"{\"0\": [0.5], \"1\": [1, 2]}", ", node `1`: 2 values, where the first node has 1"),
        ("features", b"[[1], [2]]", "expected an object"),
        ("features", b"{}", "holds no features"),
        ("labels", b"", "holds no labels"),
        ("labels", b"0\n", "1 row is of the nodes 0 to 0, and the edges name the node `1`"),
        ("labels", b"0,a\n0,b\n", ", line 2: node `0` has a label already"),
        ("labels", b"x,a\n", "holds no labels"),
        ("labels", b"node,label\n0,\n", "0 classes"),
    ];
    for (role, content, expected) in cases {
        fs::write(folder.join("bad"), content).expect("written");
        let flag = format!("--{role}");
        let inspect = match role {
            "edges" => vec!["data", "inspect", "bad", "--kind", "graph"],
            _ => vec!["data", "inspect", "edges", &flag, "bad"],
        };
        let error = fail(1, &inspect, folder);
        assert!(
            error.starts_with("error: bad") && error.contains(expected),
            "{error}\nin place of\n{expected}"
        );
        let file = |key: &str, name: &str| format!("data.{key}={name}");
        let (edges, other) = match role {
            "edges" => (file("edges", "bad"), "data.features=none".to_owned()),
            _ => (file("edges", "edges"), file(role, "bad")),
        };
        let train = ["train", "--device", "flex", "-q", "--set", &edges, "--set", &other, "--out", "run"];
        let error = fail(1, &train, folder);
        assert!(error.contains("/bad") && error.contains(expected), "{error}\nin place of\n{expected}");
    }
    assert_eq!(fs::read_dir(folder).expect("readable").count(), 2, "nothing else is made");
}

fn pictures_and_tables() {
    let folder = temporary();
    let folder = folder.path();
    // An array of 40 images of 2 x 3, by hand.
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (40, 2, 3), }";
    let mut array = b"\x93NUMPY\x01\x00".to_vec();
    array.extend((header.len() as u16).to_le_bytes());
    array.extend(header.as_bytes());
    array.extend((0..240_u32).map(|pixel| (pixel * 37 % 256) as u8));
    fs::write(folder.join("images.npy"), array).expect("written");
    let small = ["--device", "flex", "-q", "--set", "model.hidden=[8]", "--set", "train.epochs=3"];
    let sets = [
        "train",
        "vae-mnist-5k",
        "--set",
        "data.path=images.npy",
        "--set",
        "model.latent=2",
        "--out",
        "images",
    ];
    let result = succeed(&[&sets[..], &small].concat(), folder);
    assert!(result.starts_with("images, grey, bernoulli likelihood, nats per image\n"), "{result}");
    assert_eq!(succeed(&["evaluate", "images"], folder), result);
    succeed(&["embed", "images", "--format", "csv", "--out", "i.csv"], folder);
    let embedded = fs::read_to_string(folder.join("i.csv")).expect("written");
    assert!(embedded.starts_with("id,z0,z1,std0,std1\n") && embedded.lines().count() == 5, "{embedded}");
    // Without names images have their numbers in the file.
    let ids =
        embedded.lines().skip(1).map(|line| line.split(',').next().and_then(|id| id.parse::<u32>().ok()));
    assert!(ids.map(|id| id.expect("a number")).all(|id| id < 40), "{embedded}");

    let rows: String =
        (0..60).map(|row| format!("row {row},{},{}\n", row * row, f64::from(row).sin() * 1e6)).collect();
    fs::write(folder.join("table.csv"), format!("who,square,\"sine, large\"\n{rows}")).expect("written");
    let table =
        ["train", "vae-table", "--set", "data.path=table.csv", "--set", "data.id=who", "--out", "table"];
    let result = succeed(&[&table[..], &small].concat(), folder);
    assert!(result.starts_with("table, standardized, gaussian likelihood, nats per row\n"), "{result}");
    assert_eq!(succeed(&["evaluate", "table"], folder), result);
    let stored = fs::read_to_string(folder.join("table/standardization.json")).expect("stored");
    let stored: Value = serde_json::from_str(&stored).expect("JSON");
    assert_eq!(stored["columns"], serde_json::json!(["square", "sine, large"]));
    succeed(&["embed", "table", "--out", "t.csv"], folder);
    let embedded = fs::read_to_string(folder.join("t.csv")).expect("written");
    assert!(embedded.starts_with("id,z0,z1,std0,std1\nrow ") && embedded.lines().count() == 7, "{embedded}");
    let text = succeed(&["data", "inspect", "table.csv", "--kind", "table", "--id", "who"], folder);
    assert!(text.contains("rows        60\ncolumns     2, named by the first row\n"), "{text}");
    assert!(text.contains("\n            sine, large  real   0  841470.98"), "{text}");
}

fn python_reads_outputs(python: &Path) {
    let folder = temporary();
    let folder = folder.path();
    write_people(folder, word);
    train(folder, &[]);
    succeed(&["embed", "run"], folder);
    for (format, out) in [("csv", "z.csv"), ("tsv", "z.tsv"), ("projector", "p.tsv")] {
        succeed(&["embed", "run", "--format", format, "--out", out], folder);
    }
    succeed(&["links", "run", "--by", "model", "--top", "200", "--out", "links.csv"], folder);
    succeed(&["links", "run", "--by", "model", "--pairs", "edges.csv", "--out", "pairs.tsv"], folder);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/own_data.py");
    let run = || Command::new(python).arg(script).current_dir(folder).output().expect("Python starts");
    let output = run();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).expect("UTF-8").trim(), "90 nodes, 200 links, 270 pairs");

    // A row out of place is noticed.
    let text = fs::read_to_string(folder.join("z.csv")).expect("written");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.swap(3, 4);
    fs::write(folder.join("z.csv"), lines.join("\n")).expect("written");
    assert!(!run().status.success());
}
