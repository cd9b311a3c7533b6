//! The backward pass: with `D = f′(Z) ∘ G` for the gradient `G` by the output, `Xᵀ D` goes to the weight, the column sums
//! of `D` to the bias, and `D Wᵀ` to the input.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend};

use super::ops::{DenseOps, Function, Wanted};

#[derive(Debug)]
struct DenseBackward;

/// What a layer keeps for its backward pass.
#[derive(Clone, Debug)]
struct State<B: Backend> {
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    y: FloatTensor<B>,
    function: Function,
}

impl<B: DenseOps> Backward<B, 3> for DenseBackward {
    type State = State<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let [x_node, weight_node, bias_node] = ops.parents;
        let State { x, weight, y, function } = ops.state;
        let wanted =
            Wanted { input: x_node.is_some(), parameters: weight_node.is_some() || bias_node.is_some() };
        let (input, weight, bias) = B::dense_gradients(x, weight, y, upstream, function, wanted);
        for (node, gradient) in [(x_node, input), (weight_node, weight), (bias_node, bias)] {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: DenseOps, C: CheckpointStrategy> DenseOps for Autodiff<B, C> {
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        function: Function,
    ) -> FloatTensor<Self> {
        let prep =
            DenseBackward.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful();
        let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
        match prep {
            OpsKind::Tracked(prep) => {
                let y = B::dense(x.clone(), weight.clone(), bias, function);
                prep.finish(State { x, weight, y: y.clone(), function }, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::dense(x, weight, bias, function)),
        }
    }
}
