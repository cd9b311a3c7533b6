//! What a text is, told by its first lines, where it is more than a list of edges.

use std::collections::HashSet;
use std::path::Path;

use super::metis;
use crate::dialect::{Dialect, sampled_rows, sampled_text};
use crate::error::{Error, Result};
use crate::graph::files::{EdgeReading, FileFormat};
use crate::lines::{Lines, WIDE};
use crate::separated::{Separator, is_comment};

/// The format of a text; `Csv` where it may be a list of edges.
///
/// # Errors
/// If it is of a format that is known and not read.
pub(in crate::graph::files) fn recognise(path: &Path, reading: &EdgeReading) -> Result<FileFormat> {
    let lines =
        Lines::open(path, WIDE).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    if lines.names_columns() {
        return Ok(FileFormat::Csv);
    }
    let (sample, whole) = lines.sample();
    let text = sampled_text(sample);
    if let Some((name, advice)) = foreign(text, path) {
        return Err(Error::malformed(path.display(), format!("is {name}, which is not read here"))
            .with_hint(format!("write it as a list of edges in Python: {advice}")));
    }
    let start = text.trim_start();
    let rows = sampled_rows(text, whole);
    if start.starts_with('<') {
        let lower = start.to_ascii_lowercase();
        if lower.contains("<graphml") || lower.contains("<gexf") || lower.contains(":graphml") {
            return Ok(FileFormat::GraphMl);
        }
        if lower.starts_with("<?xml") || lower.starts_with("<!doctype") || lower.starts_with("<html") {
            return Err(Error::malformed(path.display(), "is XML or a web page, and no GraphML or GEXF")
                .with_hint("the download may have been an error page: fetch the file again"));
        }
    }
    let first = rows.first().map_or("", |row| row.trim());
    let lower = first.to_ascii_lowercase();
    if ["*vertices", "*network", "*description"].iter().any(|word| lower.starts_with(word)) {
        return Ok(FileFormat::Pajek);
    }
    if is_dimacs(&rows) {
        return Ok(FileFormat::Dimacs);
    }
    if is_metis(text, whole) {
        return Ok(FileFormat::Metis);
    }
    let asked = reading.delimiter.as_deref().and_then(Separator::named);
    let dialect = Dialect::of(sample, whole, asked);
    if dialect.dictionaries || dialect.names_separator {
        return Ok(FileFormat::Csv);
    }
    let splitter = dialect.splitter;
    let fields = rows.iter().take(1000).map(|row| {
        let mut fields: Vec<String> =
            splitter.fields(row).unwrap_or_default().into_iter().map(String::from).collect();
        fields.pop_if(|field| field.is_empty());
        fields
    });
    let fields: Vec<Vec<String>> = fields.collect();
    if is_matrix(&fields, whole && rows.len() <= 1000) {
        return Ok(FileFormat::AdjacencyMatrix);
    }
    let chosen = [&reading.source, &reading.target, &reading.weight].iter().any(|column| column.is_some());
    Ok(if !chosen && is_adjacency_list(&fields, text) { FileFormat::AdjacencyList } else { FileFormat::Csv })
}

