//! Whether what a run holds out was trained on by the run that it continues from.

use std::collections::HashSet;

use aevb_data::files::read_at_most;
use serde::Deserialize;
use serde_json::Value;

use super::LARGEST;
use super::tensors::Mapping;
use crate::error::{Error, Result};
use crate::run_folder::{DATA, RunFolder, SPLIT};

#[derive(Deserialize)]
struct Split {
    fingerprint: String,
    nodes: usize,
    /// Left out of large graphs, where they are the others of the graph.
    train: Option<Vec<[u32; 2]>>,
    validation: HeldOut,
    test: HeldOut,
}

#[derive(Deserialize)]
struct HeldOut {
    edges: Vec<[u32; 2]>,
}

/// What there is to say of the metrics to come, where RUN trained on some of what they are measured on, or may have;
/// `content` is that of the new run's files.
///
/// # Errors
/// If a file of the old run cannot be read.
pub(super) fn caution<'a>(
    content: impl Fn(&str) -> Option<&'a [u8]>,
    run: &RunFolder,
    mapping: &Mapping<'_>,
    place: &str,
) -> Result<Option<String>> {
    if let Some(split) = content(SPLIT) {
        let (path, wrong) = (run.file(SPLIT), |name: String| {
            move |error: serde_json::Error| Error::failed(format!("{name}: {error}"))
        });
        let now: Split = serde_json::from_slice(split).map_err(wrong(SPLIT.to_owned()))?;
        let then: Split = serde_json::from_slice(&read_at_most(&path, LARGEST)?)
            .map_err(wrong(path.display().to_string()))?;
        return Ok(of_edges(&now, &then, mapping.nodes(now.nodes, then.nodes).as_deref(), place));
    }
    let fingerprint = |bytes: &[u8]| -> Option<String> {
        let record: Value = serde_json::from_slice(bytes).ok()?;
        record["fingerprint"].as_str().map(str::to_owned)
    };
    let now = content(DATA).and_then(fingerprint);
    let then = read_at_most(run.file(DATA), LARGEST).ok().as_deref().and_then(fingerprint);
    Ok((now.is_none() || now != then).then(|| {
        format!(
            "{place} may have trained on what this run holds out: validation and test may say more than the model knows of \
             new data"
        )
    }))
}

fn of_edges(now: &Split, then: &Split, nodes: Option<&[Option<u32>]>, place: &str) -> Option<String> {
    let measured = "validation and test say more than the model knows of new edges";
    let is_same_graph = now.fingerprint == then.fingerprint;
    let Some(nodes) = nodes.filter(|_| then.train.is_some() || is_same_graph) else {
        return Some(format!("{place} may have trained on edges that this run holds out: {measured}"));
    };
    let pair = |i: u32, j: u32| (i.min(j), i.max(j));
    let node = |node: u32| nodes.get(node as usize).copied().flatten();
    let mapped = |&[i, j]: &[u32; 2]| Some(pair(node(i)?, node(j)?));
    let held_out = || now.validation.edges.iter().chain(&now.test.edges);
    let known = match &then.train {
        Some(train) => {
            let trained: HashSet<(u32, u32)> = train.iter().filter_map(mapped).collect();
            held_out().filter(|&&[i, j]| trained.contains(&pair(i, j))).count()
        }
        None => {
            let spared = then.validation.edges.iter().chain(&then.test.edges);
            let spared: HashSet<(u32, u32)> = spared.filter_map(mapped).collect();
            held_out().filter(|&&[i, j]| !spared.contains(&pair(i, j))).count()
        }
    };
    (known > 0).then(|| {
        format!(
            "{place} trained on {known} of the {} edges that this run holds out: {measured}",
            held_out().count()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(nodes: usize, train: &[[u32; 2]], test: &[[u32; 2]]) -> Split {
        let held_out = |edges: &[[u32; 2]]| HeldOut { edges: edges.to_vec() };
        Split {
            fingerprint: String::new(),
            nodes,
            train: Some(train.to_vec()),
            validation: held_out(&[]),
            test: held_out(test),
        }
    }

    #[test]
    fn edges_are_known_by_their_nodes_whatever_their_numbers() {
        let then = split(3, &[[0, 1], [1, 2]], &[[0, 2]]);
        // Old nodes 0, 1 and 2 are 2, 0 and none.
        let nodes = [Some(2), Some(0), None];
        let now = split(3, &[[0, 1]], &[[0, 2], [1, 2]]);
        let told = of_edges(&now, &then, Some(&nodes), "runs/a").expect("one is known");
        assert!(told.starts_with("runs/a trained on 1 of the 2 edges"), "{told}");
        let same = [Some(0), Some(1), Some(2)];
        assert_eq!(of_edges(&then, &then, Some(&same), "runs/a"), None);
        assert!(of_edges(&now, &then, None, "runs/a").expect("unknown").contains("may have trained"));
    }

    #[test]
    fn of_large_graphs_the_training_edges_are_the_others() {
        let unlisted = |test| Split { train: None, ..split(3, &[], test) };
        let (then, now) = (unlisted(&[[0, 2]]), unlisted(&[[0, 2], [1, 2]]));
        let same = [Some(0), Some(1), Some(2)];
        let told = of_edges(&now, &then, Some(&same), "runs/a").expect("one is known");
        assert!(told.starts_with("runs/a trained on 1 of the 2 edges"), "{told}");
        assert_eq!(of_edges(&then, &then, Some(&same), "runs/a"), None);
        let other = Split { fingerprint: "of another graph".into(), ..then };
        assert!(of_edges(&now, &other, Some(&same), "runs/a").expect("unknown").contains("may have trained"));
    }
}
