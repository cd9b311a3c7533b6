//! Random orders that depend on a generator's bits alone: a library's shuffle may change between versions.

use std::collections::HashMap;

use rand::Rng;

/// The numbers below `count` in random order, by Fisher and Yates' shuffle.
pub fn permutation(count: u32, rng: &mut impl Rng) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count).collect();
    for place in 0..order.len().saturating_sub(1) {
        let chosen = place + below((order.len() - place) as u64, rng) as usize;
        order.swap(place, chosen);
    }
    order
}

/// The first `count` of the permutation of as many numbers that the same bits give, without the others.
///
/// # Panics
/// If there are not so many numbers below `bound`.
pub fn distinct(count: usize, bound: u32, rng: &mut impl Rng) -> Vec<u32> {
    assert!(count <= bound as usize, "{count} different numbers below {bound}");
    let mut moved: HashMap<u32, u32> = HashMap::new();
    (0..count as u32)
        .map(|place| {
            let chosen = place + below(u64::from(bound - place), rng) as u32;
            let at = |moved: &HashMap<u32, u32>, place| moved.get(&place).copied().unwrap_or(place);
            let (drawn, other) = (at(&moved, chosen), at(&moved, place));
            moved.insert(chosen, other);
            drawn
        })
        .collect()
}

/// A uniform number below `bound`: draws that would favour small numbers are rejected.
pub fn below(bound: u64, rng: &mut impl Rng) -> u64 {
    let accepted = u64::MAX - u64::MAX % bound;
    loop {
        let draw = rng.next_u64();
        if draw < accepted {
            return draw % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// 24 000 draws of 24 orders: each is expected 1000 times with a standard deviation of 31.
    #[test]
    fn every_order_is_as_likely() {
        let rng = &mut ChaCha8Rng::seed_from_u64(5);
        let mut seen = std::collections::BTreeMap::new();
        for _ in 0..24_000 {
            *seen.entry(permutation(4, rng)).or_insert(0_i32) += 1;
        }
        assert_eq!(seen.len(), 24);
        assert!(seen.values().all(|count| (count - 1000).abs() < 160), "{seen:?}");
    }

    #[test]
    fn distinct_numbers_are_the_first_of_a_permutation() {
        for count in 0..=20 {
            let of = |seed| ChaCha8Rng::seed_from_u64(seed);
            let (first, all) = (distinct(count, 20, &mut of(7)), permutation(20, &mut of(7)));
            assert_eq!(first, all[..count]);
        }
    }

    #[test]
    fn small_counts_need_no_draw() {
        let rng = &mut ChaCha8Rng::seed_from_u64(5);
        assert!(permutation(0, rng).is_empty());
        assert_eq!(permutation(1, rng), [0]);
        assert_eq!(rng.get_word_pos(), 0);
    }
}
