//! Checkpoints: everything a run needs to go on as if it had never stopped.
//!
//! A checkpoint is a folder `checkpoints/step-N` with the weights, the optimizer's moments, a `state.json` and the
//! checksums of these three as `sha256sum --check SHA256SUMS` reads them. It is written under another name, synced and
//! renamed, so that a folder of this name is complete or was damaged later; and one that is damaged in any byte is never
//! believed. What is random has no state: it follows from the seed and the step.

mod files;
mod folder;
mod state;

pub use folder::{Checkpoints, Newest, Which};
pub use state::{Best, Position, State};

/// A checkpoint in memory: sound as to its checksums, not yet compared with an experiment or its data.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Where the run stood.
    pub state: State,
    /// The weights, a safetensors file.
    pub weights: Vec<u8>,
    /// The optimizer's state of every parameter, a safetensors file.
    pub optimizer: Vec<u8>,
}

#[cfg(test)]
mod tests;
