//! A folder of pictures.

use std::path::{Path, PathBuf};

use super::tree::{self, Tree};
use super::{ImageReading, Orientation, OwnImages, check_total, levels, other};
use crate::error::{Error, Result};
use crate::examples::ExampleSet;
use crate::files::read_at_most;
use crate::image::Images;
use crate::image::picture::{Asked, Background, Grey, Met, Picture, Samples};

/// A larger picture is no example among many.
const MOST_PIXELS: usize = 1 << 26;

/// No picture's file is larger.
const LARGEST_FILE: u64 = 1 << 28;

const HINT: &str = "save it as an ordinary PNG or JPEG, or take it out of the folder";

/// Reads the PNG and JPEG files in a folder and in those below it.
pub(super) fn read(folder: &Path, reading: &ImageReading) -> Result<OwnImages> {
    let tree = Tree::of(folder)?;
    let refused = |message: String| Error::malformed(folder.display(), message);
    if tree.pictures.is_empty() {
        let others = others(&tree).map_or_else(String::new, |others| format!("; there are {others}"));
        let message = format!("holds no file called .png, .jpg or .jpeg, nor do the folders in it{others}");
        let hint = if tree.other_pictures.is_empty() {
            "name a folder of pictures, or of folders of pictures by class"
        } else {
            "convert them to PNG, for example by `magick mogrify -format png *`"
        };
        return Err(refused(message).with_hint(hint));
    }
    let tree::Labels { labels, names, mut notes } = tree::labels(folder, &tree.pictures, reading.classes)?;
    let pictures = decode_all(&tree.pictures, folder, reading)?;
    let [height, width] = pictures.size;
    let met = &pictures.met;
    notes.extend(left_out(&tree));
    notes.extend(met.notes(reading));
    if reading.range.is_none() {
        notes.extend(levels::note_of_pictures(pictures.range, met.deep == tree.pictures.len(), &met.samples));
    }
    let mut images = Images::grey(pictures.pixels, height, width)?;
    if let Some(labels) = labels {
        images = images.with_labels(labels)?.with_label_names(names)?;
    }
    let name = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
    images = images.with_names(tree.pictures.iter().map(name).collect())?;
    Ok(OwnImages { images, ignored: tree.ignored, source: met.source(tree.pictures.len()), notes })
}

/// Pictures, decoded and of one size.
struct Pictures {
    pixels: Vec<u8>,
    size: [usize; 2],
    /// The darkest and brightest pixel before the size was changed.
    range: [u8; 2],
    met: AllMet,
}

/// What was met in all files together.
#[derive(Default)]
struct AllMet {
    png: usize,
    turned: usize,
    unmarked_cmyk: usize,
    transparent: usize,
    deep: usize,
    samples: Samples,
}

fn decode_all(paths: &[PathBuf], folder: &Path, reading: &ImageReading) -> Result<Pictures> {
    let asked = Asked {
        grey: Grey { background: reading.background, range: reading.range },
        as_stored: reading.orientation == Orientation::Stored,
    };
    let (mut pixels, mut first) = (Vec::new(), reading.size);
    let (mut all, mut range) = (AllMet::default(), [u8::MAX, 0]);
    let mut broken: Vec<(usize, Error)> = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        let wrong = |message: String| Error::malformed(path.display(), message);
        let bytes = read_at_most(path, LARGEST_FILE).map_err(|error| error.or_hint(HINT))?;
        let (picture, met) = match Picture::decode(&bytes, MOST_PIXELS, &asked) {
            Ok(decoded) => decoded,
            Err(message) => {
                let start = &bytes[..bytes.len().min(264)];
                let known = other::picture(start)
                    .or_else(|| other::format(start))
                    .filter(|_| !bytes.starts_with(b"\x89PNG") && !bytes.starts_with(&[0xff, 0xd8]));
                let (message, hint) = match known {
                    Some(other) => (format!("is neither PNG nor JPEG: it is {}", other.name), other.hint),
                    None => (message, HINT),
                };
                broken.push((number, wrong(message).with_hint(hint)));
                continue;
            }
        };
        if !broken.is_empty() {
            continue;
        }
        all.add(&met, bytes.starts_with(b"\x89PNG"));
        for &pixel in &picture.pixels {
            range = [range[0].min(pixel), range[1].max(pixel)];
        }
        let [height, width] = *first.get_or_insert([picture.height, picture.width]);
        let picture = if reading.size.is_some() { picture.resized(height, width) } else { picture };
        if [picture.height, picture.width] != [height, width] {
            let message = format!(
                "{} x {} pixels, where the first has {height} x {width}",
                picture.height, picture.width
            );
            return Err(wrong(message).with_hint("set data.size = [height, width], which all are brought to"));
        }
        check_total(paths.len(), height, width).map_err(|message| {
            Error::malformed(folder.display(), message).with_hint("set data.size to something smaller")
        })?;
        pixels.extend_from_slice(&picture.pixels);
    }
    if let Some(error) = together(broken, paths) {
        return Err(error);
    }
    if all.deep > 0 && all.deep < paths.len() && reading.range.is_some() {
        let message = format!("{} of {} pictures have 16 bits and the others 8", all.deep, paths.len());
        return Err(Error::malformed(folder.display(), message).with_hint(
            "data.range counts in the values of the files, which must have one depth: leave it out",
        ));
    }
    all.check_seen(range, folder, reading.background)?;
    Ok(Pictures { pixels, size: first.expect("there is a picture"), range, met: all })
}

