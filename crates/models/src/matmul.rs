//! Dense matrix products on the CPU, by the crate `gemm` on one core a block.
//!
//! A product is cut into blocks by its shape alone, so that its bits do not depend on the number of threads. What
//! follows a product is done to each block while it is in the cache of the core that made it.

use std::ops::Range;

use rayon::prelude::*;

use crate::elementary::Elementary;

/// Multiply-adds that are worth a block of their own: some tenths of a millisecond.
const BLOCK_WORK: usize = 1 << 24;
/// What is worth two blocks, should it be less than that: a tenth of a millisecond, where a thread is awake to take one.
const TWO_BLOCKS: usize = 1 << 23;
/// The shortest side of a block, but for halves of what is not twice as long. Each block packs its operands anew.
const SHORTEST: usize = 128;
/// The width of a block is a multiple of this, the widest vector of floats.
const ALIGNMENT: usize = 16;

/// A matrix in memory that belongs to somebody else.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a, E> {
    values: &'a [E],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, E> Matrix<'a, E> {
    /// `[rows, columns]` in row-major order.
    pub(crate) fn new(values: &'a [E], [rows, columns]: [usize; 2]) -> Self {
        assert_eq!(values.len(), rows * columns, "a matrix {rows} by {columns}");
        Self { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    pub(crate) fn transpose(self) -> Self {
        Self {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// Where an element lies; anywhere, where there is none.
    fn offset(&self, row: usize, column: usize) -> usize {
        if self.values.is_empty() { 0 } else { row * self.row_stride + column * self.column_stride }
    }
}

/// A block of a row-major matrix, which nobody else touches.
pub(crate) struct Block<E> {
    first: *mut E,
    stride: usize,
    rows: Range<usize>,
    columns: Range<usize>,
}

// SAFETY: it is an exclusive borrow of elements that may be sent.
unsafe impl<E: Send> Send for Block<E> {}

impl<E> Block<E> {
    /// Which columns of the matrix it has.
    pub(crate) fn columns(&self) -> Range<usize> {
        self.columns.clone()
    }

    /// Its part of each row in turn.
    #[inline(always)]
    pub(crate) fn rows(&mut self) -> impl Iterator<Item = &mut [E]> {
        let (first, stride, width) = (self.first, self.stride, self.columns.len());
        // SAFETY: the rows are initialised when the block is handed out, lie in the matrix, do not overlap, and are this
        // block's alone.
        (0..self.rows.len())
            .map(move |row| unsafe { std::slice::from_raw_parts_mut(first.add(row * stride), width) })
    }
}

/// `a b` in row-major order; `finish` is given every block of it once.
pub(crate) fn matmul<E: Elementary>(
    a: Matrix<'_, E>,
    b: Matrix<'_, E>,
    finish: impl Fn(&mut Block<E>) + Sync,
) -> Vec<E> {
    assert_eq!(a.columns, b.rows, "the inner dimensions of a product");
    let (rows, inner, columns) = (a.rows, a.columns, b.columns);
    if rows * columns == 0 {
        return Vec::new();
    }
    let mut product: Vec<E> = Vec::with_capacity(rows * columns);
    let blocks = blocks(&mut product, rows, inner, columns);
    blocks.into_par_iter().with_max_len(1).for_each(|mut block| {
        // SAFETY: the pointers are those of blocks of matrices with these strides, as both operands have checked their
        // lengths and the product has that capacity; no other block shares an element of the product, which is
        // written without being read.
        unsafe {
            gemm::gemm(
                block.rows.len(),
                block.columns.len(),
                inner,
                block.first,
                1,
                columns as isize,
                false,
                a.values.as_ptr().add(a.offset(block.rows.start, 0)),
                a.column_stride as isize,
                a.row_stride as isize,
                b.values.as_ptr().add(b.offset(0, block.columns.start)),
                b.column_stride as isize,
                b.row_stride as isize,
                E::zero(),
                E::one(),
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
        finish(&mut block);
    });
    // SAFETY: the blocks cover the matrix, and `gemm` has written every element of each.
    unsafe { product.set_len(rows * columns) };
    product
}

/// Cuts the spare capacity of `product`, a matrix `[rows, columns]` of at least one element, into blocks: side by side
/// as long as they are wide enough, and then one below the other.
fn blocks<E>(product: &mut Vec<E>, rows: usize, inner: usize, columns: usize) -> Vec<Block<E>> {
    let work = rows * inner * columns;
    let wanted = (work / BLOCK_WORK).max(if work >= TWO_BLOCKS { 2 } else { 1 });
    let across = wanted.clamp(1, most_parts(columns));
    let down = (wanted / across).clamp(1, most_parts(rows));
    let width = columns.div_ceil(across).next_multiple_of(ALIGNMENT);
    let height = rows.div_ceil(down);
    let first: *mut E = product.spare_capacity_mut()[..rows * columns].as_mut_ptr().cast();
    let mut blocks = Vec::with_capacity(across * down);
    for top in (0..rows).step_by(height) {
        for left in (0..columns).step_by(width) {
            blocks.push(Block {
                // SAFETY: the element lies in the matrix.
                first: unsafe { first.add(top * columns + left) },
                stride: columns,
                rows: top..rows.min(top + height),
                columns: left..columns.min(left + width),
            });
        }
    }
    blocks
}

/// Into how many blocks a side may be cut.
fn most_parts(side: usize) -> usize {
    match side / SHORTEST {
        0 => 1,
        whole => whole.max(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole numbers, of which every sum is exact.
    fn values(count: usize) -> Vec<f64> {
        (0..count).map(|position| ((position * 37 + 11) % 17) as f64 - 8.0).collect()
    }

    #[test]
    fn every_shape_equals_plain_loops_and_every_element_is_finished_once() {
        for [rows, inner, columns] in [
            [1, 1, 1],
            [3, 0, 5],
            [0, 4, 2],
            [2, 3, 0],
            [7, 33, 19],
            [300, 290, 410],
            [1, 50, 1000],
            [900, 300, 64],
            [100, 500, 200],
            [131, 500, 131],
        ] {
            let (a, b) = (values(rows * inner), values(inner * columns));
            let mut expected = vec![1.0; rows * columns];
            for (row, expected) in expected.chunks_exact_mut(columns.max(1)).enumerate() {
                for k in 0..inner {
                    let factor = a[row * inner + k];
                    expected.iter_mut().zip(&b[k * columns..]).for_each(|(y, b)| *y += factor * b);
                }
            }
            let add_one = |block: &mut Block<f64>| block.rows().flatten().for_each(|y| *y += 1.0);
            let (a, b) = (Matrix::new(&a, [rows, inner]), Matrix::new(&b, [inner, columns]));
            assert_eq!(matmul(a, b, add_one), expected, "{rows} {inner} {columns}");
            let turned = matmul(b.transpose(), a.transpose(), add_one);
            let back: Vec<f64> =
                (0..rows * columns).map(|at| turned[at % columns * rows + at / columns]).collect();
            assert_eq!(back, expected, "{rows} {inner} {columns}, transposed");
        }
    }
}
