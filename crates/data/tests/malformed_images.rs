//! Bad image files: each is refused by name and place, with a hint, and without holding more than a file of its size
//! could mean.

use std::io::Write;
use std::path::{Path, PathBuf};

use aevb_data::examples::ExampleSet;
use aevb_data::image::{Images, TrainingPart, amat, frey_face, idx, matlab, mnist, mnist_binarized};
use aevb_data::{Error, ErrorKind, Result};
use flate2::{Compression, write::GzEncoder};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A folder that goes away with the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    }
}

/// Checks that reading failed in the file `path` with `message`, and that something is advised.
fn assert_refused<T>(result: Result<T>, path: &Path, message: &str) {
    let Err(error) = result else { panic!("accepted, instead of: {message}") };
    let shown = error.to_string();
    assert!(shown.starts_with(&path.display().to_string()), "{shown} does not name {}", path.display());
    assert!(shown.contains(message), "{shown:?} does not say {message:?}");
    assert!(!shown.contains('\n'), "{shown:?} is more than one line");
    assert!(error.hint().is_some(), "no hint for {shown}");
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(content).expect("packed");
    packer.finish().expect("packed")
}

fn idx_file(kind: u8, sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, sizes.len() as u8];
    bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn with_byte(mut bytes: Vec<u8>, place: usize, value: u8) -> Vec<u8> {
    bytes[place] = value;
    bytes
}

#[test]
fn idx_is_read_plain_and_packed() -> Result<()> {
    let folder = Folder::new();
    let images = idx_file(8, &[2, 2, 3], &[0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255]);
    let labels = idx_file(8, &[2], &[7, 1]);
    let expected = Images::grey(images[16..].to_vec(), 2, 3)?.with_labels(vec![7, 1])?;
    let plain = folder.write("images", &images);
    let packed = folder.write("images.gz", &gzip(&images));
    // Two members one after the other are one stream.
    let halves = folder.write("halves.gz", &[gzip(&images[..20]), gzip(&images[20..])].concat());
    let labels = folder.write("labels", &labels);
    for path in [plain, packed, halves] {
        assert_eq!(idx::read(path, Some(&labels))?, expected);
    }
    Ok(())
}

#[test]
fn malformed_idx_is_refused() {
    let good = idx_file(8, &[2, 2, 3], &[0; 12]);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "ends within the IDX header"),
        (good[..3].to_vec(), "ends within the IDX header"),
        (good[..15].to_vec(), "ends within the IDX header"),
        (b"\x89PNG\r\n\x1a\nsomething".to_vec(), "byte 0: is no IDX file: it starts with [89, 50, 4e, 47]"),
        (
            with_byte(good.clone(), 2, 0x0d),
            "byte 0: holds 32-bit floats (type 0x0d) instead of unsigned bytes",
        ),
        (with_byte(good.clone(), 2, 0x77), "holds values of an unknown type (type 0x77)"),
        (idx_file(8, &[12], &[0; 12]), "byte 0: holds labels, not images"),
        (idx_file(8, &[1, 2, 2, 3], &[0; 12]), "byte 0: has 4 dimensions instead of 3"),
        (idx_file(8, &[0, 2, 3], &[]), "announces 0 images of 2 x 3: there is nothing to read"),
        (idx_file(8, &[2, 0, 3], &[]), "announces 2 images of 0 x 3"),
        (idx_file(8, &[2, 2, 0], &[]), "announces 2 images of 2 x 0"),
        (idx_file(8, &[3, 2, 3], &[0; 12]), "announces 3 images of 2 x 3, but ends after 12 of 18 bytes"),
        (idx_file(8, &[1, 2, 3], &[0; 12]), "announces 1 images of 2 x 3, but goes on after them"),
        (idx_file(8, &[100, 2, 3], &[0; 12]), "announces 100 images of 2 x 3, more than the file can hold"),
        (idx_file(8, &[u32::MAX; 3], &[0; 12]), "more than the file can hold"),
        (idx_file(8, &[1 << 31, 1 << 31, 4], &[0; 12]), "more than the file can hold"),
        (gzip(&idx_file(8, &[100_000, 28, 28], &[0; 12])), "more than the file can hold"),
        (gzip(&idx_file(8, &[3, 2, 3], &[0; 12])), "but ends after 12 of 18 bytes"),
        (gzip(&idx_file(8, &[1, 2, 3], &[0; 12])), "but goes on after them"),
        (gzip(&good)[..20].to_vec(), "ends within"),
        (with_byte(gzip(&good), 3, 0xff), "damaged gzip within the IDX header"),
        ([gzip(&good), b"rubbish after the end".to_vec()].concat(), "damaged gzip within 2 images of 2 x 3"),
        // The sum of the content is in the last eight bytes.
        (with_byte(gzip(&good), gzip(&good).len() - 8, 0), "damaged gzip within 2 images of 2 x 3"),
    ];
    let folder = Folder::new();
    for (content, message) in cases {
        let path = folder.write("images", &content);
        assert_refused(idx::read(&path, None), &path, message);
    }
}

