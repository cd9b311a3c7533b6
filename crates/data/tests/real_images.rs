//! The classic image data sets themselves, against sums and hashes that NumPy computed from the same files.

mod common;

use std::path::Path;

use aevb_data::binarize::Binarization;
use aevb_data::examples::{ExampleSet, ExampleSplit};
use aevb_data::image::{Images, TrainingPart, frey_face, matlab, mnist, mnist_binarized};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

fn main() -> std::process::ExitCode {
    common::run(vec![
        common::with_data("mnist_has_its_known_statistics", "mnist", mnist_has_its_known_statistics),
        common::with_data(
            "all_of_mnists_training_set_can_train",
            "mnist",
            all_of_mnists_training_set_can_train,
        ),
        common::with_data("mnist_is_binarized_by_threshold_and_by_draws", "mnist", mnist_is_binarized),
        common::with_data("larochelles_mnist_has_its_known_content", "mnist-binarized", larochelles_mnist),
        common::with_data("frey_face_has_its_known_content", "freyface", frey_face_has_its_known_content),
        common::with_data("frey_face_is_split_by_a_seed", "freyface", frey_face_is_split_by_a_seed),
    ])
}

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sum(pixels: &[u8]) -> u64 {
    pixels.iter().map(|pixel| u64::from(*pixel)).sum()
}

fn per_digit(images: &Images) -> [usize; 10] {
    let mut counts = [0; 10];
    for label in images.labels().expect("labels") {
        counts[usize::from(*label)] += 1;
    }
    counts
}

/// Mean and population standard deviation of pixels / 255.
fn moments(pixels: &[u8]) -> (f64, f64) {
    let count = pixels.len() as f64;
    let mean = sum(pixels) as f64 / count;
    let squares: u64 = pixels.iter().map(|pixel| u64::from(*pixel).pow(2)).sum();
    (mean / 255.0, (squares as f64 / count - mean * mean).sqrt() / 255.0)
}

fn assert_close(found: f64, known: f64) {
    assert!((found - known).abs() < 5e-10, "{found} instead of {known}");
}

fn share(pixels: &[u8], above: u8) -> f64 {
    pixels.iter().filter(|pixel| **pixel > above).count() as f64 / pixels.len() as f64
}

