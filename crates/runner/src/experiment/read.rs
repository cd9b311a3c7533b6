//! From the merged table to a validated experiment, with an error for each way it can be wrong.

use std::cell::Cell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::document::{Document, Places};
use super::{ConfigFile, Data, Experiment, Override, Split, Train};
use crate::device;
use crate::error::{Error, Result};

/// A value that is of the right type but cannot be meant.
pub(super) struct Invalid {
    /// The dotted path of the value.
    path: &'static str,
    message: String,
    hint: String,
}

impl Invalid {
    pub(super) fn unless(holds: bool, path: &'static str, message: &str, hint: &str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self { path, message: message.to_owned(), hint: hint.to_owned() }) }
    }
}

/// A section whose key `kind` picks its form; the first kind is the default.
///
/// Serde's own tagged enums forget where their values stood, so the kind is taken out before serde sees the rest.
pub(super) trait Kinds: Sized {
    const KINDS: &'static [&'static str];

    /// Reads the section's other keys; `kind` is one of [`Self::KINDS`].
    fn read(kind: &str, table: Table<'_>) -> Result<Self, toml::de::Error>;
}

/// A section's table, without its `kind`.
pub(super) struct Table<'a>(Spanned<DeTable<'a>>);

impl Table<'_> {
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, toml::de::Error> {
        T::deserialize(toml::Deserializer::from(self.0))
    }

    pub(super) fn read_no_keys(self) -> Result<(), toml::de::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct NoKeys {}
        self.read().map(|NoKeys {}| ())
    }
}

/// The keys outside of every section.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct General {
    seed: u64,
    device: String,
    threads: usize,
}

impl Default for General {
    fn default() -> Self {
        Self { seed: 0, device: "auto".to_owned(), threads: 0 }
    }
}

/// `[split]` where the data set's own custom says what is held out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ImageSplit {
    seed: Option<u64>,
}

const SECTIONS: [&str; 7] = ["data", "split", "model", "objective", "optimizer", "schedule", "train"];

/// Reads an experiment. What stands on the command line for a key that takes text is text, though it may look like a date,
/// a number or a truth.
pub(super) fn experiment(config: &ConfigFile, overrides: &[Override]) -> Result<Experiment> {
    let mut overrides = overrides.to_vec();
    loop {
        let wanted = Cell::new(None);
        let outcome = experiment_of(config, &overrides, &wanted);
        match wanted.get().and_then(|index: usize| overrides.get_mut(index)) {
            Some(given) if outcome.is_err() && !given.is_text() => *given = given.as_text(),
            _ => return outcome,
        }
    }
}

/// Reads an experiment, and leaves in `wanted` which override was no text where text is wanted.
fn experiment_of(
    config: &ConfigFile,
    overrides: &[Override],
    wanted: &Cell<Option<usize>>,
) -> Result<Experiment> {
    let Document { mut root, places } = Document::new(config, overrides)?;
    let mut reader = Reader { root: &mut root, places: &places, text_wanted: wanted };
    let data: Data = reader.kinds("data")?;
    let split = match &data {
        Data::Graph(_) => reader.section("split")?,
        Data::Images(_) => {
            let ImageSplit { seed } = reader.section("split")?;
            Split { seed, ..Split::default() }
        }
    };
    let model = reader.kinds("model")?;
    let objective = reader.kinds("objective")?;
    let optimizer = reader.kinds("optimizer")?;
    let schedule = reader.kinds("schedule")?;
    let train = reader.section("train")?;
    let General { seed, device, threads } = reader.general()?;
    let train = Train::for_data(train, &data);
    let mut experiment =
        Experiment { seed, device, threads, data, split, model, objective, optimizer, schedule, train };
    check(&experiment).map_err(|Invalid { path, message, hint }| {
        Error::usage(format!("{}: {path} {message}", places.of_value(path))).with_hint(hint)
    })?;
    let mut files: Vec<(&str, &mut PathBuf)> = match &mut experiment.data {
        Data::Graph(graph) => graph.paths_mut().collect(),
        Data::Images(images) => images.paths_mut().collect(),
    };
    files.extend(experiment.split.file.as_mut().map(|file| ("split.file", file)));
    let weights = experiment.train.initial_weights.as_mut();
    files.extend(weights.map(|file| ("train.initial_weights", file)));
    for (key, file) in files {
        *file = absolute(file, key, config, &places)?;
    }
    // A checksum is that of the file it was noted with, not of one that the command line puts in its place.
    if !places.is_in_file("train.initial_weights") && places.is_in_file("train.initial_weights_sha256") {
        experiment.train.initial_weights_sha256 = None;
    }
    let (name, path) = match &mut experiment.data {
        Data::Graph(graph) => (&mut graph.name, &graph.edges),
        Data::Images(images) => (&mut images.name, &images.path),
    };
    if let Some(stem) = path.as_deref().and_then(Path::file_stem) {
        *name = stem.to_string_lossy().into_owned();
    }
    Ok(experiment)
}

