//! The best evaluation so far, and whether to wait for a better one.

use super::checkpoint::{Best, Position};
use super::exact::Exact;
use crate::error::{Error, Result};
use crate::experiment::{Metric, Train};
use crate::result::BestEpoch;

/// Watches `train.best_metric`.
pub(super) struct EarlyStopping {
    metric: Option<Metric>,
    patience: Option<u64>,
    pub best: Option<Best>,
    pub evaluations_since_best: u64,
    /// The epoch of the newest evaluation of this process, and its value.
    newest: Option<(u64, f64)>,
}

impl EarlyStopping {
    pub fn new(train: &Train) -> Self {
        let (metric, patience) = (train.best_metric, train.patience);
        Self { metric, patience, best: None, evaluations_since_best: 0, newest: None }
    }

    /// Goes on from where another process stood.
    pub fn restore(&mut self, position: &Position) {
        self.best = position.best;
        self.evaluations_since_best = position.evaluations_since_best;
    }

    /// Whether an evaluation, if there was one, is the best so far.
    ///
    /// # Errors
    /// If it lacks the metric that is watched, or that is no finite number.
    pub fn hear(&mut self, validation: &[(&'static str, f64)], step: u64, epoch: u64) -> Result<bool> {
        let Some(metric) = self.metric.filter(|_| !validation.is_empty()) else { return Ok(false) };
        let found = validation.iter().find(|(name, _)| *name == metric.name());
        let Some(&(_, value)) = found else {
            return Err(Error::usage(format!("train.best_metric: `{}` was not measured", metric.name())));
        };
        if !value.is_finite() {
            return Err(Error::failed(format!("epoch {epoch}: {} is {value}", metric.name()))
                .with_hint("try a smaller optimizer.learning_rate"));
        }
        self.newest = Some((epoch, value));
        if self.best.is_none_or(|best| metric.is_better(value, best.value.0)) {
            self.best = Some(Best { step, epoch, value: Exact(value) });
            self.evaluations_since_best = 0;
            return Ok(true);
        }
        self.evaluations_since_best += 1;
        Ok(false)
    }

    /// Whether patience has run out at an epoch, which only one with an evaluation can show: a run that goes on with less
    /// patience ends at the next.
    pub fn is_over(&self, epoch: u64) -> bool {
        let was_heard = self.newest.is_some_and(|(heard, _)| heard == epoch);
        was_heard && self.patience.is_some_and(|patience| self.evaluations_since_best >= patience)
    }

    /// The epoch of the best evaluation, beside the newest.
    pub fn best_epoch(&self) -> Option<BestEpoch> {
        let (metric, best) = self.metric.zip(self.best)?;
        let (last_epoch, last_value) = self.newest?;
        Some(BestEpoch { epoch: best.epoch, metric, value: best.value.0, last_epoch, last_value })
    }

    /// The best evaluation in words.
    pub fn best_in_words(&self) -> Option<String> {
        let (metric, best) = self.metric.zip(self.best)?;
        let Best { epoch, step, value: Exact(value) } = best;
        Some(format!("the best {}, {value:.4}, is that of epoch {epoch}, step {step}", metric.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stopping(metric: Metric, patience: u64) -> EarlyStopping {
        EarlyStopping::new(&Train { best_metric: Some(metric), patience: Some(patience), ..Train::default() })
    }

    #[test]
    fn patience_counts_evaluations_without_a_better_one() {
        let mut stopping = stopping(Metric::Auc, 2);
        let mut hear = |epoch, auc| {
            let is_best = stopping.hear(&[("ap", 0.0), ("auc", auc)], epoch, epoch).expect("measured");
            (is_best, stopping.is_over(epoch))
        };
        assert_eq!(hear(1, 0.5), (true, false));
        assert_eq!(hear(2, 0.5), (false, false), "as good is no better");
        assert_eq!(hear(3, 0.6), (true, false));
        assert_eq!(hear(4, 0.4), (false, false));
        assert_eq!(hear(5, 0.5), (false, true));
        assert_eq!(stopping.best.map(|best| best.epoch), Some(3));
    }

    #[test]
    fn less_patience_ends_at_the_next_evaluation() {
        let mut stopping = stopping(Metric::Auc, 1);
        stopping.best = Some(Best { step: 1, epoch: 1, value: Exact(0.5) });
        stopping.evaluations_since_best = 3;
        assert!(!stopping.is_over(4), "nothing was heard of it");
        assert!(!stopping.hear(&[("auc", 0.4)], 5, 5).expect("measured"));
        assert!(stopping.is_over(5));
        assert!(stopping.best_epoch().is_some());
    }

    #[test]
    fn epochs_without_an_evaluation_do_not_count() {
        let mut stopping = stopping(Metric::Elbo, 1);
        assert!(stopping.hear(&[("elbo", -100.0)], 1, 1).expect("measured"));
        assert!(!stopping.hear(&[], 2, 2).expect("nothing to hear"));
        assert!(!stopping.is_over(2));
        assert!(stopping.hear(&[("kl", 1.0)], 3, 3).is_err());
    }

    #[test]
    fn a_reconstruction_is_better_where_it_is_smaller() {
        let mut stopping = stopping(Metric::Reconstruction, 1);
        assert!(stopping.hear(&[("reconstruction", 80.0)], 1, 1).expect("measured"));
        assert!(stopping.hear(&[("reconstruction", 79.0)], 2, 2).expect("measured"));
        assert!(!stopping.hear(&[("reconstruction", 79.5)], 3, 3).expect("measured"));
    }
}
