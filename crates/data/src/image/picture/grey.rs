//! How the samples of a picture become one grey byte a pixel.

use serde::{Deserialize, Serialize};

/// What transparent pixels are laid on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Background {
    /// As paper: black shapes stay to be seen.
    #[default]
    White,
    /// As a dark screen: white shapes stay to be seen.
    Black,
}

impl Background {
    fn grey(self) -> u8 {
        match self {
            Self::White => 255,
            Self::Black => 0,
        }
    }

    /// The other one.
    pub(in crate::image) fn other(self) -> Self {
        match self {
            Self::White => Self::Black,
            Self::Black => Self::White,
        }
    }

    /// As configurations call it.
    pub(in crate::image) fn name(self) -> &'static str {
        match self {
            Self::White => "white",
            Self::Black => "black",
        }
    }
}

/// How samples become grey.
#[derive(Clone, Debug, Default)]
pub(in crate::image) struct Grey {
    /// Below transparent pixels.
    pub background: Background,
    /// The values, in the file's own numbers, that become black and white; without it, the least and greatest of the depth.
    pub range: Option<[f64; 2]>,
}

/// What the samples of one picture, or of several, were.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::image) struct Samples {
    /// The least brightness that is seen, in the file's own numbers.
    pub darkest: u16,
    /// The greatest.
    pub brightest: u16,
    /// Whether they have 16 bits.
    pub is_deep: bool,
    /// Whether a pixel lets something through.
    pub is_transparent: bool,
    /// The sum of how much of each pixel is seen, and of its brightness as a part of white; of transparent pictures alone.
    pub seen: [f64; 2],
    /// The pixels that lie outside of the range that was asked for.
    pub outside: usize,
}

impl Default for Samples {
    fn default() -> Self {
        Self {
            darkest: u16::MAX,
            brightest: 0,
            is_deep: false,
            is_transparent: false,
            seen: [0.0; 2],
            outside: 0,
        }
    }
}

impl Grey {
    /// The grey pixels of samples `[pixels, channels]`, big-endian where they have 16 bits. One channel is grey, two are grey
    /// and opacity, three are red, green and blue, four have opacity beside these.
    pub fn pixels(&self, samples: &[u8], channels: usize, is_deep: bool) -> (Vec<u8>, Samples) {
        let mut met = Samples { is_deep, ..Samples::default() };
        let width = channels * if is_deep { 2 } else { 1 };
        let white = if is_deep { f64::from(u16::MAX) } else { f64::from(u8::MAX) };
        let sample = |pixel: &[u8], channel: usize| match is_deep {
            true => u16::from_be_bytes([pixel[2 * channel], pixel[2 * channel + 1]]),
            false => u16::from(pixel[channel]),
        };
        let byte = |pixel: &[u8], channel: usize| pixel[if is_deep { 2 * channel } else { channel }];
        let has_opacity = channels.is_multiple_of(2);
        let mut pixels = Vec::with_capacity(samples.len() / width);
        for pixel in samples.chunks_exact(width) {
            let bright = match channels {
                1 | 2 => sample(pixel, 0),
                _ => weighed([0, 1, 2].map(|channel| u64::from(sample(pixel, channel)))) as u16,
            };
            let opacity = if has_opacity { byte(pixel, channels - 1) } else { u8::MAX };
            if opacity > 0 {
                met.darkest = met.darkest.min(bright);
                met.brightest = met.brightest.max(bright);
            }
            let grey = match (self.range, channels) {
                (Some([low, high]), _) => {
                    let part = (f64::from(bright) - low) / (high - low);
                    met.outside += usize::from(opacity > 0 && !(0.0..=1.0).contains(&part));
                    (255.0 * part).round().clamp(0.0, 255.0) as u8
                }
                // Each colour is brought to 8 bits before it is weighed.
                (None, 1 | 2) => byte(pixel, 0),
                (None, _) => luma(byte(pixel, 0), byte(pixel, 1), byte(pixel, 2)),
            };
            pixels.push(if opacity == u8::MAX {
                grey
            } else {
                met.is_transparent = true;
                laid(grey, opacity, self.background)
            });
            let opacity = f64::from(opacity) / 255.0;
            met.seen[0] += opacity;
            met.seen[1] += opacity * f64::from(bright) / white;
        }
        if !met.is_transparent {
            met.seen = [0.0; 2];
        }
        (pixels, met)
    }
}

/// A pixel of an opacity on its background.
pub(in crate::image) fn laid(grey: u8, opacity: u8, background: Background) -> u8 {
    let (grey, opacity, below) = (u32::from(grey), u32::from(opacity), u32::from(background.grey()));
    ((grey * opacity + below * (255 - opacity) + 127) / 255) as u8
}

/// Brightness by ITU-R 601, in the fixed-point arithmetic of Python's Pillow.
pub(in crate::image) fn luma(red: u8, green: u8, blue: u8) -> u8 {
    weighed([red, green, blue].map(u64::from)) as u8
}

fn weighed([red, green, blue]: [u64; 3]) -> u64 {
    (red * 19_595 + green * 38_470 + blue * 7_471 + (1 << 15)) >> 16
}
