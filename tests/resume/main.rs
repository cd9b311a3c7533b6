//! Runs that survive: whatever ends a training, and whenever, `aevb resume` ends it with the bytes of one that nothing
//! disturbed. `AEVB_KILLS` says how often each model is killed, 5 times by default.

mod best_weights;
mod continuations;
mod interrupts;
mod kills;
mod refusals;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

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
        test("a_vae_that_is_killed_at_any_moment_ends_the_same", || kills::killed("vae", VAE)),
        test("a_vgae_that_is_killed_at_any_moment_ends_the_same", || kills::killed("vgae", VGAE)),
        test("a_vgae_of_drawn_neighbours_that_is_killed_at_any_moment_ends_the_same", || {
            kills::killed("vgae of drawn neighbours", &[VGAE, NEIGHBOURS].concat());
        }),
        test("an_interrupt_within_an_epoch_leaves_a_checkpoint", interrupts::interrupted_within_an_epoch),
        test("a_request_to_terminate_is_an_interrupt", || interrupts::interrupted(&["-TERM"])),
        test("a_terminal_that_is_gone_is_an_interrupt", || interrupts::interrupted(&["-HUP", "-HUP"])),
        test("a_session_that_ends_is_an_interrupt", || interrupts::interrupted(&["-TERM", "-HUP"])),
        test("a_refused_resume_changes_nothing", refusals::nothing_changes_before_it_goes_on),
        test("a_second_process_is_refused", interrupts::second_process_is_refused),
        test("more_epochs_give_the_bytes_of_a_longer_run", continuations::more_epochs),
        test("a_damaged_checkpoint_is_left_out_and_the_end_is_the_same", continuations::damaged_checkpoint),
        test("a_run_in_shards_goes_on_where_it_was", continuations::in_shards),
        test("a_schedule_and_early_stopping_go_on_where_they_were", continuations::early_stopping),
        test(
            "the_best_weights_are_those_of_the_peak_however_a_run_comes_to_its_end",
            best_weights::of_a_graph,
        ),
        test("a_start_that_no_epoch_betters_is_what_a_run_ends_with", best_weights::of_the_start),
        test("patience_ends_with_the_best_weights", best_weights::with_patience),
        test("epochs_are_compared_by_the_ranks_of_the_same_edges", best_weights::by_ranks),
        test("epochs_are_compared_by_hits_among_shared_non_edges", best_weights::by_shared_hits),
        test("the_best_weights_of_images_have_the_best_bound", best_weights::of_examples),
        test("a_run_that_fell_says_so_and_what_helps", best_weights::fallen),
        test("what_would_change_the_steps_is_refused", refusals::refused_changes),
        test("other_data_are_refused", refusals::other_data),
        test("another_table_is_refused_and_writes_nothing_over", refusals::other_table),
        test("a_checkpoint_of_a_newer_version_is_refused", refusals::newer_version),
        test("a_run_that_has_ended_says_so", refusals::ended),
        test("repeated_runs_go_on_where_they_were", continuations::repeated_runs),
        test("a_run_cut_short_is_offered_to_be_resumed", refusals::cut_short_is_offered),
        test("a_reproduction_goes_on_with_a_run_cut_short", continuations::reproduction),
        test("a_run_that_needs_more_memory_than_there_is_is_refused", refusals::too_much_memory),
    ];
    let has_terminal = cfg!(target_os = "linux") && Command::new("script").arg("--version").output().is_ok();
    let terminal = Trial::test("ctrl_c_on_a_terminal_leaves_a_checkpoint_and_says_how_to_go_on", move || {
        if !has_terminal {
            return Err(Failed::from("util-linux's `script` is not here"));
        }
        interrupts::ctrl_c();
        Ok(())
    });
    let required = std::env::var("CI").is_ok_and(|value| value == "true");
    trials.push(terminal.with_ignored_flag(!required && !has_terminal));
    // One at a time: each trains on every core, and moments are taken by the clock.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

