//! What a run shows while it works, on stderr: a bar on a terminal, lines elsewhere, or nothing.

use std::fmt::Write;

use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use crate::evaluate::{Ranked, ValidationMetric};
use crate::experiment::Metric;
use crate::output;
use crate::sparkline::sparkline;

/// Hears of each step and each epoch as it ends.
pub trait Observer: Send {
    /// A step has ended: the `step`-th, from 1, `of` so many.
    fn step(&mut self, _step: u64, _of: u64) {}

    /// An epoch has ended.
    fn epoch(&mut self, report: &EpochReport);

    /// There is something to know.
    fn message(&mut self, _text: &str) {}
}

/// Two observers, told in this order.
impl<A: Observer, B: Observer> Observer for (A, Option<B>) {
    fn step(&mut self, step: u64, of: u64) {
        self.0.step(step, of);
        self.1.iter_mut().for_each(|observer| observer.step(step, of));
    }

    fn epoch(&mut self, report: &EpochReport) {
        self.0.epoch(report);
        self.1.iter_mut().for_each(|observer| observer.epoch(report));
    }

    fn message(&mut self, text: &str) {
        self.0.message(text);
        self.1.iter_mut().for_each(|observer| observer.message(text));
    }
}

/// What there is to say of an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochReport {
    /// Its number, from 1.
    pub epoch: usize,
    /// The steps taken since the first epoch began.
    pub step: u64,
    /// Its loss.
    pub loss: f64,
    /// The terms of the loss by name.
    pub terms: Vec<(String, f64)>,
    /// Metrics, where they were taken after this epoch.
    pub validation: Vec<ValidationMetric>,
    /// The one that epochs are compared by, where they are.
    pub best_metric: Option<Metric>,
    /// What the metrics are measured in.
    pub unit: Unit,
    /// What the metrics were taken on.
    pub watched: &'static str,
}

/// What metrics are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A fraction in [0, 1], shown in per cent.
    Fraction,
    /// Nats per datapoint.
    Nats,
}

/// Shows a run's epochs.
pub struct Progress {
    epochs: usize,
    display: Display,
    /// The last validation metrics, for a bar to keep showing.
    validation: String,
    /// The loss of each epoch, for a bar to draw.
    losses: Vec<f64>,
}

enum Display {
    Bar(ProgressBar),
    Lines,
    /// Messages alone, until the first step.
    Beginning,
    Nothing,
}

/// Where no terminal shows a bar, about this many lines tell of a run.
const LINES: usize = 20;

/// The letters of a bar's curve of the loss.
const CURVE: usize = 24;

impl Progress {
    /// A bar where stderr is a terminal, lines where it is not, and nothing where `quiet`.
    pub fn new(epochs: usize, quiet: bool) -> Self {
        let display = if quiet {
            Display::Nothing
        } else if is_terminal() {
            let style =
                ProgressStyle::with_template("epoch {prefix}  step {pos}/{len} {wide_bar} {speed}\n{msg}")
                    .expect("the template is well formed")
                    .with_key("speed", |state: &ProgressState, text: &mut dyn Write| {
                        // Before the first step there is no speed.
                        if state.pos() > 0 {
                            let left = HumanDuration(state.eta());
                            let _ = write!(text, "{:.1} steps/s  {left:#} left", state.per_sec());
                        }
                    });
            // The number of steps comes with the first one.
            Display::Bar(ProgressBar::no_length().with_style(style).with_prefix(format!("1/{epochs}")))
        } else {
            Display::Lines
        };
        Self { epochs, display, validation: String::new(), losses: Vec::new() }
    }

    /// What is said before the first step, and nothing more.
    pub fn beginning() -> Self {
        Self { epochs: 0, display: Display::Beginning, validation: String::new(), losses: Vec::new() }
    }

    fn is_told(&self, report: &EpochReport) -> bool {
        let step = self.epochs.div_ceil(LINES).max(1);
        report.epoch.is_multiple_of(step) || report.epoch == 1 || report.epoch == self.epochs
    }

    fn text(&self, report: &EpochReport) -> String {
        format!("loss {:.5}{}", report.loss, self.validation)
    }
}

/// Whether stderr is a terminal that lines can be drawn over in.
pub(crate) fn is_terminal() -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|kind| kind == "dumb");
    std::io::IsTerminal::is_terminal(&std::io::stderr()) && !is_dumb
}

