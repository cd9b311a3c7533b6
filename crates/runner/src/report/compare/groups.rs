//! Runs that differ in their seeds alone, as one; and how far such groups lie apart.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::path::{Path, PathBuf};

use aevb_data::files::read_at_most;
use aevb_data::graph::digest_of_pairs;
use aevb_data::hash::sha256;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::difference::Difference;
use super::table::Table;
use super::{Compared, are_fractions, title_of};
use crate::error::{Error, Result};
use crate::evaluate::Summary;
use crate::run_folder::{DATA, SPLIT};

/// A metric by its keys in a result.
type Metric = Vec<&'static str>;

/// What a line of CSV begins with, and each metric's value and spread.
type Row = ([String; 5], Vec<[Option<f64>; 2]>);

/// Runs of one configuration, each of another seed.
struct Group<'a> {
    name: String,
    runs: BTreeMap<u64, &'a Compared>,
}

/// How far a group lies from the first.
struct Apart {
    group: usize,
    /// Whether runs were compared seed by seed.
    is_paired: bool,
    /// The seeds that both have.
    common: Vec<u64>,
    differences: Vec<Option<Difference>>,
}

/// All groups, and how far the others lie from the first.
pub(super) struct Groups<'a> {
    metrics: Vec<Metric>,
    groups: Vec<Group<'a>>,
    apart: Vec<Apart>,
    /// What is to be said of them.
    pub notes: Vec<String>,
}

impl<'a> Groups<'a> {
    /// `None` where no two runs that have ended differ in their seeds alone.
    ///
    /// # Errors
    /// If the splits of runs that are to be compared cannot be read.
    pub fn of(runs: &'a [Compared], metrics: Vec<Metric>) -> Result<Option<Self>> {
        let mut members: Vec<Vec<&Compared>> = Vec::new();
        for run in runs {
            match members.iter_mut().find(|members| run.belongs_to(members[0])) {
                Some(members) => members.push(run),
                None => members.push(vec![run]),
            }
        }
        if members.iter().all(|members| members.len() < 2) {
            return Ok(None);
        }
        let mut notes = Vec::new();
        let groups = members.into_iter().map(|members| Group::of(&members, &mut notes));
        let groups: Vec<Group<'_>> = groups.filter(|group| !group.runs.is_empty()).collect();
        if groups.iter().all(|group| group.runs.len() < 2) {
            return Ok(None);
        }
        let mut grouped = Self { metrics, groups, apart: Vec::new(), notes };
        for group in 1..grouped.groups.len() {
            let apart = grouped.compare(group)?;
            grouped.apart.extend(apart);
        }
        Ok(Some(grouped))
    }

