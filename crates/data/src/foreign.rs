//! Files of other formats where text or arrays are wanted, by their first bytes.

use crate::image::own::other;
use crate::packed::{is_tar, is_zip};

/// A format that is not read: its name with an article, and what to do about it.
pub(crate) struct Foreign {
    pub name: String,
    pub hint: String,
}

/// So many bytes are looked at.
pub(crate) const HEAD: u64 = 16 << 10;

/// What a file is that is neither text nor an array, where its first bytes tell.
pub(crate) fn foreign(start: &[u8]) -> Option<Foreign> {
    const UNPACK: &str = "unpack it, and give the file that comes out";
    let of = |name: &str, hint: &str| Some(Foreign { name: name.to_owned(), hint: hint.to_owned() });
    let pandas =
        |read: &str| format!("write it as CSV in Python: pandas.{read}(path).to_csv(other, index=False)");
    let picture = match start {
        [0x89, b'P', b'N', b'G', ..] => Some("a PNG picture"),
        [0xff, 0xd8, 0xff, ..] => Some("a JPEG picture"),
        _ => other::picture(start).map(|picture| picture.name),
    };
    if let Some(name) = picture {
        return of(name, "pictures are read by --kind images; give a text or an array");
    }
    match start {
        [b'7', b'z', 0xbc, 0xaf, ..] => of("a 7-Zip archive", UNPACK),
        [b'R', b'a', b'r', b'!', 0x1a, ..] => of("a RAR archive", UNPACK),
        [0x5d, 0, 0, _, _, ..] => of("a file packed by LZMA", "unpack it by `unlzma FILE`"),
        [0x04, 0x22, 0x4d, 0x18, ..] => of("a file packed by LZ4", "unpack it by `unlz4 FILE`"),
        [0x1f, 0x9d, ..] => of("a file packed by compress", "unpack it by `uncompress FILE`"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => of("an old file of Excel's or Word's", "save it as CSV"),
        [b'%', b'P', b'D', b'F', b'-', ..] => of("a PDF document", "copy its table into a text file"),
        _ if start.starts_with(b"ARROW1\0") || start.starts_with(b"FEA1\0") => {
            of("a Feather file", &pandas("read_feather"))
        }
        _ if start.starts_with(b"SQLite format 3\0") => of(
            "a database of SQLite's",
            "write a table as CSV: sqlite3 -header -csv FILE 'select * from TABLE' > FILE.csv",
        ),
        _ if is_tar(start) => {
            of("a tar archive", "unpack it by `tar -xf FILE`, and give the file that is meant")
        }
        _ if start.starts_with(b"version https://git-lfs") => {
            of("a pointer of Git LFS, not the file itself", "fetch the file by `git lfs pull`")
        }
        _ if start.trim_ascii_start().to_ascii_lowercase().starts_with(b"<svg") => {
            of("a drawing (SVG)", "give a text of rows, or an array")
        }
        _ if is_zip(start) => in_zip(start),
        _ => None,
    }
}

/// What a ZIP archive is that begins with another file than an array.
fn in_zip(start: &[u8]) -> Option<Foreign> {
    let name = first_in_zip(start).filter(|name| !name.ends_with(".npy"))?;
    if name.starts_with("[Content_Types].xml")
        || ["xl/", "_rels/", "docProps/"].iter().any(|part| name.starts_with(part))
    {
        return Some(Foreign {
            name: "a file of Excel's (.xlsx) or another of Office's".into(),
            hint: "save it as CSV, or in Python: pandas.read_excel(path).to_csv(other, index=False)".into(),
        });
    }
    Some(Foreign {
        name: format!("a zip archive that begins with `{name}`, and none of arrays"),
        hint: "unpack it by `unzip FILE`, and give the file that is meant".into(),
    })
}

/// The name of the first file in a zip archive that begins so.
fn first_in_zip(start: &[u8]) -> Option<String> {
    let header = start.strip_prefix(b"PK\x03\x04")?;
    let length = usize::from(u16::from_le_bytes(header.get(22..24)?.try_into().ok()?));
    Some(String::from_utf8_lossy(header.get(26..26 + length)?).into_owned())
}
