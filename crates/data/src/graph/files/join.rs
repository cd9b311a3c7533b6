//! Files that name their nodes alike, made one graph.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use serde::Serialize;
use sprs::vstack;

use super::sides::{double_cover, note_of_direction};
use super::{Bipartite, Edges, FeatureRows, GraphFiles, LabelRows, RowIds, numbering};
use crate::array::SparseEntries;
use crate::error::{Error, Result};
use crate::graph::node_ids::{NodeIds, NodeName, inverse};
use crate::graph::{FeatureScales, FirstEdge, Graph, Labels, LoadedGraph};
use crate::memory;
use crate::wording::counted;

/// What a node with a name takes: the name, its place by name, and both once more in their final order.
const BYTES_OF_NODE: u64 = 200;

/// How the files of a graph went together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JoinCounts {
    /// Rows of features.
    pub feature_rows: usize,
    /// Nodes of the edges that have no row of features: theirs are zeros.
    pub without_features: usize,
    /// Nodes of the features that no edge names: they are isolated.
    pub only_in_features: usize,
    /// Features that the model does not know: ignored.
    pub unknown_features: usize,
    /// Features of the model that the file lacks: zeros.
    pub missing_features: usize,
    /// Rows of labels.
    pub label_rows: usize,
    /// Nodes without a label.
    pub without_label: usize,
    /// Labels of nodes that neither edges nor features name: ignored.
    pub labels_of_others: usize,
}

pub(super) fn join(
    files: &GraphFiles,
    mut edges: Edges,
    features: Option<FeatureRows>,
    labels: Option<LabelRows>,
    mut joined: JoinCounts,
) -> Result<LoadedGraph> {
    let row_ids = [features.as_ref().map(|rows| &rows.ids), labels.as_ref().map(|rows| &rows.ids)];
    let named: Vec<&RowIds> =
        row_ids.into_iter().flatten().filter(|ids| matches!(ids, RowIds::Named(_))).collect();
    let occurs = |name: &str| named.iter().any(|ids| ids.has(name));
    edges.settle_first_line(&files.edges, &occurs, !named.is_empty())?;
    let (first, guesses_of_rows) =
        numbering::first_row(files, edges.first, &edges.ids, features.as_ref(), labels.as_ref())?;
    let mut guesses = std::mem::take(&mut edges.notes);
    guesses.extend(guesses_of_rows);
    guesses.extend(edges.note_of_sides(&files.reading));
    let ids = &mut edges.ids;
    let in_edges = ids.len();
    // Where each row of features goes.
    let mut rows = Vec::new();
    if let (Some(features), Some(path)) = (&features, &files.features) {
        let place = path.display().to_string();
        rows = places(&features.ids, first, ids, &place)?;
        let known = rows.iter().filter(|place| (**place as usize) < in_edges).count();
        if known == 0 {
            return Err(strangers(&place, &features.ids, ids));
        }
        joined.feature_rows = rows.len();
        joined.without_features = in_edges - known;
        joined.only_in_features = rows.len() - known;
    }
    let mut class = vec![None; ids.len()];
    if let (Some(labels), Some(path)) = (&labels, &files.labels) {
        let place = path.display().to_string();
        let mut known = ids.clone();
        let rows = places(&labels.ids, first, &mut known, &place)?;
        for (row, class_of) in rows.iter().zip(&labels.class) {
            match class.get_mut(*row as usize) {
                Some(class) => *class = *class_of,
                None => joined.labels_of_others += 1,
            }
        }
        joined.label_rows = rows.len();
        if labels.first_row_is_header(|row| rows[row] as usize >= class.len()) {
            joined.label_rows -= 1;
            joined.labels_of_others -= 1;
        }
        if joined.labels_of_others == joined.label_rows {
            return Err(strangers(&place, &labels.ids, ids));
        }
        joined.without_label = class.iter().filter(|class| class.is_none()).count();
    }

    // Names as text are made last, as they take more memory than the list does that goes before.
    let mut order = ids.order();
    let mut sides = None;
    if files.reading.bipartite == Bipartite::Sides {
        let (sorted, both) = edges.by_sides(&files.edges, &order)?;
        (order, sides) = (sorted, Some(both));
    }
    let Edges { ids, mut entries, weights, file, .. } = edges;
    let place_of = inverse(&order);
    entries.par_iter_mut().for_each(|(from, to)| {
        *from = place_of[*from as usize];
        *to = place_of[*to as usize];
    });
    let shown = entries[..SHOWN.min(entries.len())].to_vec();
    let is_directed = files.reading.directed;
    let (mut graph, counts) = match weights {
        weights if is_directed => double_cover(order.len(), entries, weights)?,
        None => Graph::from_entries(order.len(), entries.into())?,
        Some(weights) => {
            let (graph, counts) = Graph::from_entries(order.len(), (&entries).into())?;
            (graph.with_weights(&entries, &weights), counts)
        }
    };
    if let Some(sides) = sides {
        graph = graph.with_sides(sides)?;
    }
    let mut readings = Vec::new();
    let mut scales = None;
    let mut has_features = Vec::new();
    if let Some(FeatureRows { matrix, names: feature_names, absent, notes, reading, .. }) = features {
        guesses.extend(notes);
        readings.push(("features", reading));
        let SparseEntries { shape: [_, columns], mut entries } = matrix;
        for (row, ..) in &mut entries {
            *row = place_of[rows[*row as usize] as usize];
        }
        let mut given = vec![false; order.len()];
        rows.iter().for_each(|row| given[place_of[*row as usize] as usize] = true);
        let mut matrix = SparseEntries { shape: [order.len(), columns], entries }.into_csr();
        if let Some(known) = &files.known_features {
            if let Some(FeatureScales { mut mean, deviation }) = known.scales.clone() {
                // What the file lacks is as the mean is.
                for column in absent {
                    mean.get_mut(column).into_iter().for_each(|mean| *mean = 0.0);
                }
                matrix = FeatureScales { mean, deviation }.apply(&matrix, &given)?;
            }
        } else {
            let name = |column: usize| match &feature_names {
                Some(names) => names[column].clone(),
                None => column.to_string(),
            };
            if let Some((found, note)) = FeatureScales::of(&matrix, &given, files.standardize, &name) {
                matrix = found.apply(&matrix, &given)?;
                guesses.extend(note);
                scales = Some(found);
            }
        }
        if is_directed {
            // Index and value of what is not zero, once for each role.
            let bytes = 2 * 8 * matrix.nnz() as u64;
            memory::require(files.edges.display(), "features of sources and of targets", bytes)?;
            matrix = vstack(&[matrix.view(), matrix.view()]);
            given.extend_from_within(..);
        }
        graph = graph.with_features(matrix)?;
        has_features = given;
        if let Some(feature_names) = feature_names {
            graph = graph.with_feature_names(feature_names)?;
        }
    }
    if let Some(LabelRows { names: mut classes, notes, reading, .. }) = labels {
        guesses.extend(notes);
        readings.push(("labels", reading));
        // A class of others alone, or a header that was taken for a row, is none of this graph's.
        let used: BTreeSet<u16> = class.iter().flatten().copied().collect();
        let index_of: HashMap<u16, u16> = used.iter().copied().zip(0..).collect();
        class.iter_mut().flatten().for_each(|class| *class = index_of[class]);
        classes = used.into_iter().map(|class| classes[usize::from(class)].clone()).collect();
        let mut ordered = vec![None; order.len()];
        class.into_iter().zip(&place_of).for_each(|(class, place)| ordered[*place as usize] = class);
        if is_directed {
            ordered.extend_from_within(..);
        }
        graph = graph.with_labels(Labels { class: ordered, names: classes })?;
    }
    let names = ids.texts(&order);
    let first_edges = first_edges(&names, &shown, &graph);
    guesses.extend(is_directed.then(|| note_of_direction(&graph)).flatten());
    let graph = graph.with_names(names)?;
    Ok(LoadedGraph {
        graph,
        entries: counts,
        files: file,
        joined,
        guesses,
        readings,
        scales,
        has_features,
        first_edges,
    })
}

