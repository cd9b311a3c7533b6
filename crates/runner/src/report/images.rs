//! The report of an auto-encoder of images or of a table: an explorer of its latent space, its bounds, and its pictures or rows.

use aevb_data::image::{Images, digest};
use aevb_data::table::Standardization;
use burn::tensor::Device;

use super::html::{escape, figure, fill, picture, script_json, scroll};
use super::image_codes::{Codes, axis_choice, explore_text, overview, page_data};
use super::image_curves::{curves, metrics};
use super::pictures::{manifold, reconstructions, samples};
use super::table_rows::told;
use super::{Figure, Part, Records};
use crate::error::Result;
use crate::experiment::{Data, Experiment, ImageData, Model};
use crate::run_folder::RunFolder;
use crate::train::{self, TrainedImages};

/// Weights in the page: 43 MB of text.
const MOST_WEIGHTS: usize = 8_000_000;
/// How wide pictures are drawn on the page.
const PICTURE_WIDTH: usize = 560;

pub(super) fn part(
    experiment: &Experiment,
    device: &Device,
    run: &RunFolder,
    records: &Records,
) -> Result<Part> {
    let model = train::open_images(experiment, device, run)?;
    let model = model.as_ref();
    let Data::Images(data) = &experiment.data else { unreachable!("the report is one of images") };
    let example = data.example();
    let records = &Records { training_images: Some(model.training_images()), example, ..records.clone() };
    let codes = Codes::of(model, example)?;
    let (Model::Vae(config) | Model::Ae(config)) = &experiment.model else {
        unreachable!("images have a model of images")
    };
    let has_prior = matches!(experiment.model, Model::Vae(_));
    let mut figures = Vec::new();
    let layers = model.decoder_layers();
    let weights: usize = layers.iter().map(|layer| layer.weight.len()).sum();
    let explorer_fits = weights <= MOST_WEIGHTS;
    let page = if explorer_fits { script_json(&page_data(config, &codes, &layers)) } else { "{}".to_owned() };
    figures.push(Figure { name: "latents.svg", content: codes.to_svg_file().into_bytes() });
    let shown = match codes.standardization {
        Some(standardization) => rows(model, codes.images, standardization)?,
        None => pictures(experiment, model, codes.images, has_prior, &mut figures)?,
    };
    let curves = curves(records, has_prior, &mut figures);
    let (explorer, rest) =
        include_str!("page/images.html").split_once("{{latents}}").expect("the template has latents");
    let explorer = if explorer_fits {
        fill(
            explorer,
            &[
                ("explore", &explore_text(&codes)),
                ("example", example),
                ("axes", &axis_choice(codes.latent)),
                ("from_prior", if has_prior { FROM_PRIOR } else { "" }),
            ],
        ) + &overview(&codes)
    } else {
        format!("<section>\n<p>The decoder has {weights} weights, too many for a page.</p>\n</section>\n")
    };
    let rest = fill(
        rest,
        &[
            ("bounds", &bounds_text(data)),
            ("metrics", &metrics(records)),
            ("curves", &curves),
            ("shown", &shown),
        ],
    );
    let body = explorer + &rest;
    Ok(Part { body, data: page, figures, rows: data_rows(data, records, codes.images) })
}

const FROM_PRIOR: &str = "<button type=\"button\" id=\"from-prior\">Draw z from the prior</button>\n";

fn bounds_text(data: &ImageData) -> String {
    if data.is_table() {
        return format!(
            "Nats per row of {}, whose columns are standardised: bounds of other columns do not compare.",
            escape(&data.name)
        );
    }
    format!(
        "Nats per image; pixels of {} are taken as {}, and bounds under other binarisations do not compare.",
        escape(&data.name),
        data.binarization
    )
}

fn pictures(
    experiment: &Experiment,
    model: &dyn TrainedImages,
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
        reconstructions(model, images, 50)?,
        "Test images over their reconstructions.",
    );
    if has_prior {
        let drawn = samples(model, images, experiment.seed, 100)?;
        add("samples.png", drawn, "The means of p(x|z) for 100 draws of z from the prior.");
        if model.latent() == 2 {
            let caption = "The latent manifold: what is decoded at equal steps of the prior's quantiles, z1 to the right \
                           and z2 upwards.";
            add("manifold.png", manifold(model, images)?, caption);
        }
    }
    Ok(format!("<section>\n<h2>Pictures</h2>\n<div class=\"figures\">\n{shown}</div>\n</section>"))
}

fn rows(model: &dyn TrainedImages, rows: &Images, standardization: &Standardization) -> Result<String> {
    let [columns, worst] = told(model, rows, standardization)?;
    let columns = scroll("Columns", &columns);
    let worst = scroll("Rows", &worst);
    let unnamed =
        if rows.names().is_none() { " Rows have names where data.id names their column." } else { "" };
    Ok(format!(
        "<section>\n<h2>Columns</h2>\n<p>How far the decoder is from the test rows at their codes, as a root mean square in \
         the unit of the column, and the share of the column's variance that this explains.</p>\n{columns}</section>\n\
         <section>\n<h2>Rows that are told worst</h2>\n<p>The test rows that the decoder is farthest from, as a root mean \
         square over the columns in standard deviations. <code>aevb score</code> writes how likely every row \
         is.{unnamed}</p>\n{worst}</section>"
    ))
}

fn data_rows(data: &ImageData, records: &Records, test: &Images) -> Vec<(&'static str, String)> {
    let counts = match records.images_per_epoch() {
        Some(train) => format!("{train} train, {} test", test.count()),
        None => format!("{} test", test.count()),
    };
    let (what, size, fingerprint) = if data.is_table() {
        ("rows", format!("{} columns", test.size()), "fingerprint of the test rows")
    } else {
        ("images", format!("{} x {} pixels", test.height(), test.width()), "fingerprint of the test images")
    };
    vec![
        ("data", data.name.clone()),
        (what, format!("{counts}, {size}, {}", data.binarization)),
        (fingerprint, digest([test])),
    ]
}
