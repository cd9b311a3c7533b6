//! Where the pseudo-inputs of a prior begin.

use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::shuffle::distinct;
use aevb_models::prior::VampStart;

use crate::error::{Error, Result};
use crate::random::{Purpose, Streams, standard_normals};

/// The deviation of the noise about the mean: without any, all components would stay one.
const NOISE: f32 = 0.1;

/// So many inputs `[count, values]`.
///
/// # Errors
/// If there are fewer examples, where each begins at one of its own.
pub(super) fn pseudo_inputs(
    examples: &Examples,
    count: usize,
    start: VampStart,
    streams: Streams,
) -> Result<Vec<f32>> {
    let (all, values) = (examples.count(), examples.size());
    let mut random = streams.generator(Purpose::PriorStart, 0);
    match start {
        VampStart::Data if count > all => {
            let message = format!("model.prior.components: {count} inputs cannot begin at {all} examples");
            Err(Error::usage(message)
                .with_hint(format!("make it at most {all}, or set model.prior.start = \"mean\"")))
        }
        VampStart::Data => {
            let chosen = distinct(count, all as u32, &mut random).into_iter();
            Ok(chosen.flat_map(|index| examples.values(index as usize..index as usize + 1)).collect())
        }
        VampStart::Mean => {
            let mut sums = vec![0f64; values];
            for index in 0..all {
                let example = examples.values(index..index + 1);
                sums.iter_mut().zip(example).for_each(|(sum, value)| *sum += f64::from(value));
            }
            let mut inputs = standard_normals(&mut random, count * values);
            for input in inputs.chunks_exact_mut(values) {
                for (value, sum) in input.iter_mut().zip(&sums) {
                    *value = (sum / all as f64) as f32 + NOISE * *value;
                }
            }
            Ok(inputs)
        }
    }
}
