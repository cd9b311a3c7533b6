//! What stands between columns where several signs could.

use std::collections::HashSet;

use crate::karate::*;

#[test]
fn arrows_of_all_kinds_stand_between_names() {
    for arrow in ["->", "-->", "=>", "<->", "<-", "→", "⇒", "↔", "—", "–", ">", "<", "--", "-", "<=>"]
    {
        let loaded = read("edges.txt", lines("", |a, b, _| format!("{} {arrow} {}", padded(a), padded(b))));
        assert_karate(&loaded, padded, arrow);
        assert_notes(&loaded, &[], arrow);
        let text = lines("", |a, b, w| format!("{} {arrow} {} {w}", padded(a), padded(b)));
        let loaded = read("edges.txt", &text);
        assert_karate(&loaded, padded, arrow);
        assert_notes(&loaded, &["column 3 holds numbers"], arrow);
        assert_eq!(weighted("edges.txt", &text).graph.edge_count(), 78);
    }
    let close = read("edges.txt", lines("", |a, b, _| format!("{}→{}", padded(a), padded(b))));
    assert_karate(&close, padded, "without blanks");
    let kinds = read("edges.txt", lines("", |a, b, _| format!("{} -> {}, friend", padded(a), padded(b))));
    assert_karate(&kinds, padded, "a kind of tie");
    let names = |node: u32| format!("Member {node}");
    let loaded = read("edges.txt", lines("", |a, b, w| format!("{} -> {} {w}", names(a), names(b))));
    assert_notes(&loaded, &["taken for a part of the name"], "names of two words");
    let mixed = read("edges.txt", "a → b\nb -> c\nc → d\n");
    assert_notes(&mixed, &["lines were split inside names"], "two arrows");
}

#[test]
fn a_sign_within_a_later_column_leaves_the_first_two_apart() {
    for (what, text, name) in [
        ("pairs", lines("", |a, b, w| format!("{} {} {w};7", padded(a), padded(b))), "semicolon"),
        ("dates", lines("", |a, b, w| format!("{} {} 2020-01-0{w},x", padded(a), padded(b))), "comma"),
    ] {
        let loaded = read("edges.txt", text);
        assert_karate(&loaded, padded, what);
        assert_notes(&loaded, &[&format!("data.delimiter={name}")], what);
    }
    let loaded = read("mixed.txt", lines("", |a, b, w| format!("{a}\t{b} {w}")));
    assert_karate(&loaded, number, "tabs and blanks");
    assert_notes(&loaded, &["data.delimiter=tab", "column 3"], "tabs and blanks");
    let comma = |node: u32| format!("Smith,{node}");
    let loaded = read("years.txt", lines("", |a, b, w| format!("{} {} {w} 2004", comma(a), comma(b))));
    assert_karate(&loaded, comma, "commas within names");
    let full = |node: u32| format!("Ann Marie P{node}");
    let loaded = read("people.csv", lines("", |a, b, _| format!("{},{}", full(a), full(b))));
    assert_karate(&loaded, full, "names of three words");
    assert_notes(&loaded, &[], "names of three words");
}

#[test]
fn two_kinds_of_nodes_stand_before_numbers_with_a_sign() {
    for (between, piece) in [(",", "column 3"), (";", "data.delimiter=semicolon")] {
        let text = lines("", |a, b, w| format!("u{a} i{b} 0{between}{w}"));
        let loaded = read("ratings.txt", text);
        let begin: HashSet<u32> = TIES.iter().map(|tie| tie[0]).collect();
        let end: HashSet<u32> = TIES.iter().map(|tie| tie[1]).collect();
        let counts = (loaded.graph.nodes(), loaded.graph.edge_count());
        assert_eq!(counts, (begin.len() + end.len(), 78), "{:?}", loaded.first_edges);
        let told = loaded.notes().iter().any(|note| note.contains(piece));
        assert!(told, "{:?}", loaded.notes());
    }
}

