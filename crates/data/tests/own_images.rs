//! Pictures of one's own, as Pillow and NumPy read them, and what is said of files that are none.

use std::fs;
use std::path::Path;

use aevb_data::examples::ExampleSet;
use aevb_data::image::{
    Background, ImageReading, Images, Orientation, OwnImages, labelled_by, read_own, with_common_labels,
};
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
    /// The same on black, where the picture lets something through.
    black: Option<Vec<u8>>,
    within: u8,
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
        black: it.get("black").map(bytes),
        within: it["within"].as_u64().expect("a number") as u8,
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
    read_own(folder, &ImageReading::default())
}

fn furthest(one: &[u8], other: &[u8]) -> u8 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(one, other)| one.abs_diff(*other)).max().unwrap_or_default()
}

#[test]
fn pictures_are_as_pillow_reads_them() {
    for Golden { name, file, size: [height, width], grey, black, within } in golden() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = read(folder.path(), &[(&name, &file), ("notes.txt", b"mine")]).expect("a picture");
        assert_eq!((own.images.height(), own.images.width(), own.ignored), (height, width, 1), "{name}");
        assert_eq!(own.images.names(), Some(&[name.clone()][..]));
        let far = furthest(own.images.pixels(), &grey);
        assert!(far <= within, "{name}: {far}");
        let is_told =
            own.notes.iter().any(|note| note.contains("laid on white") && note.contains("data.background"));
        assert_eq!(is_told, black.is_some(), "{name}: {:?}", own.notes);
        if let Some(black) = black {
            let reading = ImageReading { background: Background::Black, ..ImageReading::default() };
            match read_own(folder.path(), &reading) {
                Ok(own) => assert!(furthest(own.images.pixels(), &black) <= within, "{name}"),
                Err(error) => {
                    assert!(black.iter().all(|pixel| *pixel == 0), "{error}");
                    assert!(error.message.contains("nothing is to be seen of them on black"), "{error}");
                    assert_eq!(error.hint(), Some("set data.background = \"white\""));
                }
            }
        }
    }
}

/// What is usual is not remarked upon.
#[test]
fn plain_pictures_bring_no_note() {
    let plain = [
        "grey.png",
        "noise.png",
        "rgb.png",
        "palette.png",
        "palette-2-bits.png",
        "bilevel.png",
        "grey.jpg",
        "rgb.jpg",
        "progressive.jpg",
        "progressive-rgb.jpg",
        "adobe-rgb.jpg",
        "cmyk.jpg",
        "ycck.jpg",
        "opaque.png",
        "deep.png",
        "deep-rgb.png",
        "grey-1.png",
        "grey-4-interlaced.png",
        "interlaced-rgb.png",
        "interlaced-deep.png",
        "turned-1.jpg",
    ];
    for name in plain {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = read(folder.path(), &[(name, &picture(name))]).expect(name);
        assert_eq!(own.notes, [""; 0], "{name}");
    }
}

#[test]
fn turned_pictures_are_counted_and_can_be_left_as_they_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (upright, turned) = (picture("turned-1.jpg"), picture("turned-3.jpg"));
    let own =
        read(folder.path(), &[("a.jpg", &upright), ("b.jpg", &turned), ("c.jpg", &turned)]).expect("three");
    let [note] = &own.notes[..] else { panic!("{:?}", own.notes) };
    assert!(
        note.starts_with("2 pictures are turned as their EXIF says; data.orientation = \"stored\""),
        "{note}"
    );
    let reading = ImageReading { orientation: Orientation::Stored, ..ImageReading::default() };
    let stored = read_own(folder.path(), &reading).expect("three");
    assert_eq!(
        (stored.images.image(0), stored.images.image(1)),
        (stored.images.image(1), own.images.image(0))
    );
    assert!(stored.notes.is_empty());
}

#[test]
fn cyan_magenta_yellow_and_black_without_a_mark_is_told() {
    let mut file = picture("cmyk.jpg");
    let at = file.windows(5).position(|five| five == b"Adobe").expect("Adobe's mark");
    file[at] = b'a';
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own = read(folder.path(), &[("a.jpg", &file)]).expect("a picture");
    assert!(own.notes[0].starts_with("1 JPEG file is of cyan, magenta, yellow and black"), "{:?}", own.notes);
    let golden = golden().into_iter().find(|known| known.name == "cmyk.jpg").expect("known");
    assert!(furthest(own.images.pixels(), &golden.grey) <= golden.within);
}

