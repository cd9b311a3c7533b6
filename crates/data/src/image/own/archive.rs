//! Images in an archive of arrays, found by their names and shapes.

use super::{ImageReading, OwnImages, array, labels};
use crate::array::{Npz, Values};
use crate::error::{Error, Result};
use crate::examples::ExampleSet;

/// The names that people give to images to train on, the likeliest first, and those that they give to their labels.
const NAMES: [(&str, &[&str]); 11] = [
    ("images", &["labels", "label", "y", "targets", "target", "classes"]),
    ("x_train", &["y_train", "labels_train", "train_labels"]),
    ("X_train", &["y_train", "Y_train", "labels_train", "train_labels"]),
    ("train_images", &["train_labels", "train_label", "y_train"]),
    ("train_x", &["train_y", "train_labels"]),
    ("x", &["y", "labels", "label", "targets"]),
    ("X", &["y", "Y", "labels", "label", "targets", "target"]),
    ("imgs", &["labels", "label", "y", "latents_classes"]),
    ("image", &["label", "labels", "y", "target"]),
    ("data", &["labels", "label", "y", "target", "targets", "fine_labels"]),
    ("arr_0", &["labels", "label", "y"]),
];

/// The names that say labels wherever they stand.
const LABELS: [&str; 12] = [
    "labels",
    "label",
    "y",
    "Y",
    "target",
    "targets",
    "classes",
    "class",
    "y_train",
    "Y_train",
    "train_labels",
    "train_label",
];

/// The names that say a graph.
const OF_GRAPHS: [&str; 8] =
    ["edges", "edge_index", "adj_data", "adj_indices", "indptr", "indices", "adjacency", "edge_list"];

/// Whether an archive holds images, or pictures to be unpacked.
pub(super) fn is_images(mut archive: Npz) -> Result<bool> {
    if archive.names().iter().any(|name| OF_GRAPHS.contains(name)) {
        return Ok(false);
    }
    if archive.has("images") || !pictures(&archive).is_empty() {
        return Ok(true);
    }
    let names: Vec<String> = archive.names().into_iter().map(str::to_owned).collect();
    // What cannot be read is for the reader to say.
    Ok(names.iter().any(|name| archive.shape(name).is_ok_and(|shape| shape.len() > 2)))
}

/// The members that are pictures by their names.
fn pictures(archive: &Npz) -> Vec<String> {
    let ends = [".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"];
    let names = archive.names().into_iter().filter(|name| !name.contains("__MACOSX"));
    names
        .filter(|name| ends.iter().any(|end| name.to_ascii_lowercase().ends_with(end)))
        .map(str::to_owned)
        .collect()
}

/// Reads the images of an archive, and their labels where they are there.
pub(super) fn read(mut archive: Npz, place: &str, reading: &ImageReading) -> Result<OwnImages> {
    let packed = pictures(&archive);
    if let Some(first) = packed.first() {
        let message = format!("is a ZIP archive of {} pictures, such as {first}", packed.len());
        let stem = place.strip_suffix(".zip").unwrap_or(place);
        let folder = if stem == place { format!("{place}.d") } else { stem.to_owned() };
        return Err(Error::malformed(place, message).with_hint(format!(
            "unpack it by `unzip {} -d {}`, and name that folder",
            quoted(place),
            quoted(&folder)
        )));
    }
    let names: Vec<String> = archive.names().into_iter().map(str::to_owned).collect();
    let (name, mut notes) = images_name(&mut archive, &names, place, reading)?;
    let array = archive.get(&name)?;
    let in_it = format!("{place}, array `{name}`");
    let mut own = array::read(array, &format!("array `{name}`"), &in_it, reading)?;
    notes.append(&mut own.notes);
    own.notes = notes;
    let known = NAMES.iter().find(|(images, _)| *images == name).map_or(&[][..], |(_, labels)| *labels);
    let is_test = ["test", "val"].iter().any(|part| name.contains(part));
    let own_names = own_label_names(&name);
    let found = own_names
        .iter()
        .map(String::as_str)
        .chain(known.iter().copied())
        .chain(if is_test { &[][..] } else { &LABELS[..] }.iter().copied())
        .find(|label| names.iter().any(|there| there == label) && *label != name);
    if let Some(label) = found.map(str::to_owned) {
        own = labels::attach(own, &archive.get(&label)?, &label)?;
        if own.images.labels().is_some() {
            own.source = format!("{}, labels `{label}`", own.source);
        }
    } else if let Some(label) = lone_labels(&mut archive, &names, &name, own.images.count()) {
        own = labels::attach(own, &archive.get(&label)?, &label)?;
        if own.images.labels().is_some() {
            own.source = format!("{}, labels `{label}`", own.source);
            own.notes.push(format!(
                "the whole numbers in `{label}`, one for each image, are taken for labels; rename the array if they are none"
            ));
        }
    }
    Ok(own)
}

