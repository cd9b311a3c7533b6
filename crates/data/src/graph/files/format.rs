//! What a file is, told by its first bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// Columns of text by commas, tabs, semicolons or spaces, gzipped or not; or Parquet, where it is built in.
    Csv,
    /// Matrix Market, gzipped or not.
    MatrixMarket,
    /// A JSON object, gzipped or not: for each node the list of the features that it has.
    Json,
    /// The same with the list of its features' values.
    JsonValues,
    /// An array of NumPy's.
    Npy,
    /// An archive of them, or a sparse matrix of SciPy's.
    Npz,
}

impl FileFormat {
    /// The format of a file by its content, for whoever was not told.
    ///
    /// # Errors
    /// If the file cannot be read, or is of a format that is known and not read here.
    pub fn of(path: &Path) -> Result<Self> {
        let io = |error| Error::io(path, error).with_hint("the file must exist and be readable");
        let mut file = files::open(path).map_err(io)?;
        let mut start = head(&mut file).map_err(io)?;
        if start.starts_with(&[0x1f, 0x8b]) {
            // Damage is for whoever reads the whole file to tell.
            let mut unpacked = Vec::new();
            let _ = GzDecoder::new(start.as_slice()).take(64).read_to_end(&mut unpacked);
            start = unpacked;
            if start.starts_with(b"\x93NUMPY") || start.starts_with(b"PK") {
                return Err(Error::malformed(path.display(), "is NumPy's, but gzipped")
                    .with_hint("unpack it first: gzip --decompress"));
            }
        }
        if start.starts_with(b"PAR1") {
            // Where it is not built in, whoever reads the rows says so.
            return Ok(Self::Csv);
        }
        let foreign: [(&[u8], &str, &str); 3] = [
            (b"\x89HDF", "HDF5", "numpy.savez(other, edges=array)"),
            (b"\x80", "a pickle", "scipy.sparse.save_npz(other, matrix) or numpy.save"),
            (b"MATLAB", "MATLAB", "scipy.io.mmwrite(other, matrix)"),
        ];
        if let Some((_, name, advice)) = foreign.iter().find(|(magic, ..)| start.starts_with(magic)) {
            return Err(Error::malformed(path.display(), format!("is {name}, which is not read here"))
                .with_hint(format!("write it in Python by {advice}")));
        }
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
        Ok(if start.starts_with(b"\x93NUMPY") {
            Self::Npy
        } else if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            Self::Npz
        } else if start.starts_with(b"%%MatrixMarket") {
            Self::MatrixMarket
        } else if text.starts_with(b"{") || text.starts_with(b"[") {
            Self::Json
        } else {
            Self::Csv
        })
    }
}

/// The first bytes, packed or not.
fn head(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    file.take(4096).read_to_end(&mut start)?;
    Ok(start)
}
