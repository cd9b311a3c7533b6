//! Which columns hold what, and what stands between them.

use aevb_data::graph::{Bipartite, Column, GraphFiles, Header, Weights};

use crate::karate::*;

#[test]
fn the_words_of_a_header_choose_the_columns() {
    let numbered = next_lines("id,source,target,weight\n", |at, a, b, w| format!("{at},{a},{b},{w}"));
    let loaded = read("edges.csv", numbered);
    assert_karate(&loaded, number, "id first");
    assert!(loaded.graph.is_weighted());
    let gephi = next_lines("Source,Target,Type,Id,Label,timeset,Weight\n", |at, a, b, w| {
        format!("{a},{b},Undirected,{at},,,{w}.0")
    });
    let loaded = read("gephi.csv", gephi);
    assert_karate(&loaded, number, "gephi");
    assert!(loaded.graph.is_weighted());
    let named =
        next_lines("EdgeId,Source,Target\n", |at, a, b, _| format!("{at},{},{}", padded(a), padded(b)));
    assert_karate(&read("named.csv", named), padded, "EdgeId");
    let weight_first = lines("weight\ttime\tto_node\tfrom_node\n", |a, b, w| format!("{w}\t1990\t{b}\t{a}"));
    assert_karate(&read("edges.tsv", weight_first), number, "weight first");
    let german = lines("Quelle;Ziel;Gewicht\n", |a, b, w| format!("{};{};0,{w}", padded(a), padded(b)));
    let loaded = read("german.csv", german);
    assert_karate(&loaded, padded, "German");
    assert!(loaded.graph.is_weighted());
    assert_notes(&loaded, &["decimal comma"], "German");
}

fn next_lines(head: &str, line: impl Fn(usize, u32, u32, u32) -> String) -> String {
    let mut text = head.to_owned();
    for (at, [a, b, w]) in TIES.iter().enumerate() {
        text.push_str(&line(at + 1, *a, *b, *w));
        text.push('\n');
    }
    text
}

#[test]
fn columns_are_chosen_by_name_or_number() {
    let text = next_lines("", |at, a, b, w| format!("{at};{};{};{w}", padded(a), padded(b)));
    let message = refused("edges.csv", &text);
    assert!(
        message.contains("the first column counts the lines") && message.contains("data.source=\"2\""),
        "{message}"
    );
    let choose = |source: &str, target: &str| {
        let (source, target) = (Column(source.into()), Column(target.into()));
        move |files: &mut GraphFiles| {
            files.reading.source = Some(source.clone());
            files.reading.target = Some(target.clone());
        }
    };
    let loaded = try_read("edges.csv", &text, choose("2", "3")).expect("read");
    assert_karate(&loaded, padded, "by number");
    let headed = format!("nr;who;whom;often\n{text}");
    assert!(
        refused("edges.csv", &headed).contains("data.source=\"who\""),
        "{}",
        refused("edges.csv", &headed)
    );
    let loaded = try_read("edges.csv", &headed, choose("who", "whom")).expect("read");
    assert_karate(&loaded, padded, "by name");
    let loaded = try_read("edges.csv", &headed, |files| {
        choose("who", "whom")(files);
        files.reading.weight = Some(Column("often".into()));
    });
    assert!(loaded.expect("read").graph.is_weighted());
    let error = try_read("edges.csv", &headed, choose("who", "friend")).expect_err("no such column");
    assert!(error.message.contains("`friend`") && error.message.contains("`whom`"), "{error}");
    let error = try_read("edges.csv", &headed, |files| files.reading.source = Some(Column("who".into())));
    assert!(error.expect_err("one end").hint.contains("data.target"));
}

#[test]
fn a_header_is_one_where_it_is_said_to_be() {
    let text = lines("alpha,omega\n", |a, b, _| format!("{},{}", padded(a), padded(b)));
    assert_notes(&read("edges.csv", &text), &["is taken for a header"], "undecided");
    let with =
        |header: Header| try_read("edges.csv", &text, |files| files.reading.header = header).expect("read");
    assert_karate(&with(Header::Yes), padded, "yes");
    assert_eq!(with(Header::No).graph.edge_count(), 79);
}

#[test]
fn a_separator_is_as_it_is_said_to_be() {
    let text = lines("", |a, b, _| format!("a:{a}!a:{b}"));
    let loaded =
        try_read("edges.txt", &text, |files| files.reading.delimiter = Some("!".into())).expect("read");
    assert_karate(&loaded, |node| format!("a:{node}"), "by name");
    let error = try_read("edges.txt", &text, |files| files.reading.delimiter = Some("xy".into()));
    assert_eq!(error.expect_err("no sign").place, "data.delimiter");
}