/// The first error, with the number of the others and the names of a few.
fn together(broken: Vec<(usize, Error)>, paths: &[PathBuf]) -> Option<Error> {
    const SHOWN: usize = 3;
    let count = broken.len();
    let others: Vec<String> = broken
        .iter()
        .skip(1)
        .take(SHOWN)
        .map(|(number, error)| {
            let name = paths[*number].file_name().unwrap_or_default().to_string_lossy();
            format!("{name} {}", error.message)
        })
        .collect();
    let (_, mut error) = broken.into_iter().next()?;
    if count > 1 {
        let more = if count > 1 + SHOWN { ", …" } else { "" };
        error.message = format!(
            "{}; {} more of {} pictures cannot be read: {}{more}",
            error.message,
            count - 1,
            paths.len(),
            others.join(", ")
        );
        error.hint = "save them as ordinary PNG or JPEG files, or take them out of the folder".to_owned();
    }
    Some(error)
}

/// What was left out, where something was.
fn left_out(tree: &Tree) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(first) = &tree.first_hidden {
        notes.push(format!(
            "{} left out, of hidden names such as `{first}`, which programs and systems leave behind; rename what is \
             meant to be read",
            files(tree.hidden)
        ));
    }
    if let Some(others) = others(tree) {
        notes.push(format!(
            "{others} left out, for only PNG and JPEG are read: convert them to have them read"
        ));
    }
    match tree.repeated {
        0 => {}
        1 => notes.push("a link to what is read already is left out".to_owned()),
        many => notes.push(format!("{many} links to what is read already are left out")),
    }
    notes
}

fn files(count: usize) -> String {
    if count == 1 { "1 file is".to_owned() } else { format!("{count} files are") }
}

/// The pictures of other formats, counted.
fn others(tree: &Tree) -> Option<String> {
    let total: usize = tree.other_pictures.values().sum();
    let counts: Vec<String> =
        tree.other_pictures.iter().map(|(name, count)| format!("{count} {name}")).collect();
    (total > 0).then(|| format!("{} pictures of other formats ({})", total, counts.join(", ")))
}

impl AllMet {
    fn add(&mut self, met: &Met, is_png: bool) {
        let Met { is_turned, is_unmarked_cmyk, samples } = met;
        self.png += usize::from(is_png);
        self.turned += usize::from(*is_turned);
        self.unmarked_cmyk += usize::from(*is_unmarked_cmyk);
        self.transparent += usize::from(samples.is_transparent);
        self.deep += usize::from(samples.is_deep);
        self.samples.darkest = self.samples.darkest.min(samples.darkest);
        self.samples.brightest = self.samples.brightest.max(samples.brightest);
        self.samples.outside += samples.outside;
        self.samples.seen[0] += samples.seen[0];
        self.samples.seen[1] += samples.seen[1];
    }

    /// Refuses shapes in the transparency that vanish on their background.
    fn check_seen(&self, [darkest, brightest]: [u8; 2], folder: &Path, background: Background) -> Result<()> {
        if self.transparent == 0 || darkest < brightest {
            return Ok(());
        }
        let (here, other) = (background.name(), background.other().name());
        let message = format!("the pictures are transparent, and nothing is to be seen of them on {here}");
        Err(Error::malformed(folder.display(), message)
            .with_hint(format!("set data.background = \"{other}\"")))
    }

    fn source(&self, count: usize) -> String {
        let jpeg = count - self.png;
        let kinds = [(self.png, "PNG"), (jpeg, "JPEG")].into_iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<String> = kinds.map(|(count, name)| format!("{count} {name}")).collect();
        let depth = match self.deep {
            0 => "8 bits or fewer".to_owned(),
            deep if deep == count => "16 bits".to_owned(),
            deep => format!("8 bits, {deep} of them of 16"),
        };
        format!("{} of {depth}", kinds.join(", "))
    }

    fn notes(&self, reading: &ImageReading) -> Vec<String> {
        let mut notes = Vec::new();
        if self.transparent > 0 {
            let light = self.samples.seen[1] / self.samples.seen[0].max(f64::MIN_POSITIVE);
            let (here, other) = (reading.background.name(), reading.background.other().name());
            let is_like_it = match reading.background {
                Background::White => light > 0.5,
                Background::Black => light < 0.5,
            };
            let like = if is_like_it { ", and what is to be seen of them is nearly as that" } else { "" };
            notes.push(format!(
                "{} have transparency, which is laid on {here}{like}; data.background = \"{other}\" lays it on {other}",
                pictures(self.transparent)
            ));
        }
        if self.turned > 0 {
            notes.push(format!(
                "{} turned as their EXIF says; data.orientation = \"stored\" leaves them as they are stored",
                if self.turned == 1 {
                    "1 picture is".to_owned()
                } else {
                    format!("{} pictures are", self.turned)
                }
            ));
        }
        if self.unmarked_cmyk > 0 {
            notes.push(format!(
                "{} of cyan, magenta, yellow and black without Adobe's mark: their values are taken to count down from \
                 white, as in files with it; if they look inverted, convert them to RGB",
                if self.unmarked_cmyk == 1 {
                    "1 JPEG file is".to_owned()
                } else {
                    format!("{} JPEG files are", self.unmarked_cmyk)
                }
            ));
        }
        if self.samples.outside > 0 {
            notes
                .push(format!("{} pixels lie outside of data.range and are cut to it", self.samples.outside));
        }
        notes
    }
}

fn pictures(count: usize) -> String {
    if count == 1 { "1 picture".to_owned() } else { format!("{count} pictures") }
}
