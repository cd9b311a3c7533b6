//! Burn's optimizers with their updates in one pass over memory: the same arithmetic in the same order, and so the same
//! bits on the CPU, but for weight decay, where Burn divides by the two corrections one after the other.

mod adagrad;
mod adam;
mod cpu;
mod ops;

pub use adagrad::{Adagrad, AdagradState};
pub use adam::Adam;
