//! The data sets of Planetoid (Yang et al., 2016), `ind.NAME.{x,y,tx,ty,allx,ally,graph,test.index}`, put in order as
//! Kipf and Welling's code does.
//!
//! `allx` holds the features of the first nodes. Row k of `tx` belongs to the node in line k of `test.index`. A node
//! that neither covers has no features and no label, but keeps its edges: Citeseer has 15 of them. `x` and `y` repeat
//! the first rows of `allx` and `ally`.

use std::path::Path;

use serde::Serialize;
use sprs::CsMatI;

use super::pickle::{Array, Object, Pickle, Value};
use super::{FileCounts, Graph, Labels, LoadedGraph};
use crate::error::{Error, Result};
use crate::files::read_at_most;

/// No file of these sets comes near; a pickle needs some fifty times its size to read at worst.
const FILE_LIMIT: u64 = 64 << 20;

/// More features than this are taken for a broken header: a model allocates weights for each.
const FEATURE_LIMIT: usize = 1 << 24;

/// What the files of a Planetoid set held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanetoidFiles {
    /// Rows of `x`, `allx` and `tx`.
    pub rows: [usize; 3],
    /// Nonzeros of `x`, `allx` and `tx`.
    pub nonzeros: [usize; 3],
    /// Lines of `test.index`.
    pub test_lines: usize,
    /// The smallest node in `test.index`.
    pub test_min: u32,
    /// The largest node in `test.index`.
    pub test_max: u32,
    /// The node in the first line of `test.index`.
    pub test_first: u32,
    /// Nodes that have neither features nor a label in any file.
    pub missing: Vec<u32>,
}

/// Reads the set `name` (`cora`, `citeseer`, `pubmed`) from its eight files in `folder`.
///
/// # Errors
/// If a file is missing or larger than 64 MiB, holds anything but what these files hold, or does not fit the others.
pub fn read_planetoid(folder: impl AsRef<Path>, name: &str) -> Result<LoadedGraph> {
    read(folder.as_ref(), name).map_err(|error| {
        error.or_hint("the file is missing or damaged: fetch the eight files of the set again")
    })
}

fn read(folder: &Path, name: &str) -> Result<LoadedGraph> {
    let read = |part: &str| {
        let path = folder.join(format!("ind.{name}.{part}"));
        Ok((path.display().to_string(), read_at_most(&path, FILE_LIMIT)?))
    };
    let features = |part: &str| {
        let (place, bytes) = read(part)?;
        matrix(&place, &bytes)
    };
    let classes = |part: &str| {
        let (place, bytes) = read(part)?;
        one_hot(&place, &bytes)
    };
    let (x, allx, tx) = (features("x")?, features("allx")?, features("tx")?);
    let (y, ally, ty) = (classes("y")?, classes("ally")?, classes("ty")?);
    let (place, bytes) = read("graph")?;
    let (nodes, entries) = adjacency_lists(&place, &bytes)?;
    let (index_place, bytes) = read("test.index")?;
    let test = test_index(&index_place, &bytes, allx.rows(), nodes)?;

    let place = |part: &str| folder.join(format!("ind.{name}.{part}")).display().to_string();
    for (part, rows, labels) in [("y", &x, &y), ("ally", &allx, &ally), ("ty", &tx, &ty)] {
        if rows.cols() != allx.cols() || labels.classes != ally.classes || labels.class.len() != rows.rows() {
            return Err(Error::malformed(
                place(part),
                format!(
                    "{} labels of {} classes for {} rows of {} features; `allx` and `ally` have {} features and {} classes",
                    labels.class.len(),
                    labels.classes,
                    rows.rows(),
                    rows.cols(),
                    allx.cols(),
                    ally.classes
                ),
            ));
        }
    }
    if x.rows() > allx.rows()
        || (0..x.rows()).any(|row| x.outer_view(row) != allx.outer_view(row))
        || ally.class[..y.class.len()] != y.class
    {
        return Err(Error::malformed(place("x"), "does not repeat the first rows of `allx` and `ally`"));
    }
    if test.len() != tx.rows() {
        return Err(Error::malformed(
            index_place,
            format!("{} lines for the {} rows of `tx`", test.len(), tx.rows()),
        ));
    }

    let mut test_row = vec![None; nodes];
    for (row, node) in test.iter().enumerate() {
        test_row[*node as usize] = Some(row);
    }
    let mut class = Vec::with_capacity(nodes);
    let mut missing = Vec::new();
    let (mut indptr, mut indices, mut data) = (vec![0_u32], Vec::<u32>::new(), Vec::<f32>::new());
    for (node, test_row) in test_row.into_iter().enumerate() {
        let (rows, labels, row) = match test_row {
            None if node < allx.rows() => (&allx, &ally, node),
            Some(row) => (&tx, &ty, row),
            None => {
                missing.push(node as u32);
                class.push(None);
                indptr.push(indices.len() as u32);
                continue;
            }
        };
        let range = rows.indptr().outer_inds_sz(row);
        indices.extend(&rows.indices()[range.clone()]);
        data.extend(&rows.data()[range]);
        indptr.push(indices.len() as u32);
        class.push(labels.class[row]);
    }

    let (graph, entries) = Graph::from_edges(nodes, entries)?;
    let graph = graph
        .with_features(csr(&place("allx"), (nodes, allx.cols()), indptr, indices, data)?)?
        .with_labels(Labels { class, names: (0..ally.classes).map(|class| class.to_string()).collect() })?;
    let files = PlanetoidFiles {
        rows: [x.rows(), allx.rows(), tx.rows()],
        nonzeros: [x.nnz(), allx.nnz(), tx.nnz()],
        test_lines: test.len(),
        test_min: test.iter().min().copied().unwrap_or_default(),
        test_max: test.iter().max().copied().unwrap_or_default(),
        test_first: test.first().copied().unwrap_or_default(),
        missing,
    };
    Ok(LoadedGraph::of(graph, entries, FileCounts::Planetoid(files)))
}

