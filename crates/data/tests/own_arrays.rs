//! Images of one's own in arrays: their axes, their values, their names and their labels.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aevb_data::examples::ExampleSet;
use aevb_data::image::{Axes, Background, ImageReading, OwnImages, is_images, read_own};

fn npy(descr: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let length = u16::try_from(header.len()).expect("short").to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), elements].concat()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn wide(values: &[i64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// An archive of stored members.
fn zip(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut file, mut list) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let size = u32::try_from(content.len()).expect("small").to_le_bytes();
        let name_size = u16::try_from(name.len()).expect("short").to_le_bytes();
        let about = [&[0; 8][..], &crc.sum().to_le_bytes(), &size, &size, &name_size].concat();
        let offset = u32::try_from(file.len()).expect("small").to_le_bytes();
        file.extend(
            [b"PK\x03\x04\x14\0", &about[..8], &about[8..], &[0; 2], name.as_bytes(), content].concat(),
        );
        list.extend([b"PK\x01\x02\x14\0\x14\0", &about[..], &[0; 12], &offset, name.as_bytes()].concat());
    }
    let count = u16::try_from(members.len()).expect("few").to_le_bytes();
    let [size, start] =
        [list.len(), file.len()].map(|length| u32::try_from(length).expect("small").to_le_bytes());
    file.extend(list);
    file.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &start, &[0; 2]].concat());
    file
}

fn written(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).expect("written");
    path
}

fn read(content: &[u8], reading: &ImageReading) -> aevb_data::Result<OwnImages> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    read_own(written(folder.path(), "images", content), reading)
}

fn plain(content: &[u8]) -> aevb_data::Result<OwnImages> {
    read(content, &ImageReading::default())
}

fn ranged(low: f64, high: f64) -> ImageReading {
    ImageReading { range: Some([low, high]), ..ImageReading::default() }
}

#[test]
fn arrays_are_images() {
    let pixels = |content: Vec<u8>| {
        let own = plain(&content).expect("images");
        assert!(own.notes.is_empty(), "{:?}", own.notes);
        (own.images.pixels().to_vec(), own.images.is_binary())
    };
    assert_eq!(pixels(npy("|u1", "(2, 1, 2)", &[0, 7, 9, 255])), (vec![0, 7, 9, 255], false));
    assert_eq!(pixels(npy("|b1", "(2, 1, 2, 1)", &[0, 1, 1, 0])), (vec![0, 1, 1, 0], true));
    assert_eq!(
        pixels(npy("<f4", "(1, 2, 2)", &floats(&[0.0, 0.2, 1.0, 0.5]))),
        (vec![0, 51, 255, 128], false)
    );
    assert_eq!(pixels(npy("|u1", "(1, 1, 2, 3)", &[255, 0, 0, 0, 0, 0])), (vec![76, 0], false));
    assert_eq!(pixels(npy("<i8", "(2, 1, 2)", &wide(&[0, 7, 9, 255]))), (vec![0, 7, 9, 255], false));
    // Red, green and blue one after the other.
    let planes = [[255; 25], [0; 25], [0; 25], [0; 25], [0; 25], [0; 25]].concat();
    let (colours, _) = pixels(npy("|u1", "(2, 3, 5, 5)", &planes));
    assert_eq!((&colours[..25], &colours[25..]), (&[76; 25][..], &[0; 25][..]));
    let ramp: Vec<u8> = (0..50).map(|pixel| pixel * 5).collect();
    assert_eq!(pixels(npy("|u1", "(2, 1, 5, 5)", &ramp)).0, ramp);
}

