//! From the merged table to a validated experiment, with an error for each way it can be wrong.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use aevb_data::nearest::nearest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::document::{Document, Places};
use super::sections::{Data, DataAndSplit};
use super::{ConfigFile, Evaluate, Experiment, GraphSplit, Optimizer, Override, Schedule, Task, Train};
use crate::device;
use crate::error::{Error, Result};

/// A value that is of the right type but cannot be meant.
pub(super) struct Invalid {
    /// The dotted path of the value.
    path: Cow<'static, str>,
    message: String,
    hint: String,
}

impl Invalid {
    pub(super) fn new(path: impl Into<Cow<'static, str>>, message: &str, hint: &str) -> Self {
        Self { path: path.into(), message: message.to_owned(), hint: hint.to_owned() }
    }

    pub(super) fn unless(holds: bool, path: &'static str, message: &str, hint: &str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::new(path, message, hint)) }
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

    /// Whether a key is given.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.get_ref().contains_key(key)
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

pub(super) const SECTIONS: [&str; 8] =
    ["data", "split", "model", "objective", "optimizer", "schedule", "train", "evaluate"];

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
    let mut reader = Reader { root: &mut root, places: &places, text_wanted: wanted, errors: Vec::new() };
    let source = reader.source();
    let model = reader.kinds("model");
    let objective = reader.kinds("objective");
    let optimizer = reader.kinds::<Optimizer>("optimizer");
    let schedule = reader.kinds::<Schedule>("schedule");
    let train = reader.section::<Train>("train");
    let evaluate = reader.section::<Evaluate>("evaluate");
    let general = reader.general();
    let errors = reader.errors;
    let read = (|| Some((general?, source?, model?, objective?, optimizer?, schedule?, train?, evaluate?)))();
    let Some((general, source, model, objective, optimizer, schedule, train, evaluate)) = read else {
        return Err(Error::of_all(errors).expect("what could not be read is an error"));
    };
    let General { seed, device, threads } = general;
    let split = source.check_split();
    // At most one thing is told of them: a model is looked at where its data are sound, and so on.
    let task_and_train = Task::of(source, model, objective).and_then(|task| {
        let train = train.resolved(&task);
        train.check(&task)?;
        evaluate.check(&task)?;
        Ok((task, train))
    });
    let general = [check_seed(seed, "seed"), check_threads(threads), check_device(&device)];
    let mut invalid: Vec<Invalid> = general.into_iter().filter_map(Result::err).collect();
    let learnt = task_and_train.map_err(|unsound| invalid.push(unsound)).ok();
    let others = [split, optimizer.check(), schedule.check()];
    invalid.extend(others.into_iter().filter_map(Result::err));
    let errors = invalid.into_iter().map(|Invalid { path, message, hint }| {
        Error::usage(format!("{}: {path} {message}", places.of_value(&path))).with_hint(hint)
    });
    if let Some(error) = Error::of_all(errors) {
        return Err(error);
    }
    let (task, train) = learnt.expect("what does not go together is an error");
    let mut experiment = Experiment { seed, device, threads, task, optimizer, schedule, train, evaluate };
    let weights = experiment.train.initial_weights.as_mut().map(|file| ("train.initial_weights", file));
    for (key, file) in experiment.task.paths_mut().into_iter().chain(weights) {
        *file = absolute(file, key, config, &places)?;
    }
    // A checksum is that of the file it was noted with, not of one that the command line puts in its place.
    if !places.is_in_file("train.initial_weights") && places.is_in_file("train.initial_weights_sha256") {
        experiment.train.initial_weights_sha256 = None;
    }
    let (name, path) = match &mut experiment.task {
        Task::Graph { data, .. } => (&mut data.name, &data.edges),
        Task::Images { data, .. } => (&mut data.name, &data.path),
        Task::Table { .. } => return Ok(experiment),
    };
    if let Some(file) = path.as_deref().and_then(name_of) {
        *name = file;
    }
    Ok(experiment)
}

/// What data are called by their file.
pub(super) fn name_of(path: &Path) -> Option<String> {
    path.file_stem().map(|stem| without_endings(&stem.to_string_lossy()).to_owned())
}

/// The name of a file without the ending of what was packed: `edges.csv` of `edges.csv.gz`.
fn without_endings(stem: &str) -> &str {
    const PACKED: [&str; 6] = [".csv", ".tsv", ".txt", ".mtx", ".tar", ".npy"];
    let rest = PACKED.iter().find_map(|ending| stem.strip_suffix(ending));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(stem)
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

fn check_threads(threads: usize) -> Result<(), Invalid> {
    const MOST: usize = 1024;
    Invalid::unless(threads <= MOST, "threads", "must lie between 0 and 1024", "0 uses every core")
}

fn check_device(name: &str) -> Result<(), Invalid> {
    if device::Request::parse(name).is_some() {
        return Ok(());
    }
    let message = format!("`{name}` is unknown");
    Err(Invalid { path: "device".into(), message, hint: format!("here there are: {}", device::names()) })
}

/// TOML has no larger integers.
pub(super) fn check_seed(seed: u64, path: &'static str) -> Result<(), Invalid> {
    Invalid::unless(i64::try_from(seed).is_ok(), path, "is too large", "a seed lies between 0 and 2^63 - 1")
}

/// Takes sections out of the merged table. What is wrong is kept, so that all of it is told at once.
struct Reader<'r, 'a> {
    root: &'r mut DeTable<'a>,
    places: &'r Places<'r>,
    /// The override that was found to be no text where text is wanted.
    text_wanted: &'r Cell<Option<usize>>,
    errors: Vec<Error>,
}

impl<'a> Reader<'_, 'a> {
    fn kinds<T: Kinds>(&mut self, name: &str) -> Option<T> {
        let (mut table, span) = self.take(name)?;
        let kind = match table.remove("kind") {
            None => DeString::Borrowed(T::KINDS[0]),
            Some(kind) => {
                let at = self.places.of(Some(kind.span()));
                let hint = match nearest_kind(&kind, T::KINDS) {
                    Some(known) => {
                        format!("did you mean `{known}`? {name}.kind is one of: {}", T::KINDS.join(", "))
                    }
                    None => format!("{name}.kind is one of: {}", T::KINDS.join(", ")),
                };
                let message = match kind.into_inner() {
                    DeValue::String(kind) if T::KINDS.contains(&kind.as_ref()) => Ok(kind),
                    DeValue::String(kind) => Err(format!("{at}: unknown {name}.kind `{kind}`")),
                    _ => Err(format!("{at}: {name}.kind must be a string")),
                };
                match message {
                    Ok(kind) => kind,
                    Err(message) => {
                        self.errors.push(Error::usage(message).with_hint(hint));
                        return None;
                    }
                }
            }
        };
        self.read(table, span, name, true, |table| T::read(&kind, table))
    }

    /// The data, with the split that goes with their kind.
    fn source(&mut self) -> Option<DataAndSplit> {
        let data = self.kinds("data");
        match data {
            Some(Data::Images(data)) => self.section("split").map(|split| DataAndSplit::Images(data, split)),
            Some(Data::Table(data)) => self.section("split").map(|split| DataAndSplit::Table(data, split)),
            Some(Data::Graph(data)) => self.section("split").map(|split| DataAndSplit::Graph(data, split)),
            None => {
                self.section::<GraphSplit>("split");
                None
            }
        }
    }

    fn section<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let (table, span) = self.take(name)?;
        self.read(table, span, name, false, Table::read)
    }

