//! Arrays of images.

use super::axes::Layout;
use super::{ImageReading, LARGEST, OwnImages, levels};
use crate::array::{Array, Values};
use crate::error::{Error, Result};
use crate::image::Images;
use crate::image::picture::{laid, luma};

/// The images of an array; `name` is what it is called where it is shown.
pub(super) fn read(array: Array, name: &str, place: &str, reading: &ImageReading) -> Result<OwnImages> {
    let malformed = |message: String| Error::malformed(place, message);
    let Array { shape, values, .. } = array;
    let elements: usize = shape.iter().product();
    if shape.len() > 1 && (elements == 0 || elements > LARGEST) {
        let message = format!("{shape:?}: between 1 and {LARGEST} pixels are read");
        return Err(malformed(message).with_hint("take a part of the set"));
    }
    let kind = values.kind();
    let layout = Layout::of(&shape, &|at| values.number(at), reading.axes.as_ref(), reading.size)
        .map_err(|(message, hint)| malformed(message).with_hint(hint))?;
    let (height, width, colours) = (layout.height(), layout.width(), layout.colours());
    if !matches!(colours, 1 | 3 | 4) {
        let message = format!("{colours} colours in an array of {}", layout.describe());
        return Err(malformed(message)
            .with_hint("1, 3 or 4 are read: grey, or red, green and blue, with opacity or without"));
    }
    let mut notes = layout.notes.clone();
    let is_counted = !matches!(values, Values::Floats(_));
    let Bytes { pixels, range } = Bytes::of(values, reading.range, place, &mut notes)?;
    let pixels = layout.in_order(pixels);
    let mut transparent = 0;
    let pixels = match colours {
        1 => pixels,
        3 => pixels.as_chunks().0.iter().map(|&[red, green, blue]| luma(red, green, blue)).collect(),
        _ => {
            let pixels = pixels.as_chunks().0.iter().map(|&[red, green, blue, opacity]| {
                transparent += usize::from(opacity < u8::MAX);
                laid(luma(red, green, blue), opacity, reading.background)
            });
            pixels.collect::<Vec<u8>>()
        }
    };
    let (here, other) = (reading.background.name(), reading.background.other().name());
    if transparent > 0 {
        notes.push(format!(
            "the fourth colour is taken for opacity: {transparent} pixels let through, and are laid on {here}; data.background = \
             \"{other}\" lays them on {other}"
        ));
    }
    let is_binary =
        is_counted && colours == 1 && reading.range.is_none() && pixels.iter().all(|pixel| *pixel <= 1);
    let darkest = pixels.iter().copied().min().unwrap_or_default();
    let brightest = pixels.iter().copied().max().unwrap_or_default();
    if reading.range.is_none() && !(is_binary && darkest < brightest) {
        let [low, high] = range.map(|value| format!("{value}"));
        notes.extend(levels::note(&low, &high, darkest, brightest));
    }
    let images = if is_binary { Images::binary } else { Images::grey }(pixels, height, width);
    let images = images.map_err(|error| Error { place: place.to_owned(), ..error })?;
    Ok(OwnImages { images, ignored: 0, source: format!("{name} {}, {kind}", layout.describe()), notes })
}

/// Elements as bytes of intensity.
struct Bytes {
    pixels: Vec<u8>,
    /// The least and the greatest of the elements.
    range: [f64; 2],
}

impl Bytes {
    fn of(values: Values, asked: Option<[f64; 2]>, place: &str, notes: &mut Vec<String>) -> Result<Self> {
        let count = values.len();
        let numbers = || (0..count).map(|at| values.number(at));
        if matches!(values, Values::Text(_)) {
            return Err(Error::malformed(place, "holds text").with_hint("give numbers"));
        }
        if let Some(at) = numbers().position(|value| !value.is_finite()) {
            let message = format!("{} is no intensity", values.number(at));
            return Err(Error::malformed(format!("{place}, element {at}"), message)
                .with_hint("replace it, for example by numpy.nan_to_num"));
        }
        let range = numbers()
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| [low.min(value), high.max(value)]);
        let scaled = |low: f64, high: f64| -> Vec<u8> {
            numbers()
                .map(|value| (255.0 * ((value - low) / (high - low))).round().clamp(0.0, 255.0) as u8)
                .collect()
        };
        if let Some([low, high]) = asked {
            let outside = numbers().filter(|value| !(low..=high).contains(value)).count();
            if outside > 0 {
                notes.push(format!("{outside} values lie outside of data.range and are cut to it"));
            }
            return Ok(Self { pixels: scaled(low, high), range });
        }
        let [low, high] = range;
        let refused = |message: String, hint: String| Err(Error::malformed(place, message).with_hint(hint));
        let is_float = matches!(values, Values::Floats(_));
        let pixels = match values {
            Values::Bytes(pixels) => pixels,
            _ if low < 0.0 && is_float && low >= -1.0 && high <= 1.0 => {
                return refused(
                    format!("holds values from {low} to {high}, below black"),
                    "set data.range = [-1, 1] where -1 is black and 1 white".to_owned(),
                );
            }
            _ if low < 0.0 || high > 255.0 => {
                let white = match high {
                    high if low < 0.0 || high > 65_535.0 => String::new(),
                    high => format!(
                        " (or [0, {}])",
                        [1023, 4095, 16_383, 65_535]
                            .into_iter()
                            .find(|white| high <= f64::from(*white))
                            .unwrap_or(65_535)
                    ),
                };
                return refused(
                    format!("holds values from {low} to {high}, outside of 0 to 255"),
                    format!(
                        "set data.range = [{low}, {high}]{white}: the values that become black and white"
                    ),
                );
            }
            _ if is_float && high > 1.0 && high < 2.0 => {
                return refused(
                    format!("holds values from {low} to {high}, beyond intensities between 0 and 1"),
                    "set data.range = [0, 1] to cut what lies above, or [0, 255]".to_owned(),
                );
            }
            Values::Floats(_) if high > 1.0 => {
                notes.push(format!(
                    "values from {low} to {high} are taken for intensities between 0 and 255, rounded to whole ones; \
                     data.range = [low, high] says otherwise"
                ));
                scaled(0.0, 255.0)
            }
            Values::Floats(_) => scaled(0.0, 1.0),
            _ => scaled(0.0, 255.0),
        };
        Ok(Self { pixels, range })
    }
}
