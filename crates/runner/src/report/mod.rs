//! A run as a page to look at and play with: one self-contained `index.html`, and its figures beside it.
//!
//! What can be said without a script is HTML and SVG written here; the scripts below `page/` add what moves: the latent
//! space to look around in, and the decoder with the run's own weights. Nothing is fetched from anywhere.

mod approximate_neighbours;
mod axis;
mod chart;
mod compare;
mod expected_links;
#[cfg(test)]
mod golden;
mod graph;
mod held_out;
mod html;
mod image_codes;
mod image_curves;
mod images;
mod label_places;
mod latent_map;
mod layouts;
mod names;
mod neighbour_layout;
mod neighbours;
mod pictures;
mod principal_axes;
mod records;
mod reliability_curve;
mod scale;
mod scoreboard;
#[cfg(test)]
mod sight;
mod style;
mod table_rows;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use aevb_data::files::{read_at_most, write_atomically};
use burn::tensor::Device;
use serde_json::Value;

pub use compare::Comparison;
pub use pictures::{prior_draws, reconstructions, samples};
pub use records::Records;
pub use scale::scale_picture;

use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Autoencoder, ExampleData, Experiment, Task, VaeObjective};
use crate::run_folder::RunFolder;
use crate::shell;
use html::{escape, fill, pairs};
use names::run_names;

/// The file of the page.
const PAGE: &str = "index.html";
/// All figures that a report may have.
const FIGURES: [&str; 14] = [
    "latents.svg",
    "bound.svg",
    "importance-weighted-bound.svg",
    "reconstruction.svg",
    "kl.svg",
    "reconstructions.png",
    "samples.png",
    "manifold.png",
    "roc.svg",
    "precision-recall.svg",
    "reliability.svg",
    "degree.svg",
    "loss.svg",
    "validation.svg",
];
/// What every page of this program has.
const SIGNATURE: &str = "Written by <code>aevb ";
/// More than any page has.
const MOST_PAGE: u64 = 1 << 30;

/// A figure as a file.
struct Figure {
    name: &'static str,
    content: Vec<u8>,
}

/// What is particular to images, to tables or to graphs.
struct Part {
    /// Sections of the page.
    body: String,
    /// What the scripts need, as JSON.
    data: String,
    figures: Vec<Figure>,
    /// The data's own lines in the table of the run.
    rows: Vec<(&'static str, String)>,
    /// What the user is told of it.
    notes: Vec<String>,
}

/// A report that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The path of the page.
    pub page: PathBuf,
    /// What was guessed and what is missing.
    pub notes: Vec<String>,
}

/// Writes the report of a run into a folder, over an earlier one. `names` is the file, and its column, that names the nodes
/// of a graph, as [`NodeNames::read`](crate::node_names::NodeNames::read) has it.
///
/// # Errors
/// If the run's files or data or the names cannot be read, or the folder cannot be written to or holds other files than a
/// report's.
pub fn write(
    experiment: &Experiment,
    device: &Device,
    run: &RunFolder,
    folder: &Path,
    names: Option<&str>,
) -> Result<Written> {
    check_folder(folder)?;
    let mut records = Records::read(run)?;
    let mut of_examples =
        |data: ExampleData, model| images::part(experiment, (&data, model), device, run, &mut records);
    let part = match &experiment.task {
        Task::Images { .. } | Task::Table { .. } if names.is_some() => {
            return Err(Error::usage(format!(
                "{}: has no nodes that --names could name",
                run.path().display()
            ))
            .with_hint("leave --names out: it is for graphs"));
        }
        Task::Images { data, model, .. } => of_examples(ExampleData::Images(data.clone()), model),
        Task::Table { data, model, .. } => of_examples(ExampleData::Table(data.clone()), model),
        Task::Graph { data, model, .. } => {
            graph::part(experiment, (data, model), device, run, &records, names)
        }
    };
    let part = part.map_err(|error| match records.has_ended {
        false if error.kind == ErrorKind::Failed => error.with_hint(format!(
            "the run has not ended: `aevb compare {0} --out {0}/curves.html` draws how far it came",
            shell::path(run.path())
        )),
        _ => error,
    })?;
    // In every build: tests run without debug assertions.
    assert!(part.figures.iter().all(|figure| FIGURES.contains(&figure.name)), "a figure that would stay");
    for name in FIGURES.iter().filter(|name| part.figures.iter().all(|figure| figure.name != **name)) {
        // Of an earlier report, of another run perhaps; one that is not there hinders nobody.
        let _ = std::fs::remove_file(folder.join(name));
    }
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error).as_usage())?;
    let page = folder.join(PAGE);
    // The page comes first: by it a folder is known as a report's, whatever ends the writing.
    write_atomically(&page, document(experiment, run, &records, &part).as_bytes())?;
    for Figure { name, content } in &part.figures {
        write_atomically(folder.join(name), content)?;
    }
    Ok(Written { page, notes: part.notes })
}

/// Refuses a folder with files that are no report's.
fn check_folder(folder: &Path) -> Result<()> {
    let holds_files = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    let is_report = || {
        let page = read_at_most(folder.join(PAGE), MOST_PAGE);
        page.is_ok_and(|page| page.windows(SIGNATURE.len()).any(|part| part == SIGNATURE.as_bytes()))
    };
    if !holds_files || is_report() {
        return Ok(());
    }
    Err(Error::usage(format!("{}: holds files that are no report's", folder.display()))
        .with_hint("name a new folder with --out, or that of an earlier report"))
}

