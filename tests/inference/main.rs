//! What a trained model says of images, by the real binary: likelihoods, scores, posteriors and imputations of digits that
//! travel with the program, and every request that cannot be met answered in one line.

mod conditional_gaussian;
mod imputation;
mod likelihoods;
mod posterior;
mod refusals;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

fn main() {
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let trials = vec![
        test("two_estimators_of_the_likelihood_agree", likelihoods::estimators_agree),
        test("an_importance_weighted_auto_encoder_trains", likelihoods::importance_weighted),
        test("a_reproduction_keeps_what_it_measured", likelihoods::reproduced),
        test("images_are_scored_and_strange_ones_score_low", likelihoods::scores),
        test("rows_of_another_table_are_scored", tables::rows_are_scored),
        test("the_posterior_is_sampled", posterior::sampled),
        #[cfg(unix)]
        test("chains_can_be_interrupted", posterior::interrupted),
        test("what_is_missing_is_imputed", imputation::better_than_baselines),
        test("hidden_pixels_have_their_conditional_gaussian", conditional_gaussian::linear),
        test("threads_give_the_same_bytes", threads_give_the_same_bytes),
        test("requests_that_cannot_be_met_are_refused", refusals::refused),
    ];
    // One at a time: each computes on every core.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit();
}

/// Chains that are too short to be sure of, and long enough to beat what knows nothing.
const HASTY: [&str; 8] = ["--starts", "2", "--warm-up", "60", "--draws", "40", "--leapfrog-steps", "8"];

fn aevb(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    // Graphics drivers complain on stderr where XDG_RUNTIME_DIR is unset.
    command.env("XDG_RUNTIME_DIR", folder).env("AEVB_DATA", folder.join("data"));
    // Small files stand for the data sets.
    command.env("AEVB_UNCHECKED_DATA", "yes");
    command.args(arguments).current_dir(folder).output().expect("the binary starts")
}

#[track_caller]
fn succeed(arguments: &[&str], folder: &Path) -> String {
    let output = aevb(arguments, folder);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "aevb {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[track_caller]
fn json(arguments: &[&str], folder: &Path) -> Value {
    serde_json::from_str(&succeed(arguments, folder)).expect("JSON")
}

#[track_caller]
fn fail(code: i32, arguments: &[&str], message: &str, folder: &Path) {
    let output = aevb(arguments, folder);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    let lines: Vec<&str> = stderr.lines().collect();
    let [error, hint] = lines[..] else { panic!("{arguments:?}: an error and a hint, not {stderr}") };
    assert!(error.starts_with("error: ") && hint.starts_with("hint: "), "{arguments:?}: {stderr}");
    assert!(error.contains(message), "{error} does not say: {message}");
}

/// Trains a small model of the digits that travel with the program.
#[track_caller]
fn train(folder: &Path, out: &str, sets: &[&str]) -> PathBuf {
    let small = ["model.hidden=[64]", "model.latent=4", "train.epochs=3", "data.binarization=dynamic"];
    let mut arguments = vec!["train", "vae-mnist-5k", "--device", "flex", "--quiet", "--out", out];
    for set in small.iter().chain(sets) {
        arguments.extend(["--set", set]);
    }
    succeed(&arguments, folder);
    folder.join(out)
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn read(path: PathBuf) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(path: PathBuf) -> String {
    String::from_utf8(read(path)).expect("UTF-8")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A column of a CSV file by its name.
fn column(csv: &str, name: &str) -> Vec<f64> {
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().expect("a line of names");
    let place = names.iter().position(|found| *found == name).expect("a column of that name");
    lines.map(|line| line[place].parse().expect("a number")).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn idx(sizes: [u32; 3], pixel: impl Fn(usize) -> u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3];
    bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend((0..sizes.iter().product::<u32>() as usize).map(pixel));
    bytes
}

fn threads_give_the_same_bytes() {
    let folder = temporary();
    let folder = folder.path();
    train(folder, "run", &["objective={kind='iwae'}", "threads=1"]);
    let two = folder.join("two");
    fs::create_dir(&two).expect("made");
    let config = text(folder.join("run/config.toml")).replace("threads = 1", "threads = 2");
    fs::write(two.join("config.toml"), config).expect("written");
    // Once more, and of other random numbers.
    let other = folder.join("other");
    fs::create_dir(&other).expect("made");
    fs::write(
        other.join("config.toml"),
        text(folder.join("run/config.toml")).replace("seed = 0", "seed = 1"),
    )
    .expect("written");
    for file in ["model.safetensors", "data.json"] {
        for copy in [&two, &other] {
            fs::copy(folder.join("run").join(file), copy.join(file)).expect("copied");
        }
    }
    fs::write(folder.join("checks"), idx([3, 28, 28], |pixel| (pixel % 256) as u8)).expect("written");
    for device in ["flex", "ndarray"] {
        let answers = |run: &str, name: &str| {
            let (scores, posterior, imputed) =
                (format!("{name}.csv"), format!("{name}-z.csv"), format!("{name}-x"));
            let of = |arguments: &[&str]| succeed(&[arguments, &["--device", device]].concat(), folder);
            of(&["score", run, "checks", "--samples", "10", "--out", &scores]);
            if run == "other" {
                return vec![read(folder.join(&scores))];
            }
            of(&[&["posterior", run, "--images", "4", "--out", &posterior][..], &HASTY].concat());
            of(&[&["impute", run, "--images", "4", "--out", &imputed][..], &HASTY].concat());
            let mut answers = vec![read(folder.join(&scores)), read(folder.join(&posterior))];
            answers.push(read(folder.join(&imputed).join("mean.npy")));
            for estimator in ["importance", "appendix-d"] {
                let evaluate = ["evaluate", run, "--samples", "20", "--images", "10", "--json"];
                answers.push(of(&[&evaluate[..], &["--estimator", estimator]].concat()).into_bytes());
            }
            answers
        };
        let one = answers("run", &format!("{device}-one"));
        assert!(one == answers("two", &format!("{device}-two")), "{device}: 1 and 2 threads differ");
        assert!(one == answers("run", &format!("{device}-again")), "{device}: the same request, other bits");
        assert!(
            one[0] != answers("other", &format!("{device}-other"))[0],
            "{device}: another seed, the same bits"
        );
    }
}