/// A resolved configuration is read from elsewhere later, so its paths may not depend on the folder.
fn absolute(file: &Path, key: &str, config: &ConfigFile, places: &Places) -> Result<PathBuf> {
    let folder = config.folder.as_ref().filter(|_| places.is_in_file(key));
    let joined = folder.map_or_else(|| file.to_owned(), |folder| folder.join(file));
    let absolute = std::path::absolute(&joined).unwrap_or(joined);
    if absolute.to_str().is_none() {
        let place = places.of_value(key);
        return Err(Error::usage(format!("{place}: {} is no UTF-8, as TOML must be", absolute.display())));
    }
    Ok(absolute)
}

fn check(experiment: &Experiment) -> Result<(), Invalid> {
    const MOST_THREADS: usize = 1024;
    check_seed(experiment.seed, "seed")?;
    let threads = experiment.threads;
    Invalid::unless(threads <= MOST_THREADS, "threads", "must lie between 0 and 1024", "0 uses every core")?;
    check_device(&experiment.device)?;
    experiment.data.check()?;
    experiment.split.check()?;
    experiment.model.check(&experiment.data)?;
    experiment.objective.check(&experiment.model)?;
    experiment.optimizer.check()?;
    experiment.schedule.check()?;
    experiment.train.check(&experiment.data, &experiment.model)
}

fn check_device(name: &str) -> Result<(), Invalid> {
    if device::Request::parse(name).is_some() {
        return Ok(());
    }
    let message = format!("`{name}` is unknown");
    Err(Invalid { path: "device", message, hint: format!("here there are: {}", device::names()) })
}

/// TOML has no larger integers.
pub(super) fn check_seed(seed: u64, path: &'static str) -> Result<(), Invalid> {
    Invalid::unless(i64::try_from(seed).is_ok(), path, "is too large", "a seed lies between 0 and 2^63 - 1")
}

struct Reader<'r, 'a> {
    root: &'r mut DeTable<'a>,
    places: &'r Places<'r>,
    /// The override that was found to be no text where text is wanted.
    text_wanted: &'r Cell<Option<usize>>,
}

