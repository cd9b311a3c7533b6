//! Bad files of a graph of one's own: each is refused with its place and a hint, in memory bounded by its size.

use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aevb_data::graph::{GraphFiles, LoadedGraph};
use aevb_data::{Error, Result};
use flate2::{Compression, write::GzEncoder};
use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use serde_json::Value;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The allocator counts for the whole process, so tests take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What reading files may hold: buffers and nodes of their own, and so much for each byte.
fn measured<T>(length: usize, read: impl FnOnce() -> T) -> T {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let result = read();
    let (held, allowed) = (MEMORY.peak_usage() - before, (40 << 20) + 400 * length);
    assert!(held <= allowed, "{held} bytes held for a file of {length}, more than {allowed}");
    result
}

const EDGES: &[u8] = b"0 1\n1 2\n2 0\n";

/// What reading these files comes to, and the length of all.
fn read(role: &str, name: &str, content: &[u8]) -> (Result<LoadedGraph>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    };
    let path = write(name, content);
    let files = match role {
        "edges" => GraphFiles::from_edges(&path),
        "features" => {
            GraphFiles { features: Some(path.clone()), ..GraphFiles::from_edges(&write("edges", EDGES)) }
        }
        _ => GraphFiles { labels: Some(path.clone()), ..GraphFiles::from_edges(&write("edges", EDGES)) },
    };
    (measured(content.len(), || files.read()), path.display().to_string())
}

/// What is amiss with a refusal.
fn amiss(result: Result<LoadedGraph>, place: &str, message: &str) -> Option<String> {
    let error: Error = match result {
        Ok(_) => return Some(format!("{place}: {message}: is read")),
        Err(error) => error,
    };
    let sound = error.place.starts_with(place) && error.message.contains(message);
    let told = error.hint().is_some() && !error.to_string().contains('\n');
    (!sound || !told).then(|| format!("{error} ({:?}), in place of {place}: {message}", error.hint()))
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(content).expect("packed");
    packer.finish().expect("packed")
}

/// An array with a header of one's own making.
fn npy(header: &str, elements: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).expect("short").to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), elements].concat()
}

fn golden(section: &str, name: &str) -> Vec<u8> {
    let json: Value =
        serde_json::from_str(include_str!("../../../tests/golden/numpy_files.json")).expect("JSON");
    let hex = json[section][name].as_str().expect("a file");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}

/// A small archive whose one array of bytes with signs unpacks to a gigabyte, and to eight in memory.
fn npz_bomb() -> Vec<u8> {
    let header = "{'descr': '|i1', 'fortran_order': False, 'shape': (500000000, 2)}";
    let start = npy(header, b"");
    let unpacked = (start.len() + 1_000_000_000) as u32;
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&start).expect("packed");
    packer.write_all(&vec![0; 2_000_000]).expect("packed");
    // The ratio that it claims is one that deflate reaches.
    let mut packed = packer.finish().expect("packed");
    packed.resize(1_000_000, 0);
    let size = packed.len() as u32;
    let fields = |after: &[u8]| {
        [&[0, 0, 8, 0, 0, 0, 0, 0][..], &[0; 4], &size.to_le_bytes(), &unpacked.to_le_bytes(), &[9, 0], after]
            .concat()
    };
    let local = [b"PK\x03\x04\x14\x00".as_slice(), &fields(&[0, 0]), b"edges.npy", &packed].concat();
    let list = [b"PK\x01\x02\x14\x00\x14\x00".as_slice(), &fields(&[0; 16]), b"edges.npy"].concat();
    let end = [&(list.len() as u32).to_le_bytes()[..], &(local.len() as u32).to_le_bytes(), &[0, 0]].concat();
    [&local[..], &list, b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00", &end].concat()
}

/// The file with the first of some bytes replaced.
fn replaced(mut content: Vec<u8>, what: &[u8], by: &[u8]) -> Vec<u8> {
    let at = content.windows(what.len()).position(|window| window == what).expect("it is there");
    content[at..at + by.len()].copy_from_slice(by);
    content
}

