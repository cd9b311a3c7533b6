//! Lists of edges in the forms that people keep them.

use std::io::Write;

use aevb_data::graph::{EdgeListFile, FileCounts, LoadedGraph, read_edge_list};
use flate2::{Compression, write::GzEncoder};

fn read(name: &str, content: &[u8]) -> LoadedGraph {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    read_edge_list(&path).expect("a graph")
}

fn names(loaded: &LoadedGraph) -> Vec<&str> {
    loaded.graph.names().expect("names").iter().map(String::as_str).collect()
}

fn file(loaded: &LoadedGraph) -> &EdgeListFile {
    match &loaded.files {
        FileCounts::EdgeList(file) => file,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_graph_is_read_from_every_form() {
    let forms: [(&str, &str); 14] = [
        ("spaces", "10 20\n20 30\n5 10\n"),
        ("no end of the last line", "10 20\n20 30\n5 10"),
        ("aligned", "  10   20\n  20   30\n   5   10  \n"),
        ("tabs", "10\t20\n20\t30\n5\t10\n"),
        ("commas", "10,20\n20, 30\n5,10\n"),
        ("quotes", "\"10\",\"20\"\n\"20\",\"30\"\n\"5\",\"10\"\n"),
        ("carriage returns", "10\t20\r\n20\t30\r\n5\t10\r\n"),
        ("comments", "# Nodes: 4\n% 4 4 3\n10 20\n\n# more\n20 30\n5 10\n"),
        ("a header", "source,target\n10,20\n20,30\n5,10\n"),
        ("a header of any words", "citing\tcited\n10\t20\n20\t30\n5\t10\n"),
        ("more columns", "10 20 0.5\n20 30 1\n5 10 2\n"),
        ("semicolons", "10;20\n20;30\n5;10\n"),
        ("weights", "source,target,weight\n10,20,0.5\n20,30,1\n5,10,2\n"),
        ("a byte order mark", "\u{feff}10,20\n20,30\n5,10\n"),
    ];
    for (form, content) in forms {
        let loaded = read("edges", content.as_bytes());
        assert_eq!(names(&loaded), ["5", "10", "20", "30"], "{form}");
        assert_eq!(loaded.graph.edges().collect::<Vec<_>>(), [[0, 1], [1, 2], [2, 3]], "{form}");
    }
}

#[test]
fn gzip_is_told_by_content() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(b"0 1\n1 2\n").expect("packed");
    let packed = packer.finish().expect("packed");
    for name in ["edges.gz", "edges"] {
        let loaded = read(name, &packed);
        assert_eq!((loaded.graph.edge_count(), file(&loaded).bytes), (2, 8));
    }
}

#[test]
fn words_are_nodes_in_order_of_appearance() {
    let loaded = read("edges.csv", "zoë,\"Smith, John\"\nanna,zoë\n\"a \"\"b\"\"\",anna\n".as_bytes());
    assert_eq!(names(&loaded), ["zoë", "Smith, John", "anna", "a \"b\""]);
    assert_eq!(loaded.graph.edges().collect::<Vec<_>>(), [[0, 1], [0, 2], [2, 3]]);
}

#[test]
fn a_first_line_of_words_among_words_is_an_edge() {
    let loaded = read("edges", b"anna ben\nben carl\n");
    assert_eq!(names(&loaded), ["anna", "ben", "carl"]);
    assert!(!file(&loaded).header);
    assert_eq!(read("edges", b"anna ben\n").graph.edge_count(), 1);
}

#[test]
fn a_first_line_of_words_is_a_header_if_it_reads_like_one_and_names_no_node() {
    for header in [
        "user_a,user_b",
        "Source ID,Target ID",
        "from_node,to_node",
        "FROM,TO",
        "node1,node2",
        "citing,cited",
    ] {
        let loaded = read("edges", format!("{header}\nanna,ben\nben,carl\n").as_bytes());
        assert_eq!((names(&loaded), file(&loaded).header), (vec!["anna", "ben", "carl"], true), "{header}");
    }
    for edge in ["user_1,user_2", "a,b"] {
        let first = edge.split(',').next().expect("a name");
        let loaded = read("edges", format!("{edge}\nanna,{first}\n").as_bytes());
        assert_eq!((loaded.graph.edge_count(), file(&loaded).header), (2, false), "{edge}");
        assert_eq!(names(&loaded)[0], first);
    }
    let loaded = read("edges", b"who,whom,since\nanna,ben,1999\nben,carl,2001\n");
    assert_eq!((loaded.graph.edge_count(), file(&loaded).header), (2, true));
}

#[test]
fn a_first_line_of_words_that_may_be_a_header_is_an_edge_and_noted() {
    let loaded = read("edges", b"alpha,omega\nanna,ben\nben,carl\n");
    assert_eq!((loaded.graph.edge_count(), file(&loaded).header), (3, false));
    let noted = |loaded: &LoadedGraph| loaded.notes().iter().any(|note| note.contains("read as one from"));
    assert!(noted(&loaded), "{:?}", loaded.notes());
    assert!(!noted(&read("edges", b"alpha,omega\nanna,ben\nben,alpha\n")));
    assert!(!noted(&read("edges", b"alpha,omega\n")));
}

#[test]
fn a_first_line_of_words_above_numbered_names_is_a_header() {
    let rows = "p1,q7\np2,q7\np1,q8\n";
    let header = |text: &str| {
        let loaded = read("edges", text.as_bytes());
        (file(&loaded).header, loaded.graph.edge_count())
    };
    assert_eq!(header(&format!("buyer,sku\n{rows}")), (true, 3));
    // One name without a number, a numbered word above, or too few lines to tell.
    assert_eq!(header(&format!("buyer,sku\n{rows}anna,q9\n")), (false, 5));
    assert_eq!(header(&format!("buyer1,sku\n{rows}")), (false, 4));
    assert_eq!(header("buyer,sku\np1,q7\n"), (false, 2));
}

#[test]
fn a_usual_header_is_an_edge_where_its_words_are_nodes() {
    for words in ["u,v", "head,tail", "source,target"] {
        let (from, to) = words.split_once(',').expect("two words");
        let loaded = read("edges", format!("{words}\n{to},x\n").as_bytes());
        assert_eq!((loaded.graph.edge_count(), names(&loaded)), (2, vec![from, to, "x"]), "{words}");
        let loaded = read("edges", format!("{words}\nx,y\n").as_bytes());
        assert_eq!((names(&loaded), file(&loaded).header), (vec!["x", "y"], true), "{words}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("edges");
        std::fs::write(&path, words).expect("written");
        let error = read_edge_list(&path).expect_err("a header alone");
        assert_eq!(error.message, "holds no edge", "{words}");
    }
}

#[test]
fn words_above_numbers_are_an_edge_where_they_are_nodes() {
    for (text, edges, nodes) in [
        ("root,leaf\n1,2\nroot,1\n", 3, 4),
        ("anna,ben,x\nben,carl,3\n", 2, 3),
        ("x,y\n1,2\n2,3\n", 2, 3),
        ("x,y,z\nanna,ben,3\n", 1, 2),
    ] {
        let loaded = read("edges", text.as_bytes());
        assert_eq!((loaded.graph.edge_count(), loaded.graph.nodes()), (edges, nodes), "{text}");
    }
}

#[test]
fn ids_may_begin_like_comments_where_rows_have_begun() {
    for mark in [',', '\t', ' ', ';'] {
        let text = format!(
            "#comment\nsource{mark}target\n#rust{mark}#go\n%x{mark}#rust\n# a comment\n#\n% one more\n"
        );
        let loaded = read("edges", text.as_bytes());
        assert_eq!(names(&loaded), ["#rust", "#go", "%x"], "{mark:?}");
        assert_eq!((file(&loaded).comments, loaded.notes().len()), (4, 0), "{mark:?}");
    }
    let quoted = read("edges", b"\"#rust\",#go\n\"# a\",b\n");
    assert_eq!(names(&quoted), ["#rust", "#go", "# a", "b"]);
    let lost = read("edges", b"#rust,#go\n#go,c\nd,c\n");
    assert_eq!(names(&lost), ["d", "c"]);
    let lost = read("edges", b"#rust,#go\nd,c\n#go,c\n");
    let note = "1 line before the first row begins with # or %, as comments do, and so do ids of later rows; \
                quote the first id, \"#a\", where such a line is a row";
    assert_eq!((names(&lost), lost.notes()), (vec!["d", "c", "#go"], vec![note.to_owned()]));
}

#[test]
fn numbers_that_pandas_puts_over_columns_are_a_header_where_nodes_have_names() {
    let loaded = read("edges", b"0,1,2\nanna,ben,5\nben,carl,6\n");
    assert_eq!((names(&loaded), file(&loaded).header), (vec!["anna", "ben", "carl"], true));
    assert_eq!(file(&loaded).wider_lines, 2);
    for edges in ["0,1\n1,2\n", "0,1\n1,anna\n", "0,2\nanna,ben\n"] {
        let loaded = read("edges", edges.as_bytes());
        assert_eq!((loaded.graph.edge_count(), file(&loaded).header), (2, false), "{edges}");
    }
}

#[test]
fn numbers_with_leading_zeros_are_names_of_their_own() {
    let loaded = read("edges", b"7 007\n1 7\n");
    assert_eq!(names(&loaded), ["7", "007", "1"]);
    let large = read("edges", b"18446744073709551615 2\n");
    assert_eq!(names(&large), ["2", "18446744073709551615"]);
    let larger = read("edges", b"18446744073709551616 2\n");
    assert_eq!(names(&larger), ["18446744073709551616", "2"]);
}

#[test]
fn everything_is_counted() {
    let content = b"# c\nfrom to\n1 2\n2 1\n1 2 9\n3 3\n3 3\n4 4\n\n2 3\n";
    let loaded = read("edges", content);
    let entries = loaded.entries;
    assert_eq!((entries.entries, entries.duplicates, entries.reversed), (7, 2, 1));
    assert_eq!((entries.self_entries, entries.loops), (3, 2));
    // A node with a loop alone is a node.
    assert_eq!((loaded.graph.nodes(), loaded.graph.degree(3)), (4, 0));
    assert_eq!(
        file(&loaded),
        &EdgeListFile {
            lines: 10,
            comments: 1,
            doubtful_comments: 0,
            header: true,
            doubtful_first_line: None,
            columns: Some(["from".into(), "to".into()]),
            places: None,
            weights: false,
            wider_lines: 1,
            bytes: content.len() as u64,
            // printf '# c\nfrom to\n1 2\n2 1\n1 2 9\n3 3\n3 3\n4 4\n\n2 3\n' | sha256sum
            sha256: "12057a4c87732d5d725d1bc09c4529ff48a73c9f0d1e00c47cf3bad762eaf750".into(),
        }
    );
}
