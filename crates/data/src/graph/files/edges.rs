//! Edges in any format.

use std::path::Path;

use super::archive::{self, EdgeValues, FoundEdges};
use super::formats::Recognised;
use super::sides::check_format;
use super::{Bipartite, EdgeReading, Edges, FileFormat, Weights, formats, matrix_market};
use crate::array::{Array, Npz, SparseEntries, Values, read_npy};
use crate::error::{Error, Result};
use crate::graph::node_ids::{NodeIds, NodeName};
use crate::graph::structure::is_weight;
use crate::graph::{FileCounts, edge_list};
use crate::memory;

/// What an edge of an array takes on its way into a graph: its ends here, as entries, as pairs, and both ways with values.
const BYTES_OF_EDGE: u64 = 8 + 8 + 8 + 16;

const NO_WEIGHTS_HINT: &str = "data.weights=none or auto reads the edges without weights";

fn without_weights(place: &str) -> Error {
    Error::malformed(place, "holds no weights, which data.weights=third-column asks for")
        .with_hint(NO_WEIGHTS_HINT)
}

const HINT: &str = "give pairs [edges, 2] or a square matrix [nodes, nodes]";

pub(super) fn read(
    path: &Path,
    format: Option<FileFormat>,
    weights: Weights,
    reading: &EdgeReading,
) -> Result<Edges> {
    let Recognised { format, doubt } = match format {
        Some(format) => format.into(),
        None => match FileFormat::of(path)? {
            FileFormat::Csv => formats::recognise(path, reading)?,
            format => format.into(),
        },
    };
    let is_sided = reading.bipartite == Bipartite::Sides;
    for (is_asked, key) in [(reading.directed, "data.directed"), (is_sided, "data.bipartite")] {
        if is_asked {
            check_format(path, format, key)?;
        }
    }
    if let Some(edges) = formats::read(path, format, weights, reading) {
        let mut edges = edges?;
        edges.notes.splice(0..0, doubt);
        return Ok(edges);
    }
    let place = path.display().to_string();
    let file = |bytes| FileCounts::Array { file: format, bytes };
    match format {
        FileFormat::Csv => {
            let mut edges = edge_list::read(path, weights, reading)?;
            if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("_A.txt")) {
                edges.notes.push(
                    "the name is that of a TU collection of graphs, DS_A.txt: all its graphs are read as one, whose nodes count from 1"
                        .into(),
                );
            }
            Ok(edges)
        }
        FileFormat::Json | FileFormat::JsonValues => {
            Err(Error::malformed(place, "is JSON, where edges are wanted")
                .with_hint(format!(
                    "features may be JSON; write edges in Python, of NetworkX's JSON: import json, networkx as nx; \
                     nx.write_edgelist(nx.node_link_graph(json.load(open({:?}))), \"edges.tsv\", delimiter=\"\\t\", data=False)",
                    path.display().to_string()
                )))
        }
        FileFormat::MatrixMarket => {
            let matrix_market::Matrix { entries, has_values, bytes, mut notes, symmetric } =
                matrix_market::read(path)?;
            let [rows, columns] = entries.shape;
            if reading.directed && (symmetric || rows != columns) {
                let (what, hint) = match symmetric {
                    true => ("a symmetric matrix, whose edges have no direction".to_owned(), "leave it out"),
                    false => (format!("a matrix of {rows} x {columns}, no adjacency"), "data.bipartite=true keeps rows and columns apart"),
                };
                return Err(Error::malformed(place, format!("is {what}, and data.directed=true asks for one")).with_hint(hint));
            }
            if symmetric && is_sided {
                return Err(Error::malformed(place, "is a symmetric matrix, whose rows and columns are the same nodes, and data.bipartite=true asks for two sides")
                    .with_hint("write the rows of one kind of nodes and the columns of the other as a general matrix"));
            }
            let bipartite = match reading.bipartite {
                Bipartite::Auto => rows != columns,
                Bipartite::Yes | Bipartite::Sides => true,
                Bipartite::No => false,
            };
            if !bipartite {
                let edges = of_matrix(entries, has_values, weights, &place, file(bytes))?;
                return Ok(Edges { first: 1, notes, ..edges });
            }
            if reading.bipartite == Bipartite::Auto {
                notes.push(format!(
                    "a matrix of {rows} x {columns} is no adjacency, and is read as a bipartite graph: rows are the nodes left:1 … and \
                     columns right:1 …; data.bipartite=no refuses it"
                ));
            }
            let edges = of_matrix(in_one_square(entries), has_values, weights, &place, file(bytes))?;
            Ok(Edges { ids: two_sides([rows, columns], 1), notes, ..edges })
        }
        FileFormat::AdjacencyList
        | FileFormat::AdjacencyMatrix
        | FileFormat::Metis
        | FileFormat::Dimacs
        | FileFormat::Pajek
        | FileFormat::GraphMl => unreachable!("these were read before"),
        FileFormat::Npy => {
            let edges = of_array(read_npy(path)?, weights, is_sided, &place, file(bytes(path)?))?;
            with_values(edges, None, weights, &place)
        }
        FileFormat::Npz => {
            let mut archive = Npz::open(path)?;
            let counts = file(archive.bytes());
            match archive::edges(&mut archive)? {
                FoundEdges::Adjacency(archive::Matrix { entries, name, .. }) => {
                    let place = if name.is_empty() { place } else { format!("{place}, arrays `{name}…`") };
                    of_either_matrix(entries, is_sided, weights, &place, counts)
                }
                FoundEdges::Array { name, array, weights: values } => {
                    let is_list = array.shape.first() != array.shape.get(1) || name == "edge_index";
                    let mut edges = of_array(array, weights, is_sided, &format!("{place}, array `{name}`"), counts)?;
                    if is_list {
                        number_nodes(&mut archive, &mut edges.ids, &place)?;
                    }
                    with_values(edges, values, weights, &place)
                }
            }
        }
    }
}

