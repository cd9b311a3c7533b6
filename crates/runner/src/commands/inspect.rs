//! `aevb data inspect`: what data hold, and what training would do with them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use aevb_data::array::{Npz, read_npy};
use aevb_data::catalog::{self, Dataset};
use aevb_data::graph::{
    EdgeCounts, EdgeListFile, FileCounts, FileFormat, GraphFiles, GraphStatistics, LinkSplit, LoadedGraph,
    SplitConfig,
};
use aevb_data::image::{ImageStatistics, OwnImages, TrainingPart, read_own};
use aevb_data::table::Table;
use serde::Serialize;

use crate::cli::{DataKind, ReadingArguments};
use crate::error::{Error, Result};
use crate::experiment::Encoder;
use crate::output;
use crate::random::{Purpose, Streams};

/// Files beside one of edges.
pub(super) struct Beside {
    pub features: Option<PathBuf>,
    pub labels: Option<PathBuf>,
    pub kind: Option<DataKind>,
    /// The column of a table that names its rows.
    pub id: Option<String>,
    /// How the files of a graph are read.
    pub reading: ReadingArguments,
}

/// What is printed of a graph.
#[derive(Serialize)]
struct Inspected {
    #[serde(flatten)]
    statistics: GraphStatistics,
    /// What a user should know before training.
    notes: Vec<String>,
    training: Training,
}

/// What the default model would need.
#[derive(Serialize)]
struct Training {
    /// Weights of the model.
    parameters: usize,
    /// Ordered pairs of nodes, each of which an epoch's exact likelihood looks at.
    pairs: u64,
    /// Roughly the memory.
    bytes: u64,
    /// Roughly an epoch's time on two cores.
    seconds_per_epoch: f64,
}

/// Looks into a set of the catalog, or else into files.
pub(super) fn run(data: &str, beside: Beside, folder: &Path, json: bool) -> Result<()> {
    let file = Path::new(data);
    let set = match catalog::find(data) {
        Err(_) if file.exists() => None,
        Err(_) if file.components().count() > 1 || file.extension().is_some() => {
            return Err(
                Error::failed(format!("{data}: there is no such file")).with_hint("give the path of a file")
            );
        }
        Err(error) => return Err(error.into()),
        Ok(set) => Some(set),
    };
    let Some(set) = set else {
        let kind = beside.kind.map_or_else(|| kind_of(file), Ok)?;
        let is_of_graph = beside.features.is_some() || beside.labels.is_some() || beside.reading.is_given();
        if kind != DataKind::Graph && is_of_graph {
            return Err(Error::usage(format!("{data}: features, labels, formats and weights are of graphs"))
                .with_hint("leave them out, or say --kind graph"));
        }
        return match kind {
            DataKind::Graph => inspect_files(file, beside, json),
            DataKind::Images => inspect_own_images(file, json),
            DataKind::Table => inspect_table(file, beside.id.as_deref(), json),
        };
    };
    if beside.features.is_some() || beside.labels.is_some() {
        return Err(Error::usage(format!("{data}: a data set by name has files of its own"))
            .with_hint("--features and --labels go with a file of edges"));
    }
    if !set.is_graph() {
        return inspect_images(set, folder, json);
    }
    let loaded = set.load_graph(folder)?;
    let inspected = Inspected::of(&loaded);
    if json {
        return output::print_json(&inspected);
    }
    let text = inspected.to_text(&format!("{}: {}", set.name, set.title), &loaded);
    output::print(&format!("{text}licence     {}\ncite        {}\n", set.licence, set.citation))
}

