use std::fmt::Write;
use std::path::Path;

use aevb_data::catalog::Dataset;
use aevb_data::graph::{
    Bipartite, EdgeCounts, EdgeListFile, EdgeReading, FileCounts, FileFormat, FirstEdge, GraphFiles,
    GraphStatistics, Header, LinkSplit, LoadedGraph, MissingEnds, NodeColumns, SideKind, Sides, SplitConfig,
    Standardize, Weights,
};
use aevb_data::kind::beside_edges;
use serde::Serialize;

use super::Beside;
use super::command::{TrainCommand, in_configurations};
use super::needs::Training;
use crate::cli::{ConfigArguments, ReadingArguments};
use crate::error::Result;
use crate::experiment::{GraphAutoencoder, GraphEncoder, Pairs, Task, VgaeObjective};
use crate::train::Shape;
use crate::{output, own};

/// What is printed of a graph.
#[derive(Serialize)]
struct Inspected {
    #[serde(flatten)]
    statistics: GraphStatistics,
    /// The first few edges as they were understood.
    first_edges: Vec<FirstEdge>,
    /// What a user should know before training.
    notes: Vec<String>,
    training: Training,
    /// How features and labels were understood.
    readings: Vec<String>,
    /// Shares that hold something out, where the default ones do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_split: Option<SplitConfig>,
    /// Whether no split could be drawn, whatever the shares.
    #[serde(skip)]
    cannot_hold_out: bool,
}

/// Looks into a graph of the catalog.
pub(super) fn inspect_set(set: &Dataset, folder: &Path, json: bool) -> Result<()> {
    let loaded = set.load_graph(folder)?;
    let (objective, pairs) = (VgaeObjective::Kipf, Pairs::default());
    let model = GraphAutoencoder::Vgae { encoder: GraphEncoder::default(), objective, pairs };
    let inspected = Inspected::of(&loaded, &model);
    if json {
        return output::print_json(&inspected);
    }
    let text = inspected.to_text(&format!("{}: {}", set.name, set.title), &loaded);
    output::print(&format!("{text}licence     {}\ncite        {}\n", set.licence, set.citation))
}

/// Looks into a file of edges, and into those of features and labels beside it.
pub(super) fn inspect_files(edges: &Path, beside: Beside, json: bool) -> Result<()> {
    let Beside { features, labels, kind, reading, standardize, .. } = beside;
    let edge_reading = reading.edges(EdgeReading::default());
    let ReadingArguments { edges_format, features_format, weights, node, label, first_node, .. } = reading;
    let alone = kind.is_none() && edges_format.is_none() && features.is_none() && labels.is_none();
    // As training does where it is given this file alone.
    let inside = beside_edges(edges).unwrap_or_default();
    let same = |is_inside: bool| is_inside.then(|| edges.to_owned());
    let (features, labels) = (features.or(same(inside.features)), labels.or(same(inside.labels)));
    let files = GraphFiles {
        features,
        labels,
        edges_format,
        features_format,
        weights: weights.unwrap_or_default(),
        reading: edge_reading,
        nodes: NodeColumns { node, label, first: first_node, is_lenient: false },
        standardize: standardize.unwrap_or_default(),
        ..GraphFiles::from_edges(edges)
    };
    let loaded = files.read()?;
    let graph = &loaded.graph;
    let features_of_node = graph.features().map_or(0, |features| features.cols());
    let shape = Shape::Graph {
        nodes: graph.nodes(),
        edges: graph.edge_count(),
        features: features_of_node,
        sides: graph.sides(),
    };
    let mut inspected = Inspected::of(&loaded, &own_model(shape)?);
    if let (true, FileCounts::EdgeList(file)) = (alone, &loaded.files)
        && file.wider_lines > 0
        && !file.names_both_ends()
    {
        inspected
            .notes
            .push("read as a list of edges, two nodes a line; --kind table reads rows of numbers".into());
    }
    let command = command(edges, &files, &inspected, [edges_format, features_format], (weights, standardize));
    if !inspected.cannot_hold_out {
        inspected.notes.extend(command.refusal(shape));
    }
    if json {
        return output::print_json(&inspected);
    }
    let text = inspected.to_text(&edges.display().to_string(), &loaded);
    output::print(&format!("{text}command     {command}\n"))
}