/// Takes in the nodes without an edge that PyTorch Geometric's `num_nodes` tells of, where nodes are numbers below it.
fn number_nodes(archive: &mut Npz, ids: &mut NodeIds, place: &str) -> Result<()> {
    if !archive.has("num_nodes") {
        return Ok(());
    }
    let count = archive.get("num_nodes")?.values.to_f64().and_then(|values| values.first().copied());
    let Some(count) = count.filter(|count| count.fract() == 0.0 && (1.0..1e9).contains(count)) else {
        return Ok(());
    };
    let count = count as u64;
    if ids.names().any(|name| name.number().is_none_or(|number| number >= count)) {
        return Ok(());
    }
    memory::require(place, format!("{count} nodes"), 200 * count)?;
    (0..count).for_each(|node| {
        ids.place_of_number(node);
    });
    Ok(())
}

fn bytes(path: &Path) -> Result<u64> {
    Ok(std::fs::metadata(path).map_err(|error| Error::io(path, error))?.len())
}

/// A matrix whose columns are nodes of their own, after those of its rows.
pub(super) fn in_one_square(matrix: SparseEntries) -> SparseEntries {
    let SparseEntries { shape: [rows, columns], mut entries } = matrix;
    entries.iter_mut().for_each(|(_, column, _)| *column += rows as u32);
    SparseEntries { shape: [rows + columns, rows + columns], entries }
}

/// Edges of an adjacency matrix, or of one whose rows are the nodes of one side and whose columns are those of the other.
fn of_either_matrix(
    matrix: SparseEntries,
    is_sided: bool,
    weights: Weights,
    place: &str,
    file: FileCounts,
) -> Result<Edges> {
    if !is_sided {
        return of_matrix(matrix, true, weights, place, file);
    }
    let ids = two_sides(matrix.shape, 0);
    Ok(Edges { ids, ..of_matrix(in_one_square(matrix), true, weights, place, file)? })
}

/// The names of the nodes of a bipartite graph, which count from 0 or 1.
fn two_sides([rows, columns]: [usize; 2], first: usize) -> NodeIds {
    let mut ids = NodeIds::default();
    let names = (first..first + rows)
        .map(|row| format!("left:{row}"))
        .chain((first..first + columns).map(|column| format!("right:{column}")));
    names.for_each(|name| {
        ids.place(name);
    });
    ids
}

