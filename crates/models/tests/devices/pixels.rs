//! Images kept as bytes come back as the intensities that their bytes stand for.

use aevb_models::pixels::Pixels;
use burn::tensor::Device;

use super::helpers::host;
use crate::Check;

pub const CHECKS: &[Check] =
    &[("chosen_images_are_unpacked", unpacked), ("images_that_are_not_there_are_refused", refused)];

const IMAGES: usize = 300;

/// Every byte occurs, at every place of a word, and rows that fill no whole word among them.
fn unpacked(device: &Device) {
    let levels: [f32; 256] = std::array::from_fn(|byte| byte as f32 / 255.0);
    for size in [1, 3, 4, 7, 28 * 28] {
        let bytes: Vec<u8> = (0..IMAGES * size).map(|place| (place * 89 + place / 256) as u8).collect();
        let pixels = Pixels::upload(&bytes, size, &levels, device).expect("few images");
        let chosen = [299, 0, 17, 17, 298];
        let found = pixels.select(&chosen).expect("they are there");
        assert_eq!(found.dims(), [chosen.len(), size]);
        let expected: Vec<f64> = chosen
            .iter()
            .flat_map(|&image| &bytes[image as usize * size..][..size])
            .map(|&byte| f64::from(levels[usize::from(byte)]))
            .collect();
        assert_eq!(host(found), expected, "images of {size} pixels");
    }
}

fn refused(device: &Device) {
    let pixels = Pixels::upload(&[1, 2, 3, 4], 2, &[0.5; 256], device).expect("two images");
    for chosen in [[0, 2], [-1, 0], [i32::MAX, i32::MIN]] {
        let index = chosen.into_iter().find(|index| !(0..2).contains(index)).expect("one is not there");
        let error = pixels.select(&chosen).expect_err("not there").to_string();
        assert_eq!(error, format!("image {index}: there are 2, numbered from 0"));
    }
    assert_eq!(host(pixels.select(&[1]).expect("it is there")), [0.5, 0.5]);
}