#[test]
fn labels_that_do_not_match_are_refused() {
    let folder = Folder::new();
    let images = folder.write("images", &idx_file(8, &[2, 2, 3], &[0; 12]));
    let cases: Vec<(Vec<u8>, ErrorKind, &str)> = vec![
        (idx_file(8, &[3], &[0; 3]), ErrorKind::Mismatch, "announces 3 labels, but there are 2 images"),
        (idx_file(8, &[u32::MAX], &[0; 3]), ErrorKind::Mismatch, "announces 4294967295 labels"),
        (idx_file(8, &[2], &[0; 3]), ErrorKind::Malformed, "announces 2 labels, but goes on after them"),
        (idx_file(8, &[2], &[0; 1]), ErrorKind::Malformed, "announces 2 labels, but ends after 1 of 2 bytes"),
        (idx_file(8, &[2, 2, 3], &[0; 12]), ErrorKind::Malformed, "holds images, not labels"),
        (idx_file(0x0c, &[2], &[0; 8]), ErrorKind::Malformed, "holds 32-bit integers"),
    ];
    for (content, kind, message) in cases {
        let labels = folder.write("labels", &content);
        let result = idx::read(&images, Some(&labels));
        assert_eq!(result.as_ref().expect_err(message).kind, kind);
        assert_refused(result, &labels, message);
    }
}

/// 256 MB that gzip makes 1.1 MB of: whoever unpacks first and compares afterwards holds them all to say no.
#[test]
fn a_gzip_bomb_is_left_where_it_stops_making_sense() {
    let folder = Folder::new();
    let bomb = |name, start: &[u8], filler: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(start).expect("packed");
        let block = filler.repeat((1 << 20) / filler.len());
        for _ in 0..256 {
            packer.write_all(&block).expect("packed");
        }
        folder.write(name, &packer.finish().expect("packed"))
    };
    let images = bomb("images.gz", &idx_file(8, &[2, 2, 3], &[0; 12]), b"\0");
    let spaces = bomb("spaces.gz", b"", b" ");
    let one_line = bomb("one_line.gz", b"", b"0 ");
    let before = peak_memory();
    assert_refused(idx::read(&images, None), &images, "goes on after them");
    assert_refused(amat::read(&spaces, 5, 28, 28), &spaces, "line 1: column 1 is byte 0x20");
    assert_refused(amat::read(&one_line, 5, 28, 28), &one_line, "line 1: more than 784 columns");
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        assert!(after - before < 64 << 20, "{} more bytes", after - before);
    }
}

/// The most memory this process ever held, in bytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

#[test]
fn amat_is_read_with_either_line_end() -> Result<()> {
    let folder = Folder::new();
    let expected = Images::binary(vec![0, 1, 1, 1, 0, 0], 1, 3)?;
    let unix = b"0 1 1\n1 0 0\n".to_vec();
    let windows = b"0 1 1\r\n1 0 0\r\n".to_vec();
    let cut = b"0 1 1\n1 0 0".to_vec();
    for content in [gzip(&unix), unix, windows, cut] {
        let path = folder.write("rows.amat", &content);
        assert_eq!(amat::read(&path, 2, 1, 3)?, expected);
    }
    Ok(())
}

#[test]
fn malformed_amat_is_refused() {
    let cases: [(&[u8], &str); 16] = [
        (b"", "ends after 0 lines; 2 were expected"),
        (b"0 1 1\n", "ends after 1 lines; 2 were expected"),
        (b"0 1 1\n1 0 0\n0 0 0\n", "goes on after 2 lines"),
        (b"0 1 1\n1 0 0\n\n", "goes on after 2 lines"),
        (b"0 1\n1 0 0\n", "line 1: 2 columns instead of 3"),
        (b"0 1 1\n1 0 0 1\n", "line 2: more than 3 columns"),
        (b"0 1 1\n1 0 0 \n", "line 2: a space after the last column, 3"),
        (b"0 1 1\n\n1 0 0\n", "line 2: 0 columns instead of 3"),
        (b"0 1 2\n1 0 0\n", "line 1: column 3 is '2', neither 0 nor 1"),
        (b"0 1 1\n1 -1 0\n", "line 2: column 2 is '-', neither 0 nor 1"),
        (b"0 0.5 1\n1 0 0\n", "line 1: '.' instead of a space after column 2"),
        (b"0,1,1\n1,0,0\n", "line 1: ',' instead of a space after column 1"),
        (b"011\n100\n", "line 1: '1' instead of a space after column 1"),
        (b"0 1\t1\n1 0 0\n", "line 1: byte 0x09 instead of a space after column 2"),
        (b"0  1 1\n1 0 0\n", "line 1: column 2 is byte 0x20, neither 0 nor 1"),
        (b"0 nan 1\n1 0 0\n", "line 1: column 2 is 'n', neither 0 nor 1"),
    ];
    let folder = Folder::new();
    for (content, message) in cases {
        for content in [content.to_vec(), gzip(content)] {
            let path = folder.write("rows.amat", &content);
            assert_refused(amat::read(&path, 2, 1, 3), &path, message);
        }
    }
    let cut = gzip(&b"0 1 1\n".repeat(1000));
    let path = folder.write("cut.gz", &cut[..cut.len() - 9]);
    assert_refused(amat::read(&path, 2000, 1, 3), &path, "ends within text");
}

