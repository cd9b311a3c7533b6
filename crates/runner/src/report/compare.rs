//! Several runs beside each other: what they came to, in what they differ, and their curves in one drawing. Those that
//! differ in their seeds alone are groups as well.

mod difference;
mod groups;
mod table;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::axis::Axis;
use super::chart::{Chart, Series};
use super::html::{decimal, escape, figure};
use super::names::run_names;
use super::{Records, page, percent};
use crate::error::{Error, Result};
use crate::experiment::Metric;
use crate::run_folder::{CONFIG, METRICS, RunFolder};
use crate::sparkline::sparkline;
use crate::table::Writer;
use groups::Groups;
use table::Table;

/// Where a result has the metric of Refined-GAE's and MaskGAE's tables.
const VALIDATION_SHARED: [&str; 3] = ["validation_shared_hits", "hits", "100"];
const TEST_SHARED: [&str; 2] = ["shared_hits", "100"];

/// The letters of a curve in the table.
const CURVE: usize = 16;

/// Runs of one task.
#[derive(Clone, Debug)]
pub struct Comparison {
    runs: Vec<Compared>,
    /// Runs of `--repeat` that have not ended an epoch, and are left out.
    pub begun: Vec<PathBuf>,
}

#[derive(Clone, Debug)]
struct Compared {
    name: String,
    path: PathBuf,
    /// Which of the named folders it is a repetition in, if it is one.
    repetition: Option<usize>,
    /// What tells its split from others, once that was asked for.
    split: OnceCell<Option<String>>,
    records: Records,
    /// Every value of the configuration by its key, such as `model.latent`.
    config: BTreeMap<String, String>,
}

/// A run, as JSON has it.
#[derive(Serialize)]
struct ComparedJson<'a> {
    run: &'a str,
    config: BTreeMap<&'a str, &'a str>,
    epochs: u64,
    result: &'a Value,
    metrics: &'a [Value],
}

impl Comparison {
    /// Reads the runs, those of `--repeat` each by its own.
    ///
    /// # Errors
    /// If a folder is no run, or nothing was trained in it.
    pub fn read(paths: &[impl AsRef<Path>]) -> Result<Self> {
        let (mut folders, mut begun) = (Vec::new(), Vec::new());
        for (place, path) in paths.iter().enumerate() {
            let folder = RunFolder::open(path.as_ref())?;
            let inner = folder.inner_runs();
            if inner.is_empty() {
                folders.push((folder, None));
                continue;
            }
            let (trained, rest): (Vec<_>, Vec<_>) = inner.into_iter().partition(|path| has_epoch(path));
            // Where nothing is trained yet, that is what there is to say.
            let (trained, rest) = if trained.is_empty() { (rest, Vec::new()) } else { (trained, rest) };
            for path in trained {
                folders.push((RunFolder::open(path)?, Some(place)));
            }
            begun.extend(rest);
        }
        let names = run_names(&folders.iter().map(|(folder, _)| folder.path()).collect::<Vec<_>>());
        let runs = folders.iter().zip(names);
        let runs = runs.map(|((folder, repetition), name)| Compared::read(folder, name, *repetition));
        Ok(Self { runs: runs.collect::<Result<_>>()?, begun })
    }

    /// Tables for a terminal.
    ///
    /// # Errors
    /// If the splits of runs to be compared cannot be read.
    pub fn to_text(&self) -> Result<String> {
        let tables: Vec<String> = self.tables()?.iter().map(Table::to_text).collect();
        Ok(tables.join("\n") + &self.notes()?.iter().map(|note| format!("{note}\n")).collect::<String>())
    }

    /// The same tables as Markdown.
    ///
    /// # Errors
    /// As of [`Self::to_text`].
    pub fn to_markdown(&self) -> Result<String> {
        let tables = self.tables()?;
        let notes = self.notes()?.into_iter().map(|note| format!("{note}\n"));
        Ok(tables.iter().map(Table::to_markdown).chain(notes).collect::<Vec<_>>().join("\n"))
    }

