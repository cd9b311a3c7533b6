//! Who is a neighbour of whom: compressed sparse rows, filled by counting, so that no list of pairs is sorted or copied.

use std::ops::Range;

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

/// What rows are filled from.
trait Entries: Sync {
    /// How many columns there are in all rows.
    fn len(&self) -> usize;

    /// Hands on each row among `rows` with a column of it, in any order, but the same one each time.
    fn within(&self, rows: Range<u32>, take: impl FnMut(u32, u32));
}

/// The second of each entry is a column in the row of the first.
struct Directed<'a>(&'a [(u32, u32)]);

impl Entries for Directed<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn within(&self, rows: Range<u32>, mut take: impl FnMut(u32, u32)) {
        for &(from, to) in self.0 {
            if rows.contains(&from) {
                take(from, to);
            }
        }
    }
}

/// Each of a pair is a column in the row of the other.
struct Pairs<'a>(&'a [&'a [[u32; 2]]]);

impl Entries for Pairs<'_> {
    fn len(&self) -> usize {
        2 * self.0.iter().map(|list| list.len()).sum::<usize>()
    }

    fn within(&self, rows: Range<u32>, mut take: impl FnMut(u32, u32)) {
        for &[i, j] in self.0.iter().copied().flatten() {
            if rows.contains(&i) {
                take(i, j);
            }
            if rows.contains(&j) {
                take(j, i);
            }
        }
    }
}

/// Rows with each column's row among its own columns as well.
struct BothWays<'a>(&'a Adjacency);

impl Entries for BothWays<'_> {
    fn len(&self) -> usize {
        2 * self.0.columns.len()
    }

    fn within(&self, rows: Range<u32>, mut take: impl FnMut(u32, u32)) {
        for row in rows.clone() {
            self.0.of(row).iter().for_each(|column| take(row, *column));
        }
        let mut row = 0;
        for (at, column) in self.0.columns.iter().enumerate() {
            if rows.contains(column) {
                while self.0.starts[row + 1] as usize <= at {
                    row += 1;
                }
                take(*column, row as u32);
            }
        }
    }
}

/// Counts or columns of so many bytes stay in a processor's cache while they are written in no order.
const IN_CACHE: usize = 4 << 20;

/// Each part looks at all entries, so that more parts than this cost more than what is out of the cache.
const MOST_PARTS: usize = 24;

impl Adjacency {
    /// Rows of the entries as they stand: the second of each is a column in the row of the first.
    ///
    /// # Errors
    /// If there are more than 32 bits can index.
    pub fn directed(nodes: usize, entries: &[(u32, u32)]) -> Result<(Self, LeftOut)> {
        Self::filled(nodes, &Directed(entries))
    }

    /// Rows of pairs both ways.
    ///
    /// # Errors
    /// If there are more than 32 bits can index.
    pub fn of_pairs(nodes: usize, lists: &[&[[u32; 2]]]) -> Result<(Self, LeftOut)> {
        Self::filled(nodes, &Pairs(lists))
    }

    /// The same rows with each column's row among its own columns as well.
    ///
    /// # Errors
    /// If there are more than 32 bits can index.
    pub fn both_ways(&self) -> Result<(Self, LeftOut)> {
        Self::filled(self.rows(), &BothWays(self))
    }

    fn filled(nodes: usize, entries: &impl Entries) -> Result<(Self, LeftOut)> {
        let count = entries.len();
        if u32::try_from(count).is_err() {
            return Err(Error::config("graph", format!("{count} entries are more than 32 bits can index")));
        }
        let mut starts = vec![0_u32; nodes + 1];
        // Counts are out of the cache less often than columns, and two parts a thread are enough.
        let counted = parts(nodes).min(2 * rayon::current_num_threads());
        let at_once = nodes.div_ceil(counted).max(1);
        starts[1..].par_chunks_mut(at_once).enumerate().for_each(|(part, lengths)| {
            let first = (part * at_once) as u32;
            entries
                .within(first..first + lengths.len() as u32, |row, _| lengths[(row - first) as usize] += 1);
        });
        for row in 0..nodes {
            starts[row + 1] += starts[row];
        }
        let mut columns = vec![0; count];
        let mut kept = vec![0; nodes];
        let parts = Part::all(parts(count), &starts, &mut columns, &mut kept);
        let loops: usize = parts.into_par_iter().map(|part| part.fill(entries)).sum();
        let mut rows = Self { starts, columns };
        rows.close_gaps(&kept);
        let repeats = count - rows.len() - loops;
        Ok((rows, LeftOut { repeats, loops }))
    }

