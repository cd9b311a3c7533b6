//! Which axis of an array is which.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// The axes of an array of images, a letter each in its order: `N` counts the images, `H` is height, `W` width, `C` colours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Axes(String);

impl TryFrom<String> for Axes {
    type Error = String;

    fn try_from(letters: String) -> Result<Self, String> {
        let letters = letters.to_ascii_uppercase();
        let count = |letter| letters.chars().filter(|found| *found == letter).count();
        let [n, h, w, c] = ['N', 'H', 'W', 'C'].map(count);
        let is_sound = [n, h, w] == [1; 3] && c <= 1 && letters.len() == 3 + c;
        is_sound.then_some(Self(letters.clone())).ok_or_else(|| {
            format!("`{letters}` names no axes: N, H and W stand in it once each, and C once where there are colours")
        })
    }
}

impl From<Axes> for String {
    fn from(axes: Axes) -> Self {
        axes.0
    }
}

impl Display for Axes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How an array's elements are images.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    axes: String,
    /// The size of each axis.
    shape: Vec<usize>,
    /// What was guessed.
    pub notes: Vec<String>,
}

/// Why it cannot be told, and what to do.
pub(super) type Untold = (String, String);

const EACH: &str = "a letter an axis: N counts the images, H is height, W width, C colours";

impl Layout {
    fn new(axes: &str, shape: &[usize]) -> Self {
        Self { axes: axes.to_owned(), shape: shape.to_vec(), notes: Vec::new() }
    }

    fn with_note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    /// The layout of an array of this shape, whose elements `value` gives by their place.
    pub fn of(
        shape: &[usize],
        value: &dyn Fn(usize) -> f64,
        asked: Option<&Axes>,
        size: Option<[usize; 2]>,
    ) -> Result<Self, Untold> {
        if let Some(Axes(letters)) = asked {
            if letters.len() == shape.len() {
                return Ok(Self::new(letters, shape));
            }
            let message = format!(
                "an array of {shape:?} has {} axes, and data.axes = \"{letters}\" another number",
                shape.len()
            );
            return Err((message, format!("give {EACH}")));
        }
        match *shape {
            [rows, columns] => of_rows(rows, columns, size),
            [a, b, c] => of_three([a, b, c], value),
            [a, b, c, d] => of_four([a, b, c, d]),
            _ => Err((
                format!("an array of {shape:?} is none of images"),
                "give [images, height, width], or one axis more of 1, 3 or 4 colours".to_owned(),
            )),
        }
    }

    fn size(&self, letter: char) -> usize {
        self.axes.find(letter).map_or(1, |at| self.shape[at])
    }

    pub fn height(&self) -> usize {
        self.size('H')
    }

    pub fn width(&self) -> usize {
        self.size('W')
    }

    pub fn colours(&self) -> usize {
        self.size('C')
    }

    /// Such as `[60, 28, 28]`, with the axes where they are not in the common order.
    pub fn describe(&self) -> String {
        match self.axes.as_str() {
            "NHW" | "NHWC" => format!("{:?}", self.shape),
            axes => format!("{:?} ({axes})", self.shape),
        }
    }

    /// The pixels in the order `[images, height, width, colours]`.
    pub fn in_order(&self, pixels: Vec<u8>) -> Vec<u8> {
        let wanted = ['N', 'H', 'W', 'C'];
        if self.axes.chars().eq(wanted.into_iter().take(self.axes.len())) {
            return pixels;
        }
        let stride = |letter: char| {
            self.axes.find(letter).map_or(0, |at| self.shape[at + 1..].iter().product::<usize>())
        };
        let (strides, sizes) = (wanted.map(stride), wanted.map(|letter| self.size(letter)));
        let mut ordered = Vec::with_capacity(pixels.len());
        for image in 0..sizes[0] {
            for row in 0..sizes[1] {
                for column in 0..sizes[2] {
                    for colour in 0..sizes[3] {
                        let place: usize = [image, row, column, colour]
                            .iter()
                            .zip(strides)
                            .map(|(at, stride)| at * stride)
                            .sum();
                        ordered.push(pixels[place]);
                    }
                }
            }
        }
        ordered
    }
}

fn is_colours(size: usize) -> bool {
    matches!(size, 1 | 3 | 4)
}

