//! `split.json`: a split that outlives its run, and is believed only after every promise of it is checked.

use std::path::Path;

use rayon::prelude::*;
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

/// Of a graph with more edges the file does not list those to train on: they are the others of the graph, and would be
/// most of a file of gigabytes.
const MOST_LISTED: usize = 1_000_000;

/// The file: the split, and notes that are for people to read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SplitFile {
    fingerprint: String,
    nodes: usize,
    train: Option<Vec<[u32; 2]>>,
    /// In place of the training edges.
    train_sha256: Option<String>,
    validation: HeldOut,
    test: HeldOut,
    #[serde(default, rename = "notes")]
    _notes: Vec<String>,
}

impl LinkSplit {
    /// Writes the split as JSON, one list of pairs a line, complete or not at all. Of a graph with more than a million edges
    /// those to train on are not listed, as they are the others of the graph: their SHA-256 stands in their place.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        write_atomically(path, self.to_text(&[]).as_bytes())
    }

    /// The content of its file, with what there is to know of the graph's files under `notes`, where there is something.
    pub fn to_text(&self, notes: &[String]) -> String {
        let mut text = String::new();
        self.write(self.lists_train(), |part| text.push_str(part));
        if !notes.is_empty() {
            let cut = |note: &String| note.chars().take(LETTERS).collect::<String>();
            let notes: Vec<String> =
                notes.iter().take(NOTES).map(|note| serde_json::Value::from(cut(note)).to_string()).collect();
            let end = text.trim_end().len() - 1;
            text.replace_range(end.., &format!(",\n\"notes\":[\n{}]}}\n", notes.join(",\n")));
        }
        text
    }

    /// What tells this split, and with it its graph, from all others: the SHA-256, in hexadecimal, of its file with the
    /// training edges, whether it lists them or not.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        self.write(true, |part| hash.update(part));
        hex(hash)
    }

    /// Whether the file lists the training edges.
    fn lists_train(&self) -> bool {
        self.train.len() + self.validation.edges.len() + self.test.edges.len() <= MOST_LISTED
    }

    /// Hands on the file without notes part by part, as with its training edges it may be larger than the graph.
    fn write(&self, with_train: bool, mut take: impl FnMut(&str)) {
        take(&format!("{{\"fingerprint\":\"{}\",\n\"nodes\":{}", self.fingerprint, self.nodes));
        if with_train {
            take(",\n\"train\":");
            write_list(&self.train, &mut take);
        } else {
            take(&format!(",\n\"train_sha256\":\"{}\"", digest_of_pairs(&self.train)));
        }
        for (name, part) in [("validation", &self.validation), ("test", &self.test)] {
            take(&format!(",\n\"{name}\":{{\n\"edges\":"));
            write_list(&part.edges, &mut take);
            take(",\n\"non_edges\":");
            write_list(&part.non_edges, &mut take);
            take("}");
        }
        take("}\n");
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
        drop(bytes);
        let hint = "the file was changed since a run wrote it: draw a new split";
        split.checked(path, graph).map_err(|error| error.or_hint(hint))
    }
}

impl SplitFile {
    /// The split, once all of it is checked.
    fn checked(self, path: &Path, graph: &Graph) -> Result<LinkSplit> {
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
            ("train", self.train.as_deref().unwrap_or_default()),
            ("validation.edges", &self.validation.edges),
            ("test.edges", &self.test.edges),
        ];
        let non_edges: [(&str, &[_]); 2] =
            [("validation.non_edges", &self.validation.non_edges), ("test.non_edges", &self.test.non_edges)];
        let listed = check_pairs(&edges, graph, true, place)?;
        check_pairs(&non_edges, graph, false, place)?;
        let Self { fingerprint, nodes, train, train_sha256, validation, test, _notes: _ } = self;
        let train = train.map_or_else(
            || Ok(others(graph, &listed)),
            |train| {
                let missing = graph.edge_count() - listed.len();
                if missing == 0 {
                    return Ok(train);
                }
                Err(Error::malformed(
                    path.display(),
                    format!("{missing} of the graph's edges are in no part of the split"),
                ))
            },
        )?;
        if train.is_empty() {
            return Err(Error::malformed(place("train"), "no edge to train on"));
        }
        if train_sha256.is_some_and(|known| known != digest_of_pairs(&train)) {
            return Err(Error::malformed(place("train_sha256"), "is not that of the graph's other edges"));
        }
        Ok(LinkSplit { fingerprint, nodes, train, validation, test })
    }
}

