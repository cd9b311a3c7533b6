//! The report of an auto-encoder of images or of a table: an explorer of its latent space, its bounds, and its pictures or rows.

use aevb_data::binarize::Binarization;
use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::image::Images;
use aevb_data::table::Rows;
use burn::tensor::Device;

use super::html::{escape, figure, fill, picture, script_json, scroll};
use super::image_codes::{Codes, axis_choice, explore_text, overview, page_data};
use super::image_curves::{curves, metrics};
use super::pictures::{Quantiles, manifold, prior_draws, reconstructions, samples};
use super::records::TrainingExamples;
use super::table_rows::told;
use super::{Figure, Part, Records};
use crate::density::Preparation;
use crate::error::Result;
use crate::experiment::{Autoencoder, ExampleData, Experiment, Networks};
use crate::run_folder::RunFolder;
use crate::train::{self, DecoderLayers, TrainedAutoencoder};

/// Weights in the page: 43 MB of text.
const MOST_WEIGHTS: usize = 8_000_000;
/// Draws of a learnt prior in the page.
const DRAWS: usize = 256;
/// How wide pictures are drawn on the page.
const PICTURE_WIDTH: usize = 560;

pub(super) fn part(
    experiment: &Experiment,
    (data, autoencoder): (&ExampleData, &Autoencoder),
    device: &Device,
    run: &RunFolder,
    records: &mut Records,
) -> Result<Part> {
    let model = train::open_autoencoder(experiment, device, run)?;
    let model = model.as_ref();
    records.examples = Some(TrainingExamples { count: model.training_images(), name: data.example() });
    let codes = Codes::of(model, data.example())?;
    let bounds = if records.has_ended && records.checkpoint.is_none() {
        metrics(&records.result, data.example())
    } else {
        metrics(
            &serde_json::to_value(model.metrics()?).expect("maps with string keys are always JSON"),
            data.example(),
        )
    };
    let has_prior = matches!(autoencoder, Autoencoder::Vae { .. });
    // By itself the page draws from N(0, I) alone.
    let is_learnt = has_prior && !autoencoder.networks().has_standard_prior();
    let draws = is_learnt.then(|| prior_draws(model, experiment.seed, DRAWS, 1.0)).transpose()?;
    let mut figures = vec![Figure { name: "latents.svg", content: codes.to_svg_file().into_bytes() }];
    let layers = model.decoder_layers();
    let count = |layers: &DecoderLayers| layers.layers.iter().map(|layer| layer.weight.len()).sum::<usize>();
    let weights = layers.as_ref().map(count);
    let layers = layers.filter(|_| weights.is_some_and(|weights| weights <= MOST_WEIGHTS));
    let explorer = match (&layers, weights) {
        (Some(_), _) => explorer(&codes, has_prior),
        (None, Some(weights)) => {
            format!("<section>\n<p>The decoder has {weights} weights, too many for a page.</p>\n</section>\n")
        }
        (None, None) => "<section>\n<p>The page cannot decode here: it knows dense layers alone, and a mean of x that is one \
                         function of their sums.</p>\n</section>\n"
            .to_owned(),
    };
    let shown = match codes.examples {
        Examples::Images(images) => pictures(experiment, model, images, has_prior, &mut figures)?,
        Examples::Rows(examples) => rows(model, examples, &codes.values)?,
    };
    let measured = fill(
        include_str!("page/measured.html"),
        &[
            ("bounds", &bounds_text(data)),
            ("metrics", &bounds),
            ("curves", &curves(records, data.example(), has_prior, &mut figures)),
        ],
    );
    let overview = overview(&codes, layers.is_some());
    Ok(Part {
        body: explorer + &overview + &measured + &shown,
        data: script_json(&page_data(autoencoder.networks(), &codes, layers.as_ref(), draws.as_deref())),
        figures,
        rows: data_rows(data, records, codes.examples, model.fingerprint()?),
        notes: model.moments_note().into_iter().collect(),
    })
}