/// Flat rows, each an image.
fn of_rows(rows: usize, columns: usize, size: Option<[usize; 2]>) -> Result<Layout, Untold> {
    if let Some([height, width]) = size.filter(|[height, width]| height.checked_mul(*width) == Some(columns))
    {
        return Ok(Layout::new("NHW", &[rows, height, width]));
    }
    let side = columns.isqrt();
    if side * side == columns && side > 1 && rows != columns {
        let note = format!(
            "each of {rows} rows of {columns} values is taken for an image of {side} x {side}; data.size = [height, width] \
             gives another shape of as many pixels"
        );
        return Ok(Layout::new("NHW", &[rows, side, side]).with_note(note));
    }
    let hint = if rows == columns {
        "give [images, height, width]; one picture is no set of images"
    } else {
        "set data.size = [height, width], the shape of a row's pixels, or read it as a table: `aevb train vae-table`"
    };
    Err((
        format!("an array of [{rows}, {columns}] may be one picture, or rows without a shape"),
        hint.to_owned(),
    ))
}

fn of_three(shape: [usize; 3], value: &dyn Fn(usize) -> f64) -> Result<Layout, Untold> {
    const LEAST: usize = 8;
    let [a, b, c] = shape;
    let common = Layout::new("NHW", &shape);
    if is_colours(c) && b > LEAST && a > LEAST {
        let message = format!("an array of {shape:?} looks like one picture of {a} x {b} and {c} colours");
        return Err((
            message,
            format!(
                "give [images, height, width] or [images, height, width, colours]; if it is {a} images of {b} x {c}, set \
                 data.axes = \"NHW\""
            ),
        ));
    }
    let last = last_axis_is_rough(shape, value);
    let (common_words, other_words) =
        (format!("{a} images of {b} x {c}"), format!("{c} of {a} x {b}, in MATLAB's order"));
    let doubt = |why: &str| {
        let message = format!("an array of {shape:?} may be {common_words}, or {other_words}{why}");
        (message, "set data.axes = \"NHW\" or data.axes = \"HWN\", as it is".to_owned())
    };
    match (a == b && b != c, b == c, last) {
        // The shape of MATLAB's order, and the evidence of it.
        (true, _, Some(true)) => {
            let note = format!(
                "{shape:?} is taken for {other_words}: neighbours along the last axis differ most, as those of different \
                 images do; data.axes = \"NHW\" reads {common_words}"
            );
            Ok(Layout::new("HWN", &shape).with_note(note))
        }
        (true, _, Some(false)) => {
            let note = format!(
                "{shape:?} is taken for {common_words}: neighbours along the first axis differ most, as those of different \
                 images do; data.axes = \"HWN\" reads {other_words}"
            );
            Ok(common.with_note(note))
        }
        (true, _, None) if a >= LEAST && c >= LEAST => Err(doubt("")),
        (false, false, Some(true)) => {
            Err(doubt(": neighbours along the last axis differ most, as those of different images do"))
        }
        // A square says the common order, unless it says as much of the other.
        (false, true, Some(true)) if a == b => {
            Err(doubt(": neighbours along the last axis differ most, as those of different images do"))
        }
        _ => Ok(common),
    }
}

/// Whether neighbours along the last axis differ much more than along the others: then it counts the images. `Some(false)`
/// says so of the first, and `None` that there is no telling.
fn last_axis_is_rough(shape: [usize; 3], value: &dyn Fn(usize) -> f64) -> Option<bool> {
    const SAMPLES: usize = 100_003;
    const CLEARLY: f64 = 1.5;
    const LEAST: usize = 4;
    if shape.iter().any(|size| *size < LEAST) {
        return None;
    }
    let strides = [shape[1] * shape[2], shape[2], 1];
    let elements: usize = shape.iter().product();
    let step = (elements / SAMPLES).max(1) | 1;
    let [first, middle, last] = [0, 1, 2].map(|axis| {
        let (stride, size) = (strides[axis], shape[axis]);
        let places = (0..elements).step_by(step).filter(|place| place / stride % size + 1 < size);
        let (sum, count) = places.fold((0.0, 0_usize), |(sum, count), place| {
            (sum + (value(place + stride) - value(place)).abs(), count + 1)
        });
        sum / count.max(1) as f64
    });
    if last > CLEARLY * first.max(middle) {
        Some(true)
    } else if first > CLEARLY * middle.max(last) {
        Some(false)
    } else {
        None
    }
}

