//! What a run wrote down: its curves, its result and where it was made.

use std::path::Path;

use aevb_data::files::read_at_most;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::axis::Axis;
use super::chart::{Chart, Series};
use crate::error::{Error, Result};
use crate::evaluate::ValidationMetric;
use crate::experiment::Metric;
use crate::result::BestEpoch;
use crate::run_folder::{ENVIRONMENT, METRICS, NamedCheckpoint, RESULT, RunFolder, TIMING};

/// A million epochs take less.
const MOST_BYTES: u64 = 1 << 30;

/// What an epoch goes over.
#[derive(Clone, Copy, Debug)]
pub(super) struct TrainingExamples {
    pub count: usize,
    /// What one of them is called.
    pub name: &'static str,
}

/// A run's files, but for its weights.
#[derive(Clone, Debug)]
pub struct Records {
    /// The lines of `metrics.jsonl`.
    pub metrics: Vec<Value>,
    /// `result.json`; null where the run did not end.
    pub result: Value,
    /// `environment.json`, or null.
    pub environment: Value,
    /// The seconds of each epoch.
    pub seconds: Vec<f64>,
    /// The checkpoint that is shown in place of the end.
    pub checkpoint: Option<NamedCheckpoint>,
    /// Whether the run came to its end.
    pub has_ended: bool,
    /// The images or rows of an epoch, where they are known without a result.
    pub(super) examples: Option<TrainingExamples>,
}

impl Records {
    /// Reads what there is.
    ///
    /// # Errors
    ///
    /// Where nothing was trained, or a file is no JSON.
    pub fn read(folder: &RunFolder) -> Result<Self> {
        [METRICS, RESULT].into_iter().try_for_each(|name| folder.check(name))?;
        let metrics = lines(&folder.file(METRICS))?;
        if metrics.is_empty() {
            return Err(Error::usage(format!("{}: nothing was trained in it", folder.path().display()))
                .with_hint("name a run that has ended at least one epoch"));
        }
        let seconds = lines(&folder.file(TIMING))?;
        let result = value(&folder.file(RESULT))?;
        // What came after a checkpoint is not what its weights are.
        let epochs = folder.checkpoint().map_or(u64::MAX, |checkpoint| checkpoint.epochs);
        let is_before = |line: &Value| line["epoch"].as_u64().is_none_or(|epoch| epoch <= epochs);
        let [metrics, seconds] =
            [metrics, seconds].map(|lines| lines.into_iter().filter(is_before).collect::<Vec<_>>());
        Ok(Self {
            checkpoint: folder.checkpoint().cloned(),
            metrics,
            has_ended: !result.is_null(),
            result,
            environment: value(&folder.file(ENVIRONMENT))?,
            examples: None,
            seconds: seconds.iter().filter_map(|line| line["seconds"].as_f64()).collect(),
        })
    }

    /// A number of every epoch that has it: `["kl"]` is the term of the loss, `["validation", "auc"]` a metric.
    pub fn curve(&self, path: &[&str]) -> Vec<[f64; 2]> {
        let point = |line: &Value| {
            let number = path.iter().try_fold(line, |value, key| value.get(key))?.as_f64()?;
            Some([line["epoch"].as_f64()?, number])
        };
        self.metrics.iter().filter_map(point).collect()
    }

    /// The standard errors of the points of a metric's curve; none where it has none.
    pub fn errors(&self, [part, name]: [&str; 2]) -> Vec<f64> {
        let errors = self.curve(&[part, &ValidationMetric::error_name(name)]);
        errors.into_iter().map(|[_, error]| error).collect()
    }

    /// The metrics taken while training, as the name of the data they were taken on and their own, those of ranks last.
    pub fn watched(&self) -> Vec<(String, String)> {
        let mut watched = Vec::new();
        for line in &self.metrics {
            for (part, values) in line.as_object().into_iter().flatten() {
                for name in values.as_object().into_iter().flat_map(|values| values.keys()) {
                    let metric = (part.clone(), name.clone());
                    if !watched.contains(&metric) && !ValidationMetric::is_error(name) {
                        watched.push(metric);
                    }
                }
            }
        }
        watched.sort_by_key(|(_, name)| Metric::named(name).filter(|metric| metric.is_of_ranks()));
        watched
    }

    /// The images of an epoch, where the run is one on images.
    pub fn images_per_epoch(&self) -> Option<f64> {
        let known = self.examples.map(|examples| examples.count as f64);
        self.result["training_images"].as_f64().or(known)
    }

    /// The median of the seconds of an epoch.
    pub fn median_seconds(&self) -> Option<f64> {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let upper = *sorted.get(sorted.len() / 2)?;
        Some(if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[sorted.len() / 2 - 1], upper) })
    }

    /// The epochs that were trained.
    pub fn epochs(&self) -> u64 {
        let last = || self.metrics.last().and_then(|line| line["epoch"].as_u64()).unwrap_or_default();
        self.checkpoint.as_ref().map_or_else(last, |checkpoint| checkpoint.epochs)
    }

    /// What the result says of the weights that are shown, under this key: nothing of a checkpoint's, which are others than
    /// those of the end.
    pub(super) fn of_these_weights<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let value = self.result.get(key).filter(|_| self.checkpoint.is_none())?;
        T::deserialize(value).ok()
    }

    /// The epoch whose weights are shown, where they are the best and not those of the last.
    pub(super) fn best_epoch(&self) -> Option<BestEpoch> {
        self.of_these_weights("best_epoch").filter(|best: &BestEpoch| best.epoch != best.last_epoch)
    }

    /// A chart of curves by epochs or, where known, by images or rows seen.
    pub(super) fn chart(&self, title: &str, y: &str, series: Vec<Series>) -> Chart {
        let Some(images) = self.images_per_epoch() else {
            return Chart { title: title.to_owned(), x: Axis::linear("epochs"), y: Axis::linear(y), series };
        };
        let seen = |series: Series| Series {
            points: series.points.into_iter().map(|[epoch, value]| [epoch * images, value]).collect(),
            ..series
        };
        let series = series.into_iter().map(seen).collect();
        let x = Axis::log(&format!(
            "training {}s seen",
            self.examples.map_or("example", |examples| examples.name)
        ));
        Chart { title: title.to_owned(), x, y: Axis::linear(y), series }
    }
}

