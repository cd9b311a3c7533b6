//! `aevb data`: the data sets by name, and graphs of the user's own.

use std::fmt::Write;
use std::path::Path;

use aevb_data::catalog::{self, Dataset, RemoteFile};
use aevb_data::download::{DownloadConfig, Fetched, Progress};
use aevb_data::graph::{EdgeCounts, EdgeListFile, FileCounts, GraphStatistics, read_edge_list};
use aevb_data::image::{ImageStatistics, TrainingPart};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::cli::DataCommand;
use crate::data_folder;
use crate::error::Result;
use crate::output;
use crate::random::{Purpose, Streams};

pub(super) fn run(command: &DataCommand) -> Result<()> {
    let folder = data_folder::get();
    match command {
        DataCommand::List { json } => list(&folder, *json),
        DataCommand::Inspect { data, json } => inspect(data, &folder, *json),
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

/// Looks into a set of the catalog, or else into a file.
fn inspect(data: &str, folder: &Path, json: bool) -> Result<()> {
    let file = Path::new(data);
    let set = match catalog::find(data) {
        Err(_) if file.exists() => None,
        Err(error) => return Err(error.into()),
        Ok(set) => Some(set),
    };
    if let Some(set) = set.filter(|set| !set.is_graph()) {
        return inspect_images(set, folder, json);
    }
    let loaded = match set {
        Some(set) => set.load_graph(folder)?,
        None => read_edge_list(file)?,
    };
    let statistics = GraphStatistics::of(&loaded);
    if json {
        return output::print_json(&statistics);
    }
    let title = set.map_or_else(|| data.to_owned(), |set| format!("{}: {}", set.name, set.title));
    let mut text = format!("{title}\n{}", to_text(&statistics));
    if let Some(names) = loaded.graph.names() {
        let _ = writeln!(text, "ids         {} … {}", names[0], names[names.len() - 1]);
    }
    if let Some(set) = set {
        let _ = writeln!(text, "licence     {}\ncite        {}", set.licence, set.citation);
    }
    output::print(&text)
}

fn inspect_images(set: &Dataset, folder: &Path, json: bool) -> Result<()> {
    // Whichever images a permutation puts into which part, the counts are the same.
    let mut random = Streams::new(0).generator(Purpose::Split, 0);
    let split = set.load_images(folder, TrainingPart::Standard, &mut random)?;
    let statistics = ImageStatistics::of(&split);
    if json {
        return output::print_json(&statistics);
    }
    let ImageStatistics { images, height, width, darkest, brightest, mean_intensity, .. } = statistics;
    let kind = if statistics.binary { "binary" } else { "grey" };
    let mut text = format!(
        "{}: {}\n\
         images      {images} of {height} x {width} pixels\n\
         pixels      {kind}, from {darkest} to {brightest}, on average {:.2} % of white\n",
        set.name,
        set.title,
        100.0 * mean_intensity
    );
    if let Some(labels) = &statistics.labels {
        let counts: Vec<String> = labels.iter().map(|(label, count)| format!("{label}: {count}")).collect();
        let _ = writeln!(text, "labels      {}", counts.join(", "));
    }
    let ImageStatistics { train, validation, test, .. } = statistics;
    let _ = writeln!(text, "split       {train} train, {validation} validation, {test} test");
    let _ = writeln!(text, "licence     {}\ncite        {}", set.licence, set.citation);
    output::print(&text)
}

fn to_text(graph: &GraphStatistics) -> String {
    let GraphStatistics { nodes, edges, isolated, components, largest_component, max_degree, .. } = graph;
    let EdgeCounts { entries, duplicates, reversed, loops, .. } = graph.entries;
    let file = match &graph.files {
        FileCounts::EdgeList(EdgeListFile { lines, comments, header, wider_lines, .. }) => {
            let header = if *header { "the first a header" } else { "no header" };
            format!(
                "lines       {lines}: {header}, {comments} comments, {wider_lines} of more than two columns\n"
            )
        }
        _ => String::new(),
    };
    let mut text = format!(
        "{file}entries     {entries}: {duplicates} repeated, {reversed} the reverse of another, {loops} loops dropped\n\
         nodes       {nodes}, {isolated} of them isolated\n\
         edges       {edges} undirected, at most {max_degree} at a node\n\
         components  {components}, the largest of {largest_component} nodes\n",
    );
    if let Some(features) = &graph.features {
        let _ = writeln!(text, "features    {}, {} nonzeros", features.columns, features.nonzeros);
    }
    if let Some(labels) = &graph.labels {
        let _ = writeln!(text, "classes     {}", labels.names.join(", "));
    }
    let split = &graph.split;
    let _ = writeln!(
        text,
        "split       {} train, {} validation, {} test",
        split.train, split.validation, split.test
    );
    text
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
