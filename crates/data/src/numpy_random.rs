//! NumPy's random numbers, bit for bit, so that a seed here and in a Python script draws the same split.
//!
//! [`NumpyRandom::from_seed`] is `numpy.random.default_rng(seed)`: PCG64, seeded through `SeedSequence`. The generator is
//! O'Neill's PCG XSL-RR 128/64 (*PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms*, 2014).
//! It is written out here, so that no library's change moves what a seed gives.

use std::ops::Range;

/// The generator that `numpy.random.default_rng` makes.
#[derive(Clone, Debug)]
pub(crate) struct NumpyRandom {
    state: u128,
    increment: u128,
    /// The upper half of the last 64 bits, where only the lower half has been used.
    half: Option<u32>,
}

const MULTIPLIER: u128 = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645;

impl NumpyRandom {
    /// `numpy.random.default_rng(seed)`.
    pub(crate) fn from_seed(seed: u64) -> Self {
        let [state, stream] = seed_sequence(seed);
        let mut random = Self { state: 0, increment: (stream << 1) | 1, half: None };
        random.step();
        random.state = random.state.wrapping_add(state);
        random.step();
        random
    }

    /// A uniform number below `bound`, which is not 0: `integers(bound)`, by the method of Lemire, *Fast Random Integer
    /// Generation in an Interval* (2019).
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        if bound == 1 {
            return 0;
        }
        let bound = u64::from(bound);
        // 2³² mod bound: low halves under it belong to numbers that would be drawn too often.
        let excess = (1 << 32) % bound;
        loop {
            let product = u64::from(self.next_u32()) * bound;
            if product & u64::from(u32::MAX) >= excess {
                return (product >> 32) as u32;
            }
        }
    }

    /// Fisher and Yates' shuffle from the last place down: `shuffle(items)`. Places are drawn by their bits, and those
    /// beyond the end are rejected. All places are `1..items.len()`; they can be filled in parts, the last places first.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T], places: Range<u32>) {
        for place in places.rev() {
            let bits = u32::MAX >> place.leading_zeros();
            let other = loop {
                let draw = self.next_u32() & bits;
                if draw <= place {
                    break draw;
                }
            };
            items.swap(place as usize, other as usize);
        }
    }

    fn next_u32(&mut self) -> u32 {
        if let Some(half) = self.half.take() {
            return half;
        }
        self.step();
        let folded = (self.state >> 64) as u64 ^ self.state as u64;
        let bits = folded.rotate_right((self.state >> 122) as u32);
        self.half = Some((bits >> 32) as u32);
        bits as u32
    }

    fn step(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }
}

/// `SeedSequence(seed).generate_state(4, uint64)` as PCG64 reads it: the state and the stream.
fn seed_sequence(seed: u64) -> [u128; 2] {
    let mut pool = [seed as u32, (seed >> 32) as u32, 0, 0];
    let mut hash = Hash { constant: 0x43B0_D7E5, multiplier: 0x931E_8875 };
    for word in &mut pool {
        *word = hash.mix(*word);
    }
    for source in 0..pool.len() {
        for target in (0..pool.len()).filter(|target| *target != source) {
            let hashed = hash.mix(pool[source]);
            let mixed =
                0xCA01_F9DD_u32.wrapping_mul(pool[target]).wrapping_sub(0x4973_F715_u32.wrapping_mul(hashed));
            pool[target] = mixed ^ (mixed >> 16);
        }
    }
    let mut hash = Hash { constant: 0x8B51_F9DD, multiplier: 0x58F3_8DED };
    let words: [u32; 8] = std::array::from_fn(|word| hash.mix(pool[word % pool.len()]));
    // Each 64-bit word has its lower half first, each 128-bit number its upper word.
    [0, 4].map(|first| {
        [1, 0, 3, 2].into_iter().fold(0, |number, word| number << 32 | u128::from(words[first + word]))
    })
}

struct Hash {
    constant: u32,
    multiplier: u32,
}

impl Hash {
    fn mix(&mut self, word: u32) -> u32 {
        let word = word ^ self.constant;
        self.constant = self.constant.wrapping_mul(self.multiplier);
        let word = word.wrapping_mul(self.constant);
        word ^ (word >> 16)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        seed: u64,
        shuffled: Vec<u32>,
        bounds: Vec<u32>,
        below: Vec<u32>,
    }

    #[test]
    fn shuffles_and_bounded_numbers_are_numpys() {
        let text = include_str!("../../../tests/golden/numpy_random.json");
        let cases: Vec<Golden> = serde_json::from_str(text).expect("the golden file");
        assert!(cases.len() >= 5);
        for case in cases {
            let mut random = NumpyRandom::from_seed(case.seed);
            let mut items: Vec<u32> = (0..case.shuffled.len() as u32).collect();
            let length = items.len() as u32;
            random.shuffle(&mut items, 1..length);
            assert_eq!(items, case.shuffled, "seed {}", case.seed);
            let mut parts: Vec<u32> = (0..items.len() as u32).collect();
            let middle = length / 3 + 1;
            let mut again = NumpyRandom::from_seed(case.seed);
            again.shuffle(&mut parts, middle..length);
            again.shuffle(&mut parts, 1..middle);
            assert_eq!(parts, items, "seed {}", case.seed);
            let below: Vec<u32> = case.bounds.iter().map(|bound| random.below(*bound)).collect();
            assert_eq!(below, case.below, "seed {}", case.seed);
        }
    }

    #[test]
    fn one_item_or_one_number_needs_no_draw() {
        let mut random = NumpyRandom::from_seed(0);
        let before = random.state;
        random.shuffle(&mut [(); 1], 1..1);
        random.shuffle::<()>(&mut [], 1..1);
        assert_eq!((random.below(1), random.state), (0, before));
    }
}
