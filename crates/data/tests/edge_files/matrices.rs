//! Matrices: of Matrix Market as people write it, and adjacencies in text.

use aevb_data::graph::{Bipartite, Weights};

use crate::karate::*;

fn market(banner: &str) -> String {
    lines(&format!("{banner}\n34 34 78\n"), |a, b, _| format!("{b} {a}"))
}

fn adjacency() -> Vec<Vec<u32>> {
    let mut rows = vec![vec![0; 34]; 34];
    for [a, b, _] in TIES {
        rows[a as usize - 1][b as usize - 1] = 1;
        rows[b as usize - 1][a as usize - 1] = 1;
    }
    rows
}

fn row(values: &[u32], between: &str, format: impl Fn(u32) -> String) -> String {
    values.iter().map(|value| format(*value)).collect::<Vec<_>>().join(between)
}

#[test]
fn banners_are_read_as_people_write_them() {
    for (what, text, notes) in [
        ("as described", market("%%MatrixMarket matrix coordinate pattern symmetric"), 0),
        ("one percent", market("%MatrixMarket matrix coordinate pattern symmetric"), 1),
        ("lower case", market("%%matrixmarket matrix coordinate pattern symmetric"), 0),
        ("a mark", market("\u{feff}%%MatrixMarket matrix coordinate pattern symmetric"), 0),
        ("blank first", market("\n%%MatrixMarket matrix coordinate pattern symmetric"), 0),
    ] {
        let loaded = read("karate.mtx", text);
        assert_karate(&loaded, number, what);
        assert_eq!(loaded.notes().len(), notes, "{what}: {:?}", loaded.notes());
    }
    let unsigned =
        lines("%%MatrixMarket matrix coordinate unsigned-integer symmetric\n34 34 78\n", |a, b, w| {
            format!("{b} {a} {w}")
        });
    assert_karate(&read("unsigned.mtx", unsigned), number, "unsigned");
}

#[test]
fn arrays_of_symmetric_matrices_list_their_lower_triangle() {
    let rows = adjacency();
    let mut text = "%%MatrixMarket matrix array integer symmetric\n%\n34 34\n".to_owned();
    for column in 0..34 {
        for values in &rows[column..] {
            text.push_str(&format!("{}\n", values[column]));
        }
    }
    assert_karate(&read("array.mtx", &text), number, "triangle");
    assert!(refused("more.mtx", format!("{text}0\n")).contains("more than the 595"));
}

#[test]
fn rectangles_have_two_sides() {
    let text = "%MatrixMarket matrix coordinate pattern general\n3 4 5\n1 1\n2 2\n2 3\n3 4\n3 1\n";
    let loaded = read("rectangle.mtx", text);
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (7, 5));
    assert_eq!(names(&loaded), ["left:1", "left:2", "left:3", "right:1", "right:2", "right:3", "right:4"]);
    assert_notes(&loaded, &["one %", "3 x 4 is no adjacency"], "rectangle");
    let error = try_read("rectangle.mtx", text, |files| files.reading.bipartite = Bipartite::No);
    assert!(error.expect_err("refused").message.contains("no adjacency"));
    let square = "%%MatrixMarket matrix coordinate pattern general\n3 3 2\n1 1\n2 3\n";
    let loaded =
        try_read("square.mtx", square, |files| files.reading.bipartite = Bipartite::Yes).expect("read");
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (6, 2));
}

#[test]
fn what_is_no_adjacency_is_refused_by_name() {
    let hermitian = lines("%%MatrixMarket matrix coordinate complex hermitian\n34 34 78\n", |a, b, _| {
        format!("{b} {a} 1 0")
    });
    assert!(refused("hermitian.mtx", hermitian).contains("complex"));
    let mut laplacian =
        lines("%%MatrixMarket matrix coordinate integer symmetric\n34 34 112\n", |a, b, _| {
            format!("{b} {a} -1")
        });
    for (node, list) in (1..).zip(neighbours()) {
        laplacian.push_str(&format!("{node} {node} {}\n", list.len()));
    }
    assert!(refused("laplacian.mtx", &laplacian).contains("is a Laplacian"));
    let loaded = try_read("laplacian.mtx", laplacian, |files| files.weights = Weights::None).expect("read");
    assert_karate(&loaded, number, "a Laplacian without weights");
}

