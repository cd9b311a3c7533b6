//! The links that a graph should have, as whoever ranks its validation edges best holds: the model or a heuristic.

use aevb_data::graph::SideKind;
use aevb_data::graph::heuristics::Heuristic;
use aevb_models::ranking::AllPairs;

use super::html::{grouped, table};
use super::reliability_curve::ReliabilityCurve;
use super::{Records, percent};
use crate::evaluate::Contest;
use crate::links::{Calibration, FEW, Probabilities, Scorer, TwoHop};
use crate::node_names::NodeNames;
use crate::train::Embedded;

/// Links on the page.
const TOP_LINKS: usize = 50;
/// More pairs take longer than a minute, and a page is made of those with a common neighbour.
const MOST_SCORED: u64 = 100_000_000_000;

/// A section of the page.
pub(super) struct ExpectedLinks {
    /// Its heading.
    pub heading: String,
    /// What it is that the table has.
    pub about: String,
    /// A row a link.
    pub table: String,
    /// How right the shares are that it has, where it has some.
    pub reliability: Option<ReliabilityCurve>,
}

impl ExpectedLinks {
    /// The links of whoever won when the run ended, or of the model where that is not known of these weights.
    pub(super) fn of(
        embedded: &Embedded,
        products: AllPairs<'_>,
        records: &Records,
        called: Option<&NodeNames>,
    ) -> Self {
        let Embedded { graph, split, .. } = embedded;
        let contest: Option<Contest> = records.of_these_weights("validation_ranks");
        let winner = contest.as_ref().and_then(Contest::winner).map(|winner| winner.heuristic);
        let train = split.train_graph(graph);
        let scorer = winner.map_or(Scorer::Model(products), |winner| Scorer::Heuristic(winner, &train));
        let judging = if winner.is_some() { &split.validation.edges } else { &embedded.judging.edges };
        let refusal = Probabilities::Auto.refusal(&scorer, None);
        let calibration = if refusal.is_none() { Calibration::of(&scorer, split, judging) } else { None };
        let test_shares = calibration.as_ref().map(|calibration| calibration.test_shares(&scorer, split));
        let reliability = test_shares.and_then(|shares| ReliabilityCurve::of(scorer.name(), &shares));
        let title = |node: u32| {
            let id = graph.name(node).into_owned();
            match called.and_then(|called| called.of(node)) {
                Some(name) if name != id => format!("{name} ({id})"),
                _ => id,
            }
        };
        // Two nodes on different sides of a bipartite graph have no common neighbour.
        let is_bipartite = graph.sides().is_some_and(|sides| sides.kind == SideKind::Bipartite);
        let two_hop = (scorer.counted() > MOST_SCORED && !is_bipartite).then(|| TwoHop::of(&train));
        let known = |node| graph.neighbours(node);
        let best = match &two_hop {
            Some(two_hop) => two_hop.best_pairs(&products, TOP_LINKS, known),
            None => scorer.best_pairs(TOP_LINKS, known),
        };
        let rows = best.into_iter().map(|link| {
            let [from, to] = link.pair.map(title);
            let held_out = calibration.as_ref().map(|calibration| share(calibration.probability(link.score)));
            [from, to, score(winner, link.score)].into_iter().chain(held_out).collect()
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let held_out = calibration.as_ref().map(|_| "held out");
        let ends =
            if graph.sides().is_some() && !is_bipartite { ["source", "target"] } else { ["node", "node"] };
        let header: Vec<&str> = ends.into_iter().chain(["score"]).chain(held_out).collect();
        let absent = graph.pairs() - graph.edge_count() as u64;
        let highest = match two_hop {
            Some(_) => format!(
                "The highest scores among the pairs without a link that have a common neighbour: all {} would take long. \
                 <code>aevb links</code> goes through all.",
                grouped(absent)
            ),
            None => format!("The highest scores among all {} pairs without a link.", grouped(absent)),
        };
        let meaning = match (held_out, refusal) {
            (Some(_), _) => meaning(judging.len()),
            (None, Some(_)) => {
                " How likely each is takes a count of all pairs, minutes or hours here: <code>aevb links --probabilities \
                 always</code> has it, and <code>aevb links --calibration</code> how right it is."
                    .to_owned()
            }
            (None, None) => String::new(),
        };
        Self {
            heading: heading(winner),
            about: format!("{highest} {}{meaning}", reason(contest.as_ref())),
            table: table(&header, 2, &rows),
            reliability,
        }
    }
}

fn heading(winner: Option<Heuristic>) -> String {
    winner.map_or_else(
        || "Expected links, by the model".to_owned(),
        |winner| {
            format!(
                "Expected links, by {}, which ranks the validation edges better than the model",
                winner.name()
            )
        },
    )
}

/// Why they are the links of the model or of a heuristic, as HTML.
fn reason(contest: Option<&Contest>) -> String {
    let Some(contest) = contest else {
        return "Whether a heuristic ranks better was not measured with these weights; <code>aevb links --by auto</code> \
                measures it."
            .to_owned();
    };
    let (model, edges) = (percent(contest.model), contest.edges_in_words());
    if let Some(winner) = contest.winner() {
        return format!(
            "The mean reciprocal rank of {edges} is {}, and {model} by the model; <code>aevb links --by model</code> has the \
             model's links.",
            percent(winner.mrr)
        );
    }
    format!(
        "No heuristic ranks the validation edges better than the model: its mean reciprocal rank of {edges} is {model}."
    )
}

/// What the last column says.
fn meaning(validation: usize) -> String {
    let edges = match validation {
        1 => "1 validation edge".to_owned(),
        _ => format!("{validation} validation edges"),
    };
    let coarse = if validation < FEW { ", too few to rely on" } else { "" };
    format!(
        " Held out: of all pairs that score so and are no training edges, this share was held out; none of those listed was, as \
         the graph has none of them. It is learnt from {edges}{coarse}."
    )
}

/// Whole numbers without decimals, and small sums with more.
fn score(winner: Option<Heuristic>, score: f64) -> String {
    match winner {
        Some(Heuristic::CommonNeighbours | Heuristic::ThreePaths | Heuristic::PreferentialAttachment) => {
            format!("{score:.0}")
        }
        Some(
            Heuristic::ResourceAllocation | Heuristic::ThreeStepAllocation | Heuristic::PersonalisedPageRank,
        ) => format!("{score:.4}"),
        Some(Heuristic::AdamicAdar | Heuristic::L3) | None => format!("{score:.2}"),
    }
}

/// In percent; what is rounded to none of it and is more than nought says so.
fn share(probability: f64) -> String {
    if probability > 0.0 && probability < 5e-5 { "< 0.01 %".to_owned() } else { percent(probability) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Contestant;

    #[test]
    fn numbers_are_written_for_a_reader() {
        assert_eq!([0.0, 1e-9, 0.421875].map(share), ["0.00 %", "< 0.01 %", "42.19 %"]);
        assert_eq!(score(Some(Heuristic::CommonNeighbours), 12.0), "12");
        assert_eq!(score(Some(Heuristic::ResourceAllocation), 0.00314), "0.0031");
        assert_eq!(score(None, -1.5), "-1.50");
    }

    #[test]
    fn a_reader_is_told_who_ranks_and_why() {
        let heuristic = Heuristic::AdamicAdar;
        let contest = |mrr| Contest {
            edges: 263,
            of: 900,
            model: 0.094,
            heuristics: vec![Contestant { heuristic, mrr, standard_error: 0.0 }],
        };
        assert_eq!(
            reason(Some(&contest(0.25))),
            "The mean reciprocal rank of a sample of 263 of 900 validation edges is 25.00 %, and 9.40 % by the model; \
             <code>aevb links --by model</code> has the model's links."
        );
        assert!(reason(Some(&contest(0.05))).starts_with("No heuristic ranks the validation edges better"));
        assert!(reason(None).starts_with("Whether a heuristic ranks better was not measured"));
        assert!(heading(Some(heuristic)).contains("by Adamic–Adar, which ranks"));
        assert!(meaning(49).ends_with("49 validation edges, too few to rely on."));
        assert!(meaning(FEW).ends_with("50 validation edges."));
    }
}
