//! A graph with further nodes and edges, which call its own nodes by their names.

use std::collections::{HashMap, HashSet};

use sprs::CsMatI;

use super::{Graph, Labels, LoadedGraph};
use crate::error::{Error, Result};

/// What becomes of features that are given for nodes which the graph has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnFeatures {
    /// The graph's own stay.
    Kept,
    /// They take the place of the graph's own.
    Replaced,
}

/// A graph that has grown.
#[derive(Clone, Debug)]
pub struct GrownGraph {
    /// Its own nodes first, in their order, then the new ones.
    pub graph: Graph,
    /// Where each node of what was added is in it.
    pub places: Vec<u32>,
    /// Of the edges that were added.
    pub added: AddedEdges,
}

/// Edges by what they join.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddedEdges {
    /// Of a new node and one of the graph.
    pub to_known: usize,
    /// Of two new nodes.
    pub among_new: usize,
    /// Of two nodes of the graph that no edge of it joined.
    pub among_known: usize,
    /// Of two nodes of the graph that an edge of it joined.
    pub again: usize,
    /// Nodes of the graph that are joined to new ones.
    pub known_met: usize,
}

impl GrownGraph {
    /// `known` with `edges` alone in place of all of its own, and with the nodes and edges of `other`. The weight of an edge
    /// is the greatest that it has in either, and 1 where its graph has no weights; no edge has one where `known` has none.
    ///
    /// # Errors
    /// If the two have other features, or more nodes or edges than `u32` can index.
    pub fn new(known: &Graph, edges: &[[u32; 2]], other: &LoadedGraph, own: OwnFeatures) -> Result<Self> {
        let place_of: HashMap<String, u32> =
            (0..known.nodes() as u32).map(|node| (known.name(node).into_owned(), node)).collect();
        let mut names: Vec<String> =
            (0..known.nodes() as u32).map(|node| known.name(node).into_owned()).collect();
        let added = &other.graph;
        let places: Vec<u32> = (0..added.nodes() as u32)
            .map(|node| {
                let name = added.name(node);
                place_of.get(name.as_ref()).copied().unwrap_or_else(|| {
                    names.push(name.into_owned());
                    names.len() as u32 - 1
                })
            })
            .collect();
        let mut entries: Vec<(u32, u32)> = edges.iter().map(|&[i, j]| (i, j)).collect();
        entries.extend(added.edges().map(|[i, j]| (places[i as usize], places[j as usize])));
        let (mut graph, _) = Graph::from_edges(names.len(), entries.iter().copied())?;
        if known.is_weighted() {
            let weight = |graph: &Graph, [i, j]: [u32; 2]| graph.weight(i, j).unwrap_or(1.0);
            let own = edges.iter().map(|&edge| weight(known, edge));
            let weights: Vec<f32> = own.chain(added.edges().map(|edge| weight(added, edge))).collect();
            graph = graph.with_weights(&entries, &weights);
        }
        if let Some(features) = known.features() {
            let is_taken = |node: usize| {
                let is_new = places[node] as usize >= known.nodes();
                other.has_features.get(node) == Some(&true) && (is_new || own == OwnFeatures::Replaced)
            };
            let mut from: Vec<Option<usize>> = vec![None; names.len()];
            (0..places.len())
                .filter(|node| is_taken(*node))
                .for_each(|node| from[places[node] as usize] = Some(node));
            graph = graph.with_features(joined_features(features, added.features(), &from)?)?;
        }
        let labels = joined_labels(known, added, &places, names.len());
        if let Some(labels) = labels {
            graph = graph.with_labels(labels)?;
        }
        let counts = count(known, edges, added, &places);
        Ok(Self { graph: graph.with_names(names)?, places, added: counts })
    }
}

/// The rows of `known` and zeros below them, with the row of `added` in place of those of which one is named.
fn joined_features(
    known: &CsMatI<f32, u32>,
    added: Option<&CsMatI<f32, u32>>,
    from: &[Option<usize>],
) -> Result<CsMatI<f32, u32>> {
    if let Some(columns) = added.map(CsMatI::cols).filter(|columns| *columns != known.cols()) {
        let message = format!("{columns}, where the graph has {}", known.cols());
        return Err(Error::mismatch("features", message).with_hint("give the same features"));
    }
    let (mut starts, mut indices, mut values) = (vec![0_u32], Vec::new(), Vec::new());
    for (node, from) in from.iter().enumerate() {
        let row = match (from, added) {
            (Some(row), Some(added)) => added.outer_view(*row),
            _ if node < known.rows() => known.outer_view(node),
            _ => None,
        };
        if let Some(row) = row {
            indices.extend_from_slice(row.indices());
            values.extend_from_slice(row.data());
        }
        let end = u32::try_from(values.len())
            .map_err(|_| Error::config("features", "are more values than 32 bits can index"))?;
        starts.push(end);
    }
    Ok(CsMatI::new((from.len(), known.cols()), starts, indices, values))
}

/// The classes of both, those of `added` before those of `known`.
fn joined_labels(known: &Graph, added: &Graph, places: &[u32], nodes: usize) -> Option<Labels> {
    let mut names: Vec<String> = Vec::new();
    let mut class: Vec<Option<u16>> = vec![None; nodes];
    let mut give = |labels: &Labels, place: &dyn Fn(usize) -> usize| {
        for (node, label) in labels.class.iter().enumerate() {
            let Some(name) = label.map(|label| &labels.names[usize::from(label)]) else { continue };
            let number = names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            });
            class[place(node)] = u16::try_from(number).ok();
        }
    };
    if known.labels().is_none() && added.labels().is_none() {
        return None;
    }
    known.labels().into_iter().for_each(|labels| give(labels, &|node| node));
    added.labels().into_iter().for_each(|labels| give(labels, &|node| places[node] as usize));
    Some(Labels { class, names })
}

