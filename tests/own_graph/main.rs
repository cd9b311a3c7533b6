//! A graph of the user's own, from a file of edges to a trained model, and what is said of files that hold none.

mod grown;
mod path;
mod threads;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn aevb(folder: &Path, arguments: &[&str]) -> Output {
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
    let output = aevb(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A ring of 60 people, each of whom also knows the next but one; with a loop, a repeated and a reversed entry.
fn friends() -> String {
    let pairs = (0..60).flat_map(|i| [(i, (i + 1) % 60), (i, (i + 2) % 60)]);
    let lines: String = pairs.map(|(i, j)| format!("person {i},person {j}\r\n")).collect();
    format!(
        "source,target\r\n{lines}# by hand\r\nperson 0,person 1\r\nperson 2,person 0\r\nperson 9,person 9\r\n"
    )
}

#[test]
fn a_list_of_edges_is_inspected_trained_on_and_evaluated_with_its_ids() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    fs::create_dir(folder.join("own")).expect("created");
    fs::write(folder.join("own/friends.csv"), friends()).expect("written");

    let text = succeed(&["data", "inspect", "own/friends.csv"], folder);
    assert!(text.contains("lines       125: the first a header, 1 comments, 0 of more"), "{text}");
    assert!(
        text.contains("entries     123: 1 repeated, 1 the reverse of another, 1 loops dropped"),
        "{text}"
    );
    assert!(
        text.contains("nodes       60, 0 of them isolated") && text.contains("edges       120"),
        "{text}"
    );
    assert!(text.contains("ids         person 0 … person 59"), "{text}");
    let json: Value =
        serde_json::from_str(&succeed(&["data", "inspect", "own/friends.csv", "--json"], folder))
            .expect("JSON");
    assert_eq!((json["nodes"].as_u64(), json["entries"]["loops"].as_u64()), (Some(60), Some(1)));

    let config = "[data]\nedges = \"friends.csv\"\nfeatures = \"none\"\n[train]\nepochs = 5\n";
    fs::write(folder.join("own/friends.toml"), config).expect("written");
    // What is read is said once, however often it is trained on.
    let repeated =
        aevb(folder, &["train", "own/friends.toml", "--device", "flex", "--repeat", "2", "--out", "two"]);
    let said = String::from_utf8(repeated.stderr).expect("UTF-8");
    for line in ["read as ", "first edges "] {
        assert_eq!(said.lines().filter(|said| said.starts_with(line)).count(), 1, "{said}");
    }
    let trained = succeed(&["train", "own/friends.toml", "--device", "flex", "-q", "--out", "run"], folder);
    let names = fs::read_to_string(folder.join("run/nodes.txt")).expect("the ids");
    assert_eq!(names.lines().collect::<Vec<_>>(), (0..60).map(|i| format!("person {i}")).collect::<Vec<_>>());
    // From another folder than the one it was trained in.
    let evaluated = succeed(&["evaluate", "../run", "--model-only"], &folder.join("own"));
    let metrics: Vec<&str> = trained.lines().take(3).collect();
    assert!(evaluated.starts_with(&metrics.join("\n")), "{evaluated}{trained}");
}

/// A ring of 20 nodes with a weight that its header does not name, and features that could be values or indices.
fn write_ring(folder: &Path, name: fn(usize) -> String) {
    let edges: String =
        (0..20).map(|i| format!("{},{},{}\n", name(i), name((i + 1) % 20), 1 + i % 4)).collect();
    fs::write(folder.join("plain.csv"), format!("source,target,strength\n{edges}")).expect("written");
    fs::write(folder.join("weighted.csv"), format!("source,target,weight\n{edges}")).expect("written");
    let features: Vec<String> =
        (0..20).map(|i| format!("{:?}: [{}, {}, 9]", name(i), i % 3, 3 + i % 5)).collect();
    fs::write(folder.join("features.json"), format!("{{{}}}", features.join(", "))).expect("written");
}

fn train_ring(folder: &Path, edges: &str, more: &[&str], out: &str) {
    let edges = format!("data.edges={edges}");
    let base = ["train", "--device", "flex", "-q", "--set", &edges, "--set", "data.features=features.json"];
    let short = ["--set", "train.epochs=3", "--out", out];
    succeed(&[&base[..], &short, more].concat(), folder);
}

#[test]
fn other_files_are_read_as_those_of_the_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_ring(folder, |i| format!("n{i}"));
    let cases = [
        ("plain.csv", "data.weights=third-column", ["--weights", "none"]),
        ("weighted.csv", "data.weights=none", ["--weights", "auto"]),
        ("plain.csv", "data.features_format=json-values", ["--features-format", "json"]),
        ("plain.csv", "data.edges_format=csv", ["--weights", "third-column"]),
    ];
    for (number, (edges, setting, otherwise)) in cases.into_iter().enumerate() {
        let run = format!("run{number}");
        train_ring(folder, edges, &["--set", setting], &run);
        let embed = |name: &str, more: &[&str]| {
            let out = format!("{run}-{name}.csv");
            let output = aevb(folder, &[&["embed", &run, "--out", &out], more].concat());
            (output.status.success(), fs::read_to_string(folder.join(out)).unwrap_or_default())
        };
        let other = ["--edges", edges, "--features", "features.json", "--known", "other"];
        let (own, same) = (embed("own", &["--all-edges"]), embed("same", &other));
        assert!(own.0 && own == same, "{setting}");
        // As indices, the features would be more than the model knows.
        let differs = embed("else", &[&other[..], &otherwise].concat());
        assert!(differs != same && (differs.0 || setting.contains("features")), "{setting}");
    }
    for refused in [
        &["embed", "run0", "--part", "test"][..],
        &["embed", "run0", "--weights", "none"],
        &["data", "inspect", "plain.csv", "--kind", "table", "--weights", "none"],
    ] {
        assert_eq!(aevb(folder, refused).status.code(), Some(2), "{refused:?}");
    }
}

