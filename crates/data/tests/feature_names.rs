//! Tables of features without a column of nodes, and rows that count from another number than the edges.

#[path = "common/node_files.rs"]
mod node_files;

use node_files::{read, ring};

fn features(text: &str) -> (Vec<String>, usize, Vec<String>) {
    let loaded = read(&ring(0, 20), text, "", |_| ()).unwrap_or_else(|error| panic!("{text}: {error}"));
    let names = loaded.graph.feature_names().map(|names| names.to_vec()).unwrap_or_default();
    (names, loaded.graph.nodes(), loaded.notes())
}

fn rows(row: impl Fn(usize) -> String) -> String {
    (0..20).map(|at| row(at) + "\n").collect()
}

#[test]
fn features_without_a_column_of_nodes_are_in_order() {
    let told = |notes: &[String], piece: &str| notes.iter().any(|note| note.contains(piece));
    // Ages of which some are nodes by chance, and some come twice.
    for text in [
        format!("age,income\n{}", rows(|at| format!("{},0.{at:02}", 15 + (at * 7) % 30))),
        format!("age,income\n{}", rows(|at| format!("{},0.{at:02}", 10 + at % 3))),
        format!("a,b,c\n{}", rows(|at| format!("{},{},{}", at % 2, at / 2 % 2, at / 4 % 2))),
        format!("0,1,2\n{}", rows(|at| format!("0.{at:02},-1.5,2.25"))),
    ] {
        let (names, nodes, notes) = features(&text);
        assert_eq!(
            (names.len(), nodes),
            (text.lines().next().expect("a header").split(',').count(), 20),
            "{text}"
        );
        assert!(told(&notes, "each line is taken for the features of the next node"), "{notes:?}");
    }
    let bits = rows(|at| format!("{},{},{}", at % 2, at / 2 % 2, at / 4 % 2));
    let loaded = read(&ring(0, 20), &bits, "", |_| ()).expect("read");
    let table = loaded.graph.features().expect("features").to_dense();
    assert_eq!((table.ncols(), table[[1, 0]], table[[7, 2]]), (3, 1.0, 1.0));
    // A column that names all nodes names them, though it is not called so.
    let (names, nodes, notes) =
        features(&format!("age,income\n{}", rows(|at| format!("{},0.{at:02}", (at * 7) % 20))));
    assert_eq!((names, nodes), (vec!["income".to_owned()], 20));
    assert!(told(&notes, "though it is not called so"), "{notes:?}");
    // More rows than nodes, the first column of which names some twice, are refused.
    assert!(
        read(&ring(0, 20), &format!("age,b\n{}5,1\n", rows(|at| format!("{},1", at % 3))), "", |_| ())
            .is_err()
    );
}

#[test]
fn features_whose_nodes_are_named_print_no_note() {
    for text in [
        rows(|at| format!("{at},0.{at:02},1")),
        rows(|at| format!("{},0.{at:02},1", (at * 7) % 20)),
        format!("id,a\n{}", rows(|at| format!("{},0.{at:02}", (at * 3) % 20))),
        format!("node_id,a\n{}", rows(|at| format!("{at},0.{at:02}"))),
        format!("user,a\n{}", rows(|at| format!("{},0.{at:02}", (at * 7) % 20))),
        format!(",a,b\n{}", rows(|at| format!("{at},0.{at:02},0"))),
        format!("number,a\n{}", rows(|at| format!("{at},0.{at:02}"))),
    ] {
        let (_, nodes, notes) = features(&text);
        assert_eq!((nodes, notes), (20, Vec::new()), "{text}");
    }
}

#[test]
fn a_comment_may_name_the_features() {
    let text = format!("# id,height,width\n{}", rows(|at| format!("{at},0.{at:02},0.5")));
    let (names, nodes, notes) = features(&text);
    assert_eq!((names, nodes), (vec!["height".to_owned(), "width".to_owned()], 20));
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].ends_with("the comment above the first row names the columns"), "{notes:?}");
}

#[test]
fn labels_that_count_from_another_number_are_told() {
    let labels = |from: usize| format!("id,y\n{}", rows(|at| format!("{},{}", at + from, at % 3)));
    for (edges, from, said) in [
        (ring(0, 20), 1, "the labels name no node 0, which edges do"),
        (ring(1, 20), 0, "the labels name a node 0, which no edge does"),
    ] {
        let notes = read(&edges, "", &labels(from), |_| ()).expect("read").notes();
        assert!(notes.iter().any(|note| note.contains(said)), "{said}: {notes:?}");
    }
    for from in [0, 1] {
        let notes = read(&ring(from, 20), "", &labels(from), |_| ()).expect("read").notes();
        assert!(notes.is_empty(), "{notes:?}");
    }
}

#[test]
fn a_comment_that_is_a_title_heads_no_columns() {
    for head in ["id class", "node y", "user community", "paper_id label"] {
        let text = format!("# node labels\n{head}\n{}", rows(|at| format!("{at} c{}", at % 3)));
        let loaded = read(&ring(0, 20), "", &text, |_| ()).expect("read");
        let labels = loaded.graph.labels().expect("labels");
        assert_eq!(labels.names, ["c0", "c1", "c2"], "{head}");
        assert_eq!(labels.class[..4], [Some(0), Some(1), Some(2), Some(0)], "{head}");
        assert!(
            loaded.notes().iter().all(|note| !note.contains("the comment above")),
            "{:?}",
            loaded.notes()
        );
    }
    // A class that is called like a column comes again.
    let answers = rows(|at| format!("member{at} {}", ["y", "n"][at % 2]));
    let ring = ring(0, 20)
        .lines()
        .map(|line| {
            let (from, to) = line.split_once(',').expect("a pair");
            format!("member{from},member{to}\n")
        })
        .collect::<String>();
    let loaded = read(&ring, "", &format!("# id label\n{answers}"), |_| ()).expect("read");
    assert_eq!(loaded.graph.labels().expect("labels").class.iter().flatten().count(), 20);
}