    /// What is left once the sections are taken.
    fn general(&mut self) -> Option<General> {
        let rest = std::mem::take(self.root);
        self.read(rest, 0..0, "", false, Table::read)
    }

    /// Reads a table. What serde refuses is taken out, so that the next look finds what else is wrong.
    fn read<T>(
        &mut self,
        mut table: DeTable<'a>,
        span: Range<usize>,
        section: &str,
        has_kind: bool,
        read: impl Fn(Table<'a>) -> Result<T, toml::de::Error>,
    ) -> Option<T> {
        const MOST: usize = 20;
        let before = self.errors.len();
        loop {
            match read(Table(Spanned::new(span.clone(), table.clone()))) {
                Ok(value) => return (self.errors.len() == before).then_some(value),
                Err(error) => {
                    let (told, path) = self.explain(&error, section, has_kind);
                    self.errors.push(told);
                    let within = path.as_deref().and_then(|path| path.strip_prefix(section));
                    let is_out = within.is_some_and(|path| {
                        // What has no kind that is known has no other key that is.
                        let path = path.trim_start_matches('.');
                        remove(&mut table, path.strip_suffix(".kind").unwrap_or(path))
                    });
                    if !is_out || self.errors.len() - before >= MOST {
                        return None;
                    }
                }
            }
        }
    }

    /// Takes a section out of the root; an absent one is empty.
    fn take(&mut self, name: &str) -> Option<(DeTable<'a>, Range<usize>)> {
        let Some(value) = self.root.remove(name) else {
            return Some((DeTable::new(), 0..0));
        };
        let span = value.span();
        if let DeValue::Table(table) = value.into_inner() {
            return Some((table, span));
        }
        let message = format!("{}: `{name}` must be a section", self.places.of(Some(span)));
        let hint = format!("write [{name}] on a line of its own and its keys below");
        self.errors.push(Error::usage(message).with_hint(hint));
        None
    }

    /// Says in the user's terms what serde has to say in those of Rust, and the path of what is wrong, where the rest of
    /// the section can be looked at without it.
    fn explain(&self, error: &toml::de::Error, section: &str, has_kind: bool) -> (Error, Option<String>) {
        let at = self.places.of(error.span());
        if let Some((key, allowed)) = unknown_field(error.message()) {
            let mut allowed: Vec<&str> = allowed;
            if has_kind {
                allowed.insert(0, "kind");
            }
            if section.is_empty() {
                allowed.extend(SECTIONS);
            }
            let section =
                if section.is_empty() { section } else { self.places.table_with(section, key, &allowed) };
            let path = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
            let kind_path = format!("{section}.kind");
            // All keys of the file's kind would be told, one by one.
            let is_of_other_kind =
                has_kind && self.places.is_in_file(&path) && self.places.is_given(&kind_path);
            let hint = if is_of_other_kind {
                format!(
                    "that is a key of the kind in the file; --set \"{section}={{kind='…', …}}\" replaces them all, and \
                     [{section}] then takes: {}",
                    allowed.join(", ")
                )
            } else {
                advice(key, section, &allowed)
            };
            // What serde reads by its kind has forgotten where its keys stood.
            let at = if self.places.is_given(&path) { self.places.of_value(&path) } else { at };
            let error = Error::usage(format!("{at}: unknown key `{path}`")).with_hint(hint);
            return (error, (!is_of_other_kind).then_some(path));
        }
        let span = error.span();
        let path = span.as_ref().and_then(|span| self.places.path_at(span)).unwrap_or(section);
        let message = error.message().strip_prefix("invalid ").unwrap_or(error.message());
        let (found, expected) = message.split_once(", expected ").unwrap_or((message, ""));
        // What the parser says of a name among several.
        let is_no_name = message == "wanted string or table";
        let (found, expected) = if is_no_name { ("another value", "a string") } else { (found, expected) };
        if is_no_name || message.starts_with("type: ") && ["a string", "path string"].contains(&expected) {
            self.text_wanted.set(self.places.override_at(span.clone()));
        }
        let prefixes = ["type: ", "value: ", "unknown variant "];
        let found = prefixes.iter().find_map(|prefix| found.strip_prefix(prefix)).unwrap_or(found);
        // Integers beyond 64 bits are told with the type that holds them.
        let found =
            [" as i128", " as u128"].iter().find_map(|kind| found.strip_suffix(kind)).unwrap_or(found);
        let owned = Some(path.to_owned());
        if expected.is_empty() {
            return (Error::usage(format!("{at}: {path}: {found}")), owned);
        }
        if expected.starts_with("internally tagged enum") {
            let error = Error::usage(format!("{at}: {path} must be a table with a `kind`, not {found}"))
                .with_hint(format!("--set {path}.kind=… or, in a file, {path}.kind = \"…\""));
            return (error, owned);
        }
        let expected = match expected {
            "u64" | "usize" => "a whole number of at least 0",
            "f64" => "a number",
            "a sequence" => "a list",
            "path string" => "a path",
            other => other,
        };
        // What serde reads by its kind has forgotten which of its values stood where.
        let given = self.places.is_table(path).then(|| self.places.given_in(path, bare(found))).flatten();
        let message = match given {
            Some((path, at)) => format!("{at}: in {path}, where {expected} is wanted, stands {found}"),
            None if self.places.is_table(path) => {
                format!("{at}: in {path}, where {expected} is wanted, stands {found}")
            }
            None => format!("{at}: {path} must be {expected}, not {found}"),
        };
        let error =
            Error::usage(message).with_hint("`aevb config show` prints every key with a value it takes");
        (error, owned)
    }
}

/// A value as it is written: `5` of "integer `5`", x of "string "x"".
fn bare(found: &str) -> &str {
    let quoted = found.split_once(['`', '"']).map_or(found, |(_, rest)| rest);
    quoted.trim_end_matches(['`', '"'])
}

/// Takes a value out of a table by its dotted path; says whether it was there.
fn remove(table: &mut DeTable<'_>, path: &str) -> bool {
    match path.split_once('.') {
        None => table.remove(path).is_some(),
        Some((first, rest)) => match table.get_mut(first).map(Spanned::get_mut) {
            Some(DeValue::Table(inner)) => remove(inner, rest),
            _ => false,
        },
    }
}

/// The kind that was meant, where one is near.
fn nearest_kind(given: &Spanned<DeValue<'_>>, known: &'static [&'static str]) -> Option<&'static str> {
    match given.get_ref() {
        DeValue::String(kind) => nearest(kind, known.iter().copied()),
        _ => None,
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
    let guess = nearest(key, allowed.iter().copied())
        .map_or_else(String::new, |name| format!("did you mean `{name}`? "));
    let place = if section.is_empty() { "the top level".to_owned() } else { format!("[{section}]") };
    format!("{guess}{place} takes: {}", allowed.join(", "))
}

#[cfg(test)]
mod tests;
