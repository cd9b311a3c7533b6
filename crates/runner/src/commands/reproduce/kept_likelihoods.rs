//! The likelihoods of a run's images, kept in its folder: an hour's work is not done twice.

use aevb_data::files::read_at_most;
use aevb_data::hash::sha256_of_file;
use aevb_models::vae::inference::MarginalLikelihood;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::inference::ImageLikelihood;
use crate::run_folder::RunFolder;

/// Of so many samples for each of so many images.
fn file(samples: usize, images: usize) -> String {
    format!("likelihoods-{samples}-of-{images}.json")
}

/// What was estimated, and of which weights.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptLikelihoods {
    /// Of the file of weights.
    sha256: String,
    samples: usize,
    pub active_units: usize,
    /// `log p(x)`, its error, the effective samples, the bound and the KL divergence of each image, as text: an error may be
    /// infinite, and numbers come back with their bits.
    images: Vec<[String; 5]>,
}

impl KeptLikelihoods {
    /// By so many samples of z an image.
    pub fn new(
        folder: &RunFolder,
        samples: usize,
        active_units: usize,
        rows: &[ImageLikelihood],
    ) -> Result<Self> {
        let row = |row: &ImageLikelihood| {
            let MarginalLikelihood { log_likelihood, standard_error, effective_samples, bound } =
                row.marginal;
            let bound = bound.unwrap_or(f64::NAN);
            [log_likelihood, standard_error, effective_samples, bound, row.kl].map(|value| value.to_string())
        };
        let sha256 = sha256_of_file(folder.weights()?)?;
        Ok(Self { sha256, samples, active_units, images: rows.iter().map(row).collect() })
    }

    /// Those of a run, where they are kept and are of these weights, by so many samples, of so many images.
    pub fn read(folder: &RunFolder, samples: usize, images: usize) -> Option<Self> {
        const LARGEST: u64 = 1 << 28;
        let bytes = read_at_most(folder.file(&file(samples, images)), LARGEST).ok()?;
        let kept: Self = serde_json::from_slice(&bytes).ok()?;
        let is_asked = kept.samples == samples
            && kept.images.len() == images
            && sha256_of_file(folder.weights().ok()?).is_ok_and(|sum| sum == kept.sha256);
        is_asked.then_some(kept)
    }

    /// Writes them.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn write(&self, folder: &RunFolder) -> Result<()> {
        folder.write_json(&file(self.samples, self.images.len()), self)
    }

    /// What is said of each image; none where a number was made another thing.
    pub fn rows(&self) -> Option<Vec<ImageLikelihood>> {
        let row = |texts: &[String; 5]| {
            let values: Vec<f64> = texts.iter().map(|text| text.parse().ok()).collect::<Option<_>>()?;
            let [log_likelihood, standard_error, effective_samples, bound, kl] = values[..] else {
                return None;
            };
            let bound = Some(bound);
            let marginal = MarginalLikelihood { log_likelihood, standard_error, effective_samples, bound };
            Some(ImageLikelihood { marginal, kl, mixing: None })
        };
        self.images.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_folder::MODEL;

    #[test]
    fn they_come_back_for_the_same_weights_and_the_same_request_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = RunFolder::create(folder.path().join("run")).expect("new");
        run.write(MODEL, b"weights").expect("written");
        let row = |log_likelihood| ImageLikelihood {
            marginal: MarginalLikelihood {
                log_likelihood,
                standard_error: 0.1,
                effective_samples: 1.0 / 3.0,
                bound: Some(-2.0),
            },
            kl: 3.0,
            mixing: None,
        };
        let mut rows = [row(-0.1), row(-1e5 / 7.0)];
        rows[1].marginal.standard_error = f64::INFINITY;
        let kept = KeptLikelihoods::new(&run, 5, 4, &rows).expect("hashed");
        kept.write(&run).expect("written");
        let read = KeptLikelihoods::read(&run, 5, 2).expect("kept");
        assert_eq!((read.rows(), read.active_units), (Some(rows.to_vec()), 4));
        assert!(KeptLikelihoods::read(&run, 6, 2).is_none() && KeptLikelihoods::read(&run, 5, 3).is_none());
        // Another request has a file of its own.
        KeptLikelihoods::new(&run, 6, 4, &rows[..1]).expect("hashed").write(&run).expect("written");
        assert!(KeptLikelihoods::read(&run, 5, 2).is_some());
        run.write(MODEL, b"others").expect("written");
        assert_eq!(KeptLikelihoods::read(&run, 5, 2), None);
    }
}
