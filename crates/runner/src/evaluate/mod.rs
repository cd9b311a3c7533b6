//! Metrics of trained models and of heuristics, and what several runs say together.

mod beside;
mod by_side;
mod cautions;
mod contest;
mod heuristic_key;
mod heuristics;
mod hits_over_runs;
mod inner_products;
mod link_prediction;
mod ranked_edges;
mod ranking;
mod report;
mod steps;
mod summary;
mod test_sample;
mod validation_hits;
mod validation_metric;
mod validation_ranking;

pub use beside::{
    Beside, HeuristicRow, SampledRanking, mean_metrics, mean_rows, model_above_best, table_beside,
};
pub use by_side::RankingBySide;
pub use cautions::{cautions, error_of_auc, lost, told_better};
pub use contest::{Contest, Contestant, contestants};
pub use heuristic_key::{heuristic_key, heuristic_of_key};
pub use heuristics::{heuristic_precision, heuristic_row, random_row};
pub use hits_over_runs::HitsOverRuns;
pub use inner_products::{filtered_ranking, shared_hits, whole_graph_precision};
pub use link_prediction::{LinkPrediction, link_prediction};
pub use ranked_edges::{MOST_SCORES, Queries, RankedEdges, validation_edges_in_words};
pub use ranking::{AT, Hits, Ranking};
pub use report::{Report, ReportRow, Tables, TestMetrics};
pub use summary::Summary;
pub use test_sample::{TestErrors, TestRanking, TestSample, test_ranking};
pub use validation_hits::ValidationHits;
pub use validation_metric::{Ranked, ValidationMetric};
pub use validation_ranking::{ValidationEdges, ValidationRanking};

#[cfg(test)]
mod tests;
