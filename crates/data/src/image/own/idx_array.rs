//! IDX files of one's own: of any type of values and with colours, and with labels in a file beside them.

use std::path::{Path, PathBuf};

use super::{ImageReading, OwnImages, array, start_of, unpacked_start};
use crate::array::{Array, Values};
use crate::error::Result;
use crate::examples::ExampleSet;
use crate::image::idx;
use crate::image::source::Source;

/// Reads an IDX file; labels come from the file beside it that is called as MNIST's labels are beside MNIST's images.
pub(super) fn read(path: &Path, place: &str, reading: &ImageReading) -> Result<OwnImages> {
    let start = start_of(path)?;
    let is_packed = start.starts_with(&[0x1f, 0x8b]);
    let start = if is_packed { unpacked_start(path)? } else { start };
    let labels = labels_beside(path).filter(|labels| labels.is_file());
    let array = match start[..] {
        [0, 0, kind @ (8 | 9 | 0x0b..=0x0e), axes @ 2..=4, ..] if [kind, axes] != [8, 3] => {
            read_values(path, kind, axes)?
        }
        _ => {
            let images = idx::read(path, None)?;
            let shape = vec![images.count(), images.height(), images.width()];
            let values = Values::Bytes(images.pixels().to_vec());
            Array { shape, values, element: "uint8".to_owned() }
        }
    };
    let mut own = array::read(array, "IDX", place, reading)?;
    if let Some(labels) = labels {
        let name = labels.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match idx::read_labels(&labels, own.images.count()) {
            Ok(read) => {
                own.images = own.images.with_labels(read)?;
                own.source = format!("{}, labels of {name}", own.source);
            }
            Err(error) => own.notes.push(format!(
                "{name} lies beside the images and is not read: it {}; the images have no labels",
                error.message
            )),
        }
    }
    Ok(own)
}

/// `train-labels-idx1-ubyte` of `train-images-idx3-ubyte`.
fn labels_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let labels = name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1");
    (name.contains("images")).then(|| path.with_file_name(labels))
}

/// An IDX file of any type of values, with so many axes.
pub(super) fn read_values(path: &Path, kind: u8, axes: u8) -> Result<Array> {
    let mut source = Source::open(path)?;
    source.header::<4>("the IDX header")?;
    let mut shape = Vec::new();
    for _ in 0..axes {
        shape.push(u32::from_be_bytes(source.header("the IDX header")?) as usize);
    }
    let width: usize = match kind {
        8 | 9 => 1,
        0x0b => 2,
        0x0c | 0x0d => 4,
        _ => 8,
    };
    let what = format!("{shape:?} values of {width} bytes");
    let bytes = shape.iter().try_fold(width as u64, |bytes, size| bytes.checked_mul(*size as u64));
    let bytes = source.bytes(bytes, &what)?;
    source.end(&what)?;
    let element = match kind {
        8 => "uint8",
        9 => "int8",
        0x0b => "int16",
        0x0c => "int32",
        0x0d => "float32",
        _ => "float64",
    };
    let values = match kind {
        8 => Values::Bytes(bytes),
        9 => Values::Integers(bytes.iter().map(|byte| i64::from(byte.cast_signed())).collect()),
        0x0b => Values::Integers(of(&bytes, |two| i64::from(i16::from_be_bytes(two)))),
        0x0c => Values::Integers(of(&bytes, |four| i64::from(i32::from_be_bytes(four)))),
        0x0d => Values::Floats(of(&bytes, |four| f64::from(f32::from_be_bytes(four)))),
        _ => Values::Floats(of(&bytes, f64::from_be_bytes)),
    };
    Ok(Array { shape, values, element: element.to_owned() })
}

fn of<const N: usize, T>(bytes: &[u8], value: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|bytes| value(*bytes)).collect()
}
