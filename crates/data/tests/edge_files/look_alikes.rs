//! Texts that look like lists of edges: matrices of other shapes, lists in other clothes, and files of other formats.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::karate::*;

/// The club as a matrix of these words for no tie and a tie.
fn matrix(words: [&str; 2]) -> Vec<Vec<String>> {
    let lists = neighbours();
    (1..=34)
        .map(|node| lists.iter().map(|list| words[usize::from(list.contains(&node))].to_owned()).collect())
        .collect()
}

fn with_names(rows: &[Vec<String>], name: impl Fn(usize) -> String) -> String {
    let names: Vec<String> = (0..rows.len()).map(&name).collect();
    let head = format!(",{}\n", names.join(","));
    head + &rows
        .iter()
        .zip(names)
        .map(|(row, name)| format!("{name},{}\n", row.join(",")))
        .collect::<String>()
}

#[test]
fn cells_of_a_matrix_may_be_words_or_missing() {
    for words in [["False", "True"], ["0.0", "1.0"], ["", "1.0"]] {
        let loaded = read("pandas.csv", with_names(&matrix(words), |at| (at + 1).to_string()));
        assert_karate(&loaded, |node| node.to_string(), words[0]);
        assert_notes(&loaded, &[], words[0]);
        let loaded = read("named.csv", with_names(&matrix(words), |at| format!("P{}", at + 1)));
        assert_karate(&loaded, |node| format!("P{node}"), words[0]);
    }
    let loaded = read("nan.csv", with_names(&matrix(["nan", "1"]), |at| format!("P{}", at + 1)));
    assert_karate(&loaded, |node| format!("P{node}"), "nan");
    assert_notes(&loaded, &["cells of the matrix are a missing value"], "nan");
    for words in [["0", "1"], ["0.0", "1.0"], ["0", "3"]] {
        let head = (0..34).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
        let rows: String = matrix(words).iter().map(|row| row.join(",") + "\n").collect();
        let loaded = read("no_index.csv", format!("{head}\n{rows}"));
        assert_karate(&loaded, |node| (node - 1).to_string(), words[1]);
        assert_eq!(loaded.graph.is_weighted(), words[1] == "3");
    }
}

#[test]
fn rectangles_of_zeros_and_ones_are_no_lists() {
    let rows = ["1,1,0,0,1", "0,1,1,0,0", "1,0,0,1,0"];
    let named: String = (0..3).map(|at| format!("W{at},{}\n", rows[at])).collect();
    let loaded = read("davis.csv", format!(",E0,E1,E2,E3,E4\n{named}"));
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (8, 7));
    assert_notes(&loaded, &["3 rows and 5 columns of other names"], "named");
    assert_eq!(names(&loaded), ["W0", "W1", "W2", "E0", "E1", "E2", "E3", "E4"]);
    for text in
        [rows.join("\n"), rows.join("\n").replace(',', " "), format!("a,b,c,d,e\n{}", rows.join("\n"))]
    {
        assert!(refused("bare.csv", &text).contains("nothing but 0 and 1 in 5 columns"), "{text}");
    }
    let triangle: String = (1..=6).map(|row| vec!["1"; row].join(" ") + "\n").collect();
    assert!(refused("lower.txt", triangle).contains("lower triangle"));
}

#[test]
fn adjacency_lists_in_other_clothes_are_read_or_refused() {
    let list = |between: &str, open: &str, close: &str| -> String {
        (1..)
            .zip(neighbours())
            .map(|(node, list): (u32, _)| {
                let list = list.iter().map(u32::to_string).collect::<Vec<_>>().join(between);
                format!("{node}{open}{list}{close}\n")
            })
            .collect()
    };
    for text in [list(" ", ": ", ""), list(",", ":", ""), list(", ", ": ", "")] {
        let loaded = read("colon.txt", &text);
        assert_karate(&loaded, |node| node.to_string(), &text[..20]);
    }
    for text in [
        list(", ", ",\"[", "]\""),
        list(";", ",\"", "\""),
        format!("node,neighbors\n{}", list(", ", ",\"[", "]\"")),
    ] {
        assert!(refused("lists.csv", &text).contains("lists of neighbours in its second column"), "{text}");
    }
    let loaded = read("names.txt", "a:b c:d\nc:d e:f\ne:f a:b\n");
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (3, 3));
    let nodes: String = (1..=34).map(|node| format!("{node} P{node}\n")).collect();
    let tgf = lines(&format!("{nodes}#\n"), |a, b, _| format!("{a} {b}"));
    assert!(refused("karate.tgf", tgf).contains("Trivial Graph Format: nodes above the `#` in line 35"));
    let tables = lines(&format!("id,label\n{}\nsource,target\n", nodes.replace(' ', ",")), |a, b, _| {
        format!("{a},{b}")
    });
    assert!(refused("both.csv", tables).contains("row 36 names other columns, `source` and `target`"));
    let print = lines("", |a, b, w| format!("  ({a}, {b})\t{w}"));
    assert!(refused("print.txt", print).contains("as SciPy prints it"));
    let print =
        lines("<Compressed Sparse Row sparse matrix of dtype 'int64'>\n  Coords\tValues\n", |a, b, w| {
            format!("  (np.int32({a}), np.int32({b}))\t{w}")
        });
    assert!(refused("print.txt", print).contains("as SciPy prints it"));
    assert!(refused("a.svm", "0 1:0.5 2:0.25\n1 2:0.5\n0 7:1\n").contains("libsvm"));
}

