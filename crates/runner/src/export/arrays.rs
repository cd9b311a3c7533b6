use std::collections::BTreeMap;

/// Arrays by name.
pub type Arrays = BTreeMap<String, Array>;

/// An array on the host, as files hold it.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    /// Numbers of single precision, row-major.
    Floats {
        /// The sizes of its dimensions, the outermost first.
        shape: Vec<usize>,
        /// As many values as the shape has places.
        values: Vec<f32>,
    },
    /// `[length]` numbers from 0 to 255.
    Bytes(Vec<u8>),
    /// `[length]` strings.
    Text(Vec<String>),
}

impl Array {
    /// `values` as rows of `columns`.
    pub fn rows(values: Vec<f32>, columns: usize) -> Self {
        Self::Floats { shape: vec![values.len() / columns, columns], values }
    }

    pub(super) fn shape(&self) -> Vec<usize> {
        match self {
            Self::Floats { shape, .. } => shape.clone(),
            Self::Bytes(values) => vec![values.len()],
            Self::Text(values) => vec![values.len()],
        }
    }
}
