//! METIS's format (Karypis, "METIS: A Software Package for Partitioning …", manual of version 5, section 4.5): the first
//! line has the numbers of nodes and edges, and line i the neighbours of node i, from 1.

use std::path::Path;

use super::{HINT, Listed, Read};
use crate::error::Error;
use crate::graph::files::Weights;
use crate::lines::{Lines, WIDE};

/// The numbers of the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub nodes: usize,
    pub edges: usize,
    /// Numbers of each node before its neighbours.
    pub before: usize,
    /// Whether each neighbour is followed by the weight of the edge.
    pub weighted: bool,
}

impl Header {
    pub fn of(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (nodes, edges, format, constraints) = match words[..] {
            [nodes, edges] => (nodes, edges, "0", "1"),
            [nodes, edges, format] => (nodes, edges, format, "1"),
            [nodes, edges, format, constraints] => (nodes, edges, format, constraints),
            _ => return None,
        };
        if format.len() > 3 || !format.bytes().all(|byte| byte == b'0' || byte == b'1') {
            return None;
        }
        let flag = |from_end: usize| {
            format.len() > from_end && format.as_bytes()[format.len() - 1 - from_end] == b'1'
        };
        let constraints: usize = constraints.parse().ok().filter(|count| *count < 100)?;
        Some(Self {
            nodes: nodes.parse().ok()?,
            edges: edges.parse().ok()?,
            before: usize::from(flag(2)) + if flag(1) { constraints.max(1) } else { 0 },
            weighted: flag(0),
        })
    }
}

pub(super) fn read(path: &Path, weights: Weights) -> Read {
    let mut lines = Lines::open(path, WIDE)?;
    let header = loop {
        match lines.next()? {
            None => {
                return Err(
                    Error::malformed(path.display(), "holds no line of METIS's format").with_hint(HINT)
                );
            }
            Some(line) if line.starts_with('%') || line.trim().is_empty() => continue,
            Some(line) => break Header::of(line),
        }
    };
    let Some(Header { nodes, edges, before, weighted }) = header else {
        return Err(lines
            .error("no numbers of nodes and edges, which METIS's format begins with")
            .with_hint(HINT));
    };
    let mut listed = Listed::default();
    listed.number_nodes(nodes, &lines)?;
    let read_weights = weighted && weights == Weights::ThirdColumn;
    let mut node = 0;
    while let Some(line) = lines.next()? {
        if line.starts_with('%') {
            continue;
        }
        if node == nodes {
            if line.trim().is_empty() {
                continue;
            }
            return Err(lines
                .error(format!("a line more than the {nodes} nodes that were announced"))
                .with_hint(HINT));
        }
        if let Err(message) = neighbours(line, before, weighted, read_weights, (nodes, node), &mut listed) {
            return Err(lines.error(message).with_hint(HINT));
        }
        node += 1;
    }
    let loops = listed.entries.iter().filter(|(from, to)| from == to).count();
    let entries = listed.entries.len();
    let fail = |message: String| Err(Error::malformed(path.display(), message).with_hint(HINT));
    if node < nodes {
        return fail(format!("ends after the neighbours of {node} of {nodes} nodes"));
    }
    if entries != 2 * edges && entries + loops != 2 * edges {
        return fail(format!("lists {entries} neighbours, where {edges} edges have {}", 2 * edges));
    }
    if weighted && weights == Weights::Auto {
        listed.notes.push("the file has weights of edges that are not read; data.weights=third-column reads them, data.weights=none says that they do not count".into());
    }
    listed.notes.extend(lines.notes());
    let (_, bytes, _) = lines.finish();
    Ok((listed, bytes))
}

fn neighbours(
    line: &str,
    before: usize,
    weighted: bool,
    read_weights: bool,
    (nodes, node): (usize, usize),
    listed: &mut Listed,
) -> std::result::Result<(), String> {
    let mut words = line.split_whitespace().skip(before);
    while let Some(word) = words.next() {
        let neighbour = word.parse::<usize>().ok().filter(|number| (1..=nodes).contains(number));
        let neighbour = neighbour.ok_or_else(|| format!("`{word}` is no node from 1 to {nodes}"))?;
        listed.entries.push((node as u32, (neighbour - 1) as u32));
        if weighted {
            let text = words.next().ok_or("a neighbour without the weight that the first line announces")?;
            if read_weights {
                listed.weigh(Some(text))?;
            }
        }
    }
    Ok(())
}
