//! What a trained model says of images, by the real binary: likelihoods, scores, posteriors and imputations of digits that
//! travel with the program, and every request that cannot be met answered in one line.

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
        test("two_estimators_of_the_likelihood_agree", estimators_agree),
        test("an_importance_weighted_auto_encoder_trains", importance_weighted),
        test("images_are_scored_and_strange_ones_score_low", scores),
        test("rows_of_another_table_are_scored", tables),
        test("the_posterior_is_sampled", posterior),
        test("what_is_missing_is_imputed", imputation),
        test("hidden_pixels_have_their_conditional_gaussian", conditional_gaussian),
        test("threads_give_the_same_bytes", threads_give_the_same_bytes),
        test("requests_that_cannot_be_met_are_refused", refusals),
    ];
    // One at a time: each computes on every core.
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

fn estimators_agree() {
    let folder = temporary();
    let folder = folder.path();
    train(folder, "run", &["model.latent=2"]);
    let evaluate = |samples: &str, estimator: &str| {
        let arguments = ["evaluate", "run", "--json", "--samples", samples, "--images", "20"];
        json(&[&arguments[..], &["--estimator", estimator]].concat(), folder)
    };
    let plain = json(&["evaluate", "run", "--json"], folder);
    assert!(plain["test"].get("nll").is_none());
    let importance = evaluate("1000", "importance");
    let (test, validation) = (&importance["test"], &importance["validation"]);
    assert_eq!((&test["samples"], &test["images"]), (&1000.into(), &20.into()));
    assert_eq!(validation, &plain["validation"]);
    let (nll, elbo) = (number(&test["nll"]), number(&test["elbo"]));
    assert!(nll > 50.0 && nll < 500.0, "{test}");
    let worth = number(&test["effective_samples"]);
    assert!(worth > 10.0 && worth < 1000.0, "{test}");
    assert_eq!(test["active_units"], 2);
    let posterior = &evaluate("1000", "appendix-d")["test"];
    let error = |test: &Value| number(&test["nll_estimate_error"]);
    let (difference, allowed) =
        (number(&posterior["nll"]) - nll, 3.0 * (error(test).powi(2) + error(posterior).powi(2)).sqrt());
    assert!(allowed < 0.2 && difference.abs() < allowed, "{difference}, allowed are {allowed}");
    // The bound is that of one sample by the trainer's own way, but for the noise of that one.
    for (key, mean) in [("elbo", elbo), ("reconstruction", number(&test["reconstruction"]))] {
        assert!((number(&posterior[key]) - mean).abs() < 3.0, "{key}: {posterior} and {test}");
    }
    // Of 16 times the samples a quarter of the error.
    let [few, many] = ["250", "4000"].map(|samples| error(&evaluate(samples, "importance")["test"]));
    assert!((2.5..6.0).contains(&(few / many)), "{few} with 250 samples, {many} with 4000");
    // The bound under the other estimator is by samples of its own.
    assert_eq!((&posterior["samples"], &posterior["nll_samples"]), (&1.into(), &1000.into()));
    assert_eq!((&test["samples"], &test["nll_samples"]), (&1000.into(), &1000.into()));
    assert!(number(&test["unsure_images"]) < 3.0, "{test}");
    let output = aevb(&["evaluate", "run", "--samples", "2", "--images", "20"], folder);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(stderr.contains("the likelihoods of 20 of 20 images rest on fewer than 10"), "{stderr}");
    let short = ["evaluate", "run", "--samples", "16", "--images", "20", "--estimator", "appendix-d"];
    let stderr = String::from_utf8(aevb(&short, folder).stderr).expect("UTF-8");
    assert!(stderr.contains("of 20 images rest on"), "{stderr}");
    let line = succeed(&["evaluate", "run", "--samples", "100", "--images", "20"], folder);
    assert!(line.contains("-log p(x)") && line.contains("over 20 images"), "{line}");
}

