//! What a run on images or on a table comes to: bounds in nats per example, never without the name of what was done to the
//! data.

use std::fmt::{self, Write};

use aevb_data::binarize::Binarization;
use serde::{Deserialize, Serialize};

use crate::evaluate::Summary;
use crate::inference::Marginal;
use crate::result::{BestEpoch, TaskName};

/// Estimates of a model on some images, in nats per image. For the plain auto-encoder the reconstruction is all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// The variational bound on `log p(x)`: −(reconstruction + KL).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elbo: Option<f64>,
    /// `−E_q log p(x|z)`
    pub reconstruction: f64,
    /// `KL(q(z|x) ‖ p(z))`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kl: Option<f64>,
    /// The importance-weighted bound of as many samples, where it is what is trained by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iwae: Option<f64>,
    /// The images it is the mean of.
    pub images: usize,
    /// The samples of z an image.
    pub samples: usize,
    /// The likelihood itself, where it was asked for.
    #[serde(flatten)]
    pub likelihood: Option<Marginal>,
}

/// How data become what a likelihood is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preparation {
    /// The columns of a table have mean 0 and deviation 1 among the rows that train.
    Standardized,
    /// Pixels are taken in this way.
    #[serde(untagged)]
    Binarized(Binarization),
}

/// What was measured, and on what: bounds under other binarisations or likelihoods do not compare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DensityMetrics {
    /// The data set.
    pub data: String,
    /// How they became the likelihood's data.
    #[serde(rename = "binarization")]
    pub preparation: Preparation,
    /// The family of p(x|z).
    pub likelihood: String,
    /// On the validation images, where there are any.
    pub validation: Option<Density>,
    /// On the test images.
    pub test: Density,
}

/// The outcome of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DensityResult {
    /// What the model was trained to do.
    pub task: TaskName,
    /// The seed of the run.
    pub seed: u64,
    /// The epochs that were trained.
    pub epochs: usize,
    /// The mean wall time of an epoch, evaluation left out.
    pub seconds_per_epoch: f64,
    /// The most memory the process has held at once, where the system says.
    pub peak_memory_bytes: Option<u64>,
    /// The epoch whose weights the run ended with, where they are the best by a validation metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_epoch: Option<BestEpoch>,
    /// The images of an epoch.
    pub training_images: usize,
    /// The columns of a table that were learnt from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<usize>,
    /// What there is to know of the result: what was not learnt, and what few rows carry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What was measured.
    #[serde(flatten)]
    pub metrics: DensityMetrics,
}

/// The outcome of several runs that differ in their seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepeatedDensity {
    /// What the models were trained to do.
    pub task: TaskName,
    /// Each run, in the order of their seeds.
    pub runs: Vec<DensityResult>,
    /// The means over the runs.
    pub mean: Statistic,
    /// The sample standard deviations over the runs; absent where there is one run.
    pub std: Option<Statistic>,
}

/// A statistic of each part's metrics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statistic {
    /// Of the validation images.
    pub validation: Option<Density>,
    /// Of the test images.
    pub test: Density,
}

impl Preparation {
    /// That of data with this binarisation; a table has none.
    pub fn of(binarization: Option<Binarization>) -> Self {
        binarization.map_or(Self::Standardized, Self::Binarized)
    }
}

impl fmt::Display for Preparation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standardized => f.write_str("standardized"),
            Self::Binarized(binarization) => binarization.fmt(f),
        }
    }
}

impl DensityMetrics {
    /// The metrics as lines for a reader.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", self.title());
        for (name, density) in
            self.validation.iter().map(|density| ("validation", density)).chain([("test", &self.test)])
        {
            let _ = writeln!(text, "{name:<10}  {}", density.to_text());
        }
        text
    }

    fn title(&self) -> String {
        let Self { data, preparation, likelihood, .. } = self;
        let example = match preparation {
            Preparation::Standardized => "row",
            Preparation::Binarized(_) => "image",
        };
        format!("{data}, {preparation}, {likelihood} likelihood, nats per {example}")
    }
}

impl Density {
    fn to_text(self) -> String {
        let bound = self.elbo.map_or_else(String::new, |elbo| format!("bound {elbo:9.2}  "));
        let kl = self.kl.map_or_else(String::new, |kl| format!("  KL {kl:6.2}"));
        let mut text = format!("{bound}reconstruction {:9.2}{kl}", self.reconstruction);
        if self.samples > 1 && self.iwae.is_none() {
            let _ = write!(text, "  ({} images, {} samples of z)", self.images, self.samples);
        }
        if let Some(iwae) = self.iwae {
            let _ = write!(text, "  bound of {} samples {iwae:.2}", self.samples);
        }
        if let Some(marginal) = self.likelihood {
            let _ = write!(text, "\n{}", marginal.to_text(self.images));
        }
        text
    }
}

