use serde::{Deserialize, Serialize};

/// The shape of a datapoint x, whose values are one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataShape {
    /// An image: its pixels row by row, the channels of a pixel beside each other.
    Image {
        /// 1 of grey images.
        channels: usize,
        /// In pixels.
        height: usize,
        /// In pixels.
        width: usize,
    },
    /// A row of a table.
    Columns(usize),
}

impl DataShape {
    /// The values of a datapoint.
    pub fn values(self) -> usize {
        match self {
            Self::Image { channels, height, width } => channels.saturating_mul(height).saturating_mul(width),
            Self::Columns(columns) => columns,
        }
    }
}