fn importance_weighted() {
    let folder = temporary();
    let run = train(folder.path(), "run", &["objective={kind='iwae',samples=5}", "train.evaluate_every=1"]);
    let lines: Vec<Value> = text(run.join("metrics.jsonl"))
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(line["loss"], line["iwae"]);
        // The variational bound lies below the importance-weighted one.
        assert!(number(&line["iwae"]) < number(&line["reconstruction"]) + number(&line["kl"]), "{line}");
        let measured = &line["validation"];
        assert!(number(&measured["iwae"]) > number(&measured["elbo"]), "{measured}");
    }
    assert!(number(&lines[2]["loss"]) < number(&lines[0]["loss"]) - 5.0);
    let test = &serde_json::from_slice::<Value>(&read(run.join("result.json"))).expect("JSON")["test"];
    assert_eq!(test["samples"], 5);
    let evaluated = &json(&["evaluate", "run", "--json"], folder.path())["test"];
    assert_eq!(evaluated, test);
    // One sample is estimator A of the variational bound.
    let one = train(folder.path(), "one", &["objective={kind='iwae',samples=1}"]);
    let first = |run: &Path| {
        let line: Value =
            serde_json::from_str(text(run.join("metrics.jsonl")).lines().next().expect("a line"))
                .expect("JSON");
        number(&line["loss"])
    };
    let sgvb = train(folder.path(), "sgvb", &["objective.estimator=a"]);
    assert!((first(&one) - first(&sgvb)).abs() < 1e-3, "{} and {}", first(&one), first(&sgvb));
}

fn scores() {
    let folder = temporary();
    let folder = folder.path();
    let run = train(folder, "run", &[]);
    succeed(&["score", "run", "--samples", "20", "--part", "validation"], folder);
    let digits = text(run.join("scores.csv"));
    assert!(digits.starts_with("label,log_likelihood,standard_error,effective_samples,bound\n"), "{digits}");
    let likelihoods = column(&digits, "log_likelihood");
    assert_eq!(likelihoods.len(), 500);
    for (likelihood, bound) in likelihoods.iter().zip(column(&digits, "bound")) {
        assert!(bound <= likelihood + 1e-3, "{bound} is no bound on {likelihood}");
    }
    // Checkerboards are no digits.
    let checks = |pixel: usize| if (pixel / 28 + pixel % 28).is_multiple_of(2) { 255 } else { 0 };
    fs::write(folder.join("checks"), idx([3, 28, 28], checks)).expect("written");
    succeed(&["score", "run", "checks", "--samples", "20", "--out", "checks.npy"], folder);
    let file = read(folder.join("checks.npy"));
    assert!(String::from_utf8_lossy(&file[..128]).contains("'shape': (3, 4)"));
    let first = f32::from_le_bytes(file[128..132].try_into().expect("four bytes"));
    let lowest = likelihoods.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(f64::from(first) < lowest - 100.0, "{first}, but the lowest digit has {lowest}");
}

fn posterior() {
    let folder = temporary();
    let folder = folder.path();
    let run = train(folder, "run", &["model.latent=2"]);
    let chains = ["--images", "5", "--warm-up", "100", "--draws", "200", "--starts", "3"];
    succeed(&[&["posterior", "run"], &chains[..]].concat(), folder);
    let csv = text(run.join("posterior.csv"));
    assert_eq!(csv.lines().next(), Some("label,acceptance,effective_samples,r_hat,mean0,mean1,std0,std1"));
    for acceptance in column(&csv, "acceptance") {
        assert!((0.5..0.99).contains(&acceptance), "{csv}");
    }
    assert!(mean(&column(&csv, "effective_samples")) > 50.0, "{csv}");
    let deviations = column(&csv, "std0");
    assert!(deviations.iter().all(|&deviation| deviation > 0.01 && deviation < 1.2), "{csv}");
    // Five moves are too few to forget a start: it is said so.
    let hasty =
        ["--images", "5", "--warm-up", "10", "--draws", "8", "--leapfrog-steps", "1", "--out", "h.csv"];
    let output = aevb(&[&["posterior", "run"], &hasty[..]].concat(), folder);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success() && stderr.contains("of 5 images do not mix"), "{stderr}");
}