fn mnist_has_its_known_statistics(folder: &Path) {
    let split = mnist(folder, TrainingPart::Standard).expect("MNIST");
    let validation = split.validation.expect("some validate");
    assert_eq!((split.train.count(), validation.count(), split.test.count()), (50_000, 10_000, 10_000));
    assert_eq!((split.train.height(), split.train.width(), split.train.is_binary()), (28, 28, false));

    let labels: Vec<u8> = [&split.train, &validation].map(|part| part.labels().expect("labels")).concat();
    assert_eq!(labels[..10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    let (train, last) = (per_digit(&split.train), per_digit(&validation));
    assert_eq!(
        std::array::from_fn(|digit| train[digit] + last[digit]),
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    );
    assert_eq!(per_digit(&split.test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert_eq!(split.test.labels().expect("labels")[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);

    let training = [split.train.pixels(), validation.pixels()].concat();
    assert_eq!(sum(split.train.image(0)), 27_525);
    assert_eq!(sum(&training), 1_567_298_545);
    let first = "23ceaef5eb61f0e70d64ac18fdf0f60df3d5971cf30bbadac7b6ebf07f782d2c";
    assert_eq!(sha256(split.train.image(0)), first);
    let (mean, deviation) = moments(&training);
    assert_close(mean, 0.130_660_476_3);
    assert_close(deviation, 0.308_107_803_9);
    assert_close(share(&training, 0), 0.191_202_295_9);
    assert_close(share(&training, 127), 0.132_258_312_1);

    let test = split.test.pixels();
    assert_eq!((sum(split.test.image(0)), sum(test)), (18_454, 264_923_200));
    let first = "8f6a418c9a639f9e14e96feca47a97df2a35a0a68ae2875431c5c80e05536941";
    assert_eq!(sha256(split.test.image(0)), first);
    let (mean, deviation) = moments(test);
    assert_close(mean, 0.132_514_605_8);
    assert_close(deviation, 0.310_480_247_9);
    assert_close(share(test, 0), 0.192_757_525_5);
    assert_close(share(test, 127), 0.134_229_464_3);
}

fn all_of_mnists_training_set_can_train(folder: &Path) {
    let ExampleSplit { train, validation, test, .. } = mnist(folder, TrainingPart::All).expect("MNIST");
    assert_eq!((train.count(), validation, test.count()), (60_000, None, 10_000));
    assert_eq!(sum(train.pixels()), 1_567_298_545);
}

fn mnist_is_binarized(folder: &Path) {
    let test = mnist(folder, TrainingPart::All).expect("MNIST").test;
    let apply = |way: Binarization| way.apply(test.clone(), &mut rng(0)).expect("binary").pixels().to_vec();
    assert_close(share(&apply(Binarization::Threshold), 0), 0.134_229_464_3);

    // A draw has the grey values' sum as its expected number of ones.
    let chances: Vec<f64> = test.pixels().iter().map(|pixel| f64::from(*pixel) / 255.0).collect();
    let deviation = chances.iter().map(|chance| chance * (1.0 - chance)).sum::<f64>().sqrt();
    let ones = sum(&apply(Binarization::Dynamic)) as f64;
    assert!((ones - 264_923_200.0 / 255.0).abs() < 4.0 * deviation, "{ones} ones");
    assert!(Binarization::Fixed.check(&test).is_err());
}

fn larochelles_mnist(folder: &Path) {
    let split = mnist_binarized(folder).expect("Larochelle's MNIST");
    let validation = split.validation.expect("some validate");
    let known = [
        (
            &split.train,
            50_000,
            5_118_041,
            123,
            "43490d4d6ac9002727af4426d8748609fdb7e4094fa65ad8d681ea60082a7a5a",
        ),
        (
            &validation,
            10_000,
            1_028_036,
            90,
            "069b4f0beb389b776478c3e872b4df71c95ac4be64d7cbe6d32e24ebac8e6d5e",
        ),
        (
            &split.test,
            10_000,
            1_038_896,
            147,
            "ca0294c3b8d984c7a1dc891015a8eea6f37bae59a34e35ea0fc8c47110a8dd86",
        ),
    ];
    for (images, count, ones, first, hash) in known {
        assert_eq!((images.count(), images.height(), images.width()), (count, 28, 28));
        assert!(images.is_binary() && images.labels().is_none());
        assert_eq!((sum(images.pixels()), sum(images.image(0))), (ones, first));
        assert_eq!(sha256(images.pixels()), hash);
    }
}

fn frey_face_has_its_known_content(folder: &Path) {
    let faces = matlab::read(folder.join("frey_rawface.mat"), "ff", 28, 20).expect("Frey Face");
    assert_eq!((faces.count(), faces.height(), faces.width(), faces.labels()), (1965, 28, 20, None));
    let pixels = faces.pixels();
    assert_eq!((pixels.iter().min(), pixels.iter().max()), (Some(&8), Some(&238)));
    assert_eq!((sum(pixels), sum(faces.image(0))), (169_968_741, 86_378));
    let first_row =
        [81, 136, 167, 185, 187, 193, 203, 222, 224, 226, 226, 226, 226, 226, 226, 226, 225, 225, 160, 74];
    assert_eq!(faces.image(0)[..20], first_row);
    let (mean, deviation) = moments(pixels);
    assert_close(mean, 154.460_869_683_8 / 255.0);
    assert_close(deviation, 44.896_223_112_5 / 255.0);
    assert_eq!(sha256(pixels), "2438ba4f0d2a6bd8bac43de756141eaa33c8d248dd613d464bdb1210d9b7af78");
    assert!(matlab::read(folder.join("frey_rawface.mat"), "faces", 28, 20).is_err());
}

fn frey_face_is_split_by_a_seed(folder: &Path) {
    let draw = |seed| frey_face(folder, &mut rng(seed)).expect("Frey Face");
    let split = draw(1);
    assert!(split == draw(1) && split != draw(2));
    let ExampleSplit { train, validation, test, .. } = split;
    let validation = validation.expect("some validate");
    assert_eq!((train.count(), validation.count(), test.count()), (1565, 200, 200));
    // All faces differ, so the parts are disjoint if no face occurs twice.
    let faces: std::collections::BTreeSet<&[u8]> = [&train, &validation, &test]
        .into_iter()
        .flat_map(|part| (0..part.count()).map(move |face| part.image(face)))
        .collect();
    assert_eq!(faces.len(), 1965);
}
