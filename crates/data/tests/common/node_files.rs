//! Graphs with tables of their nodes, as files.

use aevb_data::Result;
use aevb_data::graph::{GraphFiles, LoadedGraph};

/// Reads edges with features and labels, where they are not empty; `same` labels are those of the features' file.
pub fn read(
    edges: &str,
    features: &str,
    labels: &str,
    change: impl FnOnce(&mut GraphFiles),
) -> Result<LoadedGraph> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    };
    let mut files = GraphFiles::from_edges(&write("edges.csv", edges));
    files.features = (!features.is_empty()).then(|| write("features.csv", features));
    files.labels = match labels {
        "" => None,
        "same" => files.features.clone(),
        _ => Some(write("labels.csv", labels)),
    };
    change(&mut files);
    files.read()
}

/// A ring of so many nodes, numbered from `from`.
pub fn ring(from: usize, count: usize) -> String {
    (0..count).map(|i| format!("{},{}\n", from + i, from + (i + 1) % count)).collect()
}
