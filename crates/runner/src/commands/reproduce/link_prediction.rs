//! `aevb reproduce vgae`: a table of link prediction.

use std::path::Path;

use crate::cli::ReproduceVgaeArguments;
use crate::commands::train::{self, Show};
use crate::device;
use crate::environment;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::LinkPrediction;
use crate::experiment::{ConfigFile, Experiment, Override};
use crate::outcome::Repeated;
use crate::random::Streams;
use crate::reproduce::{MODELS, Published, SETS, Set, Table, TableRow, VARIANTS, baselines};
use crate::run_folder::{RESULT, RunFolder};
use crate::train::graph_and_split;
use crate::{interrupt, output};

pub(super) fn run(arguments: &ReproduceVgaeArguments) -> Result<()> {
    let sets = chosen_sets(&arguments.only)?;
    let found = device::resolve(&arguments.device)?;
    environment::use_threads(arguments.threads)?;
    interrupt::listen()?;
    let folder = match &arguments.out {
        Some(path) => RunFolder::create(path)?,
        None => RunFolder::create_numbered(Path::new("runs"), "reproduce-vgae")?,
    };
    let mut table = Table::default();
    for (column, set) in sets {
        for (name, title, paper) in rows(arguments.variants, column, set) {
            let place = format!("{name}, {}", set.title);
            output::message(&format!("{place}, splits: {}, on {}", arguments.repeat, found.row.name));
            let experiment = experiment(&name, set, &found.row.name, arguments.threads)?;
            let inner = RunFolder::create(folder.file(&name.replace("cora", set.name)))?;
            let result = train::several(&experiment, &found, &inner, arguments.repeat, Show::default())
                .map_err(|error| match error.kind {
                    ErrorKind::Interrupted => {
                        error.with_hint(format!("what was done is in {}", folder.path().display()))
                    }
                    _ => error,
                })?;
            let Repeated::Links(result) = result else { unreachable!("the configurations are of graphs") };
            let metrics: Vec<LinkPrediction> = result.runs.iter().map(|run| run.test.balanced).collect();
            table.rows.extend(TableRow::of(set.title, title, &metrics, paper));
        }
        if !arguments.variants {
            table.rows.extend(baseline_rows(set, arguments.repeat)?);
        }
        folder.write_json(RESULT, &table)?;
    }
    if arguments.json {
        output::print_json(&table)
    } else {
        output::print(&table.to_markdown(arguments.repeat))
    }
}

/// The sets to run with their column in the published table.
fn chosen_sets(only: &[String]) -> Result<Vec<(usize, Set)>> {
    if let Some(unknown) = only.iter().find(|name| SETS.iter().all(|set| set.name != **name)) {
        let names = SETS.map(|set| set.name).join(", ");
        return Err(Error::usage(format!("--only {unknown}: no such set in this table"))
            .with_hint(format!("there are {names}")));
    }
    let wanted = |set: &Set| only.is_empty() || only.iter().any(|name| name == set.name);
    Ok(SETS.into_iter().enumerate().filter(|(_, set)| wanted(set)).collect())
}

/// A row's configuration and title, and what the paper has.
type Row = (String, &'static str, Option<(f64, f64)>);

/// The rows of models for a set.
fn rows(variants: bool, column: usize, set: Set) -> Vec<Row> {
    if variants {
        return VARIANTS.map(|(config, title)| (config.to_owned(), title, None)).to_vec();
    }
    let row = |model: Published| {
        (format!("{}-{}", model.config, set.name), model.title, Some(model.percent[column]))
    };
    MODELS.map(row).to_vec()
}

fn experiment(name: &str, set: Set, device: &str, threads: usize) -> Result<Experiment> {
    let data = Override::parse(&format!("data.name={}", set.name))?;
    Experiment::read(&ConfigFile::named(name)?, &[data, Override::device(device), Override::threads(threads)])
}

/// The baselines on the same splits and training graphs as the models.
fn baseline_rows(set: Set, splits: u32) -> Result<Vec<TableRow>> {
    output::message(&format!("baselines on {}", set.title));
    let first = experiment(&format!("gae-{}", set.name), set, "flex", 0)?;
    let mut names = Vec::new();
    let mut metrics: Vec<Vec<LinkPrediction>> = Vec::new();
    for seed in (first.seed..).take(splits as usize) {
        if interrupt::requested() {
            return Err(Error::interrupted(format!("interrupted in the baselines of {}", set.title)));
        }
        let (graph, split) = graph_and_split(&Experiment { seed, ..first.clone() })?;
        let rows = baselines(&graph, &split, Streams::new(seed))?;
        names = rows.iter().map(|row| row.name).collect();
        metrics.resize(rows.len(), Vec::new());
        for (metrics, row) in metrics.iter_mut().zip(rows) {
            metrics.push(row.test);
        }
    }
    Ok(names
        .into_iter()
        .zip(&metrics)
        .filter_map(|(name, metrics)| TableRow::of(set.title, name, metrics, None))
        .collect())
}
