//! Images of one's own: pictures as Pillow writes them, arrays, and what is said of files that are none.

use std::fs;
use std::path::Path;

use aevb_data::image::{OwnImages, read_own};
use proptest::prelude::*;
use serde_json::Value;

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("text");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}

struct Golden {
    name: String,
    file: Vec<u8>,
    size: [usize; 2],
    grey: Vec<u8>,
}

fn golden() -> Vec<Golden> {
    let json: Value =
        serde_json::from_str(include_str!("../../../tests/golden/pictures.json")).expect("JSON");
    let size = |shape: &Value| [0, 1].map(|axis| shape[axis].as_u64().expect("a size") as usize);
    let pictures = json.as_object().expect("pictures").iter();
    let picture = |(name, it): (&String, &Value)| Golden {
        name: name.clone(),
        file: bytes(&it["file"]),
        size: size(&it["shape"]),
        grey: bytes(&it["grey"]),
    };
    pictures.map(picture).collect()
}

fn picture(name: &str) -> Vec<u8> {
    golden().into_iter().find(|known| known.name == name).expect("a picture").file
}

fn read(folder: &Path, files: &[(&str, &[u8])]) -> aevb_data::Result<OwnImages> {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(path, content).expect("written");
    }
    read_own(folder, None)
}

#[test]
fn pictures_are_as_pillow_reads_them() {
    for Golden { name, file, size: [height, width], grey } in golden() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = read(folder.path(), &[(&name, &file), ("notes.txt", b"mine")]).expect("a picture");
        assert_eq!((own.images.height(), own.images.width(), own.ignored), (height, width, 1), "{name}");
        assert_eq!(own.images.names(), Some(&[name.clone()][..]));
        // Decoders of JPEG may round otherwise, and Pillow takes the brightness of colours that were rounded to bytes.
        let most = if name.ends_with(".jpg") { 4 } else { 0 };
        let far = own.images.pixels().iter().zip(&grey).map(|(one, other)| one.abs_diff(*other)).max();
        assert!(far <= Some(most), "{name}: {far:?}");
    }
}

#[test]
fn folders_of_pictures_are_classes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (grey, noise) = (picture("grey.png"), picture("noise.png"));
    let own = read(folder.path(), &[("dog/1.png", &grey), ("cat/b.PNG", &grey), ("cat/a.png", &noise)])
        .expect("three");
    assert_eq!(own.images.names().expect("names"), ["cat/a.png", "cat/b.PNG", "dog/1.png"]);
    assert_eq!(own.images.label_names().expect("classes"), ["cat", "dog"]);
    assert_eq!(own.images.labels(), Some(&[0, 0, 1][..]));
    let own =
        read(folder.path(), &[("dog/young/2.png", &grey), ("dog/young/black/3.png", &grey)]).expect("three");
    assert_eq!((own.images.count(), own.ignored), (3, 2), "deeper pictures have no class, and are counted");
    fs::write(folder.path().join("stray.png"), &grey).expect("written");
    assert!(read_own(folder.path(), None).expect_err("a stray one").message.contains("beside folders"));
}

#[test]
fn sizes_must_agree_or_are_made_to() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = read(folder.path(), &[("a.png", &picture("grey.png")), ("b.jpg", &picture("grey.jpg"))]);
    let error = error.expect_err("two sizes");
    assert_eq!(error.message, "40 x 56 pixels, where the first has 5 x 7");
    assert!(error.hint().expect("a hint").contains("data.size"));
    let own = read_own(folder.path(), Some([5, 7])).expect("one size");
    assert_eq!((own.images.count(), own.images.height(), own.images.width()), (2, 5, 7));
    // The JPEG is the PNG with every pixel eight times as wide and high.
    let far =
        own.images.image(0).iter().zip(own.images.image(1)).map(|(one, other)| one.abs_diff(*other)).max();
    assert!(far <= Some(2), "{far:?}");
}

fn npy(descr: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let length = u16::try_from(header.len()).expect("short").to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), elements].concat()
}

