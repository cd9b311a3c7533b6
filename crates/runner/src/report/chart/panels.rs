//! Several charts as one drawing.

use std::fmt::Write;

use super::legend::Legend;
use super::{BASELINE, Chart, HEIGHT, WIDTH, classes};
use crate::report::html::escape;
use crate::report::style;

/// Charts of the same series side by side and in rows, under one legend, as a file of its own.
pub(in crate::report) fn panels_svg_file(title: &str, rows: &[Vec<Chart>]) -> String {
    const MARGIN: f64 = 20.0;
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let series = rows.iter().flatten().next().map_or(&[][..], |chart| &chart.series);
    let width = WIDTH * columns as f64;
    let legend = Legend::between(MARGIN, width - MARGIN, series);
    let head = 2.0 * MARGIN + legend.height_of_further_rows();
    let (height, title) = (head + HEIGHT * rows.len() as f64, escape(title));
    let mut svg = format!(
        "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"{title}\">\n<title>{title}</title>\n{}",
        style::DRAWING
    );
    legend.draw(&mut svg, MARGIN, series);
    for (row, charts) in rows.iter().enumerate() {
        for (column, chart) in charts.iter().enumerate() {
            let (right, down) = (WIDTH * column as f64, HEIGHT.mul_add(row as f64, head));
            let _ = writeln!(svg, "<g transform=\"translate({right} {down})\">");
            chart.draw_panel(&mut svg);
            svg.push_str("</g>\n");
        }
    }
    svg.push_str("</svg>\n");
    svg
}

impl Chart {
    /// The chart with its title in place of a legend, `[WIDTH, HEIGHT]` large.
    fn draw_panel(&self, svg: &mut String) {
        let [x, y] = self.scales();
        let (left, title) = (x.places()[0], escape(&self.title));
        let _ = writeln!(svg, "<text class=\"label\" x=\"{left}\" y=\"{BASELINE}\">{title}</text>");
        self.draw_frame(svg, &x, &y);
        let classes = classes(&self.series);
        self.series.iter().zip(&classes).for_each(|(series, class)| series.draw(svg, class, &x, &y));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Series;
    use super::*;
    use crate::report::axis::Axis;

    fn chart(points: Vec<[f64; 2]>) -> Chart {
        let (x, y) = (Axis::linear("seconds"), Axis::linear("percent"));
        Chart { title: "A < B".to_owned(), x, y, series: vec![Series::marked("train", points)] }
    }

    #[test]
    fn panels_share_a_legend_and_lie_beside_each_other() {
        let rows = vec![vec![chart(vec![[0.0, 1.0]]), chart(vec![[0.0, 2.0]])], vec![chart(Vec::new())]];
        let svg = panels_svg_file("a & b", &rows);
        assert!(
            svg.contains("viewBox=\"0 0 1120 720\"") && svg.contains("<title>a &amp; b</title>"),
            "{svg}"
        );
        // Three lines and one sample of a line.
        assert_eq!((svg.matches("<polyline").count(), svg.matches("data-series").count()), (4, 3));
        assert_eq!(svg.matches(">A &lt; B</text>").count(), 3);
        let places = ["translate(0 40)", "translate(560 40)", "translate(0 380)"];
        assert!(places.iter().all(|place| svg.contains(&format!("<g transform=\"{place}\">"))), "{svg}");
    }
}
