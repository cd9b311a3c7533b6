//! Packed files, told by their first bytes.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::StreamingDecoder;

use crate::error::{Error, Result};

/// How one file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Bzip2,
    Xz,
    Zstandard,
}

impl Packing {
    /// That of a file that begins so.
    pub fn of(start: &[u8]) -> Option<Self> {
        const MAGIC: [(&[u8], Packing); 4] = [
            (&[0x1f, 0x8b], Packing::Gzip),
            (b"BZh", Packing::Bzip2),
            (b"\xfd7zXZ\0", Packing::Xz),
            (&[0x28, 0xb5, 0x2f, 0xfd], Packing::Zstandard),
        ];
        MAGIC.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, packing)| *packing)
    }

    /// The name of its program, which unpacks by `--decompress`.
    pub fn program(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstandard => "zstd",
        }
    }

    /// What a file is that it has packed.
    pub fn participle(self) -> &'static str {
        match self {
            Self::Gzip => "gzipped",
            Self::Bzip2 => "packed by bzip2",
            Self::Xz => "packed by xz",
            Self::Zstandard => "packed by zstd",
        }
    }

    /// The content, in memory bounded by the format: at most 8 MiB, or 64 MiB of xz, and so much as a frame's window.
    ///
    /// # Errors
    /// If the content begins with no sound header.
    pub fn reader(self, file: BufReader<File>, path: &Path) -> Result<Box<dyn Read>> {
        const MOST_OF_XZ: u32 = 64 << 10;
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(file)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(file)),
            Self::Xz => Box::new(XzReader::new_mem_limit(file, true, MOST_OF_XZ)),
            Self::Zstandard => Box::new(StreamingDecoder::new(file).map_err(|error| {
                Error::malformed(path.display(), format!("is damaged: {error}"))
                    .with_hint("unpack it by zstd --decompress")
            })?),
        })
    }
}