#[test]
fn arrays_are_images() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("images.npy");
    let read = |content: Vec<u8>| {
        fs::write(&path, content).expect("written");
        read_own(&path, None).map(|own| (own.images.pixels().to_vec(), own.images.is_binary()))
    };
    let floats: Vec<u8> = [0.0_f32, 0.2, 1.0, 0.5].iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(read(npy("|u1", "(2, 1, 2)", &[0, 7, 9, 255])), Ok((vec![0, 7, 9, 255], false)));
    assert_eq!(read(npy("|b1", "(2, 1, 2, 1)", &[0, 1, 1, 0])), Ok((vec![0, 1, 1, 0], true)));
    assert_eq!(read(npy("<f4", "(1, 2, 2)", &floats)), Ok((vec![0, 51, 255, 128], false)));
    assert_eq!(read(npy("|u1", "(1, 1, 1, 3)", &[255, 0, 0])), Ok((vec![76], false)));
    for (content, message) in [
        (npy("|u1", "(4,)", &[0; 4]), "an array of [4] is none of images"),
        (npy("|u1", "(0, 2, 2)", &[]), "between 1 and"),
        (npy("<f4", "(1, 1, 1)", &1.5_f32.to_le_bytes()), "1.5 is no intensity between 0 and 1"),
        (npy("<f4", "(1, 1, 1)", &f32::NAN.to_le_bytes()), "NaN is no intensity"),
        (npy("<i4", "(1, 1, 1)", &300_i32.to_le_bytes()), "integers outside of 0 to 255"),
        (npy("|S1", "(1, 1, 1)", b"a"), "holds text"),
    ] {
        let error = read(content).expect_err(message);
        assert!(error.message.contains(message) && error.hint().is_some(), "{error}");
    }
}

#[test]
fn what_is_no_picture_is_refused() {
    let png = picture("rgb.png");
    let header = |edit: fn(&mut Vec<u8>)| {
        let mut bytes = png.clone();
        edit(&mut bytes);
        let mut crc = flate2::Crc::new();
        crc.update(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.sum().to_be_bytes());
        bytes
    };
    let damaged = {
        let mut bytes = png.clone();
        bytes[45] ^= 0xff;
        bytes
    };
    let cases: [(&str, Vec<u8>, &str); 12] = [
        ("a.png", Vec::new(), "is neither PNG nor JPEG"),
        ("a.jpg", b"GIF89a".to_vec(), "is neither PNG nor JPEG"),
        ("a.png", png[..20].to_vec(), "is cut short"),
        ("a.png", png[..png.len() - 20].to_vec(), "is cut short"),
        ("a.png", damaged, "the checksum of its chunk IDAT does not hold"),
        ("a.png", header(|bytes| bytes[16..24].fill(0x7f)), "between 1 and"),
        ("a.png", header(|bytes| bytes[16..20].fill(0)), "between 1 and"),
        ("a.png", header(|bytes| bytes[19] = 200), "bytes of pixels"),
        ("a.png", header(|bytes| bytes[25] = 5), "unknown type 5"),
        ("a.png", header(|bytes| bytes[28] = 1), "is interlaced"),
        ("a.jpg", b"\xff\xd8\xff".to_vec(), "is no sound JPEG"),
        ("a.jpg", picture("grey.jpg")[..100].to_vec(), "is no sound JPEG"),
    ];
    for (name, content, message) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = read(folder.path(), &[(name, &content)]).expect_err(message);
        assert!(error.message.contains(message) && error.hint().is_some(), "{error}");
        assert!(error.place.ends_with(name), "{error}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(read_own(folder.path(), None).expect_err("empty").message.contains("holds no file called"));
    assert!(read_own(folder.path().join("missing"), None).expect_err("missing").hint().is_some());
}

proptest! {
    /// Whatever bytes are changed: an error or images, never a panic.
    #[test]
    fn damaged_pictures_never_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let pictures = golden();
        let Golden { name, file, .. } = &pictures[which.index(pictures.len())];
        let mut content = file.clone();
        for (place, byte) in changes {
            let place = place.index(content.len());
            content[place] = byte;
        }
        if let Some(end) = end {
            content.truncate(end.index(content.len()));
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        if let Err(error) = read(folder.path(), &[(name, &content)]) {
            prop_assert!(error.hint().is_some(), "{}", error);
        }
    }
}
