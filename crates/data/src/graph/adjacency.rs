//! Who is a neighbour of whom: compressed sparse rows, filled by counting, so that no list of pairs is sorted or copied.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};

use rayon::prelude::*;

use crate::error::{Error, Result};

/// Rows of columns in ascending order, each once, none of them the row itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Adjacency {
    /// Where each row starts, and after the last where it ends.
    starts: Vec<u32>,
    columns: Vec<u32>,
}

/// What was left out as rows were filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// Columns that their row had already.
    pub repeats: usize,
    /// Rows that named themselves.
    pub loops: usize,
}

/// Takes in a row and a column.
type Sink<'a> = &'a (dyn Fn(u32, u32) + Sync);

/// A part of the rows with no more columns than this is one thread's.
const GRAIN: usize = 1 << 14;

impl Adjacency {
    /// Rows of the entries as they stand: the second of each is a column in the row of the first.
    ///
    /// # Errors
    /// If there are more than 32 bits can index.
    pub fn directed(nodes: usize, entries: &[(u32, u32)]) -> Result<(Self, LeftOut)> {
        Self::filled(nodes, entries.len(), |sink| entries.par_iter().for_each(|&(from, to)| sink(from, to)))
    }

    /// Rows of pairs both ways.
    ///
    /// # Errors
    /// If there are more than 32 bits can index.
    pub fn of_pairs(nodes: usize, lists: &[&[[u32; 2]]]) -> Result<(Self, LeftOut)> {
        let count: usize = lists.iter().map(|list| list.len()).sum();
        Self::filled(nodes, 2 * count, |sink| {
            lists.par_iter().flat_map(|list| list.par_iter()).for_each(|&[i, j]| {
                sink(i, j);
                sink(j, i);
            });
        })
    }

    /// The same rows with each column's row among its own columns as well.
    ///
    /// # Errors
    /// If there are more than 32 bits can index.
    pub fn both_ways(&self) -> Result<(Self, LeftOut)> {
        Self::filled(self.rows(), 2 * self.columns.len(), |sink| {
            (0..self.rows() as u32).into_par_iter().for_each(|row| {
                for &column in self.of(row) {
                    sink(row, column);
                    sink(column, row);
                }
            });
        })
    }

    /// Rows of `count` columns, all of which `visit` hands to a sink, in any order, twice the same.
    fn filled(nodes: usize, count: usize, visit: impl Fn(Sink)) -> Result<(Self, LeftOut)> {
        if u32::try_from(count).is_err() {
            return Err(Error::config("graph", format!("{count} entries are more than 32 bits can index")));
        }
        // Lengths two places on become starts one place on, and filling makes these ends, which are the starts of the next.
        let mut places: Vec<AtomicU32> = zeros(nodes + 2);
        visit(&|row, _| {
            places[row as usize + 2].fetch_add(1, Relaxed);
        });
        let mut start = 0;
        for place in &mut places {
            start += *place.get_mut();
            *place.get_mut() = start;
        }
        let columns: Vec<AtomicU32> = zeros(count);
        visit(&|row, column| {
            let place = places[row as usize + 1].fetch_add(1, Relaxed);
            columns[place as usize].store(column, Relaxed);
        });
        places.pop();
        let mut filled = Self { starts: plain(places), columns: plain(columns) };
        let left_out = filled.tidy();
        Ok((filled, left_out))
    }

