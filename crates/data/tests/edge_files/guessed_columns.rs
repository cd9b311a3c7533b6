//! Weights, times and kinds of ties that stand before or between the nodes, names of columns behind a mark, and what is
//! called like a missing node.

use aevb_data::graph::{Bipartite, MissingEnds};

use crate::karate::*;

#[test]
fn weights_and_times_before_the_nodes_are_no_nodes() {
    let fractions = |a, b, w| format!("0.{w} {a} {b}");
    let loaded = read("weight_first.txt", lines("", fractions));
    assert_karate(&loaded, number, "a weight first");
    assert_notes(
        &loaded,
        &["column 1 holds decimals", "column 1 holds numbers that are not read"],
        "a weight first",
    );
    let loaded = weighted("weight_first.txt", lines("", fractions));
    assert_karate(&loaded, number, "weights of the first column");
    let of = |loaded: &aevb_data::graph::LoadedGraph, a: &str, b: &str| {
        let at = |name: &str| names(loaded).iter().position(|known| *known == name).expect("a node") as u32;
        loaded.graph.weight(at(a), at(b))
    };
    assert_eq!((of(&loaded, "1", "3"), of(&loaded, "33", "34")), (Some(0.5), Some(0.5)));
    let between = read("weight_between.txt", lines("", |a, b, w| format!("{a} 0.{w} {b}")));
    assert_karate(&between, number, "a weight between");
    let dates = read("date_first.csv", lines("", |a, b, w| format!("2024-01-0{w},{a},{b}")));
    assert_karate(&dates, number, "a date first");
    assert_notes(&dates, &["column 1 holds dates"], "a date first");
    for head in ["peso,sorgente,bersaglio\n", "权重,源,目标\n", "weight,x1,person\n", "timestamp,p,q\n"]
    {
        let loaded = read("edges.csv", lines(head, |a, b, w| format!("{w},{a},{b}")));
        assert_karate(&loaded, number, head);
        assert_eq!(loaded.graph.is_weighted(), !head.starts_with("time"), "{head}");
    }
    let doubtful = read("one_side.csv", lines("", |a, b, _| format!("{a}.5,P{b}")));
    assert_notes(&doubtful, &["column 1 holds decimals, and is read as names"], "one side");
    let articles = read("arxiv.txt", lines("", |a, b, _| format!("0704.00{a:02} Author{b}")));
    assert_notes(&articles, &[], "numbers of articles beside authors");
}

#[test]
fn kinds_of_ties_between_the_nodes_are_no_nodes() {
    for (name, text) in [
        ("a.sif", lines("", |a, b, _| format!("{} pp {}", padded(a), padded(b)))),
        ("tabs.sif", lines("", |a, b, _| format!("{}\tpp\t{}", padded(a), padded(b)))),
        ("kinds.tsv", lines("", |a, b, w| format!("{}\t/people/met_{w}\t{}", padded(a), padded(b)))),
        ("a.nt", lines("", |a, b, _| format!("{} <knows> {} .", padded(a), padded(b)))),
    ] {
        let loaded = read(name, text);
        assert_karate(&loaded, padded, name);
        assert_notes(&loaded, &["is taken for the kind of tie"], name);
    }
    let asked = try_read("a.sif", lines("", |a, b, _| format!("P{a} pp P{b}")), |files| {
        files.reading.source = Some(aevb_data::graph::Column("1".into()));
        files.reading.target = Some(aevb_data::graph::Column("2".into()));
    });
    assert!(asked.expect("a star").graph.edge_count() < 34);
    // Ratings are no nodes, though they are few numbers as users have.
    let genres: String =
        (1..40).map(|user| format!("{user},{},{}\n", ["drama", "comedy"][user % 2], user % 5 + 1)).collect();
    let loaded = read("genres.csv", genres);
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (41, 39));
    let titles: String = (1..40).map(|at| format!("P{at} {} T{at}\n", ["ICML", "NIPS"][at % 2])).collect();
    assert!(read("venues.txt", titles).notes().iter().any(|note| note.contains("if they are kinds of ties")));
}