/// A format that is not read: its name, and how to write a list of edges from it.
fn foreign(text: &str, path: &Path) -> Option<(&'static str, String)> {
    let name = path.display();
    let networkx = |read: &str| {
        format!(
            "import networkx as nx; nx.write_edgelist(nx.{read}({:?}), \"edges.tsv\", delimiter=\"\\t\", data=False)",
            name.to_string()
        )
    };
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or("");
    let lower = first.to_ascii_lowercase();
    let opens = |text: &str| text.split_whitespace().take(400).any(|word| word.starts_with('['));
    let begins_graph = text.lines().any(|line| {
        let line = line.trim();
        line == "graph" || line.strip_prefix("graph").is_some_and(|rest| rest.trim_start().starts_with('['))
    });
    if begins_graph && opens(text) {
        return Some(("GML", networkx("read_gml")));
    }
    let is_dot = matches!(lower.as_str(), "graph" | "digraph" | "strict") && text.contains('{')
        || lower.starts_with("digraph{")
        || lower.starts_with("graph{");
    let body = text.trim_start();
    let after_comment = body.strip_prefix("//").or_else(|| body.strip_prefix("/*"));
    if is_dot
        || (after_comment.is_some()
            && (text.contains("digraph") || text.contains("graph"))
            && text.contains('{'))
    {
        return Some(("DOT, Graphviz's format", networkx("nx_pydot.read_dot")));
    }
    if lower == "dl" || lower.starts_with("dl,") {
        return Some((
            "UCINET's DL",
            "import igraph; igraph.Graph.Read_DL(path).write_ncol(\"edges.txt\", weights=None)".into(),
        ));
    }
    if lower.starts_with("nodedef>") {
        return Some(("GDF, GUESS's format", "in Gephi, or by nx.read_gexf of what it exports".into()));
    }
    if text.starts_with(">>graph6<<") || text.starts_with(">>sparse6<<") {
        return Some(("graph6 or sparse6", networkx("read_graph6")));
    }
    let mut lgl = text.lines().filter(|line| !line.trim().is_empty()).take(1000).peekable();
    let headed = lgl.peek().is_some_and(|line| is_lgl_head(line));
    let lines: Vec<&str> = lgl.collect();
    let heads = lines.iter().filter(|line| is_lgl_head(line)).count();
    let bodies = lines.iter().filter(|line| !line.starts_with('#'));
    let short = bodies.clone().all(|line| matches!(line.split_whitespace().count(), 1 | 2));
    // A comment between the lines of a list of edges tells of nothing; these are many, and each names one node.
    if headed && heads >= 2 && heads + bodies.count() == lines.len() && short && lines.len() > heads {
        return Some((
            "LGL, lines `# node` above its neighbours",
            format!(
                "import igraph; igraph.Graph.Read_Lgl({:?}).write_ncol(\"edges.txt\", weights=None)",
                name.to_string()
            ),
        ));
    }
    None
}

fn is_lgl_head(line: &str) -> bool {
    line.strip_prefix("# ").is_some_and(|name| name.split_whitespace().count() == 1)
}

/// Lines `c`, then one `p`, then `e` or `a`.
fn is_dimacs(rows: &[&str]) -> bool {
    let mut rows =
        rows.iter().map(|row| row.split_whitespace().collect::<Vec<_>>()).skip_while(|words| words[0] == "c");
    let is_problem = rows.next().is_some_and(|words| matches!(words[..], ["p", _, nodes, edges] if nodes.parse::<u64>().is_ok() && edges.parse::<u64>().is_ok()));
    is_problem && rows.next().is_none_or(|words| matches!(words[0], "e" | "a" | "n" | "d" | "c" | "v" | "x"))
}

/// A first line of two to four numbers, `n m`, and n lines that list the nodes 1 to n, 2 m of them where they have no
/// weights. Of a text that is cut off, most lines must list each other.
fn is_metis(text: &str, whole: bool) -> bool {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('%')).collect();
    if !whole {
        lines.pop();
    }
    let Some((first, rest)) = lines.split_first() else { return false };
    let Some(metis::Header { nodes, edges, before, weighted }) = metis::Header::of(first) else {
        return false;
    };
    let numbers = |line: &str| -> Option<Vec<usize>> {
        line.split_whitespace().map(|word| word.parse::<f64>().ok().map(|value| value as usize)).collect()
    };
    let Some(lists) = rest.iter().map(|line| numbers(line)).collect::<Option<Vec<_>>>() else { return false };
    let step = if weighted { 2 } else { 1 };
    let neighbours =
        |list: &[usize]| -> Vec<usize> { list.iter().skip(before).step_by(step).copied().collect() };
    let lists: Vec<Vec<usize>> = lists.iter().map(|list| neighbours(list)).collect();
    if lists.iter().flatten().any(|node| *node == 0 || *node > nodes) {
        return false;
    }
    if whole {
        let blank_at_end = lists.iter().rev().take_while(|list| list.is_empty()).count();
        let fits = lists.len() >= nodes && lists.len() <= nodes + blank_at_end;
        let entries: usize = lists.iter().map(Vec::len).sum();
        return fits && entries == 2 * edges && nodes >= 2;
    }
    let (mut both, mut one) = (0_usize, 0_usize);
    for (at, list) in lists.iter().enumerate() {
        for &other in list.iter().filter(|other| **other <= lists.len()) {
            one += 1;
            both += usize::from(lists[other - 1].contains(&(at + 1)));
        }
    }
    nodes >= lists.len() && one > 0 && 10 * both >= 9 * one
}

