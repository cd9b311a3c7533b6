//! Bad graph files: each is refused with its place and a hint, in memory bounded by its size.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[path = "common/pickle.rs"]
mod pickle;

use aevb_data::graph::{LoadedGraph, read_edge_list, read_planetoid};
use aevb_data::{Error, Result};
use flate2::{Compression, write::GzEncoder};
use peak_alloc::PeakAlloc;
use pickle::sound;
use proptest::prelude::*;
use tempfile::TempDir;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The allocator counts for the whole process, so tests take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What reading a file may hold: buffers of its own, and so much for each byte.
fn allowed(length: usize) -> usize {
    (1 << 20) + 64 * length
}

struct Folder(TempDir);

impl Folder {
    /// A set with one file replaced, if any.
    fn planetoid(replaced: Option<(&str, &[u8])>) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder"));
        for (part, content) in sound() {
            let content = match replaced {
                Some((name, other)) if name == part => other,
                _ => &content,
            };
            folder.write(&format!("ind.toy.{part}"), content);
        }
        folder
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    }
}

/// What reading gives, after a check that it held no more than `allowed` bytes.
fn measured<T>(allowed: usize, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = read();
    let held = MEMORY.peak_usage().saturating_sub(before);
    assert!(held <= allowed, "{held} bytes held, {allowed} allowed");
    result
}

fn assert_refused(result: Result<LoadedGraph>, place: &Path, message: &str) {
    let Err(error) = result else { panic!("accepted, instead of: {message}") };
    let Error { place: shown_place, message: shown, .. } = &error;
    assert!(
        shown_place.starts_with(&place.display().to_string()),
        "{error} does not name {}",
        place.display()
    );
    assert!(shown.contains(message), "{error} does not say {message:?}");
    assert!(!error.to_string().contains('\n'), "{error:?} is more than one line");
    assert!(error.hint().is_some(), "no hint for {error}");
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(content).expect("packed");
    packer.finish().expect("packed")
}

/// A body for a pickle, and its end.
fn body(parts: &[&[u8]]) -> Vec<u8> {
    pickle::whole(&parts.concat())
}

#[test]
fn the_sound_set_is_read() {
    let _turn = turn();
    let folder = Folder::planetoid(None);
    let graph = read_planetoid(folder.0.path(), "toy").expect("a graph").graph;
    assert_eq!(graph.edges().collect::<Vec<_>>(), [[0, 1], [1, 2], [2, 3], [3, 4]]);
    let features = graph.features().expect("features");
    assert_eq!((features.get(4, 2), features.get(3, 1), features.nnz()), (Some(&1.0), Some(&0.5), 5));
    let labels = graph.labels().expect("labels");
    assert_eq!(labels.class, [Some(0), Some(1), None, Some(0), Some(1)]);
}