    /// Leaves out what stands behind the columns that each row keeps.
    fn close_gaps(&mut self, kept: &[u32]) {
        let mut end = 0;
        for (row, kept) in kept.iter().enumerate() {
            let start = self.starts[row] as usize;
            self.starts[row] = end as u32;
            if start != end {
                self.columns.copy_within(start..start + *kept as usize, end);
            }
            end += *kept as usize;
        }
        self.starts[kept.len()] = end as u32;
        self.columns.truncate(end);
        self.columns.shrink_to_fit();
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

/// Some rows that one thread fills.
struct Part<'a> {
    rows: Range<u32>,
    /// Where each starts, and after the last where it ends.
    starts: &'a [u32],
    columns: &'a mut [u32],
    /// How many columns each keeps, to be written.
    kept: &'a mut [u32],
}

impl<'a> Part<'a> {
    /// All rows, in parts of about as many columns.
    fn all(
        parts: usize,
        starts: &'a [u32],
        mut columns: &'a mut [u32],
        mut kept: &'a mut [u32],
    ) -> Vec<Part<'a>> {
        let count = columns.len();
        let mut first = 0;
        let ends = (1..=parts).map(|part| match part == parts {
            true => starts.len() - 1,
            false => {
                starts.partition_point(|start| (*start as usize) < count / parts * part).min(starts.len() - 1)
            }
        });
        let part = |end: usize| {
            let starts = &starts[first..=end];
            let rows = first as u32..end as u32;
            let (own, after) =
                std::mem::take(&mut columns).split_at_mut((starts[end - first] - starts[0]) as usize);
            let (own_kept, kept_after) = std::mem::take(&mut kept).split_at_mut(end - first);
            (first, columns, kept) = (end, after, kept_after);
            Part { rows, starts, columns: own, kept: own_kept }
        };
        ends.map(part).collect()
    }

    /// Fills its rows, sorts each, leaves out what comes again or is the row itself, and counts the latter.
    fn fill(self, entries: &impl Entries) -> usize {
        let Self { rows, starts, columns, kept } = self;
        let first = rows.start;
        let mut next: Vec<u32> = starts.iter().map(|start| start - starts[0]).collect();
        entries.within(rows, |row, column| {
            let place = &mut next[(row - first) as usize];
            columns[*place as usize] = column;
            *place += 1;
        });
        let mut rest = columns;
        let mut loops = 0;
        for ((row, kept), ends) in (first..).zip(kept).zip(starts.windows(2)) {
            let (columns, after) = rest.split_at_mut((ends[1] - ends[0]) as usize);
            rest = after;
            columns.sort_unstable();
            let mut before = None;
            for at in 0..columns.len() {
                let column = columns[at];
                if before.replace(column) == Some(column) {
                    continue;
                }
                if column == row {
                    loops += 1;
                } else {
                    columns[*kept as usize] = column;
                    *kept += 1;
                }
            }
        }
        loops
    }
}

/// The number of parts for so many numbers of 32 bits.
fn parts(numbers: usize) -> usize {
    (4 * numbers / IN_CACHE).clamp(1, MOST_PARTS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn more_than_32_bits_can_index_is_refused_before_anything_is_held() {
        struct Many;
        impl Entries for Many {
            fn len(&self) -> usize {
                1 << 32
            }

            fn within(&self, _: Range<u32>, _: impl FnMut(u32, u32)) {
                unreachable!();
            }
        }
        let error = Adjacency::filled(3, &Many).expect_err("too many");
        assert_eq!(error.to_string(), "graph: 4294967296 entries are more than 32 bits can index");
    }

    proptest! {
        #[test]
        fn rows_are_those_of_a_set(
            nodes in 1_u32..300,
            seeds in prop::collection::vec(any::<(u32, u32)>(), 0..2000),
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

    /// Enough entries for several parts, most of them in few rows.
    #[test]
    fn rows_are_the_same_in_parts() {
        let nodes = 2_500_000_u32;
        assert!(parts(nodes as usize) > 1);
        let entry = |at: u32| {
            let node = at.wrapping_mul(2_654_435_761);
            (node % if at.is_multiple_of(3) { nodes } else { 7 }, (node >> 7) % nodes)
        };
        let mut entries: Vec<(u32, u32)> = (0..3_000_000).map(entry).collect();
        let (found, left_out) = Adjacency::directed(nodes as usize, &entries).expect("few");
        let count = entries.len();
        entries.sort_unstable();
        entries.dedup();
        let repeats = count - entries.len();
        let distinct = entries.len();
        entries.retain(|(i, j)| i != j);
        assert_eq!(left_out, LeftOut { repeats, loops: distinct - entries.len() });
        let rows = (0..nodes).flat_map(|row| found.of(row).iter().map(move |column| (row, *column)));
        assert!(rows.eq(entries.iter().copied()));
        let mut both: Vec<(u32, u32)> = entries.iter().flat_map(|&(i, j)| [(i, j), (j, i)]).collect();
        both.sort_unstable();
        both.dedup();
        let (symmetric, _) = found.both_ways().expect("few");
        let rows = (0..nodes).flat_map(|row| symmetric.of(row).iter().map(move |column| (row, *column)));
        assert!(rows.eq(both));
    }
}
