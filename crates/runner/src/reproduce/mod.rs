//! Published tables, made again: what is run, and what the paper says beside it.

mod baselines;
mod link_prediction;

pub use baselines::{Baseline, baselines};
pub use link_prediction::{MODELS, Published, SETS, Set, Table, TableRow};
