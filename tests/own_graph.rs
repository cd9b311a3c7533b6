//! A graph of the user's own, from a file of edges to a trained model, and what is said of files that hold none.

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
    let trained = succeed(&["train", "own/friends.toml", "--device", "flex", "-q", "--out", "run"], folder);
    let names = fs::read_to_string(folder.join("run/nodes.txt")).expect("the ids");
    assert_eq!(names.lines().collect::<Vec<_>>(), (0..60).map(|i| format!("person {i}")).collect::<Vec<_>>());
    // From another folder than the one it was trained in.
    let evaluated = succeed(&["evaluate", "../run", "--model-only"], &folder.join("own"));
    assert!(evaluated.starts_with(&trained), "{evaluated}{trained}");
}

#[test]
fn a_file_that_is_no_list_of_edges_is_refused_in_one_line() {
    let cases: [(&str, &[u8], &str); 8] = [
        ("one.txt", b"1 2\n3\n", "one.txt, line 2: "),
        ("negative.txt", b"1 2\n-3 4\n", "negative.txt, line 2: node -3 is negative"),
        ("bytes.txt", b"1 2\n\xff\xfe 4\n", "bytes.txt, line 2: "),
        ("comments.txt", b"# nothing\n# at all\n", "comments.txt: holds no edge"),
        ("empty.txt", b"", "empty.txt: holds no edge"),
        ("old.txt", b"1 2\r3 4\r", "old.txt, line 1: byte 4 of the line is a control character"),
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
        for arguments in [&["data", "inspect", name][..], &train] {
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
