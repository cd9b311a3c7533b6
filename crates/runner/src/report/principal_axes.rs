//! Principal axes: the plane in which codes of many dimensions are spread widest.

use aevb_models::SymmetricEigen;

/// Points in the plane of the first two principal axes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plane {
    /// `[rows, 2]`, centred.
    pub points: Vec<f32>,
    /// The share of the variance along each axis.
    pub shares: [f64; 2],
}

impl Plane {
    /// The names of the axes, with the share of the variance that each holds.
    pub(super) fn axis_names(&self) -> [String; 2] {
        let [first, second] = self.shares.map(|share| 100.0 * share);
        [
            format!("principal axis 1 ({first:.1} % of the variance)"),
            format!("principal axis 2 ({second:.1} %)"),
        ]
    }
}

/// Projects `values` `[rows, columns]` on the two directions of the greatest variance.
///
/// Signs follow from the axes themselves, the largest entry being positive, so the same values give the same plane.
///
/// # Panics
/// If the values are no whole number of rows, or there is no column.
pub(super) fn principal_plane(values: &[f32], columns: usize) -> Plane {
    assert!(columns > 0 && values.len().is_multiple_of(columns), "whole rows");
    let rows = values.len() / columns;
    let mut mean = vec![0.0f64; columns];
    for row in values.chunks_exact(columns) {
        mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += f64::from(*value) / rows as f64);
    }
    let mut covariance = vec![0.0f64; columns * columns];
    let mut centred = vec![0.0f64; columns];
    for row in values.chunks_exact(columns) {
        centred.iter_mut().zip(row).zip(&mean).for_each(|((to, value), mean)| *to = f64::from(*value) - mean);
        for (i, one) in centred.iter().enumerate() {
            for (sum, other) in covariance[i * columns..].iter_mut().zip(&centred[..=i]) {
                *sum += one * other;
            }
        }
    }
    for i in 0..columns {
        for j in 0..i {
            covariance[j * columns + i] = covariance[i * columns + j];
        }
    }
    let eigen = SymmetricEigen::of(covariance, columns);
    let order = eigen.descending();
    let SymmetricEigen { values: variances, vectors: axes } = eigen;
    let total: f64 = variances.iter().sum();
    let axis = |rank: usize| -> Option<Vec<f64>> {
        let column = *order.get(rank)?;
        let axis: Vec<f64> = (0..columns).map(|row| axes[row * columns + column]).collect();
        let largest = axis.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(1.0);
        Some(axis.into_iter().map(|entry| entry * largest.signum()).collect())
    };
    let plane = [axis(0), axis(1)];
    let points = values.chunks_exact(columns).flat_map(|row| {
        plane.each_ref().map(|axis| {
            let along = axis.iter().flatten().zip(row).zip(&mean);
            along.map(|((entry, value), mean)| entry * (f64::from(*value) - mean)).sum::<f64>() as f32
        })
    });
    let share = |rank: usize| match order.get(rank) {
        Some(&column) if total > 0.0 => (variances[column] / total).max(0.0),
        _ => 0.0,
    };
    Plane { points: points.collect(), shares: [share(0), share(1)] }
}

#[cfg(test)]
mod tests {
    use super::super::golden::golden;
    use super::*;

    #[test]
    fn the_plane_is_that_of_scikit_learn() {
        let golden = golden();
        let plane = principal_plane(&golden.values, golden.columns);
        for (found, expected) in plane.points.iter().zip(&golden.plane) {
            assert!((found - expected).abs() < 2e-5, "{found} and {expected}");
        }
        for (found, expected) in plane.shares.iter().zip(golden.shares) {
            assert!((found - expected).abs() < 1e-6, "{found} and {expected}");
        }
    }

    #[test]
    fn two_dimensions_are_turned_and_one_lies_on_a_line() {
        let plane = principal_plane(&[0.0, 0.0, 3.0, 4.0, 6.0, 8.0], 2);
        let expected = [-5.0, 0.0, 0.0, 0.0, 5.0, 0.0];
        assert!(
            plane.points.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6),
            "{plane:?}"
        );
        assert!((plane.shares[0] - 1.0).abs() < 1e-12);
        assert_eq!(principal_plane(&[1.0, 3.0], 1).points, [-1.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn points_that_are_all_the_same_have_no_axis() {
        let plane = principal_plane(&[2.0; 12], 3);
        assert_eq!(plane, Plane { points: vec![0.0; 8], shares: [0.0; 2] });
    }
}
