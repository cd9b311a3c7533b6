//! Hits@K of several runs.

use serde::{Deserialize, Serialize};

use super::ranking::{AT, Hits};
use super::summary::Summary;

/// The means of Hits@K and their sample standard deviations over runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HitsOverRuns {
    /// The means.
    pub mean: Hits,
    /// The deviations; absent for a single run.
    pub std: Option<Hits>,
}

impl HitsOverRuns {
    /// Summarises one value a run; `None` where there is no run, or one lacks them.
    pub fn of(runs: impl Iterator<Item = Option<Hits>>) -> Option<Self> {
        let runs: Vec<[f64; AT.len()]> =
            runs.map(|hits| hits.map(|hits| hits.values())).collect::<Option<_>>()?;
        let (mut mean, mut std) = ([0.0; AT.len()], [None; AT.len()]);
        for place in 0..AT.len() {
            let summary = Summary::of(&runs.iter().map(|hits| hits[place]).collect::<Vec<_>>())?;
            (mean[place], std[place]) = (summary.mean, summary.std);
        }
        let has_deviations = std.iter().all(Option::is_some);
        let std = has_deviations.then(|| std.map(Option::unwrap_or_default).into());
        Some(Self { mean: mean.into(), std })
    }

    /// In percent, for a reader.
    pub fn to_text(&self) -> String {
        let shares: Vec<String> = match self.std {
            None => self.mean.values().map(|share| format!("{:.2}", 100.0 * share)).to_vec(),
            Some(std) => {
                let pairs = self.mean.values().into_iter().zip(std.values());
                pairs.map(|(mean, std)| format!("{:.2} ± {:.2}", 100.0 * mean, 100.0 * std)).collect()
            }
        };
        format!("{} {} %", Hits::shared_title(), shares.join(" / "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_have_means_and_deviations_where_all_of_them_were_measured() {
        let hits = |at_100| Hits::from([0.0, 0.25, 0.5, 0.5, at_100]);
        let two = HitsOverRuns::of([Some(hits(0.5)), Some(hits(1.0))].into_iter()).expect("two runs");
        assert_eq!((two.mean, two.std.map(|std| std.at_50)), (hits(0.75), Some(0.0)));
        assert_eq!(
            two.to_text(),
            "shared Hits@1/3/10/50/100 0.00 ± 0.00 / 25.00 ± 0.00 / 50.00 ± 0.00 / 50.00 ± 0.00 / 75.00 ± 35.36 %"
        );
        let one = HitsOverRuns::of(std::iter::once(Some(hits(0.5)))).expect("a run");
        assert_eq!(one, HitsOverRuns { mean: hits(0.5), std: None });
        assert_eq!(one.to_text(), "shared Hits@1/3/10/50/100 0.00 / 25.00 / 50.00 / 50.00 / 50.00 %");
        assert_eq!(HitsOverRuns::of([Some(hits(0.5)), None].into_iter()), None);
        assert_eq!(HitsOverRuns::of(std::iter::empty()), None);
    }
}
