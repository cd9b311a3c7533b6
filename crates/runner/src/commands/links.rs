//! `aevb links`: the pairs of nodes that a model holds most likely to be linked, or what it says of given ones.

use std::collections::HashMap;
use std::path::Path;

use aevb_data::graph::{Graph, read_pairs};

use super::new_file::NewFile;
use super::opened::{OpenedRun, open};
use crate::cli::LinksArguments;
use crate::error::{Error, Result};
use crate::links::{Link, Links, TableFormat};
use crate::output;
use crate::train::{self, Messages, NodeLatents};

pub(super) fn run(arguments: &LinksArguments) -> Result<()> {
    let format = match &arguments.out {
        None => TableFormat::Csv,
        Some(out) => TableFormat::of(out)?,
    };
    let out = arguments.out.clone().map(NewFile::at).transpose()?;
    let OpenedRun { folder, experiment, device } =
        open(&arguments.run, arguments.device.as_deref())?.with_checkpoint(arguments.checkpoint)?;
    let messages = if arguments.all_edges { Messages::All } else { Messages::Training };
    let nodes = train::embed_nodes(&experiment, &device, &folder, messages)?;
    let links = Links::new(&nodes, find(arguments, &nodes)?);
    match out {
        _ if arguments.json => output::print_json(&links.to_json()),
        None => output::print(&String::from_utf8_lossy(&links.to_file(format))),
        Some(file) => file.write(&links.to_file(format)),
    }
}

fn find(arguments: &LinksArguments, nodes: &NodeLatents) -> Result<Vec<Link>> {
    let graph = &nodes.graph;
    let scores = nodes.scores.products()?;
    if let Some(path) = &arguments.pairs {
        let pairs = pairs(path, graph)?;
        let scores = scores.scores(&pairs);
        return Ok(pairs.into_iter().zip(scores).map(|(pair, score)| Link { pair, score }).collect());
    }
    let excluded = |node: u32| if arguments.exclude_known { graph.neighbours(node) } else { &[] };
    let top = arguments.top as usize;
    let best = match &arguments.nodes {
        None => scores.best_pairs(top, excluded),
        Some(named) => scores.best_partners(&sources(named, graph)?, top, excluded).concat(),
    };
    Ok(best.into_iter().map(|best| Link { pair: best.pair, score: best.score }).collect())
}

/// The places of the nodes' names.
fn places(graph: &Graph) -> HashMap<String, u32> {
    (0..graph.nodes() as u32).map(|node| (graph.name(node).into_owned(), node)).collect()
}

fn unknown(name: &str, graph: &Graph) -> Error {
    let first = if graph.nodes() > 0 { graph.name(0) } else { "".into() };
    Error::failed(format!("no node is called `{name}`")).with_hint(format!(
        "nodes are called as in the file of edges, such as `{first}`; nodes.txt in the run lists them"
    ))
}

/// The node of this name, or else the nodes that a file names.
fn sources(named: &str, graph: &Graph) -> Result<Vec<u32>> {
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

/// The pairs of a file, by the nodes' places in the graph.
fn pairs(path: &Path, graph: &Graph) -> Result<Vec<[u32; 2]>> {
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
    (1..)
        .zip(&read.pairs)
        .map(|(number, &(from, to))| Ok([place(from, number)?, place(to, number)?]))
        .collect()
}
