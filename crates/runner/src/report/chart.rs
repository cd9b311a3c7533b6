//! Charts as SVG: axes with units, series told apart by colour and by dashes, light and dark.

use std::fmt::Write;

use super::axis::{Axis, Scale};
use super::html::escape;
use super::style;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 340.0;
/// Where a legend or a title stands above the frame.
const BASELINE: f64 = FRAME[1] - 14.0;
/// The frame's edges: left, where the values' texts are no longer than usual, top, right, bottom.
const FRAME: [f64; 4] = [62.0, 34.0, 540.0, 288.0];
/// Colours before they repeat, then with other dashes.
const HUES: usize = 8;
const DASHES: usize = 4;
/// The height of a row of the legend, what a line's sample takes of it, and a letter, more or less: browsers differ.
const ROW: f64 = 18.0;
const SAMPLE: f64 = 30.0;
const LETTER: f64 = 6.6;
/// What an axis's name takes beside the values, with the room between.
const AXIS_NAME: f64 = 35.0;
/// More marks than this would hide their line.
const MOST_MARKS: usize = 60;
/// No reader tells more points of a curve apart.
const MOST_POINTS: usize = 1000;

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    Line,
    /// A line with a mark at each point.
    Marked,
    /// A grey line to compare with, which takes no colour.
    Reference,
}

/// Some values to be drawn together.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub name: String,
    /// x and y; those that are not finite are left out.
    pub points: Vec<[f64; 2]>,
    /// Half the length of each point's error bar, or none at all.
    pub errors: Vec<f64>,
    pub stroke: Stroke,
}

/// A chart.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<Series>,
}

impl Series {
    pub(super) fn line(name: &str, points: Vec<[f64; 2]>) -> Self {
        Self { name: name.to_owned(), points, errors: Vec::new(), stroke: Stroke::Line }
    }

    pub(super) fn marked(name: &str, points: Vec<[f64; 2]>) -> Self {
        Self { stroke: Stroke::Marked, ..Self::line(name, points) }
    }
}

impl Chart {
    /// The chart as part of a page, whose style sheet colours it.
    pub(super) fn to_inline_svg(&self) -> String {
        self.draw("")
    }

    /// The chart as a file of its own.
    pub(super) fn to_svg_file(&self) -> String {
        self.draw(style::DRAWING)
    }

    fn draw(&self, style: &str) -> String {
        let [x, y] = self.scales();
        let title = escape(&self.title);
        // Further rows of the legend stand above the drawing's own origin, so that nothing else moves.
        let legend = Legend::between(x.places()[0], FRAME[2], &self.series);
        let above = 0.0 - legend.height_of_further_rows();
        let height = HEIGHT - above;
        let mut svg = format!(
            "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 {above} {WIDTH} {height}\" role=\"img\" \
             aria-label=\"{title}\" data-x=\"{}\" data-y=\"{}\">\n<title>{title}</title>\n{style}",
            x.describe(),
            y.describe()
        );
        self.draw_frame(&mut svg, &x, &y);
        let classes = classes(&self.series);
        self.series.iter().zip(&classes).for_each(|(series, class)| series.draw(&mut svg, class, &x, &y));
        legend.draw(&mut svg, above + BASELINE, &self.series);
        svg.push_str("</svg>\n");
        svg
    }

    /// The chart with its title in place of a legend, `[WIDTH, HEIGHT]` large, as a part of a drawing of several.
    fn draw_panel(&self, svg: &mut String) {
        let [x, y] = self.scales();
        let (left, title) = (x.places()[0], escape(&self.title));
        let _ = writeln!(svg, "<text class=\"label\" x=\"{left}\" y=\"{BASELINE}\">{title}</text>");
        self.draw_frame(svg, &x, &y);
        let classes = classes(&self.series);
        self.series.iter().zip(&classes).for_each(|(series, class)| series.draw(svg, class, &x, &y));
    }