    /// One table of runs, groups and differences, a line each, in full precision.
    ///
    /// # Errors
    /// As of [`Self::to_text`].
    pub fn to_csv(&self) -> Result<Vec<u8>> {
        let (differing, metrics) = (self.differing(), self.metrics());
        let mut writer = Writer::new(',');
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let measured = metrics.iter().map(|path| path.join("."));
        let measured = measured.flat_map(|name| [name.clone(), format!("{name}.spread")]);
        let keys = differing.iter().map(|&key| key.to_owned());
        let header = words(&["kind", "name", "against", "method", "count"]).into_iter().chain(keys);
        let rest = words(&["loss", "epochs", "seconds_per_epoch"]);
        writer.row(header.chain(measured).chain(rest));
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        for run in &self.runs {
            let settings = differing.iter().map(|&key| run.config.get(key).cloned().unwrap_or_default());
            let values = metrics.iter().flat_map(|path| [number(run.measured(path)), String::new()]);
            let name = words(&["run", &run.name, "", "", "1"]).into_iter();
            let rest = [
                number(run.records.curve(&["loss"]).last().map(|[_, loss]| *loss)),
                run.records.epochs().to_string(),
                number(run.records.median_seconds()),
            ];
            writer.row(name.chain(settings).chain(values).chain(rest));
        }
        for (name, values) in self.groups()?.iter().flat_map(Groups::rows) {
            let values = values.into_iter().flat_map(|pair| pair.map(number));
            let (none, rest) = (vec![String::new(); differing.len()], vec![String::new(); 3]);
            writer.row(name.into_iter().chain(none).chain(values).chain(rest));
        }
        Ok(writer.finish())
    }

    fn tables(&self) -> Result<Vec<Table>> {
        let groups = self.groups()?;
        Ok([self.table()].into_iter().chain(groups.iter().flat_map(Groups::tables)).collect())
    }

