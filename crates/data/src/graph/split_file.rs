//! `split.json`: a split that outlives its run, and is believed only after every promise of it is checked.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Graph, HeldOut, LinkSplit};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{read_at_most, write_atomically};
use crate::hash::hex;

/// What a split's file may hold besides its pairs.
const MOST_BYTES_OF_NOTES: u64 = 1 << 17;

/// So many notes, of so many letters each, are kept: names in them may be of any length.
const NOTES: usize = 50;
const LETTERS: usize = 500;

/// The file: the split, and notes that are for people to read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SplitFile {
    fingerprint: String,
    nodes: usize,
    train: Vec<[u32; 2]>,
    validation: HeldOut,
    test: HeldOut,
    #[serde(default, rename = "notes")]
    _notes: Vec<String>,
}

impl LinkSplit {
    /// Writes the split as JSON, one list of pairs a line, complete or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        write_atomically(path, self.to_text(&[]).as_bytes())
    }

    /// The content of its file, with what there is to know of the graph's files under `notes`, where there is something.
    pub fn to_text(&self, notes: &[String]) -> String {
        let mut text = self.to_json();
        if !notes.is_empty() {
            let cut = |note: &String| note.chars().take(LETTERS).collect::<String>();
            let notes: Vec<String> =
                notes.iter().take(NOTES).map(|note| serde_json::Value::from(cut(note)).to_string()).collect();
            let end = text.trim_end().len() - 1;
            text.replace_range(end.., &format!(",\n\"notes\":[\n{}]}}\n", notes.join(",\n")));
        }
        text
    }

    /// What tells this split, and with it its graph, from all others: the SHA-256 of its file in hexadecimal.
    pub fn digest(&self) -> String {
        hex(Sha256::new_with_prefix(self.to_json()))
    }

    fn to_json(&self) -> String {
        let list = |pairs: &[[u32; 2]]| {
            let pairs: Vec<String> = pairs.iter().map(|[i, j]| format!("[{i},{j}]")).collect();
            format!("[{}]", pairs.join(","))
        };
        let held_out = |part: &HeldOut| {
            format!("{{\n\"edges\":{},\n\"non_edges\":{}}}", list(&part.edges), list(&part.non_edges))
        };
        format!(
            "{{\"fingerprint\":\"{}\",\n\"nodes\":{},\n\"train\":{},\n\"validation\":{},\n\"test\":{}}}\n",
            self.fingerprint,
            self.nodes,
            list(&self.train),
            held_out(&self.validation),
            held_out(&self.test)
        )
    }

    /// Reads a split of `graph`, and checks all that [`LinkSplit::draw`] guarantees.
    ///
    /// # Errors
    /// If the file is no split, is the split of another graph, holds an edge that the graph has not or the reverse,
    /// repeats a pair, or leaves an edge of the graph out. Memory is bounded by the size of the graph.
    pub fn load(path: impl AsRef<Path>, graph: &Graph) -> Result<Self> {
        let path = path.as_ref();
        // No pair of 32-bit numbers needs 64 bytes, even indented; there are at most as many non-edges as edges.
        let limit = MOST_BYTES_OF_NOTES + 128 * graph.edge_count() as u64;
        let bytes = read_at_most(path, limit).map_err(|error| match error.kind {
            ErrorKind::Io => error.or_hint("a split is written by a run as split.json"),
            _ => Error::malformed(path.display(), "is larger than any split of this graph")
                .with_hint("a split is written by a run as split.json"),
        })?;
        let split: SplitFile = serde_json::from_slice(&bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            Error::malformed(format!("{}, line {line}, column {column}", path.display()), message)
                .with_hint("a split is written by a run as split.json")
        })?;
        let SplitFile { fingerprint, nodes, train, validation, test, _notes: _ } = split;
        let split = Self { fingerprint, nodes, train, validation, test };
        let hint = "the file was changed since a run wrote it: draw a new split";
        split.check(path, graph).map_err(|error| error.or_hint(hint))?;
        Ok(split)
    }

    fn check(&self, path: &Path, graph: &Graph) -> Result<()> {
        let place = |field: &str| format!("{}, {field}", path.display());
        if self.nodes != graph.nodes() || self.fingerprint != graph.fingerprint() {
            return Err(Error::mismatch(place("fingerprint"), "the split belongs to another graph")
                .with_hint("use the split with the data set it was drawn from, or draw a new one"));
        }
        for (field, part) in [("validation", &self.validation), ("test", &self.test)] {
            if part.edges.len() != part.non_edges.len() {
                return Err(Error::malformed(
                    place(field),
                    format!("{} edges, but {} non-edges", part.edges.len(), part.non_edges.len()),
                ));
            }
        }
        let edges = [
            ("train", &self.train),
            ("validation.edges", &self.validation.edges),
            ("test.edges", &self.test.edges),
        ];
        let non_edges =
            [("validation.non_edges", &self.validation.non_edges), ("test.non_edges", &self.test.non_edges)];
        let listed = check_pairs(&edges, graph, true, place)?;
        check_pairs(&non_edges, graph, false, place)?;
        if listed != graph.edge_count() {
            let missing = graph.edge_count() - listed;
            return Err(Error::malformed(
                path.display(),
                format!("{missing} of the graph's edges are in no part of the split"),
            ));
        }
        if self.train.is_empty() {
            return Err(Error::malformed(place("train"), "no edge to train on"));
        }
        Ok(())
    }
}

/// Checks that all pairs are distinct pairs `i < j` that are edges, or are none, and counts them.
fn check_pairs(
    lists: &[(&str, &Vec<[u32; 2]>)],
    graph: &Graph,
    edges: bool,
    place: impl Fn(&str) -> String,
) -> Result<usize> {
    let mut all = Vec::with_capacity(lists.iter().map(|(_, list)| list.len()).sum());
    for (field, list) in lists {
        for (index, &[i, j]) in list.iter().enumerate() {
            let wrong = if j as usize >= graph.nodes() || i as usize >= graph.nodes() {
                format!("is outside a graph of {} nodes", graph.nodes())
            } else if i >= j {
                "is not written with the smaller node first".to_string()
            } else if graph.has_edge(i, j) != edges {
                if edges {
                    "is no edge of the graph".to_string()
                } else {
                    "is an edge of the graph".to_string()
                }
            } else {
                all.push([i, j]);
                continue;
            };
            return Err(Error::malformed(place(&format!("{field}[{index}]")), format!("[{i}, {j}] {wrong}")));
        }
    }
    all.sort_unstable();
    if let Some([[i, j], _]) = all.array_windows().find(|[a, b]| a == b) {
        let fields: Vec<&str> =
            lists.iter().filter(|(_, list)| list.contains(&[*i, *j])).map(|(field, _)| *field).collect();
        return Err(Error::malformed(place(&fields.join(" and ")), format!("[{i}, {j}] occurs twice")));
    }
    Ok(all.len())
}
