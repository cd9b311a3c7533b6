//! `Ã = D^-½ (A + I) D^-½`, with `D` the degrees of `A + I` (Kipf & Welling, arXiv 1609.02907, §2), along which messages pass.

use burn::tensor::{Device, Element};
use sprs::CsMatI;

use crate::error::Result;
use crate::sparse::SparseMatrix;

/// `Ã` on the host.
///
/// `edges` are undirected pairs of nodes below `nodes`, each given once, without loops.
pub fn normalized_adjacency(
    nodes: usize,
    edges: impl IntoIterator<Item = [u32; 2], IntoIter: Clone>,
) -> CsMatI<f64, u32> {
    normalized_weighted_adjacency(nodes, edges.into_iter().map(|edge| (edge, 1.0)))
}

/// The same where `A` has a weight above 0 for each edge, and degrees are sums of weights.
///
/// # Panics
/// If a node is not below `nodes`, or there are more entries than 32 bits can index.
pub fn normalized_weighted_adjacency<V: Element + Default>(
    nodes: usize,
    edges: impl IntoIterator<Item = ([u32; 2], f64), IntoIter: Clone>,
) -> CsMatI<V, u32> {
    let edges = edges.into_iter();
    let mut degrees = vec![1.0_f64; nodes];
    let mut offsets = vec![0_u32; nodes + 1];
    for (pair, weight) in edges.clone() {
        for node in pair {
            degrees[node as usize] += weight;
            offsets[node as usize + 1] += 1;
        }
    }
    for row in 0..nodes {
        let end = u64::from(offsets[row]) + u64::from(offsets[row + 1]) + 1;
        offsets[row + 1] = u32::try_from(end).expect("32 bits index the entries");
    }
    let mut next = offsets.clone();
    let entries = offsets[nodes] as usize;
    let (mut columns, mut values) = (vec![0_u32; entries], vec![V::default(); entries]);
    let mut put = |row: u32, column: u32, value: f64| {
        let place = &mut next[row as usize];
        columns[*place as usize] = column;
        values[*place as usize] = V::from_elem(value);
        *place += 1;
    };
    // Of edges in lexicographic order, a row gets its smaller neighbours, then itself, then the larger ones, so that it is sorted.
    let mut last = [0, 0];
    let mut with_loop = 0;
    let mut is_sorted = true;
    for ([i, j], weight) in edges {
        is_sorted &= i < j && last <= [i, j];
        last = [i, j];
        while with_loop <= i.min(j) {
            put(with_loop, with_loop, 1.0 / degrees[with_loop as usize]);
            with_loop += 1;
        }
        let value = weight / (degrees[i as usize] * degrees[j as usize]).sqrt();
        put(i, j, value);
        put(j, i, value);
    }
    (with_loop..nodes as u32).for_each(|node| put(node, node, 1.0 / degrees[node as usize]));
    if !is_sorted {
        for row in offsets.windows(2) {
            let row = row[0] as usize..row[1] as usize;
            let mut entries: Vec<(u32, V)> =
                columns[row.clone()].iter().copied().zip(values[row.clone()].iter().copied()).collect();
            entries.sort_by_key(|&(column, _)| column);
            for (place, (column, value)) in row.zip(entries) {
                (columns[place], values[place]) = (column, value);
            }
        }
    }
    CsMatI::new((nodes, nodes), offsets, columns, values)
}

/// The same in single precision on a device, whose memory it is moved to.
///
/// # Errors
/// If there are more nodes or entries than 32-bit indices can name.
///
/// # Panics
/// If a node is not below `nodes`.
pub fn adjacency_on_device(
    nodes: usize,
    edges: impl IntoIterator<Item = ([u32; 2], f64), IntoIter: Clone>,
    device: &Device,
) -> Result<SparseMatrix> {
    SparseMatrix::from_symmetric(normalized_weighted_adjacency::<f32>(nodes, edges), device)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Tensor;

    use super::*;

    /// `D^-½ (A + I) D^-½` row by row, of a dense `A`.
    fn dense(nodes: usize, edges: &[([u32; 2], f64)]) -> Vec<f64> {
        let mut a = vec![0.0; nodes * nodes];
        (0..nodes).for_each(|node| a[node * nodes + node] = 1.0);
        for &([i, j], weight) in edges {
            let [i, j] = [i as usize, j as usize];
            a[i * nodes + j] = weight;
            a[j * nodes + i] = weight;
        }
        let degrees: Vec<f64> = a.chunks_exact(nodes).map(|row| row.iter().sum()).collect();
        let entry = |(at, value): (usize, &f64)| value / (degrees[at / nodes] * degrees[at % nodes]).sqrt();
        a.iter().enumerate().map(entry).collect()
    }

    /// On a device no transpose is made, so that it must be symmetric to the bit.
    #[test]
    fn on_a_device_it_is_its_own_transpose() {
        let nodes = 7;
        let sorted = vec![([0, 1], 2.0), ([0, 3], 0.3), ([1, 3], 1.0), ([2, 5], 4.1), ([3, 5], 0.7)];
        let mixed = vec![sorted[3], sorted[0], ([3, 1], 1.0), ([5, 3], 0.7), sorted[1]];
        let device = Device::flex();
        for edges in [sorted, mixed, Vec::new()] {
            let expected = dense(nodes, &edges);
            let on_host = normalized_weighted_adjacency::<f32>(nodes, edges.iter().copied());
            assert_eq!(on_host, on_host.transpose_view().to_csr());
            let matrix = adjacency_on_device(nodes, edges, &device).expect("small");
            for matrix in [matrix.transpose(), matrix] {
                let entries = matrix.matmul(Tensor::eye(nodes, &device)).expect("square");
                let entries = entries.into_data().try_into_vec::<f32>().expect("F32");
                for (entry, expected) in entries.into_iter().zip(&expected) {
                    assert!((f64::from(entry) - expected).abs() < 1e-7, "{entry} is not {expected}");
                }
            }
        }
    }

    #[test]
    fn edges_in_any_order_give_the_same_matrix_whose_rows_are_sorted() {
        let sorted = [([0, 1], 2.0), ([0, 3], 0.5), ([1, 3], 1.0), ([2, 5], 4.0), ([3, 5], 1.0)];
        let matrix = normalized_weighted_adjacency::<f64>(7, sorted);
        let mixed = [sorted[3], sorted[0], ([3, 1], 1.0), ([5, 3], 1.0), sorted[1]];
        let other = normalized_weighted_adjacency::<f64>(7, mixed);
        assert_eq!(matrix.indices(), other.indices());
        assert!(matrix.data().iter().zip(other.data()).all(|(one, other)| (one - other).abs() < 1e-15));
        assert!(matrix.outer_iterator().all(|row| row.indices().is_sorted_by(|one, other| one < other)));
        // D = 1 + (2.5, 3, 4, 2.5, 0, 5, 0)
        for ([i, j], expected) in [
            ([0, 1], 2.0 / (3.5_f64 * 4.0).sqrt()),
            ([5, 2], 4.0 / (6.0_f64 * 5.0).sqrt()),
            ([3, 3], 1.0 / 3.5),
            ([4, 4], 1.0),
            ([6, 6], 1.0),
        ] {
            let value: f64 = *matrix.get(i, j).expect("an entry");
            assert!((value - expected).abs() < 1e-15, "{i}, {j}: {value}");
        }
    }
}
