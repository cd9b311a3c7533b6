//! Features of nodes brought to one scale, so that a year or an income does not drown what stands beside it.

use serde::{Deserialize, Serialize};
use sprs::CsMatI;

use crate::error::{Error, Result};

/// Whether features are brought to one scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standardize {
    /// Where some are large: where the nonzero values of one come to 100 or more, or to 10 or more among features most of
    /// which are not 0. Counts of words, one-hot and TF-IDF features stay as they are.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How features were brought to one scale: the values of each row become (value − mean) / deviation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureScales {
    /// The mean of each feature; 0 of one that is mostly 0, so that it stays sparse.
    pub mean: Vec<f64>,
    /// The standard deviation of each; the root of the mean square of its nonzero values where it is mostly 0. Above 0.
    pub deviation: Vec<f64>,
}

/// A single feature of this size is large.
const LARGE: f64 = 100.0;

/// A feature of this size is large among such as are measurements rather than words.
const LARGE_IF_DENSE: f64 = 10.0;

/// More values than this would be made of zeros that are centred.
const MOST_VALUES: usize = 1 << 28;

/// What is known of a feature over the rows that were given.
#[derive(Clone, Copy, Default)]
struct Moments {
    nonzeros: usize,
    sum: f64,
    squares: f64,
    last: f64,
}

impl Moments {
    /// The root of the mean square of the nonzero values.
    fn size(&self) -> f64 {
        if self.nonzeros == 0 { 0.0 } else { (self.squares / self.nonzeros as f64).sqrt() }
    }
}

impl FeatureScales {
    /// What brings features to one scale, where that is wanted, by the rows that are `given`; and for those that were not
    /// asked for it, why.
    pub(super) fn of(
        features: &CsMatI<f32, u32>,
        given: &[bool],
        wanted: Standardize,
        name: &dyn Fn(usize) -> String,
    ) -> Option<(Self, Option<String>)> {
        let rows = given.iter().filter(|given| **given).count();
        let is_dense = 2 * features.nnz() >= rows * features.cols();
        let limit = if is_dense { LARGE_IF_DENSE } else { LARGE };
        // No column is larger than its largest value.
        let may_be_large = || features.data().iter().any(|value| f64::from(value.abs()) >= limit);
        if wanted == Standardize::Never || (wanted == Standardize::Auto && !may_be_large()) {
            return None;
        }
        let mut moments = vec![Moments::default(); features.cols()];
        for (value, (_, column)) in features.iter() {
            let (value, moments) = (f64::from(*value), &mut moments[column as usize]);
            moments.nonzeros += 1;
            moments.sum += value;
            moments.squares += value * value;
            moments.last = value;
        }
        let largest = (0..moments.len()).max_by(|a, b| moments[*a].size().total_cmp(&moments[*b].size()))?;
        let is_large = moments[largest].size() >= limit;
        if wanted == Standardize::Auto && !is_large {
            return None;
        }
        let is_centred: Vec<bool> =
            moments.iter().map(|moments| moments.nonzeros > 0 && 2 * moments.nonzeros >= rows).collect();
        let mut means: Vec<f64> = moments
            .iter()
            .zip(&is_centred)
            .map(|(moments, centred)| if *centred { moments.sum / rows as f64 } else { 0.0 })
            .collect();
        let mut squares: Vec<f64> = moments
            .iter()
            .zip(&means)
            .map(|(moments, mean)| (rows - moments.nonzeros) as f64 * mean * mean)
            .collect();
        for (value, (_, column)) in features.iter() {
            squares[column as usize] += (f64::from(*value) - means[column as usize]).powi(2);
        }
        let mut constant = 0;
        let mut deviation = |column: usize| {
            if !is_centred[column] {
                return if moments[column].nonzeros == 0 { 1.0 } else { moments[column].size() };
            }
            let deviation = (squares[column] / rows as f64).sqrt();
            // Rounding leaves a feature that never changes a deviation of some 1e-16 of its mean.
            let is_constant = deviation <= 1e-9 * means[column].abs();
            if is_constant {
                constant += 1;
                means[column] = moments[column].last;
                return 1.0;
            }
            deviation
        };
        let deviation: Vec<f64> = (0..moments.len()).map(&mut deviation).collect();
        let scaled = is_centred.iter().filter(|centred| !**centred).count();
        let more = match (scaled, constant) {
            (0, 0) => String::new(),
            (scaled, 0) => format!("; {scaled} of them are mostly 0, and are scaled alone"),
            (0, constant) => format!("; {constant} of them never change, and say nothing"),
            (scaled, constant) => {
                format!(
                    "; {scaled} of them are mostly 0, and are scaled alone; {constant} never change, and say nothing"
                )
            }
        };
        let note = format!(
            "features are as large as {:.0} (`{}`), so each is standardised, to the mean 0 and the deviation 1{more}; \
             data.standardize=never leaves them as they are",
            moments[largest].size(),
            name(largest)
        );
        Some((Self { mean: means, deviation }, (wanted == Standardize::Auto).then_some(note)))
    }

    /// Features at this scale. Rows that were not given stay 0, which is the mean.
    ///
    /// # Errors
    /// If there is another number of features, or so many values that they cannot be held.
    pub(super) fn apply(&self, features: &CsMatI<f32, u32>, given: &[bool]) -> Result<CsMatI<f32, u32>> {
        if self.mean.len() != features.cols() || self.deviation.len() != features.cols() {
            let message =
                format!("scales of {} features, where there are {}", self.mean.len(), features.cols());
            return Err(Error::mismatch("features", message));
        }
        let centred: Vec<u32> =
            (0..).zip(&self.mean).filter(|(_, mean)| **mean != 0.0).map(|(column, _)| column).collect();
        let rows = given.iter().filter(|given| **given).count();
        if rows.saturating_mul(centred.len()).saturating_add(features.nnz()) > MOST_VALUES {
            let message = format!("{rows} rows of {} features are too many to centre", features.cols());
            return Err(Error::config("data.standardize", message).with_hint("set it to \"never\""));
        }
        let scaled = |column: u32, value: f32| {
            let at = column as usize;
            ((f64::from(value) - self.mean[at]) / self.deviation[at]) as f32
        };
        let (mut starts, mut columns, mut values) = (vec![0_u32], Vec::new(), Vec::new());
        for (row, given) in features.outer_iterator().zip(given) {
            let mut zeros = centred.iter().copied().filter(|_| *given).peekable();
            let mut put = |column: u32, value: f32| {
                let value = scaled(column, value);
                if value != 0.0 {
                    columns.push(column);
                    values.push(value);
                }
            };
            for (column, value) in row.iter() {
                let column = column as u32;
                while let Some(zero) = zeros.next_if(|zero| *zero < column) {
                    put(zero, 0.0);
                }
                zeros.next_if_eq(&column);
                put(column, *value);
            }
            zeros.for_each(|zero| put(zero, 0.0));
            starts.push(columns.len() as u32);
        }
        Ok(CsMatI::new((features.rows(), features.cols()), starts, columns, values))
    }
}