#[test]
fn lines_of_unequal_width_are_told() {
    let text = lines("", |a, b, w| format!("{a} {b} {w}{}", if a > 20 { " 5 6" } else { "" }));
    let wide = TIES.iter().filter(|tie| tie[0] > 20).count();
    assert_notes(
        &read("edges.txt", text),
        &[&format!("{wide} lines have another number of columns than most, 3"), "column 3"],
        "unequal",
    );
    let one = lines("a b kind\n", |a, b, _| format!("P{a} P{b} tie"));
    assert_notes(
        &read("edges.txt", format!("{one}P1 P2 tie and more\n")),
        &["1 line has another number"],
        "one",
    );
    let gaps = lines("source,target,since,till\n", |a, b, w| format!("P{a},P{b},199{w},"));
    assert_notes(&read("edges.csv", gaps), &[], "empty cells");
}

#[test]
fn numbers_name_columns_only_below_a_header() {
    use aevb_data::graph::Column;
    let text = "2 1 5\n2 5 6\n3 6 7\n4 7 5\n";
    let loaded = try_read("cols.txt", text, |files| {
        files.reading.source = Some(Column("2".into()));
        files.reading.target = Some(Column("3".into()));
    });
    let loaded = loaded.expect("read");
    assert_eq!(names(&loaded), ["1", "5", "6", "7"]);
    assert_eq!(loaded.graph.edge_count(), 4);
}

#[test]
fn a_file_of_many_words_a_line_takes_no_time() {
    let row = |start: usize| (0..12_000).map(|at| format!("w{} ", (at + start) % 997)).collect::<String>();
    let begun = std::time::Instant::now();
    let _ = try_read("wide.txt", format!("{}\n{}\n", row(0), row(1)), |_| ());
    let ends =
        "source,target,".to_owned() + &(0..3_000).map(|at| format!("a{at},b{at},")).collect::<String>();
    let _ = try_read("genes.csv", format!("{ends}\n{ends}\n"), |_| ());
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[test]
fn a_dash_within_a_name_is_no_arrow_where_a_sign_stands_behind_it() {
    for (what, line) in [
        ("tabs", (|a, b| format!("Artist {a} - Song {}\tu{b}", a % 3)) as fn(u32, u32) -> String),
        ("commas", |a, b| format!("Abba{a} - Song{},u{b}", a % 3)),
        ("semicolons", |a, b| format!("Title {a} – Sub {};u{b}", a % 3)),
        ("pipes", |a, b| format!("Title {a} — Sub {}|u{b}", a % 3)),
        ("a sign of more", |a, b| format!("Price {a} > Price {}\tu{b}", a % 3 + 100)),
        ("a sign of less", |a, b| format!("Size {a} < Limit\tu{b}")),
    ] {
        let loaded = read("plays.csv", lines("", |a, b, _| line(a, b)));
        // Those that begin a tie and those that end one.
        let begin: HashSet<u32> = TIES.iter().map(|tie| tie[0]).collect();
        let end: HashSet<u32> = TIES.iter().map(|tie| tie[1]).collect();
        assert_eq!(
            (loaded.graph.nodes(), loaded.graph.edge_count()),
            (begin.len() + end.len(), 78),
            "{what}: {:?}",
            loaded.first_edges
        );
        assert_notes(&loaded, &[], what);
    }
    let scored = read("scores.csv", lines("", |a, b, w| format!("Title {a} – Sub;user{b};{w}")));
    assert!(
        scored.notes().iter().any(|note| note.contains("data.delimiter=semicolon")),
        "{:?}",
        scored.notes()
    );
    // Where the names behind the dash stand before it too, it is an arrow.
    for sign in ["\t", ";", ",", "|"] {
        let loaded =
            read("edges.txt", lines("", |a, b, w| format!("{} - {}{sign}kind{w}", padded(a), padded(b))));
        assert_karate(&loaded, padded, sign);
        assert_notes(&loaded, &[], sign);
    }
}