fn count(known: &Graph, edges: &[[u32; 2]], added: &Graph, places: &[u32]) -> AddedEdges {
    let passing: HashSet<[u32; 2]> = edges.iter().map(|&[i, j]| [i.min(j), i.max(j)]).collect();
    let mut counts = AddedEdges::default();
    let mut met = vec![false; known.nodes()];
    for [i, j] in added.edges() {
        let [i, j] = [places[i as usize], places[j as usize]];
        match [i, j].map(|place| (place as usize) < known.nodes()) {
            [true, true] if passing.contains(&[i.min(j), i.max(j)]) => counts.again += 1,
            [true, true] => counts.among_known += 1,
            [false, false] => counts.among_new += 1,
            _ => {
                counts.to_known += 1;
                met[i.min(j) as usize] = true;
            }
        }
    }
    counts.known_met = met.into_iter().filter(|met| *met).count();
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{EdgeCounts, FileCounts};

    fn names(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    /// The path a – b – c with features 1, 2 and 3 in one column, and c – d, b – a, d – e beside it, d and c with features.
    fn graphs() -> Result<(Graph, LoadedGraph)> {
        let column = |values: &[f32]| {
            let rows = values.len();
            CsMatI::new((rows, 1), (0..=rows as u32).collect(), vec![0; rows], values.to_vec())
        };
        let known = Graph::from_edges(3, [(0, 1), (1, 2)])?.0.with_names(names("a b c"))?;
        let known = known.with_features(column(&[1.0, 2.0, 3.0]))?;
        let labels = Labels { class: vec![Some(0), None, None], names: names("red") };
        let added = Graph::from_edges(5, [(0, 1), (2, 3), (1, 4)])?.0.with_names(names("c d b a e"))?;
        let added = added.with_features(column(&[30.0, 40.0, 5.0, 5.0, 5.0]))?;
        let added = added.with_labels(Labels {
            class: vec![None, Some(1), None, None, Some(0)],
            names: names("red blue"),
        })?;
        let mut other = LoadedGraph::of(added, EdgeCounts::default(), FileCounts::Embedded);
        other.has_features = vec![true, true, false, false, false];
        Ok((known.with_labels(labels)?, other))
    }

    #[test]
    fn new_nodes_come_behind_those_that_are_known() -> Result<()> {
        let (known, other) = graphs()?;
        let grown = GrownGraph::new(&known, &[[1, 2]], &other, OwnFeatures::Kept)?;
        assert_eq!(grown.graph.names().expect("names"), names("a b c d e"));
        assert_eq!(grown.places, [2, 3, 1, 0, 4]);
        // Of its own edges only b – c is wanted; a – b comes again with those that are added.
        assert_eq!(grown.graph.edges().collect::<Vec<_>>(), [[0, 1], [1, 2], [2, 3], [3, 4]]);
        let of = |graph: &Graph| -> Vec<f32> {
            let features = graph.features().expect("features");
            (0..graph.nodes()).map(|node| features.get(node, 0).copied().unwrap_or(0.0)).collect()
        };
        assert_eq!(of(&grown.graph), [1.0, 2.0, 3.0, 40.0, 0.0]);
        let counts = AddedEdges { to_known: 1, among_new: 1, among_known: 1, again: 0, known_met: 1 };
        assert_eq!(grown.added, counts);
        let labels = grown.graph.labels().expect("labels");
        assert_eq!(
            (&labels.class[..], &labels.names[..]),
            (&[Some(0), None, None, Some(1), Some(0)][..], &names("red blue")[..])
        );

        let replaced = GrownGraph::new(&known, &[[0, 1], [1, 2]], &other, OwnFeatures::Replaced)?;
        assert_eq!(of(&replaced.graph), [1.0, 2.0, 30.0, 40.0, 0.0]);
        assert_eq!((replaced.added.again, replaced.added.among_known), (1, 0));
        Ok(())
    }

    #[test]
    fn weights_are_those_of_the_graph_that_has_some() -> Result<()> {
        let (known, mut other) = graphs()?;
        let weighted = known.with_weights(&[(0, 1), (1, 2)], &[5.0, 7.0]);
        let edges = [[0, 1], [1, 2]];
        let grown = GrownGraph::new(&weighted, &edges, &other, OwnFeatures::Kept)?;
        let weight = |grown: &GrownGraph, i, j| grown.graph.weight(i, j).expect("an edge");
        assert_eq!((weight(&grown, 0, 1), weight(&grown, 1, 2), weight(&grown, 2, 3)), (5.0, 7.0, 1.0));
        other.graph = other.graph.with_weights(&[(0, 1), (2, 3), (1, 4)], &[2.0, 9.0, 3.0]);
        let grown = GrownGraph::new(&weighted, &edges, &other, OwnFeatures::Kept)?;
        assert_eq!((weight(&grown, 0, 1), weight(&grown, 2, 3), weight(&grown, 3, 4)), (9.0, 2.0, 3.0));
        let grown = GrownGraph::new(&graphs()?.0, &edges, &other, OwnFeatures::Kept)?;
        assert!(!grown.graph.is_weighted());
        Ok(())
    }
}