/// The scripts in the order in which they build on each other.
const SCRIPTS: [&str; 17] = [
    include_str!("page/bytes.js"),
    include_str!("page/colours.js"),
    include_str!("page/lines.js"),
    include_str!("page/density.js"),
    include_str!("page/raster.js"),
    include_str!("page/cells.js"),
    include_str!("page/apart.js"),
    include_str!("page/labels.js"),
    include_str!("page/gestures.js"),
    include_str!("page/plane.js"),
    include_str!("page/layouts.js"),
    include_str!("page/graph.js"),
    include_str!("page/decoder.js"),
    include_str!("page/decoded.js"),
    include_str!("page/explorer.js"),
    include_str!("page/charts.js"),
    include_str!("page/start.js"),
];

fn document(experiment: &Experiment, run: &RunFolder, records: &Records, part: &Part) -> String {
    let about = fill(
        include_str!("page/about.html"),
        &[("run", &pairs(&run_rows(records, &part.rows))), ("config", &escape(&experiment.to_toml()))],
    );
    let name = run_names(&[run.path()]).remove(0);
    let (epochs, seed) = (records.epochs(), experiment.seed);
    let unit = if epochs == 1 { "epoch" } else { "epochs" };
    let kind = match experiment.task.autoencoder() {
        Some(Autoencoder::Vae { objective: VaeObjective::Iwae(_), .. }) => "IWAE".to_owned(),
        _ => experiment.task.model_kind().to_uppercase(),
    };
    let epochs = if records.has_ended {
        epochs.to_string()
    } else {
        format!("{epochs} of {}", experiment.train.epochs)
    };
    let at = records
        .checkpoint
        .as_ref()
        .map_or_else(String::new, |checkpoint| format!(", the checkpoint of step {}", checkpoint.step));
    let trained = match records.best_epoch() {
        Some(best) if best.epoch == 0 => format!("with the weights {}", best.origin()),
        Some(best) => format!("with the weights {} of {epochs}", best.origin()),
        None => format!("after {epochs} {unit}{at}"),
    };
    let summary = format!("{kind} {trained}, seed {seed}");
    page(&name, &summary, &(scoreboard::cautions(&records.result) + &part.body + &about), &part.data)
}

/// A self-contained page.
fn page(title: &str, summary: &str, body: &str, data: &str) -> String {
    fill(
        include_str!("page/index.html"),
        &[
            ("title", &escape(title)),
            ("summary", &escape(summary)),
            ("style", style::PAGE),
            ("body", body),
            ("data", data),
            ("signature", SIGNATURE),
            ("version", env!("CARGO_PKG_VERSION")),
            ("script", &SCRIPTS.concat()),
        ],
    )
}

/// Where the run was made, what it took, and what it learnt from.
fn run_rows(records: &Records, data: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let Records { environment, result, seconds, .. } = records;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let device = &environment["device"];
    let mut rows = data.to_vec();
    let known = [
        ("program", text(&environment["version"]).map(|version| format!("aevb {version}"))),
        ("device", text(&device["name"]).map(|name| with(name, &device["description"]))),
        ("threads", environment["threads"].as_u64().map(|threads| threads.to_string())),
        ("processor", text(&environment["processor"])),
        ("system", text(&environment["os"]).map(|os| with(os, &environment["architecture"]))),
        ("weights", weights(records)),
        ("epochs", Some(records.epochs().to_string())),
        ("training time", total_time(seconds)),
        ("time of an epoch", epoch_time(records)),
        ("peak memory", result["peak_memory_bytes"].as_f64().map(|bytes| format!("{:.0} MB", bytes / 1e6))),
    ];
    rows.extend(known.into_iter().filter_map(|(name, value)| Some((name, value?))));
    if !records.has_ended {
        rows.push(("state", "the run has not ended".to_owned()));
    }
    rows
}

/// Which weights are shown, where they are not those of the last epoch.
fn weights(records: &Records) -> Option<String> {
    if let Some(named) = &records.checkpoint {
        return Some(format!("those of the checkpoint of step {}", named.step));
    }
    let best = records.best_epoch()?;
    Some(format!("those {}, {}", best.origin(), best.in_words()))
}

fn with(name: String, rest: &Value) -> String {
    match rest.as_str() {
        Some(rest) if !rest.is_empty() => format!("{name} ({rest})"),
        _ => name,
    }
}

fn total_time(seconds: &[f64]) -> Option<String> {
    let total: f64 = seconds.iter().sum();
    (!seconds.is_empty()).then(|| match total {
        total if total >= 3600.0 => format!("{:.1} h, evaluation left out", total / 3600.0),
        total if total >= 120.0 => format!("{:.1} min, evaluation left out", total / 60.0),
        total => format!("{total:.1} s, evaluation left out"),
    })
}

fn epoch_time(records: &Records) -> Option<String> {
    let median = records.median_seconds()?;
    let least = records.seconds.iter().copied().fold(f64::INFINITY, f64::min);
    let most = records.seconds.iter().copied().fold(0.0, f64::max);
    Some(match median {
        median if median < 1.0 => {
            format!("{:.1} ms (median; {:.1} to {:.1} ms)", 1e3 * median, 1e3 * least, 1e3 * most)
        }
        median => format!("{median:.2} s (median; {least:.2} to {most:.2} s)"),
    })
}

/// A fraction in percent.
fn percent(fraction: f64) -> String {
    format!("{:.2} %", 100.0 * fraction)
}

/// Some charts, as figures on the page and as files.
fn charts(charts: &[(&'static str, chart::Chart, &str)], figures: &mut Vec<Figure>) -> String {
    let mut inline = String::new();
    for (name, chart, caption) in charts {
        let _ = write!(inline, "{}", html::figure(&chart.to_inline_svg(), caption));
        figures.push(Figure { name, content: chart.to_svg_file().into_bytes() });
    }
    inline
}
