//! The best evaluation so far, and whether to wait for a better one.

use super::checkpoint::{Best, Position};
use super::exact::Exact;
use crate::error::{Error, Result};
use crate::evaluate::{Ranked, ValidationMetric};
use crate::experiment::{Metric, Train};
use crate::result::BestEpoch;

/// Watches `train.best_metric`.
pub(super) struct EarlyStopping {
    metric: Option<Metric>,
    patience: Option<u64>,
    pub best: Option<Best>,
    pub evaluations_since_best: u64,
    /// The epoch of the newest evaluation of this process, and what it found.
    newest: Option<(u64, ValidationMetric)>,
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
    pub fn hear(&mut self, validation: &[ValidationMetric], step: u64, epoch: u64) -> Result<bool> {
        let Some(metric) = self.metric.filter(|_| !validation.is_empty()) else { return Ok(false) };
        let found = validation.iter().find(|found| found.name == metric.name());
        let Some(&found) = found else {
            return Err(Error::usage(format!("train.best_metric: `{}` was not measured", metric.name())));
        };
        let value = found.value;
        if !value.is_finite() {
            return Err(Error::failed(format!("epoch {epoch}: {} is {value}", metric.name()))
                .with_hint("try a smaller optimizer.learning_rate"));
        }
        self.newest = Some((epoch, found));
        if self.best.is_none_or(|best| metric.is_better(value, best.value.0)) {
            let standard_error = found.ranked.map(|ranked| Exact(ranked.standard_error));
            self.best = Some(Best { step, epoch, value: Exact(value), standard_error });
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
        let (last_epoch, last) = self.newest?;
        let (Exact(value), ranked) = (best.value, self.ranked());
        Some(BestEpoch { epoch: best.epoch, metric, value, ranked, last_epoch, last_value: last.value })
    }

    /// What the best evaluation was measured on, where it is one of ranks: all are taken on the same edges.
    fn ranked(&self) -> Option<Ranked> {
        let Exact(standard_error) = self.best?.standard_error?;
        let (_, newest) = self.newest?;
        Some(Ranked { standard_error, ..newest.ranked? })
    }

    /// The best evaluation in words.
    pub fn best_in_words(&self) -> Option<String> {
        let (metric, best) = self.metric.zip(self.best)?;
        let Best { epoch, step, value: Exact(value), .. } = best;
        let ranked = self.ranked().map_or_else(String::new, |ranked| {
            format!(" ± {:.4} on {}", ranked.standard_error, ranked.edges_in_words())
        });
        Some(format!("the best {}, {value:.4}{ranked}, is that of epoch {epoch}, step {step}", metric.name()))
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
            let is_best =
                stopping.hear(&[("ap", 0.0).into(), ("auc", auc).into()], epoch, epoch).expect("measured");
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
        stopping.best = Some(Best { step: 1, epoch: 1, value: Exact(0.5), standard_error: None });
        stopping.evaluations_since_best = 3;
        assert!(!stopping.is_over(4), "nothing was heard of it");
        assert!(!stopping.hear(&[("auc", 0.4).into()], 5, 5).expect("measured"));
        assert!(stopping.is_over(5));
        assert!(stopping.best_epoch().is_some());
    }

    #[test]
    fn epochs_without_an_evaluation_do_not_count() {
        let mut stopping = stopping(Metric::Elbo, 1);
        assert!(stopping.hear(&[("elbo", -100.0).into()], 1, 1).expect("measured"));
        assert!(!stopping.hear(&[], 2, 2).expect("nothing to hear"));
        assert!(!stopping.is_over(2));
        assert!(stopping.hear(&[("kl", 1.0).into()], 3, 3).is_err());
    }

    #[test]
    fn the_best_of_a_metric_of_ranks_has_its_error_and_its_edges() {
        let mut stopping = stopping(Metric::HitsAt10, 9);
        let mut hear = |epoch, value, standard_error| {
            let ranked = Some(Ranked { standard_error, edges: 5, of: 7 });
            let found = ValidationMetric { name: "hits@10", value, ranked };
            stopping.hear(&[("auc", 0.0).into(), found], epoch, epoch).expect("measured")
        };
        assert_eq!([hear(1, 0.25, 0.125), hear(2, 0.5, 0.0625), hear(3, 0.375, 0.25)], [true, true, false]);
        let told = stopping.best_in_words().expect("one");
        let on = "a sample of 5 of 7 validation edges";
        assert_eq!(told, format!("the best hits@10, 0.5000 ± 0.0625 on {on}, is that of epoch 2, step 2"));
        let told = stopping.best_epoch().expect("one").to_text();
        let expected = "kept the weights of epoch 2, whose validation Hits@10 of 50.00 ± 6.25 % on a sample of 5 of 7 validation \
                        edges is the best; the last epoch, 3, had 37.50 %";
        assert_eq!(told, expected);
    }

    #[test]
    fn a_reconstruction_is_better_where_it_is_smaller() {
        let mut stopping = stopping(Metric::Reconstruction, 1);
        assert!(stopping.hear(&[("reconstruction", 80.0).into()], 1, 1).expect("measured"));
        assert!(stopping.hear(&[("reconstruction", 79.0).into()], 2, 2).expect("measured"));
        assert!(!stopping.hear(&[("reconstruction", 79.5).into()], 3, 3).expect("measured"));
    }
}
