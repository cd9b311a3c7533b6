//! The sides of a graph that was asked for as a directed or a bipartite one.

use std::collections::HashSet;
use std::path::Path;

use super::{Bipartite, EdgeReading, Edges, FileFormat};
use crate::error::{Error, Result};
use crate::graph::node_ids::NodeIds;
use crate::graph::{EdgeCounts, FileCounts, Graph, Sides};
use crate::wording::counted;

/// Which columns name a node.
#[derive(Clone, Copy, Default)]
struct Columns {
    left: bool,
    right: bool,
}

/// Refuses a format that does not say where edges begin, or which columns are sides.
pub(super) fn check_format(path: &Path, format: FileFormat, key: &str) -> Result<()> {
    let name = match format {
        FileFormat::Metis => "METIS's format, whose edges have no direction",
        FileFormat::Dimacs => "DIMACS's format",
        FileFormat::Pajek => "Pajek's format",
        FileFormat::GraphMl => "XML (GraphML or GEXF)",
        FileFormat::AdjacencyList | FileFormat::AdjacencyMatrix if key == "data.bipartite" => {
            "an adjacency, a node a line"
        }
        _ => return Ok(()),
    };
    Err(Error::malformed(path.display(), format!("is in {name}, which {key} is not read from"))
        .with_hint("write it as a list of edges, two columns, or as Matrix Market"))
}

/// Which columns of the entries name each node.
fn columns(entries: &[(u32, u32)], nodes: usize) -> Vec<Columns> {
    let mut columns = vec![Columns::default(); nodes];
    for &(from, to) in entries {
        columns[from as usize].left = true;
        columns[to as usize].right = true;
    }
    columns
}

impl Edges {
    /// Makes two nodes of each number that stands in both columns, where all names are numbers: sides may each count from 1.
    ///
    /// # Errors
    /// If a word stands in both.
    pub(super) fn keep_sides_apart(&mut self, path: &Path) -> Result<()> {
        let columns = columns(&self.entries, self.ids.len());
        let both = columns.iter().filter(|columns| columns.left && columns.right).count();
        if both == 0 {
            return Ok(());
        }
        if self.ids.names().any(|name| name.number().is_none()) {
            return Err(self.on_both_sides(path, &columns));
        }
        let mut ids = NodeIds::default();
        for (from, to) in &mut self.entries {
            *from = ids.place(format!("left:{}", self.ids.name(*from)));
            *to = ids.place(format!("right:{}", self.ids.name(*to)));
        }
        self.ids = ids;
        if let Some(line) = &mut self.first_line {
            line.keep_apart();
        }
        self.notes.push(format!(
            "{} in both columns, and data.bipartite=true takes them for nodes of two kinds: nodes are called left:1 … and right:1 …",
            counted(both, "number stands", "numbers stand")
        ));
        Ok(())
    }

    /// How to ask for sides, where a list looks as if it had some and nothing was said.
    pub(super) fn note_of_sides(&self, reading: &EdgeReading) -> Option<String> {
        // The columns of a short list may share none by chance.
        const FEWEST: usize = 80;
        let is_open = reading.bipartite == Bipartite::Auto && !reading.directed;
        let is_told = || self.ids.name(self.entries[0].0).text().starts_with("left:");
        if !is_open
            || self.entries.len() < FEWEST
            || is_told()
            || !matches!(self.file, FileCounts::EdgeList(_))
        {
            return None;
        }
        // Most lists show at once that they have none, and are not gone through.
        const FIRST: usize = 1 << 12;
        let first = &self.entries[..FIRST.min(self.entries.len())];
        let sources: HashSet<u32> = first.iter().map(|(from, _)| *from).collect();
        if first.iter().any(|(_, to)| sources.contains(to)) {
            return None;
        }
        let columns = columns(&self.entries, self.ids.len());
        let is_apart = columns.iter().all(|columns| !(columns.left && columns.right));
        is_apart.then(|| {
            "the two columns share no name, as where edges join nodes of two kinds: data.bipartite=true ranks and lists pairs between \
             the two alone"
                .to_owned()
        })
    }

