//! What packs a file, as each program does.

use std::io::Write;

use flate2::{Compression, Crc, write::GzEncoder};
use lzma_rust2::{XzOptions, XzWriter};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::seeds::npy;

pub fn gzip(content: Vec<u8>) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&content).expect("packed");
    packer.finish().expect("packed")
}

pub fn bzip2(content: Vec<u8>) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packer.write_all(&content).expect("packed");
    packer.finish().expect("packed")
}

pub fn xz(content: Vec<u8>) -> Vec<u8> {
    let mut packer = XzWriter::new(Vec::new(), XzOptions::with_preset(0)).expect("a packer");
    packer.write_all(&content).expect("packed");
    packer.finish().expect("packed")
}

pub fn zstd(content: Vec<u8>) -> Vec<u8> {
    compress_to_vec(content.as_slice(), CompressionLevel::Fastest)
}

/// A list of edges packed in each way, whose packing itself is changed; of Zstandard two frames and one to be skipped.
pub fn packed() -> Vec<Vec<u8>> {
    let text = || b"0 1\n1 2\n2 0\n".to_vec();
    let skipped = vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let frames = [zstd(text()), skipped, zstd(b"2 3\n".to_vec())].concat();
    vec![gzip(text()), bzip2(text()), xz(text()), frames]
}

/// An archive whose members are stored.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut list) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut crc = Crc::new();
        crc.update(content);
        let length = content.len() as u32;
        let sizes = [crc.sum(), length, length].map(u32::to_le_bytes).concat();
        let name = format!("{name}.npy");
        let name_length = (name.len() as u16).to_le_bytes();
        let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 33, 0][..], &sizes, &name_length, &[0, 0]].concat();
        let offset = (file.len() as u32).to_le_bytes();
        list.extend([b"PK\x01\x02\x14\x00", &common[..], &[0; 10], &offset, name.as_bytes()].concat());
        file.extend([b"PK\x03\x04", &common[..], name.as_bytes(), content].concat());
    }
    let count = (members.len() as u16).to_le_bytes();
    let places = [list.len() as u32, file.len() as u32].map(u32::to_le_bytes).concat();
    [&file[..], &list, b"PK\x05\x06\0\0\0\0", &count, &count, &places, &[0, 0]].concat()
}

/// PyTorch Geometric's pieces of a graph around its edges.
pub fn pieces(edges: Vec<u8>) -> Vec<u8> {
    let features: Vec<u8> = [0.5_f32, 1.0, 0.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    archive(&[
        ("edge_index", &edges),
        ("x", &npy("<f4", "(3, 1)", &features)),
        ("y", &npy("|u1", "(3,)", &[0, 1, 1])),
    ])
}

/// A sparse matrix's pieces, as GNN benchmarks store them, around its column indices.
pub fn sparse(indices: Vec<u8>) -> Vec<u8> {
    let words = |values: &[i32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    archive(&[
        ("adj_data", &npy("|u1", "(4,)", &[1; 4])),
        ("adj_indices", &indices),
        ("adj_indptr", &npy("<i4", "(4,)", &words(&[0, 1, 3, 4]))),
        ("adj_shape", &npy("<i4", "(2,)", &words(&[3, 3]))),
        ("labels", &npy("|u1", "(3,)", &[0, 1, 1])),
    ])
}
