//! Nothing of a finished run changes unnoticed, and a run that cannot go on stays as it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
    command.env("XDG_RUNTIME_DIR", folder).args(arguments).current_dir(folder);
    command.output().expect("the binary starts")
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> (String, String) {
    let output = aevb(arguments, folder);
    let texts = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
    assert!(output.status.success(), "aevb {arguments:?}: {}", texts[1]);
    texts.into()
}

/// The error and the hint of a command that prints nothing else.
#[track_caller]
fn fail(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    // A file that the user named is a matter of usage.
    let is_named = arguments.contains(&"--split") || arguments.contains(&"--initial-weights");
    let code = if is_named { 2 } else { 1 };
    assert_eq!(output.status.code(), Some(code), "aevb {arguments:?}: {text}");
    assert!(output.stdout.is_empty() && text.starts_with("error: ") && text.contains("\nhint: "), "{text}");
    text
}

/// A short run on Cora with three checkpoints, and one on a table.
fn runs(folder: &Path) -> (PathBuf, PathBuf) {
    let graph = "train --quiet --device flex --out graph --set model.hidden=[8] --set model.latent=4 \
                 --set train.epochs=6 --set train.checkpoint_every=2_epochs --set train.keep_checkpoints=3";
    let graph: Vec<String> =
        graph.split_whitespace().map(|word| word.replace("2_epochs", "2 epochs")).collect();
    succeed(&graph.iter().map(String::as_str).collect::<Vec<_>>(), folder);
    let rows: String =
        (0..60).map(|i| format!("{},{}\n", (i * 7 % 60) as f64 / 8.0, (i * i % 37) as f64)).collect();
    fs::write(folder.join("table.csv"), "a,b\n".to_owned() + &rows).expect("written");
    let table =
        "train vae-table --quiet --device flex --out table --set data.path=table.csv --set train.epochs=2";
    succeed(&table.split_whitespace().collect::<Vec<_>>(), folder);
    (folder.join("graph"), folder.join("table"))
}

/// Every file below a folder, with its content.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("readable").flatten() {
        match entry.path() {
            path if path.is_dir() => files.extend(contents(&path)),
            path => drop(files.insert(path.clone(), fs::read(&path).expect("readable"))),
        }
    }
    files
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("there");
    let at = at % bytes.len();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).expect("written");
}

#[test]
fn a_flipped_byte_is_told_by_whoever_reads_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (graph, table) = runs(folder.path());
    let readers: [(&Path, &str, &[&str]); 12] = [
        (&graph, "model.safetensors", &["evaluate", "graph"]),
        (&graph, "model.safetensors", &["links", "graph", "--top", "5"]),
        (&graph, "model.safetensors", &["embed", "graph", "--out", "z.csv"]),
        (
            &graph,
            "model.safetensors",
            &["export", "graph", "--what", "weights", "--format", "npz", "--out", "w.npz"],
        ),
        (&graph, "split.json", &["evaluate", "graph"]),
        (&graph, "config.toml", &["links", "graph", "--top", "5"]),
        (&graph, "metrics.jsonl", &["report", "graph"]),
        (&graph, "result.json", &["compare", "graph", "table"]),
        (&table, "standardization.json", &["score", "table"]),
        (&table, "data.json", &["score", "table"]),
        (&table, "model.safetensors", &["score", "table"]),
        (&table, "config.toml", &["compare", "graph", "table"]),
    ];
    for (run, file, command) in readers {
        let file = run.join(file);
        let sound = fs::read(&file).expect("there");
        for at in [0, sound.len() / 2, sound.len() - 2] {
            flip(&file, at);
            let told = fail(command, folder.path());
            let name = file.file_name().expect("a name").to_string_lossy();
            assert!(
                told.contains(&format!("{name}: is not what the run wrote, as SHA256SUMS has it")),
                "{told}"
            );
            fs::write(&file, &sound).expect("written");
        }
        fs::remove_file(&file).expect("removed");
        if file.ends_with("result.json") {
            // Without it a run has not ended.
        } else {
            assert!(fail(command, folder.path()).contains("is missing"), "{}", file.display());
        }
        fs::write(&file, &sound).expect("written");
    }
    assert!(!folder.path().join("z.csv").exists() && !folder.path().join("w.npz").exists());
    // What others begin with is looked at too.
    let split = ["train", "--quiet", "--device", "flex", "--out", "next", "--set", "train.epochs=1"];
    flip(&graph.join("split.json"), 3000);
    fail(&[&split[..], &["--split", "graph/split.json"]].concat(), folder.path());
    flip(&graph.join("split.json"), 3000);
    flip(&graph.join("model.safetensors"), 3000);
    fail(&[&split[..], &["--initial-weights", "graph/model.safetensors"]].concat(), folder.path());
    assert!(!folder.path().join("next").exists());
}

