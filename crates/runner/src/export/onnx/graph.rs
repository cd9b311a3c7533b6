//! The messages of `onnx.proto`, as many as a computation of a few operators takes. Their fields go by number.

use super::super::protobuf::Message;
use super::super::weights::{Tensor, Weights};
use crate::error::{Error, Result};

/// The version of the operators, and that of the file format which came with it.
const OPSET: u64 = 18;
const IR_VERSION: u64 = 8;

const FLOAT: u64 = 1;
const INT64: u64 = 7;

/// A dimension of an input or output.
#[derive(Clone, Copy, Debug)]
pub(super) enum Dimension<'a> {
    Fixed(usize),
    /// Any size, the same wherever the name stands.
    Any(&'a str),
}

/// A computation that is being put together: each step is written as it comes.
pub(super) struct Graph<'w> {
    weights: &'w Weights,
    used: usize,
    message: Message,
}

impl<'w> Graph<'w> {
    /// An empty computation over some weights, with a name and a sentence for the reader.
    pub fn new(weights: &'w Weights, name: &str, description: &str) -> Self {
        let message = Message::default().text(2, name).text(10, description);
        Self { weights, used: 0, message }
    }

    /// An input of floats.
    pub fn input(&mut self, name: &str, dimensions: &[Dimension<'_>]) {
        self.field(11, value(name, FLOAT, dimensions));
    }

    /// An input of whole numbers.
    pub fn indices(&mut self, name: &str, dimensions: &[Dimension<'_>]) {
        self.field(11, value(name, INT64, dimensions));
    }

    /// An output of floats.
    pub fn output(&mut self, name: &str, dimensions: &[Dimension<'_>]) {
        self.field(12, value(name, FLOAT, dimensions));
    }

    /// A step: what an operator makes of values by name.
    pub fn node(&mut self, operator: &str, inputs: &[&str], output: &str) {
        self.field(1, node(operator, inputs, output));
    }

    /// `output[indices[i, j], j] = data[indices[i, j], j] + Σ updates[i, j]`.
    pub fn scatter_add(&mut self, [data, indices, updates]: [&str; 3], output: &str) {
        const STRING: u64 = 3;
        let reduction = Message::default().text(1, "reduction").text(4, "add").number(20, STRING);
        self.field(1, node("ScatterElements", &[data, indices, updates], output).message(5, reduction));
    }

    /// A weight by its own name, which must be of this shape.
    pub fn weight(&mut self, name: &str, shape: &[usize]) -> Result<()> {
        let Tensor { values, .. } = self.weights.tensor(name, shape)?;
        self.floats(name, shape, values);
        self.used += 1;
        Ok(())
    }

    /// A constant of floats.
    pub fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.field(5, tensor(name, FLOAT, shape, &bytes));
    }

    /// A constant of whole numbers.
    pub fn integers(&mut self, name: &str, shape: &[usize], values: &[i64]) {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.field(5, tensor(name, INT64, shape, &bytes));
    }

    /// The file, with properties that programs may look up.
    ///
    /// # Errors
    /// If some of the weights are no part of the computation, or the file would be of 2 GiB or more.
    pub fn into_file(self, properties: &[(&str, &str)]) -> Result<Vec<u8>> {
        self.weights.require_count(self.used)?;
        let mut model = Message::default()
            .number(1, IR_VERSION)
            .text(2, "aevb")
            .text(3, env!("CARGO_PKG_VERSION"))
            .message(7, self.message)
            .message(8, Message::default().text(1, "").number(2, OPSET));
        for (key, value) in properties {
            model = model.message(14, Message::default().text(1, key).text(2, value));
        }
        let file = model.into_bytes();
        if i32::try_from(file.len()).is_err() {
            return Err(Error::usage("an ONNX file holds less than 2 GiB")
                .with_hint("take --format safetensors or npz"));
        }
        Ok(file)
    }

    fn field(&mut self, number: u32, part: Message) {
        self.message = std::mem::take(&mut self.message).message(number, part);
    }
}

fn node(operator: &str, inputs: &[&str], output: &str) -> Message {
    let inputs = inputs.iter().fold(Message::default(), |node, input| node.text(1, input));
    inputs.text(2, output).text(3, &format!("{output}/{operator}")).text(4, operator)
}

fn tensor(name: &str, element: u64, shape: &[usize], bytes: &[u8]) -> Message {
    let sizes = shape.iter().fold(Message::default(), |tensor, &size| tensor.number(1, size as u64));
    sizes.number(2, element).text(8, name).bytes(9, bytes)
}

fn value(name: &str, element: u64, dimensions: &[Dimension<'_>]) -> Message {
    let shape = dimensions.iter().fold(Message::default(), |shape, dimension| {
        let dimension = match *dimension {
            Dimension::Fixed(size) => Message::default().number(1, size as u64),
            Dimension::Any(name) => Message::default().text(2, name),
        };
        shape.message(1, dimension)
    });
    let tensor = Message::default().number(1, element).message(2, shape);
    Message::default().text(1, name).message(2, Message::default().message(1, tensor))
}
