//! Which arrays of an `.npz` are a graph's edges, features and labels: by the names that SciPy, the sets of gnn-benchmark
//! (Shchur et al., 2018), PyTorch Geometric and people give them.

use crate::array::{Array, Npz, SparseEntries, Values};
use crate::error::{Error, Result};

/// A matrix, and where in the archive it was found.
#[derive(Debug)]
pub(super) struct Matrix {
    pub entries: SparseEntries,
    /// The array, or what the names of its parts begin with; empty for SciPy's own.
    pub name: String,
    /// How it was understood.
    pub reading: String,
}

/// Edges as an archive holds them.
pub(super) enum FoundEdges {
    /// An adjacency matrix.
    Adjacency(Matrix),
    /// A list or a dense adjacency by this name, and the weights of its edges where an array beside it holds some.
    Array { name: String, array: Array, weights: Option<EdgeValues> },
}

/// An array beside a list of edges that holds what may be their weights.
pub(super) struct EdgeValues {
    pub name: String,
    pub shape: Vec<usize>,
    /// One an edge, where it holds one number for each.
    pub values: Option<Vec<f32>>,
}

const EDGES: [&str; 9] =
    ["edges", "edge_index", "edge_list", "edgelist", "adj", "adjacency", "adj_matrix", "A", "links"];
const FEATURES: [&str; 11] = [
    "features",
    "x",
    "X",
    "attr",
    "attr_matrix",
    "attributes",
    "feat",
    "node_features",
    "node_feat",
    "feature",
    "node_attr",
];
const LABELS: [&str; 7] = ["labels", "y", "label", "Y", "class", "classes", "targets"];
const NAMES_OF_LABELS: [&str; 2] = ["class_names", "label_names"];

/// Whether the names of the arrays say edges.
pub(crate) fn holds_edges(archive: &Npz) -> bool {
    let of_sparse =
        ["indptr", "adj_indptr", "adj_data", "adj_indices", "adj_matrix.indptr", "adjacency_indptr", "row"];
    EDGES.iter().filter(|name| name.len() > 1).chain(&of_sparse).any(|name| archive.has(name))
}

/// Whether features and labels of nodes lie beside the edges by names that are known.
pub(crate) fn beside_edges(archive: &Npz) -> [bool; 2] {
    let of_sparse =
        ["attr_indptr", "attr_data", "attr_matrix.indptr", "features_indptr", "x_indptr", "feature_indptr"];
    let features = FEATURES.iter().chain(&of_sparse).any(|name| archive.has(name));
    [features, LABELS.iter().any(|name| archive.has(name))]
}

/// Finds the edges.
///
/// # Errors
/// If none are there by a name that is known, or they are damaged.
pub(super) fn edges(archive: &mut Npz) -> Result<FoundEdges> {
    if let Some(matrix) =
        sparse(archive, &["", "adj_", "adj_matrix.", "adjacency_", "adjacency.", "adj.", "A_"])?
    {
        return Ok(FoundEdges::Adjacency(matrix));
    }
    let name = one_of(archive, &EDGES, "edges", "adj_data, adj_indices, adj_indptr and adj_shape")?;
    let array = archive.get(&name)?;
    // PyTorch Geometric has a row of sources and one of targets; two edges would be taken for a pair a row.
    let array = if name == "edge_index" && array.shape == [2, 2] { array.transposed() } else { array };
    let weights = edge_values(archive, &name, &array)?;
    Ok(FoundEdges::Array { name, array, weights })
}

/// Finds the features.
///
/// # Errors
/// As [`edges`].
pub(super) fn features(archive: &mut Npz) -> Result<Matrix> {
    const PARTS: [&str; 9] =
        ["attr_", "attr_matrix.", "features_", "features.", "feature_", "x_", "x.", "attr.", "feat_"];
    if let Some(matrix) = sparse(archive, &PARTS)? {
        return Ok(matrix);
    }
    if !FEATURES.iter().any(|name| archive.has(name))
        && let Some(matrix) = sparse(archive, &[""])?
    {
        return Ok(matrix);
    }
    let name = one_of(archive, &FEATURES, "features", "attr_data, attr_indices, attr_indptr and attr_shape")?;
    let array = archive.get(&name)?;
    let entries = SparseEntries::from_dense(&array, &format!("{}, array `{name}`", archive.place()))?;
    let reading = format!("the array `{name}` of {}", array.element);
    Ok(Matrix { entries, name, reading })
}

