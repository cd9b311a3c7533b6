//! Backward passes: the gradients came with the value and wait, `[nodes, latent]`, until they are asked for.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, TensorMetadata};
use burn::tensor::Shape;

use super::ops::{Five, PairwiseOps, Three, Wanted};

#[derive(Debug)]
struct SoftplusSumBackward;

impl<B: PairwiseOps> Backward<B, 2> for SoftplusSumBackward {
    /// The gradients by `z` and its bias.
    type State = [FloatTensor<B>; 2];

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        register::<B, 2>(ops, grads);
    }
}

#[derive(Debug)]
struct SoftplusSumBetweenBackward;

impl<B: PairwiseOps> Backward<B, 4> for SoftplusSumBetweenBackward {
    /// The gradients by `z`, `w` and their biases.
    type State = [FloatTensor<B>; 4];

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        register::<B, 4>(ops, grads);
    }
}

/// Registers each gradient times the scalar upstream `[1]` where it is asked for.
fn register<B: Backend, const N: usize>(ops: Ops<[FloatTensor<B>; N], N>, grads: &mut Gradients) {
    let upstream = grads.consume::<B>(&ops.node);
    for (node, gradient) in ops.parents.into_iter().zip(ops.state) {
        if let Some(node) = node {
            let ones = vec![1; gradient.shape().num_dims()];
            let upstream = B::float_reshape(upstream.clone(), Shape::from(ones));
            grads.register::<B>(node.id, B::float_mul(gradient, upstream));
        }
    }
}

impl<B: PairwiseOps, C: CheckpointStrategy> PairwiseOps for Autodiff<B, C> {
    fn softplus_sum(z: FloatTensor<Self>, bias: FloatTensor<Self>, wanted: bool) -> Three<Self> {
        let prep = SoftplusSumBackward.prepare::<C>([z.node(), bias.node()]).compute_bound().stateful();
        let wanted = wanted || z.is_tracked() || bias.is_tracked();
        let (value, by_z, by_bias) = B::softplus_sum(z.into_primitive(), bias.into_primitive(), wanted);
        let value = match prep {
            OpsKind::Tracked(prep) => prep.finish([by_z.clone(), by_bias.clone()], value),
            OpsKind::UnTracked(prep) => prep.finish(value),
        };
        let [by_z, by_bias] = [by_z, by_bias].map(<Self as AutodiffBackend>::from_inner);
        (value, by_z, by_bias)
    }

    fn softplus_sum_between(
        z: FloatTensor<Self>,
        w: FloatTensor<Self>,
        z_bias: FloatTensor<Self>,
        w_bias: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        wanted: Wanted,
    ) -> Five<Self> {
        let nodes = [z.node(), w.node(), z_bias.node(), w_bias.node()];
        let prep = SoftplusSumBetweenBackward.prepare::<C>(nodes).compute_bound().stateful();
        let wanted = Wanted {
            left: wanted.left || z.is_tracked() || z_bias.is_tracked(),
            right: wanted.right || w.is_tracked() || w_bias.is_tracked(),
        };
        let (z, w) = (z.into_primitive(), w.into_primitive());
        let (z_bias, w_bias) = (z_bias.into_primitive(), w_bias.into_primitive());
        let weights = weights.into_primitive();
        let (value, by_z, by_w, by_z_bias, by_w_bias) =
            B::softplus_sum_between(z, w, z_bias, w_bias, weights, wanted);
        let gradients = [by_z, by_w, by_z_bias, by_w_bias];
        let value = match prep {
            OpsKind::Tracked(prep) => prep.finish(gradients.clone(), value),
            OpsKind::UnTracked(prep) => prep.finish(value),
        };
        let [by_z, by_w, by_z_bias, by_w_bias] = gradients.map(<Self as AutodiffBackend>::from_inner);
        (value, by_z, by_w, by_z_bias, by_w_bias)
    }
}
