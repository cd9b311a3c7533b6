//! Held-out pairs by their scores: curves, and how the error depends on a node's degree.

use crate::evaluate::Summary;

/// The points of a ROC curve: the shares of non-edges and of edges above each score, from (0, 0) to (1, 1).
pub(super) fn roc(edges: &[f64], non_edges: &[f64]) -> Vec<[f64; 2]> {
    let mut points = vec![[0.0, 0.0]];
    points.extend(above(edges, non_edges).map(|[true_positives, false_positives]| {
        [false_positives as f64 / non_edges.len() as f64, true_positives as f64 / edges.len() as f64]
    }));
    points
}

/// The points (recall, precision) of a precision–recall curve, from the highest score on, up to where every edge is found.
pub(super) fn precision_recall(edges: &[f64], non_edges: &[f64]) -> Vec<[f64; 2]> {
    let mut points = Vec::new();
    for [true_positives, false_positives] in above(edges, non_edges) {
        let precision = true_positives as f64 / (true_positives + false_positives) as f64;
        points.push([true_positives as f64 / edges.len() as f64, precision]);
    }
    let first_whole = points.iter().position(|point| point[0] == 1.0);
    points.truncate(first_whole.map_or(points.len(), |last| last + 1));
    points
}

/// How many edges and non-edges score at least each distinct score, from the highest down.
fn above(edges: &[f64], non_edges: &[f64]) -> impl Iterator<Item = [usize; 2]> {
    let kinds = edges.iter().map(|&score| (score, true)).chain(non_edges.iter().map(|&score| (score, false)));
    let mut ranked: Vec<(f64, bool)> = kinds.collect();
    // Adding 0 turns −0 into 0, so that the total order agrees with `==`.
    ranked.sort_unstable_by(|(a, _), (b, _)| (b + 0.0).total_cmp(&(a + 0.0)));
    let mut counts = Vec::new();
    let mut count = [0, 0];
    for tied in ranked.chunk_by(|(a, _), (b, _)| a == b) {
        let new_edges = tied.iter().filter(|(_, is_edge)| *is_edge).count();
        count = [count[0] + new_edges, count[1] + tied.len() - new_edges];
        counts.push(count);
    }
    counts.into_iter()
}

/// The mean of a value over the held-out pairs of the nodes of some degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct DegreeBin {
    /// The mean degree of the ends in it.
    pub degree: f64,
    pub mean: f64,
    /// The standard error of the mean.
    pub error: f64,
    /// Pairs with an end in it.
    pub count: usize,
}

/// Averages the value of each pair over bins of its ends' degrees: 0, 1, 2–3, 4–7, 8–15, …
pub(super) fn by_degree(pairs: &[[u32; 2]], values: &[f64], degree: impl Fn(u32) -> usize) -> Vec<DegreeBin> {
    let mut bins: Vec<Vec<(f64, f64)>> = Vec::new();
    let bin_of = |degree: usize| (usize::BITS - degree.leading_zeros()) as usize;
    for (ends, &value) in pairs.iter().zip(values) {
        let degrees = ends.map(&degree);
        let of_ends = degrees.map(bin_of);
        bins.resize_with(bins.len().max(of_ends[0].max(of_ends[1]) + 1), Vec::new);
        // One pair is one observation, though both its ends be of a bin.
        if of_ends[0] == of_ends[1] {
            bins[of_ends[0]].push((0.5 * (degrees[0] + degrees[1]) as f64, value));
        } else {
            (0..2).for_each(|end| bins[of_ends[end]].push((degrees[end] as f64, value)));
        }
    }
    let summary = |bin: &Vec<(f64, f64)>| {
        let of = |pick: fn(&(f64, f64)) -> f64| {
            Summary::of(&bin.iter().map(pick).collect::<Vec<_>>()).expect("no empty bin is asked")
        };
        let (degree, value) = (of(|(degree, _)| *degree), of(|(_, value)| *value));
        let error = value.standard_error(bin.len()).unwrap_or(f64::NAN);
        DegreeBin { degree: degree.mean, mean: value.mean, error, count: bin.len() }
    };
    bins.iter().filter(|bin| !bin.is_empty()).map(summary).collect()
}

#[cfg(test)]
mod tests {
    use super::super::golden::golden;
    use super::*;

    #[test]
    fn the_curves_are_those_of_scikit_learn() {
        let golden = golden();
        let side = |wanted: bool| -> Vec<f64> {
            let pairs = golden.scores.iter().zip(&golden.held_out);
            pairs.filter(|(_, held_out)| **held_out == wanted).map(|(score, _)| *score).collect()
        };
        let (edges, non_edges) = (side(true), side(false));
        for (found, expected) in [
            (roc(&edges, &non_edges), &golden.roc[..]),
            // scikit-learn begins with a precision of 1 that no score has.
            (precision_recall(&edges, &non_edges), &golden.precision_recall[1..]),
        ] {
            assert!(found.len() > 20);
            // scikit-learn goes on after the last edge in some versions, and ends there in others.
            for (found, expected) in found.iter().zip(expected) {
                assert!((found[0] - expected[0]).abs() + (found[1] - expected[1]).abs() < 1e-12);
            }
        }
        assert_eq!(roc(&edges, &non_edges).len(), golden.roc.len());
        assert_eq!(precision_recall(&edges, &non_edges).last().map(|[recall, _]| *recall), Some(1.0));
    }

    #[test]
    fn a_pair_counts_once_in_each_bin_of_its_ends() {
        let bins = by_degree(&[[0, 1], [1, 2]], &[0.5, 1.0], |node| [0, 2, 3][node as usize]);
        let counts: Vec<usize> = bins.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [1, 2]);
        assert!(bins[0].error.is_nan() && bins[0].mean == 0.5);
        assert!((bins[1].mean - 0.75).abs() < 1e-12 && (bins[1].degree - 2.25).abs() < 1e-12);
        // The standard deviation of 0.5 and 1 is √(1/8).
        assert!((bins[1].error - 0.25).abs() < 1e-12);
    }
}