/// What the labels of an array are called that is called so: `x_test` goes with `y_test`.
fn own_label_names(name: &str) -> Vec<String> {
    let changes = [("x", "y"), ("X", "y"), ("X", "Y"), ("images", "labels"), ("image", "label")];
    let is_word = |from: &str| name.split('_').any(|word| word == from);
    let swapped = |from: &str, to: &str| {
        name.split('_').map(|word| if word == from { to } else { word }).collect::<Vec<_>>().join("_")
    };
    changes.iter().filter(|(from, _)| is_word(from)).map(|(from, to)| swapped(from, to)).collect()
}

/// The one array that can be labels by its shape and values, whatever its name.
fn lone_labels(archive: &mut Npz, names: &[String], images: &str, count: usize) -> Option<String> {
    let mut found = names.iter().filter(|name| *name != images).filter(|name| {
        archive.get(name).is_ok_and(|array| {
            let is_row = matches!(array.shape[..], [rows] | [rows, 1] if rows == count);
            let numbers = array.values.to_integers();
            is_row && (matches!(array.values, Values::Text(_)) || numbers.is_some())
        })
    });
    let first = found.next()?;
    found.next().is_none().then(|| first.clone())
}

/// The array that holds the images, and what is said about the choice.
fn images_name(
    archive: &mut Npz,
    names: &[String],
    place: &str,
    reading: &ImageReading,
) -> Result<(String, Vec<String>)> {
    if let Some(name) = &reading.array {
        if names.contains(name) {
            return Ok((name.clone(), Vec::new()));
        }
        let message = format!("there is no array `{name}`; there are {}", names.join(", "));
        return Err(Error::malformed(place, message).with_hint("set data.array to one of them"));
    }
    let has = |name: &str| names.iter().any(|there| there == name);
    let others: Vec<&String> = names.iter().filter(|name| !LABELS.contains(&name.as_str())).collect();
    if let [only] = others[..] {
        return Ok((only.clone(), Vec::new()));
    }
    // One at a time, so that no more than one is held.
    let mut shapes = Vec::new();
    if !has("images") {
        for name in &others {
            if let Ok(array) = archive.get(name)
                && !matches!(array.values, Values::Text(_))
            {
                shapes.push(((*name).clone(), array.shape));
            }
        }
    }
    let of_axes = |least: usize, most: usize| {
        let fits = shapes.iter().filter(|(_, shape)| (least..=most).contains(&shape.len()));
        fits.map(|(name, _)| name.clone()).collect::<Vec<String>>()
    };
    let mut candidates = of_axes(3, 4);
    if candidates.is_empty() {
        candidates = of_axes(2, 2);
    }
    let chosen = match &candidates[..] {
        _ if has("images") => return Ok(("images".to_owned(), Vec::new())),
        [only] => Some(only.clone()),
        several => NAMES.iter().map(|(name, _)| (*name).to_owned()).find(|name| several.contains(name)),
    };
    let Some(chosen) = chosen else {
        let message = format!("which array are the images? there are {}", names.join(", "));
        return Err(Error::malformed(place, message)
            .with_hint("set data.array to its name, or call it `images`, and their labels `labels`"));
    };
    let left: Vec<String> = candidates.into_iter().filter(|name| *name != chosen).collect();
    let mut notes = Vec::new();
    if !left.is_empty() {
        notes.push(format!(
            "`{chosen}` is taken for the images, and `{}` is left unread; data.array = \"{}\" reads that instead",
            left.join("`, `"),
            left[0]
        ));
    } else if !NAMES.iter().any(|(name, _)| *name == chosen) {
        notes.push(format!(
            "`{chosen}` is taken for the images, by its shape; data.array = \"NAME\" takes another array"
        ));
    }
    Ok((chosen, notes))
}

/// A word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "._/=-+:@%".contains(letter);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
