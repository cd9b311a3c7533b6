//! Tables as files that other programs read: NumPy's `.npy`, and columns of text.

use aevb_data::image::Images;

/// NumPy's format, version 1.0: `values` `[rows, columns]` as little-endian `f4`.
///
/// # Panics
/// If the values are no whole number of rows.
pub fn npy(values: &[f32], columns: usize) -> Vec<u8> {
    assert!(columns > 0 && values.len().is_multiple_of(columns), "whole rows");
    let mut file = npy_header("<f4", &[values.len() / columns, columns]);
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    file
}

/// What stands before the values of an array in NumPy's format, version 1.0; `kind` is NumPy's name of their type.
pub fn npy_header(kind: &str, shape: &[usize]) -> Vec<u8> {
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

/// Rows of text with a mark between the columns, quoted where they need it.
pub struct Writer {
    mark: char,
    text: String,
}

impl Writer {
    /// A table with commas, for example, between its columns.
    pub fn new(mark: char) -> Self {
        Self { mark, text: String::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, fields: impl IntoIterator<Item = String>) {
        for (column, field) in fields.into_iter().enumerate() {
            if column > 0 {
                self.text.push(self.mark);
            }
            if field.contains([self.mark, '"', '\n', '\r']) || is_read_otherwise(&field) {
                self.text.push('"');
                self.text.push_str(&field.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(&field);
            }
        }
        self.text.push('\n');
    }

    /// The whole table.
    pub fn finish(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

/// Whether a reader would trim a field, or take its line for a comment.
fn is_read_otherwise(field: &str) -> bool {
    field.trim() != field || field.starts_with(['#', '%'])
}

/// Values of images as CSV: a line of names, then one for each image, with its own name and its label first, where there are
/// any.
pub fn of_images<Row: IntoIterator<Item = String>>(
    images: &Images,
    columns: impl IntoIterator<Item = String>,
    rows: impl IntoIterator<Item = Row>,
) -> Vec<u8> {
    let mut writer = Writer::new(',');
    let named = images.names().map(|_| "id").into_iter().chain(images.labels().map(|_| "label"));
    writer.row(named.map(str::to_owned).chain(columns));
    for (image, row) in rows.into_iter().enumerate() {
        let name = images.names().map(|names| names[image].clone());
        let label = images.labels().map(|labels| match images.label_names() {
            Some(names) => names[labels[image] as usize].clone(),
            None => labels[image].to_string(),
        });
        writer.row(name.into_iter().chain(label).chain(row));
    }
    writer.finish()
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
    fn fields_are_quoted_where_they_need_it() {
        let mut writer = Writer::new('\t');
        writer.row(["a,b", "c\td", "say \"so\"", ""].map(str::to_owned));
        writer.row(["#a", "b#", "%", " c"].map(str::to_owned));
        let expected = "a,b\t\"c\td\"\t\"say \"\"so\"\"\"\t\n\"#a\"\tb#\t\"%\"\t\" c\"\n";
        assert_eq!(String::from_utf8(writer.finish()).as_deref(), Ok(expected));
    }
}
