//! Folders of pictures as people keep them: hidden files, folders in folders, many classes, other formats among them.

use std::fs;
use std::path::Path;

use aevb_data::examples::ExampleSet;
use aevb_data::image::{Classes, ImageReading, OwnImages, read_own};

/// A grey PNG of 2 x 2 pixels.
fn png(pixels: [u8; 4]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 2, 2);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("pixels");
    writer.finish().expect("finished");
    file
}

fn write(folder: &Path, names: &[&str]) {
    for (number, name) in names.iter().enumerate() {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let content = if is_hidden { b"\0\x05\x16\x07".to_vec() } else { png([0, 255, number as u8, 9]) };
        fs::write(path, content).expect("written");
    }
}

fn read(folder: &Path, classes: Classes) -> OwnImages {
    read_own(folder, &ImageReading { classes, ..ImageReading::default() }).expect("pictures")
}

/// The name of each picture's class.
fn classes(own: &OwnImages) -> Vec<&str> {
    let names = own.images.label_names().unwrap_or_default();
    own.images.labels().unwrap_or_default().iter().map(|label| names[usize::from(*label)].as_str()).collect()
}

#[test]
fn folders_of_pictures_are_classes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), &["dog/1.png", "cat/b.PNG", "cat/a.png", "cat/1.png"]);
    let own = read(folder.path(), Classes::Auto);
    assert_eq!(own.images.names().expect("names"), ["cat/1.png", "cat/a.png", "cat/b.PNG", "dog/1.png"]);
    assert_eq!(own.images.label_names().expect("classes"), ["cat", "dog"]);
    assert_eq!((own.images.labels(), own.notes.len()), (Some(&[0, 0, 0, 1][..]), 0));
    assert_eq!(own.source, "4 PNG of 8 bits or fewer");
    assert_eq!(read(folder.path(), Classes::None).images.labels(), None);

    write(folder.path(), &["dog/young/2.png", "dog/young/black/3.png"]);
    let own = read(folder.path(), Classes::Auto);
    assert_eq!(classes(&own), ["cat", "cat", "cat", "dog", "dog", "dog"]);
    assert!(own.notes[0].contains("the first folder is the class of all below it"), "{:?}", own.notes);
    let path = read(folder.path(), Classes::Path);
    assert_eq!(classes(&path)[3..], ["dog", "dog/young", "dog/young/black"]);
    assert_eq!(classes(&read(folder.path(), Classes::Last))[3..], ["dog", "young", "black"]);

    write(folder.path(), &["stray.png"]);
    let error = read_own(folder.path(), &ImageReading::default()).expect_err("a stray one");
    assert!(error.message.contains("beside folders of pictures: 1 of 7"), "{error}");
    assert!(error.hint().expect("a hint").contains("data.classes = \"none\""));
    assert_eq!(read(folder.path(), Classes::None).images.count(), 7);
}

#[test]
fn what_programs_leave_behind_is_left_out_and_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let hidden = [
        ".ipynb_checkpoints/1-checkpoint.png",
        "__MACOSX/a/._1.png",
        "a/._1.png",
        ".DS_Store",
        "b/Thumbs.db",
    ];
    write(folder.path(), &[&["a/1.png", "b/2.png"][..], &hidden].concat());
    let own = read(folder.path(), Classes::Auto);
    assert_eq!((classes(&own), own.ignored), (vec!["a", "b"], 0));
    let [note] = &own.notes[..] else { panic!("{:?}", own.notes) };
    assert!(note.starts_with("5 files are left out, of hidden names such as `.DS_Store`"), "{note}");

    let flat = tempfile::tempdir().expect("a temporary folder");
    write(flat.path(), &["1.png", "2.png", ".ipynb_checkpoints/1-checkpoint.png"]);
    let own = read(flat.path(), Classes::Auto);
    assert_eq!((own.images.count(), own.images.labels()), (2, None));
    assert!(own.notes[0].contains("`.ipynb_checkpoints`"), "{:?}", own.notes);
}

#[test]
fn parts_are_no_classes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), &["train/a/1.png", "train/b/2.png", "val/a/3.png", "val/b/4.png"]);
    let own = read(folder.path(), Classes::Auto);
    assert_eq!(classes(&own), ["a", "b", "a", "b"]);
    assert!(
        own.notes[0].starts_with("the folders train, val look like parts of a data set"),
        "{:?}",
        own.notes
    );
    assert_eq!(classes(&read(folder.path(), Classes::First)), ["train", "train", "val", "val"]);
    let flat = tempfile::tempdir().expect("a temporary folder");
    write(flat.path(), &["train/1.png", "test/2.png"]);
    let own = read(flat.path(), Classes::Auto);
    assert_eq!((own.images.labels(), own.notes.len()), (None, 1));
}

#[test]
fn folders_of_folders_are_classes_by_their_whole_way() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), &["greek/1/a.png", "greek/2/a.png", "latin/1/a.png"]);
    let own = read(folder.path(), Classes::Auto);
    assert_eq!(classes(&own), ["greek/1", "greek/2", "latin/1"]);
    assert!(own.notes[0].contains("data.classes = \"first\""), "{:?}", own.notes);
    assert_eq!(classes(&read(folder.path(), Classes::First)), ["greek", "greek", "latin"]);
    assert_eq!(classes(&read(folder.path(), Classes::Last)), ["1", "2", "1"]);
}

