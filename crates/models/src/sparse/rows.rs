use burn::backend::Dispatch;
use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use super::ops::Rows;

/// Nonzeros that one GPU thread adds up: enough to outweigh the launch of a second kernel over the segments, few enough
/// that a hub with half of the nonzeros is spread over the whole device.
const SEGMENT: u32 = 256;

/// Where each row's nonzeros lie, on a device.
#[derive(Clone, Debug)]
pub(super) struct RowLayout {
    offsets: Tensor<1, Int>,
    segments: Tensor<1, Int>,
    segment_offsets: Tensor<1, Int>,
    segment_count: usize,
}

impl RowLayout {
    /// From `[rows + 1]` ascending offsets.
    pub(super) fn new(offsets: &[u32], device: &Device) -> Self {
        let (segments, segment_offsets) = segments(offsets, SEGMENT);
        Self {
            offsets: index_tensor(offsets.to_vec(), device),
            segment_count: segments.len() - 1,
            segments: index_tensor(segments, device),
            segment_offsets: index_tensor(segment_offsets, device),
        }
    }

    /// The number of segments, at least one a row.
    pub(super) fn segment_count(&self) -> usize {
        self.segment_count
    }

    pub(super) fn to_dispatch(&self) -> Rows<Dispatch> {
        Rows {
            offsets: self.offsets.clone().into_dispatch(),
            segments: self.segments.clone().into_dispatch(),
            segment_offsets: self.segment_offsets.clone().into_dispatch(),
        }
    }
}

/// Cuts each row into segments of at most `longest` nonzeros, an empty row into one: where each segment begins, with the
/// end, and where each row's segments begin, with their number.
fn segments(offsets: &[u32], longest: u32) -> (Vec<u32>, Vec<u32>) {
    let mut segments = Vec::with_capacity(offsets.len());
    let mut segment_offsets = Vec::with_capacity(offsets.len());
    for row in offsets.windows(2) {
        segment_offsets.push(segments.len() as u32);
        segments.push(row[0]);
        segments.extend((row[0]..row[1]).step_by(longest as usize).skip(1));
    }
    segment_offsets.push(segments.len() as u32);
    segments.extend(offsets.last());
    (segments, segment_offsets)
}

/// Indices are `I32` on every backend; a backend's own default differs.
pub(super) fn index_tensor(indices: Vec<u32>, device: &Device) -> Tensor<1, Int> {
    // The same memory: it may be most of what a large graph takes.
    let indices: Vec<i32> = indices.into_iter().map(|index| index as i32).collect();
    let length = indices.len();
    Tensor::from_data(TensorData::new(indices, [length]), (device, DType::I32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_rows_are_cut_and_empty_ones_kept() {
        assert_eq!(segments(&[0, 3, 3, 12, 16], 4), (vec![0, 3, 3, 7, 11, 12, 16], vec![0, 1, 2, 5, 6]));
        assert_eq!(segments(&[0], 4), (vec![0], vec![0]));
    }
}