/// As many rows as columns of numbers, with names above or beside them or without.
fn is_matrix(rows: &[Vec<String>], all: bool) -> bool {
    let Some(first) = rows.first() else { return false };
    let is_number = |text: &String| text.replace(',', ".").parse::<f32>().is_ok_and(f32::is_finite);
    let headed = first.len() >= 3
        && (first[0].is_empty()
            || first.iter().skip(1).all(|name| !is_number(name))
            || first_row_is_index(rows));
    let body = &rows[usize::from(headed)..];
    let Some(width) = body.first().map(Vec::len) else { return false };
    if width < 3 || body.iter().any(|row| row.len() != width) {
        return false;
    }
    let labelled = headed && (first.len() == width && first[0].is_empty() || first.len() + 1 == width)
        || !body.iter().any(|row| is_number(&row[0]));
    let cells = usize::from(labelled);
    if !body.iter().all(|row| row[cells..].iter().all(|cell| is_number(cell) || cell.is_empty())) {
        return false;
    }
    let columns = width - cells;
    let names_agree = || {
        let above = if first.len() == width { &first[cells..] } else { &first[..] };
        headed
            && labelled
            && body.len() <= above.len()
            && body.iter().zip(above).all(|(row, name)| row[0] == *name)
    };
    if headed && labelled {
        return columns >= 2 && names_agree() && (body.len() == columns || !all);
    }
    if columns < 3 || labelled {
        return false;
    }
    if !all || body.len() != columns {
        // Lists have few columns; so many numbers a line are a matrix, and its reader tells if it is no square.
        return columns > 100 && (!all && body.len() < columns);
    }
    let value =
        |row: usize, column: usize| body[row][column].replace(',', ".").parse::<f64>().unwrap_or(f64::NAN);
    let every = |test: &dyn Fn(usize, usize) -> bool| {
        (0..columns).all(|row| (0..columns).all(|column| test(row, column)))
    };
    let symmetric = every(&|row, column| value(row, column) == value(column, row));
    let empty_diagonal = (0..columns).all(|node| value(node, node) == 0.0);
    let of_ones = every(&|row, column| value(row, column) == 0.0 || value(row, column) == 1.0);
    (symmetric && (empty_diagonal || of_ones)) || (columns > 3 && of_ones) || columns > 10
}

/// Whether a header of numbers counts the columns, as pandas names them, above a first column that counts the rows.
fn first_row_is_index(rows: &[Vec<String>]) -> bool {
    let counts = |texts: &mut dyn Iterator<Item = &String>| {
        (0..).zip(texts).all(|(at, text): (usize, _)| text.parse() == Ok(at))
    };
    rows.len() > 3
        && counts(&mut rows[0].iter())
        && rows[1].len() == rows[0].len() + 1
        && counts(&mut rows[1..].iter().map(|row| &row[0]))
}

/// Lines of unequal width that are no list of edges: some name more than three nodes, or each names a node of its own
/// first and what follows are nodes too. NetworkX's three comments tell where widths do not.
fn is_adjacency_list(rows: &[Vec<String>], text: &str) -> bool {
    let widths: HashSet<usize> = rows.iter().map(Vec::len).collect();
    let is_networkx = text.lines().take(3).all(|line| is_comment(line, false))
        && text.lines().nth(1).is_some_and(|line| line.contains("GMT"));
    // A first row of another width alone is a header.
    let is_even = rows.len() > 2 && rows[1..].iter().all(|row| row.len() == rows[1].len());
    if rows.len() < 2 || widths.len() < 2 || (is_even && !is_networkx) {
        return false;
    }
    if is_networkx && !rows.iter().flatten().any(|field| field.contains(['{', '}'])) {
        return true;
    }
    let heads: HashSet<&str> = rows.iter().filter_map(|row| row.first()).map(String::as_str).collect();
    if heads.len() < rows.len() {
        // Most lists of edges name a node in several lines; an adjacency list does in none.
        return false;
    }
    let most = widths.iter().max().copied().unwrap_or(0);
    let known: HashSet<&str> = rows.iter().flat_map(|row| row.iter().take(2)).map(String::as_str).collect();
    let thirds: Vec<&String> = rows.iter().flat_map(|row| row.iter().skip(2)).collect();
    let are_nodes = thirds.iter().filter(|name| known.contains(name.as_str())).count();
    !thirds.is_empty()
        && (2 * are_nodes >= thirds.len() || most > 5)
        && (most > 3 || are_nodes == thirds.len())
}