#[test]
fn numbers_that_are_no_bytes_are_told_or_refused() {
    let own = plain(&npy("<f4", "(1, 2, 2)", &floats(&[0.0, 100.4, 254.5, 7.0]))).expect("0 to 255");
    assert_eq!(own.images.pixels(), [0, 100, 255, 7]);
    assert!(own.notes[0].starts_with("values from 0 to 254.5 are taken for intensities between 0 and 255"));
    let digits = npy("<f4", "(1, 2, 2)", &floats(&[0.0, 4.0, 8.0, 16.0]));
    let own = plain(&digits).expect("0 to 16");
    assert!(own.notes[1].contains("data.range = [0, 16] makes 16 white"), "{:?}", own.notes);
    assert_eq!(read(&digits, &ranged(0.0, 16.0)).expect("spread").images.pixels(), [0, 64, 128, 255]);
    let own = plain(&npy("|u1", "(1, 2, 2)", &[0, 4, 8, 16])).expect("bytes to 16");
    assert_eq!((own.images.pixels(), own.notes.len()), (&[0, 4, 8, 16][..], 1));
    let signed = npy("<f4", "(1, 1, 3)", &floats(&[-1.0, 0.0, 1.0]));
    let error = plain(&signed).expect_err("below black");
    assert_eq!(
        (error.message.as_str(), error.hint().expect("a hint")),
        ("holds values from -1 to 1, below black", "set data.range = [-1, 1] where -1 is black and 1 white",)
    );
    assert_eq!(read(&signed, &ranged(-1.0, 1.0)).expect("as asked").images.pixels(), [0, 128, 255]);
    let own = read(&signed, &ranged(0.0, 1.0)).expect("cut");
    assert_eq!(own.images.pixels(), [0, 0, 255]);
    assert_eq!(own.notes, ["1 values lie outside of data.range and are cut to it"]);
    for (content, message, hint) in [
        (npy("<f4", "(1, 1, 1)", &floats(&[1.5])), "1.5, beyond intensities between 0 and 1", "[0, 1]"),
        (npy("<f4", "(1, 1, 1)", &floats(&[f32::NAN])), "NaN is no intensity", "nan_to_num"),
        (npy("<f4", "(1, 1, 1)", &floats(&[f32::INFINITY])), "inf is no intensity", "nan_to_num"),
        (npy("<i8", "(1, 1, 2)", &wide(&[0, 3200])), "from 0 to 3200, outside of 0 to 255", "(or [0, 4095])"),
        (npy("<i8", "(1, 1, 2)", &wide(&[-3, 9])), "from -3 to 9, outside of 0 to 255", "[-3, 9]"),
        (npy("|S1", "(1, 1, 1)", b"a"), "holds text", "numbers"),
        (npy("|u1", "(4,)", &[0; 4]), "an array of [4] is none of images", "height"),
        (npy("|u1", "(0, 2, 2)", &[]), "between 1 and", "a part"),
        (npy("|u1", "(28, 28)", &[0; 784]), "[28, 28] may be one picture", "no set of images"),
        (npy("|u1", "(2, 7)", &[0; 14]), "[2, 7] may be one picture, or rows", "data.size"),
    ] {
        let error = plain(&content).expect_err(message);
        assert!(
            error.message.contains(message) && error.hint().expect("a hint").contains(hint),
            "{error}: {:?}",
            error.hint()
        );
    }
}

#[test]
fn rows_become_images_where_they_are_square_or_their_shape_is_said() {
    let ramp: Vec<u8> = (0..72).map(|pixel| pixel * 3).collect();
    let square = npy("|u1", "(2, 36)", &ramp);
    let own = plain(&square).expect("squares");
    assert_eq!((own.images.count(), own.images.height(), own.images.width()), (2, 6, 6));
    assert_eq!(own.images.pixels(), ramp);
    assert!(
        own.notes[0].starts_with("each of 2 rows of 36 values is taken for an image of 6 x 6"),
        "{:?}",
        own.notes
    );
    let reading = ImageReading { size: Some([4, 9]), ..ImageReading::default() };
    let own = read(&square, &reading).expect("the shape that is said");
    assert_eq!(
        (own.images.height(), own.images.width(), own.images.pixels(), own.notes.len()),
        (4, 9, &ramp[..], 0)
    );
}

/// Ten smooth images, each unlike the others.
fn smooth(image: usize, row: usize, column: usize) -> u8 {
    ((image * 37 % 11) * 20 + row + column) as u8
}

#[test]
fn the_order_of_matlab_is_told_by_evidence_or_asked_for() {
    let mut matlab = Vec::new();
    let mut common = Vec::new();
    for row in 0..12 {
        for column in 0..12 {
            (0..10).for_each(|image| matlab.push(smooth(image, row, column)));
        }
    }
    for image in 0..10 {
        for row in 0..12 {
            (0..12).for_each(|column| common.push(smooth(image, row, column)));
        }
    }
    let array = npy("|u1", "(12, 12, 10)", &matlab);
    let own = plain(&array).expect("evidence");
    assert_eq!((own.images.count(), own.images.pixels()), (10, &common[..]));
    assert!(
        own.notes[0].contains("10 of 12 x 12, in MATLAB's order")
            && own.notes[0].contains("data.axes = \"NHW\"")
    );
    assert_eq!(own.source, "array [12, 12, 10] (HWN), bytes");
    let reading = |axes: &str| ImageReading {
        axes: Some(Axes::try_from(axes.to_owned()).expect("axes")),
        ..ImageReading::default()
    };
    let own = read(&array, &reading("HWN")).expect("as asked");
    assert_eq!((own.images.pixels(), own.notes.len()), (&common[..], 0));
    assert_eq!(read(&array, &reading("NHW")).expect("as asked").images.count(), 12);
    let error = plain(&npy("|u1", "(12, 12, 10)", &[7; 1440])).expect_err("no evidence");
    assert!(error.message.contains("may be 12 images of 12 x 10, or 10 of 12 x 12"), "{error}");
    assert!(error.hint().expect("a hint").contains("data.axes = \"HWN\""));
    let own = plain(&npy("|u1", "(10, 12, 12)", &common)).expect("the common order");
    assert_eq!((own.images.pixels(), own.notes.len()), (&common[..], 0));
    let error = read(&array, &reading("NCHW")).expect_err("four letters of three axes");
    assert!(error.message.contains("has 3 axes"), "{error}");
}