/// The range counts in the file's own numbers, and what lies outside of it is cut and told.
#[test]
fn sixteen_bits_are_spread_from_black_to_white_as_asked() {
    for name in ["deep.png", "interlaced-deep.png"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = read(folder.path(), &[(name, &picture(name))]).expect("a picture");
        let ranged = |white| {
            let reading = ImageReading { range: Some([0.0, white]), ..ImageReading::default() };
            read_own(folder.path(), &reading).expect("a picture")
        };
        assert!(furthest(ranged(65_535.0).images.pixels(), own.images.pixels()) <= 1, "{name}");
        let bright = ranged(32_767.5);
        assert!(
            bright.notes[0].contains("lie outside of data.range and are cut to it"),
            "{:?}",
            bright.notes
        );
        let doubled: Vec<u8> = own.images.pixels().iter().map(|pixel| pixel.saturating_mul(2)).collect();
        assert!(furthest(bright.images.pixels(), &doubled) <= 2, "{name}");
    }
}

#[test]
fn sizes_must_agree_or_are_made_to() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = read(folder.path(), &[("a.png", &picture("grey.png")), ("b.jpg", &picture("grey.jpg"))]);
    let error = error.expect_err("two sizes");
    assert_eq!(error.message, "40 x 56 pixels, where the first has 5 x 7");
    assert!(error.hint().expect("a hint").contains("data.size"));
    let own = read_own(folder.path(), &ImageReading { size: Some([5, 7]), ..ImageReading::default() })
        .expect("one size");
    assert_eq!((own.images.count(), own.images.height(), own.images.width()), (2, 5, 7));
    // The JPEG is the PNG with every pixel eight times as wide and high.
    let far =
        own.images.image(0).iter().zip(own.images.image(1)).map(|(one, other)| one.abs_diff(*other)).max();
    assert!(far <= Some(2), "{far:?}");
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
    let (jpeg, progressive) = (picture("rgb.jpg"), picture("progressive-rgb.jpg"));
    let cut = |bytes: &[u8], parts: usize| bytes[..bytes.len() * parts / 10].to_vec();
    let interlaced = picture("interlaced-rgb.png");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.png", Vec::new(), "is neither PNG nor JPEG: it is empty"),
        ("a.png", b"what?".to_vec(), "is neither PNG nor JPEG"),
        ("a.jpg", b"GIF89a".to_vec(), "is neither PNG nor JPEG: it is a GIF picture"),
        ("a.png", b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), "it is a WebP picture"),
        ("a.png", b"BM\x10\x10\0\0\0\0\0\0".to_vec(), "it is a BMP picture"),
        ("a.jpg", b"II*\0\x08\0\0\0".to_vec(), "it is a TIFF picture"),
        ("a.jpg", b"\0\0\0\x18ftypheic\0\0".to_vec(), "it is a HEIC picture"),
        ("a.png", b"\n<!DOCTYPE html><p>404".to_vec(), "it is a web page (HTML)"),
        ("a.jpg", cut(&jpeg, 5), "is cut short"),
        ("a.jpg", cut(&jpeg, 9), "is cut short"),
        ("a.jpg", jpeg[..jpeg.len() - 2].to_vec(), "is cut short"),
        ("a.jpg", [&cut(&jpeg, 5)[..], b"\xff\xd9"].concat(), "is cut short"),
        ("a.jpg", cut(&progressive, 5), "is cut short"),
        ("a.jpg", cut(&progressive, 9), "is cut short"),
        ("a.png", cut(&interlaced, 6), "is cut short"),
        ("a.png", png[..20].to_vec(), "is cut short"),
        ("a.png", png[..png.len() - 20].to_vec(), "is cut short"),
        ("a.png", damaged, "is no sound PNG"),
        ("a.png", header(|bytes| bytes[16..24].fill(0x7f)), "between 1 and"),
        ("a.png", header(|bytes| bytes[16..20].fill(0)), "is no sound PNG"),
        ("a.png", header(|bytes| bytes[19] = 200), "is no sound PNG"),
        ("a.png", header(|bytes| bytes[25] = 5), "is no sound PNG"),
        (
            "a.png",
            header(|bytes| bytes[16..24].copy_from_slice(&[0, 0, 0x1f, 0xff, 0, 0, 0x1f, 0xff])),
            "announces",
        ),
        ("a.jpg", b"\xff\xd8\xff".to_vec(), "is cut short"),
        ("a.jpg", picture("grey.jpg")[..100].to_vec(), "is "),
    ];
    for (name, content, message) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = read(folder.path(), &[(name, &content)]).expect_err(message);
        assert!(error.message.contains(message) && error.hint().is_some(), "{error}");
        assert!(error.place.ends_with(name), "{error}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(
        read_own(folder.path(), &ImageReading::default())
            .expect_err("empty")
            .message
            .contains("holds no file called")
    );
    assert!(
        read_own(folder.path().join("missing"), &ImageReading::default())
            .expect_err("missing")
            .hint()
            .is_some()
    );
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

