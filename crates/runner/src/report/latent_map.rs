//! Codes in a plane, drawn for those who cannot or need not move about in it.

use std::fmt::Write;

use super::axis::{Axis, Scale};
use super::html::escape;
use super::label_places::{Label, places_apart};
use super::style;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 700.0;
const MARGIN: f64 = 34.0;
/// Links and points beyond are left out of the drawing, every n-th being kept.
const MOST_LINKS: usize = 20_000;
const MOST_POINTS: usize = 50_000;
/// Names of classes that still leave points to be seen, and how much of one is shown.
const MOST_NAMES: usize = 20;
const LONGEST_NAME: usize = 40;
/// A letter of a label and its line, more or less: browsers differ.
const LETTER: f64 = 7.4;
const LINE: f64 = 15.0;
/// The palettes of the page's style sheet.
const TEN: u16 = 10;
const TWENTY: u16 = 20;
/// Of the twenty colours so many share a shape, within which the colour-blind tell them apart.
const OF_A_SHAPE: u16 = 5;

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
        let radius = (160.0 / (self.points.len() as f64).sqrt()).clamp(1.2, 4.0);
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
            // Many lines together would be as dark as few.
            let drawn = (self.links.len() / every) as f64;
            let opacity = 0.3 * (2000.0 / drawn).sqrt().min(1.0);
            let _ = writeln!(svg, "<path class=\"links\" stroke-opacity=\"{opacity:.2}\" d=\"{links}\"/>");
        }
        let count = self.points.len() / 2;
        let every_point = count.div_ceil(MOST_POINTS).max(1);
        let left_out: Vec<String> = [(every_point, "point"), (every, "link")]
            .into_iter()
            .filter(|(every, _)| *every > 1)
            .map(|(every, what)| format!("one {what} in {every}"))
            .collect();
        if !left_out.is_empty() {
            let _ = writeln!(
                svg,
                "<text class=\"tick\" x=\"{}\" y=\"18\" text-anchor=\"end\">drawn: {}</text>",
                WIDTH - 8.0,
                left_out.join(", ")
            );
        }
        for index in (0..count).step_by(every_point) {
            let [x, y] = place(index);
            let (fill, shape) = match self.classes.get(index) {
                Some(Some(class)) => self.mark(*class),
                Some(None) => ("unknown".to_owned(), 0),
                None => ("f0".to_owned(), 0),
            };
            let _ = writeln!(svg, "<{} class=\"point {fill}\"/>", outline(shape, x, y, radius));
        }
        self.write_names(&mut svg, place);
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

    /// The colour and the shape of a class, as the page has them.
    fn mark(&self, class: u16) -> (String, u16) {
        if self.class_names.len() <= usize::from(TEN) {
            return (format!("f{}", class % TEN), class / TEN);
        }
        (format!("g{}", class % TWENTY), class / OF_A_SHAPE + class / TWENTY)
    }

    /// The name of each class at its median, or near it where other names are.
    fn write_names(&self, svg: &mut String, place: impl Fn(usize) -> [f64; 2]) {
        // More names would hide the points.
        let named = if self.class_names.len() > MOST_NAMES { &[][..] } else { self.class_names };
        let names = named.iter().enumerate().filter_map(|(class, name)| {
            let middle = self.median(class, &place)?;
            let name = shortened(name);
            Some((Label { middle, size: [LETTER * name.chars().count() as f64, LINE] }, name))
        });
        let (labels, names): (Vec<Label>, Vec<String>) = names.unzip();
        // The names of the axes, and their values.
        let strip = |middle, size| Label { middle, size };
        let taken = [
            strip([WIDTH / 2.0, HEIGHT - MARGIN], [WIDTH, 2.0 * MARGIN]),
            strip([WIDTH / 2.0, 12.0], [WIDTH, 24.0]),
            strip([24.0, HEIGHT / 2.0], [48.0, HEIGHT]),
        ];
        for (name, at) in names.iter().zip(places_apart(&labels, &taken, [WIDTH, HEIGHT])) {
            let Some([x, y]) = at else { continue };
            let _ = writeln!(
                svg,
                "<text class=\"label halo\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                y + 4.0,
                escape(name)
            );
        }
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

/// A name, cut to what has room.
fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
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
            classes: &[Some(0), Some(6), None],
            class_names: &std::array::from_fn::<_, 11, _>(|class| format!("<{class}>")),
        };
        let svg = map.to_svg_file();
        // 632 pixels for a unit, along both axes.
        assert!(svg.contains("M114.0 666.0L746.0 666.0"), "{svg}");
        for part in [
            "circle cx=\"114.0\" cy=\"666.0\" r=\"4.0\" class=\"point g0",
            "rect x=\"742.5\"",
            "point g6",
            "point unknown",
            "&lt;0&gt;",
            "two &amp; two",
            "<style>",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
    }

    #[test]
    fn names_at_one_place_are_written_apart() {
        let class_names: Vec<String> =
            (0..10).map(|class| format!("government organisation {class}")).collect();
        let classes: Vec<Option<u16>> = (0..10).map(Some).collect();
        let axes = ["z1".to_owned(), "z2".to_owned()];
        let points = &[1.0; 20];
        let map = LatentMap {
            title: "",
            points,
            axes: &axes,
            links: &[],
            classes: &classes,
            class_names: &class_names,
        };
        let svg = map.to_svg_file();
        let number = |text: &str, key: &str| -> f64 {
            text.split(key)
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .expect("there")
                .parse()
                .expect("a number")
        };
        let places: Vec<[f64; 2]> =
            svg.split("halo\"").skip(1).map(|text| [number(text, " x=\""), number(text, " y=\"")]).collect();
        assert_eq!(places.len(), 10);
        for (at, [x, y]) in places.iter().enumerate() {
            // 25 letters of 7.4 pixels, and lines of 15.
            assert!(
                places[..at].iter().all(|[a, b]| (a - x).abs() > 184.0 || (b - y).abs() > 14.8),
                "{places:?}"
            );
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
