//! A plane in which rows that are near in many dimensions stay near: uniform manifold approximation and projection
//! (McInnes, Healy & Melville, arXiv 1802.03426), small and with the same outcome every time.
//!
//! The nearest neighbours are exact up to some number of rows and approximate beyond, the layout begins on the principal
//! plane, and one thread walks along the edges in a fixed order with a generator of its own.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::approximate_neighbours::{Neighbours, approximate_neighbours, recall};
use super::neighbours::nearest;

/// More rows than this would keep the reader waiting for more than a minute on two cores.
pub(super) const MOST_ROWS: usize = 200_000;
/// Fewer rows than this have too few neighbours.
pub(super) const FEWEST_ROWS: usize = 2 * NEIGHBOURS;
/// Of so many rows the exact neighbours are found.
const MOST_EXACT: usize = 30_000;

/// The neighbours of a row.
pub(super) const NEIGHBOURS: usize = 15;
/// Rows pushed away for one that is drawn near.
const PUSHED: u32 = 5;
/// 1/(1 + a d²) falls from 1 as the layout wants it, by least squares: near 1 up to a distance of 0.1, then by the
/// exponential. The paper's exponent b is 1 here, which takes no powers and changes little.
const A: f32 = 1.56;
/// No step is longer, along either axis.
const LONGEST: f32 = 4.0;

/// A plane, and how good the neighbours are that it follows from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NeighbourLayout {
    /// `[rows, 2]`
    pub points: Vec<f32>,
    /// The share of the true neighbours that were found, by a sample; none where they are exact.
    pub recall: Option<f64>,
}

/// An edge of the neighbour graph.
struct Edge {
    ends: [u32; 2],
    /// How sure it is that the two are neighbours, from 0 to 1.
    weight: f32,
}

/// Lays `values` `[rows, columns]` out in the plane, beginning at `plane` `[rows, 2]`. `None` where there are too few or
/// too many rows.
///
/// # Panics
/// If values and plane are of other shapes.
pub(super) fn neighbour_layout(values: &[f32], columns: usize, plane: &[f32]) -> Option<NeighbourLayout> {
    laid_out(values, columns, plane, MOST_EXACT)
}

/// The same, with exact neighbours of at most so many rows.
fn laid_out(values: &[f32], columns: usize, plane: &[f32], most_exact: usize) -> Option<NeighbourLayout> {
    let rows = plane.len() / 2;
    assert_eq!(values.len(), rows * columns, "a place for each row");
    if !(FEWEST_ROWS..=MOST_ROWS).contains(&rows) {
        return None;
    }
    let (neighbours, recall) = if rows <= most_exact {
        (exact_neighbours(values, columns, rows), None)
    } else {
        let found = approximate_neighbours(values, columns, NEIGHBOURS);
        let recall = recall(values, columns, &found);
        (found, Some(recall))
    };
    let edges = edges(neighbours);
    let furthest = plane.iter().fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()));
    let mut places: Vec<[f32; 2]> =
        plane.chunks_exact(2).map(|place| [10.0 * place[0] / furthest, 10.0 * place[1] / furthest]).collect();
    walk(&mut places, &edges, if rows > 10_000 { 200 } else { 500 });
    Some(NeighbourLayout { points: places.as_flattened().to_vec(), recall })
}

fn exact_neighbours(values: &[f32], columns: usize, rows: usize) -> Vec<Neighbours> {
    let row = |index: usize| &values[index * columns..][..columns];
    (0..rows).into_par_iter().map(|query| nearest(row, rows, query, NEIGHBOURS).collect()).collect()
}

/// Section 3.1: the fuzzy union of every row's neighbourhood.
fn edges(neighbours: Vec<Neighbours>) -> Vec<Edge> {
    let neighbourhoods: Vec<Vec<(u32, f32)>> = neighbours
        .into_par_iter()
        .map(|found| memberships(found.into_iter().map(|(square, index)| (index, square.sqrt()))))
        .collect();
    let weight = |from: u32, to: u32| {
        let found = neighbourhoods[from as usize].iter().find(|(index, _)| *index == to);
        found.map_or(0.0, |(_, weight)| *weight)
    };
    let mut edges = Vec::new();
    for (from, neighbours) in (0u32..).zip(&neighbourhoods) {
        for &(to, there) in neighbours {
            let back = weight(to, from);
            // A mutual pair is met twice, and kept once.
            if from < to || back == 0.0 {
                edges.push(Edge { ends: [from, to], weight: there + back - there * back });
            }
        }
    }
    edges
}

/// exp(−(d − ρ)/σ) for each neighbour, with ρ the least distance and σ such that they sum to log₂ of their number.
fn memberships(neighbours: impl Iterator<Item = (u32, f32)>) -> Vec<(u32, f32)> {
    let mut neighbours: Vec<(u32, f32)> = neighbours.collect();
    let least = neighbours.first().map_or(0.0, |(_, distance)| *distance);
    let wanted = (neighbours.len() as f32).log2();
    let sum =
        |sigma: f32| neighbours.iter().map(|(_, distance)| membership(distance - least, sigma)).sum::<f32>();
    let (mut low, mut high) = (0.0, 1.0);
    while sum(high) < wanted && high < f32::MAX / 4.0 {
        high *= 2.0;
    }
    for _ in 0..40 {
        let middle = f32::midpoint(low, high);
        if sum(middle) < wanted { low = middle } else { high = middle }
    }
    neighbours.iter_mut().for_each(|(_, distance)| *distance = membership(*distance - least, high));
    neighbours
}

