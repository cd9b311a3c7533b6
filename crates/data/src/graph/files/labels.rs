//! The class of each node: a table with a column of nodes and one of classes, or an array with a class a row.

use std::collections::HashMap;
use std::path::Path;

use super::features::node_column;
use super::{FileFormat, LabelRows, RowIds};
use crate::array::{Npz, read_npy};
use crate::error::{Error, Result};
use crate::graph::node_ids::{NodeIds, number};
use crate::separated::Rows;

/// As many as a class's index can tell apart.
const MOST_CLASSES: usize = u16::MAX as usize;

const HINT: &str = "give two columns, the node and its class";

pub(super) fn read(path: &Path) -> Result<LabelRows> {
    let place = path.display().to_string();
    let (ids, classes) = match FileFormat::of(path)? {
        FileFormat::Csv => read_csv(path)?,
        FileFormat::Npy => numbered(read_npy(path)?.values.to_names(), &place)?,
        FileFormat::Npz => {
            let mut archive = Npz::open(path)?;
            let name = archive.names().first().map(|name| (*name).to_owned()).unwrap_or_default();
            let name = if archive.has("labels") { "labels".to_owned() } else { name };
            numbered(archive.get(&name)?.values.to_names(), &place)?
        }
        FileFormat::Json | FileFormat::JsonValues | FileFormat::MatrixMarket => {
            return Err(Error::malformed(place, "is no table of labels").with_hint(HINT));
        }
    };
    let mut names: Vec<&str> = classes.iter().filter(|name| !name.is_empty()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
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
    let class = classes.iter().map(|name| index.get(name.as_str()).copied()).collect();
    let names = names.into_iter().map(str::to_owned).collect();
    Ok(LabelRows { ids, class, names })
}

fn numbered(classes: Option<Vec<String>>, place: &str) -> Result<(RowIds, Vec<String>)> {
    let classes = classes.ok_or_else(|| {
        Error::malformed(place, "holds neither whole numbers nor names")
            .with_hint("give a class for each node")
    })?;
    Ok((RowIds::Numbered(classes.len()), classes))
}

fn read_csv(path: &Path) -> Result<(RowIds, Vec<String>)> {
    let mut rows = Rows::open(path).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    let Some(first) = rows.next()? else {
        return Err(Error::malformed(path.display(), "holds no labels").with_hint(HINT));
    };
    if first.len() < 2 {
        return Err(rows.error("one column, where a node and its class are wanted").with_hint(HINT));
    }
    let (header, node, class) = columns(&first, rows.names_columns());
    let mut ids = NodeIds::default();
    let mut classes = Vec::new();
    let mut next = if header { rows.next()? } else { Some(first) };
    while let Some(fields) = next {
        let name = &fields[node];
        if name.is_empty() {
            return Err(rows.error("an empty column, where a node is wanted").with_hint(HINT));
        }
        if ids.place(&**name) as usize != classes.len() {
            return Err(rows
                .error(format!("node `{name}` has a label already"))
                .with_hint("give each node one"));
        }
        classes.push(fields[class].clone());
        next = rows.next()?;
    }
    if classes.is_empty() {
        return Err(Error::malformed(path.display(), "holds no labels").with_hint(HINT));
    }
    Ok((RowIds::Named(ids), classes))
}

/// Whether the first row is a header, which may be sure, the column of the nodes, and that of their classes: one that is called so, else
/// the last.
fn columns(first: &[String], is_header: bool) -> (bool, usize, usize) {
    const NODE: [&str; 5] = ["id", "node", "node_id", "nodeid", "vertex"];
    const CLASS: [&str; 7] = ["label", "class", "target", "y", "ml_target", "category", "community"];
    let lower: Vec<String> = first.iter().map(|field| field.to_ascii_lowercase()).collect();
    let class = lower.iter().position(|field| CLASS.contains(&field.as_str()));
    let has_node = lower.iter().any(|field| NODE.contains(&field.as_str()));
    // pandas leaves the name of its index empty.
    let header = is_header || class.is_some() || has_node || first[0].is_empty();
    let node = if header { node_column(first) } else { 0 };
    (header, node, class.unwrap_or(first.len() - 1))
}
