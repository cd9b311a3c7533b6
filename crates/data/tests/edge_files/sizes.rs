//! Rows that tell sizes and are no edges.

use aevb_data::graph::{Bipartite, Header};

use crate::karate::*;

fn pairs(head: &str) -> String {
    lines(head, |a, b, _| format!("{a} {b}"))
}

#[test]
fn a_row_of_sizes_is_no_edge() {
    for (what, text) in [
        ("nodes and edges", pairs("34 78\n")),
        ("edges and nodes", pairs("78 34\n")),
        ("after a comment", pairs("# nodes, edges\n34 78\n")),
        ("a flag", pairs("34 78 0\n")),
        ("Matrix Market without its banner", pairs("34 34 78\n")),
        ("KONECT's without a mark", pairs("78 34 34\n")),
        ("by commas", lines("34,78\n", |a, b, _| format!("{a},{b}"))),
    ] {
        let loaded = read("edges.txt", &text);
        assert_karate(&loaded, number, what);
        assert_notes(&loaded, &["tells how many nodes and edges"], what);
        let kept = try_read("edges.txt", &text, |files| files.reading.header = Header::No).expect("read");
        assert!(kept.graph.edge_count() >= 78 && kept.entries.entries == 79, "{what}");
    }
    let text = lines("34 78\n", |a, b, w| format!("{a} {b} {w}"));
    let loaded = read("edges.txt", &text);
    assert_karate(&loaded, number, "beside weights");
    assert_notes(&loaded, &["tells how many", "holds numbers that are not read"], "beside weights");
    let loaded = weighted("edges.txt", &text);
    assert_eq!(loaded.graph.weight(0, 2), Some(5.0));
    let words = read("edges.txt", lines("34 78\n", |a, b, _| format!("P{a} P{b}")));
    assert_karate(&words, |node| format!("P{node}"), "words");
    let isolated = read("edges.txt", "9 7\n1 2\n2 3\n3 4\n4 5\n5 6\n1 6\n2 5\n");
    assert_eq!((isolated.graph.nodes(), isolated.graph.edge_count()), (6, 7));
    assert_notes(&isolated, &["6 nodes are in an edge, of 9"], "isolated");
    // As many lines as nodes, which METIS's format has too.
    let square = read("edges.txt", "4 4\n1 2\n2 3\n3 4\n1 3\n");
    assert_eq!((square.graph.nodes(), square.graph.edge_count()), (4, 4));
    assert_notes(&square, &["tells how many"], "as many edges as nodes");
}

#[test]
fn the_first_edge_of_a_list_is_kept() {
    for text in ["2 1\n1 2\n", "3 9\n1 2\n2 3\n", "1 2\n2 3\n3 4\n", "2 3\n1 2\n2 7\n5 6\n"] {
        let loaded = read("edges.txt", text);
        assert_eq!(loaded.entries.entries, text.lines().count(), "{text}");
        assert_notes(&loaded, &[], text);
    }
}

#[test]
fn sizes_of_a_rectangle_are_refused_by_name() {
    let text = "3 4 5\n1 1\n2 2\n2 3\n3 4\n3 1\n";
    assert!(refused("banner.mtx", text).contains("Matrix Market's format, whose first line is missing"));
    assert!(refused("triples.mtx", "3 4 3\n1 1 0.5\n2 2 1\n3 4 2\n").contains("data.bipartite=yes"));
    let loaded =
        try_read("banner.mtx", text, |files| files.reading.bipartite = Bipartite::Yes).expect("read");
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (7, 5));
    assert_notes(&loaded, &["tells how many"], "two sides");
}

#[test]
fn the_first_edge_of_a_cycle_is_kept() {
    let downwards = |nodes: usize| -> String {
        (1..=nodes).rev().map(|at| format!("{at} {}\n", if at == 1 { nodes } else { at - 1 })).collect()
    };
    let weighted = downwards(5).replace('\n', " 1\n");
    let cycles = [downwards(4), downwards(3), downwards(100), "4 3\n2 1\n1 4\n3 2\n".into(), weighted];
    for (text, nodes) in cycles.iter().zip([4, 3, 100, 4, 5]) {
        let loaded = read("cycle.txt", text);
        assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (nodes, nodes), "{text}");
        assert!(!loaded.notes().iter().any(|note| note.contains("tells how many")), "{text}");
    }
    // Sizes above edges that leave other ends open.
    for text in ["4 3\n1 2\n2 3\n3 4\n", "4 2\n1 2\n3 4\n", "6 5\n6 1\n1 5\n1 2\n2 3\n3 4\n"] {
        let loaded = read("edges.txt", text);
        assert_eq!(loaded.graph.edge_count(), text.lines().count() - 1, "{text}");
        assert_notes(&loaded, &["tells how many"], text);
    }
}
