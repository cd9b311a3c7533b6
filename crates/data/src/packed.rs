//! Packed files, archives and Parquet, told by their first bytes.

mod zstandard;

use std::fs::File;
use std::io::{BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use self::zstandard::Frames;

/// No byte of deflate holds more: its longest match is 258 bytes for two bits.
pub(crate) const DEFLATE_RATIO: u64 = 1032;

/// How one file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Bzip2,
    Xz,
    Zstandard,
}

impl Packing {
    /// That of a file that begins so. What text may begin with takes more to be told by: `BZh1` may be a name.
    pub fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', block @ ..]
                if block.starts_with(b"1AY&SY") || block.starts_with(b"\x17\x72\x45\x38\x50\x90") =>
            {
                Some(Self::Bzip2)
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            // A frame, or one to be skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstandard),
            _ => None,
        }
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
    pub fn reader(self, file: BufReader<File>) -> Box<dyn Read> {
        const MOST_OF_XZ: u32 = 64 << 10;
        match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(file)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(file)),
            Self::Xz => Box::new(XzReader::new_mem_limit(file, true, MOST_OF_XZ)),
            Self::Zstandard => Box::new(Frames::new(file)),
        }
    }
}

/// Whether a file that begins so is Parquet: of text that begins with the same letters, text goes on.
pub(crate) fn is_parquet(start: &[u8]) -> bool {
    let after = start.strip_prefix(b"PAR1").and_then(|after| after.first());
    after.is_some_and(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
}

/// Whether a file that begins so is a ZIP archive, an empty one too.
pub(crate) fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// So many bytes show that a file is a tar archive.
pub(crate) const TAR: usize = 262;

/// Whether a file that begins so is a tar archive: its letters may be part of a word, but text has no zero before them.
pub(crate) fn is_tar(start: &[u8]) -> bool {
    start.get(TAR - 5..TAR) == Some(b"ustar") && start[107] == 0
}
