//! Matrices as files that other programs read: NumPy's `.npy`, and CSV.

use std::fmt::Write;
use std::path::Path;

use crate::error::{Error, Result};

/// NumPy's format, version 1.0: `values` `[rows, columns]` as little-endian `f4`.
///
/// # Panics
/// If the values are no whole number of rows.
pub fn npy(values: &[f32], columns: usize) -> Vec<u8> {
    assert!(columns > 0 && values.len().is_multiple_of(columns), "whole rows");
    let rows = values.len() / columns;
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    // Magic, version, length and header together end on a multiple of 64 bytes, the last of them a line feed.
    const BEFORE: usize = 10;
    let padded = (BEFORE + header.len() + 1).next_multiple_of(64) - BEFORE;
    header.push_str(&" ".repeat(padded - header.len() - 1));
    header.push('\n');
    let length = u16::try_from(header.len()).expect("the header is short");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend(length.to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    file
}

/// Whether a file's name asks for CSV, and not for `.npy`.
///
/// # Errors
/// If it ends in neither.
pub fn is_csv(file: &Path) -> Result<bool> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("npy") => Ok(false),
        Some("csv") => Ok(true),
        _ => Err(Error::usage(format!("{}: of unknown format", file.display()))
            .with_hint("the name ends in .npy or .csv")),
    }
}

/// A line of names `z0`, `z1`, …, then one a row: the label where there are labels, and the values `[rows, columns]`.
///
/// # Panics
/// If the values are no whole number of rows, or the labels are more or fewer.
pub fn csv(values: &[f32], columns: usize, labels: Option<&[u8]>) -> String {
    let names: Vec<String> = (0..columns).map(|column| format!("z{column}")).collect();
    csv_named(&names.iter().map(String::as_str).collect::<Vec<_>>(), values, labels)
}

/// As [`csv`], with other names.
///
/// # Panics
/// As [`csv`].
pub fn csv_named(names: &[&str], values: &[f32], labels: Option<&[u8]>) -> String {
    let columns = names.len();
    assert!(columns > 0 && values.len().is_multiple_of(columns), "whole rows");
    assert!(labels.is_none_or(|labels| labels.len() * columns == values.len()), "a label a row");
    let mut text = String::new();
    let first = labels.iter().map(|_| "label");
    text.push_str(&first.chain(names.iter().copied()).collect::<Vec<_>>().join(","));
    text.push('\n');
    for (row, values) in values.chunks_exact(columns).enumerate() {
        if let Some(labels) = labels {
            let _ = write!(text, "{},", labels[row]);
        }
        let values: Vec<String> = values.iter().map(f32::to_string).collect();
        text.push_str(&values.join(","));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npy_is_laid_out_as_numpy_says() {
        let file = npy(&[1.0, -2.0, 0.5, 4.0, 5.0, 6.0], 3);
        assert_eq!(&file[..8], b"\x93NUMPY\x01\x00");
        let header = usize::from(u16::from_le_bytes([file[8], file[9]]));
        assert_eq!(((10 + header) % 64, file[10 + header - 1]), (0, b'\n'));
        let text = String::from_utf8_lossy(&file[10..10 + header]);
        assert!(text.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"), "{text}");
        assert_eq!(file.len(), 10 + header + 24);
        assert_eq!(&file[10 + header + 4..][..4], (-2f32).to_le_bytes());
    }

    #[test]
    fn csv_has_names_and_a_label_a_row() {
        assert_eq!(
            csv(&[1.5, -2.0, 0.25, 1e-9], 2, Some(&[7, 9])),
            "label,z0,z1\n7,1.5,-2\n9,0.25,0.000000001\n"
        );
        assert_eq!(csv(&[1.5], 1, None), "z0\n1.5\n");
    }
}
