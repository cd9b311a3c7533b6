//! Graphs in formats that are no lists of edges.

use aevb_data::graph::FileFormat;

use crate::karate::*;

#[test]
fn adjacency_lists_are_told_by_lines_of_unequal_width() {
    let both = neighbours();
    let whole: String =
        (1..).zip(&both).map(|(node, list)| format!("{node} {}\n", joined(list, " "))).collect();
    assert_karate(&read("karate.adjlist", &whole), number, "both ways");
    let once: String = (1..)
        .zip(&both)
        .map(|(node, list)| {
            let later: Vec<u32> = list.iter().copied().filter(|other| *other > node).collect();
            format!("{node} {}", joined(&later, " ")).trim_end().to_owned() + "\n"
        })
        .collect();
    let networkx = format!("#write.py\n# GMT Sat Nov 28 01:27:00 2026\n# Karate\n{once}");
    assert_karate(&read("networkx.adjlist", networkx), number, "NetworkX");
    assert_karate(&read("once.adjlist", once), number, "once");
    let path = "# write.py\n# GMT Sat Nov 28 01:27:00 2026\n# Path\n0 1\n1 2\n2 3\n3\n";
    assert_eq!(read("path.adjlist", path).graph.edge_count(), 3);
    let asked = try_read("path.adjlist", "0 1\n1 2\n2\n", |files| {
        files.edges_format = Some(FileFormat::AdjacencyList)
    });
    assert_eq!(asked.expect("read").graph.edge_count(), 2);
    assert!(refused("edges", "0 1\n1 2\n2\n").contains("data.edges_format=adjacency-list"));
}

fn joined(list: &[u32], between: &str) -> String {
    list.iter().map(u32::to_string).collect::<Vec<_>>().join(between)
}

#[test]
fn metis_lists_neighbours_by_line() {
    let lists = neighbours();
    let plain: String = lists.iter().map(|list| format!("{} \n", joined(list, " "))).collect();
    for head in ["34 78", "34 78 0", "% a comment\n34 78"] {
        assert_karate(&read("karate.graph", format!("{head}\n{plain}")), number, head);
    }
    let weights: String = (1_u32..)
        .zip(&lists)
        .map(|(node, list)| {
            let weight = |other: u32| {
                let ends = [node.min(other), node.max(other)];
                TIES.iter().find(|tie| tie[..2] == ends).map_or(0, |tie| tie[2])
            };
            list.iter().map(|other| format!("{other} {} ", weight(*other))).collect::<String>() + "\n"
        })
        .collect();
    let text = format!("34 78 1\n{weights}");
    let loaded = read("karate.graph", &text);
    assert_karate(&loaded, number, "weights");
    assert_notes(&loaded, &["weights of edges that are not read"], "weights");
    assert_eq!(weighted("karate.graph", &text).graph.weight(0, 2), Some(5.0));
    let isolated = read("isolated.graph", "5 3\n2 3\n1 3\n1 2\n\n\n");
    assert_eq!((isolated.graph.nodes(), isolated.graph.edge_count()), (5, 3));
    // More than what is looked at before reading: a ring of twenty thousand.
    let ring: String =
        (0..20_000).map(|at| format!("{} {}\n", (at + 1) % 20_000 + 1, (at + 19_999) % 20_000 + 1)).collect();
    let large = read("ring.graph", format!("20000 20000\n{ring}"));
    assert_eq!((large.graph.nodes(), large.graph.edge_count()), (20_000, 20_000));
    let cut = try_read("cut.graph", "3 3\n2 3\n1 3\n", |files| files.edges_format = Some(FileFormat::Metis));
    assert!(cut.expect_err("cut").message.contains("2 of 3 nodes"));
}

