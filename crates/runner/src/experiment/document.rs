//! A configuration and its overrides as one table that remembers where everything stood.
//!
//! Overrides get positions after the end of the file's text, so that one number tells where a value came from.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfigFile, Override};
use crate::error::{Error, Result};

/// An override has so many positions, one for each value in it: its argument is shorter.
const POSITIONS: usize = 1 << 24;

/// The merged table and the places of its parts.
pub(super) struct Document<'a> {
    pub(super) root: DeTable<'a>,
    pub(super) places: Places<'a>,
}

/// Turns positions into `file:line:column` or the argument.
pub(super) struct Places<'a> {
    config: &'a ConfigFile,
    overrides: &'a [Override],
    /// Where each value stands, by its dotted path.
    values: BTreeMap<String, Range<usize>>,
}

impl<'a> Document<'a> {
    /// Parses and merges.
    ///
    /// # Errors
    ///
    /// Text that is no TOML, and an override of a key inside something that is no table.
    pub(super) fn new(config: &'a ConfigFile, overrides: &'a [Override]) -> Result<Self> {
        let mut places = Places { config, overrides, values: BTreeMap::new() };
        let parsed = DeTable::parse(&config.text);
        let mut root = parsed
            .map_err(|error| Error::usage(format!("{}: {}", places.of(error.span()), error.message())))?
            .into_inner();
        for (index, given) in overrides.iter().enumerate() {
            let at = places.start_of(index);
            insert(&mut root, given, at..at).map_err(|key| {
                Error::usage(format!("{}: `{key}` is a value, not a section", given.argument))
                    .with_hint("`aevb config show` prints every key")
            })?;
        }
        record(&root, "", &mut places.values);
        Ok(Self { root, places })
    }
}

impl Places<'_> {
    /// `file:line:column`, the argument, or just the file.
    pub(super) fn of(&self, span: Option<Range<usize>>) -> String {
        let place = &self.config.place;
        let text = &self.config.text;
        match span.map(|span| span.start) {
            None => place.clone(),
            Some(start) if start > text.len() => {
                self.overrides[(start - text.len() - 1) / POSITIONS].argument.clone()
            }
            Some(start) => {
                let before = &text.as_bytes()[..start];
                let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
                let begin = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
                let column = String::from_utf8_lossy(&before[begin..]).chars().count() + 1;
                format!("{place}:{line}:{column}")
            }
        }
    }

    /// The place of a value by its dotted path, or just the file where it holds by default.
    pub(super) fn of_value(&self, path: &str) -> String {
        self.of(self.values.get(path).cloned())
    }

    /// The dotted path of the innermost value around a position.
    pub(super) fn path_at(&self, span: &Range<usize>) -> Option<&str> {
        let around = |value: &Range<usize>| value.start <= span.start && span.end <= value.end;
        let candidates = self.values.iter().filter(|(_, value)| around(value));
        candidates
            .min_by_key(|(path, value)| (value.len(), usize::MAX - path.len()))
            .map(|(path, _)| path.as_str())
    }

    /// The table in a section, or the section itself, that was given a key which is none of those that it takes: where several
    /// were, the one that has nothing else that it does not take.
    pub(super) fn table_with<'p>(&'p self, section: &'p str, key: &str, allowed: &[&str]) -> &'p str {
        let tables = self.values.keys().filter_map(|path| path.strip_suffix(key)?.strip_suffix('.'));
        let inside = |table: &&str| table.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
        let mut tables: Vec<&str> = tables.filter(|table| *table == section || inside(table)).collect();
        tables.sort_by_key(|table| *table != section);
        let takes_all_else = |table: &&&str| {
            let keys = self.values.keys().filter_map(|path| path.strip_prefix(**table)?.strip_prefix('.'));
            let mut keys = keys.map(|rest| rest.split('.').next().unwrap_or(rest));
            keys.all(|given| given == key || given == "kind" || allowed.contains(&given))
        };
        tables.iter().find(takes_all_else).or(tables.first()).copied().unwrap_or(section)
    }

    /// Whether values stand in the value of this path.
    pub(super) fn is_table(&self, path: &str) -> bool {
        let begins = format!("{path}.");
        self.values.keys().any(|known| known.starts_with(&begins))
    }

    /// Whether a value was written in the file, and not on the command line.
    pub(super) fn is_in_file(&self, path: &str) -> bool {
        self.values.get(path).is_some_and(|span| span.start <= self.config.text.len())
    }

    /// Whether a value was given on the command line.
    pub(super) fn is_given(&self, path: &str) -> bool {
        self.values.contains_key(path) && !self.is_in_file(path)
    }

    /// The path and the argument of the last value given on the command line inside a table that is written there as this.
    pub(super) fn given_in(&self, table: &str, written: &str) -> Option<(String, &str)> {
        let inside = |path: &str| path.strip_prefix(table).is_some_and(|rest| rest.starts_with('.'));
        let given = self.overrides.iter().rev().map(|given| (given.path.join("."), given));
        let found = given.filter(|(path, _)| inside(path));
        let mut found = found.filter(|(_, given)| given.plain_text().contains(written));
        found.next().map(|(path, given)| (path, given.argument.as_str()))
    }

    /// Which of the values given on the command line stands at a position.
    pub(super) fn override_at(&self, span: Option<Range<usize>>) -> Option<usize> {
        span?.start.checked_sub(self.config.text.len() + 1).map(|position| position / POSITIONS)
    }

    fn start_of(&self, index: usize) -> usize {
        self.config.text.len() + 1 + index * POSITIONS
    }
}

/// Puts a value at its path, making sections on the way; the error is the path of what is no section.
fn insert<'a>(root: &mut DeTable<'a>, given: &'a Override, span: Range<usize>) -> Result<(), String> {
    let (last, sections) = given.path.split_last().expect("a path has at least one key");
    let mut table = root;
    for (depth, key) in sections.iter().enumerate() {
        let key = Spanned::new(span.clone(), key.as_str().into());
        let section =
            table.entry(key).or_insert_with(|| Spanned::new(span.clone(), DeValue::Table(DeTable::new())));
        let DeValue::Table(inner) = section.get_mut() else {
            return Err(given.path[..=depth].join("."));
        };
        table = inner;
    }
    let value = moved(given.value(), &mut span.start.clone());
    let key = Spanned::new(span, last.as_str().into());
    // An equal key keeps its old position when its value is replaced, so the old one goes first.
    table.remove(&key);
    table.insert(key, value);
    Ok(())
}

/// The same value with a position of its own for each value in it, counted on from `next`.
fn moved<'a>(value: DeValue<'a>, next: &mut usize) -> Spanned<DeValue<'a>> {
    let start = *next;
    let inner = match value {
        DeValue::Array(items) => {
            DeValue::Array(items.into_iter().map(|item| moved(item.into_inner(), next)).collect())
        }
        DeValue::Table(table) => {
            let entries = table.into_iter().map(|(key, value)| {
                *next += 1;
                let at = *next;
                (Spanned::new(at..at, key.into_inner()), moved(value.into_inner(), next))
            });
            DeValue::Table(entries.collect())
        }
        other => other,
    };
    Spanned::new(start..*next, inner)
}

fn record(table: &DeTable<'_>, prefix: &str, values: &mut BTreeMap<String, Range<usize>>) {
    for (key, value) in table {
        let path = format!("{prefix}{}", key.get_ref());
        values.insert(path.clone(), value.span());
        if let DeValue::Table(inner) = value.get_ref() {
            record(inner, &format!("{path}."), values);
        }
    }
}
