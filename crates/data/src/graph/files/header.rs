//! The words that columns go by, where a file's first line names them.

use crate::error::Error;
use crate::separated::Rows;

/// Whether a word, or each of several, is one of those that columns of nodes are called by: `source`, `node_2`,
/// `Citing paper`.
pub(in crate::graph) fn heads_nodes(name: &str) -> bool {
    const WORDS: [&str; 57] = [
        "source",
        "target",
        "from",
        "to",
        "src",
        "dst",
        "dest",
        "destination",
        "origin",
        "head",
        "tail",
        "start",
        "end",
        "node",
        "vertex",
        "id",
        "name",
        "nodeid",
        "fromnode",
        "tonode",
        "fromnodeid",
        "tonodeid",
        "user",
        "person",
        "member",
        "page",
        "paper",
        "author",
        "item",
        "u",
        "v",
        "i",
        "j",
        "a",
        "b",
        "citing",
        "cited",
        "sender",
        "receiver",
        "friend",
        "follower",
        "followee",
        "following",
        "parent",
        "child",
        "customer",
        "product",
        "protein",
        "gene",
        "account",
        "city",
        "station",
        "airport",
        "subject",
        "object",
        "left",
        "right",
    ];
    let lower = name.to_lowercase();
    let mut words =
        lower.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| WORDS.contains(&word))
}

/// Whether a third column of this name holds the weights of edges.
pub(in crate::graph) fn heads_weights(name: &str) -> bool {
    is_one_of(
        name,
        &[
            "weight",
            "weights",
            "w",
            "edge_weight",
            "edgeweight",
            "gewicht",
            "poids",
            "peso",
            "gewichtung",
            "vikt",
            "вес",
            "权重",
        ],
    )
}

/// Which column of a header names the nodes, where one says so.
pub(crate) fn node_column(header: &[String]) -> Option<usize> {
    const NODE: [&str; 6] = ["id", "node", "node_id", "nodeid", "name", "vertex"];
    NODE.iter().find_map(|name| header.iter().position(|field| is_one_of(field, &[name])))
}

/// Whether a column of this name holds the nodes' classes.
pub(crate) fn heads_classes(name: &str) -> bool {
    is_one_of(name, &["label", "class", "target", "y", "ml_target", "category", "community"])
}

/// Whether a column of this name holds ids of some kind: `new_id`, `userId`, `node`.
pub(super) fn ends_in_id(name: &str) -> bool {
    let lower = name.to_lowercase();
    let last = lower.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    last == "id" || name.ends_with("Id") || name.ends_with("ID") || node_column(&[name.to_owned()]).is_some()
}

/// The refusal of a table without `what`, as its only row was taken for a header; `names` are what may stand in one.
pub(super) fn alone(rows: &Rows, what: &str, names: &str) -> Error {
    let message = format!("holds no {what}: its only row is taken for the names of the columns");
    Error::malformed(rows.path().display(), message)
        .with_hint(format!("if it is a row, put another above it that names the columns, such as {names}"))
}

/// Whether a header is one of `node,feature` or `node,feature,value`: one feature of one node a line.
pub(super) fn is_feature_a_line(header: &[String]) -> bool {
    const FEATURE: [&str; 5] = ["feature", "feature_id", "word", "attribute", "term"];
    const VALUE: [&str; 4] = ["value", "weight", "count", "score"];
    let is = |column: usize, names: &[&str]| header.get(column).is_none_or(|field| is_one_of(field, names));
    header.len() <= 3 && is(1, &FEATURE) && is(2, &VALUE)
}

fn is_one_of(name: &str, known: &[&str]) -> bool {
    known.iter().any(|known| name.eq_ignore_ascii_case(known))
}
