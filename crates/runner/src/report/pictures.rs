//! Pictures that a trained auto-encoder draws.

use aevb_data::examples::ExampleSet;
use aevb_data::image::Images;

use crate::error::Result;
use crate::random::{Purpose, Streams};
use crate::sheet::Sheet;
use crate::train::TrainedAutoencoder;

/// Images of a row of reconstructions.
const COLUMNS: usize = 10;
/// Rows and columns of the manifold (figure 4 of arXiv 1312.6114).
const MANIFOLD: usize = 20;

/// Draws of z from the prior, `[count, latent]`, with deviations multiplied by `temperature`.
///
/// # Errors
/// If the model has none.
pub fn prior_draws(
    model: &dyn TrainedAutoencoder,
    seed: u64,
    count: usize,
    temperature: f64,
) -> Result<Vec<f32>> {
    // The steps 0 and 1 of this purpose are those of the bounds.
    let mut random = Streams::new(seed).generator(Purpose::Sampling, 2);
    model.draw(count, temperature, &mut random)
}

/// The means of p(x|z) for `count` draws of z from the prior, with deviations multiplied by `temperature`.
///
/// # Errors
/// If the model cannot decode them.
pub fn samples(model: &dyn TrainedAutoencoder, seed: u64, count: usize, temperature: f64) -> Result<Sheet> {
    let [height, width] = model.size();
    let columns = (count as f64).sqrt().ceil() as usize;
    let z = prior_draws(model, seed, count, temperature)?;
    Ok(Sheet { pixels: model.decode(&z)?, height, width, columns })
}

/// The first `count` images over their reconstructions, or all where there are fewer.
///
/// # Errors
/// If the images are of another size than those that were trained on.
pub fn reconstructions(model: &dyn TrainedAutoencoder, images: &Images, count: usize) -> Result<Sheet> {
    let count = count.min(images.count());
    let chosen: Vec<u32> = (0..count as u32).collect();
    let means = model.decode(&model.embed(&images.select(&chosen).into())?)?;
    let given: Vec<f32> = images.intensities(0..count).collect();
    let size = images.size();
    let mut pixels = Vec::new();
    let white = vec![1.0; size];
    for first in (0..count).step_by(COLUMNS) {
        for row in [&given, &means] {
            for column in first..first + COLUMNS {
                pixels.extend_from_slice(if column < count { &row[column * size..][..size] } else { &white });
            }
        }
    }
    Ok(Sheet { pixels, height: images.height(), width: images.width(), columns: COLUMNS })
}

/// The quantiles of each of two latent dimensions under the prior.
pub(super) enum Quantiles {
    /// Those of `N(0, I)`.
    Normal,
    /// Those of draws, each dimension in order.
    Drawn([Vec<f32>; 2]),
}

impl Quantiles {
    /// Those of a prior that was learnt.
    ///
    /// # Errors
    /// If the model has none.
    pub fn of(model: &dyn TrainedAutoencoder, seed: u64) -> Result<Self> {
        const DRAWS: usize = 10_000;
        let z = prior_draws(model, seed, DRAWS, 1.0)?;
        Ok(Self::Drawn([0, 1].map(|dimension| {
            let mut values: Vec<f32> = z.iter().skip(dimension).step_by(2).copied().collect();
            values.sort_by(f32::total_cmp);
            values
        })))
    }

    fn at(&self, dimension: usize, share: f64) -> f32 {
        match self {
            Self::Normal => normal_quantile(share) as f32,
            Self::Drawn(sorted) => sorted[dimension][(share * sorted[dimension].len() as f64) as usize],
        }
    }
}

/// What a model of two latent dimensions decodes at the quantiles of the prior: z = (Φ⁻¹(u), Φ⁻¹(v)) for u and v on a
/// grid of equal steps, z₁ growing to the right and z₂ upwards (figure 4 of arXiv 1312.6114).
///
/// # Errors
/// If the model has another number of dimensions.
pub(super) fn manifold(
    model: &dyn TrainedAutoencoder,
    images: &Images,
    quantiles: &Quantiles,
) -> Result<Sheet> {
    let at = |dimension, place: usize| quantiles.at(dimension, (place as f64 + 0.5) / MANIFOLD as f64);
    let z: Vec<f32> = (0..MANIFOLD)
        .rev()
        .flat_map(|row| (0..MANIFOLD).flat_map(move |column| [at(0, column), at(1, row)]))
        .collect();
    let (height, width) = (images.height(), images.width());
    Ok(Sheet { pixels: model.decode(&z)?, height, width, columns: MANIFOLD })
}

/// Φ⁻¹, by halving: the value below which a standard normal draw lies with this probability, within 1e-14.
fn normal_quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        let below = 0.5 * libm::erfc(-middle * std::f64::consts::FRAC_1_SQRT_2);
        if below < probability { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_normal_distribution() {
        // From scipy.stats.norm.ppf.
        for (probability, quantile) in [
            (0.5, 0.0),
            (0.025, -1.959_963_984_540_054),
            (0.975, 1.959_963_984_540_054),
            (1e-9, -5.997_807_015_008_182),
        ] {
            let found = normal_quantile(probability);
            assert!((found - quantile).abs() < 1e-12, "{probability}: {found}");
        }
    }
}