impl<'a> Reader<'_, 'a> {
    fn kinds<T: Kinds>(&mut self, name: &str) -> Result<T> {
        let (mut table, span) = self.take(name)?;
        let kind = match table.remove("kind") {
            None => DeString::Borrowed(T::KINDS[0]),
            Some(kind) => {
                let at = self.places.of(Some(kind.span()));
                let hint = format!("{name}.kind is one of: {}", T::KINDS.join(", "));
                match kind.into_inner() {
                    DeValue::String(kind) if T::KINDS.contains(&kind.as_ref()) => kind,
                    DeValue::String(kind) => {
                        return Err(
                            Error::usage(format!("{at}: unknown {name}.kind `{kind}`")).with_hint(hint)
                        );
                    }
                    _ => {
                        return Err(
                            Error::usage(format!("{at}: {name}.kind must be a string")).with_hint(hint)
                        );
                    }
                }
            }
        };
        T::read(&kind, Table(Spanned::new(span, table))).map_err(|error| self.explain(&error, name, true))
    }

    fn section<T: DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        let (table, span) = self.take(name)?;
        Table(Spanned::new(span, table)).read().map_err(|error| self.explain(&error, name, false))
    }

    /// What is left once the sections are taken.
    fn general(&mut self) -> Result<General> {
        let rest = std::mem::take(self.root);
        Table(Spanned::new(0..0, rest)).read().map_err(|error| self.explain(&error, "", false))
    }

    /// Takes a section out of the root; an absent one is empty.
    fn take(&mut self, name: &str) -> Result<(DeTable<'a>, Range<usize>)> {
        let Some(value) = self.root.remove(name) else {
            return Ok((DeTable::new(), 0..0));
        };
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Ok((table, span)),
            _ => Err(Error::usage(format!("{}: `{name}` must be a section", self.places.of(Some(span))))
                .with_hint(format!("write [{name}] on a line of its own and its keys below"))),
        }
    }

    /// Says in the user's terms what serde has to say in those of Rust.
    fn explain(&self, error: &toml::de::Error, section: &str, has_kind: bool) -> Error {
        let at = self.places.of(error.span());
        if let Some((key, allowed)) = unknown_field(error.message()) {
            let mut allowed: Vec<&str> = allowed;
            if has_kind {
                allowed.insert(0, "kind");
            }
            if section.is_empty() {
                allowed.extend(SECTIONS);
            }
            let section = if section.is_empty() { section } else { self.places.table_with(section, key) };
            let path = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
            let kind_path = format!("{section}.kind");
            let hint = if has_kind && self.places.is_in_file(&path) && self.places.is_given(&kind_path) {
                format!(
                    "that is a key of the kind in the file; --set \"{section}={{kind='…', …}}\" replaces them all, and \
                     [{section}] then takes: {}",
                    allowed.join(", ")
                )
            } else {
                advice(key, section, &allowed)
            };
            return Error::usage(format!("{at}: unknown key `{path}`")).with_hint(hint);
        }
        let span = error.span();
        let path = span.as_ref().and_then(|span| self.places.path_at(span)).unwrap_or(section);
        let message = error.message().strip_prefix("invalid ").unwrap_or(error.message());
        let (found, expected) = message.split_once(", expected ").unwrap_or((message, ""));
        if message.starts_with("type: ") && ["a string", "path string"].contains(&expected) {
            self.text_wanted.set(self.places.override_at(span.clone()));
        }
        let prefixes = ["type: ", "value: ", "unknown variant "];
        let found = prefixes.iter().find_map(|prefix| found.strip_prefix(prefix)).unwrap_or(found);
        if expected.is_empty() {
            return Error::usage(format!("{at}: {path}: {found}"));
        }
        if expected.starts_with("internally tagged enum") {
            return Error::usage(format!("{at}: {path} must be a table with a `kind`, not {found}"))
                .with_hint(format!("--set {path}.kind=… or, in a file, {path}.kind = \"…\""));
        }
        let expected = match expected {
            "u64" | "usize" => "a whole number of at least 0",
            "f64" => "a number",
            "a sequence" => "a list",
            "path string" => "a path",
            other => other,
        };
        Error::usage(format!("{at}: {path} must be {expected}, not {found}"))
            .with_hint("`aevb config show` prints every key with a value it takes")
    }
}

/// The key and the allowed ones in serde's "unknown field `x`, expected `a` or `b`".
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `")?;
    // The key is the user's and may hold anything, so the list is looked for from the end.
    let (key, list) =
        rest.rsplit_once("`, expected ").or_else(|| rest.rsplit_once("`, there are no fields"))?;
    Some((key, list.split('`').skip(1).step_by(2).collect()))
}

fn advice(key: &str, section: &str, allowed: &[&str]) -> String {
    // Distances take memory by the product of both lengths, and no key is long.
    let candidates = allowed.iter().filter(|_| key.len() < 64);
    let nearest = candidates.map(|name| (strsim::damerau_levenshtein(key, name), name)).min();
    let guess = match nearest {
        Some((distance, name)) if distance <= name.len() / 3 => format!("did you mean `{name}`? "),
        _ => String::new(),
    };
    let place = if section.is_empty() { "the top level".to_owned() } else { format!("[{section}]") };
    format!("{guess}{place} takes: {}", allowed.join(", "))
}

#[cfg(test)]
mod tests;
