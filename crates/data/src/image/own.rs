//! Images of one's own: a folder of pictures, an array of NumPy's, or an IDX file.

use std::fs;
use std::path::{Path, PathBuf};

use super::picture::{Picture, luma};
use super::{Images, idx};
use crate::array::{Array, Npz, Values, read_npy};
use crate::error::{Error, Result};
use crate::files::{open, read_at_most};

/// A larger picture is no example among many.
const MOST_PIXELS: usize = 1 << 26;

/// A set larger than this does not belong in memory whole.
const LARGEST: usize = 1 << 30;

/// No picture's file is larger.
const LARGEST_FILE: u64 = 1 << 28;

/// Images of one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnImages {
    /// The images; from a folder with the names of their files below it, and of the folders of theirs as labels.
    pub images: Images,
    /// Files that are no pictures by their names, or lie deeper than the folders of classes.
    pub ignored: usize,
}

/// Reads images from a folder of PNG or JPEG files, from `.npy` or `.npz`, or from IDX, by what is there.
///
/// In a folder, pictures in folders of its own are labelled by those. All become grey and must have one size, or get it:
/// `size` is height and width. Arrays are `[images, height, width]`, `[images, height, width, 1]` or with 3 or 4 colours in
/// place of 1; bytes are pixels, and floats lie between 0 and 1. In an `.npz` the images are called `images`, where there
/// are other arrays, and their labels `labels`.
///
/// # Errors
/// If there is nothing to read, or a file is damaged, or images differ in size. Memory is bounded before it is allocated.
pub fn read_own(path: impl AsRef<Path>, size: Option<[usize; 2]>) -> Result<OwnImages> {
    let path = path.as_ref();
    if path.is_dir() {
        return read_folder(path, size);
    }
    let start = {
        use std::io::Read;
        let mut start = Vec::new();
        let file = open(path).map_err(|error| {
            Error::io(path, error).with_hint("name a folder of pictures, or a file of NumPy's or of IDX")
        })?;
        file.take(8).read_to_end(&mut start).map_err(|error| Error::io(path, error))?;
        start
    };
    let place = path.display().to_string();
    let images = if start.starts_with(b"\x93NUMPY") {
        of_array(read_npy(path)?, &place)?
    } else if start.starts_with(b"PK") {
        read_npz(path, &place)?
    } else {
        idx::read(path, None)
            .map_err(|error| error.or_hint("name a folder of pictures, or a file of NumPy's or of IDX"))?
    };
    let images = match size {
        Some([height, width]) if (height, width) != (images.height(), images.width()) => {
            resized(&images, height, width)?
        }
        _ => images,
    };
    Ok(OwnImages { images, ignored: 0 })
}

fn read_folder(folder: &Path, size: Option<[usize; 2]>) -> Result<OwnImages> {
    let mut found = Found::default();
    let mut classes = Vec::new();
    for entry in sorted(folder)? {
        if entry.is_dir() {
            let before = found.pictures.len();
            for path in sorted(&entry)? {
                match path.is_dir() {
                    true => found.ignored += files_below(&path)?,
                    false => found.take(path, classes.len()),
                }
            }
            if found.pictures.len() > before {
                classes.push(entry.file_name().unwrap_or_default().to_string_lossy().into_owned());
            }
        } else {
            found.take(entry, usize::MAX);
        }
    }
    let labelled = !classes.is_empty();
    let Found { pictures, ignored } = found;
    let refused = |message: String| Error::malformed(folder.display(), message);
    if pictures.is_empty() {
        return Err(refused("holds no file called .png, .jpg or .jpeg, nor do the folders in it".into())
            .with_hint("name a folder of pictures, or of folders of pictures by class"));
    }
    if labelled && pictures.iter().any(|(_, class)| *class == usize::MAX) {
        return Err(refused("holds pictures beside folders of pictures".into())
            .with_hint("put every picture into the folder of its class, or none"));
    }
    if classes.len() > 256 {
        return Err(refused(format!(
            "holds {} folders of pictures; at most 256 classes are told apart",
            classes.len()
        ))
        .with_hint("put all pictures into one folder"));
    }
    let mut pixels = Vec::new();
    let mut first: Option<[usize; 2]> = size;
    for (path, _) in &pictures {
        let wrong = |message: String| Error::malformed(path.display(), message);
        let hint = "save it as an ordinary PNG or JPEG, or take it out of the folder";
        let bytes = read_at_most(path, LARGEST_FILE)?;
        let picture =
            Picture::decode(&bytes, MOST_PIXELS).map_err(|message| wrong(message).with_hint(hint))?;
        let [height, width] = *first.get_or_insert([picture.height, picture.width]);
        let picture = if size.is_some() { picture.resized(height, width) } else { picture };
        if [picture.height, picture.width] != [height, width] {
            let message = format!(
                "{} x {} pixels, where the first has {height} x {width}",
                picture.height, picture.width
            );
            return Err(wrong(message).with_hint("set data.size = [height, width], which all are brought to"));
        }
        if (height * width).saturating_mul(pictures.len()) > LARGEST {
            let message = format!("{} pictures of {height} x {width} do not fit", pictures.len());
            return Err(refused(message).with_hint("set data.size to something smaller"));
        }
        pixels.extend_from_slice(&picture.pixels);
    }
    let [height, width] = first.expect("there is a picture");
    let mut images = Images::grey(pixels, height, width)?;
    if labelled {
        images = images.with_labels(pictures.iter().map(|(_, class)| *class as u8).collect())?;
        images = images.with_label_names(classes)?;
    }
    let name = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
    images = images.with_names(pictures.iter().map(|(path, _)| name(path)).collect())?;
    Ok(OwnImages { images, ignored })
}

