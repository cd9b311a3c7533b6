//! Texts that look like lists of edges and are none.

use std::collections::HashSet;

use super::matrix_shape::truth;

/// What a text is, and what to do about it.
pub(super) struct LookAlike {
    pub name: String,
    pub hint: String,
}

/// Rows `node: neighbour neighbour …`, each of another node.
pub(super) fn is_list_after_colons(rows: &[&str]) -> bool {
    let parts: Option<Vec<(&str, &str)>> = rows.iter().map(|row| head_and_neighbours(row)).collect();
    let Some(parts) = parts.filter(|parts| parts.len() >= 2) else { return false };
    let heads: HashSet<&str> = parts.iter().map(|(head, _)| *head).collect();
    let are_apart = parts.iter().all(|(_, rest)| rest.is_empty() || rest.starts_with([' ', '\t']));
    let has_several = parts.iter().any(|(_, rest)| neighbours(rest).count() > 1);
    let are_numbers = || parts.iter().all(|(head, rest)| is_digits(head) && neighbours(rest).all(is_digits));
    heads.len() == parts.len() && has_several && (are_apart || are_numbers())
}

/// A row at its only colon.
pub(super) fn head_and_neighbours(row: &str) -> Option<(&str, &str)> {
    let (head, rest) = row.split_once(':')?;
    let head = head.trim();
    let is_one = !head.is_empty() && !head.contains([',', ';', '\t', '|']) && !rest.contains(':');
    is_one.then_some((head, rest))
}

pub(super) fn neighbours(rest: &str) -> impl Iterator<Item = &str> {
    rest.split([',', ';', ' ', '\t']).filter(|name| !name.is_empty())
}

/// What the first rows of a text are, where they are known to be no edges. `text` has the comments too.
pub(super) fn of(rows: &[Vec<String>], all: bool, text: &str) -> Option<LookAlike> {
    let like = |name: &str, hint: &str| Some(LookAlike { name: name.to_owned(), hint: hint.to_owned() });
    let start = text.trim_start();
    if (start.starts_with('<') && start.lines().next().is_some_and(|line| line.contains("sparse matrix")))
        || is_scipy_print(rows)
    {
        return like(
            "is a sparse matrix as SciPy prints it",
            "write it in Python by scipy.io.mmwrite(\"graph.mtx\", matrix) or scipy.sparse.save_npz(\"graph.npz\", matrix)",
        );
    }
    if rows.iter().any(Vec::is_empty) {
        return None;
    }
    if is_libsvm(rows) {
        return like(
            "is in the format of libsvm, `label index:value …`, and holds no edges",
            "give edges, two nodes a line; features and labels are given beside them",
        );
    }
    if let Some(line) = end_of_nodes(text) {
        return Some(LookAlike {
            name: format!(
                "is in the Trivial Graph Format: nodes above the `#` in line {line}, and edges below"
            ),
            hint: format!("keep what is below: tail -n +{} FILE > edges.txt", line + 1),
        });
    }
    if let Some(row) = second_header(rows) {
        return Some(LookAlike {
            name: format!(
                "has two tables: row {} names other columns, `{}` and `{}`",
                row + 1,
                rows[row][0],
                rows[row][1]
            ),
            hint: "give the edges in a file of their own, from that row on".into(),
        });
    }
    if let Some(cell) = cell_of_lists(rows) {
        return Some(LookAlike {
            name: format!("has lists of neighbours in its second column, such as `{cell}`"),
            hint: "write two nodes a line, or a node and then its neighbours, each in a column of its own"
                .into(),
        });
    }
    if let Some(kind) = kind_between(rows) {
        return Some(LookAlike {
            name: format!(
                "seems to be in Cytoscape's SIF: `{kind}` stands after the first node, and several may follow"
            ),
            hint: "write two nodes a line; data.edges_format=adjacency-list reads each word as a node".into(),
        });
    }
    let is_triangle = rows.len() >= 3
        && rows
            .iter()
            .enumerate()
            .all(|(at, row)| row.len() == at + 1 && row.iter().all(|cell| is_number(cell)));
    if is_triangle {
        return like(
            "is the lower triangle of a matrix",
            "write the whole matrix, in Python: m = lower + lower.T; numpy.savetxt(\"graph.csv\", m, delimiter=\",\")",
        );
    }
    is_incidence(rows, all).then(|| LookAlike {
        name: format!(
            "holds nothing but 0 and 1 in {} columns, and is no square matrix: no adjacency",
            rows.last().map_or(0, Vec::len)
        ),
        hint: "a bipartite graph is read from Matrix Market, in Python: scipy.io.mmwrite(\"graph.mtx\", \
               scipy.sparse.coo_matrix(array)); data.edges_format=csv reads the first two columns as edges"
            .into(),
    })
}

/// `(row, column)`, and then a number.
fn is_scipy_print(rows: &[Vec<String>]) -> bool {
    let is_place = |text: &str| {
        let inside = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        inside.is_some_and(|inside| {
            let parts: Vec<&str> = inside.split(',').map(|part| plain(part.trim())).collect();
            parts.len() == 2 && parts.iter().all(|part| is_digits(part))
        })
    };
    rows.len() >= 2
        && rows.iter().all(|row| {
            row.len() == 2 && is_place(&row[0]) && (is_number(&row[1]) || truth(&row[1]).is_some())
        })
}