#[test]
fn adjacencies_in_text_are_read_with_names_and_without() {
    let rows = adjacency();
    let name = |node: u32| format!("P{node:02}");
    let names: Vec<String> = (1..=34).map(name).collect();
    let named = |between: &str, format: &dyn Fn(u32) -> String| -> String {
        let body = rows
            .iter()
            .zip(&names)
            .map(|(values, name)| format!("{name}{between}{}\n", row(values, between, format)));
        format!("{between}{}\n{}", names.join(between), body.collect::<String>())
    };
    let whole = |value: u32| value.to_string();
    assert_karate(&read("pandas.csv", named(",", &whole)), name, "pandas");
    assert_karate(&read("gephi.csv", named(";", &|value| format!("{value}.0"))), name, "Gephi");
    let bare: String = rows.iter().map(|values| row(values, ",", whole) + "\n").collect();
    let from_zero = |node: u32| (node - 1).to_string();
    assert_karate(&read("bare.csv", &bare), from_zero, "bare");
    assert_karate(&read("header-no-index.csv", format!("{}\n{bare}", names.join(","))), name, "header");
    let savetxt: String = rows
        .iter()
        .map(|values| row(values, " ", |value| format!("{value}.000000000000000000e+00")) + "\n")
        .collect();
    assert_karate(&read("savetxt.txt", savetxt), from_zero, "savetxt");
    let mut values = rows.clone();
    for [a, b, w] in TIES {
        values[a as usize - 1][b as usize - 1] = w;
        values[b as usize - 1][a as usize - 1] = w;
    }
    let weights: String = values.iter().map(|values| row(values, ",", whole) + "\n").collect();
    let loaded = read("weights.csv", weights);
    assert_karate(&loaded, from_zero, "weights");
    assert_eq!(loaded.graph.weight(0, 2), Some(5.0));
    let swapped = named(",", &whole).replacen("P01,P02", "P02,P01", 1);
    assert!(
        try_read("swapped.csv", swapped, |files| files.edges_format =
            Some(aevb_data::graph::FileFormat::AdjacencyMatrix))
        .is_err()
    );
    // Three edges of three columns are a list.
    assert_eq!(read("list.csv", "1 2 3\n2 3 1\n3 1 2\n").graph.nodes(), 3);
}

#[test]
fn headers_that_count_stand_above_matrices() {
    let rows = adjacency();
    let whole = |value: u32| value.to_string();
    let bare: String = rows.iter().map(|values| row(values, ",", whole) + "\n").collect();
    for first in [0, 1] {
        let head: Vec<u32> = (first..first + 34).collect();
        let loaded = read("k.csv", format!("{}\n{bare}", row(&head, ",", whole)));
        assert_karate(&loaded, |node| (node - 1 + first).to_string(), "pandas without an index");
        assert_notes(&loaded, &[], "pandas without an index");
    }
    let ring = |at: u32| -> String {
        let cell = |to: u32| u32::from((at + 1) % 10 == to || (to + 1) % 10 == at).to_string();
        format!("{at} {}\n", (0..10).map(cell).collect::<Vec<_>>().join(" "))
    };
    let head: String = (0..10).map(|at| format!("{at} ")).collect();
    let loaded = read("ring.txt", format!("{}\n{}", head.trim(), (0..10).map(ring).collect::<String>()));
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (10, 10));
    // Distances along a line, the first row of which counts too.
    let line: String = (0..12_i32)
        .map(|at| (0..12_i32).map(|to| (at - to).abs().to_string()).collect::<Vec<_>>().join(" ") + "\n")
        .collect();
    assert_eq!(read("line.txt", line).graph.edge_count(), 66);
}

#[test]
fn a_matrix_longer_than_the_sample_is_one() {
    let nodes = 80_u32;
    let cell = |at: u32, to: u32| f64::from(u32::from((at + 1) % nodes == to || (to + 1) % nodes == at));
    let text = |head: &str| -> String {
        let rows = (0..nodes).map(|at| {
            (0..nodes).map(|to| format!("{:.18e}", cell(at, to))).collect::<Vec<_>>().join(" ") + "\n"
        });
        head.to_owned() + &rows.collect::<String>()
    };
    assert!(text("").len() > 128 << 10);
    let loaded = read("m80.txt", text(""));
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (80, 80));
    let head = (1..=nodes).map(|at| at.to_string()).collect::<Vec<_>>().join(" ") + "\n";
    let loaded = read("m80.txt", text(&head));
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (80, 80));
    assert_eq!(names(&loaded)[..2], ["1", "2"]);
}

#[test]
fn matrix_market_is_told_in_utf16_and_after_comments() {
    let text = market("%%MatrixMarket matrix coordinate pattern symmetric");
    let loaded = read("comment.mtx", format!("# made by me\n{text}"));
    assert_karate(&loaded, number, "a comment");
    for mark in [Some(0xfeff), None] {
        let units = mark.into_iter().chain(text.encode_utf16());
        let loaded = read("utf16.mtx", units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        assert_karate(&loaded, number, "UTF-16");
        assert_notes(&loaded, &["UTF-16"], "UTF-16");
    }
}

#[test]
fn a_matrix_that_may_be_a_picture_is_noted() {
    let npy = |bytes: Vec<u8>| {
        let mut header = "{'descr': '|u1', 'fortran_order': False, 'shape': (28, 28), }".to_owned();
        header.push_str(&" ".repeat(117 - header.len()));
        header.push('\n');
        [b"\x93NUMPY\x01\x00".as_slice(), &[118, 0], header.as_bytes(), &bytes].concat()
    };
    let picture = read("digit.npy", npy((0..784_u32).map(|at| (at * 7 % 256) as u8).collect()));
    assert!(picture.notes()[0].contains("--kind images"), "{:?}", picture.notes());
    let ring = |at: usize| u8::from((at / 28 + 1) % 28 == at % 28 || (at % 28 + 1) % 28 == at / 28);
    for high in [1, 9] {
        let loaded = read("ring.npy", npy((0..784).map(|at| high * ring(at)).collect()));
        assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (28, 28));
        assert_notes(&loaded, &[], "an adjacency");
    }
}