#[test]
fn dimacs_begins_its_lines_by_letters() {
    let col = lines("c a comment\np edge 34 78\n", |a, b, _| format!("e {a} {b}"));
    assert_karate(&read("karate.col", &col), number, "col");
    let gr = lines("c\np sp 34 78\n", |a, b, w| format!("a {a} {b} {w}"));
    let loaded = read("karate.gr", &gr);
    assert_karate(&loaded, number, "gr");
    assert_notes(&loaded, &["lengths of arcs"], "gr");
    assert_eq!(weighted("karate.gr", &gr).graph.weight(0, 2), Some(5.0));
    assert!(refused("outside.col", "p edge 3 1\ne 1 4\n").contains("no two nodes from 1 to 3"));
    assert!(refused("huge.col", "p edge 4000000000 1\ne 1 4\n").contains("far more than"));
}

#[test]
fn pajek_has_parts_with_stars() {
    let vertices: String = (1..=34).map(|node| format!("{node} \"Member {node}\" 0.1 0.2\r\n")).collect();
    let label = |node: u32| format!("Member {node}");
    let ties = |range: std::ops::Range<usize>| {
        TIES[range].iter().map(|[a, b, _]| format!("{a} {b} 1\r\n")).collect::<String>()
    };
    let text = format!(
        "*Network karate\r\n*Vertices 34\r\n{vertices}*Arcs :1 \"asks\"\r\n{}*Edges :2 \"likes\"\r\n{}\u{1a}",
        ties(0..40),
        ties(40..78)
    );
    let loaded = read("karate.net", text);
    assert_karate(&loaded, label, "two relations");
    assert_notes(&loaded, &["2 relations"], "two relations");
    let lists: String =
        (1..).zip(neighbours()).map(|(node, list)| format!("{node} {}\n", joined(&list, " "))).collect();
    assert_karate(&read("lists.net", format!("*Vertices 34\n*Edgeslist\n{lists}")), number, "lists");
    let two_mode = read("two.net", "*Vertices 5 2\n*Matrix\n1 0 1\n0 1 1\n");
    assert_eq!((two_mode.graph.nodes(), two_mode.graph.edge_count()), (5, 4));
    assert!(refused("bad.net", "*Vertices 3\n*Arcs\n1 4\n").contains("no vertex from 1 to 3"));
}

#[test]
fn graphml_and_gexf_are_read_event_by_event() {
    let nodes: String = (1..=34).map(|node| format!("<node id=\"n{node}\"/>\n")).collect();
    let edges = lines("", |a, b, w| {
        format!("<edge source=\"n{a}\" target=\"n{b}\"><data key=\"d2\">{w}</data></edge>")
    });
    let text = format!(
        "<?xml version='1.0' encoding='utf-8'?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n\
         <key id=\"d2\" for=\"edge\" attr.name=\"weight\" attr.type=\"long\"/>\n<graph edgedefault=\"undirected\">\n{nodes}{edges}</graph>\n</graphml>"
    );
    let name = |node: u32| format!("n{node}");
    for text in [text.clone(), text.replace('\n', "")] {
        let loaded = read("karate.graphml", text);
        assert_karate(&loaded, name, "GraphML");
        assert_eq!(loaded.graph.weight(0, 2), Some(5.0));
    }
    let gexf =
        lines("", |a, b, w| format!("<edge id=\"{a}-{b}\" source=\"n{a}\" target=\"n{b}\" weight=\"{w}\"/>"));
    let gexf =
        format!("<gexf version=\"1.3\"><graph><nodes>{nodes}</nodes><edges>{gexf}</edges></graph></gexf>");
    assert_karate(&read("karate.gexf", gexf), name, "GEXF");
    let bomb =
        "<!DOCTYPE lolz [<!ENTITY lol \"lol\">]><graphml><graph><node id=\"&lol;\"/></graph></graphml>";
    assert!(refused("bomb.graphml", bomb).contains("document type"));
    assert!(refused("cut.graphml", &text[..text.len() - 30]).contains("cut.graphml"));
    assert!(refused("page.html", "<!DOCTYPE html><html><body>404</body></html>").contains("a web page"));
}