/// 60 steps of 3 epochs.
const VAE: &[&str] = &[
    "vae-mnist-5k",
    "model.hidden=[16]",
    "model.latent=2",
    "data.binarization=dynamic",
    "objective.kl_warm_up_epochs=2",
    "train.epochs=3",
    "train.evaluate_every=1",
    "train.batch_size=200",
];

/// 60 steps of as many epochs.
const VGAE: &[&str] = &["vgae-cora", "model.hidden=[8]", "model.latent=4", "train.epochs=60"];

/// Pairs and neighbours of each step are drawn; three steps an epoch.
const NEIGHBOURS: &[&str] = &[
    "objective.pairs=blocks",
    "objective.edges=rows",
    "objective.rows=1000",
    "objective.columns=500",
    "train.neighbours=[4, 2]",
    "train.epochs=20",
];

/// What is to be the same, to the byte.
const SAME: [&str; 2] = ["metrics.jsonl", "model.safetensors"];

fn command(arguments: &[&str], folder: &Path) -> Command {
    under(Command::new(env!("CARGO_BIN_EXE_aevb")), arguments, folder)
}

/// The same where signals have their usual meaning, whoever started the tests and had some ignored, as `nohup` does.
fn command_by_default_signals(arguments: &[&str], folder: &Path) -> Command {
    if !cfg!(target_os = "linux") {
        return command(arguments, folder);
    }
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP,TERM", env!("CARGO_BIN_EXE_aevb")]);
    under(command, arguments, folder)
}

fn under(mut command: Command, arguments: &[&str], folder: &Path) -> Command {
    // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
    command.env("XDG_RUNTIME_DIR", folder).env("AEVB_DATA", folder.join("data"));
    // Small files stand for the data sets.
    command.env("AEVB_UNCHECKED_DATA", "yes");
    command.args(arguments).current_dir(folder);
    command
}

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    command(arguments, folder).output().expect("the binary starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    assert!(output.status.success(), "aevb {arguments:?}: {}", stderr(&output));
    stderr(&output)
}

/// The message of an error with this exit code.
#[track_caller]
fn fail(code: i32, arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    assert_eq!(output.status.code(), Some(code), "aevb {arguments:?}: {}", stderr(&output));
    let text = stderr(&output);
    assert!(text.lines().any(|line| line.starts_with("error: ")), "{text}");
    text
}

/// The arguments that train a configuration with these values into `out`.
fn training<'a>(config: &[&'a str], sets: &[&'a str], out: &'a str) -> Vec<&'a str> {
    let mut arguments = vec!["train", config[0], "--device", "flex", "--quiet", "--out", out];
    arguments.extend(config[1..].iter().chain(sets).flat_map(|set| ["--set", set]));
    arguments
}

#[track_caller]
fn train(config: &[&str], sets: &[&str], out: &str, folder: &Path) -> PathBuf {
    succeed(&training(config, sets, out), folder);
    folder.join(out)
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn read(path: PathBuf) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&read(path)).expect("JSON")
}

fn lines(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("metrics.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The steps at which a run has a checkpoint.
fn checkpoints(run: &Path) -> Vec<u64> {
    let entries = fs::read_dir(run.join("checkpoints")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut steps: Vec<u64> = names.filter_map(|name| name.strip_prefix("step-")?.parse().ok()).collect();
    steps.sort_unstable();
    steps
}

#[track_caller]
fn assert_same(whole: &Path, run: &Path) {
    for file in SAME {
        assert!(read(whole.join(file)) == read(run.join(file)), "{file} differs in {}", run.display());
    }
    let (whole, run) = (json(whole.join("result.json")), json(run.join("result.json")));
    for key in ["epochs", "validation", "test"] {
        assert_eq!(whole[key], run[key], "{key}");
    }
}

#[track_caller]
fn wait_until(child: &mut Child, what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        if let Some(status) = child.try_wait().expect("a child") {
            panic!("ended with {status} before {what}");
        }
        assert!(began.elapsed() < Duration::from_secs(120), "no {what} in two minutes");
        sleep(Duration::from_millis(5));
    }
}

fn signal(child: &Child, signal: &str) {
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(kill.expect("kill runs").success());
}
