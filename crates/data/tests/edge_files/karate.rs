//! The karate club of Zachary (1977), 34 members and 78 ties with how often two of them met, and ways to read it.

use aevb_data::Error;
use aevb_data::graph::{GraphFiles, LoadedGraph, Weights};

/// The ties, and their weights.
pub const TIES: [[u32; 3]; 78] = KARATE;

/// What members are called: their number.
pub fn number(node: u32) -> String {
    node.to_string()
}

/// What members are called: `P01` and so on.
pub fn padded(node: u32) -> String {
    format!("P{node:02}")
}

/// A file of each tie in a line of its own, after `head`.
pub fn lines(head: &str, line: impl Fn(u32, u32, u32) -> String) -> String {
    let mut text = head.to_owned();
    for [from, to, weight] in TIES {
        text.push_str(&line(from, to, weight));
        text.push('\n');
    }
    text
}

/// The neighbours of each member, in order.
pub fn neighbours() -> Vec<Vec<u32>> {
    let mut lists = vec![Vec::new(); 34];
    for [from, to, _] in TIES {
        lists[from as usize - 1].push(to);
        lists[to as usize - 1].push(from);
    }
    lists.iter_mut().for_each(|list| list.sort_unstable());
    lists
}

/// Reads a file of this name and content.
pub fn try_read(
    name: &str,
    content: impl AsRef<[u8]>,
    change: impl Fn(&mut GraphFiles),
) -> Result<LoadedGraph, Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    let mut files = GraphFiles::from_edges(&path);
    change(&mut files);
    files.read()
}

pub fn read(name: &str, content: impl AsRef<[u8]>) -> LoadedGraph {
    try_read(name, content, |_| ()).unwrap_or_else(|error| panic!("{name}: {error}; {}", error.hint))
}

/// What is refused, as message and hint.
pub fn refused(name: &str, content: impl AsRef<[u8]>) -> String {
    match try_read(name, content, |_| ()) {
        Ok(loaded) => panic!("{name}: is read, {} nodes, {:?}", loaded.graph.nodes(), loaded.first_edges),
        Err(error) => format!("{error}; {}", error.hint),
    }
}

/// Reads it with weights of the third column.
pub fn weighted(name: &str, content: impl AsRef<[u8]>) -> LoadedGraph {
    let read = try_read(name, content, |files| files.weights = Weights::ThirdColumn);
    read.unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn names(loaded: &LoadedGraph) -> Vec<&str> {
    loaded.graph.names().expect("names").iter().map(String::as_str).collect()
}

/// That the graph is the karate club: as many nodes and edges, and the same neighbours of its first and last member by
/// name, which `name` makes of a number.
pub fn assert_karate(loaded: &LoadedGraph, name: impl Fn(u32) -> String, what: &str) {
    let graph = &loaded.graph;
    assert_eq!((graph.nodes(), graph.edge_count()), (34, 78), "{what}: {:?}", loaded.first_edges);
    let names = names(loaded);
    let mut edges: Vec<[&str; 2]> =
        graph.edges().map(|[i, j]| [names[i as usize], names[j as usize]]).collect();
    edges.iter_mut().for_each(|edge| edge.sort_unstable());
    edges.sort_unstable();
    let mut expected: Vec<[String; 2]> = TIES.iter().map(|[from, to, _]| [name(*from), name(*to)]).collect();
    expected.iter_mut().for_each(|edge| edge.sort_unstable());
    expected.sort_unstable();
    assert_eq!(edges, expected, "{what}");
}

/// That the notes are these, each known by a piece of it.
pub fn assert_notes(loaded: &LoadedGraph, pieces: &[&str], what: &str) {
    let notes = loaded.notes();
    assert_eq!(notes.len(), pieces.len(), "{what}: {notes:#?}");
    for piece in pieces {
        assert!(notes.iter().any(|note| note.contains(piece)), "{what}: {piece} is not in {notes:#?}");
    }
}

#[rustfmt::skip]
const KARATE: [[u32; 3]; 78] = [
    [1, 2, 4], [1, 3, 5], [1, 4, 3], [1, 5, 3], [1, 6, 3], [1, 7, 3], [1, 8, 2], [1, 9, 2],
    [1, 11, 2], [1, 12, 3], [1, 13, 1], [1, 14, 3], [1, 18, 2], [1, 20, 2], [1, 22, 2], [1, 32, 2],
    [2, 3, 6], [2, 4, 3], [2, 8, 4], [2, 14, 5], [2, 18, 1], [2, 20, 2], [2, 22, 2], [2, 31, 2],
    [3, 4, 3], [3, 8, 4], [3, 9, 5], [3, 10, 1], [3, 14, 3], [3, 28, 2], [3, 29, 2], [3, 33, 2],
    [4, 8, 3], [4, 13, 3], [4, 14, 3], [5, 7, 2], [5, 11, 3], [6, 7, 5], [6, 11, 3], [6, 17, 3],
    [7, 17, 3], [9, 31, 3], [9, 33, 3], [9, 34, 4], [10, 34, 2], [14, 34, 3], [15, 33, 3], [15, 34, 2],
    [16, 33, 3], [16, 34, 4], [19, 33, 1], [19, 34, 2], [20, 34, 1], [21, 33, 3], [21, 34, 1], [23, 33, 2],
    [23, 34, 3], [24, 26, 5], [24, 28, 4], [24, 30, 3], [24, 33, 5], [24, 34, 4], [25, 26, 2], [25, 28, 3],
    [25, 32, 2], [26, 32, 7], [27, 30, 4], [27, 34, 2], [28, 34, 4], [29, 32, 2], [29, 34, 2], [30, 33, 4],
    [30, 34, 2], [31, 33, 3], [31, 34, 3], [32, 33, 4], [32, 34, 4], [33, 34, 5],
];
