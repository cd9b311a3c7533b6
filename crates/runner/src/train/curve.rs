//! The validation curve of a run, and whether it fell from its peak.

use std::fs::File;
use std::io::{BufRead, BufReader};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::experiment::{Experiment, Metric, Weights};
use crate::run_folder::{CONFIG, METRICS, RunFolder};
use crate::shell;

/// A validation metric at its peak and at the end, each with its epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Curve {
    metric: Metric,
    pub peak: (u64, f64),
    last: (u64, f64),
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
            if metric.is_better(point.1, curve.peak.1) {
                curve.peak = point;
            }
        }
        Ok(curve)
    }

    /// Says that the end is worse than the peak by more than `most`, two standard errors, and what would keep the peak.
    pub fn caution(&self, most: f64, experiment: &Experiment, folder: &RunFolder) -> Option<String> {
        let Self { metric, peak: (epoch, best), last: (_, last) } = *self;
        if (best - last).abs() <= most || epoch == self.last.0 {
            return None;
        }
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
             standard errors, {}; {help}",
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

/// The epoch and the metric of a line.
fn point(line: &str, metric: Metric) -> Option<(u64, f64)> {
    let line: Value = serde_json::from_str(line).ok()?;
    Some((line["epoch"].as_u64()?, line["validation"][metric.name()].as_f64()?))
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
        assert_eq!((auc.peak, auc.last), ((2, 0.9), (4, 0.8)));
        let told = auc.caution(0.05, &experiment(&[]), &folder).expect("it fell");
        assert!(
            told.ends_with("keeps the weights of the best epoch") && told.contains("errors, 5.00 points; ")
        );
        assert!(
            told.contains("AUC was better before the end: 90.00 % after epoch 2, 80.00 % at the end"),
            "{told}"
        );
        assert!(told.contains("config.toml --set train.weights=best` keeps"), "{told}");
        let kept = auc.caution(0.05, &experiment(&["train.best_metric=auc"]), &folder).expect("it fell");
        assert!(kept.contains("`aevb resume "), "{kept}");
        assert_eq!(auc.caution(0.11, &experiment(&[]), &folder), None);
        assert_eq!(curve(&[], Metric::Ap).expect("a curve").caution(0.0, &experiment(&[]), &folder), None);
        assert_eq!(curve(&[], Metric::Elbo), None);
        assert_eq!(curve(&["train.weights=best"], Metric::Auc), None);
        let last = |name| last_value(&folder, name).expect("read");
        assert_eq!((last("loss"), last("reconstruction")), (Some(1.0), None));
    }
}
