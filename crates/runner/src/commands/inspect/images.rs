use std::fmt::Write;
use std::path::Path;

use aevb_data::catalog::Dataset;
use aevb_data::image::{ImageStatistics, OwnImages, TrainingPart, read_own};

use super::command::set;
use crate::error::Result;
use crate::output;
use crate::random::{Purpose, Streams};

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
pub(super) fn inspect_own(path: &Path, json: bool) -> Result<()> {
    let OwnImages { images, ignored } = read_own(path, None)?;
    let labels = images.label_names().map_or_else(|| "none".to_owned(), |names| names.join(", "));
    let (count, height, width) = (images.count(), images.height(), images.width());
    let binarization = if images.is_binary() { "fixed" } else { "grey" };
    if json {
        let value = serde_json::json!({
            "images": count, "height": height, "width": width, "binary": images.is_binary(), "ignored": ignored,
        });
        return output::print_json(&value);
    }
    let kind = if images.is_binary() { "binary" } else { "grey" };
    let (path, data) = (path.display(), set("data.path", path));
    output::print(&format!(
        "{path}\n\
         images      {count} of {height} x {width} pixels, {kind}; {ignored} other files ignored\n\
         labels      {labels}\n\
         training    a tenth validates, a tenth tests\n\
         command     aevb train vae-mnist-5k {data} --set data.binarization={binarization}\n"
    ))
}