#[test]
fn networkx_writes_dictionaries_after_the_pair() {
    let cases = [
        lines("", |a, b, w| format!("{a} {b} {{'weight': {w}, 'since': 1992}}")),
        lines("", |a, b, w| format!("{a} {b} {{'weight': {w}}}")),
        lines("", |a, b, w| format!("{a},{b},{{'since': 'x, y', 'weight': {w}}}")),
    ];
    for text in &cases {
        let loaded = read("edges.edgelist", text);
        assert_karate(&loaded, number, text.lines().next().unwrap_or(""));
        assert_notes(&loaded, &[], "dictionaries");
        assert_eq!(weighted("edges.edgelist", text).graph.weight(0, 2), Some(5.0));
        let without = try_read("e", text, |files| files.weights = Weights::None).expect("read");
        assert!(!without.graph.is_weighted());
    }
    let loaded = read("none.edgelist", lines("", |a, b, _| format!("{a} {b} {{}}")));
    assert_karate(&loaded, number, "no attribute");
    assert!(!loaded.graph.is_weighted());
}

#[test]
fn r_writes_names_of_rows_and_quotes() {
    let row = |at: usize, a: u32, b: u32, w: u32| format!("\"{at}\" \"{}\" \"{}\" {w}", padded(a), padded(b));
    let loaded = read("write-table.txt", next_lines("\"from\" \"to\" \"weight\"\n", row));
    assert_karate(&loaded, padded, "write.table");
    assert!(loaded.graph.is_weighted());
    assert_notes(&loaded, &[], "write.table");
    let row = |at: usize, a: u32, b: u32, _: u32| format!("\"{at}\" {a} {b}");
    assert_karate(&read("numbers.txt", next_lines("\"V1\" \"V2\"\n", row)), number, "numbers");
    let row = |at: usize, a: u32, b: u32, _: u32| format!("\"{at}\",\"{}\",\"{}\"", padded(a), padded(b));
    assert_karate(&read("write-csv.csv", next_lines("\"\",\"from\",\"to\"\n", row)), padded, "write.csv");
    let with_blank = |node: u32| format!("Member {node}, \"the\"");
    let quoted = |node: u32| format!("\"Member {node}, \"\"the\"\"\"");
    let loaded = read("quoted.ncol", lines("", |a, b, w| format!("{} {} {w}", quoted(a), quoted(b))));
    assert_karate(&loaded, with_blank, "quotes between blanks");
}

#[test]
fn names_may_hold_what_separates_elsewhere() {
    let blank = |node: u32| format!("Member {node} Nord");
    for (what, text) in [
        ("pipes", lines("", |a, b, _| format!("{}|{}", blank(a), blank(b)))),
        ("arrows", lines("", |a, b, _| format!("{} -> {}", blank(a), blank(b)))),
        ("single quotes", lines("'source','target'\n", |a, b, _| format!("'{}','{}'", blank(a), blank(b)))),
        ("semicolons", lines("", |a, b, w| format!("{};{};{w}", blank(a), blank(b)))),
    ] {
        assert_karate(&read("edges.txt", text), blank, what);
    }
    let tuple = |node: u32| format!("({}, {})", node / 10, node % 10);
    let text = lines("", |a, b, w| format!("{} {} {w}", tuple(a), tuple(b)));
    assert_karate(&read("tuples.edgelist", text), tuple, "tuples");
    let comma = |node: u32| format!("Doe,{node}");
    assert_karate(
        &read("edges.txt", lines("", |a, b, _| format!("{} {}", comma(a), comma(b)))),
        comma,
        "commas",
    );
    let odd = read("edges.txt", "(a b\n(c d\nb) d\ne f\n");
    assert!(odd.notes().iter().any(|note| note.contains("split inside")), "{:?}", odd.notes());
}

#[test]
fn decimal_commas_stand_beside_semicolons() {
    let text = lines("", |a, b, w| format!("{};{};0,{w}0", padded(a), padded(b)));
    let loaded = read("no-header.csv", &text);
    assert_karate(&loaded, padded, "no header");
    assert_notes(&loaded, &["holds numbers that are not read"], "no header");
    let loaded = weighted("no-header.csv", &text);
    assert_eq!(loaded.graph.weight(0, 1), Some(0.4));
    assert_notes(&loaded, &["decimal comma"], "no header");
    let loaded = read("header.csv", format!("source;target;weight\n{text}"));
    assert_karate(&loaded, padded, "header");
    assert_eq!(loaded.graph.weight(0, 1), Some(0.4));
}

#[test]
fn konect_says_what_sides_and_signs_there_are() {
    let text = lines("% bip unweighted\n% 78 34 34\n", |a, b, _| format!("{a} {b}"));
    let loaded = read("out.bip", &text);
    // 26 of the members stand on the left, 25 on the right.
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (26 + 25, 78));
    assert!(names(&loaded).contains(&"left:1") && names(&loaded).contains(&"right:34"));
    assert_notes(&loaded, &["% bip"], "bip");
    let merged = try_read("out.bip", &text, |files| files.reading.bipartite = Bipartite::No).expect("read");
    assert_karate(&merged, number, "merged");
    let signed = lines("% sym signed\n% 78 34 34\n", |a, b, w| {
        format!("{a} {b} {} 1289241913", if w > 2 { -1 } else { 1 })
    });
    let loaded = read("out.signed", signed);
    assert_karate(&loaded, number, "signed");
    assert_notes(&loaded, &["some of them negative"], "signed");
}
