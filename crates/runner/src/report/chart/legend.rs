//! The names of a chart's series, each beside a piece of its line, in as many rows as they take.

use std::fmt::Write;

use super::{LETTER, Series, classes};
use crate::report::html::escape;

/// The height of a row, and what a line's sample takes of it.
const ROW: f64 = 18.0;
const SAMPLE: f64 = 30.0;

/// For each series where its name begins, and in which row.
pub(super) struct Legend {
    places: Vec<[f64; 2]>,
    rows: usize,
}

impl Legend {
    pub(super) fn between(left: f64, right: f64, series: &[Series]) -> Self {
        let (mut at, mut row) = (left, 0);
        let mut place = |series: &Series| {
            let width = series.legend_width();
            if at > left && at + width > right {
                (at, row) = (left, row + 1);
            }
            let place = [at, row as f64];
            at += width;
            place
        };
        let places = series.iter().map(&mut place).collect();
        Self { places, rows: row + 1 }
    }

    pub(super) fn height_of_further_rows(&self) -> f64 {
        ROW * self.rows.saturating_sub(1) as f64
    }

    pub(super) fn draw(&self, svg: &mut String, first_baseline: f64, series: &[Series]) {
        for ((series, class), [at, row]) in series.iter().zip(classes(series)).zip(&self.places) {
            series.draw_legend(svg, &class, [*at, first_baseline + ROW * row]);
        }
    }
}

impl Series {
    /// What the legend takes of a row.
    fn legend_width(&self) -> f64 {
        SAMPLE + LETTER * self.legend_name().chars().count() as f64 + 18.0
    }

    /// The name, cut to what fits into a row.
    fn legend_name(&self) -> String {
        const MOST: usize = 60;
        if self.name.chars().count() <= MOST {
            return self.name.clone();
        }
        self.name.chars().take(MOST - 1).chain(['…']).collect()
    }

    /// The name beside a piece of the line, above the frame.
    fn draw_legend(&self, svg: &mut String, class: &str, [start, baseline]: [f64; 2]) {
        let _ = writeln!(
            svg,
            "<polyline class=\"{class}\" points=\"{start},{} {},{0}\"/>\n\
             <text class=\"label\" x=\"{}\" y=\"{baseline}\">{}</text>",
            baseline - 4.0,
            start + SAMPLE - 6.0,
            start + SAMPLE,
            escape(&self.legend_name())
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Chart, FRAME};
    use super::*;
    use crate::report::axis::Axis;

    #[test]
    fn a_long_legend_takes_rows_and_no_two_of_thirty_series_look_alike() {
        let series = |number: usize| Series::line(&format!("gae-cora-experiment-{number}"), vec![[0.0, 1.0]]);
        let (x, y) = (Axis::linear("epochs"), Axis::linear("nats"));
        let chart = Chart { title: String::new(), x, y, series: (0..30).map(series).collect() };
        let legend = Legend::between(FRAME[0], FRAME[2], &chart.series);
        assert_eq!((legend.places.len(), legend.rows), (30, 15));
        let svg = chart.to_inline_svg();
        assert!(svg.contains("viewBox=\"0 -252 560 592\""), "{svg}");
        let styles: std::collections::BTreeSet<&str> =
            svg.split("<polyline class=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(styles.len(), 30);
        let long = Series::line(&"x".repeat(400), Vec::new());
        assert!(long.legend_width() < FRAME[2] - FRAME[0] && long.legend_name().ends_with('…'));
    }
}