/// A MATLAB 5 file like Frey Face's with two images of 2 x 3, built from its parts.
struct MatFile {
    version: [u8; 2],
    order: [u8; 2],
    outer: u32,
    flags: [u8; 2],
    sizes: Vec<i32>,
    name: Vec<u8>,
    storage: u32,
    data: Vec<u8>,
    after: Vec<u8>,
}

impl Default for MatFile {
    fn default() -> Self {
        Self {
            version: [0, 1],
            order: *b"IM",
            outer: 14,
            flags: [9, 0],
            sizes: vec![6, 2],
            name: b"ff".to_vec(),
            storage: 2,
            data: (0..12).collect(),
            after: vec![],
        }
    }
}

impl MatFile {
    fn bytes(&self) -> Vec<u8> {
        let mut inner = Vec::new();
        let flags = [self.flags[0], self.flags[1], 0, 0, 0, 0, 0, 0];
        element(&mut inner, 6, &flags);
        element(&mut inner, 5, &self.sizes.iter().flat_map(|size| size.to_le_bytes()).collect::<Vec<_>>());
        element(&mut inner, 1, &self.name);
        element(&mut inner, self.storage, &self.data);
        let mut bytes = vec![b' '; 124];
        bytes.extend([self.version, self.order].concat());
        element(&mut bytes, self.outer, &inner);
        bytes.extend(&self.after);
        bytes
    }
}

/// Up to four bytes share the eight of their tag, as MATLAB writes them.
fn element(to: &mut Vec<u8>, kind: u32, bytes: &[u8]) {
    let short = (1..=4).contains(&bytes.len());
    to.extend((kind | if short { (bytes.len() as u32) << 16 } else { 0 }).to_le_bytes());
    if !short {
        to.extend((bytes.len() as u32).to_le_bytes());
    }
    to.extend(bytes);
    to.resize(to.len().next_multiple_of(8), 0);
}

#[test]
fn matlab_columns_are_images() -> Result<()> {
    let folder = Folder::new();
    let path = folder.write("ff.mat", &MatFile::default().bytes());
    assert_eq!(matlab::read(&path, "ff", 2, 3)?, Images::grey((0..12).collect(), 2, 3)?);
    let longer = MatFile { name: b"frey_faces".to_vec(), ..MatFile::default() };
    let path = folder.write("longer.mat", &longer.bytes());
    assert_eq!(matlab::read(&path, "frey_faces", 3, 2)?.count(), 2);
    Ok(())
}