/// `np.int32(3)` as `3`.
fn plain(text: &str) -> &str {
    text.split_once('(').and_then(|(_, inside)| inside.strip_suffix(')')).unwrap_or(text)
}

fn is_libsvm(rows: &[Vec<String>]) -> bool {
    let is_feature = |text: &String| {
        text.split_once(':').is_some_and(|(index, value)| is_digits(index) && is_number(value))
    };
    rows.len() >= 2
        && rows.iter().all(|row| is_number(&row[0]) && row[1..].iter().all(is_feature))
        && rows.iter().filter(|row| row.len() > 1).count() * 2 > rows.len()
}

/// The number of the line `#` that ends the nodes, each of which has a line of its own above it; below, two of them begin
/// each line.
fn end_of_nodes(text: &str) -> Option<usize> {
    let end = text.lines().position(|line| line.trim() == "#")?;
    let first = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let nodes: Vec<String> = text.lines().take(end).filter_map(first).collect();
    let known: HashSet<&str> = nodes.iter().map(String::as_str).collect();
    let mut edges: Vec<&str> =
        text.lines().skip(end + 1).filter(|line| !line.trim().is_empty()).take(1000).collect();
    if edges.len() > 1 {
        // It may be cut off.
        edges.pop();
    }
    let is_edge = |line: &&str| {
        let mut words = line.split_whitespace();
        let mut is_known = || words.next().is_some_and(|word| known.contains(word));
        is_known() && is_known()
    };
    let are_nodes = nodes.len() >= 2 && known.len() == nodes.len();
    (are_nodes && !edges.is_empty() && edges.iter().all(is_edge)).then_some(end + 1)
}

/// The row that heads edges below other rows.
fn second_header(rows: &[Vec<String>]) -> Option<usize> {
    const HEADS: [[&str; 2]; 4] =
        [["source", "target"], ["from", "to"], ["src", "dst"], ["source", "destination"]];
    let is_head = |row: &Vec<String>| {
        row.len() >= 2
            && HEADS
                .iter()
                .any(|[from, to]| row[0].eq_ignore_ascii_case(from) && row[1].eq_ignore_ascii_case(to))
    };
    let at = rows.iter().position(is_head).filter(|at| *at >= 2)?;
    let words = [&rows[at][0], &rows[at][1]];
    let comes_again = rows
        .iter()
        .enumerate()
        .any(|(row, cells)| row != at && cells.iter().any(|cell| words.contains(&cell)));
    (!comes_again).then_some(at)
}

/// A word of a second column of few, each of which is no node, in lines of unequal length.
fn kind_between(rows: &[Vec<String>]) -> Option<&str> {
    const FEWEST: usize = 5;
    let rows: Vec<&Vec<String>> = rows.iter().filter(|row| row.len() > 1).collect();
    let is_uneven = rows.iter().any(|row| row.len() != rows[0].len());
    if rows.len() < FEWEST || !is_uneven || rows.iter().any(|row| row.len() < 3) {
        return None;
    }
    let kinds: HashSet<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    let is_node =
        |name: &&str| rows.iter().any(|row| row.iter().enumerate().any(|(at, cell)| at != 1 && cell == name));
    let are_words = kinds.iter().all(|kind| !is_number(kind));
    (are_words && 3 * kinds.len() <= rows.len() && !kinds.iter().any(is_node)).then(|| rows[0][1].as_str())
}

/// A cell of a second column that holds lists of what the first column names.
fn cell_of_lists(rows: &[Vec<String>]) -> Option<&str> {
    let body = rows.get(1..)?;
    if body.len() < 2 || body.iter().any(|row| row.len() != 2) {
        return None;
    }
    let inside = |text: &str| -> Option<String> {
        let bracketed = text.starts_with(['[', '{', '(']) && text.ends_with([']', '}', ')']);
        bracketed.then(|| text[1..text.len() - 1].to_owned())
    };
    if body.iter().all(|row| inside(&row[1]).is_some())
        && body.iter().any(|row| row[1].contains(','))
        && !body.iter().any(|row| inside(&row[0]).is_some())
    {
        return Some(&body[0][1]);
    }
    let heads: HashSet<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    let pieces = |text: &str| -> Vec<String> {
        text.split([';', ',', '|'])
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let lists: Vec<(&str, Vec<String>)> = body
        .iter()
        .map(|row| (row[1].as_str(), pieces(&row[1])))
        .filter(|(_, list)| list.len() > 1)
        .collect();
    let all = lists.iter().flat_map(|(_, list)| list).count();
    let known = lists.iter().flat_map(|(_, list)| list).filter(|name| heads.contains(name.as_str())).count();
    (5 * lists.len() >= body.len() && 2 * known > all).then(|| lists[0].0)
}

/// More than four columns of nothing but 0 and 1, below names or not.
fn is_incidence(rows: &[Vec<String>], all: bool) -> bool {
    const FEW: usize = 4;
    let is_bit = |cell: &String| ["0", "1", "0.0", "1.0"].contains(&cell.as_str()) || truth(cell).is_some();
    let is_headed = rows.first().is_some_and(|row| !row.iter().all(is_bit));
    let body = &rows[usize::from(is_headed).min(rows.len())..];
    let columns = body.first().map_or(0, Vec::len);
    // Of a text that is cut off, more rows are to come.
    let is_rectangle = if all { body.len() != columns } else { body.len() >= columns };
    columns > FEW
        && body.len() >= 2
        && is_rectangle
        && body.iter().all(|row| row.len() == columns && row.iter().all(is_bit))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}