/// A `csr_matrix` of `f4`, with every index checked.
fn matrix(place: &str, bytes: &[u8]) -> Result<CsMatI<f32, u32>> {
    let pickle = Pickle::read(place, bytes)?;
    let Some(Object::CsrMatrix(Some(parts))) = pickle.object(pickle.root) else {
        return Err(Error::malformed(place, "holds no sparse matrix"));
    };
    let array = |name: &str, element: &[u8]| {
        let value = pickle.get(*parts, name).and_then(|value| pickle.object(value));
        match value {
            Some(Object::Array(array)) if array.element == element && array.shape.len() == 1 => Ok(&**array),
            _ => Err(Error::malformed(place, format!("the matrix has no `{name}` of numbers"))),
        }
    };
    let shape = pickle.get(*parts, "_shape").and_then(|value| pickle.object(value));
    let shape = match shape {
        Some(Object::Tuple(sizes)) => match sizes.as_slice() {
            [Value::Int(rows), Value::Int(columns)] => (size(*rows), size(*columns)),
            _ => (None, None),
        },
        _ => (None, None),
    };
    let (Some(rows), Some(columns)) = shape else {
        return Err(Error::malformed(place, "the matrix has no shape of two sizes"));
    };
    if columns > FEATURE_LIMIT {
        return Err(Error::malformed(place, format!("{columns} features are more than {FEATURE_LIMIT}")));
    }
    let indptr = indices_of(place, "indptr", array("indptr", b"i4")?)?;
    if indptr.len() != rows + 1 || indptr[0] != 0 {
        return Err(Error::malformed(
            place,
            format!("{} row pointers from {:?} for {rows} rows", indptr.len(), indptr.first()),
        ));
    }
    let indices = indices_of(place, "indices", array("indices", b"i4")?)?;
    let data = array("data", b"f4")?.words().map(f32::from_le_bytes).collect();
    csr(place, (rows, columns), indptr, indices, data)
}

fn csr(
    place: &str,
    shape: (usize, usize),
    indptr: Vec<u32>,
    indices: Vec<u32>,
    data: Vec<f32>,
) -> Result<CsMatI<f32, u32>> {
    CsMatI::try_new(shape, indptr, indices, data).map_err(|(.., error)| Error::malformed(place, error))
}

fn indices_of(place: &str, name: &str, array: &Array) -> Result<Vec<u32>> {
    let convert = |word| {
        u32::try_from(i32::from_le_bytes(word))
            .map_err(|_| Error::malformed(place, format!("`{name}` holds {}", i32::from_le_bytes(word))))
    };
    array.words().map(convert).collect()
}

