//! What is said of images that use little of the range from black to white.

use crate::image::picture::Samples;

/// The levels, of 256, that are little: a tenth.
const FEW: u8 = 26;

/// Of 16 bits, a quarter is little: cameras of 12 and 14 bits store their values so.
const FEW_OF_DEEP: u16 = 1 << 14;

/// A note where pictures use little of their range: the darkest and brightest pixel of 8 bits, and the samples that were met.
pub(super) fn note_of_pictures(
    [darkest, brightest]: [u8; 2],
    is_deep: bool,
    met: &Samples,
) -> Option<String> {
    if is_deep && met.brightest < FEW_OF_DEEP && met.darkest < met.brightest {
        let white = [1023, 4095, 16_383]
            .into_iter()
            .find(|white| met.brightest <= *white && met.brightest > white / 8);
        let (white, why) = match white {
            Some(white) => (white, format!(", as of {} bits in 16", u16::BITS - white.leading_zeros())),
            None => (met.brightest, String::new()),
        };
        return Some(format!(
            "the brightest pixel is {} of 65535{why}: the pictures are nearly black; data.range = [0, {white}] makes \
             {white} white",
            met.brightest
        ));
    }
    note(&darkest.to_string(), &brightest.to_string(), darkest, brightest)
}

/// A note where images use little of the range: the numbers of the file, and the pixels that they became.
pub(super) fn note(low: &str, high: &str, darkest: u8, brightest: u8) -> Option<String> {
    if darkest == brightest {
        return Some(format!("all pixels of all images are the same, {low}: there is nothing to learn"));
    }
    if brightest < FEW {
        return Some(format!(
            "the brightest pixel is {brightest} of 255, a value of {high} in the file: the images are nearly black; \
             data.range = [0, {high}] makes {high} white"
        ));
    }
    (brightest - darkest < FEW).then(|| {
        format!(
            "all pixels lie between {darkest} and {brightest} of 255: the images are nearly one grey; data.range = [{low}, \
             {high}] spreads them from black to white"
        )
    })
}
