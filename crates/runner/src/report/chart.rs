//! Charts as SVG: axes with units, series told apart by colour and by dashes, light and dark.

mod legend;
mod panels;

use std::fmt::Write;

use legend::Legend;
pub(super) use panels::panels_svg_file;

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
/// What a letter takes, more or less: browsers differ.
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
    /// The ends of each point's error bar, or none at all.
    pub bars: Vec<[f64; 2]>,
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
        Self { name: name.to_owned(), points, bars: Vec::new(), stroke: Stroke::Line }
    }

    pub(super) fn marked(name: &str, points: Vec<[f64; 2]>) -> Self {
        Self { stroke: Stroke::Marked, ..Self::line(name, points) }
    }

    /// The same with an error of each point, which its bar has above and below, or with none at all.
    pub(super) fn with_errors(self, errors: &[f64]) -> Self {
        let bars = self.points.iter().zip(errors).map(|([_, value], error)| [value - error, value + error]);
        Self { bars: bars.collect(), ..self }
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
            let is_known = |ends: &&[f64; 2]| ends.iter().all(|end| end.is_finite());
            if let Some(ends) = self.bars.get(index).filter(is_known) {
                let [low, high] = ends.map(|end| y.place(y.clamp(end)));
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