#[test]
fn other_formats_are_refused_by_name() {
    let gml = lines("graph [\n", |a, b, _| format!("  edge [\n    source {a}\n    target {b}\n  ]"));
    for (name, text, said, advice) in [
        ("karate.gml", gml.clone(), "GML", "read_gml"),
        ("gephi.gml", format!("Creator \"Gephi\"\n{gml}"), "GML", "read_gml"),
        ("karate.dot", lines("graph karate {\n", |a, b, _| format!("{a} -- {b};")), "DOT", "read_dot"),
        ("karate.gv", lines("strict digraph {\n", |a, b, _| format!("{a} -> {b}")), "DOT", "read_dot"),
        ("karate.lgl", lines("", |a, b, w| format!("# {a}\n{b} {w}")), "LGL", "Read_Lgl"),
        (
            "karate.dl",
            lines("dl n=34 format=edgelist1\ndata:\n", |a, b, _| format!("{a} {b}")),
            "DL",
            "Read_DL",
        ),
        ("karate.gdf", lines("nodedef>name VARCHAR\n", |a, b, _| format!("{a},{b}")), "GDF", "Gephi"),
    ] {
        let message = refused(name, text);
        assert!(message.contains(&format!("is {said}")) || message.contains(said), "{name}: {message}");
        assert!(message.contains(advice), "{name}: {message}");
    }
}

#[test]
fn guesses_of_a_format_are_noted() {
    let optional = "1 2 3\n2 3\n3 4 1\n4 5 2\n5 6\n6 1 4\n";
    assert_notes(
        &read("opt.txt", optional),
        &["data.edges_format=csv reads the first two columns", "1 edge is listed both ways"],
        "optional",
    );
    let square = "4 4\n2 4\n1 3\n2 4\n1 3\n";
    let loaded = read("square.graph", square);
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (4, 4));
    assert_notes(&loaded, &["read in METIS's format"], "a ring of four");
    let ring = read("five.txt", "5 5\n1 2\n2 3\n3 4\n4 5\n5 1\n");
    assert_eq!((ring.graph.nodes(), ring.graph.edge_count()), (5, 5));
    assert_notes(&ring, &["tells how many"], "a ring of five");
    let directed = read("directed.csv", "0 1 0 1\n0 0 1 0\n0 0 0 1\n0 0 0 0\n");
    assert_notes(&directed, &["read as an adjacency matrix"], "directed");
}

#[test]
fn cut_files_are_told() {
    let cut = read("cut.col", "c x\np edge 10 20\ne 1 2\ne 2 3\ne 3 4\n");
    assert_notes(&cut, &["announces 20 edges, and the file lists 3", "have no edge"], "cut");
    for announced in [78, 156, 39] {
        let text = lines(&format!("p edge 34 {announced}\n"), |a, b, _| format!("e {a} {b}"));
        assert_notes(&read("karate.col", text), &[], "counted twice");
    }
    assert!(
        refused("cut.net", "*Vertices 4\n*Matrix\n0 1 0 0\n1 0 1 0\n").contains("ends after 2 of 4 rows")
    );
}

