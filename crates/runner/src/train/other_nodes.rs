//! What a trained graph model makes of nodes in other files: new nodes of its own graph, or the nodes of another graph.

use std::collections::HashSet;
use std::path::PathBuf;

use aevb_data::files::read_at_most;
use aevb_data::graph::{
    AddedEdges, EdgeCounts, EdgeReading, FileFormat, GraphFiles, GrownGraph, LoadedGraph, NodeColumns,
    OwnFeatures, Weights,
};

use super::graph::{GraphModel, OpenedGraph, load, split_of};
use super::graph_latents::{Messages, known_features};
use crate::error::{Error, Result};
use crate::experiment::{Features, GraphData};
use crate::latents::Latents;
use crate::run_folder::{NODES, RunFolder};

/// The files of other nodes, and how to read them where that is not as the run's were read.
#[derive(Clone, Debug)]
pub struct OtherNodes {
    /// The edges.
    pub edges: PathBuf,
    /// The features of the nodes, where the run's have some.
    pub features: Option<PathBuf>,
    /// The classes of the nodes, to be written beside them.
    pub labels: Option<PathBuf>,
    /// The format of the edges.
    pub edges_format: Option<FileFormat>,
    /// The format of the features.
    pub features_format: Option<FileFormat>,
    /// Whether edges have weights.
    pub weights: Option<Weights>,
    /// Which columns and lines of the edges are what, where they are not as in most files.
    pub reading: EdgeReading,
    /// The column of features and labels that names the nodes.
    pub node: Option<String>,
    /// The column of the labels that holds the classes.
    pub label: Option<String>,
    /// The number of the node of the first row in files that name no nodes.
    pub first_node: Option<u64>,
    /// Who the nodes are whose names the run knows, where that is said.
    pub known: Option<KnownNodes>,
    /// Whether new nodes without features are placed, with zeros in place of those.
    pub zero_features: bool,
    /// Along which of the run's own edges messages pass to new nodes.
    pub messages: Messages,
}

/// Who nodes are whose names a run knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum KnownNodes {
    /// Those of the run, as they are: new nodes alone are placed
    Keep,
    /// Those of the run, placed again with the edges and features that are given
    Again,
    /// Others, of another graph, whose names happen to be the same
    Other,
}

impl<M: GraphModel> OpenedGraph<M> {
    /// Where a run's model puts the nodes of other files, with what there is to know of those. Names that the run knows are its
    /// nodes, where nothing else is said: the others are new ones of a graph that has grown. Where it knows none, the files are
    /// another graph.
    pub(super) fn nodes_of(&self, files: OtherNodes) -> Result<(Latents, Vec<String>)> {
        let Self { data, folder, .. } = self;
        let has_features = data.features != Features::None;
        if data.has_sides() {
            return Err(Error::usage(
                "the run's graph is directed or bipartite, and other nodes are placed along undirected edges",
            )
            .with_hint("train on the edges with the new nodes among them"));
        }
        if self.model.encoder().encoder.has_embeddings() {
            return Err(Error::usage(
                "model.encoder.embeddings: the run's nodes have free embeddings, which other nodes have not",
            )
            .with_hint("train with model.encoder.embeddings = false to place nodes by their features"));
        }
        if !has_features && (files.features.is_some() || files.known == Some(KnownNodes::Other)) {
            return Err(by_name_alone(""));
        }
        let mut loaded = read(data, folder, &files)?;
        let known =
            if files.known == Some(KnownNodes::Other) { HashSet::new() } else { known_names(data, folder)? };
        let of_known: Vec<bool> = (0..loaded.graph.nodes() as u32)
            .map(|node| known.contains(loaded.graph.name(node).as_ref()))
            .collect();
        let met = Met { loaded: &loaded, of_known: &of_known };
        if !has_features && of_known.contains(&false) {
            return Err(by_name_alone(&format!(
                "; {} not among them",
                met.shown("is", "are", |is_known, _| !is_known)
            )));
        }
        if !of_known.contains(&true) {
            if files.features.is_none() {
                let place = files.edges.display();
                let message = format!(
                    "{place}: is another graph than the run's, which cannot be placed without features"
                );
                return Err(Error::usage(message).with_hint("name a file of them by --features"));
            }
            let edges: Vec<[u32; 2]> = loaded.graph.edges().collect();
            let (_, _, latents) = self.latents_of(&loaded.graph, &edges)?;
            let mut notes = loaded.notes();
            if files.known != Some(KnownNodes::Other) {
                notes.insert(
                    0,
                    format!(
                        "no node of {} is one of the run's: it is placed as another graph",
                        files.edges.display()
                    ),
                );
            }
            return Ok((latents, notes));
        }
        met.check(&files)?;
        let own = load(data)?.graph;
        let split = split_of(&own, data, folder)?;
        let edges = match files.messages {
            Messages::Training => self.seen(&split).into_owned().train,
            Messages::All => own.edges().collect(),
        };
        let is_again = files.known == Some(KnownNodes::Again);
        let replaced = if is_again { OwnFeatures::Replaced } else { OwnFeatures::Kept };
        let grown = GrownGraph::new(&own, &edges, &loaded, replaced)?;
        let edges: Vec<[u32; 2]> = grown.graph.edges().collect();
        let (_, _, latents) = self.latents_of(&grown.graph, &edges)?;
        let is_written = |node: usize| is_again || !of_known[node];
        let written: Vec<usize> = (0..of_known.len()).filter(|node| is_written(*node)).collect();
        let rows: Vec<usize> = written.iter().map(|&node| grown.places[node] as usize).collect();
        let mut notes = vec![met.told(&grown.added, is_again)];
        notes.extend(met.doubts(own.is_weighted(), &grown.added, files.zero_features));
        loaded.joined.without_features = 0;
        let labels = loaded.graph.labels();
        loaded.joined.without_label =
            labels.map_or(0, |labels| written.iter().filter(|&&node| labels.class[node].is_none()).count());
        // A node of the run that stands in the file of features alone has edges there.
        let isolated = rows.iter().filter(|&&row| grown.graph.degree(row as u32) == 0).count();
        notes.extend(loaded.notes_with_isolated(isolated));
        Ok((selected(latents, &rows), notes))
    }
}

