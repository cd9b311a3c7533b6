//! What a file is, told by its first bytes.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files;
use crate::foreign::{Foreign, HEAD, foreign};
use crate::packed::Packing;
use crate::text_encoding;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// Columns of text by commas, tabs, semicolons or spaces, packed or not; or Parquet, where it is built in.
    Csv,
    /// Matrix Market, packed or not.
    MatrixMarket,
    /// A JSON object, packed or not: for each node the list of the features that it has.
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
            if Packing::of(&start).is_some() {
                return Err(Error::malformed(path.display(), format!("is {} twice", packing.participle()))
                    .with_hint(format!("unpack it once: {} --decompress", packing.program())));
            }
            if start.starts_with(b"\x93NUMPY") || is_zip(&start) {
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
        if let Some(Foreign { name, hint }) = foreign(&start) {
            return Err(Error::malformed(path.display(), format!("is {name}")).with_hint(hint));
        }
        let others: [(&[u8], &str, &str); 4] = [
            (b"\x89HDF", "HDF5", "numpy.savez(other, edges=array)"),
            (b"\x80", "a pickle", "scipy.sparse.save_npz(other, matrix) or numpy.save"),
            (
                b"MATLAB 5.0 MAT-file",
                "MATLAB",
                "scipy.io.mmwrite(other, matrix), or, of pictures, numpy.save(other, array) and --kind images",
            ),
            (b"MATLAB 7.3 MAT-file", "MATLAB", "scipy.io.mmwrite(other, matrix)"),
        ];
        if let Some((_, name, advice)) = others.iter().find(|(magic, ..)| start.starts_with(magic)) {
            return Err(Error::malformed(path.display(), format!("is {name}, which is not read here"))
                .with_hint(format!("write it in Python by {advice}")));
        }
        if start.starts_with(b"\x93NUMPY") {
            return Ok(Self::Npy);
        }
        if is_zip(&start) {
            return Ok(Self::Npz);
        }
        let text = text_of(start);
        Ok(if is_matrix_market(&text) {
            Self::MatrixMarket
        } else if is_json(&text) {
            Self::Json
        } else {
            Self::Csv
        })
    }
}

fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// The text that a file begins with, as its readers see it: UTF-8 without a mark.
pub(crate) fn text_of(start: Vec<u8>) -> String {
    let (mut reader, _) = text_encoding::to_utf8_lines(Box::new(Cursor::new(start)));
    let mut text = Vec::new();
    // A letter may be cut off at the end.
    let _ = reader.read_to_end(&mut text);
    String::from_utf8_lossy(&text).trim_start_matches('\u{feff}').trim_start().to_owned()
}

/// Whether a text begins like Matrix Market's, as people write it: with one `%`, in any case, after empty lines and
/// comments.
fn is_matrix_market(text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(str::trim)
        .skip_while(|line| line.is_empty() || (line.starts_with(['#', '%']) && !heads_matrix_market(line)));
    lines.next().is_some_and(heads_matrix_market)
}

/// Whether a line is the first of Matrix Market's.
pub(super) fn heads_matrix_market(line: &str) -> bool {
    let word = line.strip_prefix('%').map(|line| line.strip_prefix('%').unwrap_or(line));
    word.and_then(|word| word.get(..12)).is_some_and(|start| start.eq_ignore_ascii_case("MatrixMarket"))
}

/// Whether a text is JSON, or a dictionary of Python's: names may begin with a bracket too, such as `[deleted]`.
pub(crate) fn is_json(text: &str) -> bool {
    let inside = |sign: char| text.strip_prefix(sign).map(str::trim_start);
    if let Some(inside) = inside('{') {
        return inside.is_empty()
            || inside.starts_with(['"', '\'', '}'])
            || inside.starts_with(|sign: char| sign.is_ascii_digit());
    }
    let Some(inside) = inside('[') else { return false };
    let is_value = inside.is_empty()
        || inside.starts_with(['{', '[', '"', '-', ']'])
        || inside.starts_with(|sign: char| sign.is_ascii_digit())
        || ["true", "false", "null"].iter().any(|word| inside.starts_with(word));
    // Nothing follows a list that ends.
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(_, sign)| {
        depth += usize::from(*sign == '[');
        depth -= usize::from(*sign == ']');
        depth == 0
    });
    is_value && end.is_none_or(|(at, _)| text[at + 1..].trim().is_empty())
}

/// The first bytes as they are.
fn head(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    file.take(HEAD).read_to_end(&mut start)?;
    Ok(start)
}

/// The first bytes of what is packed.
fn unpacked_head(packing: Packing, path: &Path) -> Result<Vec<u8>> {
    let file = files::open(path).map_err(|error| Error::io(path, error))?;
    let mut start = Vec::new();
    // What comes before the damage is told by.
    let _ = packing.reader(BufReader::new(file)).take(HEAD).read_to_end(&mut start);
    Ok(start)
}
