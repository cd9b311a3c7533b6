//! Posterior collapse: latent dimensions that say nothing of what they encode.

use aevb_data::examples::{ExampleSet, Examples};
use burn::tensor::Tensor;

use super::{CHUNK, DensityModel, DensityTask, moment_noise, upload};
use crate::error::Result;

/// A dimension that says less than this of an example, in nats, says nothing.
const UNUSED: f64 = 0.01;

/// What each dimension says of an example, in nats.
enum Said {
    /// The mean divergence of its posterior from the prior.
    Divergence(Vec<f64>),
    /// Where the prior ties dimensions together: that from the Gaussian of the mean and the variance that it has over all examples,
    /// which bounds the information that it has of them if that is Gaussian.
    Information(Vec<f64>),
    /// The same where the posterior is a flow, of the means and deviations of its draws.
    Moments(Vec<f64>),
}

/// Says which dimensions are not used.
pub(super) fn note<M: DensityModel>(
    task: &DensityTask<M>,
    model: &M,
    examples: &Examples,
) -> Result<Option<String>> {
    let model = &model.valid();
    Ok(match divergences(task, model, examples)? {
        Some(said) => Said::Divergence(said).note(),
        None => {
            let said = if task.model.flow_posterior().is_some() { Said::Moments } else { Said::Information };
            information(task, model, examples)?.and_then(|found| said(found).note())
        }
    })
}

fn blocks<'a, M: DensityModel>(
    task: &'a DensityTask<M>,
    examples: &'a Examples,
) -> impl Iterator<Item = Tensor<2>> + 'a {
    let count = examples.count();
    let firsts = (0..count).step_by(CHUNK);
    firsts.map(move |first| upload(examples, first..count.min(first + CHUNK), &task.device))
}

/// Adds the rows of a matrix up; single precision of each is enough, as what is looked for is a hundredth of a nat.
fn add(sums: &mut [f64], rows: Tensor<2>) {
    let width = sums.len();
    let values: Vec<f32> = rows.into_data().try_into_vec().expect("everything is F32");
    values.into_iter().enumerate().for_each(|(at, value)| sums[at % width] += f64::from(value));
}

/// The mean of the divergence for each dimension of z; none where prior or posterior ties them together.
fn divergences<M: DensityModel>(
    task: &DensityTask<M>,
    model: &M,
    examples: &Examples,
) -> Result<Option<Vec<f64>>> {
    let mut sums = vec![0.0; task.model.latent];
    for x in blocks(task, examples) {
        let Some(divergences) = model.kl_per_dimension(x)? else { return Ok(None) };
        add(&mut sums, divergences);
    }
    Ok(Some(sums.into_iter().map(|sum| sum / examples.count() as f64).collect()))
}

/// `½ (log Var z_j − E log σ_j²)` with `Var z_j = Var μ_j + E σ_j²`, for each dimension; none without a posterior.
fn information<M: DensityModel>(
    task: &DensityTask<M>,
    model: &M,
    examples: &Examples,
) -> Result<Option<Vec<f64>>> {
    let noise = moment_noise(task.streams, task.model.latent, &task.device);
    let mut sums: [Vec<f64>; 4] = std::array::from_fn(|_| vec![0.0; task.model.latent]);
    for x in blocks(task, examples) {
        let (mean, Some(log_variance)) = model.posterior(x, &noise)? else { return Ok(None) };
        let terms = [mean.clone(), mean.clone() * mean, log_variance.clone().exp(), log_variance];
        sums.iter_mut().zip(terms).for_each(|(sums, term)| add(sums, term));
    }
    let count = examples.count() as f64;
    let of = |at: usize| {
        let [mean, square, variance, log_variance] = [0, 1, 2, 3].map(|term| sums[term][at] / count);
        0.5 * ((square - mean * mean + variance).ln() - log_variance)
    };
    Ok(Some((0..task.model.latent).map(of).collect()))
}

impl Said {
    fn note(&self) -> Option<String> {
        const SHOWN: usize = 8;
        let (said, far_from) = match self {
            Self::Divergence(said) => (said, "the prior"),
            Self::Information(said) => (said, "one Gaussian for all examples"),
            Self::Moments(said) => (
                said,
                "one Gaussian for all examples (posteriors taken as Gaussians of their means and deviations, as a flow has no \
                 divergence of one dimension)",
            ),
        };
        let all = said.len();
        let unused: Vec<String> =
            (0..all).filter(|&at| said[at] < UNUSED).map(|at| format!("z{at}")).collect();
        if unused.is_empty() {
            return None;
        }
        if unused.len() == all {
            return Some(format!(
                "nothing was learnt: the posterior of each of the {all} latent dimensions is less than {UNUSED} nats from \
                 {far_from}, so codes say nothing of what they encode; the data may have no structure to learn, or training was too short"
            ));
        }
        let more = if unused.len() > SHOWN { ", …" } else { "" };
        let are = if unused.len() == 1 { "is" } else { "are" };
        let named = unused[..unused.len().min(SHOWN)].join(", ");
        Some(format!(
            "{} of {all} latent dimensions {are} unused, less than {UNUSED} nats from {far_from}: {named}{more}",
            unused.len()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_dimensions_are_named() {
        assert_eq!(Said::Divergence(vec![0.5, 0.02]).note(), None);
        let told = Said::Divergence(vec![0.5, 0.001, 0.0]).note().expect("two");
        let expected = "2 of 3 latent dimensions are unused, less than 0.01 nats from the prior: z1, z2";
        assert_eq!(told, expected);
        assert!(Said::Divergence(vec![0.001, 0.0]).note().expect("all").starts_with("nothing was learnt"));
        let told = Said::Information(vec![0.5, 0.001]).note().expect("one");
        assert!(
            told.contains("is unused, less than 0.01 nats from one Gaussian for all examples: z1"),
            "{told}"
        );
        assert!(Said::Information(vec![0.0]).note().expect("all").starts_with("nothing was learnt"));
        let told = Said::Moments(vec![0.5, 0.001]).note().expect("one");
        assert!(told.contains("as a flow has no divergence of one dimension): z1"), "{told}");
    }
}
