//! First lines that may be a header or an edge, and names that look like something else.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::karate::*;

#[test]
fn a_first_line_whose_names_come_again_is_an_edge() {
    let many: String = (0..20_000).map(|at| format!("n{at},n{},friend\n", at / 2 + 1)).collect();
    let text = format!("a,b,friend\n{many}b,c,friend\na,b,friend\n");
    assert!(text.len() > 128 << 10);
    let loaded = read("late.csv", &text);
    assert_eq!(loaded.entries.entries, 20_003);
    assert_notes(&loaded, &[], "late");
    let header = read("late.csv", format!("a,b,kind\n{many}"));
    assert_eq!(header.entries.entries, 20_000);
    let value = read("ties.txt", "a b friend\nc d enemy\nd e friend\ne f enemy\n");
    assert_eq!((value.graph.nodes(), value.graph.edge_count()), (6, 4));
    assert_notes(&value, &["read as one from `a` to `b`"], "a third column of values");
    let zero = read("zero.csv", "0,1\nalice,bob\nbob,carol\n0,carol\n1,alice\n");
    assert_eq!((zero.graph.nodes(), zero.graph.edge_count()), (5, 5));
    let pandas = read("pandas.csv", lines("0,1\n", |a, b, _| format!("P{a},P{b}")));
    assert_karate(&pandas, |node| format!("P{node}"), "pandas");
}

#[test]
fn letters_that_head_columns_may_be_nodes() {
    for (text, nodes, edges) in [
        ("a,b\nb,c\nb,a\nc,d\n", 4, 3),
        ("u v\nv w\nv u\nw x\n", 4, 3),
        ("x,y\ny,z\ny,x\n", 3, 2),
        ("a b 2\nb a 7\nb c 1\na b 3\n", 3, 2),
    ] {
        let loaded = read("edges", text);
        assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (nodes, edges), "{text}");
    }
    let loaded = weighted("edges", "a b 2\nb c 1\na b 3\nb a 7\n");
    let names = names(&loaded);
    let at = |name| names.iter().position(|known| *known == name).expect("a node") as u32;
    assert_eq!(loaded.graph.weight(at("a"), at("b")), Some(7.0));
    assert!(refused("edges", "source,target\n1,2\n2,3\ntarget,source\n").contains("another header"));
}

#[test]
fn names_that_files_begin_with_are_names() {
    for (name, text, nodes) in [
        ("dl.csv", "DL,UA\nUA,AA\nAA,DL\n", 3),
        ("dl.txt", "dl n5\nn5 x\nx dl\n", 3),
        ("lang.csv", "MATLAB,Python\nPython,R\nR,MATLAB\n", 3),
        ("del.txt", "[deleted] alice\nalice bob\nbob [deleted]\n", 3),
        ("num.txt", "[1] [2]\n[2] [3]\n", 3),
        ("gt.edgelist", "graph theory {'weight': 3}\ntheory logic {'weight': 2}\n", 3),
        ("graph.txt", "graph theory\ntheory {logic}\n", 3),
        ("nl.tsv", "'s-Hertogenbosch\tUtrecht\nUtrecht\t's-Gravenhage\n", 3),
    ] {
        let loaded = read(name, text);
        assert_eq!(loaded.graph.nodes(), nodes, "{name}");
        assert_notes(&loaded, &[], name);
    }
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(b"PKD1\tPKD2\nPKD2\tTRPP3\n").expect("packed");
    assert_eq!(read("pk.tsv.gz", packer.finish().expect("packed")).graph.nodes(), 3);
    for (text, said) in [
        ("dl nr = 2, nc = 3 format = fullmatrix\ndata:\n", "DL"),
        ("DL N=3\ndata:\n1 2\n", "DL"),
        ("graph {\na -- b\n}\n", "DOT"),
        ("digraph \"my graph\" {\na -> b\n}\n", "DOT"),
        ("strict graph G\n{\na -- b\n}\n", "DOT"),
        ("[{\"source\": 1, \"target\": 2}]", "JSON"),
        ("{\"nodes\": []}", "JSON"),
    ] {
        assert!(refused("file", text).contains(said), "{text}");
    }
}

#[test]
fn messages_name_the_column_and_count_in_the_singular() {
    let message = refused("wf.csv", "weight,source,target\n0,a,b\n1,b,c\n");
    assert!(message.contains("`0` in column 1 is no weight"), "{message}");
    let negative = read("neg.txt", "1 2 -1\n2 3 1\n3 1 1\n");
    assert_notes(&negative, &["some of them negative or 0"], "negative");
    assert!(!negative.notes()[0].contains("third-column"));
    let one = read("na.csv", lines("source,target\n", |a, b, _| format!("P{a},P{b}")) + "P1,NA\n");
    assert_notes(&one, &["1 line has an end called like a missing value"], "one");
}

#[test]
fn nodes_that_are_called_like_the_mark_of_a_picture_are_nodes() {
    for kind in [1, 2, 3, 5, 6] {
        let row = |at: u32| format!("P{} {} {} {}\n", kind + at, 110 + at, 5 + at, 2013 + at);
        let text: String = (0..6).map(row).collect();
        let loaded = read("results.txt", text);
        assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (12, 6), "P{kind}");
    }
    let pictures =
        ["P1\n3 2\n101\n010\n", "P2 3 2 7\n# grey\n 0 1 2\n\n 3 4 5\n", "P5\n2 1\n255\n\u{7}\u{8}"];
    for picture in pictures {
        assert!(refused("picture.txt", picture).contains("a Netpbm picture"), "{picture}");
    }
}
