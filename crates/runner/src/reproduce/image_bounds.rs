//! Figure 2 of Kingma & Welling (arXiv 1312.6114), and the same models trained by the optimizers of today.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::density::DensityResult;
use crate::error::{Error, Result};
use crate::experiment::Override;
use crate::run_folder::{METRICS, RESULT};

/// A run: its name, the built-in configuration that it is made of, and what replaces values there.
#[derive(Clone, Debug)]
pub struct ImageRun {
    /// The name of its folder.
    pub name: String,
    /// A built-in configuration.
    pub config: &'static str,
    /// `KEY=VALUE`
    pub sets: Vec<String>,
    /// The test bound that PyTorch reaches with the same model and optimizer, in nats per image.
    pub pytorch: Option<f64>,
}

/// The latent sizes of figure 2.
const MNIST_LATENTS: [usize; 5] = [3, 5, 10, 20, 200];
/// The latent sizes of figure 2 for Frey Face, with PyTorch's bound after 200 epochs of Adam.
const FREY_LATENTS: [(usize, f64); 4] = [(2, 854.0), (5, 1075.0), (10, 1241.0), (20, 1236.0)];

/// Where the figure's curves are read off, in images seen.
const MARKS: [u64; 3] = [100_000, 1_000_000, 3_000_000];

/// All runs, those of today first.
pub fn image_runs() -> Vec<ImageRun> {
    let run = |name: String, config, set: Option<String>, pytorch| ImageRun {
        name,
        config,
        sets: set.into_iter().collect(),
        pytorch,
    };
    let latent = |latent: usize| Some(format!("model.latent={latent}"));
    let mut runs = vec![
        run("adam-grey".into(), "vae-mnist", None, Some(-103.76)),
        run("adam-dynamic".into(), "vae-mnist", Some("data.binarization=dynamic".into()), Some(-101.12)),
        run("adagrad-grey".into(), "vae-mnist-adagrad", None, Some(-111.20)),
    ];
    runs.extend(
        FREY_LATENTS.map(|(size, nats)| run(format!("frey-{size}"), "vae-frey", latent(size), Some(nats))),
    );
    runs.extend(
        MNIST_LATENTS
            .map(|size| run(format!("figure-2-mnist-{size}"), "vae-mnist-paper", latent(size), None)),
    );
    runs.extend(
        FREY_LATENTS
            .map(|(size, _)| run(format!("figure-2-frey-{size}"), "vae-frey-paper", latent(size), None)),
    );
    runs
}

impl ImageRun {
    /// What replaces values of the configuration.
    ///
    /// # Errors
    /// Never for [`image_runs`].
    pub fn overrides(&self) -> Result<Vec<Override>> {
        self.sets.iter().map(|set| Override::parse(set)).collect()
    }
}

/// What the runs came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BoundsTable {
    /// A row for each run.
    pub rows: Vec<BoundsRow>,
}

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
pub struct BoundsRow {
    /// The name of the run.
    pub run: String,
    /// The test bound that PyTorch reaches, in nats per image.
    pub pytorch: Option<f64>,
    /// What was measured at the end.
    pub result: DensityResult,
    /// The bounds while training.
    pub curve: Vec<CurvePoint>,
}

/// The bounds after an epoch, in nats per image: the two lines of each panel of figure 2.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Training images seen, each as often as it was.
    pub images_seen: u64,
    /// The mean over the epoch's batches.
    pub train: f64,
    /// On the test images, where it was measured.
    pub test: Option<f64>,
}

/// What the curve takes of a line of `metrics.jsonl`.
#[derive(Deserialize)]
struct Line {
    epoch: u64,
    reconstruction: f64,
    kl: Option<f64>,
    test: Option<LineTest>,
}

#[derive(Deserialize)]
struct LineTest {
    elbo: Option<f64>,
}

impl BoundsTable {
    /// Adds a finished run from the texts of its `result.json` and `metrics.jsonl`.
    ///
    /// # Errors
    /// If they are not what a run on images writes.
    pub fn add(&mut self, run: &ImageRun, result: &str, metrics: &str) -> Result<()> {
        let damaged = |error: String| {
            Error::failed(format!("{}: {error}", run.name)).with_hint("remove its folder to run it again")
        };
        let result: DensityResult =
            serde_json::from_str(result).map_err(|error| damaged(format!("{RESULT}: {error}")))?;
        let images = result.training_images as u64;
        let point = |line: &str| {
            let line: Line =
                serde_json::from_str(line).map_err(|error| damaged(format!("{METRICS}: {error}")))?;
            Ok(CurvePoint {
                images_seen: line.epoch * images,
                train: -line.reconstruction - line.kl.unwrap_or_default(),
                test: line.test.and_then(|test| test.elbo),
            })
        };
        let curve = metrics.lines().map(point).collect::<Result<_>>()?;
        self.rows.push(BoundsRow { run: run.name.clone(), pytorch: run.pytorch, result, curve });
        Ok(())
    }

    /// A line a run, as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text =
            "| run | binarisation | test bound | PyTorch | KL | 10^5 seen | 10^6 | 3·10^6 | epochs |\n\
                        |---|---|---:|---:|---:|---:|---:|---:|---:|\n"
                .to_owned();
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.2}"));
        for BoundsRow { run, pytorch, result, curve } in &self.rows {
            let test = &result.metrics.test;
            let marks = MARKS.map(|mark| number(at(curve, mark)));
            let _ = writeln!(
                text,
                "| {run} | {} | {} | {} | {} | {} | {} |",
                result.metrics.preparation,
                number(test.elbo),
                number(*pytorch),
                number(test.kl),
                marks.join(" | "),
                result.epochs
            );
        }
        text + "\nBounds on the test images, in nats per image; Frey Face's are densities.\n"
    }

    /// A line for each run and epoch, as CSV.
    pub fn curves(&self) -> String {
        let mut text = "run,binarization,images_seen,train_bound,test_bound\n".to_owned();
        for row in &self.rows {
            for CurvePoint { images_seen, train, test } in &row.curve {
                let test = test.map_or_else(String::new, |test| test.to_string());
                let binarization = row.result.metrics.preparation;
                let _ = writeln!(text, "{},{binarization},{images_seen},{train},{test}", row.run);
            }
        }
        text
    }
}

/// The test bound at the measured point nearest to a mark, if one lies within a fiftieth of it.
fn at(curve: &[CurvePoint], mark: u64) -> Option<f64> {
    let measured = curve.iter().filter_map(|point| Some((point.images_seen.abs_diff(mark), point.test?)));
    let nearest = measured.min_by_key(|(distance, _)| *distance);
    nearest.filter(|(distance, _)| *distance <= mark / 50).map(|(_, test)| test)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ConfigFile, Experiment};

    #[test]
    fn every_run_is_a_valid_experiment_that_watches_the_test_images() {
        for run in image_runs() {
            let file = ConfigFile::named(run.config).expect("built in");
            let experiment =
                Experiment::read(&file, &run.overrides().expect("well formed")).expect(&run.name);
            assert!(experiment.to_toml().contains("curve = \"test\""), "{}", run.name);
        }
    }

    #[test]
    fn a_curve_is_read_off_where_it_was_measured() {
        let point = |images_seen, test| CurvePoint { images_seen, train: 0.0, test };
        let curve = [point(50_000, None), point(100_160, Some(-2.0)), point(990_000, Some(-1.0))];
        assert_eq!(MARKS.map(|mark| at(&curve, mark)), [Some(-2.0), Some(-1.0), None]);
    }
}
