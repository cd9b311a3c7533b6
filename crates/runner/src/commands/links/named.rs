//! Nodes and pairs that the user names.

use std::collections::HashMap;
use std::path::Path;

use aevb_data::graph::{Graph, read_pairs};

use crate::error::{Error, Result};
use crate::output;

/// The places of the nodes' names; of a directed graph those as sources.
fn places(graph: &Graph) -> HashMap<String, u32> {
    (0..graph.own_nodes() as u32).map(|node| (graph.name(node).into_owned(), node)).collect()
}

fn unknown(name: &str, graph: &Graph) -> Error {
    let first = if graph.nodes() > 0 { graph.name(0) } else { "".into() };
    Error::failed(format!("no node is called `{name}`")).with_hint(format!(
        "nodes are called as in the file of edges, such as `{first}`; nodes.txt in the run lists them"
    ))
}

/// The node of this name, or else the nodes that a file names: of a directed graph each as a source and as a target.
pub(super) fn sources(named: &str, graph: &Graph) -> Result<Vec<u32>> {
    let roles = |node: u32| std::iter::once(node).chain(graph.sides().and_then(|sides| sides.twin(node)));
    Ok(nodes(named, graph)?.into_iter().flat_map(roles).collect())
}

fn nodes(named: &str, graph: &Graph) -> Result<Vec<u32>> {
    let places = places(graph);
    if let Some(node) = places.get(named) {
        return Ok(vec![*node]);
    }
    let path = Path::new(named);
    if !path.is_file() {
        return Err(unknown(named, graph));
    }
    const LONGEST: u64 = 1 << 30;
    let bytes = aevb_data::files::read_at_most(path, LONGEST)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Error::failed(format!("{named}: not UTF-8 text")).with_hint("name a node a line"))?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let nodes: Vec<u32> = lines
        .map(|(number, line)| {
            let wrong = |error: Error| Error { message: format!("{named}, line {number}: {error}"), ..error };
            places.get(line.trim()).copied().ok_or_else(|| wrong(unknown(line.trim(), graph)))
        })
        .collect::<Result<_>>()?;
    if nodes.is_empty() {
        return Err(Error::failed(format!("{named}: names no node")).with_hint("name a node a line"));
    }
    Ok(nodes)
}

/// The pairs of a file, by the nodes' places in the graph: of a directed one from the first node of a pair to the second.
pub(super) fn pairs(path: &Path, graph: &Graph) -> Result<Vec<[u32; 2]>> {
    let places = places(graph);
    let read = read_pairs(path, &|name| places.contains_key(name))?;
    read.notes.iter().for_each(|note| output::message(&format!("note: {note}")));
    let nodes: Vec<Option<u32>> = read.names.iter().map(|name| places.get(name).copied()).collect();
    let place = |node: u32, number: usize| {
        nodes[node as usize].ok_or_else(|| {
            let error = unknown(&read.names[node as usize], graph);
            let message = format!("{}, pair {number}: {error}", path.display());
            let hint = match number {
                1 => Some("if the first line names the columns, begin it with #".to_owned()),
                _ => error.hint,
            };
            Error { message, hint, ..error }
        })
    };
    let pair = |(number, &(from, to)): (usize, &(u32, u32))| match from == to {
        true => {
            let name = &read.names[from as usize];
            let message = format!("{}, pair {number}: `{name}` with itself", path.display());
            Err(Error::failed(message)
                .with_hint("leave the pair out: a graph here has no edge from a node to itself"))
        }
        false => {
            let (one, other) = (place(from, number)?, place(to, number)?);
            let other = graph.sides().and_then(|sides| sides.twin(other)).unwrap_or(other);
            if graph.is_pair(one, other) {
                return Ok([one, other]);
            }
            let [from, to] = [from, to].map(|node| &read.names[node as usize]);
            let message = format!("{}, pair {number}: `{from}` and `{to}` are of one side", path.display());
            Err(Error::failed(message)
                .with_hint("leave the pair out: a bipartite graph has edges between its sides alone"))
        }
    };
    (1..).zip(&read.pairs).map(pair).collect()
}
