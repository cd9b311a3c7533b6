//! The importance-weighted auto-encoders of Burda, Grosse & Salakhutdinov (arXiv 1509.00519), side by side on the same
//! images.

use std::fmt::Write;

use serde::Serialize;

use crate::evaluate::Summary;
use crate::inference::{ImageLikelihood, Marginal};

/// The runs by name, and their built-in configurations; the first, the VAE, is what the others are compared with.
pub const IWAE_RUNS: [(&str, &str); 3] =
    [("vae", "iwae-mnist-vae"), ("5", "iwae-mnist-5"), ("50", "iwae-mnist-50")];

/// What the runs came to.
#[derive(Clone, Debug, Serialize)]
pub struct IwaeTable {
    /// The samples of z that the likelihood of an image was estimated by.
    pub samples: usize,
    /// The test images.
    pub images: usize,
    /// A row for each run.
    pub rows: Vec<IwaeRow>,
    /// `log p(x)` of each image, a row a run.
    #[serde(skip)]
    log_likelihoods: Vec<Vec<f64>>,
}

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
pub struct IwaeRow {
    /// The name of the run.
    pub run: String,
    /// The epochs trained.
    pub epochs: usize,
    /// The mean wall time of an epoch.
    pub seconds_per_epoch: f64,
    /// The likelihood of the test images.
    pub test: Marginal,
    /// The mean of the variational bound, in nats per image.
    pub elbo: f64,
    /// How much lower the mean of −log p(x) is than the VAE's, in nats per image, where there is one.
    pub gain: Option<f64>,
    /// The standard error of that over the images, each paired with itself.
    pub gain_standard_error: Option<f64>,
}

impl IwaeTable {
    /// Without a row.
    pub fn new(samples: usize, images: usize) -> Self {
        Self { samples, images, rows: Vec::new(), log_likelihoods: Vec::new() }
    }

    /// Adds a run.
    pub fn add(
        &mut self,
        run: &str,
        (epochs, seconds_per_epoch): (usize, f64),
        test: Marginal,
        likelihoods: &[ImageLikelihood],
    ) {
        let values: Vec<f64> = likelihoods.iter().map(|row| row.marginal.log_likelihood).collect();
        let base = self.rows.first().is_some_and(|row| row.run == IWAE_RUNS[0].0);
        let paired = self.log_likelihoods.first().filter(|_| base).and_then(|first| {
            let gains: Vec<f64> = values.iter().zip(first).map(|(ours, theirs)| ours - theirs).collect();
            Summary::of(&gains)
        });
        let bounds = likelihoods.iter().filter_map(|row| row.marginal.bound);
        let elbo = bounds.sum::<f64>() / values.len() as f64;
        self.rows.push(IwaeRow {
            run: run.to_owned(),
            epochs,
            seconds_per_epoch,
            test,
            elbo,
            gain: paired.map(|gain| gain.mean),
            gain_standard_error: paired.and_then(|gain| gain.standard_error(values.len())),
        });
        self.log_likelihoods.push(values);
    }

    /// A line a run, as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text =
            "| run | -log p(x) | better than the VAE by | bound | active units | effective samples | \
                        images of fewer than 10 | epochs |\n|---|---:|---:|---:|---:|---:|---:|---:|\n"
                .to_owned();
        for row in &self.rows {
            let gain = row.gain.zip(row.gain_standard_error);
            let gain = gain.map_or_else(String::new, |(gain, error)| format!("{gain:.3} ± {error:.3}"));
            let Marginal { nll, nll_standard_error, effective_samples, unsure_images, active_units, .. } =
                row.test;
            let _ = writeln!(
                text,
                "| {} | {nll:.3} ± {nll_standard_error:.3} | {gain} | {:.3} | {active_units} | {effective_samples:.0} | \
                 {unsure_images} | {} |",
                row.run, row.elbo, row.epochs
            );
        }
        let _ = write!(
            text,
            "\nNats per image, dynamic binarisation, the first {} test images, {} samples of z each; standard errors over \
             the images, of differences paired.\n",
            self.images, self.samples
        );
        text
    }

    /// `log p(x)` of each image, a column a run, as CSV.
    pub fn to_csv(&self) -> String {
        let names: Vec<&str> = self.rows.iter().map(|row| row.run.as_str()).collect();
        let mut text = format!("image,{}\n", names.join(","));
        for image in 0..self.images {
            let values = self.log_likelihoods.iter().map(|values| values[image].to_string());
            let _ = writeln!(text, "{image},{}", values.collect::<Vec<_>>().join(","));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use aevb_models::vae::inference::MarginalLikelihood;

    use super::*;
    use crate::experiment::{ConfigFile, Experiment};

    #[test]
    fn the_runs_differ_in_their_objective_alone() {
        let experiments = IWAE_RUNS.map(|(_, config)| {
            Experiment::read(&ConfigFile::named(config).expect("built in"), &[]).expect(config)
        });
        for experiment in &experiments[1..] {
            let changes = experiments[0].changes(experiment);
            assert!(!changes.is_empty() && changes.iter().all(|change| change.key.starts_with("objective.")));
        }
    }

    #[test]
    fn gains_are_paired() {
        let rows = |values: [f64; 3]| {
            values.map(|log_likelihood| ImageLikelihood {
                marginal: MarginalLikelihood {
                    log_likelihood,
                    standard_error: 0.1,
                    effective_samples: 2.0,
                    bound: Some(log_likelihood - 1.0),
                },
                kl: 3.0,
                mixing: None,
            })
        };
        let marginal = Marginal {
            nll: 0.0,
            nll_standard_error: 0.0,
            nll_estimate_error: 0.0,
            nll_samples: 10,
            effective_samples: 2.0,
            least_effective_samples: 2.0,
            unsure_images: 3,
            active_units: 1,
        };
        let mut table = IwaeTable::new(10, 3);
        table.add("vae", (1, 1.0), marginal, &rows([-100.0, -50.0, -75.0]));
        table.add("5", (1, 1.0), marginal, &rows([-99.0, -48.0, -72.0]));
        let row = &table.rows[1];
        assert_eq!((row.gain, row.elbo), (Some(2.0), -74.0));
        let error = row.gain_standard_error.expect("of three");
        assert!((error - (1.0f64 / 3.0).sqrt()).abs() < 1e-12, "{error}");
        assert_eq!(table.to_csv(), "image,vae,5\n0,-100,-99\n1,-50,-48\n2,-75,-72\n");
        assert!(table.to_markdown().contains("| 2.000 ± 0.577 |"), "{}", table.to_markdown());
        // Without the VAE there is nothing to compare with.
        let mut others = IwaeTable::new(10, 3);
        others.add("5", (1, 1.0), marginal, &rows([-99.0, -48.0, -72.0]));
        others.add("50", (1, 1.0), marginal, &rows([-98.0, -48.0, -72.0]));
        assert_eq!(others.rows[1].gain, None);
    }
}
