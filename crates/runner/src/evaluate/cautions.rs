//! What metrics of few pairs, or of a model that learnt nothing, are worth.

use aevb_data::graph::{HeldOut, LinkSplit};

use super::LinkPrediction;

/// An AUC of fewer edges than this moves by points with each of them.
const FEW: usize = 20;

/// How many standard errors above a coin's 50 % still are chance.
const ERRORS: f64 = 2.0;

/// Why a model's metrics may say less than they seem to.
pub fn cautions(validation: LinkPrediction, split: &LinkSplit) -> Vec<String> {
    let [of_validation, of_test] = [&split.validation, &split.test].map(|part| part.edges.len());
    let mut cautions = Vec::new();
    if of_validation.min(of_test) < FEW {
        let edges = if of_validation == 1 { "edge" } else { "edges" };
        cautions.push(format!(
            "metrics of so few pairs say little: validation holds out {of_validation} {edges} and test {of_test}, each beside as many pairs without one; --repeat 10 shows how far they vary"
        ));
    }
    let error = error_of_chance(&split.validation);
    let is_chance = validation.auc <= 0.5 + ERRORS * error;
    if is_chance && of_validation >= FEW {
        cautions.push(format!(
            "the model may have learnt nothing that tells edges: its validation AUC of {:.2} % is no further above the 50 % \
             of chance than the draw of {of_validation} edges alone may move it, {:.2} points; features that say nothing of \
             edges, or few edges, do so",
            100.0 * validation.auc,
            100.0 * ERRORS * error
        ));
    }
    cautions
}

/// The standard deviation of the AUC of scores that say nothing: √((n + m + 1) / 12nm) for n edges and m other pairs (Mann &
/// Whitney, 1947).
fn error_of_chance(part: &HeldOut) -> f64 {
    let [edges, others] = [&part.edges, &part.non_edges].map(|pairs| pairs.len() as f64);
    ((edges + others + 1.0) / (12.0 * edges * others)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(validation: u32, test: u32) -> LinkSplit {
        let part = |count| HeldOut {
            edges: (1..=count).map(|j| [0, j]).collect(),
            non_edges: (1..=count).map(|j| [1, j + 1]).collect(),
        };
        LinkSplit {
            fingerprint: String::new(),
            nodes: 1000,
            train: vec![[2, 3]],
            validation: part(validation),
            test: part(test),
        }
    }

    fn of(auc: f64, validation: u32, test: u32) -> Vec<String> {
        cautions(LinkPrediction { auc, ap: auc }, &split(validation, test))
    }

    #[test]
    fn few_pairs_and_chance_are_told_and_nothing_else() {
        assert!(of(0.95, 263, 527).is_empty());
        assert!(of(0.95, 20, 20).is_empty());
        let few = of(1.0, 1, 1);
        assert!(few[0].contains("holds out 1 edge and test 1"), "{few:?}");
        assert_eq!((few.len(), of(1.0, 20, 19).len()), (1, 1));
        // Of 59 pairs, √(119 / (12 · 59²)) = 5.34 points.
        let chance = of(0.495, 59, 118);
        assert!(chance[0].contains("49.50 %") && chance[0].contains("it, 10.67 points"), "{chance:?}");
        assert_eq!((of(0.60, 59, 118).len(), of(0.61, 59, 118).len()), (1, 0));
    }
}
