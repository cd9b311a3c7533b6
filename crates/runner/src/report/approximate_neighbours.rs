//! The nearest neighbours among more rows than can be compared with each other: a forest of random hyperplanes proposes
//! them (Dasgupta & Freund, STOC 2008), and neighbours of neighbours improve on that (Dong, Moses & Li, WWW 2011), as the
//! reference implementation of UMAP does.
//!
//! Each tree has a generator of its own and each row is searched for alone, so the outcome is the same at any number of threads.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::neighbours::{nearest, square_of_distance};

/// Trees, each of which misses other neighbours.
const TREES: u64 = 8;
/// Rows that a tree leaves together at most.
const LEAF: usize = 48;
/// Rounds of asking neighbours for theirs.
const ROUNDS: usize = 2;
/// Rows whose exact neighbours are found, to tell how many were missed.
const SAMPLE: usize = 100;

/// The neighbours of a row, from the nearest on: squared distances and indices.
pub(super) type Neighbours = Vec<(f32, u32)>;

/// About the `count` nearest rows of each of `values` `[rows, columns]`.
pub(super) fn approximate_neighbours(values: &[f32], columns: usize, count: usize) -> Vec<Neighbours> {
    let rows = values.len() / columns;
    let row = |index: u32| &values[index as usize * columns..][..columns];
    let trees: Vec<Tree> =
        (0..TREES).into_par_iter().map(|number| Tree::grow(values, columns, number)).collect();
    let indices = || (0..rows as u32).into_par_iter();
    let mut found: Vec<Neighbours> = indices()
        .map(|query| {
            let mut best = Best::new(row(query), query, count);
            trees
                .iter()
                .flat_map(|tree| tree.leaf_of(query))
                .for_each(|&other| best.offer(other, row(other)));
            best.found
        })
        .collect();
    for _ in 0..ROUNDS {
        let back = whose_neighbour(&found, count);
        found = indices()
            .map(|query| {
                let mut best = Best::new(row(query), query, count);
                best.found.clone_from(&found[query as usize]);
                let near = found[query as usize].iter().map(|(_, index)| index).chain(&back[query as usize]);
                for &other in near {
                    best.offer(other, row(other));
                    found[other as usize].iter().for_each(|&(_, next)| best.offer(next, row(next)));
                }
                best.found
            })
            .collect();
    }
    found
}

/// The share of the true neighbours that were found, over rows spread evenly.
pub(super) fn recall(values: &[f32], columns: usize, found: &[Neighbours]) -> f64 {
    let row = |index: usize| &values[index * columns..][..columns];
    let queries: Vec<usize> = (0..found.len()).step_by(found.len().div_ceil(SAMPLE)).collect();
    let shares = queries.par_iter().map(|&query| {
        let count = found[query].len();
        // Of rows as far as each other any is as good.
        let furthest = nearest(row, found.len(), query, count).last().map_or(0.0, |(square, _)| square);
        let right = found[query].iter().filter(|(square, _)| *square <= furthest).count();
        right as f64 / count.max(1) as f64
    });
    let shares: Vec<f64> = shares.collect();
    shares.iter().sum::<f64>() / shares.len() as f64
}

/// Of each row some of those that it is a neighbour of, the first in order.
fn whose_neighbour(found: &[Neighbours], most: usize) -> Vec<Vec<u32>> {
    let mut back = vec![Vec::new(); found.len()];
    for (from, neighbours) in (0u32..).zip(found) {
        for &(_, to) in neighbours {
            let of = &mut back[to as usize];
            if of.len() < most {
                of.push(from);
            }
        }
    }
    back
}

/// The best of those that were offered.
struct Best<'a> {
    row: &'a [f32],
    query: u32,
    count: usize,
    found: Neighbours,
}

impl<'a> Best<'a> {
    fn new(row: &'a [f32], query: u32, count: usize) -> Self {
        Self { row, query, count, found: Vec::with_capacity(count + 1) }
    }

