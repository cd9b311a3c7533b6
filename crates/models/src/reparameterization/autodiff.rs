//! Backward passes.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

use super::ops::ReparameterizationOps;

#[derive(Debug)]
struct SampleBackward;

impl<B: ReparameterizationOps> Backward<B, 3> for SampleBackward {
    /// `log σ²` and the noise.
    type State = (FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let [mean_node, log_variance_node, noise_node] = ops.parents;
        let (log_variance, noise) = ops.state;
        if let Some(node) = noise_node {
            let sigma = B::float_exp(B::float_mul_scalar(log_variance.clone(), 0.5.into()));
            grads.register::<B>(node.id, B::float_mul(upstream.clone(), sigma));
        }
        if let Some(node) = log_variance_node {
            grads.register::<B>(node.id, B::rsample_gradient(log_variance, noise, upstream.clone()));
        }
        if let Some(node) = mean_node {
            grads.register::<B>(node.id, upstream);
        }
    }
}

#[derive(Debug)]
struct KlBackward;

impl<B: ReparameterizationOps> Backward<B, 2> for KlBackward {
    /// `μ` and `log σ²`.
    type State = (FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let (mean, log_variance) = ops.state;
        let (by_mean, by_log_variance) = B::kl_gradients(mean, log_variance, upstream);
        for (node, gradient) in ops.parents.into_iter().zip([by_mean, by_log_variance]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: ReparameterizationOps, C: CheckpointStrategy> ReparameterizationOps for Autodiff<B, C> {
    fn rsample(
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        noise: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [mean.node(), log_variance.node(), noise.node()];
        let prep = SampleBackward.prepare::<C>(nodes).compute_bound().stateful();
        let (mean, log_variance, noise) =
            (mean.into_primitive(), log_variance.into_primitive(), noise.into_primitive());
        match prep {
            OpsKind::Tracked(prep) => {
                prep.finish((log_variance.clone(), noise.clone()), B::rsample(mean, log_variance, noise))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::rsample(mean, log_variance, noise)),
        }
    }

    fn kl_from_standard_normal(
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let prep = KlBackward.prepare::<C>([mean.node(), log_variance.node()]).compute_bound().stateful();
        let (mean, log_variance) = (mean.into_primitive(), log_variance.into_primitive());
        match prep {
            OpsKind::Tracked(prep) => prep
                .finish((mean.clone(), log_variance.clone()), B::kl_from_standard_normal(mean, log_variance)),
            OpsKind::UnTracked(prep) => prep.finish(B::kl_from_standard_normal(mean, log_variance)),
        }
    }
}
