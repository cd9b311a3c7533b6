//! `Ãᵏ X`, kept where an encoder is linear in it: a step then reads the rows of its own nodes, and none of the graph.

use aevb_data::graph::Graph;
use aevb_models::nn::NodeFeatures;
use aevb_models::vgae::{GraphInput, MessagePassing};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::pair_sampler::PairSampler;
use crate::experiment::GraphEncoder;

/// Values that are kept at most, 1 GiB of them.
const MOST_VALUES: usize = 1 << 28;

/// `Ãᵏ X` for `k = 0 … K`, `[nodes, features]` each (SGC: Wu et al., arXiv 1902.07153, eq. 8; SIGN: Frasca et al., arXiv
/// 2004.11198, eq. 3).
pub(in crate::train) struct PassedFeatures(Vec<Tensor<2>>);

impl PassedFeatures {
    /// `None` where the encoder sees something else at each step, or where a step needs so many nodes that passing messages costs less.
    ///
    /// # Errors
    /// If the shapes of the graph and its features do not go with each other.
    pub(super) fn of(
        graph: &Graph,
        input: &GraphInput,
        encoder: &GraphEncoder,
        pairs: Option<&PairSampler>,
        device: &Device,
    ) -> aevb_models::Result<Option<Self>> {
        let MessagePassing::Propagation { hops, .. } = encoder.encoder else { return Ok(None) };
        let (NodeFeatures::Sparse(_), Some(features)) = (&input.features, graph.features()) else {
            return Ok(None);
        };
        let Some(targets) = pairs.and_then(PairSampler::usual_targets) else { return Ok(None) };
        let width = features.cols();
        let is_kept = Self::values(encoder, [graph.nodes(), width]).is_some();
        // A value of a dense row costs less than one that is looked up.
        let of_graph = features.nnz() + hops * (2 * graph.edge_count() + graph.nodes());
        if !is_kept || targets.saturating_mul(width) > of_graph {
            return Ok(None);
        }
        let mut dense = vec![0.0; graph.nodes() * width];
        for (row, values) in dense.chunks_exact_mut(width).zip(features.outer_iterator()) {
            values.iter().for_each(|(column, &value)| row[column] = value);
        }
        let first = Tensor::from_data(TensorData::new(dense, [graph.nodes(), width]), device);
        let mut passed = vec![first];
        for hop in 0..hops {
            passed.push(input.adjacency.matmul(passed[hop].clone())?);
        }
        Ok(Some(Self(passed)))
    }

    /// How many values are kept for an encoder of so many nodes and features; `None` where it cannot use them, or they are too many.
    pub fn values(encoder: &GraphEncoder, [nodes, features]: [usize; 2]) -> Option<usize> {
        let MessagePassing::Propagation { hops, embeddings: false, .. } = encoder.encoder else {
            return None;
        };
        let values = (hops + 1).saturating_mul(nodes).saturating_mul(features);
        (!encoder.normalize.is_before() && (1..=MOST_VALUES).contains(&values)).then_some(values)
    }

    /// The rows of some nodes, `[nodes, features]` for each hop.
    pub(super) fn rows(&self, nodes: &[u32]) -> Vec<Tensor<2>> {
        let places: Vec<i32> = nodes.iter().map(|&node| node as i32).collect();
        let places = Tensor::<1, Int>::from_ints(&places[..], &self.0[0].device());
        self.0.iter().map(|passed| passed.clone().select(0, places.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use burn::optim::GradientsParams;

    use crate::train::graph::tests::{graphs, task_with};
    use crate::train::graph::{GraphTask, NonProbabilistic, host};
    use crate::train::loss::Sums;
    use crate::train::{Shard, Trainable};

    const SMALL: [&str; 7] = [
        "model.hidden=[]",
        "model.encoder.kind=propagation",
        "model.encoder.hops=3",
        "objective.pairs=blocks",
        "objective.edges=rows",
        "objective.rows=5",
        "objective.columns=5",
    ];

    fn task(sets: &[&str]) -> GraphTask<NonProbabilistic> {
        let [(graph, split), _] = graphs();
        task_with("gae-cora", &[&SMALL, sets].concat(), &graph, &split)
    }

    /// The loss of a step, and its gradients with respect to `W` and `α`.
    fn step(task: &GraphTask<NonProbabilistic>, step: u64) -> Vec<f64> {
        let model = task.initial_model().expect("valid");
        let mut sums = Sums::default();
        let loss = task.loss(&model, Shard::whole(step)).expect("shapes");
        let gradients = GradientsParams::from_grads(loss.in_step().backward(), &model);
        sums.add(loss);
        let loss = sums.read(&model, std::iter::empty()).0.means().loss;
        let aevb_models::vgae::Head::Propagation(mean) = &model.mean else { panic!("linear") };
        let weight = host(gradients.get::<2>(mean.weight.id).expect("learnt"));
        let hops = gradients.get::<1>(mean.hops.id).expect("learnt").into_data();
        let hops = hops.try_into_vec::<f32>().expect("of 32 bits");
        std::iter::once(loss).chain(weight.into_iter().chain(hops).map(f64::from)).collect()
    }

    #[test]
    fn a_step_is_the_same_as_by_passing_messages() {
        for sets in [&[][..], &["model.normalize=after", "objective.alpha=0.5"]] {
            let kept = task(sets);
            assert!(kept.passed.is_some(), "{sets:?}");
            let passing = GraphTask { passed: None, ..task(sets) };
            for at in [0, 7] {
                let (kept, passing) = (step(&kept, at), step(&passing, at));
                let largest = passing.iter().skip(1).fold(0.0_f64, |most, value| most.max(value.abs()));
                assert!(largest > 0.0 && (kept[0] / passing[0] - 1.0).abs() < 1e-5, "{sets:?}");
                for (one, other) in kept.iter().zip(&passing).skip(1) {
                    assert!((one - other).abs() < 1e-4 * largest, "{sets:?}: {one} is not {other}");
                }
            }
        }
    }

    #[test]
    fn what_changes_from_step_to_step_is_not_kept() {
        for set in [
            "model.normalize=true",
            "model.dropout=0.5",
            "model.edge_dropout=0.5",
            "objective.mask=0.5",
            "model.encoder.embeddings=true",
            "objective.edges=all",
            "objective.rows=2000",
        ] {
            assert!(task(&[set]).passed.is_none(), "{set}");
        }
    }
}
