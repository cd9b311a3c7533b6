//! NumPy's `.npz`: a zip file with an `.npy` file for each array.

use super::arrays::{Array, Arrays};
use crate::error::{Error, Result};
use crate::{npy, zip};

/// Strings in NumPy are all as long as the longest.
const MOST_TEXT: usize = 1 << 30;

pub(super) fn file(arrays: &Arrays) -> Result<Vec<u8>> {
    let entries = arrays.iter().map(|(name, array)| Ok((format!("{name}.npy"), npy(name, array)?)));
    let entries = entries.collect::<Result<Vec<(String, Vec<u8>)>>>()?;
    let stored = zip::store(entries.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
    stored.ok_or_else(|| {
        Error::usage("an .npz file holds less than 4 GiB here").with_hint("take --format safetensors")
    })
}

fn npy(name: &str, array: &Array) -> Result<Vec<u8>> {
    match array {
        Array::Floats { shape, values } => {
            let mut file = npy::header("<f4", shape);
            file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            Ok(file)
        }
        Array::Bytes(values) => Ok([npy::header("|u1", &array.shape()).as_slice(), values].concat()),
        Array::Text(values) => {
            let longest = values.iter().map(|value| value.chars().count()).max().unwrap_or(0).max(1);
            if longest.saturating_mul(4 * values.len()) > MOST_TEXT {
                let problem = format!("{name}: one of the strings has {longest} characters");
                return Err(Error::usage(format!(
                    "{problem}, and in NumPy all take the space of the longest"
                ))
                .with_hint("take --format safetensors"));
            }
            let mut file = npy::header(&format!("<U{longest}"), &array.shape());
            for value in values {
                let end = file.len() + 4 * longest;
                file.extend(value.chars().flat_map(|character| u32::from(character).to_le_bytes()));
                file.resize(end, 0);
            }
            Ok(file)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zip::Zip;

    #[test]
    fn strings_are_padded_to_the_longest() {
        let arrays = [("id".to_owned(), Array::Text(vec!["a".into(), "ბé".into()]))].into();
        let file = file(&arrays).expect("small");
        let npy = Zip::read(&file).expect("a zip file").get("id.npy").expect("an entry").to_vec();
        let header = String::from_utf8_lossy(&npy[10..128]).into_owned();
        assert!(header.starts_with("{'descr': '<U2', 'fortran_order': False, 'shape': (2,), }"), "{header}");
        assert_eq!(npy[128..], [0x61, 0, 0, 0, 0, 0, 0, 0, 0xd1, 0x10, 0, 0, 0xe9, 0, 0, 0]);
    }

    #[test]
    fn one_long_string_among_many_is_refused() {
        let mut values = vec![String::new(); 1 << 16];
        values[3] = "x".repeat(1 << 13);
        let arrays = [("id".to_owned(), Array::Text(values))].into();
        assert!(file(&arrays).expect_err("2 GiB").message.contains("8192 characters"));
    }
}
