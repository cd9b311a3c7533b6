//! Backward passes: the gradient by `z` came with the value and waits, `[nodes, latent]`, until it is asked for.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend};
use burn::tensor::Shape;

use super::ops::PairwiseOps;

#[derive(Debug)]
struct SoftplusSumBackward;

impl<B: PairwiseOps> Backward<B, 1> for SoftplusSumBackward {
    /// The gradient by `z`.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let [z] = ops.parents;
        if let Some(z) = z {
            grads.register::<B>(z.id, scaled::<B>(ops.state, upstream));
        }
    }
}

#[derive(Debug)]
struct SoftplusSumBetweenBackward;

impl<B: PairwiseOps> Backward<B, 2> for SoftplusSumBetweenBackward {
    /// The gradient by `z`, then `z` and `w`, for the sweep that the gradient by `w` takes.
    type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let [z_node, w_node] = ops.parents;
        let (z_gradient, z, w) = ops.state;
        if let Some(node) = z_node {
            grads.register::<B>(node.id, scaled::<B>(z_gradient, upstream.clone()));
        }
        if let Some(node) = w_node {
            let (_, w_gradient) = B::softplus_sum_between(w, z);
            grads.register::<B>(node.id, scaled::<B>(w_gradient, upstream));
        }
    }
}

/// `gradient` `[n, d]` times the scalar `upstream` `[1]`.
fn scaled<B: Backend>(gradient: FloatTensor<B>, upstream: FloatTensor<B>) -> FloatTensor<B> {
    B::float_mul(gradient, B::float_reshape(upstream, Shape::new([1, 1])))
}

impl<B: PairwiseOps, C: CheckpointStrategy> PairwiseOps for Autodiff<B, C> {
    fn softplus_sum(z: FloatTensor<Self>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let prep = SoftplusSumBackward.prepare::<C>([z.node()]).compute_bound().stateful();
        let (value, gradient) = B::softplus_sum(z.into_primitive());
        let value = match prep {
            OpsKind::Tracked(prep) => prep.finish(gradient.clone(), value),
            OpsKind::UnTracked(prep) => prep.finish(value),
        };
        (value, <Self as AutodiffBackend>::from_inner(gradient))
    }

    fn softplus_sum_between(
        z: FloatTensor<Self>,
        w: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let prep = SoftplusSumBetweenBackward.prepare::<C>([z.node(), w.node()]).compute_bound().stateful();
        let (z, w) = (z.into_primitive(), w.into_primitive());
        let (value, gradient) = B::softplus_sum_between(z.clone(), w.clone());
        let value = match prep {
            OpsKind::Tracked(prep) => prep.finish((gradient.clone(), z, w), value),
            OpsKind::UnTracked(prep) => prep.finish(value),
        };
        (value, <Self as AutodiffBackend>::from_inner(gradient))
    }
}
