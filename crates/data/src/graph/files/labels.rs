//! The class of each node: a table with a column of nodes and one of classes, or an array with a class a row.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use super::columns::Columns;
use super::features::{in_order, named_rows};
use super::{FileFormat, LabelRows, NodeColumns, RowIds, archive, header};
use crate::array::{Array, Npz, read_npy};
use crate::error::{Error, Result};
use crate::graph::node_ids::{NodeIds, NodeName, number};
use crate::missing::is_missing_name;
use crate::separated::Rows;

/// As many as a class's index can tell apart.
const MOST_CLASSES: usize = u16::MAX as usize;

const HINT: &str = "give two columns, the node and its class";

/// Reads labels; `known` tells whether the graph has a node of this name.
pub(super) fn read(path: &Path, asked: &NodeColumns, known: &dyn Fn(&str) -> bool) -> Result<LabelRows> {
    let place = path.display().to_string();
    let numbered = |classes: Classes, reading: String| Read {
        ids: RowIds::Numbered(classes.of_row.len()),
        classes,
        first_may_be_header: false,
        notes: Vec::new(),
        reading,
        is_asked: false,
    };
    let read = match FileFormat::of(path)? {
        FileFormat::Csv => read_csv(path, asked, known)?,
        FileFormat::Npy => {
            let array = read_npy(path)?;
            numbered(of_array(&array, None, &place)?, format!("an array of {}", array.element))
        }
        FileFormat::Npz => {
            let mut archive = Npz::open(path)?;
            let (name, array, names) = archive::labels(&mut archive)?;
            let classes = of_array(&array, names.as_deref(), &format!("{place}, array `{name}`"))?;
            let read = numbered(classes, format!("the array `{name}` of {}", array.element));
            if archive.has("ids") {
                let place = format!("{place}, array `ids`");
                let ids = named_rows(&archive.get("ids")?.values, read.classes.of_row.len(), &place)?;
                Read { ids: RowIds::Named(ids), ..read }
            } else {
                read
            }
        }
        _ => {
            return Err(Error::malformed(place, "is no table of labels").with_hint(HINT));
        }
    };
    let Read { ids, classes, first_may_be_header, mut notes, reading, is_asked } = read;
    let first = classes.of_row.first().map(|place| classes.names.name(*place).to_string());
    let whose = match &ids {
        RowIds::Named(ids) => ids.names().next().map_or(String::new(), |name| format!(", of `{name}`,")),
        RowIds::Numbered(_) => String::new(),
    };
    let reading = format!("{reading}; the first row{whose} says `{}`", first.unwrap_or_default());
    let Classes { of_row, names: classes } = classes;
    let known: Vec<Cow<str>> = classes.names().map(NodeName::text).collect();
    let known: Vec<&str> = known.iter().map(|name| &**name).collect();
    notes.extend(missing_note(&place, &known, &of_row));
    let mut names: Vec<&str> =
        known.iter().copied().filter(|name| !name.is_empty() && !is_missing_class(name)).collect();
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
    Ok(LabelRows { ids, class, names, first_may_be_header, notes, reading, is_asked })
}

/// Whether a word in the place of a class says that there is none.
fn is_missing_class(name: &str) -> bool {
    name == "?" || is_missing_name(name)
}

/// Says which words are no classes.
fn missing_note(place: &str, known: &[&str], of_row: &[u32]) -> Option<String> {
    let is_missing: Vec<bool> = known.iter().map(|name| is_missing_class(name)).collect();
    let words = known.iter().zip(&is_missing).filter(|(_, is_missing)| **is_missing);
    let words: Vec<String> = words.map(|(name, _)| format!("`{name}`")).collect();
    let rows = of_row.iter().filter(|place| is_missing[**place as usize]).count();
    let (are, rows) = match rows {
        0 => return None,
        1 => ("is", "1 row".to_owned()),
        many => ("are", format!("{many} rows")),
    };
    Some(format!(
        "{place}: {} in {rows} {are} taken for a missing label; a class that is called so needs another name",
        words.join(", ")
    ))
}

/// A file as read, before its classes are put in order.
struct Read {
    ids: RowIds,
    classes: Classes,
    first_may_be_header: bool,
    notes: Vec<String>,
    reading: String,
    is_asked: bool,
}

/// The class of each row as a place among their names.
#[derive(Default)]
struct Classes {
    of_row: Vec<u32>,
    names: NodeIds,
}

/// A class a row, `[nodes]` or `[nodes, 1]`; numbers from 0 may have `titles`.
fn of_array(array: &Array, titles: Option<&[String]>, place: &str) -> Result<Classes> {
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
    let title = |name: NodeName| titles?.get(name.number()? as usize);
    let titled: Option<Vec<&String>> = names.names().map(title).collect();
    let mut classes = NodeIds::default();
    for title in titled.into_iter().flatten() {
        classes.place(&**title);
    }
    // Two numbers of one title would be one class.
    let names = if classes.len() == names.len() { classes } else { names };
    Ok(Classes { of_row, names })
}

/// Nodes and their classes, with a header where the first row says so and names no node.
fn read_csv(path: &Path, asked: &NodeColumns, known: &dyn Fn(&str) -> bool) -> Result<Read> {
    let empty = || Error::malformed(path.display(), "holds no labels").with_hint(HINT);
    let columns = Columns::of(path, known)?.ok_or_else(empty)?;
    let mut rows = columns.rows(path)?;
    let first = columns.first.clone();
    if first.len() < 2 {
        return read_one_column(rows, first, &columns);
    }
    let named = header::node_column(&first);
    let says_so = named.is_some() || first.iter().any(|name| header::heads_classes(name));
    // pandas leaves the name of its index empty.
    let header = columns.surely_named
        || first[0].is_empty()
        || ((says_so || columns.heads_numbers(None)) && !known(&first[named.unwrap_or(0)]));
    let node = columns.node_column(header, asked.node.as_deref(), path)?;
    let class = columns.class_column(node.column, header, asked.label.as_deref(), path)?;
    let notes = rows.notes_of_file().into_iter().chain(node.note).chain(class.note).collect();
    let (node, class) = (node.column, class.column);
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
        return Err(header::alone(&rows, "labels", "`node,label`"));
    }
    let (by, of) = (columns.name(node, header), columns.name(class, header));
    let kind = if header { "with a header" } else { "without a header" };
    let reading = format!("a table {kind}, whose nodes are named by {by} and whose classes by {of}");
    let is_asked = asked.node.as_deref().is_some_and(|name| columns.find(name, header) == Some(node));
    Ok(Read { ids: RowIds::Named(ids), classes, first_may_be_header: !header, notes, reading, is_asked })
}

/// A class a line, in the order of the nodes' numbers, below a word where that heads classes or numbers.
fn read_one_column(mut rows: Rows, first: Vec<String>, columns: &Columns) -> Result<Read> {
    let header = columns.surely_named || header::heads_classes(&first[0]) || columns.heads_numbers(None);
    let mut classes = Classes::default();
    let mut next = if header { rows.next()? } else { Some(first) };
    while let Some(fields) = next {
        classes.of_row.push(classes.names.place(&*fields[0]));
        next = rows.next()?;
    }
    if classes.of_row.is_empty() {
        return Err(header::alone(&rows, "labels", "`label`"));
    }
    let kind = if header { "with a header" } else { "without a header" };
    Ok(Read {
        ids: RowIds::Numbered(classes.of_row.len()),
        notes: vec![in_order(&rows, "one column and so no nodes", "class")],
        classes,
        first_may_be_header: false,
        reading: format!("a column {kind}"),
        is_asked: false,
    })
}
