//! The codes of images or rows and the decoder, as the page's explorer needs them.

use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::image::Images;
use aevb_models::vae::PixelMean;
use serde::Serialize;

use super::html::{base64_of, data_url, escape};
use super::latent_map::LatentMap;
use super::layouts::{Layout, LayoutData, accuracy_text, layout_choice, layout_text};
use super::table_rows::{MOST_VALUES, RowsData};
use crate::error::Result;
use crate::experiment::{Networks, Part};
use crate::png;
use crate::train::{DecoderLayer, DecoderLayers, TrainedAutoencoder};

/// Codes in the page, each with its image or row.
const MOST_CODES: usize = 2000;
/// The reach of a slider where nothing else asks for more.
const REACH: f32 = 3.5;

/// What the page's scripts need.
#[derive(Serialize)]
pub(super) struct PageData<'a> {
    kind: &'static str,
    latent: usize,
    /// `[codes, latent]`
    codes: String,
    layouts: Vec<LayoutData<'a>>,
    classes: Option<String>,
    class_names: &'a [String],
    /// What each example is called, where it has a name.
    names: Option<&'a [String]>,
    /// The ends of each dimension.
    ranges: Vec<[f32; 2]>,
    /// The dimensions of the plane to begin with.
    first_axes: [usize; 2],
    /// What one of them is called.
    example: &'static str,
    shown: Shown<'a>,
    /// None where it is too large for a page, or the page cannot compute it.
    decoder: Option<DecoderData>,
    /// Draws of a prior that the page cannot draw from by itself, `[draws, latent]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    draws: Option<String>,
}

/// What the codes are of.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Shown<'a> {
    Images(Thumbnails),
    Rows(RowsData<'a>),
}

#[derive(Serialize)]
struct Thumbnails {
    source: String,
    height: usize,
    width: usize,
    columns: usize,
    gap: usize,
}

#[derive(Serialize)]
struct DecoderData {
    layers: Vec<LayerData>,
    activation: aevb_models::nn::HiddenActivation,
    mean: PixelMean,
}

#[derive(Serialize)]
struct LayerData {
    weight: String,
    bias: String,
}

/// Codes of the test images, or of the rows, with what is known of them.
pub(super) struct Codes<'a> {
    model: &'a dyn TrainedAutoencoder,
    pub examples: &'a Examples,
    /// What one of them is called.
    pub example: &'static str,
    /// `[examples, latent]`
    pub values: Vec<f32>,
    pub latent: usize,
    layouts: Vec<Layout>,
    classes: Vec<Option<u16>>,
    class_names: Vec<String>,
}

impl<'a> Codes<'a> {
    pub(super) fn of(model: &'a dyn TrainedAutoencoder, example: &'static str) -> Result<Self> {
        let examples = model.examples(Part::Test)?;
        let (values, latent) = (model.embed(examples)?, model.latent());
        let classes: Vec<Option<u16>> =
            examples.labels().into_iter().flatten().map(|&label| Some(u16::from(label))).collect();
        let most = classes.iter().flatten().max();
        let numbers =
            || most.map_or_else(Vec::new, |most| (0..=*most).map(|class| class.to_string()).collect());
        let class_names = examples.label_names().map_or_else(numbers, <[String]>::to_vec);
        let layouts = Layout::of(&values, latent);
        Ok(Self { model, examples, example, values, latent, layouts, classes, class_names })
    }

    /// How many of them the page has.
    fn shown(&self) -> usize {
        let most = match self.examples {
            Examples::Images(_) => MOST_CODES,
            Examples::Rows(rows) => (MOST_VALUES / rows.columns()).clamp(1, MOST_CODES),
        };
        self.examples.count().min(most)
    }

    /// The codes in their first layout, as a file.
    pub(super) fn to_svg_file(&self) -> String {
        let Layout { points, axes, .. } = &self.layouts[0];
        let (classes, class_names) = (self.classes.as_slice(), self.class_names.as_slice());
        let title = &format!("Codes of the test {}s", self.example);
        LatentMap { title, points, axes, links: &[], classes, class_names }.to_svg_file()
    }

    fn accuracy_text(&self) -> String {
        accuracy_text(&self.values, self.latent, &self.layouts, &self.classes, "code")
    }
}