    /// Compares a group with the first. What stands in the way is noted.
    fn compare(&mut self, group: usize) -> Result<Option<Apart>> {
        let (this, first) = (&self.groups[group], &self.groups[0]);
        let names = format!("{} and {}", this.name, first.name);
        let is_of_the_same = |run: &&Compared| run.data() == first.any().data();
        if !this.runs.values().all(is_of_the_same) {
            return Ok(None);
        }
        let common: Vec<u64> =
            this.runs.keys().copied().filter(|seed| first.runs.contains_key(seed)).collect();
        let mut is_paired = common.len() > 1;
        if is_paired {
            let mut others = 0;
            for seed in &common {
                let [split, other] = [this, first].map(|group| group.runs[seed].split());
                let (split, other) = (split?, other?);
                others += usize::from(split.is_none() || split != other);
            }
            if others > 0 {
                is_paired = false;
                self.notes.push(format!(
                    "{names}: {others} of {} seeds have other splits, so that their difference is unpaired (Welch).",
                    common.len()
                ));
            }
        } else if this.runs.len() > 1 && first.runs.len() > 1 {
            self.notes.push(format!(
                "{names}: have fewer than two seeds in common, so that their difference is unpaired (Welch)."
            ));
        } else {
            self.notes.push(format!("{names}: have fewer than two seeds in common, and are not compared."));
        }
        let differences: Vec<Option<Difference>> = self
            .metrics
            .iter()
            .map(|path| {
                if is_paired {
                    let values = |group: &Group<'_>| -> Option<Vec<f64>> {
                        common.iter().map(|seed| group.runs[seed].measured(path)).collect()
                    };
                    Difference::paired(&values(this)?, &values(first)?)
                } else {
                    Difference::unpaired(&this.values(path), &first.values(path))
                }
            })
            .collect();
        let is_known = differences.iter().any(Option::is_some);
        Ok(is_known.then_some(Apart { group, is_paired, common, differences }))
    }

    /// A table of the groups and, where there are several, one of their differences.
    pub fn tables(&self) -> Vec<Table> {
        let titles = || self.metrics.iter().map(|path| title_of(path));
        let header = |words: &[&str]| words.iter().map(|&word| word.to_owned()).chain(titles()).collect();
        let row = |group: &Group<'_>| {
            let cell = |path: &Metric| {
                Summary::of(&group.values(path))
                    .map_or_else(String::new, |it| with_spread(it.mean, it.std, are_fractions(path), 2, ""))
            };
            [group.name.clone(), group.runs.len().to_string()]
                .into_iter()
                .chain(self.metrics.iter().map(cell))
                .collect()
        };
        let groups = Table {
            title: "Means ± standard deviations",
            header: header(&["mean ± standard deviation", "seeds"]),
            rows: self.groups.iter().map(row).collect(),
        };
        let row = |apart: &Apart| {
            let cell = |(path, difference): (&Metric, &Option<Difference>)| {
                difference.map_or_else(String::new, |Difference { mean, standard_error, .. }| {
                    let is_fraction = are_fractions(path);
                    let scale = if is_fraction { 100.0 } else { 1.0 };
                    with_spread(mean, Some(standard_error), is_fraction, digits(scale * standard_error), "+")
                })
            };
            let names =
                [self.groups[apart.group].name.clone(), self.groups[0].name.clone(), self.over(apart)];
            names.into_iter().chain(self.metrics.iter().zip(&apart.differences).map(cell)).collect()
        };
        let differences = Table {
            title: "Differences ± standard errors",
            header: header(&["difference ± standard error", "from", "over"]),
            rows: self.apart.iter().map(row).collect(),
        };
        [groups, differences].into_iter().filter(|table| !table.rows.is_empty()).collect()
    }

    fn over(&self, apart: &Apart) -> String {
        let count = |group: usize| self.groups[group].runs.len();
        match apart.is_paired {
            true => format!("{} pairs", apart.common.len()),
            false => format!("{} and {} unpaired", count(apart.group), count(0)),
        }
    }

    /// Groups and differences as lines of the table of `compare --out FILE.csv`: kind, name, reference, method and count,
    /// then each metric's mean and deviation or standard error.
    pub fn rows(&self) -> Vec<Row> {
        let words = |words: [&str; 5]| words.map(str::to_owned);
        let group = |group: &Group<'_>| {
            let count = group.runs.len().to_string();
            let values = self.metrics.iter().map(|path| {
                let summary = Summary::of(&group.values(path));
                [summary.map(|summary| summary.mean), summary.and_then(|summary| summary.std)]
            });
            (words(["group", &group.name, "", "mean and standard deviation", &count]), values.collect())
        };
        let apart = |apart: &Apart| {
            let this = &self.groups[apart.group];
            let count = if apart.is_paired { apart.common.len() } else { this.runs.len() }.to_string();
            let values = apart
                .differences
                .iter()
                .map(|difference| [difference.map(|it| it.mean), difference.map(|it| it.standard_error)]);
            let name = ["difference", &this.name, &self.groups[0].name, apart.method(), &count];
            (words(name), values.collect())
        };
        self.groups.iter().map(group).chain(self.apart.iter().map(apart)).collect()
    }

    /// The groups, and their differences from the first.
    pub fn to_json(&self) -> [Value; 2] {
        let of_metrics = |value: &dyn Fn(usize) -> Value| -> Value {
            let named = self.metrics.iter().enumerate().map(|(at, path)| (path.join("."), value(at)));
            named.filter(|(_, value)| !value.is_null()).collect::<serde_json::Map<_, _>>().into()
        };
        let group = |group: &Group<'_>| {
            let runs: Vec<&str> = group.runs.values().map(|run| run.name.as_str()).collect();
            let seeds: Vec<u64> = group.runs.keys().copied().collect();
            let metrics = of_metrics(&|at| {
                Summary::of(&group.values(&self.metrics[at])).map_or(Value::Null, |summary| json!(summary))
            });
            json!({ "group": group.name, "runs": runs, "seeds": seeds, "metrics": metrics })
        };
        let apart = |apart: &Apart| {
            let (name, reference) = (&self.groups[apart.group].name, &self.groups[0].name);
            let metrics = of_metrics(&|at| json!(apart.differences[at]));
            json!({
                "group": name,
                "from": reference,
                "method": apart.method(),
                "common_seeds": apart.common,
                "metrics": metrics,
            })
        };
        [self.groups.iter().map(group).collect(), self.apart.iter().map(apart).collect()]
    }
}

impl Apart {
    fn method(&self) -> &'static str {
        if self.is_paired { "paired" } else { "welch" }
    }
}

