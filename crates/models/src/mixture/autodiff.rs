//! The backward pass: what the gradients need is computed again from the inputs, which are there anyway.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

use super::ops::MixtureOps;

#[derive(Debug)]
struct ComponentBackward;

impl<B: MixtureOps> Backward<B, 3> for ComponentBackward {
    /// z, `μ` and `log σ²`.
    type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let [z_node, mean_node, log_variance_node] = ops.parents;
        let (z, mean, log_variance) = ops.state;
        if let Some(node) = z_node {
            let (z, mean) = (z.clone(), mean.clone());
            let gradient = B::component_gradient(z, mean, log_variance.clone(), upstream.clone());
            grads.register::<B>(node.id, gradient);
        }
        if mean_node.is_none() && log_variance_node.is_none() {
            return;
        }
        let (by_mean, by_log_variance) = B::component_parameter_gradients(z, mean, log_variance, upstream);
        for (node, gradient) in [(mean_node, by_mean), (log_variance_node, by_log_variance)] {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: MixtureOps, C: CheckpointStrategy> MixtureOps for Autodiff<B, C> {
    fn component_log_probs(
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [z.node(), mean.node(), log_variance.node()];
        let prep = ComponentBackward.prepare::<C>(nodes).compute_bound().stateful();
        let (z, mean, log_variance) =
            (z.into_primitive(), mean.into_primitive(), log_variance.into_primitive());
        match prep {
            OpsKind::Tracked(prep) => {
                let state = (z.clone(), mean.clone(), log_variance.clone());
                prep.finish(state, B::component_log_probs(z, mean, log_variance))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::component_log_probs(z, mean, log_variance)),
        }
    }
}
