//! What distinguishes two experiments, and whether one may go on from the other's checkpoint.

use toml::{Table, Value};

use super::Experiment;

/// A key whose value differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The dotted path.
    pub key: String,
    /// The value there was, if any.
    pub before: Option<Value>,
    /// The value there is, if any.
    pub after: Option<Value>,
}

/// Keys that leave every step as it would have been: how long, how often to save, what to keep, where to compute. The places of
/// data are among them, as a checkpoint knows its data by their fingerprint.
pub const FREE: [&str; 10] = [
    "device",
    "threads",
    "train.epochs",
    "train.patience",
    "train.weights",
    "train.checkpoint_every",
    "train.keep_checkpoints",
    "train.check_memory",
    "data.edges",
    "split.file",
];

impl Experiment {
    /// The keys whose values are others in `after`, in the order of their names.
    pub fn changes(&self, after: &Self) -> Vec<Change> {
        let table = |experiment: &Self| {
            Table::try_from(experiment).expect("numbers, strings and tables are always TOML")
        };
        let mut changes = Vec::new();
        compare("", Some(&Value::Table(table(self))), Some(&Value::Table(table(after))), &mut changes);
        changes
    }
}

impl Change {
    /// Whether a run may go on with it.
    pub fn is_free(&self) -> bool {
        FREE.contains(&self.key.as_str())
    }
}

fn compare(key: &str, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<Change>) {
    let (tables, empty) = ([before, after].map(|value| value.and_then(Value::as_table)), Table::new());
    if tables.iter().any(Option::is_some) {
        let [before, after] = tables.map(|table| table.unwrap_or(&empty));
        let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for inner in keys {
            let path = if key.is_empty() { inner.clone() } else { format!("{key}.{inner}") };
            compare(&path, before.get(inner), after.get(inner), changes);
        }
    } else if before != after {
        changes.push(Change { key: key.to_owned(), before: before.cloned(), after: after.cloned() });
    }
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
    fn changes_are_found_at_any_depth_and_told_apart() {
        let (before, after) = (experiment(&[]), experiment(&["train.epochs=300", "model.hidden=[64]"]));
        assert_eq!(before.changes(&before), []);
        let changes = before.changes(&after);
        let keys: Vec<(&str, bool)> =
            changes.iter().map(|change| (change.key.as_str(), change.is_free())).collect();
        assert_eq!(keys, [("model.hidden", false), ("train.epochs", true)]);
        assert_eq!(changes[1].after, Some(Value::Integer(300)));
    }

    #[test]
    fn a_key_that_comes_or_goes_is_a_change() {
        let changes = experiment(&[]).changes(&experiment(&["split.seed=3"]));
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].key.as_str(), &changes[0].before), ("split.seed", &None));
        let kinds =
            experiment(&[]).changes(&experiment(&["optimizer={kind=\"sgd\"}", "schedule.kind=cosine"]));
        assert!(kinds.iter().any(|change| change.key == "optimizer.beta_1" && change.after.is_none()));
        assert!(kinds.iter().any(|change| change.key == "schedule.final_fraction"));
        assert!(!kinds.iter().any(Change::is_free));
    }

    #[test]
    fn every_free_key_is_one_of_a_configuration() {
        let shown = experiment(&["train.weights=best", "train.patience=3", "split.file=/s", "data.edges=/e"]);
        let table = Table::try_from(&shown).expect("TOML");
        for key in FREE {
            let mut value = Some(&table);
            let mut parts = key.split('.').peekable();
            while let Some(part) = parts.next() {
                let found = value.and_then(|table| table.get(part)).unwrap_or_else(|| panic!("{key}"));
                value = found.as_table();
                assert_eq!(value.is_some(), parts.peek().is_some(), "{key}");
            }
        }
    }
}
