//! The class of each node: a table with a column of nodes and one of classes, or an array with a class a row.

use std::collections::HashMap;
use std::path::Path;

use super::features::named_rows;
use super::{FileFormat, LabelRows, RowIds, header};
use crate::array::{Array, Npz, read_npy};
use crate::error::{Error, Result};
use crate::graph::node_ids::{NodeIds, number};
use crate::separated::Rows;

/// As many as a class's index can tell apart.
const MOST_CLASSES: usize = u16::MAX as usize;

const HINT: &str = "give two columns, the node and its class";

/// Reads labels; `known` tells whether the graph has a node of this name.
pub(super) fn read(path: &Path, known: &dyn Fn(&str) -> bool) -> Result<LabelRows> {
    let place = path.display().to_string();
    let mut first_may_be_header = false;
    let (ids, classes) = match FileFormat::of(path)? {
        FileFormat::Csv => {
            let (ids, classes, headed) = read_csv(path, known)?;
            first_may_be_header = !headed;
            (RowIds::Named(ids), classes)
        }
        FileFormat::Npy => {
            let classes = of_array(&read_npy(path)?, &place)?;
            (RowIds::Numbered(classes.of_row.len()), classes)
        }
        FileFormat::Npz => read_npz(path, &place)?,
        _ => {
            return Err(Error::malformed(place, "is no table of labels").with_hint(HINT));
        }
    };
    let Classes { of_row, names: classes } = classes;
    let known = classes.names();
    let mut names: Vec<&str> = known.iter().copied().filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by_key(|name| number(name));
    }
    if names.is_empty() || names.len() > MOST_CLASSES {
        let message = format!("{} classes; there must be between 1 and {MOST_CLASSES}", names.len());
        return Err(Error::malformed(place, message).with_hint(HINT));
    }
    if let Some(name) = names.iter().find(|name| name.contains(char::is_control)) {
        return Err(Error::malformed(place, format!("the class {name:?} is no text")).with_hint(HINT));
    }
    let index: HashMap<&str, u16> = names.iter().copied().zip(0..).collect();
    let index: Vec<Option<u16>> = known.iter().map(|name| index.get(name).copied()).collect();
    let class = of_row.iter().map(|place| index[*place as usize]).collect();
    let names = names.into_iter().map(str::to_owned).collect();
    Ok(LabelRows { ids, class, names, first_may_be_header })
}

/// The class of each row as a place among their names.
#[derive(Default)]
struct Classes {
    of_row: Vec<u32>,
    names: NodeIds,
}

/// A class a row, `[nodes]` or `[nodes, 1]`.
fn of_array(array: &Array, place: &str) -> Result<Classes> {
    if !matches!(array.shape[..], [_] | [_, 1]) {
        return Err(Error::malformed(
            place,
            format!("an array of {:?} in place of labels, [nodes]", array.shape),
        )
        .with_hint("give a class for each node; of one-hot rows it is labels.argmax(axis=1)"));
    }
    let (names, of_row) = NodeIds::of(&array.values, 0..array.len()).map_err(|_| {
        Error::malformed(place, "labels that are neither whole numbers nor names")
            .with_hint("give a class for each node")
    })?;
    Ok(Classes { of_row, names })
}

/// An array alone or called `labels`, with the nodes' names as `ids` where they have some.
fn read_npz(path: &Path, place: &str) -> Result<(RowIds, Classes)> {
    let mut archive = Npz::open(path)?;
    let others: Vec<&str> = archive.names().into_iter().filter(|name| *name != "ids").collect();
    let name = match others[..] {
        _ if archive.has("labels") => "labels".to_owned(),
        [only] => only.to_owned(),
        _ => {
            let message = format!("which array are the labels? there are {}", others.join(", "));
            return Err(
                Error::malformed(place, message).with_hint("call it `labels`, and the nodes' names `ids`")
            );
        }
    };
    let classes = of_array(&archive.get(&name)?, &format!("{place}, array `{name}`"))?;
    if !archive.has("ids") {
        return Ok((RowIds::Numbered(classes.of_row.len()), classes));
    }
    let place = format!("{place}, array `ids`");
    let ids = named_rows(&archive.get("ids")?.values, classes.of_row.len(), &place)?;
    Ok((RowIds::Named(ids), classes))
}

/// Nodes, their classes, and whether the first row named the columns: it does where it says so and names no node.
fn read_csv(path: &Path, known: &dyn Fn(&str) -> bool) -> Result<(NodeIds, Classes, bool)> {
    let mut rows = Rows::open(path).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    let Some(first) = rows.next()? else {
        return Err(Error::malformed(path.display(), "holds no labels").with_hint(HINT));
    };
    if first.len() < 2 {
        return Err(rows.error("one column, where a node and its class are wanted").with_hint(HINT));
    }
    let (node_column, class_column) = (header::node_column(&first), header::class_column(&first));
    // pandas leaves the name of its index empty.
    let says_so = node_column.is_some() || class_column.is_some();
    let header =
        rows.names_columns() || first[0].is_empty() || (says_so && !known(&first[node_column.unwrap_or(0)]));
    let (node, class) = match header {
        true => (node_column.unwrap_or(0), class_column.unwrap_or(first.len() - 1)),
        false => (0, first.len() - 1),
    };
    let mut ids = NodeIds::default();
    let mut classes = Classes::default();
    let mut next = if header { rows.next()? } else { Some(first) };
    while let Some(fields) = next {
        let name = &fields[node];
        if name.is_empty() {
            return Err(rows.error("an empty column, where a node is wanted").with_hint(HINT));
        }
        if ids.place(&**name) as usize != classes.of_row.len() {
            return Err(rows
                .error(format!("node `{name}` has a label already"))
                .with_hint("give each node one"));
        }
        classes.of_row.push(classes.names.place(&*fields[class]));
        next = rows.next()?;
    }
    if classes.of_row.is_empty() {
        return Err(Error::malformed(path.display(), "holds no labels").with_hint(HINT));
    }
    Ok((ids, classes, header))
}