#[test]
fn a_fourth_colour_is_opacity() {
    let array = npy("|u1", "(1, 1, 2, 4)", &[0, 0, 0, 255, 0, 0, 0, 0]);
    let own = plain(&array).expect("on white");
    assert_eq!(own.images.pixels(), [0, 255]);
    assert!(own.notes[0].contains("1 pixels let through, and are laid on white"), "{:?}", own.notes);
    let reading = ImageReading { background: Background::Black, ..ImageReading::default() };
    assert_eq!(read(&array, &reading).expect("on black").images.pixels(), [0, 0]);
}

#[test]
fn archives_are_read_by_the_names_that_people_use() {
    let pixels: Vec<u8> = (0..16).map(|pixel| pixel * 16).collect();
    let images = || npy("|u1", "(4, 2, 2)", &pixels);
    let labels = || npy("<i8", "(4,)", &wide(&[2, 0, 1, 2]));
    let few = || npy("|u1", "(1, 2, 2)", &pixels[..4]);
    let own = |members: &[(&str, Vec<u8>)]| plain(&zip(members)).expect("images");
    let expected = Some(&[2, 0, 1, 2][..]);
    for members in [
        vec![("images.npy", images()), ("labels.npy", labels())],
        vec![("images.npy", images()), ("y.npy", labels())],
        vec![("images.npy", images()), ("labels.npy", npy("<i8", "(4, 1)", &wide(&[2, 0, 1, 2])))],
        vec![("y.npy", labels()), ("X.npy", images())],
        vec![("data.npy", images()), ("target.npy", labels())],
    ] {
        let read = own(&members);
        assert_eq!(
            (read.images.pixels(), read.images.labels(), read.notes.len()),
            (&pixels[..], expected, 0)
        );
    }
    let keras = own(&[
        ("x_test.npy", few()),
        ("x_train.npy", images()),
        ("y_train.npy", labels()),
        ("y_test.npy", labels()),
    ]);
    assert_eq!((keras.images.pixels(), keras.images.labels()), (&pixels[..], expected));
    assert_eq!(keras.source, "array `x_train` [4, 2, 2], bytes, labels `y_train`");
    assert!(
        keras.notes[0].starts_with("`x_train` is taken for the images, and `x_test` is left unread"),
        "{:?}",
        keras.notes
    );
    let medmnist = zip(&[
        ("train_images.npy", images()),
        ("val_images.npy", few()),
        ("test_images.npy", few()),
        ("train_labels.npy", labels()),
        ("val_labels.npy", npy("<i8", "(1, 1)", &wide(&[9]))),
        ("test_labels.npy", npy("<i8", "(1, 1)", &wide(&[8]))),
    ]);
    let read_it = plain(&medmnist).expect("medmnist");
    assert_eq!((read_it.images.count(), read_it.images.labels()), (4, expected));
    let test = ImageReading { array: Some("test_images".to_owned()), ..ImageReading::default() };
    let read_it = read(&medmnist, &test).expect("the array asked for");
    assert_eq!(
        (read_it.images.count(), read_it.images.labels(), read_it.notes.len()),
        (1, Some(&[8][..]), 0)
    );
    let missing = ImageReading { array: Some("faces".to_owned()), ..ImageReading::default() };
    assert!(read(&medmnist, &missing).expect_err("none").message.contains("there is no array `faces`"));
    let read_it = own(&[("arr_0.npy", images()), ("arr_1.npy", labels())]);
    assert_eq!(read_it.images.labels(), expected);
    assert!(
        read_it.notes[0].contains("`arr_1`, one for each image, are taken for labels"),
        "{:?}",
        read_it.notes
    );
    let read_it = own(&[
        ("faces.npy", images()),
        ("mean.npy", npy("|u1", "(4,)", &[1; 4])),
        ("note.npy", npy("|S1", "()", b"a")),
    ]);
    assert!(
        read_it.notes[0].starts_with("`faces` is taken for the images, by its shape"),
        "{:?}",
        read_it.notes
    );
    let error = plain(&zip(&[("a.npy", images()), ("b.npy", images())])).expect_err("which?");
    assert!(error.message.contains("which array are the images? there are a, b"), "{error}");
    assert!(error.hint().expect("a hint").contains("data.array"));
}