#[test]
fn too_many_classes_cost_the_classes_and_not_the_job() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let names: Vec<String> = (0..300).map(|person| format!("{}/{person}/1.png", person % 2)).collect();
    write(folder.path(), &names.iter().map(String::as_str).collect::<Vec<_>>());
    let own = read(folder.path(), Classes::Auto);
    assert_eq!((own.images.count(), own.images.labels()), (300, None));
    let note = own.notes.last().expect("a note");
    assert!(note.starts_with("there are 300 classes, of which at most 256 are told apart"), "{note}");
    assert!(note.ends_with("data.classes = \"first\" makes 2"), "{note}");
    assert_eq!(read(folder.path(), Classes::First).images.label_names().expect("classes"), ["0", "1"]);
}

#[test]
fn pictures_of_other_formats_are_counted_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), &["1.png"]);
    for name in ["2.gif", "3.webp", "4.WEBP", "5.tif", "notes.txt"] {
        fs::write(folder.path().join(name), "other").expect("written");
    }
    let own = read(folder.path(), Classes::Auto);
    assert_eq!((own.images.count(), own.ignored), (1, 5));
    assert!(
        own.notes[0].starts_with("4 pictures of other formats (1 GIF, 1 TIFF, 2 WebP) left out"),
        "{:?}",
        own.notes
    );
    fs::remove_file(folder.path().join("1.png")).expect("removed");
    let error = read_own(folder.path(), &ImageReading::default()).expect_err("no picture");
    assert!(
        error.message.ends_with("there are 4 pictures of other formats (1 GIF, 1 TIFF, 2 WebP)"),
        "{error}"
    );

    write(folder.path(), &["a.png", "b.png", "c.png"]);
    fs::write(folder.path().join("b.png"), b"RIFF\x10\0\0\0WEBPVP8 ").expect("written");
    fs::write(folder.path().join("c.png"), b"").expect("written");
    let error = read_own(folder.path(), &ImageReading::default()).expect_err("two broken ones");
    assert!(error.place.ends_with("b.png"), "{error}");
    let message = "is neither PNG nor JPEG: it is a WebP picture; 1 more of 3 pictures cannot be read: c.png is neither PNG \
                   nor JPEG: it is empty";
    assert_eq!(error.message, message);
}

/// Each picture is read once, in the folder that it lies in; links out of the folder are followed.
#[cfg(unix)]
#[test]
fn links_to_what_is_read_already_are_left_out() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), &["set/b/1.png", "set/b/2.png", "set/d/3.png", "store/4.png", "store/5.png"]);
    let set = folder.path().join("set");
    for (target, link) in [
        (set.clone(), "b/back"),
        (set.join("b"), "a"),
        (set.join("d/3.png"), "b/0.png"),
        (folder.path().join("store"), "c"),
        (folder.path().join("store/5.png"), "d/5.png"),
    ] {
        symlink(target, set.join(link)).expect("linked");
    }
    let own = read(&set, Classes::Auto);
    assert_eq!(own.images.names().expect("names"), ["b/1.png", "b/2.png", "c/4.png", "c/5.png", "d/3.png"]);
    assert_eq!(classes(&own), ["b", "b", "c", "c", "d"]);
    assert_eq!(own.notes, ["4 links to what is read already are left out"]);
}

/// Nine folders, each with links to the others: there are 9! ways through them.
#[cfg(unix)]
#[test]
fn folders_that_link_to_each_other_are_walked_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let name = |number: usize| format!("d{number}");
    for number in 0..9 {
        write(folder.path(), &[&format!("d{number}/p.png")]);
    }
    for (from, to) in (0..81).map(|pair| (pair / 9, pair % 9)).filter(|(from, to)| from != to) {
        let link = folder.path().join(name(from)).join(format!("l{to}"));
        std::os::unix::fs::symlink(folder.path().join(name(to)), link).expect("linked");
    }
    let own = read(folder.path(), Classes::Auto);
    assert_eq!((own.images.count(), classes(&own)[8]), (9, "d8"));
    assert_eq!(own.notes, ["72 links to what is read already are left out"]);
}

#[test]
fn masks_of_few_values_are_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("mask.png"), png([0, 1, 2, 3])).expect("written");
    let own = read(folder.path(), Classes::Auto);
    assert_eq!(own.images.pixels(), [0, 1, 2, 3]);
    let [note] = &own.notes[..] else { panic!("{:?}", own.notes) };
    assert!(
        note.starts_with("the brightest pixel is 3 of 255") && note.contains("data.range = [0, 3]"),
        "{note}"
    );
    let reading = ImageReading { range: Some([0.0, 3.0]), ..ImageReading::default() };
    let own = read_own(folder.path(), &reading).expect("a mask");
    assert_eq!((own.images.pixels(), own.notes.len()), (&[0, 85, 170, 255][..], 0));
}

/// Twelve bits in sixteen, as cameras store them.
#[test]
fn twelve_bits_in_sixteen_are_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let values = [0_u16, 1365, 2730, 4095];
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 2, 2);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().expect("a header");
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
    writer.write_image_data(&bytes).expect("pixels");
    writer.finish().expect("finished");
    fs::write(folder.path().join("deep.png"), file).expect("written");
    let own = read(folder.path(), Classes::Auto);
    assert_eq!((own.images.pixels(), own.source.as_str()), (&[0, 5, 10, 15][..], "1 PNG of 16 bits"));
    assert!(own.notes[0].contains("4095 of 65535, as of 12 bits in 16"), "{:?}", own.notes);
    assert!(own.notes[0].contains("data.range = [0, 4095]"), "{:?}", own.notes);
    let reading = ImageReading { range: Some([0.0, 4095.0]), ..ImageReading::default() };
    assert_eq!(read_own(folder.path(), &reading).expect("spread").images.pixels(), [0, 85, 170, 255]);
    fs::write(folder.path().join("shallow.png"), png([0, 1, 2, 255])).expect("written");
    let error = read_own(folder.path(), &reading).expect_err("two depths");
    assert!(error.message.contains("1 of 2 pictures have 16 bits and the others 8"), "{error}");
}
