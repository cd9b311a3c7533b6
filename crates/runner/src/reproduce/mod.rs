//! Published results, made again: what is run, and what the paper says beside it.

mod baselines;
mod image_bounds;
mod iwae;
mod link_prediction;
mod scale;

pub use baselines::{Baseline, baselines};
pub use image_bounds::{BoundsRow, BoundsTable, CurvePoint, ImageRun, image_runs};
pub use iwae::{IWAE_RUNS, IwaeRow, IwaeTable};
pub use link_prediction::{MODELS, Published, SETS, Set, Table, TableRow, VARIANTS};
pub use scale::{
    Estimate, SCALE_CONFIG, SCALE_GRAPHS, ScaleGraph, ScaleRow, ScaleRun, ScaleTable, WAYS, Way, scale_runs,
};
