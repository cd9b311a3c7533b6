//! How right the probabilities of a run's links are.

use aevb_data::graph::Graph;
use serde::Serialize;

use super::{Scorer, calibrate};
use crate::error::{Error, Result};
use crate::links::{Calibration, Probabilities, Reliability};
use crate::output;
use crate::train::NodeLatents;

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    by: &'static str,
    validation_edges: usize,
    held_out_edges: usize,
    /// Of as many of the best pairs as edges are held out.
    of_held_out: Reliability,
    /// Of as many as edges are held out for the test.
    of_test: Reliability,
}

pub(super) fn print(scorer: &Scorer<'_>, nodes: &NodeLatents, train: &Graph, is_json: bool) -> Result<()> {
    let calibration = calibrate(Probabilities::Always, scorer, None, nodes, train).ok_or_else(|| {
        Error::failed("there are no probabilities to be checked").with_hint("choose another --by")
    })?;
    let (validation, test) = (nodes.split.validation.edges.len(), nodes.split.test.edges.len());
    let judging = match scorer {
        Scorer::Model(_) => nodes.scores.judging().edges.len(),
        Scorer::Heuristic(..) => validation,
    };
    let ranked = ranked(scorer, &calibration, nodes, train);
    let of = |count: usize| Reliability::of(&ranked[..count.min(ranked.len())]);
    let printed = Printed {
        by: scorer.name(),
        validation_edges: judging,
        held_out_edges: validation + test,
        of_held_out: of(validation + test),
        of_test: of(test),
    };
    if is_json {
        return output::print_json(&printed);
    }
    let Printed { by, held_out_edges, of_held_out, of_test, .. } = printed;
    let mut text = format!(
        "links by {by}; probabilities from {judging} validation edges, of {held_out_edges} held out\n\n\
         {:>8}  {:>20}  {:>8}\n",
        "pairs", "held_out_probability", "held_out"
    );
    for bin in &of_held_out.bins {
        text += &format!("{:>8}  {:>20.4}  {:>8.4}\n", bin.pairs, bin.probability, bin.held_out);
    }
    text.push('\n');
    for (reliability, what) in [(of_held_out, "edges are held out"), (of_test, "are for the test")] {
        let Reliability { pairs, error, error_by_chance, bins } = reliability;
        text += &format!(
            "calibration error {error:.3} over {} bins of the best {pairs} pairs without a training edge, as many as {what}; \
             right probabilities would show about {error_by_chance:.3}, by chance\n",
            bins.len()
        );
    }
    output::print(&text)
}

/// The best pairs without a training edge: the probability of each, and whether it is held out.
fn ranked(
    scorer: &Scorer<'_>,
    calibration: &Calibration,
    nodes: &NodeLatents,
    train: &Graph,
) -> Vec<(f64, bool)> {
    let held_out = nodes.split.validation.edges.len() + nodes.split.test.edges.len();
    let best = scorer.best_pairs(held_out, |node| train.neighbours(node)).into_iter();
    best.map(|link| {
        let [i, j] = link.pair;
        (calibration.probability(link.score), nodes.graph.has_edge(i, j))
    })
    .collect()
}
