use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{aevb, column, idx, json, mean, number, read, succeed, temporary, text, train};

pub fn estimators_agree() {
    let folder = temporary();
    let folder = folder.path();
    train(folder, "run", &["model.latent=2"]);
    // A run on grey pixels says what its likelihoods are worth, and this one, on drawn pixels, has nothing to say.
    let said = aevb(&["evaluate", "run", "--samples", "1000", "--images", "20"], folder).stderr;
    assert!(!String::from_utf8(said).expect("UTF-8").contains("cross-entropy"));
    train(folder, "grey", &["data.binarization=grey", "model.latent=2", "train.epochs=1"]);
    let said = aevb(&["evaluate", "grey", "--samples", "1000", "--images", "20"], folder).stderr;
    assert!(String::from_utf8(said).expect("UTF-8").contains("a cross-entropy, no probability"));
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
    // What was drawn is what is said: a chain has 8 draws at least, half of which the density is fitted to.
    let least = &evaluate("2", "appendix-d")["test"];
    assert_eq!(
        (&least["nll_samples"], &least["nll"]),
        (&16.into(), &evaluate("16", "appendix-d")["test"]["nll"])
    );
    // The bound under the other estimator is by samples of its own.
    assert_eq!((&posterior["samples"], &posterior["nll_samples"]), (&1.into(), &1000.into()));
    assert_eq!((&test["samples"], &test["nll_samples"]), (&1000.into(), &1000.into()));
    assert!(number(&test["unsure_images"]) < 3.0, "{test}");
    let output = aevb(&["evaluate", "run", "--samples", "2", "--images", "20"], folder);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(stderr.contains("the likelihoods of 20 of 20 rest on fewer than 10"), "{stderr}");
    let short = ["evaluate", "run", "--samples", "16", "--images", "20", "--estimator", "appendix-d"];
    let stderr = String::from_utf8(aevb(&short, folder).stderr).expect("UTF-8");
    assert!(stderr.contains("of 20 rest on") && stderr.contains("likely higher"), "{stderr}");
    let line = succeed(&["evaluate", "run", "--samples", "100", "--images", "20"], folder);
    assert!(line.contains("-log p(x)") && line.contains("over 20 images"), "{line}");
}

pub fn importance_weighted() {
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

/// What was trained and measured stays: another request for another run adds its row, and none is made again.
pub fn reproduced() {
    let folder = temporary();
    let folder = folder.path();
    let digits = folder.join("data/mnist");
    fs::create_dir_all(&digits).expect("made");
    for (part, count) in [("train", 10_100), ("t10k", 20)] {
        let images = idx([count, 4, 4], |pixel| if (pixel * 7 + pixel / 16) % 5 > 2 { 255 } else { 0 });
        let mut labels = vec![0, 0, 8, 1];
        labels.extend(count.to_be_bytes());
        labels.extend((0..count).map(|label| (label % 10) as u8));
        fs::write(digits.join(format!("{part}-images-idx3-ubyte")), images).expect("written");
        fs::write(digits.join(format!("{part}-labels-idx1-ubyte")), labels).expect("written");
    }
    let reproduce = |only: &str, out: &str| {
        let sizes = ["--epochs", "1", "--samples", "30", "--images", "15", "--device", "flex"];
        let arguments = [&["reproduce", "iwae", "--only", only, "--out", out], &sizes[..]].concat();
        let output = aevb(&arguments, folder);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    reproduce("vae,5", "whole");
    reproduce("vae", "out");
    let kept = text(folder.join("out/vae/likelihoods-30-of-15.json"));
    let told = reproduce("5", "out");
    assert!(told.starts_with("5: iwae-mnist-5\n"), "{told}");
    for file in ["table.md", "likelihoods.csv"] {
        assert_eq!(text(folder.join("out").join(file)), text(folder.join("whole").join(file)));
    }
    assert!(text(folder.join("out/table.md")).contains("| vae |"));
    // What is kept is believed: with another number in it the table has another.
    let first = kept.split('"').find(|part| part.starts_with('-')).expect("a likelihood");
    fs::write(folder.join("out/vae/likelihoods-30-of-15.json"), kept.replacen(first, "-1000", 1))
        .expect("written");
    assert!(reproduce("vae", "out").starts_with("vae: trained before\n"));
    assert!(text(folder.join("out/likelihoods.csv")).contains("\n0,-1000,"));
}

fn mean_of(csv: &str, name: &str) -> f64 {
    mean(&column(csv, name))
}

pub fn scores() {
    let folder = temporary();
    let folder = folder.path();
    let run = train(folder, "run", &[]);
    succeed(&["score", "run", "--samples", "20", "--part", "validation"], folder);
    let digits = text(run.join("scores.csv"));
    assert!(digits.starts_with("label,log_likelihood,standard_error,effective_samples,bound\n"), "{digits}");
    let likelihoods = column(&digits, "log_likelihood");
    assert_eq!(likelihoods.len(), 500);
    // A bound of other draws: of 20 samples on average some nats lower.
    let measured = json(&["evaluate", "run", "--json"], folder);
    let (mean, bound) = (mean(&likelihoods), number(&measured["validation"]["elbo"]));
    assert!((0.3..10.0).contains(&(mean - bound)), "{mean}, and a bound of {bound}");
    let scored = mean_of(&digits, "bound");
    assert!((scored - bound).abs() < 0.5, "{scored} by 20 samples, {bound} by one");
    let stderr =
        String::from_utf8(aevb(&["score", "run", "--out", "said.csv"], folder).stderr).expect("UTF-8");
    assert!(stderr.contains("rest on fewer than 10 effective samples"), "{stderr}");
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
