//! Codes in a plane, drawn for those who cannot or need not move about in it.

use std::fmt::Write;

use super::axis::{Axis, Scale};
use super::html::escape;
use super::style;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 700.0;
const MARGIN: f64 = 34.0;
/// Links and points beyond are left out of the drawing, every n-th being kept.
const MOST_LINKS: usize = 50_000;
const MOST_POINTS: usize = 50_000;
/// Names of classes that still have room beside each other, and how much of one is shown.
const MOST_NAMES: usize = 20;
const LONGEST_NAME: usize = 40;
/// Colours of the page's style sheet.
const HUES: u16 = 10;

/// Points with what is known of them.
pub(super) struct LatentMap<'a> {
    pub title: &'a str,
    /// `[count, 2]`
    pub points: &'a [f32],
    /// The names of the two axes.
    pub axes: &'a [String; 2],
    pub links: &'a [[u32; 2]],
    /// The class of each point, or nothing.
    pub classes: &'a [Option<u16>],
    pub class_names: &'a [String],
}

impl LatentMap<'_> {
    /// The map as an SVG file.
    pub(super) fn to_svg_file(&self) -> String {
        let axes = self.axes();
        let scale = |axis: usize, places| Scale::new(&axes[axis], std::iter::empty(), places);
        let (across, up) = (scale(0, [MARGIN, WIDTH - MARGIN]), scale(1, [HEIGHT - MARGIN, MARGIN]));
        let place = |index: usize| {
            let [x, y] = [0, 1].map(|axis: usize| f64::from(self.points[2 * index + axis]));
            [across.place(x), up.place(y)]
        };
        let radius = (100.0 / (self.points.len() as f64).sqrt()).clamp(1.2, 4.0);
        let (title, x, y) = (escape(self.title), escape(&axes[0].label), escape(&axes[1].label));
        let mut svg = format!(
            "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-label=\"{title}\">\n<title>{title}</title>\n{}\
             <text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{x} →</text>\n\
             {}\n",
            style::DRAWING,
            WIDTH - 8.0,
            HEIGHT - MARGIN - 6.0,
            // A single dimension has nothing upwards.
            if y.is_empty() {
                String::new()
            } else {
                format!("<text class=\"tick\" x=\"8\" y=\"18\">↑ {y}</text>")
            }
        );
        for (value, text) in across.ticks() {
            let _ = writeln!(
                svg,
                "<text class=\"tick\" x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>",
                across.place(value),
                HEIGHT - 8.0
            );
        }
        let upwards = if y.is_empty() { Vec::new() } else { up.ticks() };
        for (value, text) in upwards {
            let _ = writeln!(
                svg,
                "<text class=\"tick\" x=\"8\" y=\"{:.1}\">{text}</text>",
                up.place(value) + 4.0
            );
        }
        let every = self.links.len().div_ceil(MOST_LINKS).max(1);
        let mut links = String::new();
        for &[from, to] in self.links.iter().step_by(every) {
            let [[x0, y0], [x1, y1]] = [from, to].map(|node| place(node as usize));
            let _ = write!(links, "M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}");
        }
        if !links.is_empty() {
            let _ = writeln!(svg, "<path class=\"links\" d=\"{links}\"/>");
        }
        let count = self.points.len() / 2;
        for index in (0..count).step_by(count.div_ceil(MOST_POINTS).max(1)) {
            let [x, y] = place(index);
            let (fill, shape) = match self.classes.get(index) {
                Some(Some(class)) => (format!("f{}", class % HUES), class / HUES),
                Some(None) => ("unknown".to_owned(), 0),
                None => ("f0".to_owned(), 0),
            };
            let _ = writeln!(svg, "<{} class=\"point {fill}\"/>", outline(shape, x, y, radius));
        }
        // More names would hide each other, and the points.
        let named = if self.class_names.len() > MOST_NAMES { &[][..] } else { self.class_names };
        for (class, name) in named.iter().enumerate() {
            if let Some([x, y]) = self.median(class, place) {
                let _ = writeln!(
                    svg,
                    "<text class=\"label halo\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>",
                    escape(&name.chars().take(LONGEST_NAME).collect::<String>())
                );
            }
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// The two axes: as large as fits, with one scale for both.
    fn axes(&self) -> [Axis; 2] {
        let range = |axis: usize| {
            let values = self.points.iter().skip(axis).step_by(2).map(|&value| f64::from(value));
            values.fold([f64::INFINITY, f64::NEG_INFINITY], |[least, most], value| {
                [least.min(value), most.max(value)]
            })
        };
        let (ranges, room) = ([range(0), range(1)], [WIDTH - 2.0 * MARGIN, HEIGHT - 2.0 * MARGIN]);
        let unit = [0, 1].map(|axis: usize| (ranges[axis][1] - ranges[axis][0]) / room[axis]);
        let unit = match unit[0].max(unit[1]) {
            unit if unit > 0.0 => unit,
            _ => 1.0 / WIDTH,
        };
        [0, 1].map(|axis: usize| {
            let [least, most] = ranges[axis];
            let (centre, half) = (f64::midpoint(least, most), 0.5 * room[axis] * unit);
            Axis { range: Some([centre - half, centre + half]), ..Axis::linear(&self.axes[axis]) }
        })
    }

    fn median(&self, class: usize, place: impl Fn(usize) -> [f64; 2]) -> Option<[f64; 2]> {
        let of_class = |(index, known): (usize, &Option<u16>)| {
            (known.map(usize::from) == Some(class)).then(|| place(index))
        };
        let places: Vec<[f64; 2]> = self.classes.iter().enumerate().filter_map(of_class).collect();
        let middle = |axis: usize| {
            let mut values: Vec<f64> = places.iter().map(|place| place[axis]).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied()
        };
        Some([middle(0)?, middle(1)?])
    }
}

/// The mark of a class as the page has it: colours come again in other shapes.
fn outline(shape: u16, x: f64, y: f64, radius: f64) -> String {
    match shape % 4 {
        0 => format!("circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\""),
        1 => {
            let half = 0.88 * radius;
            let (left, top, side) = (x - half, y - half, 2.0 * half);
            format!("rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{side:.1}\" height=\"{side:.1}\"")
        }
        2 => {
            let (top, foot, half) = (y - 1.36 * radius, y + 0.75 * radius, 1.22 * radius);
            format!("path d=\"M{x:.1} {top:.1}L{:.1} {foot:.1}H{:.1}Z\"", x + half, x - half)
        }
        _ => {
            let half = 1.25 * radius;
            let (left, right, top, foot) = (x - half, x + half, y - half, y + half);
            format!("path d=\"M{x:.1} {top:.1}L{right:.1} {y:.1} {x:.1} {foot:.1} {left:.1} {y:.1}Z\"")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_classes_and_names_are_drawn() {
        let axes = ["z1".to_owned(), "z2".to_owned()];
        let map = LatentMap {
            title: "two & two",
            points: &[0.0, 0.0, 1.0, 0.0, 0.0, 1.0],
            axes: &axes,
            links: &[[0, 1]],
            classes: &[Some(0), Some(11), None],
            class_names: &["<a>".to_owned()],
        };
        let svg = map.to_svg_file();
        // 632 pixels for a unit, along both axes.
        assert!(svg.contains("M114.0 666.0L746.0 666.0"), "{svg}");
        for part in [
            "circle cx=\"114.0\" cy=\"666.0\" r=\"4.0\" class=\"point f0",
            "rect x=\"742.5\"",
            "point f1",
            "point unknown",
            "&lt;a&gt;",
            "two &amp; two",
            "<style>",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
    }

    #[test]
    fn points_that_are_all_the_same_lie_in_the_middle() {
        let axes = ["z1".to_owned(), "z2".to_owned()];
        let map = LatentMap {
            title: "",
            points: &[3.0; 4],
            axes: &axes,
            links: &[],
            classes: &[],
            class_names: &[],
        };
        assert!(map.to_svg_file().contains("cx=\"430.0\" cy=\"350.0\""));
    }
}
