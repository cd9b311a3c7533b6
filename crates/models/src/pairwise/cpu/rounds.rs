//! Which blocks meet when.
//!
//! A task is a pair of blocks, and adds to the gradient of both. Tasks are scheduled in rounds, within which no two share a
//! block, so that each block's additions come in the order of the rounds, and bits do not depend on the number of threads.

use rayon::prelude::*;

use super::{Gradients, Wanted};

/// A block's gradient, as its [`Packed`] lays it out.
#[derive(Default)]
pub(super) struct Gradient {
    pub(super) rows: Vec<f32>,
    /// `[BLOCK]`; empty where rows have no bias.
    pub(super) biases: Vec<f32>,
}

/// What each row has one of, with zeros for rows that are padding; `None` where it is empty.
pub(super) fn padded_with_zeros(values: &[f32], rows: usize) -> Option<Vec<f32>> {
    (!values.is_empty()).then(|| {
        let mut padded = values.to_vec();
        padded.resize(rows, 0.0);
        padded
    })
}

/// Rows `[rows, latent]`, cut into blocks.
pub(super) trait Packed: Sync {
    /// Rows in a block.
    const BLOCK: usize;

    /// `[rows, latent]`
    fn dims(&self) -> [usize; 2];

    fn zero_gradient(&self) -> Gradient;

    /// A row of a block's gradient, `[latent]`.
    fn copy_row(&self, gradient: &[f32], row: usize, to: &mut [f32]);

    /// `Σ softplus(x_ij)` over the pairs of a row of a block with one of another; adds to the gradients that are given.
    fn tile(
        &self,
        block: usize,
        columns: (&Self, usize),
        mine: Option<&mut Gradient>,
        theirs: Option<&mut Gradient>,
    ) -> f64;

    fn blocks(&self) -> usize {
        self.dims()[0].div_ceil(Self::BLOCK)
    }

    /// For each block its gradient, to be added to, where it is wanted.
    fn zero_gradients(&self, wanted: bool) -> impl Iterator<Item = Option<Gradient>> {
        (0..self.blocks()).map(move |_| wanted.then(|| self.zero_gradient()))
    }

    /// The gradient `[rows, latent]` and that by the biases `[rows]`, without padding, times `factor`; empty where they are
    /// not wanted.
    fn unpack(&self, gradients: &[Option<Gradient>], factor: f32) -> Gradients<f32> {
        let [rows, latent] = self.dims();
        let Some(gradients) = gradients.iter().map(Option::as_ref).collect::<Option<Vec<_>>>() else {
            return Default::default();
        };
        let mut values = vec![0.0; rows * latent];
        if latent > 0 {
            values.par_chunks_mut(Self::BLOCK * latent).zip(&gradients).for_each(|(values, gradient)| {
                for (row, values) in values.chunks_exact_mut(latent).enumerate() {
                    self.copy_row(&gradient.rows, row, values);
                    values.iter_mut().for_each(|value| *value *= factor);
                }
            });
        }
        let biases = gradients.iter().flat_map(|gradient| &gradient.biases).take(rows);
        [values, biases.map(|bias| bias * factor).collect()]
    }
}

/// All pairs of a row with a row of the same matrix: the sum, and the gradient where it is wanted.
///
/// Only pairs of blocks `I ≤ J` are computed, as a round-robin tournament: in round `r` block `I` meets block
/// `(r − I) mod B`.
pub(super) fn within<P: Packed>(z: &P, wanted: bool) -> (f64, Gradients<f32>) {
    let mut gradients: Vec<_> = z.zero_gradients(wanted).collect();
    let count = gradients.len();
    let mut total = 0.0;
    for round in 0..count {
        let pairs = (0..count)
            .map(|one| [one, (round + count - one) % count])
            .filter(|[one, other]| one <= other)
            .collect();
        let tile = |[one, other]: [usize; 2], mine: Option<&mut Gradient>, theirs: Option<&mut Gradient>| {
            z.tile(one, (z, other), mine, theirs)
        };
        for ([one, other], sum) in meet(&mut gradients, pairs, tile) {
            total += if one == other { sum } else { 2.0 * sum };
        }
    }
    (total, z.unpack(&gradients, 2.0))
}

