//! How likely nodes are to be drawn where that is by their degrees.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// One of so many equal parts is the least chance that a draw tells from none.
const PARTS: f64 = (1_u64 << 53) as f64;

/// `(d + 1)^α`: a node without an edge is drawn too, or an estimate would be none of its pairs.
pub(super) fn share(degree: usize, alpha: f64) -> f64 {
    (degree as f64 + 1.0).powf(alpha)
}

/// How many edges a drawn node has in the mean; of nodes with these degrees, one at least.
pub(super) fn mean_degree(degrees: impl IntoIterator<Item = usize>, alpha: f64) -> f64 {
    mean(degrees.into_iter().map(|degree| (degree, degree as f64)), alpha)
}

/// The mean of a number of drawn nodes, `Σ x (d + 1)^α / Σ (d + 1)^α`; of nodes with these degrees and numbers, one at least.
pub(super) fn mean(nodes: impl IntoIterator<Item = (usize, f64)>, alpha: f64) -> f64 {
    let of_node = |(degree, number): (usize, f64)| {
        let share = share(degree, alpha);
        [number * share, share]
    };
    let sum = |[numbers, all]: [f64; 2], [number, share]: [f64; 2]| [numbers + number, all + share];
    let [numbers, all] = nodes.into_iter().map(of_node).fold([0.0; 2], sum);
    numbers / all
}

/// The shares of nodes as whole numbers, none of them 0, by which chances are what they are said to be, without rounding.
pub(super) fn in_parts(
    degrees: impl Iterator<Item = usize> + Clone,
    alpha: f64,
) -> impl Iterator<Item = u64> {
    let total: f64 = degrees.clone().map(|degree| share(degree, alpha)).sum();
    degrees.map(move |degree| (share(degree, alpha) / total * PARTS).ceil() as u64)
}

/// Refuses powers by which a node is so unlikely that no run would draw it: its pairs would be missing.
///
/// # Errors
/// With the largest power that will do.
pub(super) fn check(degrees: impl IntoIterator<Item = usize>, alpha: f64) -> Result<()> {
    let mut nodes = BTreeMap::new();
    degrees.into_iter().for_each(|degree| *nodes.entry(degree).or_insert(0_u64) += 1);
    let are_drawn = |alpha: f64| {
        let shares = || nodes.keys().map(|&degree| share(degree, alpha));
        let total: f64 = shares().zip(nodes.values()).map(|(share, &count)| share * count as f64).sum();
        shares().all(|share| share * PARTS >= total)
    };
    if are_drawn(alpha) {
        return Ok(());
    }
    // The farther from 0, the smaller the least share.
    let tenths = |tenths: u32| f64::from(tenths) / 10.0 * alpha.signum();
    let (mut most, mut too_many) = (0, (alpha.abs() * 10.0).ceil() as u32);
    while too_many - most > 1 {
        let middle = u32::midpoint(most, too_many);
        if are_drawn(tenths(middle)) { most = middle } else { too_many = middle }
    }
    let problem = format!(
        "objective.alpha: by (degree + 1)^{alpha:?} some of this graph's nodes are less likely than one draw in 2^53, and \
         their pairs would be missing"
    );
    let hint = format!("set it to {:?} or nearer to 0", tenths(most));
    Err(Error::usage(problem).with_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hub with 1000 leaves.
    fn star() -> impl Iterator<Item = usize> + Clone {
        std::iter::once(1000).chain(std::iter::repeat_n(1, 1000))
    }

    #[test]
    fn drawn_nodes_have_more_edges_than_others() {
        // A hub with three neighbours, two of which are linked.
        let degrees = [3, 2, 2, 1];
        assert_eq!(mean_degree(degrees, 0.0), 2.0);
        let expected = (3.0 * 4.0 + 2.0 * 2.0 * 3.0 + 1.0 * 2.0) / 12.0;
        assert!((mean_degree(degrees, 1.0) - expected).abs() < 1e-12);
        assert!(mean_degree(degrees, -1.0) < 2.0);
    }

    #[test]
    fn chances_are_the_powers_of_degrees() {
        for alpha in [0.0, 0.75, 3.0, -2.0] {
            let parts: Vec<u64> = in_parts(star(), alpha).collect();
            let [all, exact] = [
                parts.iter().map(|&parts| parts as f64).sum::<f64>(),
                star().map(|degree| share(degree, alpha)).sum(),
            ];
            for (parts, degree) in parts.into_iter().zip(star()) {
                let chance = share(degree, alpha) / exact;
                assert!((parts as f64 / all / chance - 1.0).abs() < 1e-5, "{alpha}, {degree} edges: {parts}");
            }
        }
    }

    /// A sum of shares so far apart does not change by the smaller ones.
    #[test]
    fn no_node_is_left_out() {
        assert_eq!(1001_f64.powi(8) + 2_f64.powi(8), 1001_f64.powi(8));
        assert!(in_parts(star(), 8.0).all(|parts| parts > 0));
        assert!(in_parts(star(), -8.0).all(|parts| parts > 0));
    }

    /// (1001/2)^α, and 1000 (1001/2)^-α where hubs are the unlikely ones, is below 2⁵³ for α to 5.91 and from -4.80.
    #[test]
    fn powers_that_leave_nodes_out_are_refused() {
        for (alpha, most) in [(8.0, "5.9"), (-8.0, "-4.7")] {
            let error = check(star(), alpha).expect_err("refused");
            assert_eq!(error.exit_code(), 2);
            assert!(
                error.message.starts_with(&format!("objective.alpha: by (degree + 1)^{alpha:?} ")),
                "{error}"
            );
            assert_eq!(error.hint.expect("a hint"), format!("set it to {most} or nearer to 0"));
            check(star(), most.parse().expect("a number")).expect("as it was told");
        }
        check(std::iter::repeat_n(2, 1000), 8.0).expect("all alike");
    }
}
