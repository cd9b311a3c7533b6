//! Draws that models need, from the caller's generator on the host: every device draws the same.
//!
//! Nothing here depends on a system's library, as `exp` and `ln` are those of `libm` in Rust. The same generator gives the
//! same bits on every machine.

mod ziggurat;

use rand::{Rng, RngExt};
use ziggurat::ZIGGURAT;

/// `count` draws of N(0, 1), by the ziggurat of Marsaglia & Tsang 2000; one 64-bit word for nearly every draw.
pub fn standard_normals(random: &mut (impl Rng + ?Sized), count: usize) -> Vec<f32> {
    let ziggurat = &*ZIGGURAT;
    (0..count).map(|_| ziggurat.draw(random) as f32).collect()
}

/// `count` draws of the uniform distribution on [0, 1).
pub fn uniforms(random: &mut (impl Rng + ?Sized), count: usize) -> Vec<f32> {
    (0..count).map(|_| random.random()).collect()
}