fn tables() {
    let folder = temporary();
    let folder = folder.path();
    // The second column is twice the first but for a little; the last row of the other table breaks that rule.
    let row = |i: usize| {
        let x = ((i * 37) % 101) as f64 / 50.0 - 1.0;
        format!("r{i},{x},{}\n", 2.0 * x + ((i * 13) % 7) as f64 / 50.0)
    };
    let table = |rows: std::ops::Range<usize>| "name,a,b\n".to_owned() + &rows.map(row).collect::<String>();
    fs::write(folder.join("table.csv"), table(0..400)).expect("written");
    fs::write(folder.join("other.csv"), table(400..420) + "strange,0.9,-1.8\n").expect("written");
    let sets = ["data.path=table.csv", "data.id=name", "train.epochs=60"].map(|set| ["--set", set]).concat();
    let begin = ["train", "vae-table", "--device", "flex", "--quiet", "--out", "run"];
    succeed(&[&begin[..], &sets].concat(), folder);
    succeed(&["score", "run", "other.csv", "--out", "scores.csv"], folder);
    let csv = text(folder.join("scores.csv"));
    assert!(csv.starts_with("id,log_likelihood,") && csv.lines().count() == 22, "{csv}");
    let likelihoods = column(&csv, "log_likelihood");
    let (strange, others) = likelihoods.split_last().expect("rows");
    assert!(others.iter().all(|other| *other > strange + 3.0), "{csv}");
    // Columns are found by name.
    fs::write(folder.join("turned.csv"), "b,name,a\n-1.8,strange,0.9\n").expect("written");
    succeed(&["score", "run", "turned.csv", "--out", "turned-scores.csv"], folder);
    let turned = column(&text(folder.join("turned-scores.csv")), "bound")[0];
    assert!((turned - column(&csv, "bound")[20]).abs() < 3.0, "{turned} is far from {csv}");
    fs::write(folder.join("wrong.csv"), "name,a,c\nx,1,2\n").expect("written");
    fail(1, &["score", "run", "wrong.csv", "--out", "x.csv"], "wrong.csv: columns", folder);
    // Farther than an f32 can tell: no likelihood at all, and no certainty of it.
    fs::write(folder.join("far.csv"), "name,a,b\nfar,1e30,3\n").expect("written");
    succeed(&["score", "run", "far.csv", "--out", "far-scores.csv"], folder);
    assert!(
        text(folder.join("far-scores.csv")).contains("\nfar,-inf,inf,0,"),
        "{}",
        text(folder.join("far-scores.csv"))
    );
    broken_weights_are_told(folder);
    fail(2, &["impute", "run"], "run: a run on a table", folder);
}

