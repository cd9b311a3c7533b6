//! Clean files, which print no note of doubt.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::karate::*;

fn word(node: u32) -> String {
    format!("member-{node}")
}

#[test]
fn clean_files_print_no_note() {
    let pair = |between: &'static str| move |a: u32, b: u32, _: u32| format!("{a}{between}{b}");
    let words =
        |between: &'static str| move |a: u32, b: u32, _: u32| format!("{}{between}{}", word(a), word(b));
    let numbers = [
        ("spaces", lines("", pair(" "))),
        ("tabs", lines("", pair("\t"))),
        ("commas", lines("", pair(","))),
        ("semicolons", lines("", pair(";"))),
        ("aligned", lines("", |a, b, _| format!("  {a:4}  {b:4}"))),
        ("a header", lines("source,target\n", pair(","))),
        ("another header", lines("FromNodeId\tToNodeId\n", pair("\t"))),
        ("names of an index", lines("id_1,id_2\n", pair(","))),
        ("weights", lines("source,target,weight\n", |a, b, w| format!("{a},{b},{w}"))),
        ("small weights", lines("u\tv\tw\n", |a, b, w| format!("{a}\t{b}\t0.{w}"))),
        (
            "comments of SNAP",
            lines("# Undirected graph: karate\n# Nodes: 34 Edges: 78\n# FromNodeId\tToNodeId\n", pair("\t")),
        ),
        ("comments of KONECT", lines("% sym unweighted\n% 78 34 34\n", pair(" "))),
        ("an edge's number", lines("id,source,target\n", |a, b, w| format!("{},{a},{b}", 100 * a + b + w))),
        ("a column with a name", lines("source,target,since\n", |a, b, w| format!("{a},{b},199{w}"))),
        ("line ends of Windows", lines("source,target\r\n", |a, b, _| format!("{a},{b}\r"))),
        ("a byte order mark", lines("\u{feff}source,target\n", pair(","))),
    ];
    for (what, text) in numbers {
        let loaded = read("edges", text);
        assert_karate(&loaded, number, what);
        assert_notes(&loaded, &[], what);
    }
    for (what, text) in [
        ("words", lines("", words(" "))),
        ("words by tabs", lines("source\ttarget\n", words("\t"))),
        (
            "quoted words",
            lines("\"source\",\"target\"\n", |a, b, _| format!("\"{}\",\"{}\"", word(a), word(b))),
        ),
        ("a kind of tie", lines("source,target,type\n", |a, b, _| format!("{},{},friend", word(a), word(b)))),
    ] {
        let loaded = read("edges", text);
        assert_karate(&loaded, word, what);
        assert_notes(&loaded, &[], what);
    }
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(lines("", pair("\t")).as_bytes()).expect("packed");
    let loaded = read("edges.gz", packer.finish().expect("packed"));
    assert_karate(&loaded, number, "gzip");
    assert_notes(&loaded, &[], "gzip");
}

#[test]
fn a_first_row_that_counts_up_is_an_edge() {
    for text in ["1,2\n2,3\n3,4\n", "0 1\n1 2\n2 3\n", "0,1,2\n1,2,3\n2,3,4\n"] {
        let loaded = read("edges", text);
        assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (4, 3), "{text}");
    }
    let path: String = (1..40).map(|node| format!("{node} {}\n", node + 1)).collect();
    let loaded = read("path", path);
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (40, 39));
    assert_notes(&loaded, &[], "a path");
}

#[test]
fn a_name_is_no_mark_where_it_stands_among_names() {
    let loaded = read("edges.csv", "source,target\nthe (old) one,b [c]\nb [c],O'Neill\nO'Neill,#1\n");
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (4, 3));
    assert_notes(&loaded, &[], "brackets");
    let loaded = read("edges.csv", "e,a\na,b\nb,e\n");
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (3, 3));
    let loaded = read("edges.txt", "p edge\nedge c\nc p\n");
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (3, 3));
    let loaded = read("edges.txt", "graph node\nnode edge\nedge graph\n");
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (3, 3));
}

/// Files that come near what is guessed elsewhere, and are what they seem.
#[test]
fn files_that_are_nearly_doubtful_print_no_note() {
    for (what, text) in [
        ("dates last", lines("source,target,date\n", |a, b, w| format!("{a},{b},2024-01-0{w}"))),
        ("dates last without a header", lines("", |a, b, w| format!("{a},{b},2024-01-0{w}"))),
        ("a kind last", lines("", |a, b, w| format!("{a} {b} kind-{w}"))),
        ("a kind between", lines("source,relation,target\n", |a, b, w| format!("{a},met-{w},{b}"))),
        ("a time first", lines("time,source,target\n", |a, b, w| format!("199{w},{a},{b}"))),
        ("a comment of words", lines("# my edges\n", |a, b, _| format!("{a} {b}"))),
        ("comments in between", lines("", |a, b, _| format!("{a} {b}\n# and"))),
        ("two people", lines("user_id,friend_id\n", |a, b, _| format!("{a},{b}"))),
    ] {
        let loaded = read("edges", text);
        assert_karate(&loaded, number, what);
        assert_notes(&loaded, &[], what);
    }
    for (what, name) in [
        ("articles", (|node| format!("10.1000/{node}")) as fn(u32) -> String),
        ("numbers of arXiv", |node| format!("0704.{:04}", 1001 + node)),
        ("addresses", |node| format!("10.0.0.{node}")),
        ("mails", |node| format!("p{node}@x.org")),
        ("pages", |node| format!("http://x.org/{node}")),
        ("names in brackets", |node| format!("<{node}>")),
        ("genes", |node| format!("HLA-{node}")),
    ] {
        let loaded = read("edges", lines("", |a, b, _| format!("{}\t{}", name(a), name(b))));
        assert_karate(&loaded, name, what);
        assert_notes(&loaded, &[], what);
    }
    let sides = lines("user,item\n", |a, b, _| format!("u{a},i{b}"));
    assert_notes(&read("edges", sides), &[], "names that differ");
    let hub: String = (0..30).map(|at| format!("leaf{at},hub,{}\n", at % 4 + 1)).collect();
    let star = read("edges", format!("node,centre,kind\n{hub}"));
    assert_eq!((star.graph.nodes(), star.graph.edge_count()), (31, 30));
}

#[test]
fn names_of_three_words_beside_names_of_one_are_split_at_the_comma() {
    let cities: String = (0..40).map(|at| format!("University of City{at},Land{}\n", at % 7)).collect();
    let loaded = read("places.csv", cities);
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (47, 40), "{:?}", loaded.first_edges);
    assert_notes(&loaded, &[], "universities");
    let people: String =
        (0..26_u8).map(|at| format!("John{at} {} Smith;Bob{}\n", char::from(b'A' + at), at % 5)).collect();
    let loaded = read("people.csv", people);
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (31, 26), "{:?}", loaded.first_edges);
    assert_notes(&loaded, &[], "initials");
}
