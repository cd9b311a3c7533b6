//! Sparse matrices as lists of entries, and SciPy's `save_npz`.

use sprs::CsMatI;

use super::npy::{Array, Values};
use super::npz::Npz;
use crate::error::{Error, Result};
use crate::memory;

/// The entries of a sparse matrix in any order; explicit zeros are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseEntries {
    /// Rows and columns.
    pub shape: [usize; 2],
    /// `(row, column, value)`, inside the shape.
    pub entries: Vec<(u32, u32, f32)>,
}

impl SparseEntries {
    /// Entries of a matrix in a file of `bytes`, whose announced shape it must be able to tell of.
    ///
    /// # Errors
    /// If there are more rows or columns than 32 bits can name, or so many more than bytes that they cannot be meant.
    pub(crate) fn check_shape(shape: [usize; 2], bytes: u64, place: &str) -> Result<()> {
        // Rows that no entry names take memory too, and a header can announce any number of them.
        let most = bytes.saturating_add(1 << 16).min(u64::from(u32::MAX) - 1);
        let largest = shape[0].max(shape[1]) as u64;
        if largest > most {
            let message =
                format!("announces {} x {}, far more than {bytes} bytes can tell of", shape[0], shape[1]);
            return Err(
                Error::malformed(place, message).with_hint("leave out rows and columns without an entry")
            );
        }
        Ok(())
    }

    /// A dense matrix, `[rows, columns]`, without its zeros.
    ///
    /// # Errors
    /// If the array has not two dimensions, or is none of numbers.
    pub fn from_dense(array: &Array, place: &str) -> Result<Self> {
        let (&[rows, columns], false) = (&array.shape[..], matches!(array.values, Values::Text(_))) else {
            let message = format!("an array of {:?} in place of a matrix of numbers", array.shape);
            return Err(Error::malformed(place, message).with_hint("give an array of [rows, columns]"));
        };
        if u32::try_from(rows.max(columns)).is_err() {
            let message = format!("{rows} x {columns} are more than 32 bits can index");
            return Err(Error::malformed(place, message).with_hint("take a part of it"));
        }
        let at = |index: usize| ((index / columns) as u32, (index % columns) as u32);
        let values = || (0..array.len()).filter_map(|index| Some((index, array.values.single(index)?)));
        let count = values().filter(|(_, value)| *value != 0.0).count();
        let entry = size_of::<(u32, u32, f32)>() as u64;
        memory::require(place, format!("a matrix of {count} values"), count as u64 * entry)?;
        let mut entries = Vec::with_capacity(count);
        let nonzero = values().filter(|(_, value)| *value != 0.0);
        entries.extend(nonzero.map(|(index, value)| (at(index).0, at(index).1, value)));
        Ok(Self { shape: [rows, columns], entries })
    }

    /// Whether an archive is one of SciPy's.
    pub fn is_in(archive: &Npz) -> bool {
        archive.has("format") && archive.has("shape") && archive.has("data")
    }

    /// Reads what `scipy.sparse.save_npz` wrote, in the format `csr`, `csc` or `coo`.
    ///
    /// # Errors
    /// If an array is missing or damaged, or the arrays contradict each other.
    pub fn read(archive: &mut Npz) -> Result<Self> {
        let format = match archive.get("format")?.values {
            Values::Text(names) if names.len() == 1 => names[0].clone(),
            // SciPy before 1.0 wrote bytes.
            _ => return Err(refused(archive.place(), "its `format` is no name".into())),
        };
        Self::read_parts(archive, "", &format)
    }