#[test]
fn words_of_refusals_say_what_to_do() {
    let sif: String = (1..)
        .zip(neighbours())
        .map(|(node, list): (u32, _)| {
            let list: Vec<String> = list.iter().map(|other| format!("P{other}")).collect();
            format!("P{node} pp {}\n", list.join(" "))
        })
        .collect();
    assert!(refused("a.sif", sif).contains("Cytoscape's SIF: `pp` stands after the first node"));
    for (text, said) in [
        ("0:1\n1:2\n", "does `:` stand between the nodes?"),
        ("0-1\n1-2\n", "does `-` stand between the nodes?"),
        ("1::2::5\n2::3::4\n", "sed 's/::/"),
        ("My title\nsource,target\n1,2\n2,3\n", "remove titles and remarks"),
        ("#a,#b\n#b,#c\n", "if nodes are called so"),
        ("{\"nodes\": [], \"links\": []}", "nx.node_link_graph"),
        (">>sparse6<<:Bc", "nx.read_sparse6"),
        ("graph [\nnode [ id 1 ]\nnode [ id 2 ]\nedge [ source 1 target 2 ]\n]\n", ", label=\"id\")"),
        ("nodedef>name VARCHAR\na\nedgedef>node1,node2\na,a\n", "list of edges in Gephi"),
        ("dl n=2\ndata:\n0 1\n1 0\n", "Read_DL(\""),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "git lfs pull"),
        ("<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\"/></svg>\n", "drawing (SVG)"),
    ] {
        let message = refused("file", text);
        assert!(message.contains(said), "{text}: {message}");
    }
}

#[test]
fn files_of_other_formats_are_called_by_their_names() {
    let starts: [(&[u8], &str); 12] = [
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x5d\0\0\x80\0\xff", "LZMA"),
        (b"\x04\x22\x4d\x18", "LZ4"),
        (b"\x1f\x9d\x90", "compress"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old file of Excel's"),
        (b"ARROW1\0\0", "Feather"),
        (b"SQLite format 3\0", "SQLite"),
        (b"\x89PNG\r\n\x1a\n", "PNG picture"),
        (b"\xff\xd8\xff\xe0", "JPEG picture"),
        (b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0[Content_Types].xml", ".xlsx"),
        (b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.csv", "begins with `a.csv`"),
    ];
    for (start, said) in starts {
        let content = [start, &[0; 64]].concat();
        let message = refused("file", &content);
        assert!(message.contains(said), "{said}: {message}");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("table");
        std::fs::write(&path, &content).expect("written");
        let error = aevb_data::table::Table::read(&path, &Default::default()).expect_err("no table");
        assert!(error.message.contains(said), "{said} as a table: {error}");
    }
    let pack = |content: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(content).expect("packed");
        packer.finish().expect("packed")
    };
    assert!(refused("twice.gz", pack(&pack(b"1 2\n2 3\n"))).contains("gzipped twice"));
    // Text may begin with some of the same letters.
    let loaded = read("names.txt", "ARROW1 Rar!\nRar! 7z\n7z ARROW1\n");
    assert_eq!(loaded.graph.edge_count(), 3);
}

#[test]
fn matrices_of_zeros_and_ones_longer_than_the_sample_are_square() {
    let nodes = 300_usize;
    let ring = |words: [&str; 2]| -> String {
        let cell =
            |at: usize, to: usize| words[usize::from((at + 1) % nodes == to || (to + 1) % nodes == at)];
        let row = |at: usize| (0..nodes).map(|to| cell(at, to)).collect::<Vec<_>>().join(",") + "\n";
        (0..nodes).map(row).collect()
    };
    let head = |name: fn(usize) -> String| (0..nodes).map(name).collect::<Vec<_>>().join(",") + "\n";
    let (bits, truths) = (ring(["0", "1"]), ring(["False", "True"]));
    assert!(bits.len() > 128 << 10);
    for (what, text) in [
        ("bare", bits.clone()),
        ("below names", head(|at| format!("P{at}")) + &bits),
        ("below numbers", head(|at| at.to_string()) + &bits),
        ("truths", truths.clone()),
        ("truths below names", head(|at| format!("P{at}")) + &truths),
        ("truths below numbers", head(|at| at.to_string()) + &truths),
    ] {
        let loaded = read("matrix.csv", text);
        assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (300, 300), "{what}");
        assert_notes(&loaded, &[], what);
    }
    // As many rows as columns are in the sample, and more are below.
    let tall = "0,1,1,0,1,0\n".repeat(20_000);
    assert!(refused("tall.csv", tall).contains("nothing but 0 and 1 in 6 columns"));
}
