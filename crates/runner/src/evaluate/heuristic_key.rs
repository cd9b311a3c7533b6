//! The names of heuristics in options and files, such as `resource-allocation`.

use aevb_data::graph::heuristics::Heuristic;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// A heuristic's name in options and files.
pub fn heuristic_key(heuristic: Heuristic) -> &'static str {
    match heuristic {
        Heuristic::CommonNeighbours => "common-neighbours",
        Heuristic::AdamicAdar => "adamic-adar",
        Heuristic::ResourceAllocation => "resource-allocation",
        Heuristic::ThreePaths => "three-paths",
        Heuristic::L3 => "l3",
        Heuristic::ThreeStepAllocation => "three-step-allocation",
        Heuristic::PersonalisedPageRank => "personalised-pagerank",
        Heuristic::PreferentialAttachment => "preferential-attachment",
    }
}

/// The heuristic of such a name.
pub fn heuristic_of_key(key: &str) -> Option<Heuristic> {
    Heuristic::ALL.into_iter().find(|&heuristic| heuristic_key(heuristic) == key)
}

pub(super) fn serialize<S: Serializer>(heuristic: &Heuristic, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(heuristic_key(*heuristic))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Heuristic, D::Error> {
    let key = String::deserialize(deserializer)?;
    heuristic_of_key(&key).ok_or_else(|| D::Error::custom(format!("`{key}` is no heuristic")))
}