#[test]
fn labels_are_classes_or_are_left_with_a_note() {
    let images = || npy("|u1", "(3, 1, 2)", &[0, 50, 100, 150, 200, 250]);
    let own =
        |labels: Vec<u8>| plain(&zip(&[("images.npy", images()), ("labels.npy", labels)])).expect("images");
    let text = own(npy("|S4", "(3,)", b"disc\0\0\0\0a\0\0\0"));
    assert_eq!(
        (text.images.labels(), text.images.label_names()),
        (Some(&[2, 0, 1][..]), Some(&["".to_owned(), "a".to_owned(), "disc".to_owned()][..]),)
    );
    let signed = own(npy("<i8", "(3,)", &wide(&[1000, -1, 1000])));
    assert_eq!(
        (signed.images.labels(), signed.images.label_names()),
        (Some(&[1, 0, 1][..]), Some(&["-1".to_owned(), "1000".to_owned()][..]),)
    );
    for (labels, problem) in [
        (npy("<f4", "(3,)", &floats(&[0.5, 1.0, 2.0])), "holds numbers that are not whole"),
        (npy("<i8", "(2,)", &wide(&[0, 1])), "is [2], and there are 3 images"),
        (npy("|u1", "(3, 4)", &[0; 12]), "has 4 values for each image"),
    ] {
        let own = own(labels);
        assert!(own.images.labels().is_none() && own.notes[0].contains(problem), "{:?}", own.notes);
    }
}

#[test]
fn other_files_are_refused_by_their_own_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pictures = zip(&[("faces/1.png", vec![1]), ("faces/2.JPG", vec![2]), ("__MACOSX/._1.png", vec![3])]);
    let path = written(folder.path(), "my faces.zip", &pictures);
    assert!(is_images(&path).expect("an archive"));
    let error = read_own(&path, &ImageReading::default()).expect_err("an archive of pictures");
    assert_eq!(error.message, "is a ZIP archive of 2 pictures, such as faces/1.png");
    let stem = folder.path().join("my faces");
    let command =
        format!("unpack it by `unzip '{}' -d '{}'`, and name that folder", path.display(), stem.display());
    assert_eq!(error.hint(), Some(command.as_str()));
    for (start, name) in [
        (&b"BZh91AY&SY"[..], "packed by bzip2"),
        (b"\xfd7zXZ\0", "packed by xz"),
        (b"\x28\xb5\x2f\xfd", "packed by Zstandard"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"MATLAB 5.0 MAT-file", "a MATLAB file"),
        (b"\x80\x04\x95", "a Python pickle"),
        (b"\x89PNG\r\n", "one PNG picture"),
        (b"\xff\xd8\xff\xe0", "one JPEG picture"),
        (b"GIF89a", "a GIF picture"),
        (b"P2\n# grey\n3 2\n255\n0 1 2 3 4 5\n", "a Netpbm picture"),
        (b"P1 3 2\n101010\n", "a Netpbm picture"),
        (b"P4\n8 2\n\xff\x00", "a Netpbm picture"),
        (b"PAR1\x15\x04\x15\x10", "a Parquet file"),
        (b"", "empty"),
        (b"<html>", "a web page"),
    ] {
        let error = plain(start).expect_err(name);
        assert!(error.message.contains(name) && error.hint().is_some(), "{error}");
    }
    let mut tar = vec![0; 1024];
    tar[257..265].copy_from_slice(b"ustar\x0000");
    assert!(plain(&gzip(&tar)).expect_err("an archive").message.contains("a tar archive"));
    for text in [
        "P1 P2\nP2 P3\n",
        "P1 2 3\nP2 3 1\n",
        "P4 2 3\nP5 1 2\n",
        "BZh1 a\n",
        "PAR1\tF2R\n",
        "MATLAB 5.0\n",
        "GIF8 a\n",
    ] {
        let path = written(folder.path(), "names.txt", text.as_bytes());
        assert!(!is_images(&path).expect("read"), "{text}");
        let message = plain(text.as_bytes()).expect_err("text").message;
        assert!(message.contains("is no IDX file"), "{text}: {message}");
    }
}

