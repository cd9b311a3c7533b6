//! The backward pass: the gradient times the slope.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend};

use super::ops::{ElementwiseOps, Function};

#[derive(Debug)]
struct ElementwiseBackward;

/// What is kept for the backward pass.
#[derive(Clone, Debug)]
struct State<B: Backend> {
    x: FloatTensor<B>,
    function: Function,
}

impl<B: ElementwiseOps> Backward<B, 1> for ElementwiseBackward {
    type State = State<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let ([node], State { x, function }) = (ops.parents, ops.state);
        if let Some(node) = node {
            let slopes = B::elementwise_slopes(x, function);
            grads.register::<B>(node.id, B::float_mul(upstream, slopes));
        }
    }
}

impl<B: ElementwiseOps, C: CheckpointStrategy> ElementwiseOps for Autodiff<B, C> {
    fn elementwise(x: FloatTensor<Self>, function: Function) -> FloatTensor<Self> {
        let prep = ElementwiseBackward.prepare::<C>([x.node()]).compute_bound().stateful();
        let x = x.into_primitive();
        match prep {
            OpsKind::Tracked(prep) => {
                prep.finish(State { x: x.clone(), function }, B::elementwise(x, function))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::elementwise(x, function)),
        }
    }
}
