//! Whether near codes are of one class: what a picture of a latent space suggests, as a number.

use rayon::prelude::*;

/// The neighbours that vote.
pub(super) const NEIGHBOURS: usize = 5;

/// Rows that are classified at most; beyond, every n-th is.
const MOST_QUERIES: usize = 10_000;
/// Distances that are taken at most, which is what many rows cost.
const MOST_DISTANCES: usize = 400_000_000;

/// How many rows are classified right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Accuracy {
    /// From 0 to 1.
    pub share: f64,
    /// The rows that have a class.
    pub known: usize,
    /// Every so many of them was classified.
    pub every: usize,
}

/// The share of rows whose class is that of most of the five other rows nearest to them, as scikit-learn's
/// `KNeighborsClassifier(5)` decides when it is trained on all other rows: of classes with as many votes the first.
///
/// `values` are `[rows, columns]`, distances Euclidean, and rows without a class take no part. `None` where fewer than
/// six have one.
///
/// # Panics
/// If there is not one class a row.
pub(super) fn class_accuracy(values: &[f32], columns: usize, classes: &[Option<u16>]) -> Option<Accuracy> {
    assert_eq!(values.len(), classes.len() * columns, "a class a row");
    let known: Vec<(&[f32], u16)> = values
        .chunks_exact(columns)
        .zip(classes)
        .filter_map(|(row, class)| class.map(|class| (row, class)))
        .collect();
    if known.len() <= NEIGHBOURS {
        return None;
    }
    let every = known.len().div_ceil(MOST_QUERIES.min(MOST_DISTANCES / known.len()).max(1));
    let queries: Vec<usize> = (0..known.len()).step_by(every).collect();
    let correct = queries.par_iter().filter(|&&query| vote(&known, query) == known[query].1).count();
    Some(Accuracy { share: correct as f64 / queries.len() as f64, known: known.len(), every })
}

fn vote(known: &[(&[f32], u16)], query: usize) -> u16 {
    let rows = |index: usize| known[index].0;
    let classes = nearest(rows, known.len(), query, NEIGHBOURS).map(|(_, index)| known[index as usize].1);
    let mut candidates: Vec<u16> = classes.collect();
    candidates.sort_unstable();
    let votes = |class: u16| candidates.iter().filter(|other| **other == class).count();
    // The last of the most voted in descending order is the first class among them.
    candidates.iter().copied().rev().max_by_key(|&class| votes(class)).expect("five neighbours")
}

/// The `count` rows nearest to a row, itself left out, from the nearest on: squared distances and indices. Of rows as far
/// the first come first.
pub(super) fn nearest<'a>(
    row: impl Fn(usize) -> &'a [f32],
    rows: usize,
    query: usize,
    count: usize,
) -> impl Iterator<Item = (f32, u32)> {
    let mut nearest = vec![(f32::INFINITY, u32::MAX); count];
    let from = row(query);
    for index in (0..rows).filter(|index| *index != query) {
        let distance = square_of_distance(row(index), from);
        if distance < nearest[count - 1].0 {
            let place = nearest.partition_point(|(other, _)| *other <= distance);
            nearest[place..].rotate_right(1);
            nearest[place] = (distance, index as u32);
        }
    }
    nearest.into_iter().filter(|(_, index)| *index != u32::MAX)
}

/// Eight sums side by side, which a processor adds at once.
pub(super) fn square_of_distance(one: &[f32], other: &[f32]) -> f32 {
    const LANES: usize = 8;
    let ((ones, one), (others, other)) = (one.as_chunks::<LANES>(), other.as_chunks::<LANES>());
    let mut sums = [0.0f32; LANES];
    for (one, other) in ones.iter().zip(others) {
        for lane in 0..LANES {
            sums[lane] += (one[lane] - other[lane]) * (one[lane] - other[lane]);
        }
    }
    let rest = one.iter().zip(other).map(|(a, b)| (a - b) * (a - b));
    rest.sum::<f32>() + sums.iter().sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::super::golden::golden;
    use super::*;

    #[test]
    fn the_accuracy_is_that_of_scikit_learn() {
        let golden = golden();
        let classes: Vec<_> = golden.classes.iter().map(|&class| Some(class)).collect();
        let found = class_accuracy(&golden.values, golden.columns, &classes).expect("enough rows");
        assert!((found.share - golden.accuracy).abs() < 1e-12, "{found:?} and {}", golden.accuracy);
    }

    #[test]
    fn rows_without_a_class_take_no_part() {
        let values: Vec<f32> = (0..14).map(|row| row as f32).collect();
        // All even rows are of one class; the odd ones between them are of none.
        let classes: Vec<_> = (0..14).map(|row| (row % 2 == 0).then_some(3)).collect();
        assert_eq!(class_accuracy(&values, 1, &classes), Some(Accuracy { share: 1.0, known: 7, every: 1 }));
        assert_eq!(class_accuracy(&values[..10], 1, &classes[..10]), None);
    }

    #[test]
    fn of_classes_with_as_many_votes_the_first_is_taken() {
        // The row at 0 has neighbours of the classes 2, 2, 1, 1 and 4.
        let values = [0.0, 1.0, 1.1, 1.2, 1.3, 1.4];
        let classes = [1, 2, 2, 1, 1, 4].map(Some);
        let rows: Vec<(&[f32], u16)> =
            values.chunks(1).zip(classes).map(|(row, class)| (row, class.expect("known"))).collect();
        assert_eq!(vote(&rows, 0), 1);
    }
}