/// The SHA-256, in hexadecimal, of pairs of nodes: both numbers of each as `u32`, little-endian.
pub fn digest_of_pairs(pairs: &[[u32; 2]]) -> String {
    const AT_ONCE: usize = 1 << 12;
    let mut hash = Sha256::new();
    for part in pairs.chunks(AT_ONCE) {
        let bytes: Vec<u8> = part.iter().flatten().flat_map(|node| node.to_le_bytes()).collect();
        hash.update(bytes);
    }
    hex(hash)
}

/// The edges of a graph that are not among some, which are in order.
fn others(graph: &Graph, some: &[[u32; 2]]) -> Vec<[u32; 2]> {
    let mut others = Vec::with_capacity(graph.edge_count() - some.len());
    let mut some = some.iter().peekable();
    others.extend(graph.edges().filter(|edge| some.next_if(|next| *next == edge).is_none()));
    others
}

/// Hands on a list of pairs, some at a time.
fn write_list(pairs: &[[u32; 2]], take: &mut impl FnMut(&str)) {
    const AT_ONCE: usize = 1 << 12;
    let mut text = String::from("[");
    for (at, part) in pairs.chunks(AT_ONCE).enumerate() {
        for (index, &[i, j]) in part.iter().enumerate() {
            text.push_str(if at + index == 0 { "[" } else { ",[" });
            write_number(i, &mut text);
            text.push(',');
            write_number(j, &mut text);
            text.push(']');
        }
        take(&text);
        text.clear();
    }
    take(&text);
    take("]");
}

/// Writes a number some times faster than formatting does, which counts where there are a hundred million.
fn write_number(number: u32, text: &mut String) {
    let mut digits = [0; 10];
    let mut start = digits.len();
    let mut rest = number;
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    text.push_str(std::str::from_utf8(&digits[start..]).expect("digits are text"));
}

/// Checks that all pairs are distinct pairs `i < j` that are edges, or are none, and puts them in order.
fn check_pairs(
    lists: &[(&str, &[[u32; 2]])],
    graph: &Graph,
    edges: bool,
    place: impl Fn(&str) -> String,
) -> Result<Vec<[u32; 2]>> {
    let wrong = |&[i, j]: &[u32; 2]| {
        if j as usize >= graph.nodes() || i as usize >= graph.nodes() {
            Some(format!("is outside a graph of {} nodes", graph.nodes()))
        } else if i >= j {
            Some("is not written with the smaller node first".to_string())
        } else if !graph.is_pair(i, j) {
            Some("is a pair within a side of the graph, or of a node with itself".to_string())
        } else if graph.has_edge(i, j) != edges {
            Some(if edges { "is no edge of the graph" } else { "is an edge of the graph" }.to_string())
        } else {
            None
        }
    };
    for (field, list) in lists {
        if let Some(index) = list.par_iter().position_first(|pair| wrong(pair).is_some()) {
            let [i, j] = list[index];
            let wrong = wrong(&list[index]).unwrap_or_default();
            return Err(Error::malformed(place(&format!("{field}[{index}]")), format!("[{i}, {j}] {wrong}")));
        }
    }
    let mut all = lists.iter().map(|(_, list)| *list).collect::<Vec<_>>().concat();
    all.par_sort_unstable();
    if let Some([[i, j], _]) = all.array_windows().find(|[a, b]| a == b) {
        let fields: Vec<&str> =
            lists.iter().filter(|(_, list)| list.contains(&[*i, *j])).map(|(field, _)| *field).collect();
        return Err(Error::malformed(place(&fields.join(" and ")), format!("[{i}, {j}] occurs twice")));
    }
    Ok(all)
}
