//! How far the means of two groups of runs lie apart, and how sure that is.

use serde::Serialize;

use crate::evaluate::Summary;

/// How far the mean of a group lies above that of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Difference {
    /// In the unit of the metric; above 0 where the group has more.
    pub mean: f64,
    pub standard_error: f64,
    /// Of Student's distribution, to which mean over standard error is compared.
    pub degrees_of_freedom: f64,
}

impl Difference {
    /// Of values that belong together one by one; `None` of fewer than two pairs.
    pub fn paired(group: &[f64], reference: &[f64]) -> Option<Self> {
        let differences: Vec<f64> = group.iter().zip(reference).map(|(value, other)| value - other).collect();
        let summary = Summary::of(&differences)?;
        Some(Self {
            mean: summary.mean,
            standard_error: summary.standard_error(differences.len())?,
            degrees_of_freedom: (differences.len() - 1) as f64,
        })
    }

    /// Of values that do not belong together, with variances of their own (Welch 1947); `None` where one side has fewer
    /// than two.
    pub fn unpaired(group: &[f64], reference: &[f64]) -> Option<Self> {
        let side = |values: &[f64]| {
            let summary = Summary::of(values)?;
            Some((summary.mean, summary.standard_error(values.len())?.powi(2), (values.len() - 1) as f64))
        };
        let ((mean, a, degrees), (other, b, others)) = (side(group)?, side(reference)?);
        let shares = a.powi(2) / degrees + b.powi(2) / others;
        Some(Self {
            mean: mean - other,
            standard_error: (a + b).sqrt(),
            // Where nothing varies there is nothing to weigh.
            degrees_of_freedom: if shares > 0.0 { (a + b).powi(2) / shares } else { degrees + others },
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// What `tests/golden/differences.py` has from SciPy.
    #[derive(Deserialize)]
    struct Golden {
        group: Vec<f64>,
        reference: Vec<f64>,
        group_mean: f64,
        group_deviation: f64,
        /// Where there are as many of both.
        paired: Option<Expected>,
        unpaired: Expected,
    }

    #[derive(Deserialize)]
    struct Expected {
        mean: f64,
        standard_error: f64,
        degrees_of_freedom: f64,
    }

    #[track_caller]
    fn same(found: Option<Difference>, expected: &Expected) {
        let found = found.expect("enough values");
        let is_close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-10;
        assert!(
            is_close(found.mean, expected.mean)
                && is_close(found.standard_error, expected.standard_error)
                && is_close(found.degrees_of_freedom, expected.degrees_of_freedom),
            "{found:?}"
        );
    }

    #[test]
    fn differences_are_those_of_scipy() {
        let golden = include_str!("../../../../../tests/golden/differences.json");
        let cases: Vec<Golden> = serde_json::from_str(golden).expect("the golden file");
        assert_eq!(cases.iter().filter(|case| case.paired.is_some()).count(), 3);
        for case in cases {
            let summary = Summary::of(&case.group).expect("values");
            assert!((summary.mean - case.group_mean).abs() < 1e-12, "{summary:?}");
            assert!((summary.std.expect("several") - case.group_deviation).abs() < 1e-12, "{summary:?}");
            same(Difference::unpaired(&case.group, &case.reference), &case.unpaired);
            if let Some(paired) = &case.paired {
                same(Difference::paired(&case.group, &case.reference), paired);
            }
        }
    }

    #[test]
    fn one_value_makes_no_difference() {
        assert_eq!(Difference::paired(&[1.0], &[2.0]), None);
        assert_eq!(Difference::unpaired(&[1.0, 2.0], &[2.0]), None);
        let equal = Difference::unpaired(&[0.5; 3], &[0.5; 2]);
        let expected = Difference { mean: 0.0, standard_error: 0.0, degrees_of_freedom: 3.0 };
        assert_eq!(equal, Some(expected));
    }
}
