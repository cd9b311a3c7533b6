//! NumPy's `.npy`.

/// NumPy's format, version 1.0: `values` `[rows, columns]` as little-endian `f4`.
///
/// # Panics
/// If the values are no whole number of rows.
pub fn file(values: &[f32], columns: usize) -> Vec<u8> {
    assert!(columns > 0 && values.len().is_multiple_of(columns), "whole rows");
    let mut file = header("<f4", &[values.len() / columns, columns]);
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    file
}

/// What stands before the values of an array in NumPy's format, version 1.0; `kind` is NumPy's name of their type.
pub fn header(kind: &str, shape: &[usize]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    // Python's tuple of one has a comma.
    let comma = if shape.len() == 1 { "," } else { "" };
    let sizes = sizes.join(", ") + comma;
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({sizes}), }}");
    // Magic, version, length and header together end on a multiple of 64 bytes, the last of them a line feed.
    const BEFORE: usize = 10;
    let padded = (BEFORE + header.len() + 1).next_multiple_of(64) - BEFORE;
    header.push_str(&" ".repeat(padded - header.len() - 1));
    header.push('\n');
    let length = u16::try_from(header.len()).expect("the header is short");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend(length.to_le_bytes());
    file.extend(header.as_bytes());
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npy_is_laid_out_as_numpy_says() {
        let file = file(&[1.0, -2.0, 0.5, 4.0, 5.0, 6.0], 3);
        assert_eq!(&file[..8], b"\x93NUMPY\x01\x00");
        let header = usize::from(u16::from_le_bytes([file[8], file[9]]));
        assert_eq!(((10 + header) % 64, file[10 + header - 1]), (0, b'\n'));
        let text = String::from_utf8_lossy(&file[10..10 + header]);
        assert!(text.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"), "{text}");
        assert_eq!(file.len(), 10 + header + 24);
        assert_eq!(&file[10 + header + 4..][..4], (-2f32).to_le_bytes());
    }
}
