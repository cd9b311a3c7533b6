//! What ranks the links.

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{Graph, SideKind};

use crate::error::{Error, Result};
use crate::evaluate::{Contest, heuristic_key};

/// How many standard errors the draw of the validation edges may move a difference, as [`lost`](crate::evaluate::lost) has it.
const ERRORS: f64 = 2.0;

/// What ranks the links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum By {
    /// Whichever ranks the validation edges better, the model or one of the heuristics but PageRank
    Auto,
    /// The model's decoder
    Model,
    /// How many neighbours two nodes share
    CommonNeighbours,
    /// The same, each weighing 1 / ln(its degree)
    AdamicAdar,
    /// The same, each weighing 1 / its degree
    ResourceAllocation,
    /// How many paths of three edges join two nodes of a bipartite graph
    ThreePaths,
    /// The same, each weighing 1 / √(the product of the degrees of the two nodes within)
    L3,
    /// The same, each weighing 1 / (the product of these degrees)
    ThreeStepAllocation,
    /// The product of the degrees
    PreferentialAttachment,
    /// Walks from each of the two that start again; slow without --for
    #[value(name = "personalised-pagerank")]
    PersonalisedPageRank,
}

impl By {
    /// The heuristic that is named, where one is.
    pub fn heuristic(self) -> Option<Heuristic> {
        match self {
            Self::Auto | Self::Model => None,
            Self::CommonNeighbours => Some(Heuristic::CommonNeighbours),
            Self::AdamicAdar => Some(Heuristic::AdamicAdar),
            Self::ResourceAllocation => Some(Heuristic::ResourceAllocation),
            Self::ThreePaths => Some(Heuristic::ThreePaths),
            Self::L3 => Some(Heuristic::L3),
            Self::ThreeStepAllocation => Some(Heuristic::ThreeStepAllocation),
            Self::PreferentialAttachment => Some(Heuristic::PreferentialAttachment),
            Self::PersonalisedPageRank => Some(Heuristic::PersonalisedPageRank),
        }
    }

    /// Whom a contest chooses, in a sentence.
    pub fn chosen(contest: &Contest) -> String {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let model = percent(contest.model);
        let of = match contest.edges < contest.of {
            true => format!(" on {}", contest.edges_in_words()),
            false => String::new(),
        };
        if let Some(winner) = contest.winner() {
            let (name, theirs) = (winner.heuristic.name(), percent(winner.mrr));
            let is_close = winner.mrr - contest.model <= ERRORS * winner.standard_error;
            let doubt = if is_close { ", no more than the draw of the edges may move it" } else { "" };
            return format!(
                "by {name}, which ranks the validation edges better than the model (MRR {theirs} against {model}{of}{doubt}); \
                 --by model takes the model"
            );
        }
        let best = contest.heuristics.iter().max_by(|one, other| one.mrr.total_cmp(&other.mrr));
        let against = best.map(|best| format!(" against {} of {}", percent(best.mrr), best.heuristic.name()));
        format!(
            "by the model, which no heuristic outdoes on the validation edges (MRR {model}{}{of})",
            against.unwrap_or_default()
        )
    }
}

/// Refuses a heuristic that says nothing of the pairs of a graph; `flag` asked for it.
///
/// # Errors
/// With those that do.
pub fn require_suited(heuristic: Heuristic, graph: &Graph, flag: &str) -> Result<()> {
    let suited = Heuristic::of(graph);
    if suited.contains(&heuristic) {
        return Ok(());
    }
    let key = heuristic_key(heuristic);
    let why = match graph.sides().map(|sides| sides.kind) {
        None => "is for bipartite graphs, and this run's has no sides",
        Some(SideKind::Directed) => {
            "tells nothing of the direction of an edge, and the run's graph is directed"
        }
        Some(SideKind::Bipartite) => {
            "is 0 for every pair of a bipartite graph: nodes of different sides have no neighbour in common"
        }
    };
    let keys: Vec<&str> = suited.into_iter().map(heuristic_key).collect();
    Err(Error::usage(format!("{flag} {key}: {why}")).with_hint(format!("there are {}", keys.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Contestant;

    #[test]
    fn the_choice_is_said_with_its_reason() {
        let contest = |mrr| Contest {
            edges: 263,
            of: 263,
            model: 0.094,
            heuristics: vec![Contestant {
                heuristic: Heuristic::ResourceAllocation,
                mrr,
                standard_error: 0.0,
            }],
        };
        assert_eq!(
            By::chosen(&contest(0.249)),
            "by resource allocation, which ranks the validation edges better than the model (MRR 24.9 % against 9.4 %); --by \
             model takes the model"
        );
        assert_eq!(
            By::chosen(&contest(0.05)),
            "by the model, which no heuristic outdoes on the validation edges (MRR 9.4 % against 5.0 % of resource allocation)"
        );
        let sampled = By::chosen(&Contest { of: 900, ..contest(0.249) });
        assert!(sampled.contains("9.4 % on a sample of 263 of 900 validation edges)"), "{sampled}");
    }

    #[test]
    fn a_choice_that_chance_may_have_made_is_doubted_as_after_training() {
        const DOUBT: &str = "no more than the draw of the edges may move it";
        // 0.1 above the model's: within two standard errors of 0.06, outside two of 0.04.
        for (standard_error, is_doubted) in [(0.06, true), (0.04, false)] {
            let heuristic = Heuristic::AdamicAdar;
            let heuristics = vec![Contestant { heuristic, mrr: 0.3, standard_error }];
            let contest = Contest { edges: 44, of: 44, model: 0.2, heuristics };
            let chosen = By::chosen(&contest);
            assert_eq!(chosen.contains(&format!("20.0 %, {DOUBT})")), is_doubted, "{chosen}");
            let after_training = crate::evaluate::lost(&contest, "run").expect("it ranks better");
            assert_eq!(after_training.contains(DOUBT), is_doubted, "{after_training}");
        }
    }
}