fn membership(excess: f32, sigma: f32) -> f32 {
    if excess <= 0.0 { 1.0 } else { libm::expf(-excess / sigma) }
}

/// Section 4.2: each edge draws its ends together as often as it weighs, and each time pushes some rows away.
fn walk(places: &mut [[f32; 2]], edges: &[Edge], epochs: usize) {
    let heaviest = edges.iter().fold(0.0f32, |most, edge| most.max(edge.weight));
    let mut random = ChaCha8Rng::from_seed([0; 32]);
    let mut due: Vec<f32> = edges.iter().map(|edge| heaviest / edge.weight).collect();
    for epoch in 1..=epochs {
        let step = 1.0 - (epoch - 1) as f32 / epochs as f32;
        for (edge, due) in edges.iter().zip(&mut due) {
            if *due > epoch as f32 {
                continue;
            }
            *due += heaviest / edge.weight;
            // Both ends take their turns in pushing others away.
            let ends = edge.ends.map(|end| end as usize);
            let [from, to] = if epoch % 2 == 0 { ends } else { [ends[1], ends[0]] };
            let (away, square) = difference(places, from, to);
            let pull = -2.0 * A / (1.0 + A * square);
            for axis in 0..2 {
                let move_by = step * (pull * away[axis]).clamp(-LONGEST, LONGEST);
                places[from][axis] += move_by;
                places[to][axis] -= move_by;
            }
            for _ in 0..PUSHED {
                let other = ((u64::from(random.next_u32()) * places.len() as u64) >> 32) as usize;
                let (away, square) = difference(places, from, other);
                if other != from && square > 0.0 {
                    let push = 2.0 / ((0.001 + square) * (1.0 + A * square));
                    for axis in 0..2 {
                        places[from][axis] += step * (push * away[axis]).clamp(-LONGEST, LONGEST);
                    }
                }
            }
        }
    }
}

/// The way from one place to another, and its square.
fn difference(places: &[[f32; 2]], from: usize, to: usize) -> ([f32; 2], f32) {
    let away = [places[from][0] - places[to][0], places[from][1] - places[to][1]];
    (away, away[0] * away[0] + away[1] * away[1])
}

#[cfg(test)]
mod tests {
    use super::super::neighbours::class_accuracy;
    use super::super::principal_axes::principal_plane;
    use super::*;

    /// Eight balls at the corners of a cube of three dimensions, which no plane shows apart.
    fn corners() -> (Vec<f32>, Vec<Option<u16>>) {
        let mut random = ChaCha8Rng::from_seed([1; 32]);
        let mut uniform = || random.next_u32() as f32 / u32::MAX as f32;
        let mut values = Vec::new();
        for index in 0..400u16 {
            // The third side is the shortest, so the principal plane lays two corners on each other.
            for (axis, side) in [4.0, 3.5, 2.0].into_iter().enumerate() {
                values.push(side * f32::from(index >> axis & 1) + uniform());
            }
        }
        (values, (0..400).map(|index| Some(index & 7)).collect())
    }

    #[test]
    fn what_is_apart_in_space_is_apart_in_the_layout() {
        let (values, classes) = corners();
        let plane = principal_plane(&values, 3).points;
        let layout = neighbour_layout(&values, 3, &plane).expect("enough rows").points;
        let accuracy = |points: &[f32]| class_accuracy(points, 2, &classes).expect("classes").share;
        assert!(accuracy(&plane) < 0.8, "{}", accuracy(&plane));
        assert!(accuracy(&layout) > 0.98, "{}", accuracy(&layout));
        let approximate = laid_out(&values, 3, &plane, 100).expect("enough rows");
        assert!(accuracy(&approximate.points) > 0.98, "{}", accuracy(&approximate.points));
        assert!(approximate.recall.is_some_and(|share| share > 0.95), "{:?}", approximate.recall);
        let again = neighbour_layout(&values, 3, &plane).expect("enough rows");
        assert_eq!(again, NeighbourLayout { points: layout, recall: None });
    }

    #[test]
    fn memberships_sum_to_the_logarithm_of_their_number() {
        let members = memberships((0..16).map(|index| (index, 1.0 + index as f32)));
        let sum: f32 = members.iter().map(|(_, weight)| weight).sum();
        assert!((sum - 4.0).abs() < 1e-4 && members[0].1 == 1.0, "{members:?}");
    }

    #[test]
    fn few_rows_have_no_layout_and_equal_ones_stay_finite() {
        assert_eq!(neighbour_layout(&[0.0; 30], 3, &[0.0; 20]), None);
        let layout = neighbour_layout(&[1.0; 120], 3, &[0.0; 80]).expect("enough rows");
        assert!(layout.points.iter().all(|place| place.is_finite()));
    }
}