/// Edges of an adjacency matrix: node by row and column.
pub(super) fn of_matrix(
    matrix: SparseEntries,
    has_values: bool,
    weights: Weights,
    place: &str,
    file: FileCounts,
) -> Result<Edges> {
    let [rows, columns] = matrix.shape;
    if rows != columns {
        let message = format!("a matrix of {rows} x {columns} is no adjacency");
        return Err(Error::malformed(place, message).with_hint(HINT));
    }
    let mut entries = matrix.entries;
    entries.retain(|(.., value)| *value != 0.0);
    if entries.is_empty() {
        return Err(Error::malformed(place, "holds no edge").with_hint(HINT));
    }
    if !has_values && weights == Weights::ThirdColumn {
        return Err(without_weights(place));
    }
    let weighted = match weights {
        Weights::None => false,
        Weights::ThirdColumn => true,
        Weights::Auto => has_values && entries.iter().any(|(.., value)| *value != 1.0),
    };
    let first = usize::from(matches!(file, FileCounts::Array { file: FileFormat::MatrixMarket, .. }));
    let mut ids = NodeIds::default();
    for node in first..first + rows {
        ids.place_of_number(node as u64);
    }
    let values = weighted.then(|| entries.iter().map(|(.., value)| *value).collect::<Vec<f32>>());
    if let Some((at, value)) = values.iter().flatten().enumerate().find(|(_, value)| !is_weight(**value)) {
        let (row, column, _) = entries[at];
        let has_diagonal = entries.iter().any(|(row, column, _)| row == column);
        let is_laplacian =
            has_diagonal && entries.iter().all(|(row, column, value)| (row == column) == (*value > 0.0));
        if is_laplacian && *value < 0.0 {
            return Err(Error::malformed(place, "is a Laplacian: its entries are negative beside the diagonal")
                .with_hint("data.weights = \"none\" reads the graph; with weights it is scipy.sparse.diags(L.diagonal()) - L"));
        }
        let place = format!("{place}, row {}, column {}", row as usize + first, column as usize + first);
        return Err(Error::malformed(place, format!("{value} is no weight"))
            .with_hint("weights are finite and above 0; data.weights = \"none\" ignores them"));
    }
    let entries = entries.iter().map(|&(row, column, _)| (row, column)).collect();
    Ok(Edges { ids, first: 0, entries, weights: values, file, notes: Vec::new(), first_line: None })
}