fn idx(kind: u8, shape: &[u32], values: &[u8]) -> Vec<u8> {
    let sizes = shape.iter().flat_map(|size| size.to_be_bytes()).collect::<Vec<u8>>();
    [&[0, 0, kind, shape.len() as u8], &sizes[..], values].concat()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(content).expect("packed");
    packer.finish().expect("packed")
}

#[test]
fn idx_has_any_values_colours_and_labels_beside_it() {
    let real: Vec<u8> = [0.0_f32, 0.2, 1.0, 0.4].iter().flat_map(|value| value.to_be_bytes()).collect();
    assert_eq!(plain(&idx(0x0d, &[1, 2, 2], &real)).expect("floats").images.pixels(), [0, 51, 255, 102]);
    let short: Vec<u8> = [0_i16, 9, 200, 255].iter().flat_map(|value| value.to_be_bytes()).collect();
    assert_eq!(plain(&idx(0x0b, &[1, 2, 2], &short)).expect("shorts").images.pixels(), [0, 9, 200, 255]);
    let colours = idx(8, &[1, 1, 2, 3], &[255, 0, 0, 0, 0, 0]);
    assert_eq!(plain(&colours).expect("colours").images.pixels(), [76, 0]);
    let error = plain(&idx(0x0d, &[1000, 2, 2], &real)).expect_err("too few");
    assert!(error.message.contains("more than the file can hold"), "{error}");
    assert!(plain(&idx(8, &[4], &[0; 4])).expect_err("labels").message.contains("holds labels, not images"));

    let folder = tempfile::tempdir().expect("a temporary folder");
    let images = gzip(&idx(8, &[2, 1, 2], &[0, 7, 9, 255]));
    let path = written(folder.path(), "train-images-idx3-ubyte.gz", &images);
    let own = read_own(&path, &ImageReading::default()).expect("images");
    assert_eq!((own.images.labels(), own.notes.len()), (None, 0));
    written(folder.path(), "train-labels-idx1-ubyte.gz", &gzip(&idx(8, &[2], &[4, 3])));
    let own = read_own(&path, &ImageReading::default()).expect("images");
    assert_eq!((own.images.labels(), own.images.pixels()), (Some(&[4, 3][..]), &[0, 7, 9, 255][..]));
    assert_eq!(own.source, "IDX [2, 1, 2], bytes, labels of train-labels-idx1-ubyte.gz");
    written(folder.path(), "train-labels-idx1-ubyte.gz", &gzip(&idx(8, &[3], &[4, 3, 1])));
    let own = read_own(&path, &ImageReading::default()).expect("images");
    let note = "train-labels-idx1-ubyte.gz lies beside the images and is not read: it announces 3 labels, but there are 2 \
                images; the images have no labels";
    assert_eq!((own.images.labels(), own.notes), (None, vec![note.to_owned()]));
    let packed = written(folder.path(), "images.npy.gz", &gzip(&npy("|u1", "(2, 1, 2)", &[0, 7, 9, 255])));
    assert_eq!(read_own(&packed, &ImageReading::default()).expect("images").images.pixels(), [0, 7, 9, 255]);
    assert!(is_images(&packed).expect("read"));
    // The header alone tells: what is cut behind it is for the reader to say.
    let whole = npy("|u1", "(2, 1, 2)", &[0, 7, 9, 255]);
    let cut = written(folder.path(), "cut.npy", &whole[..whole.len() - 2]);
    assert!(is_images(&cut).expect("a header") && read_own(&cut, &ImageReading::default()).is_err());
    for (shape, content, expected) in [("(2, 64)", vec![0; 128], true), ("(2, 65)", vec![0; 130], false)] {
        let rows = written(folder.path(), "rows.npy", &npy("|u1", shape, &content));
        assert_eq!(is_images(&rows).expect("a header"), expected, "{shape}");
    }
}

#[test]
fn a_set_that_is_brought_to_another_size_keeps_its_labels_and_bits() {
    let images = npy("|b1", "(2, 2, 2)", &[0, 1, 1, 0, 1, 1, 1, 1]);
    let archive = zip(&[("images.npy", images), ("labels.npy", npy("|u1", "(2,)", &[3, 1]))]);
    let reading = ImageReading { size: Some([1, 1]), ..ImageReading::default() };
    let own = read(&archive, &reading).expect("smaller");
    assert_eq!((own.images.pixels(), own.images.labels()), (&[128, 255][..], Some(&[3, 1][..])));
}
