//! Small sound files of every format, written for this: the least that a reader takes.

use serde_json::Value;

/// Lists of edges, and matrices in Matrix Market's format, as they are met.
pub const EDGES: [&str; 9] = [
    "0 1\n1 2\n2 0\n",
    "source,target,weight\na,b,1.5\nb,c,2\n\"c, d\",a,0.25\n",
    "# Nodes: 3 Edges: 2\n# FromNodeId\tToNodeId\n10\t20\n20\t30\n",
    "\"from\" \"to\"\n\"1\" \"a\" \"b\"\n\"2\" \"b\" \"c\"\n",
    "1 2 {}\n2 3 {'weight': 4.0, 'colour': 'red'}\n",
    "a;b;0,5\nb;c;1,5\n",
    "% bip unweighted\n1 1\n1 2\n2 2\n",
    "%%MatrixMarket matrix coordinate real symmetric\n% a comment\n3 3 2\n2 1 1.0\n3 2 0.5\n",
    "%%MatrixMarket matrix coordinate pattern general\n3 3 3\n1 2\n2 3\n3 1\n",
];

/// Names of nodes 0, 1 and 2 with features.
pub const FEATURES: [&str; 7] = [
    "\"x\" \"y\"\n\"0\" 1 2\n\"1\" 3 4\n\"2\" 0 -1\n",
    "0\t1\t0\tTheory\n1\t0\t1\tNets\n2\t1\t1\tNets\n",
    "node,x,y\n0,1,2\n1,0.5,-3e5\n2,0,1\n",
    "0\t1\t2\n1\t0\t0\n2\t3\t4\n",
    "node,feature,value\n0,a,1\n1,b,2\n2,a,0.5\n",
    "{\"0\": [0, 3], \"1\": [], \"2\": [1]}",
    "{\"0\": [0.5, 3], \"1\": [1, 1], \"2\": [-1, 1e3]}",
];

pub const LABELS: [&str; 7] = [
    "id,label\n0,red\n1,blue\n2,red\n",
    "0 1\n1 1\n2 0\n",
    ",class\n0,\"a, b\"\n1,\n2,c\n",
    "red\nblue\nred\n",
    "id;age;label\n0;30,5;red\n1;40;NA\n2;50,25;red\n",
    "\"class\"\n\"0\" \"x\"\n\"1\" \"y\"\n\"2\" \"x\"\n",
    "2\n1\n2\n",
];

pub const TABLES: [&str; 7] = [
    "18.0   8   307.0\t4.5\n15.0   8   350.0\t5\n",
    "name;x;y\na;0,5;1,25\nb;-1,5;2\n",
    "\"x\" \"y\"\n\"r1\" 1 TRUE\n\"r2\" 3 FALSE\n",
    "age,income\n30,1000\n40,-2e3\n50,0.5\n",
    "1 2 3\n4 5 6\n",
    "\"x\";\"y\"\n1;2\n3;4\n",
    "name\tx\nfirst\t1\nsecond\t2\n",
];

pub fn of_texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub fn npy(descr: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).expect("short").to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), elements].concat()
}

/// Arrays of each kind of element.
pub fn arrays() -> Vec<Vec<u8>> {
    let floats: Vec<u8> = [0.5_f64, -1.0, 3.0, 2.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let letters: Vec<u8> = "abcd".chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
    vec![
        npy("|u1", "(3, 2)", &[0, 1, 1, 2, 2, 0]),
        npy("<i4", "(2, 2)", &[0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]),
        npy(">i2", "(2,)", &[0, 1, 0, 2]),
        npy("<f8", "(2, 2)", &floats),
        npy("<U2", "(2, 1)", &letters),
        npy("|S1", "(4,)", b"abcd"),
    ]
}

/// Files in hexadecimal among the golden values of other tests that begin so.
fn golden(text: &str, start: &[u8], files: &mut Vec<Vec<u8>>) {
    fn walk(value: &Value, found: &mut impl FnMut(&str)) {
        match value {
            Value::String(text) => found(text),
            Value::Array(values) => values.iter().for_each(|value| walk(value, found)),
            Value::Object(values) => values.values().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let json: Value = serde_json::from_str(text).expect("JSON");
    walk(&json, &mut |text| {
        let bytes = text
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        if let Some(bytes) = bytes.collect::<Option<Vec<u8>>>().filter(|bytes| bytes.starts_with(start)) {
            files.push(bytes);
        }
    });
}

/// Archives that NumPy and SciPy wrote.
pub fn archives() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    golden(include_str!("../../../../tests/golden/numpy_files.json"), b"PK", &mut files);
    files
}

/// Pictures that Pillow wrote.
pub fn pictures() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    let text = include_str!("../../../../tests/golden/pictures.json");
    golden(text, b"\x89PNG", &mut files);
    golden(text, &[0xff, 0xd8], &mut files);
    files
}

/// Two images of 2 x 2.
pub fn idx() -> Vec<u8> {
    [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2][..], &[0, 50, 100, 150, 200, 250, 30, 60]].concat()
}

/// A label for each of three pictures.
pub fn image_labels() -> Vec<Vec<u8>> {
    let mut files =
        of_texts(&["b\na\nb\n", "label\n3\n10\n3\n", "id;age;class\n2;30;\"a, b\"\n0;40;c\n1;50;c\n"]);
    files.push([0, 0, 8, 1, 0, 0, 0, 3, 4, 200, 4].to_vec());
    files.push(npy(">i2", "(3,)", &[0, 1, 2, 0, 0, 1]));
    files
}

/// A MATLAB file of two columns of four pixels, called `ff`.
pub fn matlab() -> Vec<u8> {
    let mut file = vec![b' '; 124];
    file.extend([0, 1, b'I', b'M']);
    let element = |kind: u32, bytes: &[u8]| {
        let mut element = [kind.to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat();
        element.extend(bytes);
        element.resize(element.len().next_multiple_of(8), 0);
        element
    };
    let parts = [
        element(6, &[9, 0, 0, 0, 0, 0, 0, 0]),
        element(5, &[4, 0, 0, 0, 2, 0, 0, 0]),
        element(1, b"ff"),
        element(2, &[0, 50, 100, 150, 200, 250, 30, 60]),
    ]
    .concat();
    file.extend(element(14, &parts));
    file
}

/// Pairs of 32-bit numbers as two rows, and the columns of a sparse matrix.
pub fn pairs() -> Vec<Vec<u8>> {
    let words = |values: &[i32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    vec![npy("<i4", "(2, 3)", &words(&[0, 1, 2, 1, 2, 0]))]
}

pub fn indices() -> Vec<Vec<u8>> {
    let words = |values: &[i32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    vec![npy("<i4", "(4,)", &words(&[1, 0, 2, 1]))]
}
