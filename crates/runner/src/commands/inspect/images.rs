use std::fmt::Write;
use std::path::Path;

use aevb_data::catalog::Dataset;
use aevb_data::examples::ExampleSet;
use aevb_data::image::{ImageReading, ImageStatistics, Images, OwnImages, TrainingPart, read_own};

use super::command::{TrainCommand, in_configurations};
use crate::error::Result;
use crate::output;
use crate::random::{Purpose, Streams};
use crate::train::{Shape, labelled};

/// Looks into images of the catalog.
pub(super) fn inspect_set(set: &Dataset, folder: &Path, json: bool) -> Result<()> {
    // Whichever images a permutation puts into which part, the counts are the same.
    let mut random = Streams::new(0).generator(Purpose::Split, 0);
    let split = set.load_images(folder, TrainingPart::Standard, &mut random)?;
    let statistics = ImageStatistics::of(&split);
    if json {
        return output::print_json(&statistics);
    }
    let ImageStatistics { images, height, width, darkest, brightest, mean_intensity, .. } = statistics;
    let kind = if statistics.binary { "binary" } else { "grey" };
    let mut text = format!(
        "{}: {}\n\
         images      {images} of {height} x {width} pixels\n\
         pixels      {kind}, from {darkest} to {brightest}, on average {:.2} % of white\n",
        set.name,
        set.title,
        100.0 * mean_intensity
    );
    if let Some(labels) = &statistics.labels {
        let counts: Vec<String> = labels.iter().map(|(label, count)| format!("{label}: {count}")).collect();
        let _ = writeln!(text, "labels      {}", counts.join(", "));
    }
    let ImageStatistics { train, validation, test, .. } = statistics;
    let _ = writeln!(text, "split       {train} train, {validation} validation, {test} test");
    let _ = writeln!(text, "licence     {}\ncite        {}", set.licence, set.citation);
    output::print(&text)
}

/// Looks into images of the user's own.
pub(super) fn inspect_own(
    path: &Path,
    reading: &ImageReading,
    labels_of: Option<&Path>,
    json: bool,
) -> Result<()> {
    let OwnImages { images, ignored, source, mut notes } = read_own(path, reading)?;
    let images = labelled(images, labels_of, &mut notes)?;
    let (count, height, width) = (images.count(), images.height(), images.width());
    let darkest = images.pixels().iter().copied().min().unwrap_or_default();
    let brightest = images.pixels().iter().copied().max().unwrap_or_default();
    let labels = counted(&images);
    let mut command = TrainCommand::of("--images", path);
    labels_of.into_iter().for_each(|labels| command.file("--labels", labels));
    given(reading).into_iter().for_each(|(key, value)| command.set(key, value));
    let shape = Shape::Images { count, pixels: images.size(), is_binary: images.is_binary() };
    notes.extend(command.refusal(shape));
    if json {
        let value = serde_json::json!({
            "images": count, "height": height, "width": width, "binary": images.is_binary(), "ignored": ignored,
            "source": source, "darkest": darkest, "brightest": brightest, "labels": labels, "notes": notes,
        });
        return output::print_json(&value);
    }
    let kind = if images.is_binary() { "binary" } else { "grey" };
    let mut text = format!(
        "{}\n\
         images      {count} of {height} x {width} pixels, {kind}; {ignored} other files ignored\n\
         read        {source}\n\
         pixels      from {darkest} to {brightest} of {}\n\
         labels      {}\n",
        path.display(),
        if images.is_binary() { 1 } else { 255 },
        labels.map_or_else(|| "none".to_owned(), |labels| shown(&labels))
    );
    for note in notes {
        let _ = writeln!(text, "note        {note}");
    }
    let _ = write!(
        text,
        "training    a tenth validates, a tenth tests\n\
         command     {command}\n"
    );
    output::print(&text)
}

/// How many images each label has, in the labels' order.
fn counted(images: &Images) -> Option<serde_json::Map<String, serde_json::Value>> {
    let labels = images.labels()?;
    let mut counts = std::collections::BTreeMap::<u8, usize>::new();
    labels.iter().for_each(|label| *counts.entry(*label).or_default() += 1);
    let name = |label: u8| match images.label_names() {
        Some(names) => names[usize::from(label)].clone(),
        None => label.to_string(),
    };
    Some(counts.into_iter().map(|(label, count)| (name(label), count.into())).collect())
}

/// The first labels, with their counts.
fn shown(labels: &serde_json::Map<String, serde_json::Value>) -> String {
    const MOST: usize = 20;
    let mut text: Vec<String> =
        labels.iter().take(MOST).map(|(label, count)| format!("{label}: {count}")).collect();
    if labels.len() > MOST {
        text.push(format!("… ({} in all)", labels.len()));
    }
    text.join(", ")
}

/// The keys that differ from what they are without being given, and their values.
fn given(reading: &ImageReading) -> Vec<(&'static str, String)> {
    let ImageReading { size, background, range, axes, array, classes, orientation } = reading;
    let none = ImageReading::default();
    let pairs = [
        ("data.size", size.map(|[height, width]| format!("[{height},{width}]"))),
        ("data.background", (*background != none.background).then(|| in_configurations(background))),
        ("data.range", range.map(|[low, high]| format!("[{low},{high}]"))),
        ("data.axes", axes.as_ref().map(ToString::to_string)),
        ("data.array", array.clone()),
        ("data.classes", (*classes != none.classes).then(|| in_configurations(classes))),
        ("data.orientation", (*orientation != none.orientation).then(|| in_configurations(orientation))),
    ];
    pairs.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
