//! Reports in a real browser: what a reader drags, points at and types has the effect that the page promises, and the
//! pixels that the page decodes are those of the program. Screenshots are left in `target/tmp/report`.

mod chromium;
mod classes;
mod crowds;
mod expected_links;
mod graphs;
mod images;
#[path = "../python.rs"]
mod python;
mod records;
// Of the program itself: what the palettes are measured by.
#[path = "../../crates/runner/src/report/sight.rs"]
mod sight;
mod sizes;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use aevb::device;
use aevb::experiment::{ConfigFile, Experiment, Override};
use aevb::run_folder::RunFolder;
use aevb::train::open_autoencoder;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chromium::Chromium;
use libtest_mimic::{Arguments, Trial};

fn main() {
    let required = std::env::var("CI").is_ok_and(|value| value == "true");
    let trial = |name: &str, run: fn(), available: bool| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
        .with_ignored_flag(!available && !required)
    };
    let browser = chromium::find().is_some();
    let trials = vec![
        trial("a_drag_decodes_what_the_program_decodes", images::explorer_decodes, browser),
        trial("a_table_is_decoded_in_its_own_units", tables::explorer_decodes, browser),
        trial("a_graph_is_searched_and_pointed_at", graphs::is_explored, browser),
        trial(
            "twenty_thousand_nodes_are_dragged_about_at_thirty_frames_a_second",
            graphs::large_one_is_dragged,
            browser,
        ),
        trial("ten_classes_are_told_apart_in_every_size_and_theme", classes::are_told_apart, browser),
        trial(
            "names_heuristics_and_cautions_are_shown",
            classes::names_heuristics_and_cautions_are_shown,
            browser,
        ),
        trial("expected_links_are_those_of_the_better", expected_links::are_those_of_the_better, true),
        trial("crowds_of_points_and_links_are_densities", crowds::are_densities, browser),
        trial("the_page_is_opened_or_its_path_is_said", classes::page_is_opened, cfg!(target_os = "linux")),
        trial("folders_and_files_name_classes_and_images", images::folders_name_classes, true),
        trial("a_run_that_was_cut_off_is_shown_by_its_last_checkpoint", records::cut_off_run_is_shown, true),
        trial("a_checkpoint_has_its_own_numbers", records::checkpoint_has_its_own_numbers, true),
        trial("unlike_runs_are_told_apart", records::unlike_runs_are_told_apart, true),
        trial("a_decoder_too_large_for_a_page_leaves_the_codes", images::large_decoder_is_left_out, browser),
        trial("a_terminal_shows_how_far_a_training_is", terminal, which("script").is_some()),
        trial("compared_runs_are_a_page", records::compared_runs_are_a_page, browser),
        trial("tensorboard_reads_the_event_files", records::tensorboard_reads, records::python().is_some()),
        trial("what_cannot_be_reported_is_refused", refusals, true),
    ];
    // One at a time: a browser and a training each want every core.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
    command.env("XDG_RUNTIME_DIR", folder).env("AEVB_DATA", folder.join("data"));
    command.args(arguments).current_dir(folder).output().expect("the binary starts")
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    assert!(output.status.success(), "aevb {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Trains into a folder and writes its report, whose page is returned.
#[track_caller]
fn report(folder: &Path, out: &str, arguments: &[&str]) -> PathBuf {
    let train = [&["train"], arguments, &["--device", "flex", "--quiet", "--out", out]].concat();
    succeed(&train, folder);
    assert_eq!(succeed(&["report", out], folder), format!("{out}/report/index.html\n"));
    folder.join(out).join("report/index.html")
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn keep_screenshot(browser: &mut Chromium, name: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    fs::create_dir_all(&folder).expect("made");
    let picture = BASE64.decode(browser.screenshot()).expect("base64");
    assert!(picture.starts_with(b"\x89PNG"));
    fs::write(folder.join(name), picture).expect("written");
}

#[track_caller]
fn no_complaints(browser: &Chromium) {
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
}

/// Waits until the page has drawn what it was asked to.
fn settle(browser: &mut Chromium) {
    browser.evaluate("new Promise((done) => setTimeout(done, 150))");
}

/// A drag across an element, from and to shares of its width and height.
fn drag(browser: &mut Chromium, selector: &str, from: [f64; 2], to: [f64; 2]) {
    let [left, top, width, height] = browser.place_of(selector);
    let at = |share: f64| {
        [0, 1].map(|axis| {
            let place = from[axis] + share * (to[axis] - from[axis]);
            if axis == 0 { left + place * width } else { top + place * height }
        })
    };
    browser.mouse("mouseMoved", at(0.0), false);
    browser.mouse("mousePressed", at(0.0), true);
    (1..=10).for_each(|step| browser.mouse("mouseMoved", at(f64::from(step) / 10.0), true));
    browser.mouse("mouseReleased", at(1.0), false);
}

/// The decoder of the program itself.
fn decoder(run: &Path) -> impl Fn(&[f32]) -> Vec<f32> + use<> {
    let file = ConfigFile::find(Some(&run.join("config.toml"))).expect("a configuration");
    let experiment = Experiment::read(&file, &[Override::device("flex")]).expect("valid");
    let device = device::resolve("flex").expect("the CPU").device;
    let model =
        open_autoencoder(&experiment, &device, &RunFolder::open(run).expect("a run")).expect("a model");
    move |z| model.decode(z).expect("decoded")
}

/// A program by its name.
fn which(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// What is written where stderr is a terminal, which `script` of util-linux makes.
fn terminal() {
    let folder = temporary();
    let program = env!("CARGO_BIN_EXE_aevb");
    let train = format!("{program} train --set train.epochs=40 --device flex --out run");
    let output = Command::new("script")
        .args(["-qec", &train, "/dev/null"])
        .env("XDG_RUNTIME_DIR", folder.path())
        .current_dir(folder.path())
        .output()
        .expect("a terminal");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{shown}");
    // Frames follow each other, and the last of them are of the end.
    let last = shown.rsplit("epoch ").next().expect("a frame");
    for part in ["steps/s", " left", "loss 0.", "validation  auc ", "█"] {
        assert!(last.contains(part), "no `{part}` in {last}");
    }
    let frame = last.split("  ").next().expect("the epoch");
    let (epoch, of) = frame.split_once('/').expect("an epoch of epochs");
    let epoch: u64 = epoch.parse().expect("a number");
    assert!(epoch > 20 && of == "40", "{frame}");
    assert!(last.chars().any(|letter| ('▁'..='▇').contains(&letter)), "no curve of the loss in {last}");
    // The bar goes, and what was measured stays.
    assert!(shown.lines().any(|line| line.starts_with("resource allocation ")), "{shown}");
}

fn refusals() {
    let folder = temporary();
    fs::create_dir(folder.path().join("site")).expect("made");
    fs::write(folder.path().join("site/index.html"), "mine").expect("written");
    fs::create_dir(folder.path().join("odd")).expect("made");
    fs::write(folder.path().join("odd/config.toml"), "").expect("written");
    fs::write(folder.path().join("odd/metrics.jsonl"), "{\"epoch\":1}\n").expect("written");
    let train = ["train", "--set", "train.epochs=1", "--quiet", "--device", "flex", "--out", "run"];
    succeed(&train, folder.path());
    let curve = aevb(&["compare", "odd", "--out", "odd.svg"], folder.path());
    assert_eq!(curve.status.code(), Some(1), "{}", String::from_utf8_lossy(&curve.stderr));
    assert!(!folder.path().join("odd.svg").exists());
    fs::create_dir(folder.path().join("empty")).expect("made");
    fs::create_dir(folder.path().join("begun")).expect("made");
    fs::write(folder.path().join("begun/config.toml"), "").expect("written");
    for arguments in [
        &["report", "empty"][..],
        &["report", "begun"],
        &["report", "run", "--out", "site"],
        &["compare", "empty"],
        &["compare", "begun"],
        &["compare"],
    ] {
        let output = aevb(arguments, folder.path());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("error: ") && output.stdout.is_empty(), "{arguments:?}: {stderr}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("site/index.html")).expect("there"), "mine");
    // A report's own folder is written to again, and a figure of another run does not stay.
    for _ in 0..2 {
        succeed(&["report", "run", "--out", "page"], folder.path());
        assert!(!folder.path().join("page/samples.png").exists());
        fs::write(folder.path().join("page/samples.png"), "of another run").expect("written");
    }
}