#[test]
fn malformed_matlab_is_refused() {
    let file = MatFile::default;
    let good = file().bytes();
    let mut cases: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "byte 0: is too short for a MATLAB 5 file"),
        (good[..127].to_vec(), "byte 0: is too short"),
        (MatFile { order: *b"MI", version: [1, 0], ..file() }.bytes(), "byte 126: is big-endian"),
        (MatFile { version: [0, 2], ..file() }.bytes(), "byte 124: is a MATLAB 7.3 file (HDF5)"),
        (MatFile { order: [0, 0], ..file() }.bytes(), "byte 124: is no MATLAB 5 file"),
        (MatFile { outer: 15, ..file() }.bytes(), "byte 128: is compressed"),
        (MatFile { outer: 9, ..file() }.bytes(), "byte 128: an element of type 9 instead of a matrix"),
        (MatFile { name: b"gg".to_vec(), ..file() }.bytes(), "byte 172: holds the variable gg instead of ff"),
        (MatFile { name: b"f\n".to_vec(), ..file() }.bytes(), "holds the variable f\\n instead of ff"),
        (MatFile { name: vec![b'x'; 5000], ..file() }.bytes(), "holds the variable xxx"),
        (MatFile { flags: [6, 0], ..file() }.bytes(), "byte 144: ff is of class double instead of uint8"),
        (MatFile { flags: [1, 0], ..file() }.bytes(), "ff is of class cell"),
        (MatFile { flags: [200, 0], ..file() }.bytes(), "ff is of class unknown"),
        (MatFile { flags: [9, 8], ..file() }.bytes(), "ff is complex or logical"),
        (MatFile { flags: [9, 2], ..file() }.bytes(), "ff is complex or logical"),
        (MatFile { sizes: vec![2, 6], ..file() }.bytes(), "byte 160: ff is [2, 6] instead of [6, images]"),
        (MatFile { sizes: vec![6, 0], data: vec![], ..file() }.bytes(), "ff is [6, 0]"),
        (MatFile { sizes: vec![6, -2], ..file() }.bytes(), "ff is [6, -2]"),
        (MatFile { sizes: vec![6, 2, 1], ..file() }.bytes(), "ff is [6, 2, 1]"),
        (MatFile { sizes: vec![6, i32::MAX], ..file() }.bytes(), "12 pixels for 2147483647 images of 6"),
        (MatFile { data: vec![0; 11], ..file() }.bytes(), "11 pixels for 2 images of 6"),
        (MatFile { storage: 9, ..file() }.bytes(), "pixels of type 9 instead of 2"),
        (MatFile { after: vec![0; 8], ..file() }.bytes(), "something follows the variable ff"),
    ];
    // The length of the matrix, then of the pixels, is far beyond the file.
    cases.push((with_byte(good.clone(), 135, 0xff), "byte 128: ends within an element"));
    cases.push((with_byte(good.clone(), 183, 0xff), "byte 176: ends within an element: pixels"));
    for length in (128..192).step_by(4) {
        cases.push((good[..length].to_vec(), "byte 128: ends within an element"));
    }
    let folder = Folder::new();
    for (content, message) in cases {
        let path = folder.write("ff.mat", &content);
        assert_refused(matlab::read(&path, "ff", 2, 3), &path, message);
    }
}

/// Any one byte of a good file changed, or any tail cut off: an answer or an error, never a panic.
#[test]
fn no_damage_makes_a_reader_panic() {
    let folder = Folder::new();
    let images = idx_file(8, &[2, 2, 3], &[0; 12]);
    let text = b"0 1 1\n1 0 0\n".to_vec();
    for good in [gzip(&images), images, gzip(&text), text, MatFile::default().bytes()] {
        let cut = (0..good.len()).map(|length| good[..length].to_vec());
        let changed = (0..good.len()).flat_map(|place| {
            let good = &good;
            [0, 1, 0x7f, 0x80, 0xff].map(move |value| with_byte(good.clone(), place, value))
        });
        for content in cut.chain(changed) {
            let path = folder.write("damaged", &content);
            let results =
                [idx::read(&path, None), amat::read(&path, 2, 1, 3), matlab::read(&path, "ff", 2, 3)];
            for error in results.into_iter().filter_map(Result::err) {
                assert!(error.to_string().contains("damaged"), "{error} does not name the file");
            }
        }
    }
}

#[test]
fn sets_whose_files_do_not_fit_are_refused() {
    let folder = Folder::new();
    let error = |result: Result<_>| -> Error { result.expect_err("refused") };
    let missing = error(mnist(folder.path(), TrainingPart::Standard));
    assert_eq!(missing.kind, ErrorKind::Io);
    assert!(missing.to_string().contains("train-images-idx3-ubyte: no such file, nor with .gz"), "{missing}");
    assert_eq!(missing.hint(), Some("fetch it with `aevb data fetch mnist`"));
    let missing = error(mnist_binarized(folder.path()));
    assert_eq!(missing.hint(), Some("fetch it with `aevb data fetch mnist-binarized`"));
    let rng = &mut ChaCha8Rng::seed_from_u64(0);
    let missing = error(frey_face(folder.path(), rng));
    assert_eq!(missing.hint(), Some("fetch it with `aevb data fetch frey`"));

    folder.write("train-images-idx3-ubyte", &idx_file(8, &[10_000, 1, 1], &[0; 10_000]));
    folder.write("train-labels-idx1-ubyte", &idx_file(8, &[10_000], &[0; 10_000]));
    folder.write("t10k-images-idx3-ubyte", &idx_file(8, &[2, 1, 2], &[0; 4]));
    folder.write("t10k-labels-idx1-ubyte", &idx_file(8, &[2], &[0; 2]));
    let sizes = error(mnist(folder.path(), TrainingPart::Standard));
    assert_eq!(sizes.kind, ErrorKind::Mismatch);
    assert!(sizes.to_string().ends_with("training images of 1 x 1, test images of 1 x 2"), "{sizes}");
    folder.write("t10k-images-idx3-ubyte", &idx_file(8, &[2, 1, 1], &[0; 2]));
    let few = error(mnist(folder.path(), TrainingPart::Standard));
    assert_eq!(few.to_string(), "split: 10000 of 10000 images cannot be held out");
    assert!(mnist(folder.path(), TrainingPart::All).is_ok());
}