    fn on_both_sides(&self, path: &Path, columns: &[Columns]) -> Error {
        let mut seen = vec![Columns::default(); columns.len()];
        let is_shared = |node: u32| columns[node as usize].left && columns[node as usize].right;
        let place = self.entries.iter().position(|&(from, to)| {
            seen[from as usize].left = true;
            seen[to as usize].right = true;
            [from, to].into_iter().any(|node| seen[node as usize].left && seen[node as usize].right)
        });
        let edge = place.unwrap_or_default();
        let (from, to) = self.entries[edge];
        let [from_name, to_name] = [from, to].map(|node| self.ids.name(node));
        let shared = if is_shared(from) { from_name } else { to_name };
        Error::malformed(
            format!("{}, edge `{from_name}` – `{to_name}`", path.display()),
            format!("`{shared}` stands in both columns, and data.bipartite=true takes each for a side of its own"),
        )
        .with_hint(
            "write all nodes of one kind in the first column and those of the other in the second; if names are of two nodes, \
             data.bipartite=yes calls them left:NAME and right:NAME; a graph of one kind of nodes has no sides: leave it out",
        )
    }

    /// The order of the nodes by sides, those of the first side first, and these; `order` is that of all.
    ///
    /// # Errors
    /// If a node stands in both columns, or in none.
    pub(super) fn by_sides(&self, path: &Path, order: &[u32]) -> Result<(Vec<u32>, Sides)> {
        let columns = columns(&self.entries, self.ids.len());
        if columns.iter().any(|columns| columns.left && columns.right) {
            return Err(self.on_both_sides(path, &columns));
        }
        if let Some(node) = columns.iter().position(|columns| !columns.left && !columns.right) {
            let message =
                format!("no edge names `{}`, so that its side is not known", self.ids.name(node as u32));
            return Err(Error::malformed(path.display(), message)
                .with_hint("leave nodes without an edge out of the features, and of the sizes of a matrix"));
        }
        let columns = &columns;
        let of =
            |is_left: bool| order.iter().copied().filter(move |node| columns[*node as usize].left == is_left);
        let mut sorted: Vec<u32> = Vec::with_capacity(order.len());
        sorted.extend(of(true));
        let left = sorted.len();
        sorted.extend(of(false));
        let sides = Sides::bipartite(left, sorted.len() - left);
        Ok((sorted, sides))
    }
}

/// The double cover of a directed graph: an entry `(i, j)` is the edge between `i` and `nodes + j`. Entries of a node to itself are
/// dropped, with their weights, and counted.
///
/// # Errors
/// If there are more than 32 bits can index.
pub(super) fn double_cover(
    nodes: usize,
    mut entries: Vec<(u32, u32)>,
    weights: Option<Vec<f32>>,
) -> Result<(Graph, EdgeCounts)> {
    let both = u32::try_from(2 * nodes).map_err(|_| {
        Error::config(
            "data.directed",
            format!("{nodes} nodes are more than 31 bits can name, and each is there twice"),
        )
    })?;
    let count = entries.len();
    let mut loops: Vec<u32> = entries.iter().filter(|(from, to)| from == to).map(|(from, _)| *from).collect();
    let self_entries = loops.len();
    loops.sort_unstable();
    loops.dedup();
    let weights = weights.map(|weights| {
        let kept = weights.iter().zip(&entries).filter(|(_, (from, to))| from != to);
        kept.map(|(weight, _)| *weight).collect::<Vec<f32>>()
    });
    entries.retain(|(from, to)| from != to);
    entries.iter_mut().for_each(|(_, to)| *to += nodes as u32);
    let (graph, counts) = match weights {
        None => Graph::from_entries(both as usize, entries.into())?,
        Some(weights) => {
            let (graph, counts) = Graph::from_entries(both as usize, (&entries).into())?;
            (graph.with_weights(&entries, &weights), counts)
        }
    };
    let counts = EdgeCounts {
        entries: count,
        duplicates: counts.duplicates + self_entries - loops.len(),
        reversed: 0,
        self_entries,
        loops: loops.len(),
    };
    Ok((graph.with_sides(Sides::directed(nodes))?, counts))
}

/// Says that the direction of edges tells nothing, where each is there both ways.
pub(super) fn note_of_direction(graph: &Graph) -> Option<String> {
    let onward = |node: u32| graph.onward(node);
    let is_mutual = graph.edge_count() > 0
        && graph.edges().all(|[source, target]| graph.has_edge(onward(target), onward(source)));
    is_mutual.then(|| {
        "every edge is listed both ways, so that data.directed=true tells nothing that an undirected graph does not".to_owned()
    })
}