/// Finds the labels: their array's name, the array, and the names of the classes that it numbers, where there are some.
///
/// # Errors
/// As [`edges`].
pub(super) fn labels(archive: &mut Npz) -> Result<(String, Array, Option<Vec<String>>)> {
    let name = one_of(archive, &LABELS, "labels", "a class a node")?;
    let array = archive.get(&name)?;
    // Names that cannot be read, such as Python objects, are no reason to refuse the numbers.
    let known = NAMES_OF_LABELS.iter().find(|name| archive.has(name));
    let names = known.and_then(|name| archive.get(name).ok()).and_then(|names| match names.values {
        Values::Text(names) => Some(names),
        _ => None,
    });
    Ok((name, array, names))
}

/// The only array, or the first of those by these names.
fn one_of(archive: &Npz, known: &[&str], what: &str, parts: &str) -> Result<String> {
    if let Some(name) = known.iter().find(|name| archive.has(name)) {
        return Ok((*name).to_owned());
    }
    let others: Vec<&str> = archive.names().into_iter().filter(|name| *name != "ids").collect();
    if let [only] = others[..] {
        return Ok(only.to_owned());
    }
    let message = format!("which array are the {what}? there are {}", others.join(", "));
    let hint = format!(
        "call it `{what}` (in Python: numpy.savez(other, {what}=numpy.load(path)[name])); {} and {parts} are known too",
        known[1..4].join(", ")
    );
    Err(Error::malformed(archive.place(), message).with_hint(hint))
}

/// A sparse matrix in parts whose names begin with one of these.
fn sparse(archive: &mut Npz, prefixes: &[&str]) -> Result<Option<Matrix>> {
    for prefix in prefixes {
        let has = |part: &str| archive.has(&format!("{prefix}{part}"));
        let (rows, list) = (has("indptr") && has("indices"), has("row") && has("col"));
        let is_sparse = has("data") && has("shape") && has("format");
        if !(rows || list || is_sparse) {
            continue;
        }
        let whose = if prefix.is_empty() { String::new() } else { format!(" in arrays `{prefix}…`") };
        let (entries, format) = if prefix.is_empty() && SparseEntries::is_in(archive) {
            (SparseEntries::read(archive)?, "a sparse matrix of SciPy's")
        } else if rows {
            (SparseEntries::read_parts(archive, prefix, "csr")?, "a sparse matrix by rows (CSR)")
        } else {
            (SparseEntries::read_parts(archive, prefix, "coo")?, "a sparse matrix by entries (COO)")
        };
        let reading = format!("{format}{whose}");
        return Ok(Some(Matrix { entries, name: (*prefix).to_owned(), reading }));
    }
    Ok(None)
}

/// The array of weights beside a list of edges.
fn edge_values(archive: &mut Npz, list: &str, edges: &Array) -> Result<Option<EdgeValues>> {
    const WEIGHTS: [&str; 4] = ["edge_weight", "edge_weights", "weights", "edge_attr"];
    let count = match edges.shape[..] {
        [2, count] if list == "edge_index" => count,
        [count, 2] | [2, count] => count,
        _ => return Ok(None),
    };
    let Some(name) = WEIGHTS.iter().find(|name| archive.has(name)) else { return Ok(None) };
    let array = archive.get(name)?;
    let fits = matches!(array.shape[..], [rows] | [rows, 1] if rows == count);
    let values = array.values.to_f32().filter(|_| fits);
    Ok(Some(EdgeValues { name: (*name).to_owned(), shape: array.shape, values }))
}
