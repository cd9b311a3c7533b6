//! What the rows of a run's first weights belong to, by name.

use aevb_data::graph::FeatureScales;
use aevb_data::table::Standardization;

use super::FILES;
use crate::error::{Error, Result};

/// What a run's nodes, features or columns are called, as far as they have names, and by what values were standardised.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub nodes: Option<Vec<String>>,
    pub features: Option<Vec<String>>,
    pub columns: Option<Vec<String>>,
    /// The mean and the deviation of each feature or column.
    pub scales: Option<(Vec<f64>, Vec<f64>)>,
}

impl Names {
    /// Of the files of a run.
    ///
    /// # Errors
    /// If one cannot be read or is damaged.
    pub fn of(read: impl Fn(&str) -> Result<Option<Vec<u8>>>) -> Result<Self> {
        let [nodes, features, standardization] = FILES;
        let damaged = |name: &str| {
            Error::failed(format!("{name} of the run to continue from is not what a run writes"))
                .with_hint("bring the file back from a copy, or continue from another run")
        };
        let lines = |name: &str| -> Result<Option<Vec<String>>> {
            let Some(bytes) = read(name)? else { return Ok(None) };
            let text = String::from_utf8(bytes).map_err(|_| damaged(name))?;
            Ok(Some(text.strip_suffix('\n').unwrap_or(&text).split('\n').map(str::to_owned).collect()))
        };
        let mut names =
            Self { nodes: lines(nodes)?, features: lines(features)?, columns: None, scales: None };
        let Some(bytes) = read(standardization)? else { return Ok(names) };
        // Of a table's columns, or of a graph's features.
        if let Ok(table) = serde_json::from_slice::<Standardization>(&bytes) {
            let Standardization { columns, mean, deviation, .. } = table;
            (names.columns, names.scales) = (Some(columns), Some((mean, deviation)));
        } else {
            let FeatureScales { mean, deviation } =
                serde_json::from_slice(&bytes).map_err(|_| damaged(standardization))?;
            names.scales = Some((mean, deviation));
        }
        Ok(names)
    }
}