    /// Runs that differ in their seeds alone, where there are some.
    fn groups(&self) -> Result<Option<Groups<'_>>> {
        Groups::of(&self.runs, self.metrics())
    }

    /// What is to be said beside the tables.
    fn notes(&self) -> Result<Vec<String>> {
        let groups = self.groups()?.map_or_else(Vec::new, |groups| groups.notes);
        Ok(self.caution().into_iter().chain(groups).collect())
    }

    /// What is to be said where the runs were measured on different data, or by different likelihoods.
    fn caution(&self) -> Option<String> {
        let mut kinds: Vec<String> = self.runs.iter().map(Compared::data).collect();
        kinds.sort_unstable();
        kinds.dedup();
        (kinds.len() > 1)
            .then(|| format!("Measured on different data, which do not compare: {}.", kinds.join("; ")))
    }

    /// All that is known of the runs, as JSON.
    ///
    /// # Errors
    /// As of [`Self::to_text`].
    pub fn to_json(&self) -> Result<Value> {
        let differing = self.differing();
        let runs: Vec<ComparedJson<'_>> = self
            .runs
            .iter()
            .map(|run| ComparedJson {
                run: &run.name,
                config: differing
                    .iter()
                    .filter_map(|&key| Some((key, run.config.get(key)?.as_str())))
                    .collect(),
                epochs: run.records.epochs(),
                result: &run.records.result,
                metrics: &run.records.metrics,
            })
            .collect();
        let groups = self.groups()?;
        let [groups, differences] =
            groups.map_or_else(|| [Value::Array(Vec::new()), Value::Array(Vec::new())], |it| it.to_json());
        let notes = self.notes()?;
        Ok(serde_json::json!({ "runs": runs, "groups": groups, "differences": differences, "notes": notes }))
    }

    /// The curve that runs are judged by, as an SVG file.
    ///
    /// # Errors
    /// If no run has a curve.
    pub fn to_svg(&self) -> Result<String> {
        self.charts().first().map(Chart::to_svg_file).ok_or_else(|| {
            Error::failed("no run has a curve to draw")
                .with_hint("their metrics.jsonl name no loss and no metric")
        })
    }

    /// The tables and all curves as a self-contained page.
    ///
    /// # Errors
    /// As of [`Self::to_text`].
    pub fn to_html(&self) -> Result<String> {
        let figures: String =
            self.charts().iter().map(|chart| figure(&chart.to_inline_svg(), &chart.title)).collect();
        let notes: String = self.notes()?.iter().map(|note| format!("<p>{}</p>\n", escape(note))).collect();
        let tables: String = self.tables()?.iter().map(Table::to_html).collect();
        let body = format!(
            "<section>\n{tables}{notes}</section>\n<section>\n<h2>Curves</h2>\n<div class=\"figures\">\n{figures}</div>\n</section>\n"
        );
        let summary = format!("{} runs", self.runs.len());
        Ok(page("Comparison", &summary, &body, "{}"))
    }

    /// The keys whose values are not the same in all runs; of runs of several kinds those that all have.
    fn differing(&self) -> Vec<&str> {
        let mut keys: Vec<&str> =
            self.runs.iter().flat_map(|run| run.config.keys().map(String::as_str)).collect();
        keys.sort_unstable();
        keys.dedup();
        let first = &self.runs[0].config;
        let kinds = ["data.kind", "model.kind", "objective.kind"];
        let are_alike =
            kinds.iter().all(|kind| self.runs.iter().all(|run| run.config.get(*kind) == first.get(*kind)));
        keys.retain(|key| {
            let differs = self.runs.iter().any(|run| run.config.get(*key) != first.get(*key));
            // What only other kinds of models have tells nothing of the difference.
            differs && (are_alike || self.runs.iter().all(|run| run.config.contains_key(*key)))
        });
        keys
    }

    fn table(&self) -> Table {
        let differing = self.differing();
        let metrics = self.metrics();
        let header = ["run".to_owned()]
            .into_iter()
            .chain(differing.iter().map(|&key| key.to_owned()))
            .chain(metrics.iter().map(|path| title_of(path)))
            .chain(["loss", "curve of the loss", "epochs", "s/epoch", "MB"].map(String::from))
            .collect();
        let number = |value: Option<f64>, digits: usize| {
            value.map_or_else(String::new, |value| decimal(value, digits))
        };
        let row = |run: &Compared| {
            let losses: Vec<f64> = run.records.curve(&["loss"]).into_iter().map(|[_, loss]| loss).collect();
            let settings = differing.iter().map(|&key| run.config.get(key).cloned().unwrap_or_default());
            let measured = metrics.iter().map(|path| match run.measured(path) {
                Some(value) if are_fractions(path) => percent(value),
                value => number(value, 2),
            });
            let state = if run.records.has_ended { "" } else { " (not ended)" };
            [format!("{}{state}", run.name)]
                .into_iter()
                .chain(settings)
                .chain(measured)
                .chain([
                    number(losses.last().copied(), 5),
                    sparkline(&losses, CURVE),
                    run.records.epochs().to_string(),
                    number(run.records.median_seconds(), 4),
                    number(run.records.result["peak_memory_bytes"].as_f64().map(|bytes| bytes / 1e6), 0),
                ])
                .collect()
        };
        Table { title: "Runs", header, rows: self.runs.iter().map(row).collect() }
    }

    /// The measured values that any run has, in the order of their importance.
    fn metrics(&self) -> Vec<Vec<&'static str>> {
        const KNOWN: [&[&str]; 13] = [
            &["validation", "auc"],
            &["validation_ranking", "mrr"],
            &VALIDATION_SHARED,
            &["validation", "elbo"],
            // What a plain auto-encoder has in its place.
            &["validation", "reconstruction"],
            &["test", "auc"],
            &["test", "ap"],
            &["test", "mrr"],
            &TEST_SHARED,
            &["test", "elbo"],
            &["test", "iwae"],
            &["test", "reconstruction"],
            &["test", "kl"],
        ];
        let is_known = |path: &&[&str]| {
            self.runs.iter().any(|run| {
                path.iter()
                    .try_fold(&run.records.result, |value, key| value.get(key))
                    .is_some_and(Value::is_number)
                    || (!run.records.has_ended && !run.so_far(path).is_empty())
            })
        };
        let has_bounds =
            self.runs.iter().all(|run| run.config.get("model.kind").is_none_or(|kind| kind != "ae"));
        // Every run on a graph has the second, and few are compared by it.
        let has_shared = self.runs.iter().any(|run| !run.records.result[VALIDATION_SHARED[0]].is_null());
        let is_wanted = |path: &&[&str]| match *path {
            ["validation", "reconstruction"] => !has_bounds,
            path => has_shared || path != TEST_SHARED,
        };
        KNOWN.into_iter().filter(is_wanted).filter(is_known).map(<[&str]>::to_vec).collect()
    }

    /// A chart for each metric that was taken while training, then the loss: a line a run.
    fn charts(&self) -> Vec<Chart> {
        let mut watched: Vec<(String, String)> = Vec::new();
        for metric in self.runs.iter().flat_map(|run| run.records.watched()) {
            if !watched.contains(&metric) {
                watched.push(metric);
            }
        }
        // The bound before its parts, and AUC before average precision and what is of ranks.
        let of_ranks = |name: &str| Metric::named(name).filter(|metric| metric.is_of_ranks());
        watched.sort_by_key(|(_, name)| (name != "elbo" && name != "auc", of_ranks(name), name.clone()));
        let series = |runs: &[&Compared], path: &[&str]| -> Vec<Series> {
            runs.iter()
                .map(|run| {
                    let points = run.records.curve(path);
                    let images = run.records.images_per_epoch().filter(|_| self.by_images()).unwrap_or(1.0);
                    let points = points.into_iter().map(|[epoch, value]| [epoch * images, value]).collect();
                    match path {
                        &[part, name] => {
                            Series::marked(&run.name, points).with_errors(&run.records.errors([part, name]))
                        }
                        _ => Series::line(&run.name, points),
                    }
                })
                .filter(|series| !series.points.is_empty())
                .collect()
        };
        // What is measured on other data, or in another unit, has a drawing of its own.
        type Of<'a> = &'a dyn Fn(&Compared) -> String;
        let chart = |title: &str, y: Of<'_>, path: &[&str], kind: Of<'_>| -> Vec<Chart> {
            let measured = self.runs.iter().filter(|run| !run.records.curve(path).is_empty());
            let mut groups: Vec<(String, Vec<&Compared>)> = Vec::new();
            for run in measured {
                let kind = kind(run);
                match groups.iter_mut().find(|(known, _)| *known == kind) {
                    Some((_, runs)) => runs.push(run),
                    None => groups.push((kind, vec![run])),
                }
            }
            let several = groups.len() > 1;
            let chart = |(kind, runs): (String, Vec<&Compared>)| {
                let by_images = self.by_images();
                let x = if by_images { Axis::log("training examples seen") } else { Axis::linear("epochs") };
                let title = if several { format!("{title}, {kind}") } else { title.to_owned() };
                Chart { title, x, y: Axis::linear(&y(runs[0])), series: series(&runs, path) }
            };
            groups.into_iter().map(chart).collect()
        };
        let mut charts: Vec<Chart> = watched
            .iter()
            .flat_map(|(part, name)| {
                let shown = title(name);
                let y = |run: &Compared| {
                    format!("{shown} ({})", if is_fraction(name) { "fraction" } else { run.nats() })
                };
                chart(&format!("{part} {shown}"), &y, &[part.as_str(), name], &Compared::data)
            })
            .collect();
        charts.extend(chart("training loss", &Compared::loss_label, &["loss"], &Compared::loss));
        // The one that most runs have comes first.
        let most = charts.iter().map(|chart| chart.series.len()).max().unwrap_or_default();
        let first = charts.iter().position(|chart| chart.series.len() == most).unwrap_or_default();
        if let Some(until_it) = charts.get_mut(..=first) {
            until_it.rotate_right(1);
        }
        charts
    }

    /// Whether all runs know how many images they saw.
    fn by_images(&self) -> bool {
        self.runs.iter().all(|run| run.records.images_per_epoch().is_some())
    }
}

