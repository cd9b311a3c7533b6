//! A PyTorch state dict: a zip file with a pickle of names and shapes, and the numbers beside it.

use std::collections::BTreeMap;

use super::super::weights::Source;
use super::pickle::{self, Tensor};
use crate::zip::Zip;

/// The float tensors of a state dict.
pub(super) struct StateDict<'a> {
    tensors: BTreeMap<&'a str, Tensor<'a>>,
    zip: Zip<'a>,
    /// The folder in the zip file.
    folder: &'a str,
}

impl<'a> StateDict<'a> {
    /// Reads what a file announces; nothing in it is run.
    ///
    /// # Errors
    /// If it is no state dict as `torch.save` writes it, or damaged, or from a big-endian machine.
    pub fn read(file: &'a [u8]) -> Result<Self, String> {
        let zip = Zip::read(file)?;
        let folder = zip.names().find_map(|name| name.strip_suffix("/data.pkl"));
        let folder = folder.ok_or("holds no data.pkl, as a file of torch.save does")?;
        if zip.get(&format!("{folder}/byteorder")).is_some_and(|order| order != b"little") {
            return Err("comes from a big-endian machine".into());
        }
        let pickle = zip.get(&format!("{folder}/data.pkl")).expect("it was just found");
        let named = pickle::state_dict(pickle).map_err(|problem| format!("data.pkl: {problem}"))?;
        let count = named.len();
        let tensors: BTreeMap<_, _> = named.into_iter().collect();
        if tensors.len() < count {
            return Err("data.pkl: a name stands twice".into());
        }
        Ok(Self { tensors, zip, folder })
    }
}

impl Source for StateDict<'_> {
    fn names(&self) -> Vec<String> {
        self.tensors.keys().map(|name| (*name).to_owned()).collect()
    }

    /// A layer's matrix `[inputs, outputs]` is `[outputs, inputs]` in PyTorch.
    fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let Tensor { storage, offset, shape: found, strides } =
            self.tensors.get(name).ok_or_else(|| format!("lacks {name}"))?;
        let is_of_layer = name.ends_with(".weight");
        let there: Vec<usize> =
            if is_of_layer { shape.iter().rev().copied().collect() } else { shape.to_vec() };
        if shape.len() > 2 {
            return Err(format!("{name} is neither a matrix nor a vector"));
        }
        if storage.kind != "float32" || *found != there {
            return Err(format!("{name} is {} {found:?}, not float32 {there:?}", storage.kind));
        }
        let entry = format!("{}/data/{}", self.folder, storage.key);
        let bytes = self.zip.get(&entry).ok_or_else(|| format!("lacks the entry {entry} of {name}"))?;
        let (words, rest) = bytes.as_chunks::<4>();
        if words.len() != storage.elements || !rest.is_empty() {
            return Err(format!("{entry} has {} bytes for {} numbers", bytes.len(), storage.elements));
        }
        // The innermost dimension is ours' last, which is PyTorch's first.
        let (rows, columns) = match *shape {
            [length] => ((1, 0), (length, strides[0])),
            [inputs, outputs] if is_of_layer => ((inputs, strides[1]), (outputs, strides[0])),
            [rows, columns] => ((rows, strides[0]), (columns, strides[1])),
            _ => return Err(format!("{name} is neither a matrix nor a vector")),
        };
        let reach = |(length, stride): (usize, usize)| length.checked_sub(1)?.checked_mul(stride);
        let last = reach(rows).zip(reach(columns)).and_then(|(row, column)| row.checked_add(column));
        if last.and_then(|last| last.checked_add(*offset)).is_none_or(|last| last >= words.len()) {
            return Err(format!("{name} reaches beyond its storage of {} numbers", words.len()));
        }
        let row = |row: usize| offset + row * rows.1;
        let places = (0..rows.0).flat_map(|r| (0..columns.0).map(move |c| row(r) + c * columns.1));
        Ok(places.map(|place| f32::from_le_bytes(words[place])).collect())
    }
}