#[test]
fn weights_are_there_or_refused() {
    let ask = |name: &str, text: &str| {
        try_read(name, text, |files| files.weights = aevb_data::graph::Weights::ThirdColumn)
            .map(|loaded| loaded.graph.is_weighted())
            .map_err(|error| error.message)
    };
    let some = ask("mix.gr", "p sp 3 3\na 1 2 5\na 2 3 4\ne 1 3\n");
    assert_eq!(some, Err("1 of 3 entries have no weight".into()));
    for (name, text) in [
        ("tr.col", "p edge 3 2\ne 1 2\ne 2 3\n"),
        ("plain.graph", "4 3\n2 3 4\n1\n1\n1\n"),
        ("plain.adjlist", "1 2 3 4 5\n2 3\n3 4 1\n4 5\n"),
        ("plain.net", "*Vertices 3\n*Edges\n1 2\n2 3\n"),
        (
            "plain.graphml",
            "<graphml><graph><node id=\"a\"/><node id=\"b\"/><edge source=\"a\" target=\"b\"/></graph></graphml>",
        ),
        ("plain.mtx", "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 2\n"),
    ] {
        assert!(ask(name, text).expect_err(name).contains("holds no weights"), "{name}");
    }
    let graphml = |edges: &str| {
        format!(
            "<graphml><key id=\"w\" for=\"edge\" attr.name=\"weight\"><default>5.0</default></key><graph><node id=\"a\"/>\
             <node id=\"b\"/><node id=\"c\"/>{edges}</graph></graphml>"
        )
    };
    let edges =
        "<edge source=\"a\" target=\"b\"/><edge source=\"b\" target=\"c\"><data key=\"w\">2</data></edge>";
    let loaded = read("w.graphml", graphml(edges));
    assert_eq!((loaded.graph.weight(0, 1), loaded.graph.weight(1, 2)), (Some(5.0), Some(2.0)));
    assert_notes(&loaded, &[], "a default");
    let loaded = read("w.graphml", graphml(edges).replace("<default>5.0</default>", ""));
    assert_eq!(loaded.graph.weight(0, 1), Some(1.0));
    assert_notes(&loaded, &["1 edge has no weight, which counts 1"], "no default");
}

#[test]
fn nodes_are_those_that_a_file_declares() {
    let text = "<graphml><graph><node id=\"a\"/><edge source=\"a\" target=\"b\"/></graph></graphml>";
    assert_notes(&read("w.graphml", text), &["1 node is named by edges and not declared"], "undeclared");
    let utf16 = format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{text}");
    let units = std::iter::once(0xfeff).chain(utf16.encode_utf16());
    let loaded = read("w16.graphml", units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    assert_eq!((loaded.graph.nodes(), loaded.graph.edge_count()), (2, 1));
    let marked = read("marked.graphml", format!("\u{feff}{text}"));
    assert_eq!((marked.graph.nodes(), marked.graph.edge_count()), (2, 1));
    let places = read("places.net", "*Vertices 3\n1 0.1 0.2\n2 0.3 0.4\n3 0.5 0.6\n*Edges\n1 2\n2 3\n");
    assert_eq!(names(&places), ["1", "2", "3"]);
    let renamed = read("renamed.net", "*Vertices 3\n1 \"3\"\n2 \"1\"\n3 \"2\"\n*Edges\n1 2\n2 3\n");
    assert_notes(&renamed, &["3 vertices have as their labels the number of another"], "renamed");
}

#[test]
fn numbers_of_graphml_that_are_no_weights_are_told() {
    let graphml = |name: &str, kind: &str| {
        let head = format!(
            "<graphml><key id=\"d0\" for=\"edge\" attr.name=\"{name}\" attr.type=\"{kind}\"/><graph edgedefault=\"undirected\">\n"
        );
        let nodes: String = (1..=34).map(|node| format!("<node id=\"{node}\"/>\n")).collect();
        let edges = |a: u32, b: u32, w: u32| {
            format!("<edge source=\"{a}\" target=\"{b}\"><data key=\"d0\">{w}</data></edge>")
        };
        lines(&(head + &nodes), edges) + "</graph></graphml>\n"
    };
    let loaded = read("karate.graphml", graphml("value", "double"));
    assert_karate(&loaded, |node| node.to_string(), "value");
    assert_notes(&loaded, &["the edges' attribute `value` holds numbers that are not read"], "value");
    assert_notes(&read("karate.graphml", graphml("value", "string")), &[], "words");
    assert!(read("karate.graphml", graphml("weight", "int")).graph.is_weighted());
}
