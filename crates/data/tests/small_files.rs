//! Small files that become large: deflate packs what is all the same a thousand times smaller. What is held is bounded by
//! what the file becomes, never by a piece of text for each number.

use std::io::Write;
use std::path::Path;

use aevb_data::graph::{GraphFiles, LoadedGraph};
use aevb_data::{Result, array::Npz};
use flate2::{Compression, Crc, write::DeflateEncoder};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Buffers, and whatever does not grow with the file.
const SLACK: usize = 16 << 20;

/// The result, and the most that was held for it.
fn held<T>(read: impl FnOnce() -> T) -> (T, usize) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let result = read();
    (result, MEMORY.peak_usage() - before)
}

/// An archive as `numpy.savez_compressed` writes it, of arrays of zero bytes: name, shape, and whether in Fortran's order.
fn write_zeros(path: &Path, arrays: &[(&str, &[usize], bool)]) {
    let (mut file, mut list) = (Vec::new(), Vec::new());
    for (name, shape, fortran_order) in arrays {
        let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
        let order = if *fortran_order { "True" } else { "False" };
        let header = format!("{{'descr': '|u1', 'fortran_order': {order}, 'shape': ({sizes})}}\n");
        let length = u16::try_from(header.len()).expect("short").to_le_bytes();
        let start = [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes()].concat();
        let count: usize = shape.iter().product();
        let (mut packer, mut crc) = (DeflateEncoder::new(Vec::new(), Compression::best()), Crc::new());
        let mut add = |bytes: &[u8]| {
            packer.write_all(bytes).expect("packed");
            crc.update(bytes);
        };
        add(&start);
        let zeros = vec![0; 1 << 16];
        let mut left = count;
        while left > 0 {
            let part = left.min(zeros.len());
            add(&zeros[..part]);
            left -= part;
        }
        let packed = packer.finish().expect("packed");
        let sizes =
            [crc.sum(), packed.len() as u32, (start.len() + count) as u32].map(u32::to_le_bytes).concat();
        let name = format!("{name}.npy");
        let name_length = (name.len() as u16).to_le_bytes();
        let common = [&[20, 0, 0, 0, 8, 0, 0, 0, 33, 0][..], &sizes, &name_length, &[0, 0]].concat();
        let offset = (file.len() as u32).to_le_bytes();
        list.extend([b"PK\x01\x02\x14\x00", &common[..], &[0; 10], &offset, name.as_bytes()].concat());
        file.extend([b"PK\x03\x04", &common[..], name.as_bytes(), &packed].concat());
    }
    let count = (arrays.len() as u16).to_le_bytes();
    let places = [list.len() as u32, file.len() as u32].map(u32::to_le_bytes).concat();
    let end = [b"PK\x05\x06\x00\x00\x00\x00", &count[..], &count, &places, &[0, 0]].concat();
    std::fs::write(path, [file, list, end].concat()).expect("written");
}

fn with_features(edges: &Path, features: &Path) -> Result<LoadedGraph> {
    GraphFiles { features: Some(features.to_owned()), ..GraphFiles::from_edges(edges) }.read()
}

/// One test, as the allocator counts for the whole process.
#[test]
fn a_small_file_takes_what_it_becomes() -> Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("small.npz");
    let few_edges = folder.path().join("edges.csv");
    std::fs::write(&few_edges, "0,1\n1,2\n").expect("written");
    let size = || std::fs::metadata(&path).expect("there").len();

    // The ends, the entries and the graph's pairs; the text of four million ends would take 130 MB more.
    let edges = 2_000_000;
    write_zeros(&path, &[("edges", &[edges, 2], false)]);
    assert!(size() < 10_000, "{}", size());
    let (graph, most) = held(|| GraphFiles::from_edges(&path).read());
    let graph = graph?;
    assert_eq!((graph.graph.nodes(), graph.entries.entries, graph.entries.loops), (1, edges, 1));
    assert!(most < 2 * edges + 40 * edges + SLACK, "{most} bytes for {edges} edges");

    // Names that are all the same are refused before they are text.
    let rows = 3_000_000;
    write_zeros(&path, &[("features", &[rows, 1], false), ("ids", &[rows], false)]);
    let (refused, most) = held(|| with_features(&few_edges, &path));
    let message = refused.expect_err("two rows of one node").to_string();
    assert!(message.contains("node `0` has two rows"), "{message}");
    assert!(most < 2 * rows + 4 * rows + SLACK, "{most} bytes for {rows} names");

    // Zeros of a dense matrix are no entries, and take a byte each, in a list that grows.
    let values = 30_000_000;
    write_zeros(&path, &[("features", &[3, values / 3], false)]);
    let (graph, most) = held(|| with_features(&few_edges, &path));
    assert_eq!(
        graph?.graph.features().map(|features| (features.cols(), features.nnz())),
        Some((values / 3, 0))
    );
    assert!(most < 2 * values + SLACK, "{most} bytes for {values} zeros");

    // Another order is one more copy.
    write_zeros(&path, &[("a", &[3000, values / 3000], true)]);
    let (array, most) = held(|| Npz::open(&path)?.get("a"));
    assert_eq!(array?.len(), values);
    assert!(most < 2 * values + SLACK, "{most} bytes for {values} in another order");
    Ok(())
}