/// What the labels of a file say of three pictures.
fn labels_of(name: &str, content: &[u8], names: Option<[&str; 3]>) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, content).expect("written");
    let images = Images::grey(vec![10, 20, 30], 1, 1).expect("images");
    let images = images.with_labels(vec![7, 7, 7]).expect("labels");
    let images = match names {
        Some(names) => images.with_names(names.map(str::to_owned).to_vec()).expect("names"),
        None => images,
    };
    match labelled_by(images, &path) {
        Ok((images, _)) => Ok((0..3).filter_map(|at| images.label_text(at)).collect()),
        Err(error) => Err(error.message),
    }
}

const FOLDERS: Option<[&str; 3]> = Some(["cats/1.png", "cats/2.png", "dogs/3.png"]);

#[test]
fn labels_come_in_order_or_by_name() {
    let idx = [0, 0, 8, 1, 0, 0, 0, 3, 4, 200, 4];
    let wide = [0, 0, 0x0c, 1, 0, 0, 0, 3, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0];
    type Case<'a> = (&'a str, &'a [u8], Option<[&'a str; 3]>, [&'a str; 3]);
    let cases: [Case<'_>; 9] = [
        ("l.txt", b"b\na\nb\n", None, ["b", "a", "b"]),
        ("l.txt", b"label\n3\n10\n3\n", None, ["3", "10", "3"]),
        ("l.csv", b",0\n2,x\n0,y\n1,z\n", None, ["y", "z", "x"]),
        (
            "l.csv",
            b"id,label\ncats/2.png,x\ncats/1.png,y\ndogs/3.png,\"a, b\"\n",
            FOLDERS,
            ["y", "x", "a, b"],
        ),
        ("l.csv", b"3.png;x\n1.png;y\n2.png;z\nother.png;z\n", FOLDERS, ["y", "z", "x"]),
        ("l.csv", b"id,age,class\n1,30,u\n2,40,v\n3,50,u\n", FOLDERS, ["u", "v", "u"]),
        ("labels-idx1-ubyte", &idx, None, ["4", "200", "4"]),
        ("labels-idx1-ubyte", &wide, None, ["256", "1", "256"]),
        ("l.txt", b"-1\n5\n-1\n", None, ["-1", "5", "-1"]),
    ];
    for (name, content, names, expected) in cases {
        let found = labels_of(name, content, names);
        assert_eq!(found, Ok(expected.map(str::to_owned).to_vec()), "{}", String::from_utf8_lossy(content));
    }
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    type Refused<'a> = (&'a [u8], Option<[&'a str; 3]>, &'a str);
    let cases: [Refused<'_>; 8] = [
        (b"", None, "holds no label"),
        (b"a\nb\n", None, "2 labels for 3 images or rows"),
        (b"a\nb\nc\nd\na\n", None, "5 labels for 3 images or rows"),
        // A line that heads the others is none of theirs, and then one is lacking.
        (b"label\nb\nc\n", None, "2 labels for 3 images or rows"),
        (b"a\nNA\nc\n", None, "`NA` of `1` is no label"),
        (b"1.png,x\n1.png,y\n2.png,z\n", FOLDERS, "`cats/1.png` has two labels"),
        (b"1.png,x\n2.png,\n", FOLDERS, "no label of 2 of 3: `cats/2.png`, `dogs/3.png`"),
        (&[0, 0, 8, 1, 0, 0, 0, 2, 4, 4], None, "the array is [2], and there are 3 images"),
    ];
    for (content, names, expected) in cases {
        let found = labels_of("labels", content, names);
        assert_eq!(found, Err(expected.to_owned()), "{}", String::from_utf8_lossy(content));
    }
}

#[test]
fn labels_of_two_files_mean_the_same() {
    let images = |labels: Vec<u8>, names: &[&str]| {
        let images = Images::grey(vec![0; labels.len()], 1, 1).expect("images");
        let images = images.with_labels(labels).expect("labels");
        match names {
            [] => images,
            _ => {
                images.with_label_names(names.iter().map(|name| (*name).to_owned()).collect()).expect("names")
            }
        }
    };
    let texts = |images: &Images| -> Vec<String> {
        (0..images.count()).filter_map(|at| images.label_text(at)).collect()
    };
    let (one, other) = (images(vec![0, 1, 0], &["cat", "dog"]), images(vec![0, 1], &["axolotl", "cat"]));
    let before = [texts(&one), texts(&other)];
    let (one, other) = with_common_labels(one, other).expect("few classes");
    assert_eq!([texts(&one), texts(&other)], before);
    assert_eq!(one.label_names(), other.label_names());
    assert_eq!((one.labels(), other.labels()), (Some(&[0, 1, 0][..]), Some(&[2, 0][..])));
    let (one, other) = with_common_labels(images(vec![10, 9], &[]), other).expect("few classes");
    assert_eq!((&texts(&one)[..], &texts(&other)), (&["10".to_owned(), "9".to_owned()][..], &before[1]));
    assert!(with_common_labels(images((0..=255).collect(), &[]), other).is_err());
}
