//! Metrics of trained models, and what several runs say together.

mod link_prediction;
mod summary;

pub use link_prediction::{LinkPrediction, link_prediction};
pub use summary::Summary;