/// All pairs of a row of `z` with a row of `w`: the sum, and the gradients that are wanted.
///
/// The blocks of `w` are cut into groups, each with a gradient by `z` of its own, so many that `at_work` blocks or one group
/// are at work at a time. In round `r` block `I` of `z` meets block
/// `r − I` of every group, so that each block meets all others in their order.
pub(super) fn between<P: Packed>(
    [z, w]: [&P; 2],
    at_work: usize,
    wanted: Wanted,
) -> (f64, [Gradients<f32>; 2]) {
    let (rows, columns) = (z.blocks(), w.blocks());
    let groups = (at_work / rows.max(1)).max(1);
    let per_group = columns.div_ceil(groups).max(1);
    let lanes = rows * columns.div_ceil(per_group);
    let mut gradients: Vec<_> =
        (0..lanes / rows.max(1)).flat_map(|_| z.zero_gradients(wanted.left)).collect();
    gradients.extend(w.zero_gradients(wanted.right));
    let mut sums = vec![0.0; lanes];
    for round in 0..rows + per_group - 1 {
        let pair = |lane: usize| {
            let place = round.checked_sub(lane % rows)?;
            let column = lane / rows * per_group + place;
            (place < per_group && column < columns).then_some([lane, lanes + column])
        };
        let tile =
            |[lane, column]: [usize; 2], mine: Option<&mut Gradient>, theirs: Option<&mut Gradient>| {
                z.tile(lane % rows, (w, column - lanes), mine, theirs)
            };
        for ([lane, _], sum) in meet(&mut gradients, (0..lanes).filter_map(pair).collect(), tile) {
            sums[lane] += sum;
        }
    }
    let by_w = gradients.split_off(lanes);
    let others = gradients.split_off(rows.min(lanes));
    for (lane, other) in others.into_iter().enumerate() {
        if let (Some(mine), Some(other)) = (&mut gradients[lane % rows], other) {
            mine.rows.iter_mut().zip(&other.rows).for_each(|(mine, other)| *mine += other);
            mine.biases.iter_mut().zip(&other.biases).for_each(|(mine, other)| *mine += other);
        }
    }
    if lanes == 0 {
        gradients.extend(z.zero_gradients(wanted.left));
    }
    (sums.iter().sum(), [z.unpack(&gradients, 1.0), w.unpack(&by_w, 1.0)])
}

/// A task, with the gradients that it adds to.
struct Match {
    pair: [usize; 2],
    mine: Option<Gradient>,
    theirs: Option<Gradient>,
    sum: f64,
}

/// One round: the sum of each pair, in their order.
fn meet(
    gradients: &mut [Option<Gradient>],
    pairs: Vec<[usize; 2]>,
    tile: impl Fn([usize; 2], Option<&mut Gradient>, Option<&mut Gradient>) -> f64 + Sync,
) -> impl Iterator<Item = ([usize; 2], f64)> {
    let mut matches: Vec<_> = pairs
        .into_iter()
        .map(|[one, other]| {
            let mine = gradients[one].take();
            // A block that meets itself has given its gradient already.
            Match { pair: [one, other], mine, theirs: gradients[other].take(), sum: 0.0 }
        })
        .collect();
    matches.par_iter_mut().with_max_len(1).for_each(|game| {
        game.sum = tile(game.pair, game.mine.as_mut(), game.theirs.as_mut());
    });
    matches.into_iter().map(|Match { pair: [one, other], mine, theirs, sum }| {
        if one != other {
            gradients[other] = theirs;
        }
        gradients[one] = mine;
        ([one, other], sum)
    })
}
