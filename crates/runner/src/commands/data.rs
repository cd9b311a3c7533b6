//! `aevb data`: the data sets by name, and graphs of the user's own.

use std::fmt::Write;
use std::path::Path;

use aevb_data::catalog::{self, Dataset, RemoteFile};
use aevb_data::download::{DownloadConfig, Fetched, Progress};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::inspect;
use crate::cli::DataCommand;
use crate::data_folder;
use crate::error::Result;
use crate::output;

pub(super) fn run(command: &DataCommand) -> Result<()> {
    let folder = data_folder::get();
    match command {
        DataCommand::List { json } => list(&folder, *json),
        DataCommand::Inspect {
            data,
            features,
            labels,
            kind,
            id,
            table,
            reading,
            standardize,
            images,
            json,
        } => {
            let beside = inspect::Beside {
                features: features.clone(),
                labels: labels.clone(),
                kind: *kind,
                table: table.reading(id.clone(), reading.header),
                reading: (**reading).clone(),
                standardize: *standardize,
                images: images.clone(),
            };
            inspect::run(data, beside, &folder, *json)
        }
        DataCommand::Fetch { name } => fetch(catalog::find(name)?, &folder),
    }
}

/// A data set and whether it is here.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    set: &'static Dataset,
    /// The files that are still to be fetched.
    missing: Vec<&'static str>,
}

impl Listed {
    fn state(&self) -> &'static str {
        if self.set.files.is_empty() {
            "built in"
        } else if self.missing.is_empty() {
            "here"
        } else {
            "to fetch"
        }
    }
}

fn list(folder: &Path, json: bool) -> Result<()> {
    let missing = |set: &Dataset| set.missing(folder).iter().map(|file| file.name).collect();
    let sets: Vec<_> = catalog::all().iter().map(|set| Listed { set, missing: missing(set) }).collect();
    if json {
        return output::print_json(&sets);
    }
    let width = sets.iter().map(|listed| listed.set.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for listed in &sets {
        let _ = writeln!(text, "{:<width$}  {:<8}  {}", listed.set.name, listed.state(), listed.set.title);
    }
    output::print(&text)
}

fn fetch(set: &Dataset, folder: &Path) -> Result<()> {
    if set.files.is_empty() {
        return output::print(&format!("{}: part of the program\n", set.name));
    }
    // Hidden by itself where stderr is no terminal.
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes}");
    let bar = ProgressBar::new(0).with_style(style.expect("the template is well formed"));
    let mut show = |file: &RemoteFile, Progress { received, total }| {
        bar.set_message(file.name);
        bar.set_length(total);
        bar.set_position(received);
    };
    let fetched = set.fetch(folder, &DownloadConfig::default(), &mut show);
    bar.finish_and_clear();
    let mut text = String::new();
    for (file, fetched) in set.files.iter().zip(fetched?) {
        let outcome = match fetched {
            Fetched::Present => "was there",
            Fetched::Downloaded { .. } => "fetched",
        };
        let _ = writeln!(text, "{}  {outcome}", file.path(&set.folder(folder)).display());
    }
    output::print(&text)
}
