//! Ranks of a graph with sides, told apart by the side that ranks.

use aevb_data::graph::{Graph, SideKind};
use serde::{Deserialize, Serialize};

use super::ranking::{AT, Ranking};

/// How each side ranks the other: the means of the ends that all ranks together are the mean of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "sides", rename_all = "kebab-case")]
pub enum RankingBySide {
    /// Of a directed graph.
    Directed {
        /// The targets of edges, among those that their source has no edge to.
        targets: Ranking,
        /// The sources of edges, among those that have no edge to their target.
        sources: Ranking,
    },
    /// Of a bipartite graph.
    Bipartite {
        /// The nodes of the second side, by those of the first.
        right: Ranking,
        /// The nodes of the first side, by those of the second.
        left: Ranking,
    },
}

impl RankingBySide {
    /// From the ranks of each edge `[left, right]`, the rank of its right end first; none of a graph without sides.
    pub fn of(graph: &Graph, ranks: &[f64]) -> Option<Self> {
        let kind = graph.sides()?.kind;
        let of_end = |end: usize| {
            let ranks: Vec<f64> = ranks.iter().skip(end).step_by(2).copied().collect();
            Ranking::of(&ranks)
        };
        let [right, left] = [of_end(0)?, of_end(1)?];
        Some(match kind {
            SideKind::Directed => Self::Directed { targets: right, sources: left },
            SideKind::Bipartite => Self::Bipartite { right, left },
        })
    }

    /// Who is ranked by whom, in words, and how.
    pub fn sides(&self) -> [(&'static str, Ranking); 2] {
        match *self {
            Self::Directed { targets, sources } => {
                [("targets by their sources", targets), ("sources by their targets", sources)]
            }
            Self::Bipartite { right, left } => {
                [("the second side by the first", right), ("the first side by the second", left)]
            }
        }
    }

    /// Two lines for a reader.
    pub fn to_text(&self) -> String {
        let line = |(name, Ranking { mrr, hits }): (&str, Ranking)| {
            let hits = hits.values().map(|share| format!("{:.2}", 100.0 * share)).join(" / ");
            let at = AT.map(|k| k.to_string()).join("/");
            format!("{:10}  MRR {:>6.2} %  Hits@{at} {hits} %  {name}\n", "", 100.0 * mrr)
        };
        self.sides().map(line).concat()
    }
}