/// A run whose weights are not numbers has no scores.
fn broken_weights_are_told(folder: &Path) {
    let path = folder.join("run/model.safetensors");
    let mut weights = read(path.clone());
    let end = weights.len();
    weights[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(path, weights).expect("written");
    fail(
        1,
        &["score", "run", "other.csv", "--out", "broken.csv"],
        "the model's likelihood is not a number",
        folder,
    );
    assert!(!folder.join("broken.csv").exists());
}

const HASTY: [&str; 8] = ["--starts", "2", "--warm-up", "60", "--draws", "40", "--leapfrog-steps", "8"];

fn imputation() {
    let folder = temporary();
    let folder = folder.path();
    let sets = ["data.binarization=grey", "model.latent=10", "train.epochs=10", "model.hidden=[128]"];
    let run = train(folder, "run", &sets);
    for (task, baselines) in [("inpaint", 2), ("denoise", 3), ("upscale", 3)] {
        let arguments = ["impute", "run", "--json", "--images", "24", "--show", "6", "--task", task];
        let report = json(&[&arguments[..], &HASTY].concat(), folder);
        assert_eq!((&report["task"], &report["images"]), (&task.into(), &24.into()));
        let error = number(&report["posterior_mean"]);
        let others = report["baselines"].as_array().expect("baselines");
        assert_eq!(others.len(), baselines, "{report}");
        for other in others {
            let (difference, error) = (number(&other["difference"]), number(&other["standard_error"]));
            // Ten passes leave a decoder that draws digits less sharp than their blocks of four pixels are.
            if task != "upscale" || other["name"] != "what was observed" {
                assert!(difference > 2.0 * error && error > 0.0, "not better than {other}: {report}");
            }
        }
        assert!(error > 0.001 && error < 0.1, "{report}");
        let out = run.join(task);
        assert!(read(out.join("grid.png")).starts_with(b"\x89PNG\r\n\x1a\n"));
        let header = String::from_utf8_lossy(&read(out.join("mean.npy"))[..128]).into_owned();
        assert!(header.contains("(24, 784)"), "{header}");
        assert_eq!(read(out.join("spread.npy")).len(), 128 + 24 * 784 * 4);
        assert_eq!(fs::read_dir(&out).expect("made").count(), 4, "the picture, two arrays and the result");
        assert_eq!(serde_json::from_slice::<Value>(&read(out.join("result.json"))).expect("JSON"), report);
    }
    let arguments = ["impute", "run", "--images", "3", "--hidden", "left", "--out", "left"];
    let text = succeed(&[&arguments[..], &HASTY].concat(), folder);
    assert!(text.starts_with("inpaint, 3 images of mnist-5k, grey, error over hidden pixels\n"), "{text}");
    fail(2, &["impute", "run", "--out", "left"], "left: exists already", folder);
}

/// Without hidden layers the model is linear and Gaussian, so that what is hidden of an image has a known mean and a known
/// deviation (Bishop, Pattern Recognition and Machine Learning, §2.3.3), whatever was learnt.
fn conditional_gaussian() {
    const VARIANCE: f64 = 0.01;
    const DRAWS: f64 = 4.0 * 1000.0;
    let folder = temporary();
    let folder = folder.path();
    // Four pixels that follow two unknowns, within a frame.
    let picture = |i: usize| {
        let [a, b] = [((i * 37) % 101) as f32 / 101.0, ((i * 53) % 89) as f32 / 89.0];
        aevb::png::grid(&[a, b, 0.5 * (a + b), 0.8 * a], 2, 2, 1)
    };
    fs::create_dir(folder.join("pictures")).expect("made");
    for i in 0..300 {
        fs::write(folder.join(format!("pictures/{i}.png")), picture(i)).expect("written");
    }
    let sets = [
        "data.path=pictures",
        "data.binarization=grey",
        "model.hidden=[]",
        "model.latent=2",
        "model.likelihood={kind='gaussian-fixed',mean='linear',variance=0.01}",
        "train.epochs=40",
    ];
    let sets = sets.map(|set| ["--set", set]).concat();
    succeed(
        &[&["train", "vae-mnist-5k", "--device", "flex", "-q", "--out", "run"], &sets[..]].concat(),
        folder,
    );
    let chains = ["--draws", "1000", "--warm-up", "200", "--starts", "4"];
    let report = json(&[&["impute", "run", "--json"], &chains[..]].concat(), folder);
    succeed(&[&["posterior", "run"], &chains[..]].concat(), folder);

    let weights = read(folder.join("run/model.safetensors"));
    let weights = safetensors::SafeTensors::deserialize(&weights).expect("weights");
    let values = |name: &str| -> Vec<f64> {
        let bytes = weights.tensor(name).expect("a linear decoder").data();
        bytes
            .chunks_exact(4)
            .map(|four| f64::from(f32::from_le_bytes(four.try_into().expect("four"))))
            .collect()
    };
    // `[latent, pixels]`
    let (w, b) = (values("decoder.output.weight"), values("decoder.output.bias"));
    let pixels = b.len();
    let column = |pixel: usize| [w[pixel], w[pixels + pixel]];
    let array = |name: &str| -> Vec<f64> {
        let bytes = read(folder.join("run/inpaint").join(name));
        bytes[128..]
            .chunks_exact(4)
            .map(|four| f64::from(f32::from_le_bytes(four.try_into().expect("four"))))
            .collect()
    };
    let (means, spreads) = (array("mean.npy"), array("spread.npy"));
    // The posterior of the same images tells which they are.
    let names: Vec<usize> = text(folder.join("run/posterior.csv"))
        .lines()
        .skip(1)
        .map(|line| line.split('.').next().expect("a name").parse().expect("a number"))
        .collect();
    assert_eq!((names.len(), means.len()), (30, 30 * pixels));
    let effective = number(&report["effective_samples"]);
    assert!(effective > 0.2 * DRAWS, "{report}");

    let x = aevb_data::image::read_own(folder.join("pictures"), None).expect("pictures").images;
    let (mut squares, mut hidden) = (0.0, 0.0);
    for (image, &name) in names.iter().enumerate() {
        let place = x.names().expect("files").iter().position(|file| *file == format!("{name}.png"));
        let x: Vec<f64> = x.intensities(place.expect("it")..place.expect("it") + 1).map(f64::from).collect();
        let seen = 0..pixels / 2;
        let sum = |term: &dyn Fn(usize) -> f64| seen.clone().map(term).sum::<f64>() / VARIANCE;
        let (p, q, r) = (
            1.0 + sum(&|i| column(i)[0].powi(2)),
            sum(&|i| column(i)[0] * column(i)[1]),
            1.0 + sum(&|i| column(i)[1].powi(2)),
        );
        let [u, v] = [0, 1].map(|unit| sum(&|i| column(i)[unit] * (x[i] - b[i])));
        let determinant = p * r - q * q;
        let z = [(r * u - q * v) / determinant, (p * v - q * u) / determinant];
        for pixel in pixels / 2..pixels {
            let [c, d] = column(pixel);
            let mean = b[pixel] + c * z[0] + d * z[1];
            let spread = ((c * c * r - 2.0 * c * d * q + d * d * p) / determinant).sqrt();
            let (found_mean, found_spread) = (means[image * pixels + pixel], spreads[image * pixels + pixel]);
            let error = spread / effective.sqrt();
            assert!(
                (found_mean - mean).abs() < 5.0 * error,
                "{name}, {pixel}: {found_mean}, not {mean} ± {error}"
            );
            assert!(
                (found_spread / spread - 1.0).abs() < 0.15,
                "{name}, {pixel}: {found_spread}, not {spread}"
            );
            squares += ((found_mean - mean) / error).powi(2);
            hidden += 1.0;
        }
    }
    assert!(
        squares / hidden < 1.5,
        "errors {squares} over {hidden} pixels are larger than they are said to be"
    );
}

fn threads_give_the_same_bytes() {
    let folder = temporary();
    let folder = folder.path();
    train(folder, "run", &["objective={kind='iwae'}", "threads=1"]);
    let two = folder.join("two");
    fs::create_dir(&two).expect("made");
    let config = text(folder.join("run/config.toml")).replace("threads = 1", "threads = 2");
    fs::write(two.join("config.toml"), config).expect("written");
    fs::copy(folder.join("run/model.safetensors"), two.join("model.safetensors")).expect("copied");
    for device in ["flex", "ndarray"] {
        let mut files = Vec::new();
        for run in ["run", "two"] {
            let (scores, imputed) = (format!("{device}-{run}.csv"), format!("{device}-{run}"));
            let score = ["score", run, "--samples", "10", "--device", device, "--out", &scores];
            succeed(&score, folder);
            let impute = ["impute", run, "--images", "4", "--device", device, "--out", &imputed];
            succeed(&[&impute[..], &HASTY].concat(), folder);
            files.push([read(folder.join(&scores)), read(folder.join(&imputed).join("mean.npy"))]);
        }
        assert!(files[0] == files[1], "{device}: 1 and 2 threads differ");
    }
}

fn refusals() {
    let folder = temporary();
    let folder = folder.path();
    train(folder, "run", &["model.latent=5", "train.epochs=1"]);
    let ae =
        ["train", "ae-mnist-5k", "--set", "train.epochs=1", "--device", "flex", "--quiet", "--out", "ae"];
    succeed(&ae, folder);
    for command in
        [&["score", "ae"][..], &["posterior", "ae"], &["impute", "ae"], &["evaluate", "ae", "--samples", "9"]]
    {
        fail(2, command, "a `ae` says nothing of how likely an image is", folder);
    }
    let d = ["evaluate", "run", "--samples", "9", "--estimator", "appendix-d"];
    fail(2, &d, "at most 4 latent dimensions, and there are 5", folder);
    fail(2, &["score", "run", "--out", "scores.txt"], "scores.txt: of unknown format", folder);
    fail(
        2,
        &["impute", "run", "--sigma", "0", "--task", "denoise"],
        "--sigma 0: does not lie between",
        folder,
    );
    fail(2, &["impute", "run", "--task", "upscale", "--factor", "3"], "blocks of 3 x 3 pixels", folder);
    fail(2, &["impute", "run", "--out", "new/one"], "new: is no folder", folder);
    let many = ["posterior", "run", "--starts", "1000", "--draws", "10000"];
    fail(2, &many, "1000 chains of 10000 draws of 5 latent dimensions", folder);
    assert!(!folder.join("run/upscale").exists());
    fs::write(folder.join("wide"), idx([2, 3, 5], |_| 0)).expect("written");
    fail(1, &["score", "run", "wide"], "wide: images of 3 x 5 pixels, not of 28 x 28", folder);
    fs::write(folder.join("none"), "PK").expect("written");
    fail(1, &["score", "run", "none"], "none", folder);
    let refused = ["train", "ae-mnist-5k", "--set", "objective={kind='iwae'}"];
    fail(2, &refused, "`iwae` is for a `vae` alone", folder);
    let mixed = ["config", "show", "vae-mnist-5k", "--set", "objective.kind=iwae"];
    let hint = String::from_utf8(aevb(&mixed, folder).stderr).expect("UTF-8");
    assert!(hint.contains("--set \"objective={kind='…', …}\" replaces them all"), "{hint}");
    fail(2, &["reproduce", "iwae", "--only", "9"], "--only 9: names no run", folder);
    let none = ["train", "vae-mnist-5k", "--set", "objective={kind='iwae',samples=0}"];
    fail(2, &none, "objective.samples must lie between 1 and 10000", folder);
}
