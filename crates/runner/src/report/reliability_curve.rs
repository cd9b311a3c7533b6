//! The shares of test edges that the validation edges told beside those that there are, over all pairs, as a chart.

use super::axis::{Axis, Spread};
use super::chart::{Chart, Series, Stroke};
use super::html::grouped;
use crate::links::TestShare;

/// A chart and what it says in words.
pub(super) struct ReliabilityCurve {
    pub chart: Chart,
    pub caption: String,
}

impl ReliabilityCurve {
    /// Of what a ranker of this name told; none where no pair is left.
    pub(super) fn of(by: &str, shares: &[TestShare]) -> Option<Self> {
        let drawn: Vec<&TestShare> = shares.iter().filter(|bin| bin.share > 0.0 && bin.told > 0.0).collect();
        let ends =
            drawn.iter().flat_map(|bin| [bin.told, bin.interval[0].max(bin.share / 10.0), bin.interval[1]]);
        let [least, most] =
            ends.fold([f64::INFINITY, 0.0_f64], |[least, most], end| [least.min(end), most.max(end)]);
        if drawn.is_empty() {
            return None;
        }
        let ends = [least / 1.5, (most * 1.5).min(1.0)];
        let axis = |label: &str| Axis { label: label.to_owned(), spread: Spread::Log, range: Some(ends) };
        let right = Series {
            stroke: Stroke::Reference,
            ..Series::line("as told", ends.map(|end| [end; 2]).to_vec())
        };
        let found = Series {
            bars: drawn.iter().map(|bin| bin.interval).collect(),
            ..Series::marked(by, drawn.iter().map(|bin| [bin.told, bin.share]).collect())
        };
        let chart = Chart {
            title: "Reliability over all pairs".to_owned(),
            x: axis("share of test edges as told"),
            y: axis("share that is"),
            series: vec![found, right],
        };
        Some(Self { chart, caption: caption(shares, drawn.len()) })
    }
}

fn caption(shares: &[TestShare], drawn: usize) -> String {
    let sum = |of: &dyn Fn(&TestShare) -> f64| shares.iter().map(of).sum::<f64>();
    let pairs = shares.iter().map(|bin| bin.pairs).sum();
    let (told, there) = (sum(&|bin| bin.told * bin.pairs as f64), sum(&|bin| bin.test_edges as f64));
    let outside =
        shares.iter().filter(|bin| bin.told < bin.interval[0] || bin.told > bin.interval[1]).count();
    let hidden = match shares.len() - drawn {
        0 => String::new(),
        count => format!(" Of {count} bins nothing is drawn, as no test edge is in them or none was told."),
    };
    format!(
        "How right probabilities are at the graph's own sparsity: of all {} pairs that are neither training nor validation edges, in \
         bins by score, the share that the validation edges tell to be test edges, and the share that is, with intervals of 95 %. \
         {told:.0} test edges are told in all, and there are {there:.0}; {outside} of {} bins lie outside their intervals.{hidden}",
        grouped(pairs),
        shares.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(pairs: u64, told: f64, test_edges: u64, interval: [f64; 2]) -> TestShare {
        TestShare { pairs, told, test_edges, share: test_edges as f64 / pairs as f64, interval }
    }

    #[test]
    fn the_caption_counts_what_the_curve_shows_and_what_it_cannot() {
        let shares = [
            share(100, 0.25, 30, [0.22, 0.4]),
            share(10_000, 0.01, 50, [0.004, 0.007]),
            share(1_000_000, 1e-6, 0, [0.0, 4e-6]),
        ];
        let ReliabilityCurve { chart, caption } =
            ReliabilityCurve::of("the model", &shares).expect("a curve");
        assert_eq!(chart.series[0].points, [[0.25, 0.3], [0.01, 0.005]]);
        assert_eq!(chart.series[0].bars, [[0.22, 0.4], [0.004, 0.007]]);
        assert!(caption.contains("of all 1\u{202f}010\u{202f}100 pairs that are neither"), "{caption}");
        assert!(
            caption.contains(" 126 test edges are told in all, and there are 80; 1 of 3 bins lie outside")
        );
        assert!(
            caption.ends_with(" Of 1 bins nothing is drawn, as no test edge is in them or none was told.")
        );
        // A bar goes down to what is drawn of the axis.
        let svg = chart.to_inline_svg();
        assert!(svg.contains("class=\"bars s0\"") && !svg.contains("NaN"), "{svg}");
        assert!(ReliabilityCurve::of("the model", &shares[2..]).is_none());
        assert!(ReliabilityCurve::of("the model", &[]).is_none());
    }
}
