//! Which edges a step hides from its encoder, to learn these and no others.

use rand::Rng;

/// A random part of all pairs: an edge in it is hidden. Nothing is kept but a key, from which it follows for each pair, so that blocks
/// need not go through all edges.
#[derive(Clone, Copy, Debug)]
pub(super) struct EdgeMask {
    key: u64,
    share: f64,
}

impl EdgeMask {
    /// A mask that hides this share.
    pub fn draw(share: f64, random: &mut impl Rng) -> Self {
        Self { key: random.next_u64(), share }
    }

    /// Whether an edge is hidden, in either direction.
    pub fn hides(&self, [i, j]: [u32; 2]) -> bool {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        let pair = u64::from(i.min(j)) << 32 | u64::from(i.max(j));
        ((mixed(mixed(pair) ^ self.key) >> 11) as f64) * UNIT < self.share
    }

    /// How often an edge is learnt: hidden ones as often as makes up for the others, so that edges count in the mean as often as
    /// without a mask.
    pub fn learnt(&self, edge: [u32; 2]) -> f32 {
        if self.hides(edge) { (1.0 / self.share) as f32 } else { 0.0 }
    }
}

/// The finalizer of SplitMix64 (Steele, Lea & Flood 2014).
fn mixed(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Streams};

    /// Of 20 000 draws each pair is hidden 0.3 of the time (standard deviation 65), and two pairs at once 0.09 (40).
    #[test]
    fn pairs_are_hidden_as_often_as_said_and_apart_from_each_other() {
        let pairs = [[0, 1], [0, 2], [1, 2], [7, 1_000_000]];
        let (mut alone, mut together) = ([0_i32; 4], 0_i32);
        for step in 0..20_000 {
            let mask = EdgeMask::draw(0.3, &mut Streams::new(5).generator(Purpose::EdgeMask, step));
            let hidden = pairs.map(|pair| mask.hides(pair));
            alone.iter_mut().zip(hidden).for_each(|(count, is_hidden)| *count += i32::from(is_hidden));
            together += i32::from(hidden[0] && hidden[1]);
            assert_eq!(mask.hides([1, 0]), hidden[0]);
            assert_eq!(mask.learnt([0, 1]), if hidden[0] { (1.0_f64 / 0.3) as f32 } else { 0.0 });
        }
        assert!(alone.iter().all(|count| (count - 6000).abs() < 270), "{alone:?}");
        assert!((together - 1800).abs() < 170, "{together}");
    }
}