/// Reads the files as those of the run were, unless something else is said.
fn read(data: &GraphData, folder: &RunFolder, files: &OtherNodes) -> Result<LoadedGraph> {
    let OtherNodes { node, label, first_node, .. } = files.clone();
    // What was chosen for the run's own files need not suit these.
    let is_lenient = node.is_none() && label.is_none() && first_node.is_none();
    let nodes = NodeColumns {
        node: node.or_else(|| data.node.clone()),
        label: label.or_else(|| data.label.clone()),
        first: first_node.or(data.first_node),
        is_lenient,
    };
    let known_features = match data.features {
        Features::None => None,
        Features::Given | Features::File(_) => Some(known_features(folder)?),
    };
    let loaded = GraphFiles {
        edges: files.edges.clone(),
        features: files.features.clone(),
        labels: files.labels.clone(),
        edges_format: files.edges_format.or(data.edges_format),
        features_format: files.features_format.or(data.features_format),
        weights: files.weights.unwrap_or(data.weights),
        reading: files.reading.clone(),
        nodes,
        standardize: data.standardize,
        known_features,
    };
    Ok(loaded.read()?)
}

fn by_name_alone(which: &str) -> Error {
    Error::usage(format!("the model knows its nodes by name alone, and no others{which}")).with_hint(
        "train with data.features; a model without features cannot place nodes that it was not trained on",
    )
}

/// What the run calls its nodes.
fn known_names(data: &GraphData, folder: &RunFolder) -> Result<HashSet<String>> {
    const LONGEST: u64 = 1 << 34;
    let path = folder.file(NODES);
    if !path.exists() {
        let graph = load(data)?.graph;
        return Ok((0..graph.nodes() as u32).map(|node| graph.name(node).into_owned()).collect());
    }
    let text = String::from_utf8(read_at_most(&path, LONGEST)?)
        .map_err(|_| Error::failed(format!("{}: is no UTF-8", path.display())))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// The nodes of the files, and which of them the run knows.
struct Met<'a> {
    loaded: &'a LoadedGraph,
    of_known: &'a [bool],
}