#[test]
fn malformed_planetoid_files_are_refused() {
    let _turn = turn();
    use pickle::{array, ints, lists, matrix, one_hot, whole};
    let graph = |index: usize| sound()[index].1.clone();
    let truncated = graph(1)[..100].to_vec();
    let deep_marks = body(&[&vec![b'('; 1_000_000]]);
    let deep_lists = body(&[&vec![b']'; 1_000_000]]);
    let nested = body(&[b"]", &b"(]".repeat(1_000_000), &b"e".repeat(1_000_000)]);
    let nested_tuples = body(&[b"N", &vec![0x85; 1_000_000]]);
    let nones = body(&[&vec![b'N'; 1_000_000]]);
    let shared = {
        // One long list that is every node's.
        let mut bytes = b"ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R(".to_vec();
        bytes.extend(b"K\x00]q\x01(");
        bytes.extend(b"K\x00".repeat(1000));
        bytes.push(b'e');
        (1..250).for_each(|node: u8| bytes.extend([b'K', node, b'h', 1]));
        bytes.push(b'u');
        whole(&bytes)
    };
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        // Files that are no pickles
        ("allx", Vec::new(), "the file is empty"),
        ("allx", b"<!DOCTYPE html>\n".to_vec(), "not a pickle of protocol 2"),
        ("allx", b"\x80\x04\x95".to_vec(), "not a pickle of protocol 2"),
        ("allx", truncated, "the file ends in the middle"),
        ("allx", b"\x80\x02".to_vec(), "the file ends in the middle"),
        ("graph", [graph(6), b"more".to_vec()].concat(), "4 bytes follow the end of the pickle"),
        // Programs
        ("graph", body(&[b"cos\nsystem\n(S'true'\ntR"]), "the global `os.system` is refused"),
        ("graph", body(&[b"cposix\nsystem\nU\x04true\x85R"]), "the global `posix.system` is refused"),
        ("graph", body(&[b"c__builtin__\neval\nU\x011\x85R"]), "the global `__builtin__.eval` is refused"),
        ("graph", body(&[b"(S'true'\nios\nsystem\n"]), "the opcode STRING (0x53) is refused"),
        ("graph", body(&[b"(ios\nsystem\n"]), "the opcode INST (0x69) is refused"),
        (
            "graph",
            body(&[b"c__builtin__\nlist\nU\x01a\x85R"]),
            "REDUCE of List with these arguments is refused",
        ),
        ("graph", body(&[b"cnumpy\nndarray\n)\x81"]), "NEWOBJ of NdArray is refused"),
        ("graph", body(&[b"c\xff\xfe\n\x1b[2J\n"]), "is refused"),
        ("graph", body(&[&[b"c".as_slice(), &b"a".repeat(100_000), b"\nb\n"].concat()]), "is refused"),
        // Headers that claim more than there is
        ("ally", body(&[b"\x8a\x08\0\0\0\0\0\0\0\x10"]), "the opcode LONG1 (0x8a) is refused"),
        (
            "ally",
            whole(&array(&[1 << 30, 1 << 30], b"i4", &ints(&[0, 1]))),
            "an array of shape [1073741824, 1073741824] in 8 bytes",
        ),
        ("ally", whole(&array(&[i32::MAX.into(); 9], b"i4", &ints(&[0, 1]))), "one or two sizes"),
        ("ally", whole(&array(&[-1, 2], b"i4", &[])), "something other than a size"),
        ("ally", whole(&array(&[i32::MAX.into(), 0], b"i4", &[])), "the labels have shape [2147483647, 0]"),
        ("ally", body(&[b"T\xff\xff\xff\x7fabc"]), "2147483647 bytes are announced, and 4 are left"),
        ("ally", body(&[b"T\xff\xff\xff\xffabc"]), "a string of -1 bytes"),
        ("ally", body(&[b"U\xffabc"]), "255 bytes are announced"),
        // Nesting and stacking
        ("graph", deep_marks, "more than 65536 values are stacked"),
        ("graph", deep_lists, "more than 65536 values are stacked"),
        ("graph", nested, "more than 65536 values are stacked"),
        ("graph", nested_tuples, "more empty values than such a file holds"),
        ("graph", nones, "more than 65536 values are stacked"),
        ("graph", body(&[b"]q\x01h\x01a"]), "holds no dictionary of neighbours"),
        ("graph", body(&[b"h\x07"]), "BINGET of 7, never put"),
        ("graph", body(&[b"0"]), "the opcode POP (0x30) is refused"),
        ("graph", body(&[b"a"]), "the stack is empty"),
        ("graph", body(&[b"t"]), "the stack is empty"),
        ("graph", body(&[b"}(K\x01u"]), "SETITEMS has a key without a value"),
        ("graph", body(&[b"NNb"]), "BUILD with a plain value"),
        ("graph", body(&[b"NN"]), "values are left on the stack"),
        // Values of the wrong kind
        ("allx", one_hot(&[[1, 0]]), "holds no sparse matrix"),
        ("ally", matrix([1, 1], &[0, 0], &[], &[]), "holds no array"),
        ("ally", whole(&array(&[1, 2], b"f4", &ints(&[0, 1]))), "the labels have shape"),
        ("ally", whole(&array(&[2], b"f8", &[0; 16])), "neither `<i4` nor `<f4`"),
        ("ally", one_hot(&[[1, 1], [0, 1], [1, 0]]), "the label is not one-hot"),
        ("ally", one_hot(&[[2, 0], [0, 1], [1, 0]]), "the label is not one-hot"),
        ("ally", one_hot(&[[1, 0]]), "1 labels of 2 classes for 3 rows"),
        ("allx", matrix([3, 4], &[0, 2, 1, 3], &[0, 3, 1], &[1.0; 3]), ""),
        ("allx", matrix([3, 4], &[1, 2, 2, 3], &[0, 3, 1], &[1.0; 3]), "row pointers"),
        ("allx", matrix([3, 4], &[0, 2, 3, 9], &[0, 3, 1], &[1.0; 3]), ""),
        ("allx", matrix([3, 4], &[0, 2, 3], &[0, 3, 1], &[1.0; 3]), "3 row pointers"),
        ("allx", matrix([3, 4], &[0, 2, 3, 3], &[0, 4, 1], &[1.0; 3]), ""),
        ("allx", matrix([3, 4], &[0, 2, 3, 3], &[0, 0, 1], &[1.0; 3]), ""),
        ("allx", matrix([3, 4], &[0, 2, 3, 3], &[0, -3, 1], &[1.0; 3]), "`indices` holds -3"),
        ("allx", matrix([3, 4], &[0, 2, 3, 3], &[0, 3, 1], &[1.0; 2]), ""),
        ("allx", matrix([3, i32::MAX.into()], &[0, 2, 3, 3], &[0, 3, 1], &[1.0; 3]), "2147483647 features"),
        ("allx", matrix([i32::MAX.into(), 4], &[0, 2, 3, 3], &[0, 3, 1], &[1.0; 3]), "row pointers"),
        ("tx", matrix([2, 5], &[0, 1, 2], &[2, 1], &[1.0; 2]), ""),
        ("x", matrix([1, 4], &[0, 2], &[0, 2], &[1.0; 2]), "does not repeat the first rows"),
        ("graph", lists(&[(0, &[1]), (7, &[0])]), "node 7 is outside a graph of 2 nodes"),
        ("graph", lists(&[(0, &[1]), (0, &[1])]), "node 0 has two lists"),
        ("graph", lists(&[(0, &[-1]), (1, &[0])]), "node -1 is outside"),
        ("graph", shared, "more neighbours than the file could hold"),
        ("test.index", Vec::new(), "\"\" is no node"),
        ("test.index", b"4\n3.5\n".to_vec(), "\"3.5\" is no node"),
        ("test.index", b"4\n\xff\n".to_vec(), "is no node"),
        ("test.index", b"4\n99999999999\n".to_vec(), "is no node"),
        ("test.index", b"4\n2\n".to_vec(), "node 2 is outside 3..5"),
        ("test.index", b"4\n5\n".to_vec(), "node 5 is outside 3..5"),
        ("test.index", b"4\n4\n".to_vec(), "node 4 occurs twice"),
        ("test.index", b"4\n".to_vec(), "1 lines for the 2 rows of `tx`"),
    ];
    for (part, content, message) in table {
        let folder = Folder::planetoid(Some((part, &content)));
        let result = measured(allowed(content.len()), || read_planetoid(folder.0.path(), "toy"));
        let blamed = match part {
            // Files that do not fit each other are blamed on the labels.
            "tx" => "ty",
            part => part,
        };
        assert_refused(result, &folder.0.path().join(format!("ind.toy.{blamed}")), message);
    }

    let folder = Folder::planetoid(None);
    let path = folder.0.path().join("ind.toy.ty");
    std::fs::remove_file(&path).expect("removed");
    assert_refused(read_planetoid(folder.0.path(), "toy"), &path, "");
}

