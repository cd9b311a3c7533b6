//! Random graphs of any size, to measure on.

use rand::{Rng, RngExt};

use crate::shuffle::permutation;

/// `count` pairs of nodes whose degrees follow a power law with exponent about 3, duplicates and loops among them.
///
/// Both ends of a pair are drawn with probability ∝ rank^-½, and the ranks are given to the nodes in random order, so that
/// hubs lie anywhere in memory.
pub fn power_law_pairs(nodes: u32, count: usize, rng: &mut impl Rng) -> Vec<(u32, u32)> {
    if nodes == 0 {
        return Vec::new();
    }
    let node_of_rank = permutation(nodes, rng);
    let mut draw = || {
        // The square of a uniform number has the density ½ x^-½.
        let rank = (f64::from(nodes) * rng.random::<f64>().powi(2)) as u32;
        node_of_rank[rank.min(nodes - 1) as usize]
    };
    (0..count).map(|_| (draw(), draw())).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// The share of ends at the first x of the ranks is √x: a tenth of the ends is at the first hundredth.
    #[test]
    fn degrees_follow_the_power_law() {
        let (nodes, count) = (10_000, 200_000);
        let mut degrees = vec![0_u32; nodes as usize];
        for (i, j) in power_law_pairs(nodes, count, &mut ChaCha8Rng::seed_from_u64(2)) {
            degrees[i as usize] += 1;
            degrees[j as usize] += 1;
        }
        degrees.sort_unstable_by(|a, b| b.cmp(a));
        for share in [0.01_f64, 0.04, 0.25] {
            let ends: u32 = degrees[..(share * f64::from(nodes)) as usize].iter().sum();
            let found = f64::from(ends) / (2 * count) as f64;
            assert!((found - share.sqrt()).abs() < 0.01, "{share}: {found}");
        }
    }

    #[test]
    fn no_node_has_no_pair_and_one_node_only_itself() {
        let rng = &mut ChaCha8Rng::seed_from_u64(2);
        assert!(power_law_pairs(0, 5, rng).is_empty());
        assert_eq!(power_law_pairs(1, 2, rng), [(0, 0), (0, 0)]);
    }
}
