//! How grey pixels become the data of a Bernoulli likelihood. Bounds under different ways do not compare: fixed and
//! dynamic alone differ by about 2 nats on MNIST, so every output names its own.

use std::fmt;

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::image::Images;

/// What a model of binary pixels is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binarization {
    /// The grey value as a Bernoulli mean, 0 to 1: the result is a bound, but no likelihood.
    Grey,
    /// 1 above half of white (127), else 0.
    Threshold,
    /// Images that came binary, like Larochelle's MNIST.
    Fixed,
    /// A Bernoulli draw with the grey value as mean, new each time an image is shown.
    Dynamic,
}

impl fmt::Display for Binarization {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Grey => "grey",
            Self::Threshold => "threshold",
            Self::Fixed => "fixed",
            Self::Dynamic => "dynamic",
        })
    }
}

impl Binarization {
    /// Makes sure that this can be done to `images`.
    ///
    /// # Errors
    /// If `fixed` meets grey images, or another way binary ones.
    pub fn check(self, images: &Images) -> Result<()> {
        let (message, hint) = match (self, images.is_binary()) {
            (Self::Fixed, false) => (
                "fixed binarisation needs binary images, and these are grey".to_string(),
                "grey, threshold or dynamic",
            ),
            (Self::Grey | Self::Threshold | Self::Dynamic, true) => {
                (format!("{self} binarisation needs grey images, and these are binary"), "fixed")
            }
            _ => return Ok(()),
        };
        Err(Error::config("data.binarization", message)
            .with_hint(format!("take {hint}, or another data set")))
    }

    /// The images as this way shows them; for [`Binarization::Dynamic`] that is one draw, which [`sample`] repeats.
    /// Only `dynamic` draws from `rng`.
    ///
    /// # Errors
    /// As [`Binarization::check`].
    pub fn apply(self, images: Images, rng: &mut impl Rng) -> Result<Images> {
        self.check(&images)?;
        Ok(match self {
            Self::Grey | Self::Fixed => images,
            Self::Threshold => images.into_binary(threshold),
            Self::Dynamic => images.into_binary(|pixels| sample(pixels, rng)),
        })
    }
}

fn threshold(pixels: &mut [u8]) {
    for pixel in pixels {
        *pixel = u8::from(*pixel > 127);
    }
}

/// Replaces each grey pixel by 1 with probability `pixel / 255`, exactly, and else by 0.
///
/// It takes a byte of `rng` a pixel and a few more, so what comes of an image depends on those before it in `pixels`.
pub fn sample(pixels: &mut [u8], rng: &mut impl Rng) {
    let mut uniform = [0; 4096];
    for pixels in pixels.chunks_mut(uniform.len()) {
        let uniform = &mut uniform[..pixels.len()];
        rng.fill_bytes(uniform);
        // Uniform over 0..=254, so that a byte lies below `pixel` in `pixel` cases of 255.
        for byte in uniform.iter_mut() {
            while *byte == 255 {
                *byte = rng.next_u32() as u8;
            }
        }
        for (pixel, byte) in pixels.iter_mut().zip(uniform) {
            *pixel = u8::from(*byte < *pixel);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::examples::ExampleSet;
    use crate::image::{TrainingPart, mnist_5k};

    fn rng(seed: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(seed)
    }

    #[test]
    fn every_grey_level_is_drawn_with_its_own_probability() {
        const DRAWS: usize = 40_000;
        let rng = &mut rng(1);
        let mut squares = 0.0;
        for level in 0..=255_u8 {
            let mut pixels = vec![level; DRAWS];
            sample(&mut pixels, rng);
            assert!(pixels.iter().all(|pixel| *pixel <= 1));
            let ones = pixels.iter().map(|pixel| f64::from(*pixel)).sum::<f64>();
            let mean = f64::from(level) / 255.0;
            if level == 0 || level == 255 {
                assert_eq!(ones, mean * DRAWS as f64);
            } else {
                let deviations = (ones - mean * DRAWS as f64) / (DRAWS as f64 * mean * (1.0 - mean)).sqrt();
                assert!(deviations.abs() < 5.0, "{level}: {deviations} standard deviations");
                squares += deviations * deviations;
            }
        }
        // A chi-square of 254 degrees has the mean 254 and the standard deviation 22.5.
        assert!((squares - 254.0_f64).abs() < 4.0 * 22.5, "{squares}");
    }

    #[test]
    fn neighbouring_draws_are_independent() {
        let mut pixels = vec![127; 100_000];
        sample(&mut pixels, &mut rng(2));
        let both = pixels.windows(2).filter(|pair| *pair == [1, 1]).count() as f64;
        let expected = 99_999.0 * (127.0_f64 / 255.0).powi(2);
        assert!((both - expected).abs() < 5.0 * 250.0, "{both} of {expected}");
    }

    #[test]
    fn a_seed_gives_one_draw_and_another_seed_another() -> Result<()> {
        let digits = mnist_5k(TrainingPart::Standard).test;
        let draw = |seed| Binarization::Dynamic.apply(digits.clone(), &mut rng(seed));
        assert_eq!(draw(1)?, draw(1)?);
        assert_ne!(draw(1)?, draw(2)?);
        assert_eq!(draw(1)?.labels(), digits.labels());
        Ok(())
    }

    #[test]
    fn each_way_shows_what_it_says() -> Result<()> {
        let grey = Images::grey(vec![0, 1, 127, 128, 254, 255], 1, 6)?;
        let apply = |way: Binarization| way.apply(grey.clone(), &mut rng(0));
        assert_eq!(apply(Binarization::Grey)?, grey);
        let binary = apply(Binarization::Threshold)?;
        assert_eq!((binary.pixels(), binary.is_binary()), (&[0, 0, 0, 1, 1, 1][..], true));
        assert_eq!(Binarization::Fixed.apply(binary.clone(), &mut rng(0))?, binary);
        assert!(apply(Binarization::Dynamic)?.is_binary());
        Ok(())
    }

    #[test]
    fn a_way_that_does_not_fit_the_images_is_refused() -> Result<()> {
        let grey = Images::grey(vec![0, 255], 1, 2)?;
        let binary = Images::binary(vec![0, 1], 1, 2)?;
        let error = Binarization::Fixed.check(&grey).expect_err("grey");
        assert_eq!(
            error.to_string(),
            "data.binarization: fixed binarisation needs binary images, and these are grey"
        );
        for way in [Binarization::Grey, Binarization::Threshold, Binarization::Dynamic] {
            assert!(way.check(&grey).is_ok());
            assert!(way.check(&binary).is_err(), "{way}");
        }
        assert!(Binarization::Fixed.check(&binary).is_ok());
        Ok(())
    }

    #[test]
    fn names_are_those_of_the_configuration() {
        for way in [Binarization::Grey, Binarization::Threshold, Binarization::Fixed, Binarization::Dynamic] {
            assert_eq!(serde_json::to_string(&way).expect("a name"), format!("\"{way}\""));
        }
    }
}