    /// Sorts the columns of each row, and leaves out those that come again or are the row's own.
    fn tidy(&mut self) -> LeftOut {
        let loops = AtomicUsize::new(0);
        let mut kept = vec![0_u32; self.rows()];
        each_row(0, &self.starts, &mut self.columns, &mut kept, &|row, columns| {
            columns.sort_unstable();
            let mut count = 0;
            let mut before = None;
            for at in 0..columns.len() {
                let column = columns[at];
                if before.replace(column) == Some(column) {
                    continue;
                }
                if column == row {
                    loops.fetch_add(1, Relaxed);
                    continue;
                }
                columns[count] = column;
                count += 1;
            }
            count as u32
        });
        let before = self.columns.len();
        let mut end = 0;
        for (row, kept) in kept.into_iter().enumerate() {
            let start = self.starts[row] as usize;
            self.starts[row] = end as u32;
            if start != end {
                self.columns.copy_within(start..start + kept as usize, end);
            }
            end += kept as usize;
        }
        *self.starts.last_mut().expect("there is an end") = end as u32;
        self.columns.truncate(end);
        self.columns.shrink_to_fit();
        let loops = loops.into_inner();
        LeftOut { repeats: before - end - loops, loops }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of columns of all rows.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Where the columns of a row stand among those of all.
    pub fn range(&self, row: u32) -> Range<usize> {
        self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize
    }

    /// The columns of a row.
    pub fn of(&self, row: u32) -> &[u32] {
        &self.columns[self.range(row)]
    }

    /// Where a column of a row stands among those of all.
    pub fn place(&self, row: u32, column: u32) -> Option<usize> {
        let range = self.range(row);
        Some(range.start + self.columns[range].binary_search(&column).ok()?)
    }
}

/// Has each row worked on, by all threads: `work` takes a row and its columns, and says how many it keeps.
fn each_row(
    first: u32,
    starts: &[u32],
    columns: &mut [u32],
    kept: &mut [u32],
    work: &(impl Fn(u32, &mut [u32]) -> u32 + Sync),
) {
    if columns.len() <= GRAIN || kept.len() == 1 {
        let mut rest = columns;
        for ((row, kept), ends) in (first..).zip(kept).zip(starts.windows(2)) {
            let (columns, after) = rest.split_at_mut((ends[1] - ends[0]) as usize);
            *kept = work(row, columns);
            rest = after;
        }
        return;
    }
    let middle = kept.len() / 2;
    let (columns, more_columns) = columns.split_at_mut((starts[middle] - starts[0]) as usize);
    let (kept, more_kept) = kept.split_at_mut(middle);
    rayon::join(
        || each_row(first, &starts[..=middle], columns, kept, work),
        || each_row(first + middle as u32, &starts[middle..], more_columns, more_kept, work),
    );
}

fn zeros(count: usize) -> Vec<AtomicU32> {
    std::iter::repeat_with(AtomicU32::default).take(count).collect()
}

/// The numbers themselves, in the same place.
fn plain(numbers: Vec<AtomicU32>) -> Vec<u32> {
    numbers.into_iter().map(AtomicU32::into_inner).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn more_than_32_bits_can_index_is_refused_before_anything_is_held() {
        let error = Adjacency::filled(3, 1 << 32, |_| unreachable!()).expect_err("too many");
        assert_eq!(error.to_string(), "graph: 4294967296 entries are more than 32 bits can index");
    }

    proptest! {
        /// Enough entries that several threads take part.
        #[test]
        fn rows_are_those_of_a_set(
            nodes in 1_u32..300,
            seeds in prop::collection::vec(any::<(u32, u32)>(), 0..3 * GRAIN),
        ) {
            let entries: Vec<(u32, u32)> = seeds.into_iter().map(|(i, j)| (i % nodes, j % nodes)).collect();
            let set: BTreeSet<(u32, u32)> = entries.iter().copied().collect();
            let (found, left_out) = Adjacency::directed(nodes as usize, &entries).expect("few");
            let loops = set.iter().filter(|(i, j)| i == j).count();
            prop_assert_eq!(left_out, LeftOut { repeats: entries.len() - set.len(), loops });
            let rows = |set: &BTreeSet<(u32, u32)>, row: u32| -> Vec<u32> {
                set.range((row, 0)..=(row, u32::MAX)).map(|(_, j)| *j).filter(|j| *j != row).collect()
            };
            for row in 0..nodes {
                prop_assert_eq!(found.of(row), rows(&set, row));
            }
            let both: BTreeSet<(u32, u32)> = set.iter().flat_map(|&(i, j)| [(i, j), (j, i)]).collect();
            let (symmetric, _) = found.both_ways().expect("few");
            let pairs: Vec<[u32; 2]> = entries.iter().map(|&(i, j)| [i, j]).collect();
            let (one, other) = pairs.split_at(pairs.len() / 3);
            let (of_pairs, _) = Adjacency::of_pairs(nodes as usize, &[one, other]).expect("few");
            for row in 0..nodes {
                prop_assert_eq!(symmetric.of(row), rows(&both, row));
            }
            prop_assert_eq!(symmetric, of_pairs);
        }
    }
}
