//! Files that hold something else than images that are read, by their first bytes: so many that no text begins so by chance.

use crate::packed::{Packing, is_parquet, is_tar};

/// A format that is not read.
pub(crate) struct Other {
    /// With its article.
    pub name: &'static str,
    /// What makes of it what is read.
    pub hint: &'static str,
}

const CONVERT: &str = "convert it to PNG, for example by `magick mogrify -format png FILE`";
const FOLDER: &str = "name the folder that it lies in";
const UNPACK: &str = "unpack it, and name the folder of pictures or the file that comes out";

/// A picture that is not read, by its first bytes.
pub(crate) fn picture(start: &[u8]) -> Option<Other> {
    let name = match start {
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "a GIF picture",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "a WebP picture",
        [b'B', b'M', _, _, _, _, 0, 0, ..] => "a BMP picture",
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => "a TIFF picture",
        [0, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => "an AVIF picture",
        [0, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', ..] => "a HEIC picture",
        [0, 0, 0, 0x0c, b'j', b'P', ..] => "a JPEG 2000 picture",
        [0xff, 0x0a, ..] => "a JPEG XL picture",
        [b'P', kind @ b'1'..=b'6', rest @ ..] if is_netpbm(*kind, rest) => "a Netpbm picture",
        [b'8', b'B', b'P', b'S', 0, 1, ..] => "a Photoshop picture",
        _ => return None,
    };
    Some(Other { name, hint: CONVERT })
}

/// Whether what follows the mark of a Netpbm picture is its width and height, after comments, and then values: `P1` may be
/// a name in the first row of a table.
fn is_netpbm(kind: u8, rest: &[u8]) -> bool {
    let text = String::from_utf8_lossy(rest);
    let mut words = text.lines().flat_map(|line| line.split('#').next().unwrap_or(line).split_whitespace());
    let mut is_number = || words.next().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let is_binary = |byte: &u8| !byte.is_ascii() || (byte.is_ascii_control() && !byte.is_ascii_whitespace());
    let begins = text.starts_with(|letter: char| letter.is_whitespace() || letter == '#');
    // Rows of a table begin with a name each.
    let mut lines = text.lines().skip(1).map(str::trim_start).filter(|line| !line.is_empty());
    let mut are_values =
        || lines.all(|line| line.starts_with(|letter: char| letter.is_ascii_digit() || letter == '#'));
    // Bits may stand in one word, and packed ones are no text.
    begins
        && is_number()
        && is_number()
        && match kind {
            b'4' => rest.iter().any(is_binary),
            b'5' | b'6' => is_number() && (rest.iter().any(is_binary) || are_values()),
            _ => is_number() && are_values(),
        }
}

/// What a file is that is read neither as images nor as a picture, by its first bytes.
pub(super) fn format(start: &[u8]) -> Option<Other> {
    if let Some(picture) = picture(start) {
        return Some(Other { hint: "convert it to PNG, and name the folder that it lies in", ..picture });
    }
    let is_text = |words: &[&[u8]]| {
        let text = start.trim_ascii_start().to_ascii_lowercase();
        words.iter().any(|word| text.starts_with(word))
    };
    let packed = match Packing::of(start) {
        Some(Packing::Bzip2) => Some(("a file packed by bzip2", "unpack it by `bunzip2 FILE`")),
        Some(Packing::Xz) => Some(("a file packed by xz", "unpack it by `unxz FILE`")),
        Some(Packing::Zstandard) => Some(("a file packed by Zstandard", "unpack it by `unzstd FILE`")),
        Some(Packing::Gzip) | None => None,
    };
    if let Some((name, hint)) = packed {
        return Some(Other { name, hint });
    }
    let (name, hint) = match start {
        [] => ("empty", "fetch it again"),
        [0x89, b'P', b'N', b'G', ..] => ("one PNG picture", FOLDER),
        [0xff, 0xd8, 0xff, ..] => ("one JPEG picture", FOLDER),
        [b'7', b'z', 0xbc, 0xaf, ..] => ("a 7-Zip archive", UNPACK),
        [b'R', b'a', b'r', b'!', 0x1a, ..] => ("a RAR archive", UNPACK),
        [0x89, b'H', b'D', b'F', ..] => (
            "an HDF5 file",
            "save its array by numpy.save(path, array) in Python, for example with h5py or, of Keras, numpy",
        ),
        _ if start.starts_with(b"MATLAB 5.0 MAT-file") || start.starts_with(b"MATLAB 7.3 MAT-file") => (
            "a MATLAB file",
            "save its array by numpy.save(path, scipy.io.loadmat(file)[name]) in Python; MATLAB's order is data.axes = \"HWN\" \
             or \"HWCN\"",
        ),
        [0x80, 2..=5, ..] => ("a Python pickle", "save its array by numpy.save(path, array) in Python"),
        _ if is_parquet(start) => ("a Parquet file", "save its images by numpy.save(path, array) in Python"),
        [b'%', b'P', b'D', b'F', b'-', ..] => ("a PDF document", CONVERT),
        _ if is_tar(start) => ("a tar archive", "unpack it by `tar -xf FILE`"),
        _ if is_text(&[b"<!doctype html", b"<html"]) => {
            ("a web page (HTML), as a failed download leaves", "fetch it again")
        }
        _ if is_text(&[b"<svg", b"<?xml"]) => ("a drawing or another text of XML", CONVERT),
        _ if start.starts_with(b"version https://git-lfs") => {
            ("a pointer of Git LFS, not the file itself", "fetch the file by `git lfs pull`")
        }
        _ => return None,
    };
    Some(Other { name, hint })
}

/// The formats of pictures that are not read, by the ends of files' names.
pub(super) fn picture_by_name(end: &str) -> Option<&'static str> {
    Some(match end {
        "gif" => "GIF",
        "webp" => "WebP",
        "bmp" => "BMP",
        "tif" | "tiff" => "TIFF",
        "heic" | "heif" => "HEIC",
        "avif" => "AVIF",
        "jp2" => "JPEG 2000",
        "jxl" => "JPEG XL",
        "svg" => "SVG",
        "pgm" | "ppm" | "pbm" | "pnm" => "Netpbm",
        _ => return None,
    })
}
