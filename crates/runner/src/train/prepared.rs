//! What can be done with a task, whichever it is, once its data are read.

use super::checkpoint::Checkpoint;
use super::continuation::{self, Continuation};
use super::density::{self, DensityModel, DensityTask};
use super::graph::{self, GraphModel, GraphTask};
use crate::error::Result;
use crate::experiment::Experiment;
use crate::outcome::Outcome;
use crate::progress::Observer;
use crate::run_folder::RunFolder;

/// A task with its data, where there is the memory to train on it.
pub(super) trait Prepared {
    /// Trains and measures.
    fn train(
        &self,
        experiment: &Experiment,
        folder: &RunFolder,
        start: Option<Checkpoint>,
        heuristics: bool,
        observer: &mut dyn Observer,
    ) -> Result<Outcome>;

    /// What training says before its first step.
    fn check(&self, experiment: &Experiment) -> Result<Vec<String>>;

    /// The weights of a finished run, as far as there is use for them.
    fn continue_from(
        &self,
        experiment: &Experiment,
        before: &Experiment,
        run: &RunFolder,
    ) -> Result<Continuation>;
}

impl<M: GraphModel> Prepared for GraphTask<M> {
    fn train(
        &self,
        experiment: &Experiment,
        folder: &RunFolder,
        start: Option<Checkpoint>,
        heuristics: bool,
        observer: &mut dyn Observer,
    ) -> Result<Outcome> {
        let result = graph::train(self, experiment, folder, start, heuristics, observer)?;
        Ok(Outcome::Links(Box::new(result)))
    }

    fn check(&self, experiment: &Experiment) -> Result<Vec<String>> {
        GraphTask::check(self, experiment)
    }

    fn continue_from(
        &self,
        experiment: &Experiment,
        before: &Experiment,
        run: &RunFolder,
    ) -> Result<Continuation> {
        continuation::of(self, experiment, before, run)
    }
}

impl<M: DensityModel> Prepared for DensityTask<M> {
    fn train(
        &self,
        experiment: &Experiment,
        folder: &RunFolder,
        start: Option<Checkpoint>,
        _heuristics: bool,
        observer: &mut dyn Observer,
    ) -> Result<Outcome> {
        let result = density::train(self, experiment, folder, start, observer)?;
        Ok(Outcome::Density(Box::new(result)))
    }

    fn check(&self, experiment: &Experiment) -> Result<Vec<String>> {
        DensityTask::check(self, experiment)
    }

    fn continue_from(
        &self,
        experiment: &Experiment,
        before: &Experiment,
        run: &RunFolder,
    ) -> Result<Continuation> {
        continuation::of(self, experiment, before, run)
    }
}
