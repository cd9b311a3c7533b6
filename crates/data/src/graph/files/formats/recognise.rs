//! What a text is, told by its first lines, where it is more than a list of edges.

use std::collections::HashSet;
use std::path::Path;

use super::matrix_shape::{MatrixShape, sampled_columns};
use super::{look_alikes, metis};
use crate::dialect::{Dialect, sampled_rows, sampled_text};
use crate::error::{Error, Result};
use crate::graph::files::{EdgeReading, FileFormat};
use crate::lines::{Lines, WIDE};
use crate::separated::{Separator, is_comment};

/// What a text was found to be.
pub(in crate::graph::files) struct Recognised {
    pub format: FileFormat,
    /// What was guessed, where it may be something else.
    pub doubt: Option<String>,
}

impl From<FileFormat> for Recognised {
    fn from(format: FileFormat) -> Self {
        Self { format, doubt: None }
    }
}

/// The format of a text; `Csv` where it may be a list of edges.
///
/// # Errors
/// If it is of a format that is known and not read.
pub(in crate::graph::files) fn recognise(path: &Path, reading: &EdgeReading) -> Result<Recognised> {
    let lines =
        Lines::open(path, WIDE).map_err(|error| error.or_hint("the file must exist and be readable"))?;
    if lines.names_columns() {
        return Ok(FileFormat::Csv.into());
    }
    let (sample, whole) = lines.sample();
    let text = sampled_text(sample);
    if let Some((name, advice)) = foreign(text, path) {
        return Err(Error::malformed(path.display(), format!("is {name}, which is not read here"))
            .with_hint(format!("write it as a list of edges{advice}")));
    }
    let start = text.trim_start();
    let rows = sampled_rows(text, whole);
    if start.starts_with('<') {
        let lower = start.to_ascii_lowercase();
        if lower.contains("<graphml") || lower.contains("<gexf") || lower.contains(":graphml") {
            return Ok(FileFormat::GraphMl.into());
        }
        if lower.starts_with("<?xml") || lower.starts_with("<!doctype") || lower.starts_with("<html") {
            return Err(Error::malformed(path.display(), "is XML or a web page, and no GraphML or GEXF")
                .with_hint("the download may have been an error page: fetch the file again"));
        }
    }
    let first = rows.first().map_or("", |row| row.trim());
    let lower = first.to_ascii_lowercase();
    if ["*vertices", "*network", "*description"].iter().any(|word| lower.starts_with(word)) {
        return Ok(FileFormat::Pajek.into());
    }
    if is_dimacs(&rows) {
        return Ok(FileFormat::Dimacs.into());
    }
    if is_metis(text, whole) {
        // Of lists, all lines below the first have as many columns, and two or more.
        let widths: HashSet<usize> = rows[1..].iter().map(|row| row.split_whitespace().count()).collect();
        let may_be_list = widths.len() == 1 && !widths.contains(&1);
        let doubt = may_be_list.then(|| {
            "the file is read in METIS's format: the first line tells how many nodes and edges there are, and each other line \
             lists the neighbours of a node; data.edges_format=csv reads two nodes a line"
                .to_owned()
        });
        return Ok(Recognised { format: FileFormat::Metis, doubt });
    }
    let asked = reading.delimiter.as_deref().and_then(Separator::named);
    let dialect = Dialect::of_edges(sample, whole, asked);
    if dialect.dictionaries || dialect.names_separator {
        return Ok(FileFormat::Csv.into());
    }
    if look_alikes::is_list_after_colons(&rows) {
        return Ok(FileFormat::AdjacencyList.into());
    }
    let (columns, all) = sampled_columns(sample, whole, &dialect);
    let chosen = [&reading.source, &reading.target, &reading.weight].iter().any(|column| column.is_some());
    if !chosen && let Some(like) = look_alikes::of(&columns, all, text) {
        return Err(Error::malformed(path.display(), like.name).with_hint(like.hint));
    }
    if let Some(shape) = MatrixShape::of(&columns, all) {
        let doubt = (!shape.is_sure).then(|| {
            "the file is read as an adjacency matrix, a row of numbers a node; data.edges_format=csv reads two nodes a line"
                .to_owned()
        });
        return Ok(Recognised { format: FileFormat::AdjacencyMatrix, doubt });
    }
    if chosen || !is_adjacency_list(&columns, text) {
        return Ok(FileFormat::Csv.into());
    }
    // Lists of edges have few columns beside the two ends.
    let may_be_list = columns.iter().all(|row| row.len() <= 5);
    let doubt = (may_be_list && !is_networkx(text)).then(|| {
        "lines have unequal numbers of columns, and each is read as a node and its neighbours; data.edges_format=csv reads the \
         first two columns as an edge"
            .to_owned()
    });
    Ok(Recognised { format: FileFormat::AdjacencyList, doubt })
}

