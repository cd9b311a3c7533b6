//! ONNX models (opset 18) of what a run learnt: the encoder or the decoder of images, and the encoder of a graph.

mod dense;
mod graph;
mod graph_conv;
mod propagation;

pub(super) use dense::{decoder, encoder};
pub(super) use graph_conv::graph_encoder;