impl<'a> Group<'a> {
    /// Of some runs, of which those that have not ended are left out, and those whose seed another has.
    fn of(members: &[&'a Compared], notes: &mut Vec<String>) -> Self {
        let first = members[0];
        // Repetitions are called as the folder that holds them.
        let name = match (first.repetition, members) {
            (Some(_), _) => {
                first.name.rsplit_once('/').map_or(first.name.as_str(), |(run, _)| run).to_owned()
            }
            (None, [_]) => first.name.clone(),
            (None, _) => format!("{} and {} more", first.name, members.len() - 1),
        };
        let mut runs = BTreeMap::new();
        for run in members {
            let Some(seed) = run.seed() else { continue };
            if !run.records.has_ended {
                notes.push(format!("{}: has not ended, and is in no mean.", run.name));
                continue;
            }
            match runs.entry(seed) {
                Entry::Vacant(place) => {
                    place.insert(*run);
                }
                Entry::Occupied(_) => notes
                    .push(format!("{}: another run of seed {seed} stands for it in the means.", run.name)),
            }
        }
        Self { name, runs }
    }

    fn any(&self) -> &'a Compared {
        self.runs.values().next().expect("a group has a run")
    }

    /// A metric of the runs that have it.
    fn values(&self, path: &[&str]) -> Vec<f64> {
        self.runs.values().filter_map(|run| run.measured(path)).collect()
    }
}

impl Compared {
    /// What tells its split, and what it holds out, from all others; `None` where the run does not know.
    ///
    /// # Errors
    /// If its file cannot be read.
    fn split(&self) -> Result<Option<&str>> {
        if self.split.get().is_none() {
            let _ = self.split.set(split_of(&self.path)?);
        }
        Ok(self.split.get().and_then(Option::as_deref))
    }

    fn seed(&self) -> Option<u64> {
        self.config.get("seed")?.parse().ok()
    }

    /// Whether it is of a group: a repetition in the same folder, or of the same configuration but for the seed.
    fn belongs_to(&self, other: &Self) -> bool {
        let keys: BTreeSet<&String> = self.config.keys().chain(other.config.keys()).collect();
        let is_free = |key: &str| ["seed", "threads"].contains(&key);
        match (self.repetition, other.repetition) {
            (Some(folder), Some(other)) => folder == other,
            (None, None) => {
                keys.into_iter().all(|key| is_free(key) || self.config.get(key) == other.config.get(key))
            }
            _ => false,
        }
    }
}

/// The SHA-256 of a graph's split, or of the parts of other data.
fn split_of(folder: &Path) -> Result<Option<String>> {
    const LARGEST: u64 = 1 << 32;
    #[derive(Deserialize, Serialize)]
    struct HeldOut {
        edges: Vec<[u32; 2]>,
        non_edges: Vec<[u32; 2]>,
    }
    /// Without its notes, and without what tells the features of one graph from another's.
    #[derive(Deserialize, Serialize)]
    struct Split {
        nodes: usize,
        #[serde(skip_serializing)]
        train: Option<Vec<[u32; 2]>>,
        /// Of large graphs in place of the training edges.
        train_sha256: Option<String>,
        validation: HeldOut,
        test: HeldOut,
    }
    let read = |name: &str| -> Result<Option<(Vec<u8>, PathBuf)>> {
        let path = folder.join(name);
        if path.exists() { Ok(Some((read_at_most(&path, LARGEST)?, path))) } else { Ok(None) }
    };
    let wrong = |path: &Path, error: serde_json::Error| Error::failed(format!("{}: {error}", path.display()));
    if let Some((bytes, path)) = read(SPLIT)? {
        let mut split: Split = serde_json::from_slice(&bytes).map_err(|error| wrong(&path, error))?;
        split.train_sha256 = split.train.as_deref().map(digest_of_pairs).or(split.train_sha256);
        return Ok(Some(sha256(&serde_json::to_vec(&split).map_err(|error| wrong(&path, error))?)));
    }
    let Some((bytes, path)) = read(DATA)? else { return Ok(None) };
    let data: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(&path, error))?;
    Ok(data["fingerprint"].as_str().map(str::to_owned))
}

/// A number, with what it varies by, in percent if it is a fraction; `sign` is `+` where the sign is the point.
fn with_spread(value: f64, spread: Option<f64>, is_fraction: bool, digits: usize, sign: &str) -> String {
    let (scale, unit) = if is_fraction { (100.0, " %") } else { (1.0, "") };
    let value = scale * value;
    let sign = if value >= 0.0 { sign } else { "" };
    let spread = spread.map_or_else(String::new, |spread| format!(" ± {:.digits$}", scale * spread));
    format!("{sign}{value:.digits$}{spread}{unit}")
}

/// The decimals that show two digits of an error.
fn digits(error: f64) -> usize {
    const MOST: f64 = 8.0;
    if error > 0.0 { (1.0 - error.log10().floor()).clamp(2.0, MOST) as usize } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_what_their_errors_tell() {
        assert_eq!(with_spread(0.912_34, Some(0.004_56), true, 2, ""), "91.23 ± 0.46 %");
        assert_eq!(with_spread(-104.5, None, false, 2, "+"), "-104.50");
        assert_eq!(with_spread(0.001_234, Some(0.000_23), true, digits(0.023), "+"), "+0.123 ± 0.023 %");
        assert_eq!([digits(0.0), digits(12.0), digits(0.5), digits(0.034), digits(1e-20)], [2, 2, 2, 3, 8]);
    }
}