/// A format that is not read: its name, and how to write a list of edges from it.
fn foreign(text: &str, path: &Path) -> Option<(&'static str, String)> {
    let name = path.display();
    let with = |read: &str, more: &str| {
        format!(
            " in Python: import networkx as nx; nx.write_edgelist(nx.{read}({:?}{more}), \"edges.tsv\", delimiter=\"\\t\", data=False)",
            name.to_string()
        )
    };
    let networkx = |read: &str| with(read, "");
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or("");
    let lower = first.to_ascii_lowercase();
    let opens = |text: &str| text.split_whitespace().take(400).any(|word| word.starts_with('['));
    let begins_graph = text.lines().any(|line| {
        let line = line.trim();
        line == "graph" || line.strip_prefix("graph").is_some_and(|rest| rest.trim_start().starts_with('['))
    });
    if begins_graph && opens(text) {
        let has_labels = text.split_whitespace().any(|word| word == "label");
        return Some((
            "GML",
            if has_labels { networkx("read_gml") } else { with("read_gml", ", label=\"id\"") },
        ));
    }
    let body = text.trim_start();
    let after_comment = body.strip_prefix("//").or_else(|| body.strip_prefix("/*"));
    if opens_dot(body)
        || (after_comment.is_some()
            && (text.contains("digraph") || text.contains("graph"))
            && text.contains('{'))
    {
        return Some(("DOT, Graphviz's format", networkx("nx_pydot.read_dot")));
    }
    if is_dl(body) {
        return Some((
            "UCINET's DL",
            format!(
                " in Python: import igraph; igraph.Graph.Read_DL({:?}).write_ncol(\"edges.txt\", weights=None)",
                name.to_string()
            ),
        ));
    }
    if lower.starts_with("nodedef>") {
        return Some(("GDF, GUESS's format", " in Gephi: File, Export, Graph file, CSV or GEXF".into()));
    }
    if text.starts_with(">>sparse6<<") {
        return Some(("sparse6", networkx("read_sparse6")));
    }
    if text.starts_with(">>graph6<<") {
        return Some(("graph6", networkx("read_graph6")));
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
                " in Python: import igraph; igraph.Graph.Read_Lgl({:?}).write_ncol(\"edges.txt\", weights=None)",
                name.to_string()
            ),
        ));
    }
    None
}

/// Whether a text begins as UCINET's does: `dl n=4`, `DL, nr = 3, nc = 4` or `dl format = edgelist1`.
fn is_dl(text: &str) -> bool {
    let start: String = text.chars().take(200).collect::<String>().to_ascii_lowercase();
    let Some(rest) = start.strip_prefix("dl").filter(|rest| rest.starts_with([' ', ',', '\t', '\n', '\r']))
    else {
        return false;
    };
    let rest = rest.trim_start_matches(|sign: char| sign == ',' || sign.is_whitespace());
    let word = rest.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let key = &rest[..rest.len() - word.len()];
    matches!(key, "n" | "nr" | "nc" | "nm" | "format") && word.trim_start().starts_with('=')
}

/// Whether a text begins as DOT's does: `strict`, `graph` or `digraph`, a name or none, and a bracket in which no dictionary
/// of Python's is.
fn opens_dot(text: &str) -> bool {
    let word = |text: &str, word: &str| -> Option<usize> {
        let start = text.get(..word.len())?;
        let rest = &text[word.len()..];
        let ends = !rest.starts_with(|letter: char| letter.is_alphanumeric() || "_-,;.".contains(letter));
        (start.eq_ignore_ascii_case(word) && ends).then(|| text.len() - rest.trim_start().len())
    };
    let strict = word(text, "strict").unwrap_or(0);
    let text = &text[strict..];
    let Some(after) = word(text, "digraph").or_else(|| word(text, "graph")) else { return false };
    let Some((name, inside)) = text[after..].split_once('{') else { return false };
    let name = name.trim();
    let is_name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => !quoted.contains('"'),
        None => !name.contains(char::is_whitespace),
    };
    is_name && !inside.trim_start_matches(' ').starts_with(['\'', '}'])
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
/// weights. Lines must list each other and not themselves; of a text that is cut off, most of them.
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
        let listed: HashSet<(usize, usize)> =
            (1..).zip(&lists).flat_map(|(at, list)| list.iter().map(move |other| (at, *other))).collect();
        let mutual = listed.iter().all(|(at, other)| at != other && listed.contains(&(*other, *at)));
        return fits && entries == 2 * edges && nodes >= 2 && mutual;
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

/// Lines of unequal width that are no list of edges: some name more than three nodes, or each names a node of its own
/// first and what follows are nodes too. NetworkX's three comments tell where widths do not.
fn is_adjacency_list(rows: &[Vec<String>], text: &str) -> bool {
    let widths: HashSet<usize> = rows.iter().map(Vec::len).collect();
    let is_networkx = is_networkx(text);
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

/// Whether a text begins with the comments that NetworkX writes.
fn is_networkx(text: &str) -> bool {
    text.lines().take(3).all(|line| is_comment(line, false))
        && text.lines().nth(1).is_some_and(|line| line.contains("GMT"))
}
