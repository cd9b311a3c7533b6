use std::fs;
use std::path::Path;

use aevb_data::examples::ExampleSet;
use aevb_models::vae::inference::split_r_hat;

use super::{column, json, mean, number, read, succeed, temporary, text};

/// Without hidden layers the model is linear and Gaussian, so that what is hidden of an image has a known mean and a known
/// deviation (Bishop, Pattern Recognition and Machine Learning, §2.3.3), whatever was learnt.
pub fn linear() {
    const VARIANCE: f64 = 0.01;
    const DRAWS: f64 = 4.0 * 1000.0;
    let folder = temporary();
    let folder = folder.path();
    // Four pixels that follow two unknowns, within a frame.
    let picture = |i: usize| {
        let [a, b] = [((i * 37) % 101) as f32 / 101.0, ((i * 53) % 89) as f32 / 89.0];
        aevb::png::grid(&[a, b, 0.5 * (a + b), 0.8 * a], 2, 2, 1, 1)
    };
    fs::create_dir(folder.join("pictures")).expect("made");
    for i in 0..300 {
        fs::write(folder.join(format!("pictures/{i}.png")), picture(i)).expect("written");
    }
    let sets = [
        "data.path=pictures",
        "data.binarization=grey",
        "model.hidden=[]",
        "model.latent=2",
        "model.likelihood={kind='gaussian-fixed',mean='linear',variance=0.01}",
        "train.epochs=40",
    ];
    let sets = sets.map(|set| ["--set", set]).concat();
    succeed(
        &[&["train", "vae-mnist-5k", "--device", "flex", "-q", "--out", "run"], &sets[..]].concat(),
        folder,
    );
    let chains = ["--draws", "1000", "--warm-up", "200", "--starts", "4"];
    let report = json(&[&["impute", "run", "--json"], &chains[..]].concat(), folder);
    succeed(&[&["posterior", "run", "--draws-out", "draws.npy"], &chains[..]].concat(), folder);

    let weights = read(folder.join("run/model.safetensors"));
    let weights = safetensors::SafeTensors::deserialize(&weights).expect("weights");
    let values = |name: &str| -> Vec<f64> {
        let bytes = weights.tensor(name).expect("a linear decoder").data();
        bytes
            .chunks_exact(4)
            .map(|four| f64::from(f32::from_le_bytes(four.try_into().expect("four"))))
            .collect()
    };
    // `[latent, pixels]`
    let (w, b) = (values("decoder.output.weight"), values("decoder.output.bias"));
    let pixels = b.len();
    let loading = |pixel: usize| [w[pixel], w[pixels + pixel]];
    let array = |name: &str| -> Vec<f64> {
        let bytes = read(folder.join("run/inpaint").join(name));
        bytes[128..]
            .chunks_exact(4)
            .map(|four| f64::from(f32::from_le_bytes(four.try_into().expect("four"))))
            .collect()
    };
    let (means, spreads) = (array("mean.npy"), array("spread.npy"));
    // The posterior of the same images tells which they are.
    let names: Vec<usize> = text(folder.join("run/posterior.csv"))
        .lines()
        .skip(1)
        .map(|line| line.split('.').next().expect("a name").parse().expect("a number"))
        .collect();
    assert_eq!((names.len(), means.len()), (30, 30 * pixels));
    let effective = number(&report["effective_samples"]);
    assert!(effective > 0.2 * DRAWS, "{report}");

    draws_are_those_of_the_moments(folder, names.len());

    let x = aevb_data::image::read_own(folder.join("pictures"), &aevb_data::image::ImageReading::default())
        .expect("pictures")
        .images;
    let (mut squares, mut hidden) = (0.0, 0.0);
    for (image, &name) in names.iter().enumerate() {
        let place = x.names().expect("files").iter().position(|file| *file == format!("{name}.png"));
        let x: Vec<f64> = x.intensities(place.expect("it")..place.expect("it") + 1).map(f64::from).collect();
        let seen = 0..pixels / 2;
        let sum = |term: &dyn Fn(usize) -> f64| seen.clone().map(term).sum::<f64>() / VARIANCE;
        let (p, q, r) = (
            1.0 + sum(&|i| loading(i)[0].powi(2)),
            sum(&|i| loading(i)[0] * loading(i)[1]),
            1.0 + sum(&|i| loading(i)[1].powi(2)),
        );
        let [u, v] = [0, 1].map(|unit| sum(&|i| loading(i)[unit] * (x[i] - b[i])));
        let determinant = p * r - q * q;
        let z = [(r * u - q * v) / determinant, (p * v - q * u) / determinant];
        for pixel in pixels / 2..pixels {
            let [c, d] = loading(pixel);
            let mean = b[pixel] + c * z[0] + d * z[1];
            let spread = ((c * c * r - 2.0 * c * d * q + d * d * p) / determinant).sqrt();
            let (found_mean, found_spread) = (means[image * pixels + pixel], spreads[image * pixels + pixel]);
            let error = spread / effective.sqrt();
            assert!(
                (found_mean - mean).abs() < 5.0 * error,
                "{name}, {pixel}: {found_mean}, not {mean} ± {error}"
            );
            assert!(
                (found_spread / spread - 1.0).abs() < 0.15,
                "{name}, {pixel}: {found_spread}, not {spread}"
            );
            squares += ((found_mean - mean) / error).powi(2);
            hidden += 1.0;
        }
    }
    assert!(
        squares / hidden < 1.5,
        "errors {squares} over {hidden} pixels are larger than they are said to be"
    );
}

/// The file of draws, four chains of a thousand for each image, has the means that the table has.
fn draws_are_those_of_the_moments(folder: &Path, images: usize) {
    let bytes = read(folder.join("draws.npy"));
    let shape = format!("'shape': ({images}, 4, 1000, 2)");
    assert!(String::from_utf8_lossy(&bytes[..128]).contains(&shape), "no {shape}");
    let draws: Vec<f64> = bytes[128..]
        .chunks_exact(4)
        .map(|four| f64::from(f32::from_le_bytes(four.try_into().expect("four"))))
        .collect();
    let table = text(folder.join("run/posterior.csv"));
    // Chains are told apart by what only their own draws have: how far they agree.
    for (image, r_hat) in column(&table, "r_hat").into_iter().enumerate() {
        let of_image = &draws[image * 4 * 1000 * 2..][..4 * 1000 * 2];
        let largest = (0..2).fold(1.0, |largest: f64, unit| {
            let chain = |start: usize| -> Vec<f64> {
                of_image[start * 1000 * 2..][..1000 * 2].iter().skip(unit).step_by(2).copied().collect()
            };
            let chains: Vec<Vec<f64>> = (0..4).map(chain).collect();
            let mean = mean(&chains.concat());
            let square = |chain: &Vec<f64>| chain.iter().map(|z| (z - mean).powi(2)).collect();
            let squares: Vec<Vec<f64>> = chains.iter().map(square).collect();
            largest.max(split_r_hat(&chains)).max(split_r_hat(&squares))
        });
        assert!(
            (largest - r_hat).abs() < 1e-9,
            "image {image}: {largest} by the draws, {r_hat} by the table"
        );
    }
    for unit in 0..2 {
        let means = column(&table, &format!("mean{unit}"));
        for (image, draws) in draws.chunks_exact(4 * 1000 * 2).enumerate() {
            let drawn: Vec<f64> = draws.iter().skip(unit).step_by(2).copied().collect();
            assert!((mean(&drawn) - means[image]).abs() < 1e-5, "image {image}, z{unit}");
        }
    }
}
