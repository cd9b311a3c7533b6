//! What a file is, told by its first bytes.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files;
use crate::packed::Packing;

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
    /// Text whose lines name a node and then its neighbours.
    AdjacencyList,
    /// Text of a square matrix, with the nodes' names or without.
    AdjacencyMatrix,
    /// METIS's `.graph`.
    Metis,
    /// `.col` and `.gr` of DIMACS's challenges.
    Dimacs,
    /// Pajek's `.net`.
    Pajek,
    /// GraphML, or GEXF.
    #[serde(rename = "graphml")]
    GraphMl,
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
        if let Some(packing) = Packing::of(&start) {
            // Damage is for whoever reads the whole file to tell.
            start = unpacked_head(packing, path).unwrap_or_default();
            if start.starts_with(b"\x93NUMPY") || start.starts_with(b"PK") {
                let program = packing.program();
                return Err(Error::malformed(
                    path.display(),
                    format!("is NumPy's, but {}", packing.participle()),
                )
                .with_hint(format!("unpack it first: {program} --decompress")));
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
        if let Some(name) = first_in_zip(&start).filter(|name| !name.ends_with(".npy")) {
            return Err(Error::malformed(
                path.display(),
                format!("is a zip archive that begins with `{name}`, and none of arrays"),
            )
            .with_hint(format!(
                "unpack it by unzip {:?}, and give the file that is meant",
                path.display().to_string()
            )));
        }
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
        Ok(if start.starts_with(b"\x93NUMPY") {
            Self::Npy
        } else if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            Self::Npz
        } else if is_matrix_market(text) {
            Self::MatrixMarket
        } else if text.starts_with(b"{") || text.starts_with(b"[") {
            Self::Json
        } else {
            Self::Csv
        })
    }
}

/// Whether a text begins like Matrix Market's, as people write it: with one `%`, in any case, after empty lines.
fn is_matrix_market(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"%").map(|text| text.strip_prefix(b"%").unwrap_or(text));
    text.and_then(|text| text.get(..12)).is_some_and(|start| start.eq_ignore_ascii_case(b"MatrixMarket"))
}

/// The name of the first file in a zip archive that begins so.
fn first_in_zip(start: &[u8]) -> Option<String> {
    let header = start.strip_prefix(b"PK\x03\x04")?;
    let length = usize::from(u16::from_le_bytes(header.get(22..24)?.try_into().ok()?));
    Some(String::from_utf8_lossy(header.get(26..26 + length)?).into_owned())
}

/// The first bytes, packed or not.
fn head(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    file.take(4096).read_to_end(&mut start)?;
    Ok(start)
}

/// The first bytes of what is packed.
fn unpacked_head(packing: Packing, path: &Path) -> Result<Vec<u8>> {
    let file = files::open(path).map_err(|error| Error::io(path, error))?;
    let mut start = Vec::new();
    // What comes before the damage is told by.
    let _ = packing.reader(BufReader::new(file)).take(64).read_to_end(&mut start);
    Ok(start)
}