    fn offer(&mut self, index: u32, row: &[f32]) {
        if index == self.query || self.found.iter().any(|(_, other)| *other == index) {
            return;
        }
        let offered = (square_of_distance(self.row, row), index);
        let is_before = |one: &(f32, u32)| one.0 < offered.0 || (one.0 == offered.0 && one.1 < offered.1);
        if self.found.len() == self.count && self.found.last().is_none_or(is_before) {
            return;
        }
        let place = self.found.partition_point(is_before);
        self.found.insert(place, offered);
        self.found.truncate(self.count);
    }
}

/// Rows in leaves of a tree of hyperplanes, each of which halves the rows below it.
struct Tree {
    order: Vec<u32>,
    /// Where the leaf of each row begins and ends in the order.
    leaves: Vec<[u32; 2]>,
}

impl Tree {
    fn grow(values: &[f32], columns: usize, number: u64) -> Self {
        let rows = values.len() / columns;
        let row = |index: u32| &values[index as usize * columns..][..columns];
        let mut random = ChaCha8Rng::seed_from_u64(number);
        let mut order: Vec<u32> = (0..rows as u32).collect();
        let mut leaves = vec![[0, rows as u32]; rows];
        let mut sides = vec![0.0f32; rows];
        let whole = 0..rows;
        let mut open = vec![whole];
        while let Some(part) = open.pop() {
            if part.len() <= LEAF {
                for &index in &order[part.clone()] {
                    leaves[index as usize] = [part.start as u32, part.end as u32];
                }
                continue;
            }
            let mut any =
                || order[part.start + ((u64::from(random.next_u32()) * part.len() as u64) >> 32) as usize];
            let [one, other] = [any(), any()].map(row);
            let normal: Vec<f32> = one.iter().zip(other).map(|(a, b)| a - b).collect();
            for &index in &order[part.clone()] {
                sides[index as usize] =
                    row(index).iter().zip(&normal).map(|(value, normal)| value * normal).sum();
            }
            let half = part.len() / 2;
            order[part.clone()].select_nth_unstable_by(half, |&a, &b| {
                sides[a as usize].total_cmp(&sides[b as usize]).then(a.cmp(&b))
            });
            open.extend([part.start..part.start + half, part.start + half..part.end]);
        }
        Self { order, leaves }
    }

    fn leaf_of(&self, row: u32) -> &[u32] {
        let [from, to] = self.leaves[row as usize];
        &self.order[from as usize..to as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows around centres of their own in many dimensions, of which few matter.
    fn balls(rows: usize, columns: usize) -> Vec<f32> {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut uniform = || random.next_u32() as f32 / u32::MAX as f32 - 0.5;
        let centres: Vec<f32> = (0..20 * columns).map(|_| 3.0 * uniform()).collect();
        (0..rows * columns)
            .map(|at| centres[at / columns % 20 * columns + at % columns] + uniform())
            .collect()
    }

    #[test]
    fn nine_in_ten_true_neighbours_are_found_at_any_number_of_threads() {
        let values = balls(6000, 16);
        let found = approximate_neighbours(&values, 16, 15);
        let share = recall(&values, 16, &found);
        assert!(share > 0.9, "{share}");
        assert!(found.iter().all(|neighbours| neighbours.len() == 15));
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        assert!(one.install(|| approximate_neighbours(&values, 16, 15)) == found);
        // A sample of wrong neighbours is seen to be wrong.
        let wrong: Vec<Neighbours> = (0..6000u32).map(|row| vec![(1e9, (row + 1) % 6000); 15]).collect();
        assert_eq!(recall(&values, 16, &wrong), 0.0);
    }

    #[test]
    fn equal_rows_are_neighbours_of_each_other() {
        let found = approximate_neighbours(&[1.0; 900], 3, 15);
        assert!(found.iter().all(|neighbours| neighbours.len() == 15));
        assert_eq!(recall(&[1.0; 900], 3, &found), 1.0);
    }
}