#[test]
fn malformed_files_are_refused() {
    let _turn = turn();
    let csr = golden("adjacency", "csr.npz");
    let stored = golden("adjacency", "csc.npz");
    let array = golden("edges", "int64.npy");
    let wrong_sum = replaced(golden("features", "ids.npz"), &1.5_f64.to_le_bytes(), &2.5_f64.to_le_bytes());
    let bomb = gzip(&[b"{".as_slice(), &b"\"a\":[1],".repeat(2_000_000)].concat());
    let deep = [b"{\"0\":".as_slice(), &b"[".repeat(100_000)].concat();
    let market = |rest: &str| format!("%%MatrixMarket matrix coordinate {rest}").into_bytes();
    let table: Vec<(&str, &str, Vec<u8>, &str, &str)> = vec![
        // Edges that are none.
        ("edges", "e.json", b"{\"0\": [1]}".to_vec(), "", "is JSON, where edges are wanted"),
        (
            "edges",
            "e.parquet",
            b"PAR1\x15\x04".to_vec(),
            "",
            "is Parquet, which this program was built without",
        ),
        ("edges", "e.h5", b"\x89HDF\r\n".to_vec(), "", "is HDF5, which is not read here"),
        ("edges", "e.pkl", b"\x80\x04\x95".to_vec(), "", "is a pickle, which is not read here"),
        ("edges", "e.npy.gz", gzip(&array), "", "is NumPy's, but gzipped"),
        ("edges", "e.csv", b"u,v,weight\n0,1\n".to_vec(), ", line 2", "`` in column 3 is no weight"),
        // Matrix Market.
        ("edges", "e.mtx", b"%%MatrixMarket vector\n".to_vec(), ", line 1", "is no header"),
        ("edges", "e.mtx", market("complex general\n1 1 0\n"), ", line", "values of the kind complex"),
        ("edges", "e.mtx", market("real hermitian\n1 1 0\n"), ", line", "a hermitian coordinate"),
        ("edges", "e.mtx", market("real general\n% only\n"), ", line", "ends before the sizes"),
        ("edges", "e.mtx", market("real general\n3 x 1\n"), ", line 2", "the sizes of the matrix"),
        ("edges", "e.mtx", market("real symmetric\n3 4 1\n1 2 1\n"), "", "a symmetric matrix of 3 x 4"),
        ("edges", "e.mtx", market("pattern general\n3 3 2\n1 2\n"), "", "ends after 1 of 2 entries"),
        (
            "edges",
            "e.mtx",
            market("pattern general\n3 3 1\n1 2\n2 3\n"),
            ", line 4",
            "an entry more than the 1",
        ),
        (
            "edges",
            "e.mtx",
            market("pattern general\n3 3 1\n0 2\n"),
            ", line 3",
            "no row and column from 1 to 3",
        ),
        ("edges", "e.mtx", market("pattern general\n3 3 1\n1 2 7\n"), ", line 3", "no single finite value"),
        ("edges", "e.mtx", market("real general\n3 3 1\n1 2 nan\n"), ", line 3", "no single finite value"),
        ("edges", "e.mtx", market("real general\n3 3 1\n1 2 -5\n"), ", row 1, column 2", "-5 is no weight"),
        ("edges", "e.mtx", market("pattern general\n4000000000 4000000000 1\n1 2\n"), "", "far more than"),
        ("edges", "e.mtx", market("pattern general\n3 3 0\n"), "", "holds no edge"),
        // Arrays.
        (
            "edges",
            "e.npy",
            array[..array.len() - 1].to_vec(),
            "",
            "announces an array of [3, 2], but holds 47 bytes",
        ),
        (
            "edges",
            "e.npy",
            [array.clone(), vec![0]].concat(),
            "",
            "announces an array of [3, 2], but holds 49",
        ),
        ("edges", "e.npy", array[..20].to_vec(), "", "ends within the array"),
        ("edges", "e.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\x7f".to_vec(), "", "a header of"),
        ("edges", "e.npy", npy("{}", b""), "", "the header lacks 'descr'"),
        (
            "edges",
            "e.npy",
            npy("{'descr': '<i8', 'fortran_order': 1, 'shape': (1, 2)}", b""),
            "",
            "neither True nor",
        ),
        (
            "edges",
            "e.npy",
            npy("{'descr': '<i8', 'fortran_order': False, 'shape': 3}", b""),
            "",
            "is no tuple",
        ),
        (
            "edges",
            "e.npy",
            npy("{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999, 99999999999)}", b""),
            "",
            "announces an array of [99999999999, 99999999999]",
        ),
        ("edges", "e.npy", golden("refused", "object.npy"), "", "holds Python objects"),
        ("edges", "e.npy", golden("refused", "complex.npy"), "", "elements of type <c16"),
        ("edges", "e.npy", golden("refused", "record.npy"), "", "an array of records"),
        ("edges", "e.npy", golden("refused", "huge.npy"), "", "an integer above the greatest"),
        ("edges", "e.npy", golden("features", "float64.npy"), "", "is neither a whole number nor a name"),
        ("edges", "e.npy", golden("labels", "int.npy"), "", "an array of [5] is no list of edges"),
        (
            "edges",
            "e.npy",
            replaced(array.clone(), &4_i64.to_le_bytes(), &(-4_i64).to_le_bytes()),
            ", edge 2",
            "-4 is negative",
        ),
        // Archives.
        ("edges", "e.npz", npz_bomb(), ", array `edges`", "would take 8000000000 bytes of memory"),
        ("edges", "e.npz", csr[..csr.len() - 30].to_vec(), "", "is cut short"),
        ("edges", "e.npz", b"PK\x05\x06".to_vec(), "", "is cut short"),
        ("edges", "e.npz", golden("refused", "dia.npz"), "", "is in the format dia"),
        ("edges", "e.npz", replaced(stored, b"PK\x03\x04", b"PKxx"), "", ""),
        ("edges", "e.npz", golden("features", "csr.npz"), "", "5 x 3 is no adjacency"),
        ("features", "f.npz", wrong_sum, ", array `features`", "its checksum does not hold"),
        ("features", "f.npz", golden("edges", "many.npz"), "", "which array are the features?"),
        // Features.
        ("features", "f.csv", Vec::new(), "", "holds no features"),
        ("features", "f.csv", b"node,a\n".to_vec(), "", "holds no features"),
        ("features", "f.csv", b"0\n1\n".to_vec(), ", line 1", "one column"),
        (
            "features",
            "f.csv",
            b"node,a,b\n0,1,2\n1,1\n".to_vec(),
            ", line 3",
            "2 columns, where the first row has 3",
        ),
        ("features", "f.csv", b"node,a,b\n0,1,\n".to_vec(), ", line 2", "a missing value in column `b`"),
        ("features", "f.csv", b"node,a,b\n0,NaN,1\n".to_vec(), ", line 2", "a missing value in column `a`"),
        (
            "features",
            "f.csv",
            b"node,a,b\n0,red,1\n".to_vec(),
            ", line 2",
            "`red` in column `a` is no number",
        ),
        ("features", "f.csv", b"node,a,b\n0,1e99,1\n".to_vec(), ", line 2", "no finite number"),
        ("features", "f.csv", b"node,a\n0,1\n0,2\n".to_vec(), ", line 3", "node `0` has a row already"),
        ("features", "f.csv", b"node,a\n,1\n".to_vec(), ", line 2", "an empty column"),
        ("features", "f.csv", b"node,a\nx,1\ny,2\n".to_vec(), "", "names no node of the edges, such as `x`"),
        (
            "features",
            "f.csv",
            b"node,feature\n0,3\n0,3\n".to_vec(),
            "",
            "feature `3` of node `0` is given twice",
        ),
        ("features", "f.csv", b"node,feature,value\n0,3,x\n".to_vec(), ", line 2", "`x` in column `value`"),
        ("features", "f.csv", b"node,\"a\n0,1\n".to_vec(), ", line 1", "a quote that does not end"),
        ("features", "f.csv", b"node,a\n0,\xff\n".to_vec(), ", line 2", "is not UTF-8"),
        ("features", "f.csv", vec![b'7'; 17 << 20], ", line 1", "a line longer than"),
        ("features", "f.npy", golden("labels", "names.npy"), "", "in place of a matrix of numbers"),
        (
            "features",
            "f.npy",
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1)}", &[0; 8]),
            "",
            "2 rows are of the nodes 0 to 1",
        ),
        (
            "features",
            "f.npy",
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0)}", b""),
            "",
            "0 features",
        ),
        (
            "features",
            "f.npy",
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1)}", &[255; 12]),
            ", row 0, column 0",
            "NaN is no feature",
        ),
        // JSON.
        ("features", "f.json", b"{".to_vec(), ", line 1", "EOF while parsing"),
        ("features", "f.json", b"{}".to_vec(), "", "holds no features"),
        ("features", "f.json", b"[[0], [1]]".to_vec(), ", line 1", "invalid type: sequence"),
        ("features", "f.json", b"{\"0\": 3}".to_vec(), ", line 1", "expected a list of numbers"),
        ("features", "f.json", b"{\"0\": [\"a\"]}".to_vec(), ", line 1", "expected a number"),
        ("features", "f.json", b"{\"0\": [null]}".to_vec(), ", line 1", "expected a number"),
        ("features", "f.json", b"{\"0\": [NaN]}".to_vec(), ", line 1", "expected value"),
        ("features", "f.json", b"{\"0\": [1e99]}".to_vec(), ", line 1", "single precision"),
        (
            "features",
            "f.json",
            b"{\"0\": [1],\n \"0\": [2]}".to_vec(),
            ", line 2",
            "node `0` has a list already",
        ),
        ("features", "f.json", b"{\"0\": [1]} x".to_vec(), ", line 1", "trailing characters"),
        ("features", "f.json", b"{\"0\": [16777216]}".to_vec(), ", node `0`", "16777216 is no feature"),
        (
            "features",
            "f.json",
            b"{\"0\": [0.5, 1], \"1\": [2]}".to_vec(),
            ", node `1`",
            "1 values, where the first",
        ),
        ("features", "f.json", b"{\"\": [1]}".to_vec(), ", line 1", "a node without a name"),
        ("features", "f.json", b"{\"a\\u001b[2J\": [1]}".to_vec(), ", line 1", "one that is no text"),
        ("features", "f.json", deep, ", line 1", "expected a number"),
        ("features", "f.json.gz", bomb, ", line 1", "has a list already"),
        ("features", "f.json.gz", gzip(b"{\"0\": [1]}")[..20].to_vec(), "", ""),
        (
            "features",
            "f.mtx",
            market("pattern symmetric\n3 3 1\n2 1\n"),
            "",
            "a symmetric matrix is none of features",
        ),
        // Labels.
        ("labels", "l.csv", Vec::new(), "", "holds no labels"),
        ("labels", "l.csv", b"node,label\n".to_vec(), "", "holds no labels"),
        ("labels", "l.csv", b"0\n1\n".to_vec(), "", "2 rows are of the nodes 0 to 1"),
        ("labels", "l.csv", b"0,a\n0,b\n".to_vec(), ", line 2", "node `0` has a label already"),
        ("labels", "l.csv", b"x,a\ny,b\n".to_vec(), "", "names no node of the edges"),
        ("labels", "l.csv", b"node,label\n0,\n1,\n".to_vec(), "", "0 classes"),
        ("labels", "l.json", b"{\"0\": 1}".to_vec(), "", "is no table of labels"),
        ("labels", "l.npy", golden("features", "float64.npy"), "", "in place of labels, [nodes]"),
    ];
    assert!(table.len() >= 40);
    let wrong = table.into_iter().filter_map(|(role, name, content, place, message)| {
        let (result, path) = read(role, name, &content);
        amiss(result, &format!("{path}{place}"), message)
    });
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn what_is_no_file_is_refused() {
    let _turn = turn();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("missing");
    for path in [folder.path(), &missing] {
        let place = path.display().to_string();
        assert_eq!(amiss(GraphFiles::from_edges(path).read(), &place, ""), None);
        let edges = folder.path().join("edges");
        std::fs::write(&edges, EDGES).expect("written");
        let files = GraphFiles { features: Some(path.to_owned()), ..GraphFiles::from_edges(&edges) };
        assert_eq!(amiss(files.read(), &place, ""), None);
    }
    assert!(Path::new(&missing).metadata().is_err());
}

