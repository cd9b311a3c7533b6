//! `aevb reproduce scale`: the runs one after the other, then the table and the picture.
//!
//! A run that the folder has finished is not made again, and keeps the seconds that it took.

use aevb_data::files::write_atomically;

use super::super::train::Show;
use super::own_folder;
use super::runs::{asked_for, is_finished, read, train_once};
use crate::cli::ReproduceScaleArguments;
use crate::device::{self, Found};
use crate::error::{Error, Result};
use crate::experiment::{ConfigFile, Experiment, Override};
use crate::report::scale_picture;
use crate::reproduce::{SCALE_CONFIG, SCALE_GRAPHS, ScaleRun, ScaleTable, scale_runs};
use crate::run_folder::{RESULT, TIMING};
use crate::{data_folder, environment, interrupt, output};

pub(super) fn run(arguments: &ReproduceScaleArguments) -> Result<()> {
    let all = scale_runs(arguments.epochs.map(|epochs| epochs as usize));
    let runs = with_data(chosen(&all, arguments)?)?;
    let found = device::resolve(&arguments.device)?;
    environment::use_threads(arguments.threads)?;
    interrupt::listen()?;
    let out = &arguments.out;
    own_folder(out, &all.iter().map(|run| run.name.as_str()).collect::<Vec<_>>())?;
    // What the files would have to leave out is refused before anything is trained.
    table(&all, arguments, &found)?;
    for (number, run) in runs.iter().enumerate() {
        let experiment = experiment(run, arguments, &found)?;
        train_once(
            &run.name,
            [number, runs.len()],
            &experiment,
            &found,
            &out.join(&run.name),
            Show::default(),
        )?;
        write(&table(&all, arguments, &found)?, arguments)?;
    }
    let table = table(&all, arguments, &found)?;
    output::message(&format!(
        "{}: table.md, scale.csv, scale.svg and result.json are written",
        arguments.out.display()
    ));
    if arguments.json { output::print_json(&table) } else { output::print(&table.to_markdown()) }
}

/// The runs that are asked for, without those that would take minutes, which are named.
fn chosen<'a>(all: &'a [ScaleRun], arguments: &ReproduceScaleArguments) -> Result<Vec<&'a ScaleRun>> {
    let mut chosen = Vec::new();
    for run in asked_for(all, |run| &run.name, &arguments.only)? {
        match run.forecast()?.filter(|_| !arguments.long) {
            None => chosen.push(run),
            Some(seconds) => output::message(&format!(
                "note: {} is left out: its sums over all pairs take about {} minutes of two cores; --long takes them too",
                run.name,
                seconds.div_ceil(60)
            )),
        }
    }
    Ok(chosen)
}

/// Those whose graphs are there; the others are named.
fn with_data(mut runs: Vec<&ScaleRun>) -> Result<Vec<&ScaleRun>> {
    let data = data_folder::get();
    for graph in &SCALE_GRAPHS {
        if !runs.iter().any(|run| run.graph == graph) {
            continue;
        }
        match graph.missing(&data)?.first() {
            None => graph.doubt(&data)?.iter().for_each(|doubt| output::message(doubt)),
            Some(file) => {
                let (name, file) = (graph.name, file.display());
                output::message(&format!(
                    "note: {name} is left out: {file} is not there; {}",
                    graph.advice()
                ));
                runs.retain(|run| run.graph != graph);
            }
        }
    }
    if runs.is_empty() {
        return Err(Error::usage("no run is left: the notes above say what each lacks").with_hint(
            "--long takes runs of minutes, and --data-dir or AEVB_DATA names the folder of the data",
        ));
    }
    Ok(runs)
}

/// A row for each run that has ended, by this command or an earlier one.
fn table(all: &[ScaleRun], arguments: &ReproduceScaleArguments, found: &Found) -> Result<ScaleTable> {
    let mut table = ScaleTable::default();
    for run in all {
        let folder = arguments.out.join(&run.name);
        if is_finished(&experiment(run, arguments, found)?, &folder)? {
            table.add(run, &read(&folder.join(RESULT))?, &read(&folder.join(TIMING))?)?;
        }
    }
    Ok(table)
}

fn experiment(run: &ScaleRun, arguments: &ReproduceScaleArguments, found: &Found) -> Result<Experiment> {
    let mut overrides = run.overrides(&data_folder::get())?;
    overrides.extend([
        Override::seed(arguments.seed),
        Override::device(&found.row.name),
        Override::threads(arguments.threads),
    ]);
    Experiment::read(&ConfigFile::named(SCALE_CONFIG)?, &overrides)
}

fn write(table: &ScaleTable, arguments: &ReproduceScaleArguments) -> Result<()> {
    let out = &arguments.out;
    write_atomically(out.join("table.md"), table.to_markdown().as_bytes())?;
    write_atomically(out.join("scale.csv"), table.to_csv().as_bytes())?;
    write_atomically(out.join("scale.svg"), scale_picture(table).as_bytes())?;
    let json = serde_json::to_vec_pretty(table).expect("a table is always JSON");
    Ok(write_atomically(out.join(RESULT), &json)?)
}