fn of_four(shape: [usize; 4]) -> Result<Layout, Untold> {
    let [a, b, c, d] = shape;
    let doubt = || {
        let message = format!("the axes of an array of {shape:?} cannot be told");
        (message, format!("set data.axes, {EACH}, such as \"NCHW\" or \"HWCN\""))
    };
    let small = |size: usize| size <= 4;
    match [b, c, d].map(is_colours) {
        [_, true, true] if a == b && !small(a) => Err(doubt()),
        [true, _, true] if small(c) || (b == 1 && d == 1) => Ok(Layout::new("NHWC", &shape)),
        [true, _, true] => Err(doubt()),
        [_, _, true] => Ok(Layout::new("NHWC", &shape)),
        [true, ..] => Ok(Layout::new("NCHW", &shape)),
        [false, true, false] if a == b => {
            let note = format!(
                "{shape:?} is taken for {d} images of {a} x {b} and {c} colours, in MATLAB's order; data.axes says otherwise"
            );
            Ok(Layout::new("HWCN", &shape).with_note(note))
        }
        _ => Err(doubt()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(shape: &[usize]) -> String {
        match Layout::of(shape, &|_| 0.0, None, None) {
            Ok(layout) => layout.axes,
            Err((message, hint)) => {
                assert!(message.contains(&format!("{shape:?}")) && !hint.is_empty(), "{message}");
                "?".to_owned()
            }
        }
    }

    #[test]
    fn axes_are_told_by_their_sizes_or_asked_for() {
        for (shape, axes) in [
            (&[60, 28, 28][..], "NHW"),
            (&[1965, 28, 20], "NHW"),
            (&[28, 28, 60], "?"),
            (&[28, 28, 3], "?"),
            (&[64, 48, 4], "?"),
            (&[28, 28, 1], "?"),
            (&[28, 28, 28], "NHW"),
            (&[60, 28, 28, 1], "NHWC"),
            (&[60, 28, 28, 3], "NHWC"),
            (&[60, 1, 28, 28], "NCHW"),
            (&[60, 4, 28, 28], "NCHW"),
            (&[32, 32, 3, 100], "HWCN"),
            (&[32, 32, 3, 3], "?"),
            (&[60, 3, 28, 3], "?"),
            (&[60, 28, 28, 2], "?"),
            (&[3, 28, 28, 60], "?"),
            (&[60, 784], "NHW"),
            (&[28, 28], "?"),
            (&[60, 700], "?"),
            (&[60], "?"),
            (&[2, 2, 2, 2, 2], "?"),
        ] {
            assert_eq!(told(shape), axes, "{shape:?}");
        }
        let rows = Layout::of(&[60, 560], &|_| 0.0, None, Some([28, 20])).expect("a size");
        assert_eq!((rows.height(), rows.width(), rows.notes.len()), (28, 20, 0));
    }

    #[test]
    fn images_are_told_from_rows_of_pixels_by_what_differs() {
        // Nine images, each smooth and unlike the others.
        let value = |image: usize, row: usize, column: usize| ((image * 37 % 11) * 20 + row + column) as f64;
        let last = |place: usize| value(place % 9, place / 9 / 12, place / 9 % 12);
        let layout = Layout::of(&[12, 12, 9], &last, None, None).expect("evidence");
        assert_eq!((layout.axes.as_str(), layout.notes.len()), ("HWN", 1));
        assert!(Layout::of(&[10, 12, 9], &|place| value(place % 9, 0, place / 9), None, None).is_err());
        let first = |place: usize| value(place / 144, place / 12 % 12, place % 12);
        let layout = Layout::of(&[9, 12, 12], &first, None, None).expect("the common order");
        assert_eq!((layout.axes.as_str(), layout.notes.len()), ("NHW", 0));
        let asked = Axes::try_from("nhw".to_owned()).expect("axes");
        assert_eq!(Layout::of(&[12, 12, 9], &last, Some(&asked), None).expect("as asked").axes, "NHW");
        assert!(Layout::of(&[12, 12], &last, Some(&asked), None).is_err());
    }

    #[test]
    fn any_order_of_axes_is_brought_to_the_common_one() {
        // Two images of 2 x 3 with 3 colours, each element its own place in the common order.
        let (n, h, w, c) = (2, 2, 3, 3);
        let place = |i: usize, y: usize, x: usize, k: usize| (((i * h + y) * w + x) * c + k) as u8;
        let mut channels_first = Vec::new();
        for i in 0..n {
            for k in 0..c {
                for y in 0..h {
                    (0..w).for_each(|x| channels_first.push(place(i, y, x, k)));
                }
            }
        }
        let mut matlab = Vec::new();
        for y in 0..h {
            for x in 0..w {
                for k in 0..c {
                    (0..n).for_each(|i| matlab.push(place(i, y, x, k)));
                }
            }
        }
        let expected: Vec<u8> = (0..36).collect();
        assert_eq!(Layout::new("NCHW", &[n, c, h, w]).in_order(channels_first), expected);
        assert_eq!(Layout::new("HWCN", &[h, w, c, n]).in_order(matlab), expected);
        assert_eq!(Layout::new("NHWC", &[n, h, w, c]).in_order(expected.clone()), expected);
    }

    #[test]
    fn axes_are_three_letters_or_four() {
        for sound in ["NHW", "hwn", "NCHW", "CHWN"] {
            assert!(Axes::try_from(sound.to_owned()).is_ok(), "{sound}");
        }
        for wrong in ["", "N", "NHH", "NHWCC", "NHWX", "HWC", "NH"] {
            assert!(Axes::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
