use std::collections::BTreeMap;
use std::path::Path;

use ::safetensors::tensor::{Dtype, SafeTensors};
use aevb_data::files::read_at_most;

use super::arrays::{Array, Arrays};
use crate::error::{Error, Result};

/// A part of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything that is learnt.
    Whole,
    /// From the data to the latent space.
    Encoder,
    /// From the latent space to the data.
    Decoder,
}

/// A run's weights by name, as `model.safetensors` holds them.
#[derive(Clone, Debug)]
pub struct Weights {
    place: String,
    tensors: BTreeMap<String, Tensor>,
}

/// A weight or bias, row-major.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Weights {
    /// Reads a run's file.
    ///
    /// # Errors
    /// If the file cannot be read, is no safetensors file, or holds numbers of another type.
    pub fn read(path: &Path) -> Result<Self> {
        /// What a zip file could hold.
        const LARGEST: u64 = u32::MAX as u64;
        const HINT: &str = "weights are written by `aevb train` when a run ends or is interrupted";
        let place = path.display().to_string();
        let failed = |problem: String| Error::failed(format!("{place}: {problem}")).with_hint(HINT);
        let bytes = read_at_most(path, LARGEST).map_err(|error| Error::from(error).with_hint(HINT))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|error| failed(error.to_string()))?;
        let mut tensors = BTreeMap::new();
        for (name, view) in file.tensors() {
            if view.dtype() != Dtype::F32 {
                return Err(failed(format!("{name} is {:?}, not F32", view.dtype())));
            }
            let (words, _) = view.data().as_chunks::<4>();
            let values = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
            tensors.insert(name, Tensor { shape: view.shape().to_vec(), values });
        }
        Ok(Self { place, tensors })
    }

    /// The weights of a part alone.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.tensors.retain(|name, _| match part {
            Part::Whole => true,
            Part::Encoder => !name.starts_with("decoder.") && !name.starts_with("prior."),
            Part::Decoder => name.starts_with("decoder."),
        });
        self
    }

    /// The weights as arrays.
    pub fn into_arrays(self) -> Arrays {
        let tensors = self.tensors.into_iter();
        tensors.map(|(name, Tensor { shape, values })| (name, Array::Floats { shape, values })).collect()
    }

    /// A matrix of any shape.
    pub(super) fn matrix_shape(&self, name: &str) -> Result<[usize; 2]> {
        match self.tensors.get(name).map(|tensor| tensor.shape.as_slice()) {
            Some(&[rows, columns]) => Ok([rows, columns]),
            Some(shape) => Err(self.foreign(format!("{name} is {shape:?}, not a matrix"))),
            None => Err(self.foreign(format!("lacks {name}"))),
        }
    }

    /// A tensor that must be of this shape.
    pub(super) fn tensor(&self, name: &str, shape: &[usize]) -> Result<&Tensor> {
        match self.tensors.get(name) {
            Some(tensor) if tensor.shape == shape => Ok(tensor),
            Some(tensor) => Err(self.foreign(format!("{name} is {:?}, not {shape:?}", tensor.shape))),
            None => Err(self.foreign(format!("lacks {name}"))),
        }
    }

    /// That all of them were looked at.
    pub(super) fn require_count(&self, expected: usize) -> Result<()> {
        match self.tensors.len() {
            found if found == expected => Ok(()),
            found => Err(self.foreign(format!("holds {found} tensors, not {expected}"))),
        }
    }

    fn foreign(&self, problem: String) -> Error {
        Error::failed(format!("{}: {problem}", self.place))
            .with_hint("the weights are those of another configuration")
    }
}