    /// Reads a matrix in one of these formats from arrays whose names begin with `prefix`: `data`, `shape`, and `indices`
    /// and `indptr`, or `row` and `col`. Without `data` all are 1; without `shape` it is the smallest that has room.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_parts(archive: &mut Npz, prefix: &str, format: &str) -> Result<Self> {
        let place = archive.place().to_owned();
        let refused = |message: String| refused(&place, message);
        let named = |part: &str| format!("{prefix}{part}");
        let whole = |archive: &mut Npz, part: &str| {
            let array = archive.get(&named(part))?.values.to_integers();
            array.ok_or_else(|| refused(format!("its `{}` are no whole numbers", named(part))))
        };
        let bytes = archive.bytes();
        let (outer, inner) = match format {
            "coo" => (whole(archive, "row")?, whole(archive, "col")?),
            "csr" | "csc" => (whole(archive, "indptr")?, whole(archive, "indices")?),
            other => return Err(refused(format!("is in the format {other}; csr, csc and coo are read"))),
        };
        let is_listed = format == "coo";
        let shape = match archive.has(&named("shape")) {
            true => whole(archive, "shape")?,
            false => {
                let room = |indices: &[i64]| indices.iter().max().map_or(0, |most| most.saturating_add(1));
                let outer = if is_listed { room(&outer) } else { outer.len() as i64 - 1 };
                if format == "csc" { vec![room(&inner), outer] } else { vec![outer, room(&inner)] }
            }
        };
        let shape = match shape[..] {
            [rows, columns] if rows >= 0 && columns >= 0 => [rows as usize, columns as usize],
            _ => return Err(refused(format!("its `{}` is no pair of sizes", named("shape")))),
        };
        Self::check_shape(shape, bytes, &place)?;
        let values = match archive.has(&named("data")) {
            true => archive.get(&named("data"))?.values.to_f32(),
            false => Some(vec![1.0; inner.len()]),
        };
        let values = values.ok_or_else(|| refused(format!("its `{}` are no numbers", named("data"))))?;
        let checked = |array: Vec<i64>, part: &str, below: usize| match array
            .iter()
            .position(|&index| index < 0 || index as usize >= below)
        {
            Some(at) => {
                let part = named(part);
                let message = format!("`{part}[{at}]` is {}, outside a shape of {shape:?}", array[at]);
                Err(refused(message))
            }
            None => Ok(array.into_iter().map(|index| index as u32).collect::<Vec<u32>>()),
        };
        let [rows, columns] = shape;
        let (row, column) = if is_listed {
            (checked(outer, "row", rows)?, checked(inner, "col", columns)?)
        } else {
            let (outer_size, inner_size) = if format == "csr" { (rows, columns) } else { (columns, rows) };
            let inner = checked(inner, "indices", inner_size)?;
            let starts = checked(outer, "indptr", values.len() + 1)?;
            let ends = (starts.first(), starts.last());
            let sound = starts.len() == outer_size + 1
                && ends == (Some(&0), Some(&(values.len() as u32)))
                && starts.is_sorted();
            if !sound {
                let message = format!("its `{}` does not cut the entries into rows", named("indptr"));
                return Err(refused(message));
            }
            let outer: Vec<u32> = starts
                .windows(2)
                .enumerate()
                .flat_map(|(row, pair)| (pair[0]..pair[1]).map(move |_| row as u32))
                .collect();
            if format == "csr" { (outer, inner) } else { (inner, outer) }
        };
        if row.len() != values.len() || column.len() != values.len() {
            let message =
                format!("{} rows and {} columns for {} values", row.len(), column.len(), values.len());
            return Err(refused(message));
        }
        let entries =
            row.into_iter().zip(column).zip(values).map(|((row, column), value)| (row, column, value));
        Ok(Self { shape, entries: entries.collect() })
    }

    /// The matrix in compressed sparse rows without zeros; entries of one place are summed, as SciPy does.
    pub(crate) fn into_csr(mut self) -> CsMatI<f32, u32> {
        self.entries.sort_by_key(|&(row, column, _)| (row, column));
        let mut indptr = vec![0_u32; self.shape[0] + 1];
        let (mut indices, mut values): (Vec<u32>, Vec<f32>) = (Vec::new(), Vec::new());
        let mut last = None;
        for (row, column, value) in self.entries {
            if last == Some((row, column)) {
                *values.last_mut().expect("an entry came before") += value;
            } else {
                indptr[row as usize + 1] += 1;
                indices.push(column);
                values.push(value);
                last = Some((row, column));
            }
        }
        for row in 0..self.shape[0] {
            indptr[row + 1] += indptr[row];
        }
        let mut matrix = CsMatI::new((self.shape[0], self.shape[1]), indptr, indices, values);
        if matrix.data().contains(&0.0) {
            let (rows, columns) = matrix.shape();
            let kept = matrix.iter().filter(|(value, _)| **value != 0.0);
            let kept = kept.map(|(value, (row, column))| (row, column, *value)).collect();
            matrix = Self { shape: [rows, columns], entries: kept }.into_csr();
        }
        matrix
    }
}

fn refused(place: &str, message: String) -> Error {
    Error::malformed(place, message).with_hint("write it by scipy.sparse.save_npz(path, matrix.tocsr())")
}