impl Observer for Progress {
    fn step(&mut self, step: u64, of: u64) {
        if let Display::Beginning = &self.display {
            self.display = Display::Nothing;
        }
        if let Display::Bar(bar) = &self.display {
            if bar.length().is_none() {
                // A run that goes on has not taken its first steps in this second.
                bar.set_length(of);
                bar.set_position(step);
                bar.reset_eta();
            }
            bar.set_position(step);
        }
    }

    fn epoch(&mut self, report: &EpochReport) {
        if !report.validation.is_empty() {
            self.validation = format!("  {}", report.watched);
            for &ValidationMetric { name, value, ranked } in &report.validation {
                let _ = match (report.unit, ranked) {
                    (Unit::Fraction, None) => write!(self.validation, "  {name} {:.2} %", 100.0 * value),
                    (Unit::Nats, None) => write!(self.validation, "  {name} {value:.2}"),
                    // Of those of ranks, which are many, the one that counts.
                    (_, Some(Ranked { standard_error, .. })) => match report.best_metric {
                        Some(metric) if metric.name() == name => {
                            write!(
                                self.validation,
                                "  {name} {}",
                                metric.show_with_error(value, standard_error)
                            )
                        }
                        _ => Ok(()),
                    },
                };
            }
        }
        match &self.display {
            Display::Bar(bar) => {
                self.losses.push(report.loss);
                let next = self.epochs.min(report.epoch + 1);
                bar.set_prefix(format!("{next}/{}", self.epochs));
                // A line each, so that neither is cut where a terminal is narrow.
                let curve = sparkline(&self.losses, CURVE);
                bar.set_message(format!(
                    "{curve}  loss {:.5}\n{}",
                    report.loss,
                    self.validation.trim_start()
                ));
            }
            Display::Lines if self.is_told(report) || !report.validation.is_empty() => {
                output::message(&format!("epoch {}/{}  {}", report.epoch, self.epochs, self.text(report)));
                self.validation.clear();
            }
            Display::Lines | Display::Beginning | Display::Nothing => {}
        }
    }

    fn message(&mut self, text: &str) {
        match &self.display {
            Display::Bar(bar) => bar.suspend(|| output::message(text)),
            Display::Lines | Display::Beginning => output::message(text),
            Display::Nothing => {}
        }
    }
}

impl Drop for Progress {
    /// The bar goes when the run does, however it ends, so that messages begin on a line of their own.
    fn drop(&mut self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
impl EpochReport {
    /// An epoch of one step of which the loss alone is known.
    pub(crate) fn of_loss(epoch: usize, loss: f64) -> Self {
        let (terms, validation) = (Vec::new(), Vec::new());
        let step = epoch as u64;
        Self {
            epoch,
            step,
            loss,
            terms,
            validation,
            best_metric: None,
            unit: Unit::Fraction,
            watched: "validation",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(epochs: usize) -> Vec<usize> {
        let progress =
            Progress { epochs, display: Display::Nothing, validation: String::new(), losses: Vec::new() };
        let report = |epoch| EpochReport::of_loss(epoch, 0.5);
        (1..=epochs).filter(|&epoch| progress.is_told(&report(epoch))).collect()
    }

    #[test]
    fn short_runs_tell_every_epoch_and_long_ones_about_twenty() {
        assert_eq!(told(3), [1, 2, 3]);
        assert_eq!(told(200).len(), 21);
        assert_eq!(told(1_000_003).last(), Some(&1_000_003));
        assert!(told(1_000_003).len() <= 22);
    }

    #[test]
    fn a_line_says_the_loss_and_the_newest_validation() {
        let mut progress =
            Progress { epochs: 9, display: Display::Nothing, validation: String::new(), losses: Vec::new() };
        let mut report = EpochReport::of_loss(4, 0.123_456_7);
        report.validation = vec![("AUC", 0.9).into(), ("AP", 0.875).into()];
        progress.epoch(&report);
        assert_eq!(progress.text(&report), "loss 0.12346  validation  AUC 90.00 %  AP 87.50 %");
        report.validation.clear();
        progress.epoch(&report);
        assert!(progress.text(&report).ends_with("AP 87.50 %"));
        // Of many metrics of ranks the one that is watched.
        let ranked = Some(Ranked { standard_error: 0.0125, edges: 1, of: 1 });
        let of_ranks = |metric: Metric| ValidationMetric { name: metric.name(), value: 0.5, ranked };
        report.validation = vec![("auc", 0.9).into(), of_ranks(Metric::Mrr), of_ranks(Metric::HitsAt3)];
        report.best_metric = Some(Metric::Mrr);
        progress.epoch(&report);
        assert!(progress.text(&report).ends_with("validation  auc 90.00 %  mrr 50.00 ± 1.25 %"));
    }
}