/// What readers call a metric.
fn title(name: &str) -> &str {
    match name {
        "validation_ranking" => "validation",
        "iwae" => "bound of all samples",
        "kl" => "KL",
        other => Metric::title_of(other),
    }
}

/// What readers call a metric of some data.
fn title_of(path: &[&str]) -> String {
    for (shared, part) in [(VALIDATION_SHARED.as_slice(), "validation"), (&TEST_SHARED, "test")] {
        if path == shared {
            return format!("{part} {}", Metric::SharedHitsAt100.title());
        }
    }
    path.iter().map(|key| title(key)).collect::<Vec<_>>().join(" ")
}

fn are_fractions(path: &[&str]) -> bool {
    path == VALIDATION_SHARED || path == TEST_SHARED || path.iter().any(|key| is_fraction(key))
}

fn is_fraction(name: &str) -> bool {
    Metric::named(name).is_some_and(Metric::is_fraction)
}

impl Compared {
    /// A metric at the end or, of a run that has not ended, what it came to so far.
    fn measured(&self, path: &[&str]) -> Option<f64> {
        let result = &self.records.result;
        let at_the_end = path.iter().try_fold(result, |value, key| value.get(key)).and_then(Value::as_f64);
        let so_far = || self.so_far(path).last().map(|[_, value]| *value);
        at_the_end.or_else(|| if self.records.has_ended { None } else { so_far() })
    }

