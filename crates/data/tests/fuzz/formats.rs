//! Small sound graphs in every format of edges but the plain list.

/// One node a line, with its neighbours: NetworkX's, and as others write it.
pub const ADJACENCY_LISTS: [&str; 2] = [
    "#/usr/bin/python\n# GMT Mon Jan  1 00:00:00 2024\n#\n0 1 2\n1 2\n2 3\n3\n",
    "a b c d\nb c\nc d e a\nd\ne a b c\n",
];

/// With names at the side and above, or one of them.
pub const NAMED_MATRICES: [&str; 3] = [
    ",a,b,c\na,0,1,0\nb,1,0,2.5\nc,0,2.5,0\n",
    ";\"x y\";b;c\n\"x y\";0;1;1\nb;1;0;0\nc;1;0;0\n",
    "\"\" \"a\" \"b\" \"c\"\n\"a\" 0 1 0\n\"b\" 1 0 1\n\"c\" 0 1 0\n",
];

pub const METIS: [&str; 3] =
    ["4 4\n2 3\n1 3\n1 2 4\n3\n", "% weights\n3 2 1\n2 5\n1 5 3 7\n2 7\n", "3 2 10 1\n1 2\n1 1 3\n4 2\n"];

pub const DIMACS: [&str; 2] = [
    "c a comment\np edge 4 3\ne 1 2\ne 2 3\ne 3 4\n",
    "c roads\np sp 3 4\na 1 2 5\na 2 1 5\na 2 3 1\na 3 2 1\n",
];

pub const PAJEK: [&str; 3] = [
    "*Vertices 3\n1 \"a\" 0.1 0.2\n2 \"b c\" 0.3 0.4\n3 \"d\"\n*Edges\n1 2 1.5\n2 3\n",
    "*Network x\r\n*Vertices 3\r\n*Arcs :1 \"likes\"\r\n1 2\r\n*Arcslist\r\n1 3 2\r\n*Edgeslist\r\n2 3\r\n",
    "*Vertices 3\n*Matrix\n0 1 0\n1 0 1\n0 1 0\n",
];

/// GraphML, and GEXF.
pub const XML: [&str; 2] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\
     <key id=\"w\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/><graph edgedefault=\"undirected\">\
     <node id=\"a\"/><node id=\"b\"/><node id=\"c\"/><edge source=\"a\" target=\"b\"><data key=\"w\">2.5</data></edge>\
     <edge source=\"b\" target=\"c\"/></graph></graphml>\n",
    "<?xml version='1.0'?><gexf version=\"1.2\"><graph defaultedgetype=\"undirected\"><nodes><node id=\"0\" label=\"a\"/>\
     <node id=\"1\" label=\"b\"/><node id=\"2\" label=\"c\"/></nodes><edges><edge id=\"0\" source=\"0\" target=\"1\" weight=\"2\"/>\
     <edge id=\"1\" source=\"1\" target=\"2\"/></edges></graph></gexf>\n",
];

/// Matrix Market as people write it: one `%`, other cases, arrays, triangles, rectangles, every field.
pub const MATRIX_MARKET: [&str; 6] = [
    "%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 2\n",
    "%%matrixmarket MATRIX Coordinate Real Symmetric\n\n3 3 2\n2 1 1.5\n3 2 1e-3\n",
    "\u{feff}%%MatrixMarket matrix coordinate integer general\n3 3 4\n1 2 4\n2 1 4\n2 3 1\n3 2 1\n",
    "%%MatrixMarket matrix array integer symmetric\n3 3\n0\n1\n0\n0\n1\n0\n",
    "%%MatrixMarket matrix array real general\n2 2\n0\n1.5\n1.5\n0\n",
    "%%MatrixMarket matrix coordinate pattern general\n2 3 3\n1 1\n1 2\n2 3\n",
];

/// KONECT's kinds: two sides, signs, times, directions.
pub const KONECT: [&str; 4] = [
    "% bip weighted\n% 3 2 2\n1 1 2\n1 2 1\n2 2 4\n",
    "% sym signed\n1 2 1\n2 3 -1\n3 1 1\n",
    "% asym positive\n1\t2\t3\t1082040961\n2\t1\t1\t1082155839\n",
    "% asym unweighted\n% 3 3 3\n1 2\n2 3\n3 1\n",
];

/// What R, spreadsheets and arrows make of a list of edges.
pub const VARIANTS: [&str; 6] = [
    "sep=;\na;b\nb;c\nc;a\n",
    "Aachen -> Celle\nBremen -> Gera\nCelle -> Gera\n",
    "(0, 0) (1, 0)\n(1, 0) (1, 1)\n(1, 1) (0, 0)\n",
    "'a, b','c'\n'c','d'\n'd','a, b'\n",
    "id,source,target,weight,sign,time\n1,a,b,2,1,9\n2,b,c,3,-1,8\n",
    "\u{feff}source,target\na,b\n\u{feff}source,target\nb,c\nc,NaN\n",
];

/// A ring of 12 nodes as a square of numbers.
pub fn bare_matrices() -> Vec<Vec<u8>> {
    let row = |node: usize, separator: &str| {
        let cells = (0..12)
            .map(|other: usize| if (node + 1) % 12 == other || (other + 1) % 12 == node { "1" } else { "0" });
        cells.collect::<Vec<_>>().join(separator) + "\n"
    };
    [",", " ", "\t"]
        .map(|separator| (0..12).map(|node| row(node, separator)).collect::<String>().into_bytes())
        .to_vec()
}

/// A list in UTF-16 of either order, with a mark and without, and with the line ends of old Macs and of DOS.
pub fn encodings() -> Vec<Vec<u8>> {
    let text = "source,target\na,b\nb,c\nc,ä\n";
    let units = |mark: bool| mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    vec![
        units(true).flat_map(u16::to_le_bytes).collect(),
        units(true).flat_map(u16::to_be_bytes).collect(),
        units(false).flat_map(u16::to_le_bytes).collect(),
        text.replace('\n', "\r").into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
    ]
}