#[test]
fn nan_features_are_refused() {
    let _turn = turn();
    let content = pickle::matrix([2, 4], &[0, 1, 2], &[2, 1], &[1.0, f32::NAN]);
    let folder = Folder::planetoid(Some(("tx", &content)));
    let error = read_planetoid(folder.0.path(), "toy").expect_err("not finite");
    assert!(error.message.contains("NaN") && error.place.contains("row 3"), "{error}");
}

#[test]
fn malformed_edge_lists_are_refused() {
    let _turn = turn();
    let good = b"# two\n0 1\n1 2\n".as_slice();
    let packed = gzip(&b"0 1\n".repeat(10_000));
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    let mut wrong_sum = packed.clone();
    let sum = wrong_sum.len() - 8;
    wrong_sum[sum] ^= 0xff;
    let bomb = gzip(&b"0 1\n".repeat(8_000_000));
    let long_line = [b"0 1\n".as_slice(), &vec![b'7'; 1_000_000]].concat();
    let utf16: Vec<u8> = "0 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("a.txt", Vec::new(), "", "holds no edge"),
        ("a.txt", b"# only\n% comments\n\n".to_vec(), "", "holds no edge"),
        ("a.csv", b"source,target\n".to_vec(), "", "holds no edge"),
        ("a.txt", b"0\n1\n2\n".to_vec(), ", line 1", "one column"),
        ("a.txt", b"0 1\n2\n".to_vec(), ", line 2", "one column"),
        ("a.tsv", b"a b\tc\nd e\n".to_vec(), ", line 2", "one column"),
        ("a.csv", b"0,1\n2 3\n".to_vec(), ", line 2", "one column"),
        ("a.csv", b"0,1\n2,\n".to_vec(), ", line 2", "an empty column"),
        ("a.csv", b"0,1\n,2\n".to_vec(), ", line 2", "an empty column"),
        ("a.csv", b"0,1\n\"2,3\n".to_vec(), ", line 2", "a quote that does not end on its line"),
        ("a.csv", b"0,1\n\"2\"x,3\n".to_vec(), ", line 2", "text between a quote's end and the next column"),
        ("a.txt", b"0 1\n1 -2\n".to_vec(), ", line 2", "node -2 is negative"),
        ("a.txt", b"-1 -2\n0 1\n".to_vec(), ", line 1", "node -1 is negative"),
        ("a.txt", b"0 1\n1 \xff\n".to_vec(), ", line 2", "byte 3 of the line is not UTF-8"),
        (
            "a.txt",
            [b"\xff\xfe".as_slice(), &utf16[1..]].concat(),
            ", line 1",
            "UTF-16 and ends within a letter",
        ),
        ("a.txt", long_line, ", line 2", "a line longer than 65536 bytes"),
        ("a.txt.gz", good.to_vec(), "", "is named .gz, but is not gzipped"),
        ("a.txt.gz", Vec::new(), "", "is named .gz, but is not gzipped"),
        ("a.txt.gz", b"\x1f\x8b".to_vec(), ", line 1", ""),
        ("a.txt.gz", packed[..packed.len() - 4].to_vec(), ", line", ""),
        ("a.txt.gz", packed[..packed.len() / 2].to_vec(), ", line", ""),
        ("a.txt.gz", damaged, ", line", ""),
        ("a.txt.gz", wrong_sum, ", line", ""),
        ("a.txt.gz", [packed.clone(), b"trailing".to_vec()].concat(), ", line", ""),
        ("a.txt.gz", gzip(b""), "", "holds no edge"),
        ("a.txt.gz", bomb, ", line", "unpacks to more than"),
    ];
    for (name, content, place, message) in table {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        let path = folder.write(name, &content);
        // What is packed may become a hundred times larger, and each line of four bytes an edge of eight.
        let allowed = match name.ends_with(".gz") {
            true => 8 * (100 * content.len() + (1 << 20)),
            false => allowed(content.len()),
        };
        let result = measured(allowed, || read_edge_list(&path));
        let place = format!("{}{place}", path.display());
        assert_refused(result, Path::new(&place), message);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert_refused(read_edge_list(folder.path()), folder.path(), "");
    let missing = folder.path().join("missing.txt");
    assert_refused(read_edge_list(&missing), &missing, "");
}

proptest! {
    /// Whatever bytes are changed: an error or a graph, never a panic, never more memory than the size allows.
    #[test]
    fn damaged_planetoid_files_never_panic(
        part in 0_usize..8,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let _turn = turn();
        let (name, mut content) = sound().swap_remove(part);
        for (place, byte) in changes {
            let place = place.index(content.len());
            content[place] = byte;
        }
        if let Some(end) = end {
            content.truncate(end.index(content.len()));
        }
        let folder = Folder::planetoid(Some((name, &content)));
        if let Err(error) = measured(allowed(content.len()), || read_planetoid(folder.0.path(), "toy")) {
            prop_assert!(error.hint().is_some(), "no hint for {}", error);
        }
    }

    #[test]
    fn any_bytes_are_an_edge_list_or_an_error(
        content in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            "[-0-9a-c\", \t\r\n#]{0,200}".prop_map(String::into_bytes),
        ],
        packed in any::<bool>(),
    ) {
        let _turn = turn();
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        let content = if packed { gzip(&content) } else { content };
        let path = folder.write("a.txt", &content);
        if let Err(error) = measured(allowed(content.len()), || read_edge_list(&path)) {
            prop_assert!(error.place.starts_with(&path.display().to_string()), "{}", error);
        }
    }
}