/// Sound files, of which some bytes are then changed.
fn sound() -> Vec<(&'static str, Vec<u8>)> {
    let json: Value =
        serde_json::from_str(include_str!("../../../tests/golden/numpy_files.json")).expect("JSON");
    let mut files = vec![
        ("features", b"{\"0\": [3, 7], \"1\": [], \"2\": [1, 0]}".to_vec()),
        ("features", b"node,x,y\n0,1,2.5\n1,0,-3\n2,0,1\n".to_vec()),
        ("features", gzip(b"node,feature\n0,1\n1,5\n2,2\n")),
        ("labels", b"node,label\n0,a\n1,b\n2,a\n".to_vec()),
    ];
    for (section, role) in
        [("edges", "edges"), ("adjacency", "edges"), ("weighted", "edges"), ("features", "features")]
    {
        for name in json[section].as_object().expect("files").keys() {
            files.push((role, golden(section, name)));
        }
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Whatever bytes are changed: an error or a graph, never a panic, never more memory than the size allows.
    #[test]
    fn damaged_files_never_panic(
        file in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let _turn = turn();
        let files = sound();
        let (role, mut content) = files[file.index(files.len())].clone();
        for (place, byte) in changes {
            let place = place.index(content.len());
            content[place] = byte;
        }
        if let Some(end) = end {
            content.truncate(end.index(content.len()));
        }
        let (result, path) = read(role, "file", &content);
        if let Err(error) = result {
            prop_assert!(error.place.starts_with(&path), "{}", error);
        }
    }

    #[test]
    fn any_bytes_are_features_or_an_error(
        content in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            "[-0-9a-c\", \t\r\n#;:.\\[\\]{}]{0,200}".prop_map(String::into_bytes),
            "\\{(\"[0-9]\": ?\\[[0-9.,e ]{0,9}\\],? ?){0,5}\\}?".prop_map(String::into_bytes),
        ],
        role in prop_oneof![Just("edges"), Just("features"), Just("labels")],
    ) {
        let _turn = turn();
        let (result, path) = read(role, "file", &content);
        if let Err(error) = result {
            prop_assert!(error.place.starts_with(&path), "{}", error);
        }
    }
}
