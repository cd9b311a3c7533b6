//! Features as text: a row for each node, or a line for each feature that a node has.

use std::path::Path;

use super::columns::{Columns, is_word};
use super::features::in_order;
use super::{FeatureRows, NodeColumns, RowIds, header};
use crate::array::SparseEntries;
use crate::error::{Error, Result};
use crate::graph::node_ids::NodeIds;
use crate::separated::{CELL_HINT, Rows, separate_names};

/// The largest whole number up to which single precision has all.
const EXACT: f64 = 16_777_216.0;

/// A column of nodes and one for each feature; or, where the header says `node,feature` or `node,feature,value`, one
/// feature of one node a line. Of a file that has the labels too, the class is no feature.
pub(super) fn read(
    path: &Path,
    asked: &NodeColumns,
    has_labels: bool,
    nodes: usize,
    in_edges: &dyn Fn(&str) -> bool,
) -> Result<FeatureRows> {
    let empty =
        || Error::malformed(path.display(), "holds no features").with_hint("give a row for each node");
    let columns = Columns::of(path, in_edges)?.ok_or_else(empty)?;
    let rows = columns.rows(path)?;
    let first = columns.first.clone();
    if first.len() < 2 {
        return Err(rows
            .error("one column, where a node and its features are wanted")
            .with_hint("give the node first, and then its features"));
    }
    let is_header = columns.surely_named || is_header(&columns, in_edges);
    if is_header && header::is_feature_a_line(&first) {
        return read_long(rows, first.len());
    }
    let names: Vec<String> =
        if is_header { first.clone() } else { (1..=first.len()).map(|column| column.to_string()).collect() };
    if is_header {
        separate_names(&names, &rows)?;
    }
    let choice = columns.node_column(is_header, asked.node.as_deref(), path)?;
    let is_of_tu =
        path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("_node_attributes.txt"));
    let why = match is_of_tu {
        true => Some("the name of the attributes of a TU collection"),
        false => columns.names_no_nodes(choice.column, is_header, nodes),
    };
    let why = why.filter(|_| asked.node.is_none());
    let node = why.is_none().then_some(choice.column);
    let mut notes: Vec<String> = match why {
        None if asked.node.is_none() && choice.note.is_none() => {
            columns.doubt_of_names(choice.column, is_header, path).into_iter().collect()
        }
        None => choice.note.into_iter().collect(),
        Some(why) => vec![in_order(&rows, why, "features")],
    };
    notes.extend(rows.notes_of_file());
    let class = match (has_labels, node) {
        (true, Some(node)) => {
            Some(columns.class_column(node, is_header, asked.label.as_deref(), path)?.column)
        }
        _ => None,
    };
    let left_out = left_out(&columns, is_header, [node, class], path, &mut notes);
    let kept: Vec<usize> =
        (0..names.len()).filter(|column| Some(*column) != node && !left_out.contains(column)).collect();
    let mut table = Table { rows, names: &names, kept: &kept, rounded: vec![None; kept.len()] };
    let mut ids = NodeIds::default();
    let mut entries = Vec::new();
    let mut next = if is_header { table.rows.next()? } else { Some(first) };
    let mut count = 0;
    while let Some(fields) = next {
        let row = match node {
            Some(node) => new_row(&table.rows, &mut ids, &fields[node])?,
            None => count,
        };
        table.add(row, &fields, &mut entries)?;
        count += 1;
        next = table.rows.next()?;
    }
    if count == 0 {
        return Err(header::alone(&table.rows, "features", "`node,x,y`"));
    }
    notes.extend(table.rounding_note());
    let matrix = SparseEntries { shape: [count as usize, kept.len()], entries };
    let by = node.map(|node| format!(", whose nodes are named by {}", columns.name(node, is_header)));
    let reading = format!("a table{}{}", by.unwrap_or_default(), header_in_words(is_header));
    let is_asked =
        node.is_some() && asked.node.as_deref().is_some_and(|name| columns.find(name, is_header) == node);
    let names = is_header.then(|| kept.iter().map(|&column| names[column].clone()).collect());
    let rows = FeatureRows { names, notes, is_asked, ..FeatureRows::of(matrix, reading) };
    Ok(match node {
        Some(_) => FeatureRows { ids: RowIds::Named(ids), ..rows },
        None => rows,
    })
}

fn header_in_words(is_header: bool) -> &'static str {
    if is_header { ", with a header" } else { ", without a header" }
}