fn inspect_files(edges: &Path, beside: Beside, json: bool) -> Result<()> {
    let Beside { features, labels, kind, reading, .. } = beside;
    let ReadingArguments { edges_format, features_format, weights } = reading;
    let alone = kind.is_none() && reading.edges_format.is_none() && features.is_none() && labels.is_none();
    let files = GraphFiles {
        features,
        labels,
        edges_format,
        features_format,
        weights: weights.unwrap_or_default(),
        ..GraphFiles::from_edges(edges)
    };
    let loaded = files.read().map_err(|error| match alone {
        true => {
            let hint = format!("{}; a table or images are read by --kind table or images", error.hint);
            Error::from(error).with_hint(hint)
        }
        false => error.into(),
    })?;
    let mut inspected = Inspected::of(&loaded);
    if let (true, FileCounts::EdgeList(file)) = (alone, &loaded.files)
        && file.wider_lines > 0
    {
        inspected
            .notes
            .push("read as a list of edges, two nodes a line; --kind table reads rows of numbers".into());
    }
    if json {
        return output::print_json(&inspected);
    }
    let mut text = inspected.to_text(&edges.display().to_string(), &loaded);
    let features = files.features.as_deref().unwrap_or(Path::new("none"));
    let mut command = format!("aevb train {} {}", set("data.edges", edges), set("data.features", features));
    let mut more = |key: &str, value: String| {
        let _ = write!(command, " {}", set(key, Path::new(&value)));
    };
    if let Some(labels) = &files.labels {
        more("data.labels", labels.display().to_string());
    }
    for (key, format) in [("data.edges_format", edges_format), ("data.features_format", features_format)] {
        format.into_iter().for_each(|format| more(key, in_configurations(format)));
    }
    weights.into_iter().for_each(|weights| more("data.weights", in_configurations(weights)));
    let _ = writeln!(text, "command     {command}");
    output::print(&text)
}

/// What a configuration calls a value.
fn in_configurations(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => unreachable!("the value is an enumeration of names"),
    }
}

/// What a path seems to hold: a folder and an array of more than two dimensions images, another file a graph.
fn kind_of(path: &Path) -> Result<DataKind> {
    if path.is_dir() {
        return Ok(DataKind::Images);
    }
    let is_images = match FileFormat::of(path)? {
        FileFormat::Npy => read_npy(path)?.shape.len() > 2,
        FileFormat::Npz => Npz::open(path)?.has("images"),
        _ => false,
    };
    Ok(if is_images { DataKind::Images } else { DataKind::Graph })
}

/// An argument that a shell takes as one word.
fn set(key: &str, path: &Path) -> String {
    let argument = format!("{key}={}", path.display());
    let is_plain = |letter: char| letter.is_alphanumeric() || "._/=-+:@%".contains(letter);
    if argument.chars().all(is_plain) {
        return format!("--set {argument}");
    }
    format!("--set '{}'", argument.replace('\'', "'\\''"))
}

impl Inspected {
    fn of(loaded: &LoadedGraph) -> Self {
        let training = Training::of(loaded);
        let mut notes = loaded.notes();
        if let Err(error) = LinkSplit::draw(&loaded.graph, &SplitConfig::default(), 0) {
            notes.push(format!("training cannot hold out edges: {}; {}", error.message, error.hint));
        }
        Self { statistics: GraphStatistics::of(loaded), notes, training }
    }

    fn to_text(&self, title: &str, loaded: &LoadedGraph) -> String {
        let mut text = format!("{title}\n{}", statistics(&self.statistics));
        if let Some(names) = loaded.graph.names() {
            let _ = writeln!(text, "ids         {} … {}", names[0], names[names.len() - 1]);
        }
        for note in &self.notes {
            let _ = writeln!(text, "note        {note}");
        }
        let Training { parameters, pairs, bytes, seconds_per_epoch } = self.training;
        let _ = writeln!(
            text,
            "training    {parameters} weights, {pairs} pairs an epoch; roughly {} MB and {seconds_per_epoch:.2} s an epoch",
            bytes >> 20
        );
        text
    }
}