/// What would train on these files, read in this way.
fn command(
    edges: &Path,
    files: &GraphFiles,
    inspected: &Inspected,
    [edges_format, features_format]: [Option<FileFormat>; 2],
    (weights, standardize): (Option<Weights>, Option<Standardize>),
) -> TrainCommand {
    let mut command = TrainCommand::of("--edges", edges);
    for (flag, file) in [("--features", &files.features), ("--labels", &files.labels)] {
        file.iter().for_each(|file| command.file(flag, file));
    }
    let NodeColumns { node, label, first, .. } = &files.nodes;
    node.iter().for_each(|node| command.set("data.node", node));
    label.iter().for_each(|label| command.set("data.label", label));
    first.iter().for_each(|first| command.set("data.first_node", first.to_string()));
    standardize
        .into_iter()
        .for_each(|standardize| command.set("data.standardize", in_configurations(standardize)));
    for (key, format) in [("data.edges_format", edges_format), ("data.features_format", features_format)] {
        format.into_iter().for_each(|format| command.set(key, in_configurations(format)));
    }
    weights.into_iter().for_each(|weights| command.set("data.weights", in_configurations(weights)));
    let EdgeReading { source, target, weight, header, delimiter, bipartite, missing_ends, directed } =
        &files.reading;
    for (key, column) in [("data.source", source), ("data.target", target), ("data.weight", weight)] {
        column.iter().for_each(|column| command.set(key, &column.0));
    }
    delimiter.iter().for_each(|delimiter| command.set("data.delimiter", delimiter));
    if *header != Header::Auto {
        command.set("data.header", in_configurations(header));
    }
    match bipartite {
        Bipartite::Auto => {}
        Bipartite::Sides => command.flag("--bipartite"),
        Bipartite::Yes | Bipartite::No => command.set("data.bipartite", in_configurations(bipartite)),
    }
    if *directed {
        command.flag("--directed");
    }
    if *missing_ends != MissingEnds::LeaveOut {
        command.set("data.missing_ends", in_configurations(missing_ends));
    }
    if let Some(SplitConfig { test, validation }) = inspected.other_split {
        command.set("split.validation", validation.to_string());
        command.set("split.test", test.to_string());
    }
    command
}

impl Inspected {
    fn of(loaded: &LoadedGraph, model: &GraphAutoencoder) -> Self {
        let training = Training::of(loaded, model);
        let mut notes = loaded.notes();
        let (graph, usual) = (&loaded.graph, SplitConfig::default());
        let mut other_split = None;
        let mut cannot_hold_out = false;
        if let Err(error) = LinkSplit::draw(graph, &usual, 0) {
            notes.push(format!("training cannot hold out edges: {}; {}", error.message, error.hint));
            other_split = SplitConfig::that_holds_out(graph);
            cannot_hold_out = other_split.is_none();
        } else if !usual.holds_out(graph) {
            notes.push(format!(
                "the usual shares of {} edges, 0.05 to validate and 0.1 to test, hold out none; {}",
                graph.edge_count(),
                SplitConfig::advice(graph)
            ));
            other_split = SplitConfig::that_holds_out(graph);
        }
        let readings = loaded.readings.iter().map(|(kind, reading)| format!("{kind}: {reading}")).collect();
        Self {
            statistics: GraphStatistics::of(loaded),
            first_edges: loaded.first_edges.clone(),
            notes,
            training,
            readings,
            other_split,
            cannot_hold_out,
        }
    }

    fn to_text(&self, title: &str, loaded: &LoadedGraph) -> String {
        let mut text = format!("{title}\n{}", statistics(&self.statistics));
        if let Some(names) = loaded.graph.names() {
            let _ = writeln!(text, "ids         {} … {}", names[0], names[names.len() - 1]);
        }
        for line in loaded.first_rows() {
            let _ = writeln!(text, "{line}");
        }
        for reading in &self.readings {
            let _ = writeln!(text, "read        {reading}");
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

/// The model that training takes for a graph of the user's own.
fn own_model(shape: Shape) -> Result<GraphAutoencoder> {
    let experiment = own::of_shape(&ConfigArguments::default(), shape)?;
    let Task::Graph { model, .. } = experiment.task else {
        unreachable!("the preset of a graph is one of a graph")
    };
    Ok(model)
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
    let (sides, kind, at_node) = match graph.sides {
        None => (String::new(), "undirected", "at a node"),
        Some(Sides { kind: SideKind::Directed, .. }) => (
            ", each a source and a target".to_owned(),
            "directed",
            "neighbours of a node, in either direction",
        ),
        Some(Sides { left, right, .. }) => {
            (format!(", {left} of one kind and {right} of another"), "between the two kinds", "at a node")
        }
    };
    let mut text = format!(
        "{file}entries     {entries}: {duplicates} repeated, {reversed} the reverse of another, {loops} loops dropped\n\
         nodes       {nodes}{sides}, {isolated} of them isolated\n\
         edges       {edges} {kind}{weighted}, at most {max_degree} {at_node}\n\
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