/// Columns that are no features: the class, indices besides the nodes' ids, and words at the end or under a name of classes,
/// where all others are numbers.
fn left_out(
    columns: &Columns,
    header: bool,
    [node, class]: [Option<usize>; 2],
    path: &Path,
    notes: &mut Vec<String>,
) -> Vec<usize> {
    let width = columns.first.len();
    let others = || (0..width).filter(|column| ![node, class].contains(&Some(*column)));
    let mut left_out: Vec<usize> = others().filter(|column| columns.is_index(*column, header)).collect();
    if left_out.len() == others().count() {
        left_out.clear();
    }
    let mut note = |column: usize, why: &str| {
        let called = columns.name(column, header);
        notes.push(format!("{}: {called} {why}", path.display()));
    };
    for &column in &left_out {
        note(column, "numbers the rows, and is left out of the features; call it by another name to keep it");
    }
    if let Some(class) = class {
        note(class, "is the class, and no feature");
        left_out.push(class);
    }
    let words: Vec<usize> = others().filter(|column| !columns.is_of_numbers(*column)).collect();
    if let [column] = words[..]
        && others().count() > 1
        && columns.is_of_words(column)
        && (column + 1 == width || (header && header::heads_classes(&columns.first[column])))
    {
        note(
            column,
            "holds words, as classes are, and is left out of the features; give the file as labels too to have them, or \
             encode them as numbers",
        );
        left_out.push(column);
    }
    left_out
}

/// Rows on their way to features.
struct Table<'a> {
    rows: Rows,
    names: &'a [String],
    /// The columns that are features.
    kept: &'a [usize],
    /// Two values of a feature that single precision cannot tell apart.
    rounded: Vec<Option<(f64, bool)>>,
}

impl Table<'_> {
    fn add(&mut self, row: u32, fields: &[String], entries: &mut Vec<(u32, u32, f32)>) -> Result<()> {
        for (feature, &column) in self.kept.iter().enumerate() {
            let text = &fields[column];
            let value = self.rows.number(text, &self.names[column])?;
            if f64::from(value.abs()) > EXACT {
                let exact: f64 = text.parse().unwrap_or_default();
                match &mut self.rounded[feature] {
                    Some((seen, is_lost)) => *is_lost |= *seen != exact && *seen as f32 == value,
                    unseen => *unseen = Some((exact, false)),
                }
            }
            if value != 0.0 {
                entries.push((row, feature as u32, value));
            }
        }
        Ok(())
    }

    fn rounding_note(&self) -> Option<String> {
        let lost = self.rounded.iter().position(|rounded| matches!(rounded, Some((_, true))))?;
        Some(format!(
            "{}: values of the feature `{}` are so large and so close that single precision cannot tell some apart; \
             subtract the smallest from all",
            self.rows.path().display(),
            self.names[self.kept[lost]]
        ))
    }
}

fn read_long(mut rows: Rows, width: usize) -> Result<FeatureRows> {
    let (mut ids, mut features) = (NodeIds::default(), NodeIds::default());
    let mut entries = Vec::new();
    while let Some(fields) = rows.next()? {
        if fields[0].is_empty() || fields[1].is_empty() {
            return Err(rows
                .error("an empty column, where a node and a feature are wanted")
                .with_hint(CELL_HINT));
        }
        let value = if width == 3 { rows.number(&fields[2], "value")? } else { 1.0 };
        entries.push((ids.place(&*fields[0]), features.place(&*fields[1]), value));
    }
    if entries.is_empty() {
        return Err(header::alone(&rows, "features", "`node,feature,value`"));
    }
    let (names, place_of) = features.ordered();
    for (_, feature, _) in &mut entries {
        *feature = place_of[*feature as usize];
    }
    let places = |entry: &(u32, u32, f32)| (entry.0, entry.1);
    entries.sort_by_key(places);
    if let Some(pair) = entries.windows(2).find(|pair| places(&pair[0]) == places(&pair[1])) {
        let (node, feature) = (ids.name(pair[0].0), &names[pair[0].1 as usize]);
        let message = format!("feature `{feature}` of node `{node}` is given twice");
        return Err(Error::malformed(rows.path().display(), message).with_hint("give each once"));
    }
    let matrix = SparseEntries { shape: [ids.len(), names.len()], entries };
    let reading = "a feature of a node a line, with a header".to_owned();
    Ok(FeatureRows { ids: RowIds::Named(ids), names: Some(names), ..FeatureRows::of(matrix, reading) })
}

fn new_row(rows: &Rows, ids: &mut NodeIds, name: &str) -> Result<u32> {
    if name.is_empty() {
        return Err(rows
            .error("an empty column, where a node is wanted")
            .with_hint("name a node in each row"));
    }
    let known = ids.len();
    let row = ids.place(name);
    if row as usize != known {
        return Err(rows
            .error(format!("node `{name}` has a row already"))
            .with_hint("give each node one row"));
    }
    Ok(row)
}

/// A first row names the columns where it has a word above numbers, or where the node has no name. So it does where the
/// node is called so, or where a word goes before the numbers from 0, as pandas numbers columns, unless the word is a node
/// of the graph.
fn is_header(columns: &Columns, in_edges: &dyn Fn(&str) -> bool) -> bool {
    let (node, features) = (&columns.first[0], &columns.first[1..]);
    let in_order = || (0..).zip(features).all(|(column, field): (usize, _)| field.parse() == Ok(column));
    let counts = features.len() > 1 && node.parse::<f64>().is_err() && in_order();
    let heads = counts || header::node_column(&columns.first).is_some();
    let all_words = features.iter().all(|field| is_word(field)) && !in_edges(node);
    node.is_empty()
        || columns.counts_over_fractions()
        || (heads && !in_edges(node))
        || columns.heads_numbers(Some(0))
        || all_words
}
