//! Sums whose order follows from the number of summands alone: pairs, pairs of pairs and so on. A subtree can be summed
//! elsewhere, and the bits of the whole stay.

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams};

/// A sum in the making. Of *n* summands it holds no more than log₂ *n* partial sums, and one.
pub(super) struct TreeSum<T, F> {
    plus: F,
    /// Sums of whole subtrees, from left to right, each with the number of its summands: powers of 2 that fall.
    partial: Vec<(T, usize)>,
}

impl<T, F: Fn(T, T) -> T> TreeSum<T, F> {
    /// A sum of nothing; `plus` adds what stands to the left and what stands to the right.
    pub fn new(plus: F) -> Self {
        Self { plus, partial: Vec::new() }
    }

    /// Puts a summand to the right of all others.
    pub fn add(&mut self, summand: T) {
        let (mut sum, mut count) = (summand, 1);
        while let Some((left, _)) = self.partial.pop_if(|(_, left)| *left == count) {
            sum = (self.plus)(left, sum);
            count *= 2;
        }
        self.partial.push((sum, count));
    }

    /// The sum, where there is a summand. What is left of the subtrees is added up from the right, where the small ones are.
    pub fn total(self) -> Option<T> {
        let partial = self.partial.into_iter().rev().map(|(sum, _)| sum);
        partial.reduce(|right, left| (self.plus)(left, right))
    }
}

/// The gradients of two parts of a loss together, parameter by parameter.
pub(super) fn sum_of_gradients<M: Module>(
    model: &M,
    left: GradientsParams,
    right: GradientsParams,
) -> GradientsParams {
    let mut sum = GradientsAccumulator::new();
    sum.accumulate(model, left);
    sum.accumulate(model, right);
    sum.grads()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of so many summands, and the most partial sums that it held.
    fn tree(summands: usize) -> (String, usize) {
        let mut sum = TreeSum::new(|left: String, right: String| format!("({left}{right})"));
        let mut most = 0;
        for summand in 0..summands {
            sum.add(summand.to_string());
            most = most.max(sum.partial.len());
        }
        (sum.total().expect("there are summands"), most)
    }

    #[test]
    fn pairs_are_summed_and_pairs_of_pairs() {
        let trees = [
            (1, "0"),
            (2, "(01)"),
            (3, "((01)2)"),
            (4, "((01)(23))"),
            (5, "(((01)(23))4)"),
            (7, "(((01)(23))((45)6))"),
            (8, "(((01)(23))((45)(67)))"),
        ];
        for (summands, expected) in trees {
            assert_eq!(tree(summands).0, expected);
        }
        for summands in 1..100 {
            assert!(tree(summands).1 <= summands.ilog2() as usize + 1, "{summands}");
        }
    }

    #[test]
    fn the_sum_is_not_that_from_left_to_right() {
        let half_a_unit = f32::EPSILON / 2.0;
        let summands = [1.0, half_a_unit, half_a_unit, half_a_unit];
        let mut sum = TreeSum::new(|left: f32, right: f32| left + right);
        summands.into_iter().for_each(|summand| sum.add(summand));
        assert_eq!((sum.total(), summands.into_iter().sum::<f32>()), (Some(1.0 + f32::EPSILON), 1.0));
    }
}
