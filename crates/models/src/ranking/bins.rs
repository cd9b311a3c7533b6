//! Which thresholds a score reaches.

use num_traits::{AsPrimitive, Float};

/// Sorted thresholds that cut the line into bins: a score is in bin `b` if it reaches exactly `b` of them.
///
/// The range of the thresholds is divided into parts, so many that few hold more than one threshold: equal ones near 0,
/// where most scores are, and wider ones far from it. For each, a table says how many thresholds lie below it and which
/// comes next: one comparison places a score, but in a crowded part, where it is searched for. Scores are finite.
#[derive(Clone, Debug)]
pub struct Bins<T> {
    thresholds: Vec<T>,
    /// One a part, and one above them all.
    parts: Vec<Part<T>>,
    /// The median size of the thresholds, by which a score is measured.
    unit: T,
    lowest: T,
    parts_per_unit: T,
}

#[derive(Clone, Copy, Debug)]
struct Part<T> {
    /// How many thresholds lie in lower parts.
    below: u32,
    /// The next threshold, in this part or a higher one; infinite where there is none.
    next: T,
}

/// Parts for each threshold: more leave fewer crowded ones, but the table should stay in the cache.
const PARTS: usize = 16;
const MOST_PARTS: usize = 1 << 17;

impl<T: Float + AsPrimitive<u32>> Bins<T> {
    /// Bins between the distinct values of `thresholds`, which are finite and in any order.
    ///
    /// # Panics
    /// If there are more than 2³² − 1 thresholds, or if one is NaN.
    pub fn new(mut thresholds: Vec<T>) -> Self {
        thresholds.sort_unstable_by(|a, b| a.partial_cmp(b).expect("thresholds are numbers"));
        thresholds.dedup();
        assert!(u32::try_from(thresholds.len()).is_ok(), "{} thresholds", thresholds.len());
        let mut sizes: Vec<T> = thresholds.iter().map(|threshold| threshold.abs()).collect();
        sizes.sort_unstable_by(|a, b| a.partial_cmp(b).expect("thresholds are numbers"));
        let unit = sizes.get(sizes.len() / 2).copied().unwrap_or_else(T::zero).max(T::min_positive_value());
        let end = |threshold: Option<&T>| flattened(threshold.copied().unwrap_or_else(T::zero), unit);
        let (lowest, highest) = (end(thresholds.first()), end(thresholds.last()));
        let count = (PARTS * thresholds.len()).next_power_of_two().min(MOST_PARTS);
        let scale = T::from(count - 1).expect("a small whole number") / (highest - lowest);
        // Where the thresholds are too close together to be told apart, they share the first part.
        let parts_per_unit = if scale.is_finite() { scale } else { T::zero() };
        let mut bins = Self {
            thresholds,
            parts: vec![Part { below: 0, next: T::infinity() }; count + 1],
            unit,
            lowest,
            parts_per_unit,
        };
        for &threshold in &bins.thresholds {
            let part = bins.part(threshold);
            bins.parts[part + 1].below += 1;
        }
        let mut below = 0;
        for part in &mut bins.parts {
            below += part.below;
            *part = Part { below, next: bins.thresholds.get(below as usize).copied().unwrap_or(part.next) };
        }
        bins
    }

    /// The distinct thresholds, ascending.
    pub fn thresholds(&self) -> &[T] {
        &self.thresholds
    }

    /// How many thresholds are at most `score`.
    #[inline(always)]
    pub fn bin(&self, score: T) -> usize {
        let part = self.part(score);
        let Part { below, next } = self.parts[part];
        let end = self.parts[part + 1].below;
        if end - below <= 1 {
            return below as usize + usize::from(next <= score);
        }
        let crowd = &self.thresholds[below as usize..end as usize];
        below as usize + crowd.partition_point(|threshold| *threshold <= score)
    }

    /// Rounding is monotone, so a score that is not below a threshold is in no lower part.
    #[inline(always)]
    fn part(&self, score: T) -> usize {
        // The conversion takes what is below the range to the first part.
        let part: u32 = ((flattened(score, self.unit) - self.lowest) * self.parts_per_unit).as_();
        (part as usize).min(self.parts.len() - 2)
    }
}

/// The score's place between −1 and 1: 0 at 0, ±½ at ±`unit`. Written so that each rounding is monotone.
#[inline(always)]
fn flattened<T: Float>(score: T, unit: T) -> T {
    (T::one() - unit / (score.abs() + unit)).copysign(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(thresholds: &[f32], scores: impl IntoIterator<Item = f32>) {
        let bins = Bins::new(thresholds.to_vec());
        for score in scores.into_iter().chain(thresholds.iter().copied()) {
            let expected = bins.thresholds().iter().filter(|threshold| **threshold <= score).count();
            assert_eq!(bins.bin(score), expected, "{score} among {thresholds:?}");
        }
    }

    fn around(value: f32) -> [f32; 3] {
        [value.next_down(), value, value.next_up()]
    }

    #[test]
    fn a_bin_is_the_number_of_thresholds_reached() {
        let awkward: &[&[f32]] = &[
            &[],
            &[0.0],
            &[-0.0],
            &[1.0, 1.0, 1.0],
            &[1.0, 1.0_f32.next_up()],
            &[0.0, f32::MIN_POSITIVE, 1e-45],
            &[-1e37, 0.0, 1e-30, 1.0, 1e37],
            &[-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0],
        ];
        for thresholds in awkward {
            let near = thresholds.iter().copied().flat_map(around);
            check(thresholds, near.chain([-0.0, 0.0, 0.5, -0.5, 1e-40, 1e37, -1e37, 8e37, -8e37]));
        }
        let crowded: Vec<f32> = (0..5000).map(|k| (k as f32 * 0.37).sin().powi(9) * 100.0).collect();
        check(&crowded, (-1100..1100).map(|k| k as f32 * 0.1));
        check(&crowded, crowded.iter().copied().flat_map(around));
    }
}