impl Training {
    /// The default model's needs. The constants are those of Pubmed (BENCHMARKS.md): 0.16 s for 3.9e8 pairs.
    fn of(loaded: &LoadedGraph) -> Self {
        const SECONDS_PER_PAIR: f64 = 4e-10;
        const PROGRAM: u64 = 40 << 20;
        let Encoder { hidden, latent, .. } = Encoder::default();
        let (graph, hidden) = (&loaded.graph, hidden.iter().sum::<usize>());
        let (columns, nonzeros) =
            graph.features().map_or((graph.nodes(), 0), |matrix| (matrix.cols(), matrix.nnz()));
        let nodes = graph.nodes() as u64;
        let parameters = hidden * (columns + 2 * latent);
        // Weights, their gradients and two moments; each sparse matrix on host and device, there with its transpose;
        // some ten tensors of a layer's width and as many of the latent one.
        let weights = 16 * parameters as u64;
        let sparse = 24 * (nonzeros + 2 * graph.edge_count() + graph.nodes()) as u64;
        let layers = 40 * nodes * (hidden + 2 * latent) as u64;
        Self {
            parameters,
            pairs: nodes * nodes,
            bytes: PROGRAM + weights + sparse + layers,
            seconds_per_epoch: (nodes * nodes) as f64 * SECONDS_PER_PAIR,
        }
    }
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

fn inspect_own_images(path: &Path, json: bool) -> Result<()> {
    let OwnImages { images, ignored } = read_own(path, None)?;
    let labels = images.label_names().map_or_else(|| "none".to_owned(), |names| names.join(", "));
    let (count, height, width) = (images.count(), images.height(), images.width());
    let binarization = if images.is_binary() { "fixed" } else { "grey" };
    if json {
        let value = serde_json::json!({
            "images": count, "height": height, "width": width, "binary": images.is_binary(), "ignored": ignored,
        });
        return output::print_json(&value);
    }
    let kind = if images.is_binary() { "binary" } else { "grey" };
    let (path, data) = (path.display(), set("data.path", path));
    output::print(&format!(
        "{path}\n\
         images      {count} of {height} x {width} pixels, {kind}; {ignored} other files ignored\n\
         labels      {labels}\n\
         training    a tenth validates, a tenth tests\n\
         command     aevb train vae-mnist-5k {data} --set data.binarization={binarization}\n"
    ))
}

fn inspect_table(path: &Path, id: Option<&str>, json: bool) -> Result<()> {
    let table = Table::read(path, id)?;
    let named = id.map_or_else(String::new, |id| format!(" {}", set("data.id", Path::new(id))));
    if json {
        return output::print_json(&serde_json::json!({"rows": table.rows(), "columns": table.columns}));
    }
    let (path, data) = (path.display(), set("data.path", path));
    output::print(&format!(
        "{path}\n\
         rows        {}\n\
         columns     {}\n\
         training    a tenth validates, a tenth tests; columns are standardised\n\
         command     aevb train vae-table {data}{named}\n",
        table.rows(),
        table.columns.join(", ")
    ))
}

fn statistics(graph: &GraphStatistics) -> String {
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
    let weighted = if graph.weighted { ", with weights" } else { "" };
    let mut text = format!(
        "{file}entries     {entries}: {duplicates} repeated, {reversed} the reverse of another, {loops} loops dropped\n\
         nodes       {nodes}, {isolated} of them isolated\n\
         edges       {edges} undirected{weighted}, at most {max_degree} at a node\n\
         components  {components}, the largest of {largest_component} nodes\n",
    );
    if let Some(features) = &graph.features {
        let rows = match graph.joined.feature_rows {
            0 => String::new(),
            rows => format!(
                "; {rows} rows, {} of nodes without an edge in the file",
                graph.joined.only_in_features
            ),
        };
        let _ = writeln!(text, "features    {}, {} nonzeros{rows}", features.columns, features.nonzeros);
    }
    if let Some(labels) = &graph.labels {
        let names = &labels.names;
        let shown = names.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if names.len() > 20 { format!(", … ({} in all)", names.len()) } else { String::new() };
        let _ = writeln!(text, "classes     {shown}{more}");
    }
    let split = &graph.split;
    let _ = writeln!(
        text,
        "split       {} train, {} validation, {} test",
        split.train, split.validation, split.test
    );
    text
}