    fn scales(&self) -> [Scale<'_>; 2] {
        let points = || {
            let all = self.series.iter().flat_map(|series| series.points.iter().copied());
            all.filter(|[x, y]| self.x.shows(*x) && self.y.shows(*y))
        };
        let [usual, top, right, bottom] = FRAME;
        let y = Scale::new(&self.y, points().map(|point| point[1]), [bottom, top]);
        // Long values move the frame, so as not to run into the name of their axis.
        let longest = y.ticks().iter().map(|(_, text)| text.chars().count()).max().unwrap_or_default();
        let left = usual.max(LETTER.mul_add(longest as f64, AXIS_NAME));
        let x = Scale::new(&self.x, points().map(|point| point[0]), [left, right]);
        [x, y]
    }

    /// The grid with its values, and the names of the axes.
    fn draw_frame(&self, svg: &mut String, x: &Scale<'_>, y: &Scale<'_>) {
        let [left, right] = x.places();
        let [bottom, top] = y.places();
        for (value, text) in x.ticks() {
            let at = x.place(value);
            let _ = writeln!(svg, "<path class=\"grid\" d=\"M{at:.1} {top}V{bottom}\"/>");
            let below = bottom + 17.0;
            let _ = writeln!(
                svg,
                "<text class=\"tick\" x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">{text}</text>"
            );
        }
        for (value, text) in y.ticks() {
            let at = y.place(value);
            let _ = writeln!(svg, "<path class=\"grid\" d=\"M{left} {at:.1}H{right}\"/>");
            let (beside, middle) = (left - 7.0, at + 4.0);
            let _ = writeln!(
                svg,
                "<text class=\"tick\" x=\"{beside}\" y=\"{middle:.1}\" text-anchor=\"end\">{text}</text>"
            );
        }
        let (middle_x, middle_y) = (f64::midpoint(left, right), f64::midpoint(top, bottom));
        let _ = writeln!(
            svg,
            "<text class=\"label\" x=\"{middle_x}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n\
             <text class=\"label\" transform=\"translate(15 {middle_y}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 10.0,
            escape(&self.x.label),
            escape(&self.y.label)
        );
    }
}