impl Met<'_> {
    fn has_features(&self, node: usize) -> bool {
        self.loaded.has_features.get(node) == Some(&true)
    }

    /// The nodes that are meant, by whether they are known and have features.
    fn nodes(&self, is_meant: impl Fn(bool, bool) -> bool) -> Vec<usize> {
        (0..self.of_known.len())
            .filter(|&node| is_meant(self.of_known[node], self.has_features(node)))
            .collect()
    }

    /// The first few of them with a verb: `a` is, `a`, `b` and 3 more are.
    fn shown(&self, one: &str, more: &str, is_meant: impl Fn(bool, bool) -> bool) -> String {
        const SHOWN: usize = 3;
        let nodes = self.nodes(is_meant);
        let first: Vec<String> = nodes
            .iter()
            .take(SHOWN)
            .map(|&node| format!("`{}`", self.loaded.graph.name(node as u32)))
            .collect();
        let rest = nodes.len().saturating_sub(SHOWN);
        let others = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        format!("{}{others} {}", first.join(", "), if nodes.len() == 1 { one } else { more })
    }

    /// Refuses files of which it cannot be told who the nodes are, and new nodes without features.
    fn check(&self, files: &OtherNodes) -> Result<()> {
        const HINT: &str = "--known keep places new nodes alone, beside those of the run as they are; --known again places those \
                            of the run again too, by what the files say of them; --known other takes all for nodes of another \
                            graph, whose names happen to be the same";
        let place = files.edges.display();
        let new = self.nodes(|is_known, _| !is_known).len();
        let refused = |message: String| Err(Error::usage(message).with_hint(HINT));
        match files.known {
            Some(KnownNodes::Again) => {}
            Some(KnownNodes::Keep) if new == 0 => {
                return refused(format!(
                    "{place}: has no new node: the run knows all {}",
                    self.of_known.len()
                ));
            }
            None if new == 0 => {
                let count = self.of_known.len();
                return refused(format!(
                    "{place}: the run has nodes of the names of all {count}: who are they?"
                ));
            }
            None if !self.nodes(|is_known, has_features| is_known && has_features).is_empty() => {
                let told = self.shown("has its own", "have their own", |is_known, given| is_known && given);
                let features =
                    files.features.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
                return refused(format!(
                    "{features}: has features of nodes that the run has too: {told}; are they the same nodes?"
                ));
            }
            Some(KnownNodes::Keep | KnownNodes::Other) | None => {}
        }
        if !files.zero_features && !self.nodes(|is_known, given| !is_known && !given).is_empty() {
            let told = self.shown("has", "have", |is_known, given| !is_known && !given);
            let message = format!("{place}: {told} no features, by which new nodes are placed");
            return Err(Error::usage(message).with_hint(
                "give a row of features for each new node by --features, or place them by their edges alone by --zero-features",
            ));
        }
        Ok(())
    }

    /// What the graph has grown by.
    fn told(&self, added: &AddedEdges, is_again: bool) -> String {
        let AddedEdges { to_known, among_new, known_met, .. } = *added;
        let new = self.nodes(|is_known, _| !is_known).len();
        let again = self.of_known.len() - new;
        let to = format!("{} to {}", counted(to_known, "edge"), counted(known_met, "known node"));
        let again =
            if is_again { format!("; {} placed again", counted(again, "known node")) } else { String::new() };
        format!(
            "{}, with {to} and {} among themselves{again}",
            counted(new, "new node"),
            counted(among_new, "edge")
        )
    }

    /// What there is to know of edges and features beyond that.
    fn doubts(&self, is_weighted: bool, added: &AddedEdges, zero_features: bool) -> Vec<String> {
        let mut notes = Vec::new();
        let EdgeCounts { duplicates, loops, .. } = self.loaded.entries;
        if duplicates > 0 {
            notes.push(format!("{} listed more than once, and counted once", is_are(duplicates, "edge")));
        }
        if loops > 0 {
            notes.push(format!("{} of a node to itself, and left out", is_are(loops, "edge")));
        }
        let AddedEdges { among_known, again, .. } = *added;
        if among_known + again > 0 {
            notes.push(format!(
                "{} between known nodes: messages pass along {again} of them anyway, and along {among_known} here only",
                counted(among_known + again, "edge")
            ));
        }
        if self.loaded.graph.is_weighted() != is_weighted {
            let text = if is_weighted {
                "the run's edges have weights, and those that are added have none: each counts as 1"
            } else {
                "the run's edges have no weights: those of the edges that are added are not counted"
            };
            notes.push(text.to_owned());
        }
        let without = self.nodes(|is_known, given| !is_known && !given).len();
        if zero_features && without > 0 {
            let text = if without == 1 {
                "1 new node has no row of features; its are zeros".to_owned()
            } else {
                format!("{without} new nodes have no row of features; theirs are zeros")
            };
            notes.push(text);
        }
        notes
    }
}

/// Some of all latent vectors.
fn selected(latents: Latents, rows: &[usize]) -> Latents {
    let texts = |texts: Option<Vec<String>>| {
        texts.map(|texts| rows.iter().map(|&row| texts[row].clone()).collect::<Vec<_>>())
    };
    let Latents { ids, labels, parts, mean, deviation, width, communities, components, are_roles } = latents;
    let vectors = |values: Vec<f32>| -> Vec<f32> {
        rows.iter().flat_map(|&row| values[row * width..][..width].iter().copied()).collect()
    };
    Latents {
        ids: texts(ids),
        labels: texts(labels),
        parts,
        mean: vectors(mean),
        deviation: deviation.map(vectors),
        width,
        communities: communities.map(|communities| communities.select(rows)),
        components: components.map(|components| components.select(rows)),
        are_roles,
    }
}

fn is_are(count: usize, what: &str) -> String {
    format!("{} {}", counted(count, what), if count == 1 { "is" } else { "are" })
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