impl RepeatedDensity {
    /// Summarises runs; `None` for no run.
    pub fn of(runs: Vec<DensityResult>) -> Option<Self> {
        let statistic = |of: fn(Summary) -> Option<f64>| {
            let part = |pick: fn(&DensityResult) -> Option<Density>| -> Option<Density> {
                let densities: Vec<Density> = runs.iter().map(pick).collect::<Option<_>>()?;
                let metric = |metric: fn(&Density) -> Option<f64>| {
                    of(Summary::of(&densities.iter().map(metric).collect::<Option<Vec<_>>>()?)?)
                };
                Some(Density {
                    elbo: metric(|density| density.elbo),
                    reconstruction: metric(|density| Some(density.reconstruction))?,
                    kl: metric(|density| density.kl),
                    iwae: metric(|density| density.iwae),
                    ..*densities.first()?
                })
            };
            let validation = part(|run| run.metrics.validation);
            Some(Statistic { validation, test: part(|run| Some(run.metrics.test))? })
        };
        let (mean, std) = (statistic(|summary| Some(summary.mean))?, statistic(|summary| summary.std));
        Some(Self { task: runs.first()?.task, mean, std, runs })
    }

    /// What there is to know before means are believed: that runs learnt from different columns.
    pub fn caution(&self) -> Option<String> {
        let columns = self.runs.iter().filter_map(|run| run.columns);
        let (least, most) = (columns.clone().min()?, columns.max()?);
        (least < most).then(|| {
            format!(
                "the runs learnt from {least} to {most} columns, as others never changed among the rows that trained: their \
                 bounds do not compare; leave rare columns out, or pin split.seed"
            )
        })
    }

    /// The result as lines for a reader.
    pub fn to_text(&self) -> String {
        let mut text = self.runs.first().map_or_else(String::new, |run| run.metrics.title() + "\n");
        let mut line = |name: &str, density: Density| {
            let _ = writeln!(text, "{name:<10}  {}", density.to_text());
        };
        line("test, mean", self.mean.test);
        if let Some(std) = &self.std {
            line("  ± std", std.test);
        }
        let _ = writeln!(text, "over {} seeds", self.runs.len());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64, elbo: f64) -> DensityResult {
        let test = Density {
            elbo: Some(elbo),
            reconstruction: -elbo - 25.0,
            kl: Some(25.0),
            iwae: None,
            images: 500,
            samples: 1,
            likelihood: None,
        };
        let metrics = DensityMetrics {
            data: "mnist-5k".into(),
            preparation: Preparation::Binarized(Binarization::Dynamic),
            likelihood: "bernoulli".into(),
            validation: None,
            test,
        };
        DensityResult {
            task: TaskName::Density,
            seed,
            epochs: 2,
            seconds_per_epoch: 1.0,
            peak_memory_bytes: None,
            best_epoch: None,
            training_images: 4000,
            columns: None,
            notes: Vec::new(),
            metrics,
        }
    }

    #[test]
    fn every_output_names_the_binarisation() {
        let run = run(0, -100.0);
        assert!(run.metrics.to_text().contains("dynamic"));
        let json = serde_json::to_value(&run).expect("JSON");
        assert_eq!((&json["task"], &json["binarization"]), (&"density".into(), &"dynamic".into()));
        assert_eq!(json["test"]["elbo"], -100.0);
        assert_eq!(serde_json::from_value::<DensityResult>(json).expect("reads back"), run);
    }

    #[test]
    fn a_table_is_standardized_under_the_key_of_binarisations() {
        let mut run = run(0, -8.0);
        run.metrics.preparation = Preparation::Standardized;
        let json = serde_json::to_value(&run).expect("JSON");
        assert_eq!(json["binarization"], "standardized");
        assert_eq!(serde_json::from_value::<DensityResult>(json).expect("reads back"), run);
        assert!(run.metrics.to_text().contains("standardized, bernoulli likelihood, nats per row"));
    }

    #[test]
    fn runs_are_summarised_by_mean_and_deviation() {
        let repeated = RepeatedDensity::of(vec![run(0, -100.0), run(1, -102.0)]).expect("two runs");
        assert_eq!(repeated.mean.test.elbo, Some(-101.0));
        assert_eq!(repeated.std.expect("two runs").test.elbo, Some(2f64.sqrt()));
        assert!(repeated.to_text().contains("dynamic"));
        assert!(RepeatedDensity::of(vec![run(0, -100.0)]).expect("one run").std.is_none());
        assert!(RepeatedDensity::of(Vec::new()).is_none());
    }
}