fn read(path: &Path) -> Result<Option<String>> {
    if !path.exists() {
        return Ok(None);
    }
    let bytes = read_at_most(path, MOST_BYTES)?;
    String::from_utf8(bytes).map(Some).map_err(|error| Error::io(path, error))
}

fn value(path: &Path) -> Result<Value> {
    read(path)?
        .map_or(Ok(Value::Null), |text| serde_json::from_str(&text).map_err(|error| Error::io(path, error)))
}

fn lines(path: &Path) -> Result<Vec<Value>> {
    let text = read(path)?.unwrap_or_default();
    let line = |(number, line)| {
        serde_json::from_str(line).map_err(|error| Error::io(path, format!("line {}: {error}", number + 1)))
    };
    // What a run was writing when it was cut off is no line yet.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_folder::CONFIG;

    fn run(files: &[(&str, &str)]) -> (tempfile::TempDir, RunFolder) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = RunFolder::create(folder.path().join("run")).expect("new");
        run.write(CONFIG, b"").expect("written");
        for (name, content) in files {
            run.write(name, content.as_bytes()).expect("written");
        }
        (folder, run)
    }

    #[test]
    fn standard_errors_are_no_curves_of_their_own() {
        let metrics = "{\"epoch\":2,\"validation\":{\"auc\":0.5,\"hits@10\":0.75,\"hits@10_error\":0.25,\"hits@3\":0.5,\
                       \"hits@3_error\":0.5,\"mrr\":0.25,\"mrr_error\":0.125}}\n";
        let (_keep, run) = run(&[(METRICS, metrics)]);
        let records = Records::read(&run).expect("read");
        let names: Vec<String> = records.watched().into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["auc", "mrr", "hits@3", "hits@10"]);
        assert_eq!(records.errors(["validation", "mrr"]), [0.125]);
        assert!(records.errors(["validation", "auc"]).is_empty());
    }

    #[test]
    fn curves_are_read_where_there_are_values() {
        let metrics = "{\"epoch\":1,\"loss\":2.5,\"kl\":0.5}\n\
                       {\"epoch\":2,\"loss\":2.0,\"kl\":0.25,\"validation\":{\"auc\":0.5,\"ap\":0.75}}\n";
        let (_keep, run) = run(&[(METRICS, metrics), (TIMING, "{\"epoch\":1,\"seconds\":0.5}\n")]);
        let records = Records::read(&run).expect("read");
        assert_eq!(records.curve(&["kl"]), [[1.0, 0.5], [2.0, 0.25]]);
        assert_eq!(records.curve(&["validation", "ap"]), [[2.0, 0.75]]);
        assert_eq!(records.curve(&["nothing"]), [[0.0; 2]; 0]);
        let watched: Vec<_> =
            records.watched().into_iter().map(|(part, name)| format!("{part}/{name}")).collect();
        assert_eq!(watched.len(), 2);
        assert!(watched.contains(&"validation/auc".to_owned()));
        assert_eq!((records.epochs(), &records.seconds[..], &records.result), (2, &[0.5][..], &Value::Null));
    }

    #[test]
    fn a_result_is_of_the_weights_of_the_end() {
        let best = |epoch: u64| {
            serde_json::json!({"best_epoch": {
                "epoch": epoch, "metric": "auc", "value": 0.75, "last_epoch": 9, "last_value": 0.5,
            }})
        };
        let line = (METRICS, "{\"epoch\":9}\n");
        let [kept, last] = [best(4), best(9)].map(|result| {
            let (_keep, run) = run(&[line, (RESULT, result.to_string().as_str())]);
            Records::read(&run).expect("read")
        });
        assert_eq!(kept.best_epoch().map(|best| best.epoch), Some(4));
        assert!(last.best_epoch().is_none(), "the best is the last");
        let checkpoint = NamedCheckpoint { step: 2, epochs: 2, weights: "weights".into() };
        assert!(Records { checkpoint: Some(checkpoint), ..kept }.best_epoch().is_none());
    }

    #[test]
    fn a_run_without_an_epoch_and_a_damaged_one_are_refused() {
        let (_keep, empty) = run(&[]);
        assert!(Records::read(&empty).expect_err("empty").message.ends_with("nothing was trained in it"));
        let (_keep, torn) = run(&[(METRICS, "{\"epoch\":1}\n{\"epoch")]);
        assert_eq!(Records::read(&torn).expect("cut off while it was written").epochs(), 1);
        let (_keep, damaged) = run(&[(METRICS, "{\"epoch\":1}\n{\"epoch\n")]);
        let error = Records::read(&damaged).expect_err("damaged");
        assert!(error.message.contains("metrics.jsonl: line 2"), "{error}");
    }
}
