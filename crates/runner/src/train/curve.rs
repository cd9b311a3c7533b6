//! The validation curve of a run, and whether it fell from its peak.

use std::fs::File;
use std::io::{BufRead, BufReader};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::evaluate::ValidationMetric;
use crate::experiment::{Experiment, Metric, Weights};
use crate::run_folder::{CONFIG, METRICS, RunFolder};
use crate::shell;

/// A validation metric at its peak and at the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Curve {
    metric: Metric,
    pub peak: Point,
    last: Point,
}

/// What one evaluation found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    epoch: u64,
    pub value: f64,
    /// Of a metric of ranks.
    pub standard_error: Option<f64>,
}

impl Curve {
    /// That of a run that ends with its last weights, from its `metrics.jsonl`: a run that went on has no other memory of it.
    /// `None` where there is none, or where another epoch's weights are kept.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of(experiment: &Experiment, folder: &RunFolder, metric: Metric) -> Result<Option<Self>> {
        if experiment.train.weights == Weights::Best {
            return Ok(None);
        }
        let path = folder.file(METRICS);
        let unreadable = |error| Error::io(&path, error);
        let mut curve: Option<Self> = None;
        for line in BufReader::new(File::open(&path).map_err(unreadable)?).lines() {
            let line = line.map_err(unreadable)?;
            let point = line.contains("\"validation\"").then(|| point(&line, metric)).flatten();
            let Some(point) = point else { continue };
            let curve = curve.get_or_insert(Self { metric, peak: point, last: point });
            curve.last = point;
            if metric.is_better(point.value, curve.peak.value) {
                curve.peak = point;
            }
        }
        Ok(curve)
    }

    /// Says that the end is worse than the peak by more than two of the peak's standard errors, on which edges where it is of
    /// some, and what would keep the peak.
    pub fn caution(
        &self,
        standard_error: f64,
        edges: Option<&str>,
        experiment: &Experiment,
        folder: &RunFolder,
    ) -> Option<String> {
        let Self { metric, peak: Point { epoch, value: best, .. }, last: Point { value: last, .. } } = *self;
        let most = 2.0 * standard_error;
        if (best - last).abs() <= most || epoch == self.last.epoch {
            return None;
        }
        let edges = edges.map_or_else(String::new, |edges| format!(", on {edges}"));
        let (run, config) = (shell::path(folder.path()), shell::path(&folder.file(CONFIG)));
        let help = match experiment.train.best_metric {
            Some(_) => format!(
                "`aevb resume {run} --set train.weights=best` ends with the weights of the best epoch"
            ),
            None => {
                format!("`aevb train {config} --set train.weights=best` keeps the weights of the best epoch")
            }
        };
        Some(format!(
            "the validation {} was better before the end: {} after epoch {epoch}, {} at the end, worse by more than two of its \
             standard errors, {}{edges}; {help}",
            metric.title(),
            metric.show(best),
            metric.show(last),
            metric.show_difference(most),
        ))
    }
}

/// A number of the last line of a run's `metrics.jsonl`, such as a term of the loss; `None` where there is none.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn last_value(folder: &RunFolder, name: &str) -> Result<Option<f64>> {
    let path = folder.file(METRICS);
    let unreadable = |error| Error::io(&path, error);
    let lines = BufReader::new(File::open(&path).map_err(unreadable)?).lines();
    let last = lines.last().transpose().map_err(unreadable)?;
    let line: Option<Value> = last.and_then(|line| serde_json::from_str(&line).ok());
    Ok(line.and_then(|line| line[name].as_f64()))
}

/// The metric of a line.
fn point(line: &str, metric: Metric) -> Option<Point> {
    let line: Value = serde_json::from_str(line).ok()?;
    let validation = &line["validation"];
    Some(Point {
        epoch: line["epoch"].as_u64()?,
        value: validation[metric.name()].as_f64()?,
        standard_error: validation[ValidationMetric::error_name(metric.name())].as_f64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ConfigFile, Override};

    fn experiment(sets: &[&str]) -> Experiment {
        let overrides: Vec<_> = sets.iter().map(|set| Override::parse(set).expect("well formed")).collect();
        Experiment::read(&ConfigFile::find(None).expect("built in"), &overrides).expect("valid")
    }

    #[test]
    fn a_fall_from_the_peak_is_told_with_what_helps() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = RunFolder::create(folder.path().join("run")).expect("new");
        let lines = "{\"epoch\":1,\"loss\":3.0}\n{\"epoch\":2,\"loss\":2.0,\"validation\":{\"auc\":0.9,\"ap\":0.5}}\n\
                     {\"epoch\":4,\"loss\":1.0,\"validation\":{\"auc\":0.8,\"ap\":0.75}}\n";
        folder.write(METRICS, lines.as_bytes()).expect("written");
        let curve = |sets: &[&str], metric| Curve::of(&experiment(sets), &folder, metric).expect("read");
        let auc = curve(&[], Metric::Auc).expect("a curve");
        let point = |epoch, value| Point { epoch, value, standard_error: None };
        assert_eq!((auc.peak, auc.last), (point(2, 0.9), point(4, 0.8)));
        let told = auc.caution(0.025, None, &experiment(&[]), &folder).expect("it fell");
        assert!(
            told.ends_with("keeps the weights of the best epoch") && told.contains("errors, 5.00 points; ")
        );
        assert!(
            told.contains("AUC was better before the end: 90.00 % after epoch 2, 80.00 % at the end"),
            "{told}"
        );
        assert!(told.contains("config.toml --set train.weights=best` keeps"), "{told}");
        let kept =
            auc.caution(0.025, None, &experiment(&["train.best_metric=auc"]), &folder).expect("it fell");
        assert!(kept.contains("`aevb resume "), "{kept}");
        assert_eq!(auc.caution(0.055, None, &experiment(&[]), &folder), None);
        assert_eq!(
            curve(&[], Metric::Ap).expect("a curve").caution(0.0, None, &experiment(&[]), &folder),
            None
        );
        assert_eq!(curve(&[], Metric::Elbo), None);
        assert_eq!(curve(&["train.weights=best"], Metric::Auc), None);
        let last = |name| last_value(&folder, name).expect("read");
        assert_eq!((last("loss"), last("reconstruction")), (Some(1.0), None));
    }

    #[test]
    fn the_fall_of_a_metric_of_ranks_is_measured_by_the_error_it_was_written_with() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = RunFolder::create(folder.path().join("run")).expect("new");
        let lines = "{\"epoch\":2,\"validation\":{\"auc\":0.9,\"mrr\":0.5,\"mrr_error\":0.0125}}\n\
                     {\"epoch\":4,\"validation\":{\"auc\":0.8,\"mrr\":0.46875,\"mrr_error\":0.25}}\n";
        folder.write(METRICS, lines.as_bytes()).expect("written");
        let experiment = experiment(&["train.best_metric=mrr"]);
        let curve = Curve::of(&experiment, &folder, Metric::Mrr).expect("read").expect("a curve");
        let error = curve.peak.standard_error.expect("it was written");
        let told = curve.caution(error, Some("a sample of 5 of 7 validation edges"), &experiment, &folder);
        let expected = "the validation MRR was better before the end: 50.00 % after epoch 2, 46.88 % at the end, worse by more \
                        than two of its standard errors, 2.50 points, on a sample of 5 of 7 validation edges; `aevb resume ";
        assert!(told.as_ref().is_some_and(|told| told.starts_with(expected)), "{told:?}");
        assert_eq!(curve.caution(0.015_7, None, &experiment, &folder), None);
    }
}