/// Charts of the same series side by side and in rows, under one legend, as a file of its own.
pub(super) fn panels_svg_file(title: &str, rows: &[Vec<Chart>]) -> String {
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

/// The colours and dashes of series. A line to compare with takes none of them.
fn classes(series: &[Series]) -> Vec<String> {
    let mut hues = 0..;
    let mut class = |series: &Series| match series.stroke {
        Stroke::Reference => "reference".to_owned(),
        Stroke::Line | Stroke::Marked => {
            let hue = hues.next().unwrap_or_default();
            format!("s{} dash-{}", hue % HUES, (hue + hue / HUES) % DASHES)
        }
    };
    series.iter().map(&mut class).collect()
}

/// Where the names of series stand: for each where it begins, and in which row.
struct Legend {
    places: Vec<[f64; 2]>,
    rows: usize,
}

impl Legend {
    fn between(left: f64, right: f64, series: &[Series]) -> Self {
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

    fn height_of_further_rows(&self) -> f64 {
        ROW * self.rows.saturating_sub(1) as f64
    }

    fn draw(&self, svg: &mut String, first_baseline: f64, series: &[Series]) {
        for ((series, class), [at, row]) in series.iter().zip(classes(series)).zip(&self.places) {
            series.draw_legend(svg, &class, [*at, first_baseline + ROW * row]);
        }
    }
}

impl Series {
    fn draw(&self, svg: &mut String, class: &str, x: &Scale<'_>, y: &Scale<'_>) {
        let every = self.points.len().div_ceil(MOST_POINTS).max(1);
        let last = self.points.len().saturating_sub(1);
        let mut shown = Vec::new();
        let mut bars = String::new();
        for (index, &[at, value]) in self.points.iter().enumerate() {
            let is_due = index.is_multiple_of(every) || index == last;
            if !is_due || !x.axis.shows(at) || !y.axis.shows(value) {
                continue;
            }
            shown.push([x.place(at), y.place(value)]);
            if let Some(&error) = self.errors.get(index).filter(|error| error.is_finite()) {
                let [low, high] = [value - error, value + error].map(|end| y.place(y.clamp(end)));
                let _ = write!(bars, "M{:.2} {low:.2}V{high:.2}", x.place(at));
            }
        }
        let points: Vec<String> = shown.iter().map(|[x, y]| format!("{x:.2},{y:.2}")).collect();
        let name = escape(&self.name);
        let _ = writeln!(
            svg,
            "<polyline class=\"{class}\" data-series=\"{name}\" points=\"{}\"/>",
            points.join(" ")
        );
        if !bars.is_empty() {
            let colour = class.split(' ').next().unwrap_or_default();
            let _ = writeln!(svg, "<path class=\"bars {colour}\" d=\"{bars}\"/>");
        }
        // A line of one point would not be seen.
        let is_marked = match self.stroke {
            Stroke::Marked => shown.len() <= MOST_MARKS,
            Stroke::Line => shown.len() == 1,
            Stroke::Reference => false,
        };
        if is_marked {
            let fill = class.split(' ').next().unwrap_or_default().replacen('s', "m", 1);
            for [x, y] in shown {
                let _ =
                    writeln!(svg, "<circle class=\"{fill} marks\" cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"3.2\"/>");
            }
        }
    }

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
    use super::*;

    fn chart(points: Vec<[f64; 2]>) -> Chart {
        Chart {
            title: "A < B".to_owned(),
            x: Axis::linear("images seen"),
            y: Axis::linear("bound (nats per image)"),
            series: vec![Series::marked("train & test", points)],
        }
    }

    #[test]
    fn a_line_of_one_point_is_a_dot() {
        let circles = |points: Vec<[f64; 2]>| {
            let series = vec![Series::line("train", points)];
            Chart { series, ..chart(Vec::new()) }.to_inline_svg().matches("<circle").count()
        };
        assert_eq!((circles(vec![[1.0, 2.0]]), circles(vec![[1.0, 2.0], [2.0, 3.0]])), (1, 0));
    }

    #[test]
    fn a_long_legend_takes_rows_and_no_two_of_thirty_series_look_alike() {
        let series = |number: usize| Series::line(&format!("gae-cora-experiment-{number}"), vec![[0.0, 1.0]]);
        let chart = Chart { series: (0..30).map(series).collect(), ..chart(Vec::new()) };
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

    #[test]
    fn text_from_outside_cannot_leave_its_place() {
        let svg = chart(vec![[0.0, 1.0]]).to_svg_file();
        assert!(
            svg.contains("<title>A &lt; B</title>") && svg.contains("data-series=\"train &amp; test\""),
            "{svg}"
        );
    }

    #[test]
    fn the_ends_of_a_curve_lie_inside_the_frame() {
        let svg = chart(vec![[0.0, -300.0], [50.0, f64::NAN], [100.0, -100.0]]).to_inline_svg();
        let points = svg.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a line");
        // 4 % of the span is left at each side.
        assert_eq!(points, "79.70,278.59 522.30,43.41");
    }

    #[test]
    fn long_values_move_the_frame() {
        let edge = |value: f64| -> f64 {
            let svg = chart(vec![[0.0, value], [1.0, value + 20.0]]).to_inline_svg();
            let grid =
                svg.split("class=\"grid\" d=\"M").find(|path| path.contains('H')).expect("a line across");
            grid.split(' ').next().and_then(|left| left.parse().ok()).expect("where it begins")
        };
        assert_eq!((edge(0.0), edge(-300.0)), (62.0, 62.0));
        assert!(edge(-123_456.0) > 75.0);
    }

    #[test]
    fn charts_of_nothing_of_one_point_and_of_very_many_are_drawn() {
        for count in [0, 1, 100_000] {
            let svg = chart((0..count).map(|index| [f64::from(index), 3.0]).collect()).to_inline_svg();
            assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN") && !svg.contains("inf"), "{count}");
            assert!(svg.len() < 200_000, "{count}: {}", svg.len());
        }
    }
}