fn explorer(codes: &Codes<'_>, has_prior: bool) -> String {
    fill(
        include_str!("page/explorer.html"),
        &[
            ("explore", &explore_text(codes)),
            ("example", codes.example),
            ("axes", &axis_choice(codes.latent)),
            ("from_prior", if has_prior { FROM_PRIOR } else { "" }),
        ],
    )
}

const FROM_PRIOR: &str = "<button type=\"button\" id=\"from-prior\">Draw z from the prior</button>\n";

fn bounds_text(data: &ExampleData) -> String {
    let data = match data {
        ExampleData::Images(images) => images,
        ExampleData::Table(table) => {
            return format!(
                "Nats per row of {}, whose columns are standardised: bounds of other columns do not compare.",
                escape(&table.name())
            );
        }
    };
    let pixels = match data.binarization {
        Binarization::Grey => "as they are",
        Binarization::Dynamic => "as bits that are drawn anew for each step",
        _ => "as bits that stay",
    };
    format!(
        "Nats per image; pixels of {} are taken {pixels} ({}), and bounds under other binarisations do not compare.",
        escape(&data.name),
        data.binarization
    )
}

fn pictures(
    experiment: &Experiment,
    model: &dyn TrainedAutoencoder,
    images: &Images,
    has_prior: bool,
    figures: &mut Vec<Figure>,
) -> Result<String> {
    let mut shown = String::new();
    let mut add = |name: &'static str, content: Vec<u8>, caption: &str| {
        shown += &figure(&picture(&content, PICTURE_WIDTH, caption), caption);
        figures.push(Figure { name, content });
    };
    add(
        "reconstructions.png",
        reconstructions(model, images, 50)?.to_png(1),
        "Test images over their reconstructions.",
    );
    if has_prior {
        let drawn = samples(model, experiment.seed, 100, 1.0)?.to_png(1);
        add("samples.png", drawn, "The means of p(x|z) for 100 draws of z from the prior.");
        if model.latent() == 2 {
            let networks = experiment.task.autoencoder().map(Autoencoder::networks);
            let is_standard = networks.is_none_or(Networks::has_standard_prior);
            let quantiles =
                if is_standard { Quantiles::Normal } else { Quantiles::of(model, experiment.seed)? };
            let caption = "The latent manifold: what is decoded at equal steps of the prior's quantiles of each dimension, z1 to the right \
                           and z2 upwards.";
            add("manifold.png", manifold(model, images, &quantiles)?.to_png(1), caption);
        }
    }
    Ok(format!("<section>\n<h2>Pictures</h2>\n<div class=\"figures\">\n{shown}</div>\n</section>\n"))
}

fn rows(model: &dyn TrainedAutoencoder, rows: &Rows, codes: &[f32]) -> Result<String> {
    let [columns, worst] = told(model, rows, codes)?;
    let columns = scroll("Columns", &columns);
    let worst = scroll("Rows", &worst);
    Ok(format!(
        "<section>\n<h2>Columns</h2>\n<p>The test rows' mean and standard deviation, how far the decoder is from them at \
         their codes, as a root mean square in the unit of the column, and the share of their variance that it explains.</p>\n{columns}</section>\n\
         <section>\n<h2>Rows that are told worst</h2>\n<p>The test rows that the decoder is farthest from, as a root mean \
         square over the columns in standard deviations. <code>aevb score</code> writes how likely every row \
         is.</p>\n{worst}</section>\n"
    ))
}

fn data_rows(
    data: &ExampleData,
    records: &Records,
    test: &Examples,
    fingerprint: String,
) -> Vec<(&'static str, String)> {
    let counts = match records.images_per_epoch() {
        Some(train) => format!("{train} train, {} test", test.count()),
        None => format!("{} test", test.count()),
    };
    let (what, size) = match test {
        Examples::Images(images) => ("images", format!("{} x {} pixels", images.height(), images.width())),
        Examples::Rows(rows) => ("rows", format!("{} columns", rows.columns())),
    };
    let preparation = Preparation::of(data.binarization());
    vec![
        ("data", data.name()),
        (what, format!("{counts}, {size}, {preparation}")),
        ("fingerprint", fingerprint),
    ]
}
