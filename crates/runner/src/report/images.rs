//! The report of an auto-encoder of images: an explorer of its latent space, its bounds and its pictures.

use aevb_data::image::{Images, digest};
use burn::tensor::Device;

use super::html::{escape, figure, fill, picture, script_json};
use super::image_codes::{Codes, axis_choice, explore_text, overview, page_data};
use super::image_curves::{curves, metrics};
use super::pictures::{manifold, reconstructions, samples};
use super::{Figure, Part, Records};
use crate::error::Result;
use crate::experiment::{Data, Experiment, Model};
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
    let records = &Records { training_images: Some(model.training_images()), ..records.clone() };
    let codes = Codes::of(model)?;
    let (Model::Vae(config) | Model::Ae(config)) = &experiment.model else {
        unreachable!("images have a model of images")
    };
    let has_prior = matches!(experiment.model, Model::Vae(_));
    let mut figures = Vec::new();
    let layers = model.decoder_layers();
    let weights: usize = layers.iter().map(|layer| layer.weight.len()).sum();
    let explorer_fits = weights <= MOST_WEIGHTS;
    let data = if explorer_fits { script_json(&page_data(config, &codes, &layers)) } else { "{}".to_owned() };
    figures.push(Figure { name: "latents.svg", content: codes.to_svg_file().into_bytes() });
    let pictures = pictures(experiment, model, codes.images, has_prior, &mut figures)?;
    let curves = curves(records, has_prior, &mut figures);
    let (explorer, rest) =
        include_str!("page/images.html").split_once("{{latents}}").expect("the template has latents");
    let explorer = if explorer_fits {
        fill(
            explorer,
            &[
                ("explore", &explore_text(&codes)),
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
            ("bounds", &bounds_text(experiment)),
            ("metrics", &metrics(records)),
            ("curves", &curves),
            ("pictures", &pictures),
        ],
    );
    let body = explorer + &rest;
    Ok(Part { body, data, figures, rows: data_rows(experiment, records, codes.images) })
}

const FROM_PRIOR: &str = "<button type=\"button\" id=\"from-prior\">Draw z from the prior</button>\n";

fn bounds_text(experiment: &Experiment) -> String {
    let Data::Images(data) = &experiment.data else { unreachable!("the report is one of images") };
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
    Ok(shown)
}

fn data_rows(experiment: &Experiment, records: &Records, test: &Images) -> Vec<(&'static str, String)> {
    let Data::Images(data) = &experiment.data else { unreachable!("the report is one of images") };
    let images = match records.images_per_epoch() {
        Some(train) => format!("{train} train, {} test", test.count()),
        None => format!("{} test", test.count()),
    };
    vec![
        ("data", data.name.clone()),
        ("images", format!("{images}, {} x {} pixels, {}", test.height(), test.width(), data.binarization)),
        ("fingerprint of the test images", digest([test])),
    ]
}