fn size(value: i32) -> Option<usize> {
    usize::try_from(value).ok()
}

/// One class a row, or none where the row is all zero.
struct Classes {
    class: Vec<Option<u16>>,
    classes: usize,
}

/// An array `[rows, classes]` of `i4` with at most a single one in each row.
fn one_hot(place: &str, bytes: &[u8]) -> Result<Classes> {
    let pickle = Pickle::read(place, bytes)?;
    let Some(Object::Array(array)) = pickle.object(pickle.root) else {
        return Err(Error::malformed(place, "holds no array"));
    };
    let (classes, rows) = match array.shape.as_slice() {
        [rows, classes] if array.element == b"i4" && (1..=u16::MAX as usize).contains(classes) => {
            (*classes, *rows)
        }
        _ => return Err(Error::malformed(place, format!("the labels have shape {:?}", array.shape))),
    };
    let words: Vec<i32> = array.words().map(i32::from_le_bytes).collect();
    let mut class = Vec::with_capacity(rows);
    for (row, words) in words.chunks_exact(classes).enumerate() {
        let mut ones = (0..).zip(words).filter(|(_, word)| **word == 1);
        let (first, second) = (ones.next(), ones.next());
        if second.is_some() || words.iter().any(|word| !matches!(word, 0 | 1)) {
            return Err(Error::malformed(format!("{place}, row {row}"), "the label is not one-hot"));
        }
        class.push(first.map(|(class, _)| class));
    }
    Ok(Classes { class, classes })
}

/// The number of nodes, and all entries of a dictionary from each node to the list of its neighbours.
fn adjacency_lists(place: &str, bytes: &[u8]) -> Result<(usize, Vec<(u32, u32)>)> {
    let pickle = Pickle::read(place, bytes)?;
    let Some(Object::Dict(lists)) = pickle.object(pickle.root) else {
        return Err(Error::malformed(place, "holds no dictionary of neighbours"));
    };
    let nodes = lists.len();
    let node = |value: &Value| match value {
        Value::Int(node) if (0..nodes as i64).contains(&i64::from(*node)) => Ok(*node as u32),
        Value::Int(node) => {
            Err(Error::malformed(place, format!("node {node} is outside a graph of {nodes} nodes")))
        }
        _ => Err(Error::malformed(place, "a node that is no number")),
    };
    let mut seen = vec![false; nodes];
    let mut entries = Vec::new();
    for (from, neighbours) in lists {
        let from = node(from)?;
        if std::mem::replace(&mut seen[from as usize], true) {
            return Err(Error::malformed(place, format!("node {from} has two lists of neighbours")));
        }
        let Some(Object::List(neighbours)) = pickle.object(*neighbours) else {
            return Err(Error::malformed(place, format!("node {from} has no list of neighbours")));
        };
        for to in neighbours {
            entries.push((from, node(to)?));
            // Lists may be shared, and so many times as long together as the file.
            if entries.len() > bytes.len() {
                return Err(Error::malformed(place, "more neighbours than the file could hold"));
            }
        }
    }
    Ok((nodes, entries))
}

/// The nodes of `tx`'s rows: distinct, and none that `allx` covers.
fn test_index(place: &str, bytes: &[u8], covered: usize, nodes: usize) -> Result<Vec<u32>> {
    if covered > nodes {
        return Err(Error::malformed(place, format!("`allx` has {covered} rows, the graph {nodes} nodes")));
    }
    let mut seen = vec![false; nodes];
    let mut test = Vec::new();
    for (line, text) in bytes.trim_ascii_end().split(|byte| *byte == b'\n').enumerate() {
        let place = || format!("{place}, line {}", line + 1);
        let text = String::from_utf8_lossy(&text[..text.len().min(40)]);
        let node: u32 = text
            .trim()
            .parse()
            .map_err(|_| Error::malformed(place(), format!("{:?} is no node", text.trim())))?;
        if !(covered..nodes).contains(&(node as usize)) {
            return Err(Error::malformed(place(), format!("node {node} is outside {covered}..{nodes}")));
        }
        if std::mem::replace(&mut seen[node as usize], true) {
            return Err(Error::malformed(place(), format!("node {node} occurs twice")));
        }
        test.push(node);
    }
    Ok(test)
}