#[test]
fn weights_are_restored_from_the_newest_checkpoint() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (graph, _) = runs(folder.path());
    let before = contents(&graph);
    let evaluate = ["evaluate", "graph", "--model-only"];
    let (sound, _) = succeed(&evaluate, folder.path());
    for damage in [|path: &Path| flip(path, 700), |path: &Path| fs::remove_file(path).expect("removed")] {
        damage(&graph.join("model.safetensors"));
        let told = fail(&evaluate, folder.path());
        assert!(told.contains("hint: `aevb resume graph` restores it"), "{told}");
        assert_eq!(succeed(&[&evaluate[..], &["--checkpoint", "latest"]].concat(), folder.path()).0, sound);
        let (_, told) = succeed(&["resume", "graph"], folder.path());
        assert!(told.contains("is restored from checkpoint step-6"), "{told}");
        assert_eq!(contents(&graph), before);
        assert_eq!(succeed(&evaluate, folder.path()).0, sound);
    }
    fs::remove_dir_all(graph.join("checkpoints/step-6")).expect("removed");
    flip(&graph.join("model.safetensors"), 700);
    assert!(
        fail(&["resume", "graph"], folder.path()).contains("no sound checkpoint with these weights is left")
    );
}

#[test]
fn what_changed_before_the_end_is_told_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (_, table) = runs(folder.path());
    // Without its result a run goes on, and the seal is still there.
    fs::remove_file(table.join("result.json")).expect("removed");
    let sound = fs::read(table.join("standardization.json")).expect("there");
    flip(&table.join("standardization.json"), 60);
    let told = fail(&["resume", "table"], folder.path());
    assert!(told.contains("standardization.json: is not what the run wrote"), "{told}");
    // Without the seal it is known by the data.
    fs::remove_file(table.join("SHA256SUMS")).expect("removed");
    let (_, told) = succeed(&["resume", "table"], folder.path());
    let wanted = "table/standardization.json: says something else than the data do now, and is written anew";
    assert!(told.contains(wanted), "{told}");
    assert_eq!(fs::read(table.join("standardization.json")).expect("there"), sound);
    succeed(&["score", "table"], folder.path());
    // What is changed while the run is at work is not sealed.
    fs::write(
        folder.path().join("edges.txt"),
        (0..300).map(|i| format!("a{i} a{}\n", (i * 7 + 1) % 300)).collect::<String>(),
    )
    .expect("written");
    let own = "train --quiet --device flex --out own --set data.edges=edges.txt --set data.features=none --set train.epochs=400";
    let mut child = Command::new(env!("CARGO_BIN_EXE_aevb"))
        .args(own.split(' '))
        .env("XDG_RUNTIME_DIR", folder.path())
        .current_dir(folder.path())
        .spawn()
        .expect("the binary starts");
    let own = folder.path().join("own");
    while !fs::metadata(own.join("metrics.jsonl")).is_ok_and(|file| file.len() > 0) {
        assert!(child.try_wait().expect("a child").is_none(), "it ended too soon");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    flip(&own.join("nodes.txt"), 3);
    assert!(child.wait().expect("a child").success());
    assert!(fail(&["links", "own"], folder.path()).contains("nodes.txt: is not what the run wrote"));
}

#[test]
fn a_run_of_an_earlier_version_opens_with_a_note() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (graph, _) = runs(folder.path());
    let (answer, nothing) = succeed(&["links", "graph", "--top", "3"], folder.path());
    assert!(!nothing.contains("SHA256SUMS"), "{nothing}");
    fs::remove_file(graph.join("SHA256SUMS")).expect("removed");
    let (again, note) = succeed(&["links", "graph", "--top", "3"], folder.path());
    assert_eq!(again, answer);
    assert!(note.contains("note: graph: has no SHA256SUMS, as runs of earlier versions"), "{note}");
}

#[test]
fn a_refused_resume_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (graph, _) = runs(folder.path());
    let longer = ["resume", "graph", "--set", "train.epochs=9"];
    let shorten = |path: PathBuf| {
        let bytes = fs::read(&path).expect("there");
        fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
    };
    let sound = contents(&graph);
    let damages: [&dyn Fn(); 7] = [
        &|| fs::remove_file(graph.join("metrics.jsonl")).expect("removed"),
        &|| shorten(graph.join("metrics.jsonl")),
        &|| flip(&graph.join("metrics.jsonl"), 30),
        &|| fs::remove_file(graph.join("timing.jsonl")).expect("removed"),
        &|| shorten(graph.join("timing.jsonl")),
        &|| flip(&graph.join("split.json"), 4000),
        &|| flip(&graph.join("config.toml"), 40),
    ];
    for (number, damage) in damages.iter().enumerate() {
        damage();
        // One checkpoint more that is damaged, and stays where it is.
        fs::create_dir(graph.join("checkpoints/step-7")).expect("made");
        let damaged = contents(&graph);
        let told = aevb(&longer, folder.path());
        assert_eq!(told.status.code(), Some(1), "damage {number}: {}", String::from_utf8_lossy(&told.stderr));
        assert_eq!(contents(&graph), damaged, "damage {number}");
        assert!(graph.join("checkpoints/step-7").is_dir());
        fs::remove_dir(graph.join("checkpoints/step-7")).expect("removed");
        for (path, content) in &sound {
            fs::write(path, content).expect("written");
        }
    }
    // All is there again, and the run goes on, is sealed anew and says so.
    succeed(&longer, folder.path());
    succeed(&["evaluate", "graph", "--model-only"], folder.path());
    let sums = fs::read_to_string(graph.join("SHA256SUMS")).expect("sealed");
    let names: Vec<&str> = sums.lines().map(|line| &line[66..]).collect();
    assert_eq!(
        names,
        ["config.toml", "split.json", "nodes.txt", "metrics.jsonl", "model.safetensors", "result.json"]
    );
}

