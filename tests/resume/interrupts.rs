//! Ctrl-C and its like, and two processes in one folder.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::{
    VAE, VGAE, assert_same, checkpoints, command, command_by_default_signals, fail, lines, read, signal,
    stderr, succeed, temporary, train, training, wait_until,
};

pub fn interrupted_within_an_epoch() {
    let folder = temporary();
    let small = &[VAE, &["train.batch_size=10", "train.epochs=2"]].concat();
    let whole = train(small, &[], "whole", folder.path());
    let arguments = training(small, &["train.checkpoint_every=20 steps", "train.keep_checkpoints=1"], "run");
    let mut child = command(&arguments, folder.path()).stderr(Stdio::piped()).spawn().expect("it starts");
    let run = folder.path().join("run");
    wait_until(&mut child, "a checkpoint", || !checkpoints(&run).is_empty());
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("a child");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(
        told.starts_with("error: interrupted after step ") && told.contains(", in epoch 1 of 2\n"),
        "{told}"
    );
    assert!(told.ends_with("hint: `aevb resume run` goes on\n"), "{told}");
    assert_eq!(checkpoints(&run).len(), 1);
    // What there is can be looked at meanwhile.
    succeed(&["evaluate", "run", "--checkpoint", "latest"], folder.path());
    succeed(&["sample", "run", "--checkpoint", "latest", "--out", "sample.png"], folder.path());
    let told = succeed(&["resume", "run"], folder.path());
    assert!(told.starts_with("run: goes on after step "), "{told}");
    assert_same(&whole, &run);
}

/// A shell and the system both tell that a terminal is gone, within a millisecond; systemd tells it after a request to end.
pub fn interrupted(by: &[&str]) {
    let folder = temporary();
    let long = &[VGAE, &["train.epochs=500"]].concat();
    let whole = train(long, &[], "whole", folder.path());
    let arguments = training(long, &[], "run");
    let mut command = command_by_default_signals(&arguments, folder.path());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let run = folder.path().join("run");
    wait_until(&mut child, "20 epochs", || lines(&run).len() >= 20);
    by.iter().for_each(|by| signal(&child, by));
    let output = child.wait_with_output().expect("a child");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let epochs = lines(&run).len();
    let told = stderr(&output);
    assert_eq!(
        told,
        format!("error: interrupted after epoch {epochs} of 500\nhint: `aevb resume run` goes on\n")
    );
    assert_eq!(checkpoints(&run), [epochs as u64]);
    succeed(&["evaluate", "run", "--model-only"], folder.path());
    succeed(&["resume", "run", "--threads", "1"], folder.path());
    assert_same(&whole, &run);
    assert_eq!(read(whole.join("split.json")), read(run.join("split.json")));
    let timing = String::from_utf8(read(run.join("timing.jsonl"))).expect("UTF-8");
    assert_eq!(timing.lines().count(), 500);
}

/// `script` runs the program on a pseudo-terminal of its own, to which it hands what it is told.
pub fn ctrl_c() {
    let folder = temporary();
    let long = &[VGAE, &["train.epochs=500"]].concat();
    let whole = train(long, &[], "whole", folder.path());
    let arguments: Vec<String> = training(long, &[], "run")
        .iter()
        .filter(|word| **word != "--quiet")
        .map(|word| format!("'{word}'"))
        .collect();
    let line = format!("exec '{}' {}", env!("CARGO_BIN_EXE_aevb"), arguments.join(" "));
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("SHELL", "/bin/sh")
        .env("TERM", "xterm")
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script runs");
    let run = folder.path().join("run");
    wait_until(&mut child, "20 epochs", || lines(&run).len() >= 20);
    let mut keyboard = child.stdin.take().expect("piped");
    keyboard.write_all(b"\x03").expect("typed");
    let mut screen = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut screen).expect("UTF-8");
    assert_eq!(child.wait().expect("a child").code(), Some(130), "{screen}");
    drop(keyboard);
    assert!(screen.contains("epoch "), "no progress on the terminal: {screen}");
    assert!(screen.contains("error: interrupted after epoch "), "{screen}");
    assert!(screen.trim_end().ends_with("hint: `aevb resume run` goes on"), "{screen}");
    assert_eq!(checkpoints(&run), [lines(&run).len() as u64]);
    succeed(&["resume", "run"], folder.path());
    assert_same(&whole, &run);
}

pub fn second_process_is_refused() {
    let folder = temporary();
    let arguments = training(VGAE, &["train.epochs=1000000"], "run");
    let mut child = command(&arguments, folder.path()).spawn().expect("it starts");
    let run = folder.path().join("run");
    wait_until(&mut child, "an epoch", || !lines(&run).is_empty());
    let told = fail(1, &["resume", "run"], folder.path());
    assert!(told.starts_with("error: run: another process is at work in it\nhint: "), "{told}");
    assert!(fail(2, &arguments, folder.path()).starts_with("error: run: "));
    child.kill().expect("a signal is sent");
    child.wait().expect("a child");
    // The dead hold no lock.
    let told = succeed(&["resume", "run", "--set", "train.epochs=10"], folder.path());
    assert!(told.starts_with("run: no checkpoint yet, so from the beginning\n"), "{told}");
    assert_eq!(lines(&run).len(), 10);
}