    /// What a metric of the result was while training.
    fn so_far(&self, path: &[&str]) -> Vec<[f64; 2]> {
        match path {
            path if path == VALIDATION_SHARED => {
                self.records.curve(&["validation", Metric::SharedHitsAt100.name()])
            }
            ["validation_ranking", name] => self.records.curve(&["validation", name]),
            path => self.records.curve(path),
        }
    }

    /// What it was measured on, and by what: probabilities and densities do not compare.
    fn data(&self) -> String {
        let value = |key: &str| self.config.get(key).cloned();
        let named = value("data.path").or_else(|| value("data.edges")).or_else(|| value("data.name"));
        let likelihood =
            value("model.likelihood.kind").filter(|kind| kind != "bernoulli").map(|_| "densities".to_owned());
        [named, value("data.binarization"), likelihood].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// What its likelihoods and divergences are measured in.
    fn nats(&self) -> &'static str {
        match self.config.get("data.kind").map(String::as_str) {
            Some("graph") => "nats per node",
            Some("table") => "nats per row",
            _ => "nats per image",
        }
    }

    /// What its loss is, and in which unit.
    fn loss_label(&self) -> String {
        match self.config.get("objective.kind").map(String::as_str) {
            Some("kipf") => "weighted loss (no unit)".to_owned(),
            _ => format!("loss ({})", self.nats()),
        }
    }

    /// What its loss is one of.
    fn loss(&self) -> String {
        let value = |key: &str| self.config.get(key).cloned().unwrap_or_default();
        format!("{}, {}", self.data(), value("objective.kind"))
    }

    fn read(folder: &RunFolder, name: String, repetition: Option<usize>) -> Result<Self> {
        let path = folder.file(CONFIG);
        let text = std::fs::read_to_string(&path).map_err(|error| Error::io(&path, error))?;
        let document: toml::Table =
            toml::from_str(&text).map_err(|error| Error::io(&path, error.message()))?;
        let mut config = BTreeMap::new();
        flatten("", &document, &mut config);
        let (path, records) = (folder.path().to_owned(), Records::read(folder)?);
        Ok(Self { name, path, repetition, split: OnceCell::new(), records, config })
    }
}

/// Whether an epoch of the run in a folder has ended.
fn has_epoch(path: &Path) -> bool {
    std::fs::metadata(path.join(METRICS)).is_ok_and(|file| file.len() > 0)
}

fn flatten(above: &str, table: &toml::Table, values: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let key = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match value {
            toml::Value::Table(table) => flatten(&key, table, values),
            toml::Value::String(text) => drop(values.insert(key, text.clone())),
            other => drop(values.insert(key, other.to_string())),
        }
    }
}