#[cfg(unix)]
mod unix {
    use std::process::{Child, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    /// What begins a program for which SIGHUP has its usual meaning.
    const DEFAULT: &str = if cfg!(target_os = "linux") { "exec env --default-signal=HUP" } else { "exec" };

    /// A training that takes minutes, with a checkpoint at every epoch, once it has written one.
    fn long_training(folder: &Path, before: &str) -> Child {
        let script = format!(
            "{before} \"$0\" train --quiet --device flex --out run --set train.epochs=100000 \
             --set 'train.checkpoint_every=1 epochs'"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_aevb")]).current_dir(folder);
        let child = command.env("XDG_RUNTIME_DIR", folder).stderr(Stdio::piped()).spawn().expect("starts");
        wait_for(&folder.join("run/checkpoints/step-2"));
        child
    }

    fn wait_for(path: &Path) {
        let since = Instant::now();
        // Later ones may have taken its place.
        let is_there = || path.exists() || path.with_file_name("step-9").exists();
        while !is_there() && since.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn told(child: Child) -> (Option<i32>, String) {
        let output = child.wait_with_output().expect("ends");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn kill(child: &Child, signal: &str) {
        let sent =
            Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill starts");
        assert!(sent.success());
    }

    #[test]
    fn a_terminal_that_goes_away_leaves_a_checkpoint_unless_that_is_ignored() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // Whoever started the tests may have had the signal ignored.
        let child = long_training(folder.path(), DEFAULT);
        kill(&child, "-HUP");
        let (code, text) = told(child);
        assert_eq!(code, Some(130), "{text}");
        assert!(
            text.contains("interrupted after epoch") && text.contains("`aevb resume run` goes on"),
            "{text}"
        );
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut child = long_training(folder.path(), "trap '' HUP; exec");
        kill(&child, "-HUP");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(child.try_wait().expect("known"), None, "as under nohup");
        kill(&child, "-TERM");
        assert_eq!(told(child).0, Some(130));
    }

    #[test]
    fn a_folder_that_is_removed_or_replaced_is_told() {
        for replaced in [false, true] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let child = long_training(folder.path(), "exec");
            let run = folder.path().join("run");
            fs::rename(&run, folder.path().join("elsewhere")).expect("moved");
            if replaced {
                fs::create_dir(&run).expect("made");
                fs::write(run.join("mine"), "mine").expect("written");
            }
            let (code, text) = told(child);
            assert_eq!(code, Some(1), "{text}");
            assert!(
                text.contains("run: the folder was removed or replaced while the run was at work"),
                "{text}"
            );
            let left = fs::read_dir(&run).map_or(0, Iterator::count);
            assert_eq!(left, usize::from(replaced), "nothing is written where the run was");
        }
    }

    #[test]
    fn a_limit_on_files_is_told_and_leaves_nothing_half_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = "ulimit -f 8; exec \"$0\" train --quiet --device flex --out run --set train.epochs=2";
        let mut command = Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_aevb")]).current_dir(folder.path());
        let output = command.env("XDG_RUNTIME_DIR", folder.path()).output().expect("starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.starts_with("error: ") && text.contains("ulimit -f"), "{text}");
        assert_eq!(text.lines().count(), 2, "{text}");
        let left: Vec<PathBuf> = match folder.path().join("run").is_dir() {
            true => contents(&folder.path().join("run")).into_keys().collect(),
            false => Vec::new(),
        };
        assert!(left.iter().all(|path| !path.to_string_lossy().ends_with(".tmp")), "{left:?}");
    }

    #[test]
    fn left_overs_of_killed_processes_are_removed_by_the_next() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (graph, _) = runs(folder.path());
        let left = [".aevb-aBcD12.tmp", "checkpoints/.aevb-xYz123.tmp"];
        for name in left {
            fs::write(graph.join(name), "half").expect("written");
        }
        fs::write(graph.join("mine.tmp"), "mine").expect("written");
        succeed(&["resume", "graph", "--set", "train.epochs=7"], folder.path());
        assert!(left.iter().all(|name| !graph.join(name).exists()));
        assert!(graph.join("mine.tmp").exists());
    }
}