#[test]
fn the_comment_right_above_the_rows_may_name_the_columns() {
    let loaded = read(
        "w.tsv",
        lines("#weight\tsource\ttarget\n", |a, b, w| format!("{w}\t{}\t{}", padded(a), padded(b))),
    );
    assert_karate(&loaded, padded, "a weight first");
    assert!(loaded.graph.is_weighted());
    assert_notes(&loaded, &["the comment above the first row names the columns"], "a weight first");
    let grid = lines("#ID\tGene A\tGene B\tType\n", |a, b, w| format!("{w}\tG{a}\tG{b}\tphysical"));
    let loaded = read("biogrid.tsv", grid);
    assert_karate(&loaded, |node| format!("G{node}"), "BioGRID");
    let snap =
        read("snap.txt", lines("# a list of\n# FromNodeId\tToNodeId\n", |a, b, _| format!("{a}\t{b}")));
    assert_karate(&snap, number, "SNAP");
    assert_notes(&snap, &[], "SNAP");
    let prose = read("prose.txt", lines("# not our data\n", |a, b, _| format!("P{a} P{b} friend")));
    assert_karate(&prose, |node| format!("P{node}"), "prose");
    assert_notes(&prose, &[], "prose");
}

#[test]
fn a_row_is_not_lost_where_numbers_head_the_columns() {
    let mut text = ",0,1\n".to_owned();
    for (at, [a, b, _]) in TIES.iter().enumerate() {
        text += &format!("{at},{},{}\n", a - 1, b - 1);
    }
    let loaded = read("index.csv", &text);
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (34, 78));
    assert_notes(&loaded, &["the first column has no name"], "an index");
    let back = read("index.csv", text.replace("0,0,1\n", "0,1,0\n"));
    assert_eq!((back.graph.nodes(), back.graph.edge_count()), (34, 78));
}

#[test]
fn two_kinds_of_nodes_by_the_same_numbers_are_told() {
    for (head, told) in [
        ("userId,movieId\n", true),
        ("author_id,paper_id\n", true),
        ("customer,product\n", true),
        ("user,friend\n", false),
        ("user,follower\n", false),
        ("source,target\n", false),
    ] {
        let text = lines(head, |a, b, _| format!("{a},{b}"));
        let is_told = |loaded: &aevb_data::graph::LoadedGraph| {
            loaded.notes().iter().any(|note| note.contains("nodes of two kinds by the same numbers"))
        };
        assert_eq!(is_told(&read("e.csv", &text)), told, "{head}");
        for bipartite in [Bipartite::Yes, Bipartite::No] {
            let loaded = try_read("e.csv", &text, |files| files.reading.bipartite = bipartite).expect("read");
            assert!(!is_told(&loaded), "{head}");
        }
    }
    let apart = read("e.csv", lines("user,movie\n", |a, b, _| format!("{a},{}", 100 + b)));
    assert_notes(&apart, &[], "other numbers");
    let ratings = read("u.data", lines("", |a, b, w| format!("{a}\t{b}\t{}\t{}", w.min(5), 880_000_000 + a)));
    assert!(
        ratings.notes().iter().any(|note| note.contains("users, items, ratings")),
        "{:?}",
        ratings.notes()
    );
}

#[test]
fn words_of_spreadsheets_for_nothing_are_no_nodes() {
    let broken = "P1,?\nP1,#REF!\n(none),P2\nP3,-\n\\N,P4\n";
    let text = lines("source,target\n", |a, b, _| format!("P{a},P{b}")) + broken;
    let loaded = read("e.csv", &text);
    assert_karate(&loaded, |node| format!("P{node}"), "missing");
    assert_notes(&loaded, &["5 lines have an end called like a missing value"], "missing");
    let kept =
        try_read("e.csv", &text, |files| files.reading.missing_ends = MissingEnds::Keep).expect("kept");
    assert_eq!((kept.graph.nodes(), kept.graph.edge_count()), (39, 83));
    let mixed = read("e.csv", "source,target\n0,1\n1.0,2\n2,0\n");
    assert!(
        mixed.notes().iter().any(|note| note.contains("`1` and `1.0` are two nodes")),
        "{:?}",
        mixed.notes()
    );
    let unread = read("e.csv", lines("source,target,distance\n", |a, b, w| format!("{a},{b},{w}")));
    assert_notes(&unread, &["column `distance` holds numbers that are not read"], "distance");
}

#[test]
fn a_header_that_names_both_ends_is_known() {
    let names_both = |text: &str| match &read("e.csv", text).files {
        aevb_data::graph::FileCounts::EdgeList(file) => file.names_both_ends(),
        other => panic!("{other:?}"),
    };
    assert!(names_both("source,target,weight\n1,2,3\n2,3,1\n"));
    assert!(!names_both("1,2,3\n2,3,1\n"));
    assert!(!names_both("height,width,depth\n1,2,3\n2,3,1\n"));
}