/// So many edges are shown as they were understood.
const SHOWN: usize = 3;

/// Edges as they were understood: both names, and the weight where there are weights.
fn first_edges(names: &[String], entries: &[(u32, u32)], graph: &Graph) -> Vec<FirstEdge> {
    let edge = |&(from, to): &(u32, u32)| FirstEdge {
        source: names[from as usize].clone(),
        target: names[to as usize].clone(),
        weight: if graph.is_weighted() { graph.weight(from, graph.onward(to)) } else { None },
    };
    entries.iter().map(edge).collect()
}

impl LabelRows {
    /// Whether the first row seems to name the columns, by words that no other row has: it names no node, all others do, and
    /// its class is its own.
    fn first_row_is_header(&self, is_of_none: impl Fn(usize) -> bool) -> bool {
        let others = 1..self.class.len();
        self.first_may_be_header
            && is_of_none(0)
            && others.clone().all(|row| !is_of_none(row) && self.class[row] != self.class[0])
    }
}

/// The place of each row's node, a new one where it is new.
fn places(rows: &RowIds, first: u64, ids: &mut NodeIds, place: &str) -> Result<Vec<u32>> {
    match rows {
        RowIds::Named(names) => {
            if first == 1 && names.has("0") && !names.has(&ids.len().to_string()) {
                let message = format!(
                    "names a node `0`, and the edges, in Matrix Market, have the nodes 1 to {}",
                    ids.len()
                );
                return Err(Error::mismatch(place, message).with_hint("add 1 to each number"));
            }
            Ok(names.names().map(|name| ids.place_of(name)).collect())
        }
        RowIds::Numbered(rows) => {
            let end = first + *rows as u64;
            let outside =
                |name: &NodeName| name.number().is_none_or(|number| !(first..end).contains(&number));
            if let Some(name) = ids.names().find(outside) {
                let message = format!(
                    "{} of the nodes {first} to {}, and the edges name the node `{name}`",
                    counted(*rows, "row is", "rows are"),
                    end.saturating_sub(1)
                );
                return Err(Error::mismatch(place, message).with_hint(
                    "where ids are no row numbers, give a file that names its nodes, as CSV and JSON can; where rows begin with \
                     another node, say so by data.first_node=1",
                ));
            }
            memory::require(place, format!("{rows} nodes"), *rows as u64 * BYTES_OF_NODE)?;
            Ok((first..end).map(|node| ids.place_of_number(node)).collect())
        }
    }
}

fn strangers(place: &str, rows: &RowIds, ids: &NodeIds) -> Error {
    let of_rows = match rows {
        RowIds::Named(names) => {
            names.names().next().map_or(String::new(), |name| format!(", such as `{name}`"))
        }
        RowIds::Numbered(_) => String::new(),
    };
    let of_edges = ids.names().next().map_or(String::new(), |name| name.to_string());
    Error::mismatch(place, format!("names no node of the edges{of_rows}"))
        .with_hint(format!("all files must call a node the same; the edges name `{of_edges}`"))
}