/// Edges of an array: `[edges, 2]`, `[edges, 3]` with weights, `[2, edges]` or `[nodes, nodes]`.
fn of_array(array: Array, weights: Weights, is_sided: bool, place: &str, file: FileCounts) -> Result<Edges> {
    let (rows, columns) = match array.shape[..] {
        [rows, columns] => (rows, columns),
        _ => {
            let message = format!("an array of {:?} is no list of edges", array.shape);
            return Err(Error::malformed(place, message).with_hint(HINT));
        }
    };
    if array.is_empty() {
        return Err(Error::malformed(place, "holds no edge").with_hint(HINT));
    }
    // What so few rows of three columns are cannot be told: two are taken for `[2, edges]`, and three for an adjacency.
    let is_list = columns == 2 || (columns == 3 && rows != 2 && rows != 3);
    if !is_list && rows == columns {
        let matrix = SparseEntries::from_dense(&array, place)?;
        let mut edges = of_either_matrix(matrix, is_sided, weights, place, file)?;
        if may_be_picture(&array, rows) {
            edges.notes.push(format!(
                "a square array of bytes, {rows} x {rows}, is read as an adjacency matrix, though its values are more than 0 and 1 and \
                 it may be a picture; --kind images reads pictures, [pictures, {rows}, {rows}]"
            ));
        }
        return Ok(edges);
    }
    let (edges, stride, step) = match (is_list, rows) {
        (true, _) => (rows, columns, 1),
        (false, 2) => (columns, 1, columns),
        _ => {
            let message = format!("an array of {rows} x {columns} is no list of edges");
            return Err(Error::malformed(place, message).with_hint(HINT));
        }
    };
    let weight_column = is_list && columns == 3 && weights != Weights::None;
    memory::require(place, format!("a graph of {edges} edges"), edges as u64 * BYTES_OF_EDGE)?;
    let end = |at: usize| (at / 2) * stride + (at % 2) * step;
    let (ids, ends) = NodeIds::of(&array.values, (0..2 * edges).map(end)).map_err(|_| {
        Error::malformed(place, "an end of an edge is neither a whole number nor a name").with_hint(HINT)
    })?;
    let blame = |node: usize, message: String| {
        let edge = ends.iter().position(|end| *end as usize == node).unwrap_or(0) / 2;
        Error::malformed(format!("{place}, edge {edge}"), message).with_hint(HINT)
    };
    let is_negative = |name: NodeName| match name {
        NodeName::Number(_) => false,
        NodeName::Word(word) => word.strip_prefix('-').is_some_and(|rest| rest.parse::<u64>().is_ok()),
    };
    if let Some(node) = ids.names().position(is_negative) {
        return Err(blame(node, format!("node {} is negative", ids.name(node as u32))));
    }
    if let Some(node) = ids.names().position(NodeName::is_no_text) {
        return Err(blame(node, "an end without a name, or with one that is no text".into()));
    }
    let entries = ends.chunks_exact(2).map(|ends| (ends[0], ends[1])).collect();
    let weights: Option<Vec<f32>> =
        if weight_column { (0..edges).map(|edge| array.values.single(3 * edge + 2)).collect() } else { None };
    if let Some((edge, value)) = weights.iter().flatten().enumerate().find(|(_, value)| !is_weight(**value)) {
        return Err(Error::malformed(format!("{place}, edge {edge}"), format!("{value} is no weight"))
            .with_hint("weights are finite and above 0; data.weights = \"none\" ignores them"));
    }
    Ok(Edges { ids, first: 0, entries, weights, file, notes: Vec::new(), first_line: None })
}

/// Whether a square array looks like a picture: of bytes, some above 1, and not the same both ways.
fn may_be_picture(array: &Array, side: usize) -> bool {
    let Values::Bytes(bytes) = &array.values else { return false };
    let is_adjacency = (0..side).all(|row| {
        bytes[row * side + row] == 0
            && (0..row).all(|column| bytes[row * side + column] == bytes[column * side + row])
    });
    !is_adjacency && bytes.iter().any(|byte| *byte > 1)
}

/// The edges with the weights that an array beside theirs holds, where they are such and are wanted.
fn with_values(mut edges: Edges, values: Option<EdgeValues>, weights: Weights, place: &str) -> Result<Edges> {
    let has_weights = edges.weights.is_some() || weights == Weights::None;
    let Some(EdgeValues { name, shape, values }) = values.filter(|_| !has_weights) else {
        return match weights == Weights::ThirdColumn && !has_weights {
            true => Err(without_weights(place)),
            false => Ok(edges),
        };
    };
    let Some(values) = values else {
        let count = edges.entries.len();
        let message = format!("the array `{name}` of {shape:?} holds no number for each of {count} edges");
        if weights == Weights::ThirdColumn {
            return Err(Error::malformed(place, message).with_hint(NO_WEIGHTS_HINT));
        }
        edges.notes.push(format!("{message}, and is not read; data.weights=none ignores weights"));
        return Ok(edges);
    };
    let wrong = values.iter().position(|value| !is_weight(*value));
    if let Some(edge) = wrong {
        let message = format!("{} is no weight", values[edge]);
        return Err(Error::malformed(format!("{place}, array `{name}`, edge {edge}"), message)
            .with_hint("weights are finite and above 0; data.weights = \"none\" ignores them"));
    }
    let is_weighted = weights == Weights::ThirdColumn || values.iter().any(|value| *value != 1.0);
    Ok(Edges { weights: is_weighted.then_some(values), ..edges })
}
