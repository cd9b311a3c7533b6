//! Backward passes: what the gradients need is computed again from the inputs, which are there anyway.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

use super::ops::{DensityOps, as_column};

#[derive(Debug)]
struct BernoulliBackward;

impl<B: DensityOps> Backward<B, 2> for BernoulliBackward {
    /// The logits and x.
    type State = (FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let [logits_node, x_node] = ops.parents;
        let (logits, x) = ops.state;
        if let Some(node) = x_node {
            let gradient = B::float_mul(logits.clone(), as_column::<B>(upstream.clone()));
            grads.register::<B>(node.id, gradient);
        }
        if let Some(node) = logits_node {
            grads.register::<B>(node.id, B::bernoulli_gradient(logits, x, upstream));
        }
    }
}

#[derive(Debug)]
struct GaussianBackward;

impl<B: DensityOps> Backward<B, 3> for GaussianBackward {
    /// `μ`, `log σ²` and x.
    type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let [mean_node, log_variance_node, x_node] = ops.parents;
        let (mean, log_variance, x) = ops.state;
        let (by_mean, by_log_variance) = B::gaussian_gradients(mean, log_variance, x, upstream);
        if let Some(node) = x_node {
            grads.register::<B>(node.id, B::float_neg(by_mean.clone()));
        }
        for (node, gradient) in [(mean_node, by_mean), (log_variance_node, by_log_variance)] {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: DensityOps, C: CheckpointStrategy> DensityOps for Autodiff<B, C> {
    fn bernoulli_log_prob(logits: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        let prep = BernoulliBackward.prepare::<C>([logits.node(), x.node()]).compute_bound().stateful();
        let (logits, x) = (logits.into_primitive(), x.into_primitive());
        match prep {
            OpsKind::Tracked(prep) => {
                prep.finish((logits.clone(), x.clone()), B::bernoulli_log_prob(logits, x))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::bernoulli_log_prob(logits, x)),
        }
    }

    fn gaussian_log_prob(
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        x: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [mean.node(), log_variance.node(), x.node()];
        let prep = GaussianBackward.prepare::<C>(nodes).compute_bound().stateful();
        let (mean, log_variance, x) =
            (mean.into_primitive(), log_variance.into_primitive(), x.into_primitive());
        match prep {
            OpsKind::Tracked(prep) => {
                let state = (mean.clone(), log_variance.clone(), x.clone());
                prep.finish(state, B::gaussian_log_prob(mean, log_variance, x))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::gaussian_log_prob(mean, log_variance, x)),
        }
    }
}
