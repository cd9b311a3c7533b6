//! How right probabilities are: bins of them beside the shares that came true.

use serde::Serialize;

/// As many bins as there are pairs for.
const BINS: usize = 10;

/// Probabilities of ranked pairs beside what is true of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// How many pairs there are.
    pub pairs: usize,
    /// The expected calibration error (Naeini et al., 2015): how far the mean probability of a bin is from the share that is
    /// held out, on average over the pairs.
    pub error: f64,
    /// About how large that would be if every probability were right, as few pairs miss their share by chance.
    pub error_by_chance: f64,
    /// The bins, from the best pairs down.
    pub bins: Vec<Bin>,
}

/// Pairs in a row, by rank.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// How many.
    pub pairs: usize,
    /// Their mean probability.
    pub probability: f64,
    /// The share of them that is held out.
    pub held_out: f64,
}

impl Reliability {
    /// Of pairs by rank, each with its probability and whether it is held out: in bins of equal numbers, or nearly.
    pub fn of(ranked: &[(f64, bool)]) -> Self {
        let all = ranked.len() as f64;
        let (mut error, mut error_by_chance) = (0.0, 0.0);
        let bins = (0..BINS).map(|bin| &ranked[bin * ranked.len() / BINS..(bin + 1) * ranked.len() / BINS]);
        let bins = bins.filter(|bin| !bin.is_empty()).map(|bin| {
            let pairs = bin.len() as f64;
            let probability = bin.iter().map(|(probability, _)| probability).sum::<f64>() / pairs;
            let held_out = bin.iter().filter(|(_, held_out)| *held_out).count() as f64 / pairs;
            let variance: f64 = bin.iter().map(|(probability, _)| probability * (1.0 - probability)).sum();
            error += pairs / all * (probability - held_out).abs();
            // The mean size of a normal deviation is √(2/π) of its standard one.
            error_by_chance += (2.0 / std::f64::consts::PI * variance).sqrt() / all;
            Bin { pairs: bin.len(), probability, held_out }
        });
        let bins = bins.collect();
        Self { pairs: ranked.len(), error, error_by_chance, bins }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_that_of_the_bins() {
        // Ten bins of two: the first says 0.9 of one in two, the others 0.25 of none.
        let first = [(1.0, true), (0.8, false)];
        let ranked: Vec<(f64, bool)> =
            first.into_iter().chain(std::iter::repeat_n((0.25, false), 18)).collect();
        let Reliability { pairs, error, error_by_chance, bins } = Reliability::of(&ranked);
        assert_eq!((pairs, bins.len()), (20, 10));
        assert!((error - (0.4 + 9.0 * 0.25) / 10.0).abs() < 1e-15);
        assert_eq!((bins[0].pairs, bins[0].held_out, bins[9].probability), (2, 0.5, 0.25));
        let chance = (0.16_f64.sqrt() + 9.0 * 0.375_f64.sqrt()) * (2.0 / std::f64::consts::PI).sqrt() / 20.0;
        assert!((error_by_chance - chance).abs() < 1e-15);
    }

    #[test]
    fn fewer_pairs_than_bins_are_bins_of_one() {
        let few = Reliability::of(&[(1.0, true), (0.0, true), (0.5, false)]);
        assert_eq!((few.bins.len(), few.error), (3, 0.5));
        let none = Reliability::of(&[]);
        assert_eq!((none.pairs, none.error, none.bins.len()), (0, 0.0, 0));
    }
}
