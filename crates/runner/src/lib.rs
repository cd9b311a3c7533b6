//! The application around [`aevb_models`]: experiments read from TOML, training, run folders and evaluation.
//!
//! `config.toml` → [`experiment::Experiment`] → data, split, model and objective → a [`run_folder::RunFolder`].
#![recursion_limit = "256"]

mod awake;
pub mod bench;
pub mod cli;
pub mod clusters;
pub mod commands;
pub mod communities;
pub mod covariates;
pub mod data_folder;
pub mod density;
pub mod device;
pub mod environment;
pub mod error;
pub mod evaluate;
pub mod experiment;
pub mod export;
pub mod features;
pub mod inference;
pub mod interrupt;
pub mod json_lines;
pub mod latents;
pub mod links;
mod long_work;
pub mod model_scores;
pub mod node_names;
pub mod npy;
pub mod outcome;
pub mod output;
pub mod own;
pub mod pair_scores;
pub mod png;
pub mod progress;
pub mod random;
pub mod report;
pub mod reproduce;
pub mod result;
pub mod run_folder;
pub mod seal;
pub mod sheet;
pub mod shell;
pub mod sparkline;
pub mod table;
pub mod table_units;
pub mod tensorboard;
pub mod train;
pub mod zip;

pub use aevb_data::memory;
