//! Files that hold something else than images that are read, by their first bytes.

/// A format that is not read.
pub(super) struct Other {
    /// With its article.
    pub name: &'static str,
    /// What makes of it what is read.
    pub hint: &'static str,
}

const CONVERT: &str = "convert it to PNG, for example by `magick mogrify -format png FILE`";
const FOLDER: &str = "name the folder that it lies in";
const UNPACK: &str = "unpack it, and name the folder of pictures or the file that comes out";

/// A picture that is not read, by its first bytes.
pub(super) fn picture(start: &[u8]) -> Option<Other> {
    let name = match start {
        [b'G', b'I', b'F', b'8', ..] => "a GIF picture",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "a WebP picture",
        [b'B', b'M', _, _, _, _, 0, 0, ..] => "a BMP picture",
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => "a TIFF picture",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => "an AVIF picture",
        [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', ..] => "a HEIC picture",
        [0, 0, 0, 0x0c, b'j', b'P', ..] => "a JPEG 2000 picture",
        [0xff, 0x0a, ..] => "a JPEG XL picture",
        [b'P', b'1'..=b'6', b'\n' | b' ' | b'\r', ..] => "a Netpbm picture",
        [b'8', b'B', b'P', b'S', ..] => "a Photoshop picture",
        _ => return None,
    };
    Some(Other { name, hint: CONVERT })
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
    let (name, hint) = match start {
        [] => ("empty", "fetch it again"),
        [0x89, b'P', b'N', b'G', ..] => ("one PNG picture", FOLDER),
        [0xff, 0xd8, 0xff, ..] => ("one JPEG picture", FOLDER),
        [b'B', b'Z', b'h', ..] => ("a file packed by bzip2", "unpack it by `bunzip2 FILE`"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => ("a file packed by xz", "unpack it by `unxz FILE`"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ("a file packed by Zstandard", "unpack it by `unzstd FILE`"),
        [b'7', b'z', 0xbc, 0xaf, ..] => ("a 7-Zip archive", UNPACK),
        [b'R', b'a', b'r', b'!', ..] => ("a RAR archive", UNPACK),
        [0x89, b'H', b'D', b'F', ..] => (
            "an HDF5 file",
            "save its array by numpy.save(path, array) in Python, for example with h5py or, of Keras, numpy",
        ),
        _ if start.starts_with(b"MATLAB 5.0") || start.starts_with(b"MATLAB 7") => (
            "a MATLAB file",
            "save its array by numpy.save(path, scipy.io.loadmat(file)[name]) in Python; MATLAB's order is data.axes = \"HWN\" \
             or \"HWCN\"",
        ),
        [0x80, 2..=5, ..] => ("a Python pickle", "save its array by numpy.save(path, array) in Python"),
        [b'P', b'A', b'R', b'1', ..] => {
            ("a Parquet file", "save its images by numpy.save(path, array) in Python")
        }
        [b'%', b'P', b'D', b'F', ..] => ("a PDF document", CONVERT),
        _ if start.get(257..262) == Some(b"ustar") => ("a tar archive", "unpack it by `tar -xf FILE`"),
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