/// Codes, images and decoder for the page.
pub(super) fn page_data<'a>(
    config: &Networks,
    codes: &'a Codes<'_>,
    decoder: Option<&DecoderLayers>,
    draws: Option<&[f32]>,
) -> PageData<'a> {
    let (latent, shown) = (codes.latent, codes.shown());
    let layer = |layer: &DecoderLayer| LayerData {
        weight: base64_of(&layer.weight, f32::to_le_bytes),
        bias: base64_of(&layer.bias, f32::to_le_bytes),
    };
    let numbers: Vec<u16> = codes.classes.iter().take(shown).map(|class| class.unwrap_or(u16::MAX)).collect();
    PageData {
        kind: "codes",
        latent,
        codes: base64_of(&codes.values[..shown * latent], f32::to_le_bytes),
        layouts: codes.layouts.iter().map(|layout| layout.data(shown)).collect(),
        classes: (!numbers.is_empty()).then(|| base64_of(&numbers, u16::to_le_bytes)),
        class_names: &codes.class_names,
        names: codes.examples.names().map(|names| &names[..shown]),
        ranges: ranges(codes),
        first_axes: widest(codes),
        example: codes.example,
        shown: match codes.examples {
            Examples::Images(images) => Shown::Images(Thumbnails::of(images, shown)),
            Examples::Rows(rows) => {
                Shown::Rows(RowsData::of(rows, codes.model.standardization_of(rows), shown))
            }
        },
        decoder: decoder.map(|DecoderLayers { layers, mean }| DecoderData {
            layers: layers.iter().map(layer).collect(),
            activation: config.activation,
            mean: *mean,
        }),
        draws: draws.map(|draws| base64_of(draws, f32::to_le_bytes)),
    }
}

impl Thumbnails {
    /// Of the first images.
    fn of(images: &Images, shown: usize) -> Self {
        let columns = (shown as f64).sqrt().ceil() as usize;
        let pixels: Vec<f32> = images.intensities(0..shown).collect();
        let (height, width) = (images.height(), images.width());
        Self {
            source: data_url(&png::grid(&pixels, height, width, columns, 1)),
            height,
            width,
            columns,
            gap: png::GAP,
        }
    }
}

/// What each dimension is explored over: where the codes lie, and where the prior does.
fn ranges(codes: &Codes<'_>) -> Vec<[f32; 2]> {
    let range = |dimension: usize| {
        let values = codes.values.iter().skip(dimension).step_by(codes.latent);
        values.fold([-REACH, REACH], |[least, most], &value| [least.min(value), most.max(value)])
    };
    (0..codes.latent).map(range).collect()
}

/// The two dimensions whose codes vary most, in their own order.
fn widest(codes: &Codes<'_>) -> [usize; 2] {
    let count = (codes.values.len() / codes.latent) as f64;
    let variance = |dimension: usize| {
        let values =
            || codes.values.iter().skip(dimension).step_by(codes.latent).map(|&value| f64::from(value));
        let mean = values().sum::<f64>() / count;
        values().map(|value| (value - mean).powi(2)).sum::<f64>()
    };
    let mut dimensions: Vec<usize> = (0..codes.latent).collect();
    dimensions.sort_by(|&a, &b| variance(b).total_cmp(&variance(a)));
    let mut two = [dimensions[0], dimensions.get(1).copied().unwrap_or(dimensions[0])];
    two.sort_unstable();
    two
}

/// What the explorer shows.
pub(super) fn explore_text(codes: &Codes<'_>) -> String {
    let (shown, of) = (codes.shown(), codes.examples.count());
    let images = if shown < of { format!("the first {shown} of {of}") } else { format!("the {of}") };
    let moments =
        codes.model.moments_note().map_or_else(String::new, |note| format!(" The {}.", escape(&note)));
    let accuracy = if codes.latent > 2 { String::new() } else { " ".to_owned() + &codes.accuracy_text() };
    format!(
        "Drag the ring, and this page decodes its place with the weights of the run. The points are the codes of \
         {images} test {}s.{moments}{accuracy}",
        codes.example
    )
}

/// A choice of the two dimensions of the explorer's plane, where there are more.
pub(super) fn axis_choice(latent: usize) -> String {
    if latent <= 2 {
        return String::new();
    }
    let options: String = (0..latent)
        .map(|dimension| format!("<option value=\"{dimension}\">z{}</option>", dimension + 1))
        .collect();
    format!(
        "<div class=\"controls\"><label>Across <select>{options}</select></label> \
         <label>Up <select>{options}</select></label></div>\n"
    )
}

/// A plane of all codes, where the explorer's plane does not show them apart or is not there.
pub(super) fn overview(codes: &Codes<'_>, has_explorer: bool) -> String {
    let example = codes.example;
    let (shown, of) = (codes.shown(), codes.examples.count());
    let images = if shown < of { format!("The first {shown} of {of}") } else { format!("All {of}") };
    if has_explorer && codes.latent <= 2 {
        return String::new();
    }
    let click = if has_explorer { " A click takes a code into the explorer." } else { "" };
    format!(
        "<section>\n<h2>Codes of the test {example}s</h2>\n<p>{images} test {example}s. {}{click}</p>\n<div class=\"controls\">{}</div>\n{}\
         <div id=\"latents\" class=\"plane\" style=\"height:min(34rem,75vh,110vw)\"></div>\n</section>\n",
        codes.accuracy_text(),
        layout_choice(&codes.layouts),
        layout_text(&codes.layouts)
    )
}