/// Pictures by name, each with its class.
#[derive(Default)]
struct Found {
    pictures: Vec<(PathBuf, usize)>,
    ignored: usize,
}

impl Found {
    fn take(&mut self, path: PathBuf, class: usize) {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        if ending.is_some_and(|ending| ["png", "jpg", "jpeg"].contains(&ending.as_str())) {
            self.pictures.push((path, class));
        } else {
            self.ignored += 1;
        }
    }
}

/// How many files lie in a folder and in those below it, links to folders left out.
fn files_below(folder: &Path) -> Result<usize> {
    let mut files = 0;
    for path in sorted(folder)? {
        files += if path.is_dir() && !path.is_symlink() { files_below(&path)? } else { 1 };
    }
    Ok(files)
}

/// What a folder holds, in the order of names, so that a seed splits it the same everywhere.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| Error::io(folder, error))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()
        .map_err(|error| Error::io(folder, error))?;
    paths.sort();
    Ok(paths)
}

fn read_npz(path: &Path, place: &str) -> Result<Images> {
    let mut archive = Npz::open(path)?;
    let others: Vec<&str> = archive.names().into_iter().filter(|name| *name != "labels").collect();
    let name = match others[..] {
        [only] => only.to_owned(),
        _ if archive.has("images") => "images".to_owned(),
        _ => {
            let message = format!("which array are the images? there are {}", others.join(", "));
            return Err(
                Error::malformed(place, message).with_hint("call it `images`, and their labels `labels`")
            );
        }
    };
    let images = of_array(archive.get(&name)?, &format!("{place}, array `{name}`"))?;
    if !archive.has("labels") {
        return Ok(images);
    }
    let place = format!("{place}, array `labels`");
    let labels = archive.get("labels")?.values.to_integers();
    let labels = labels.and_then(|labels| labels.into_iter().map(|label| u8::try_from(label).ok()).collect());
    let labels: Vec<u8> = labels.ok_or_else(|| {
        Error::malformed(&place, "holds something else than whole numbers from 0 to 255")
            .with_hint("number the classes")
    })?;
    images.with_labels(labels).map_err(|error| Error { place, ..error })
}

fn of_array(array: Array, place: &str) -> Result<Images> {
    const HINT: &str = "give bytes, or floats between 0 and 1, of [images, height, width]";
    let (height, width, colours) = match array.shape[..] {
        [_, height, width] => (height, width, 1),
        [_, height, width, colours @ (1 | 3 | 4)] => (height, width, colours),
        _ => {
            let message = format!("an array of {:?} is none of images", array.shape);
            return Err(Error::malformed(place, message).with_hint(HINT));
        }
    };
    if array.is_empty() || array.len() > LARGEST {
        let message = format!("{:?}: between 1 and {LARGEST} pixels are read", array.shape);
        return Err(Error::malformed(place, message).with_hint("take a part of the set"));
    }
    let pixels: Vec<u8> = match array.values {
        Values::Bytes(pixels) => pixels,
        Values::Floats(values) => {
            if let Some(at) = values.iter().position(|value| !(0.0..=1.0).contains(value)) {
                let message = format!("{} is no intensity between 0 and 1", values[at]);
                return Err(Error::malformed(format!("{place}, element {at}"), message).with_hint(HINT));
            }
            values.into_iter().map(|value| (value * 255.0).round() as u8).collect()
        }
        Values::Integers(values) => {
            let bytes: Option<Vec<u8>> = values.iter().map(|value| u8::try_from(*value).ok()).collect();
            bytes.ok_or_else(|| {
                Error::malformed(place, "holds integers outside of 0 to 255").with_hint(HINT)
            })?
        }
        Values::Text(_) => return Err(Error::malformed(place, "holds text").with_hint(HINT)),
    };
    let pixels: Vec<u8> = match colours {
        1 => pixels,
        _ => pixels.chunks_exact(colours).map(|pixel| luma(pixel[0], pixel[1], pixel[2])).collect(),
    };
    if colours == 1 && pixels.iter().all(|pixel| *pixel <= 1) {
        return Images::binary(pixels, height, width)
            .map_err(|error| Error { place: place.to_owned(), ..error });
    }
    Images::grey(pixels, height, width).map_err(|error| Error { place: place.to_owned(), ..error })
}

fn resized(images: &Images, height: usize, width: usize) -> Result<Images> {
    let mut pixels = Vec::new();
    for index in 0..images.count() {
        let picture =
            Picture { pixels: images.image(index).to_vec(), height: images.height(), width: images.width() };
        pixels.extend(picture.resized(height, width).pixels);
    }
    let resized = Images::grey(pixels, height, width)?;
    match images.labels() {
        Some(labels) => resized.with_labels(labels.to_vec()),
        None => Ok(resized),
    }
}
