//! Graphs in formats that are no lists of edges.

use aevb_data::graph::FileFormat;

use crate::karate::*;

fn number(node: u32) -> String {
    node.to_string()
}

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
