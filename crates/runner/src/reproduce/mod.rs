//! Published results, made again: what is run, and what the paper says beside it.

mod baselines;
mod finished;
mod image_bounds;
mod iwae;
mod link_prediction;
mod links;
mod scale;

pub use baselines::{Baseline, baselines};
pub use image_bounds::{BoundsRow, BoundsTable, CurvePoint, ImageRun, image_runs};
pub use iwae::{IWAE_RUNS, IwaeRow, IwaeTable};
pub use link_prediction::{MODELS, Published, SETS, Set, Table, TableRow, VARIANTS};
pub use links::{LINKS_GRAPHS, LinksGraph, LinksRow, LinksRun, LinksTable, Protocol, links_runs};
pub use scale::{
    Estimate, SCALE_CONFIG, SCALE_GRAPHS, ScaleGraph, ScaleRow, ScaleRun, ScaleTable, WAYS, Way, scale_runs,
};

/// Whether a run of this name is asked for by that of a group, its own or the beginning of it: `frey-2` is of `frey`, `frey-20`
/// is not of `frey-2`.
pub fn is_of_group(run: &str, group: &str) -> bool {
    run.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
