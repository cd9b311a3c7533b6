//! Features brought in line with those that a model was trained on.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::{FeatureRows, JoinCounts, KnownFeatures};
use crate::error::{Error, Result};

/// Puts the columns where the model has them: by name where both have names, else by place.
pub(super) fn align(features: &mut FeatureRows, known: &KnownFeatures, path: &Path) -> Result<JoinCounts> {
    let [rows, columns] = features.matrix.shape;
    let mut counts = JoinCounts::default();
    if let (Some(names), Some(known_names)) = (&features.names, &known.names) {
        let place_of: HashMap<&str, u32> = known_names.iter().map(String::as_str).zip(0..).collect();
        let places: Vec<Option<u32>> =
            names.iter().map(|name| place_of.get(name.as_str()).copied()).collect();
        let met = places.iter().flatten().count();
        if met == 0 {
            let message = format!("has none of the features trained on, such as `{}`", known_names[0]);
            return Err(Error::mismatch(path.display(), message).with_hint("give features of the same names"));
        }
        counts.unknown_features = places.len() - met;
        counts.missing_features = known.count - met;
        let met: HashSet<u32> = places.iter().flatten().copied().collect();
        features.absent = (0..known.count).filter(|column| !met.contains(&(*column as u32))).collect();
        features.matrix.entries.retain_mut(|(_, column, _)| match places[*column as usize] {
            Some(place) => {
                *column = place;
                true
            }
            None => false,
        });
        features.names = Some(known_names.clone());
    } else if columns != known.count && !(features.open_ended && columns < known.count) {
        let message = format!("{columns} features, where the model was trained on {}", known.count);
        return Err(Error::mismatch(path.display(), message)
            .with_hint("give the same features in the same order, or under the same names in both files"));
    }
    features.matrix.shape = [rows, known.count];
    Ok(counts)
}