#[test]
fn ids_that_begin_like_comments_come_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_ring(folder, |i| format!("{}tag{i}", ['#', '%'][i % 2]));
    train_ring(folder, "plain.csv", &[], "run");
    for name in ["links.csv", "links.tsv"] {
        succeed(&["links", "run", "--by", "model", "--top", "15", "--out", name], folder);
        let again = succeed(&["links", "run", "--by", "model", "--pairs", name], folder);
        let commas = fs::read_to_string(folder.join(name)).expect("written").replace('\t', ",");
        assert_eq!((again.lines().count(), again), (16, commas));
    }
    // Latent vectors are features of the same nodes to another run.
    succeed(&["embed", "run", "--out", "latents.csv"], folder);
    let inspected = succeed(&["data", "inspect", "plain.csv", "--features", "latents.csv"], folder);
    assert!(inspected.contains("20 rows, 0 of nodes without an edge"), "{inspected}");
}

#[test]
fn what_data_hold_is_told_before_training() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_ring(folder, |i| format!("n{i}"));
    let options =
        ["--features", "features.json", "--features-format", "json-values", "--weights", "third-column"];
    let text = succeed(&[&["data", "inspect", "plain.csv"], &options[..]].concat(), folder);
    assert!(text.contains("features    3, ") && text.contains("with weights"), "{text}");
    let command = text.lines().find_map(|line| line.strip_prefix("command     aevb ")).expect("a command");
    let arguments: Vec<&str> =
        command.split(' ').chain(["--set", "train.epochs=1", "--out", "run"]).collect();
    succeed(&arguments, folder);

    fs::write(folder.join("my table.csv"), "a,b,c\n1.5,2,3\n2,3,4\n0,1,2\n").expect("written");
    let text = succeed(&["data", "inspect", "my table.csv"], folder);
    assert!(text.contains("aevb train --table 'my table.csv'"), "{text}");
    assert!(
        text.contains("note        training refuses this: ") && text.contains("3 rows are too few"),
        "{text}"
    );
    let text = succeed(&["data", "inspect", "my table.csv", "--kind", "graph"], folder);
    assert!(text.contains("edges       3 undirected"), "{text}");
    fs::write(folder.join("pair.csv"), "x,y\ny,z\nz,x\n").expect("written");
    let text = succeed(&["data", "inspect", "pair.csv"], folder);
    assert!(!text.contains("cannot hold out"), "{text}");
    let complete: String = (0..20).flat_map(|i| (0..i).map(move |j| format!("{i} {j}\n"))).collect();
    fs::write(folder.join("complete.txt"), complete).expect("written");
    let text = succeed(&["data", "inspect", "complete.txt"], folder);
    assert!(text.contains("note        training cannot hold out edges: "), "{text}");
    let mut images = b"\x93NUMPY\x01\x00\x46\x00".to_vec();
    images.extend(
        format!("{:<69}\n", "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4, 5), }").as_bytes(),
    );
    images.extend((0..60).collect::<Vec<u8>>());
    fs::write(folder.join("images.npy"), images).expect("written");
    assert!(succeed(&["data", "inspect", "images.npy"], folder).contains("3 of 4 x 5 pixels"));
    let output = aevb(folder, &["data", "inspect", "absent.csv"]);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(
        (output.status.code(), stderr.lines().next()),
        (Some(1), Some("error: absent.csv: there is no such file"))
    );
}

#[test]
fn a_file_that_is_no_list_of_edges_is_refused_in_one_line() {
    let cases: [(&str, &[u8], &str); 7] = [
        ("one.txt", b"1 2\n3\n", "one.txt, line 2: "),
        ("negative.txt", b"1 2\n-3 4\n", "negative.txt, line 2: node -3 is negative"),
        ("bytes.txt", b"1 2\n\xff\xfe 4\n", "bytes.txt, line 2: "),
        ("comments.txt", b"# nothing\n# at all\n", "comments.txt: holds no edge"),
        ("empty.txt", b"", "empty.txt: holds no edge"),
        (
            "escape.txt",
            b"1 2\na\x1b[31m b\n",
            "escape.txt, line 2: byte 2 of the line is a control character",
        ),
        ("cut.gz", b"\x1f\x8b\x08\x00", "cut.gz"),
    ];
    for (name, content, expected) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(name), content).expect("written");
        let edges = format!("data.edges={name}");
        let train = [
            "train",
            "--device",
            "flex",
            "-q",
            "--set",
            &edges,
            "--set",
            "data.features=none",
            "--out",
            "run",
        ];
        for arguments in [&["data", "inspect", name, "--kind", "graph"][..], &train] {
            let output = aevb(folder.path(), arguments);
            let stderr = String::from_utf8(output.stderr).expect("UTF-8");
            assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &[][..]), "{stderr}");
            let [error, hint] = stderr.lines().collect::<Vec<_>>()[..] else { panic!("{stderr}") };
            assert!(error.starts_with("error: ") && error.contains(expected), "{stderr}");
            assert!(hint.starts_with("hint: "), "{stderr}");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1, "nothing else is made");
    }
}
